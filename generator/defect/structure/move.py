"""Move: a thing's own pixels at another place, over the ground that it uncovers.

Ground, then the thing's contact shadow, then the thing with its own soft edge. A bent thing is shaded anew: what is
pushed aside also rises from the plane, and turns towards the light or away from it. Source: own; Lambert's law.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.units import Range
from generator.defect.lighting import light_xy
from generator.defect.outline import Outline, Patch
from generator.defect.structure.layer import behind, bump, carried, laid_in, origins
from generator.defect.structure.matte import own_colours
from generator.imaging.relief import Light, shade

_AROUND_PX = 6  # of ground around the thing, to take out of its edge pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A thing at another place.

    Attributes:
        opacity: how much of the thing covers what is below, [0, 1]; less than 1 is thin ink.
        shadow: how much its contact shadow darkens the ground, [0, 1]; ink casts none.
        shadow_px: how far the shadow falls, px, [0, 6].
        lift: how far a bent end rises, as a share of its push, [-2, 2]; negative is pressed down.
    """

    opacity: Range = Range(1.0, 1.0)
    shadow: Range = Range(0.15, 0.4)
    shadow_px: Range = Range(1.0, 3.5)
    lift: Range = Range(0.0, 0.0)

    def __post_init__(self) -> None:
        require(self.opacity.within(0, 1), "opacity", "(low, high) within [0, 1]", self.opacity)
        require(self.shadow.within(0, 1), "shadow", "(low, high) within [0, 1]", self.shadow)
        require(self.shadow_px.within(0, 6), "shadow_px", "(low, high) within [0, 6]", self.shadow_px)
        require(self.lift.within(-2, 2), "lift", "(low, high) within [-2, 2]", self.lift)

    @property
    def reach_px(self) -> int:
        """Room for the shadow; none where nothing casts one."""
        return 9 if self.shadow.high > 0 else 0

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the thing's opacity, shadow and lift."""
        return {
            "opacity": self.opacity.draw(rng),
            "shadow": self.shadow.draw(rng),
            "shadow_px": self.shadow_px.draw(rng),
            "lift": self.lift.draw(rng),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return ground, shadow and thing, (N, C) float32."""
        piece, hole = outline.mattes.get("piece"), outline.mattes.get("hole")
        if piece is None:
            return patch.under(outline)
        values = patch.pixels.astype(np.float32) * np.float32(1.0 / patch.white)
        if hole is not None:
            laid_in(values, outline.rect, behind(patch, hole), hole.alpha, hole.rect)
        origin = origins(outline.rect, outline.params)
        share = carried(piece.alpha, piece.rect, origin, cv2.BORDER_CONSTANT)
        if params["shadow"] > 0:
            values *= _shadow(share, patch.light_deg, params)[..., None]
        around = piece.rect.grown(_AROUND_PX).clipped(patch.image.shape[:2])
        pixels = patch.image[around.slices].astype(np.float32) * np.float32(1.0 / patch.white)
        alpha = np.zeros(pixels.shape[:2], np.float32)
        alpha[piece.rect.inside(around)] = piece.alpha
        thing = carried(own_colours(pixels, alpha), around, origin, cv2.BORDER_REPLICATE)
        if outline.params.get("bend") and params["lift"] != 0:
            thing = thing * _shading(origin, outline.params["bend"], params["lift"], patch.light_deg)[..., None]
        share = share * np.float32(params["opacity"])
        values += (thing - values) * share[..., None]
        return outline.pick(values)


def _shadow(share: np.ndarray, light_deg: float, params: Mapping[str, Any]) -> np.ndarray:
    """Return the factor, (h, w) float32, by which a thing darkens the ground beside it, away from the light."""
    x, y = light_xy(light_deg)
    far = params["shadow_px"]
    shift = np.array([[1, 0, -x * far], [0, 1, -y * far]], np.float64)
    fallen = cv2.warpAffine(share, shift, (share.shape[1], share.shape[0]))
    fallen = cv2.GaussianBlur(fallen, (0, 0), 0.6 + 0.4 * far)
    return np.float32(1) - np.float32(params["shadow"]) * fallen


def _shading(
    origin: tuple[np.ndarray, np.ndarray], bend: Mapping[str, float], lift: float, light_deg: float
) -> np.ndarray:
    """Return the factor, (h, w) float32, of a surface that rises with its bend."""
    height = bump(*origin, bend) * np.float32(lift * np.hypot(bend["dx"], bend["dy"]))
    factor, shine = shade(height, Light(light_deg, 45.0))
    return np.clip(factor + np.float32(0.4) * shine, 0.3, 1.8)
