"""The look of measured defects.

The surface under the outline is darkened or lightened until, measured as the real one was, it differs from the surface
around by the contrast that was drawn, with clouds and a tint as large as those of the real one. A place that broke or
was never ground has a fine texture of its own, as strong as the real one's; where that could not be measured, the
surface's goes on, weaker or stronger. A detector that never sees another texture in a defect takes every shadow on a
sound surface for one. Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.units import Range, require_within
from generator.defect.fitted.own import texture
from generator.defect.outline import Outline, Patch
from generator.imaging.lab import shifted_lab
from generator.imaging.surround import FINE_PX, band, relative_change

_AROUND_PX = 20  # how much of the surroundings the surface is judged by
_DARKEST, _BRIGHTEST = -0.93, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedLook:
    """The change that a fitted outline brings with it.

    Attributes:
        strength: what the measured contrast is multiplied by, [0, 5].
        roughness: what the measured clouds are multiplied by, [0, 5].
        through: how much of the surface's fine texture goes on through the defect in place of its own, [0, 1].
        turn_deg: degrees that the defect's own texture is turned by beyond the defect itself, [-180, 180].
    """

    strength: Range = Range(1.0, 1.0)
    roughness: Range = Range(1.0, 1.0)
    through: Range = Range(0.0, 0.0)
    turn_deg: Range = Range(0.0, 0.0)

    def __post_init__(self) -> None:
        require_within(self, strength=(0, 5), roughness=(0, 5), through=(0, 1), turn_deg=(-180, 180))

    @property
    def reach_px(self) -> int:
        """0: the outline's own alpha holds what spills over."""
        return 0

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the row's look and the numbers of its textures.

        Raises:
            RangeError: the outline is not that of a fitted shape.
        """
        look = outline.params.get("look")
        require(isinstance(look, Mapping), "shape", "generator.defect.fitted.shape.Fitted for this appearance", "other")
        drawn = dict(look)
        drawn["contrast"] = look["contrast"] * self.strength.draw(rng)
        drawn["clouds"] = look["clouds"] * self.roughness.draw(rng)
        drawn["number"] = int(rng.integers(1 << 32))
        drawn["through"] = self.through.draw(rng) if look["own"] else 1.0
        drawn["turn_deg"] = look["turn_deg"] + (self.turn_deg.draw(rng) if look["own"] else 0.0)
        return drawn

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with the measured contrast, texture and tint, (N, C) float32."""
        assert outline.drawn is not None
        around = patch.rect.grown(_AROUND_PX).clipped(patch.image.shape[:2])
        inner = patch.rect.inside(around)
        grey = patch.image[around.slices].mean(axis=2, dtype=np.float32) * np.float32(1.0 / patch.white)
        drawn, alpha = np.zeros(grey.shape, bool), np.zeros(grey.shape, np.float32)
        drawn[inner], alpha[inner] = outline.drawn, outline.alpha * outline.support
        before, _ = relative_change(grey, drawn if drawn.any() else alpha > 0)
        fine = before - cv2.GaussianBlur(before, (0, 0), FINE_PX, borderType=cv2.BORDER_REPLICATE)
        through = params["through"]
        after = before + alpha * fine * np.float32(params["texture"] * through - 1.0)
        wanted = [deviation * math.sqrt(1.0 - through * through) for deviation in params["own"]]
        of_its_own = texture(alpha[inner].shape, wanted, params["clouds"], params["clouds_px"], params["turn_deg"],
                             params["number"])  # fmt: skip
        after[inner] += alpha[inner] * of_its_own
        measured = band(drawn) if drawn.any() else alpha > 0
        after += alpha * _step(after[measured], alpha[measured], params["contrast"], params["share"])
        np.clip(after, _DARKEST, _BRIGHTEST, out=after)
        factor = outline.pick(((1.0 + after) / np.maximum(1.0 + before, 0.05))[inner])
        values = patch.under(outline) * factor[:, None]
        np.clip(values, 0.0, 1.0, out=values)
        tint = params["tint"]
        if values.shape[1] == 3 and max(abs(tint[0]), abs(tint[1])) > 0.3:
            steps = outline.strength()[:, None] * np.array([0.0, tint[0], tint[1]], np.float32)
            values = shifted_lab(values, steps)
        return values


def _step(values: np.ndarray, alpha: np.ndarray, contrast: float, share: float) -> np.float32:
    """Return what is to be added at full strength so that the mean under the mask becomes the contrast.

    A place that is darker or lighter than its surroundings by itself is followed only so far that the defect keeps
    its sign and about its usual depth.
    """
    step = (contrast - float(values.mean())) / max(float(alpha.mean()), 0.05)
    low, high = sorted((0.5 * contrast / share, 2.0 * contrast / share))
    return np.float32(np.clip(step, low, high))
