"""Self-patch: the surface's own texture from another place, turned, as a wrong weave or a misplaced piece shows it.

Source: own; after CutPaste (Li et al. 2021), which pastes plain rectangles.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.defect.lighting import level_of, mixed
from generator.defect.outline import Outline, Patch
from generator.imaging.lab import shifted_lab, to_lab
from generator.imaging.poisson import blend

_TRIES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfPatch:
    """Texture from another place of the same image.

    Attributes:
        turn_deg: how far the texture is turned, degrees, either way, [0, 180].
        zoom: how much larger or smaller the texture appears, [0.5, 2].
        gain: brightness relative to the place it covers, [0.2, 3].
        fit: share of the difference in mean CIELAB colour between both places that is taken out, [0, 1].
        seam: ``feather`` fades the texture in over the outline's edge; ``poisson`` lets its own steps go on from the
            surface at the border, so that brightness and shading meet there (gain then acts on the texture alone).
    """

    turn_deg: Range = Range(45.0, 135.0)
    zoom: Range = Range(0.9, 1.1)
    gain: Range = Range(0.9, 1.1)
    fit: Range = Range(0.5, 1.0)
    seam: Literal["feather", "poisson"] = "feather"

    def __post_init__(self) -> None:
        require_within(self, turn_deg=(0, 180), zoom=(0.5, 2), gain=(0.2, 3), fit=(0, 1))

    @property
    def reach_px(self) -> int:
        """0: nothing changes beyond the outline."""
        return 0

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the middle of the place it comes from, px, and turn, zoom, gain and fit."""
        height, width = patch.image.shape[:2]
        half_w, half_h = patch.rect.w / 2.0, patch.rect.h / 2.0
        here_x, here_y = patch.rect.x + half_w, patch.rect.y + half_h
        best, x, y = -1.0, width / 2.0, height / 2.0
        for _ in range(_TRIES):
            to_x = rng.uniform(min(half_w, width / 2.0), max(width - half_w, width / 2.0))
            to_y = rng.uniform(min(half_h, height / 2.0), max(height - half_h, height / 2.0))
            on_part = patch.roi is None or _share_of(patch.roi, to_x, to_y, half_w, half_h) > 0.9
            apart = min(1.0, math.hypot(to_x - here_x, to_y - here_y) / max(half_w + half_h, 1.0))
            if apart + 2.0 * on_part > best:
                best, x, y = apart + 2.0 * on_part, to_x, to_y
        side = 1.0 if rng.random() < 0.5 else -1.0
        return {
            "from_x": x,
            "from_y": y,
            "turn_deg": side * self.turn_deg.draw(rng),
            "zoom": self.zoom.draw(rng),
            "gain": self.gain.draw(rng),
            "fit": self.fit.draw(rng),
            "seam": self.seam,
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with the other texture on it, (N, C) float32."""
        values, alpha = patch.under(outline), outline.strength()
        texture = _turned(patch, params).reshape(*outline.alpha.shape, -1) * np.float32(1.0 / patch.white)
        if params["seam"] == "poisson":
            surface = patch.pixels.astype(np.float32) * np.float32(1.0 / patch.white)
            met = blend(surface, texture * np.float32(params["gain"]), outline.support)
            return mixed(values, outline.pick(met), alpha)
        other = outline.pick(texture)
        there, here = (to_lab(level_of(place, alpha)[None]) for place in (other, values))
        other = shifted_lab(other, (here - there) * np.float32(params["fit"])) * np.float32(params["gain"])
        return mixed(values, other, alpha)


def _share_of(roi: np.ndarray, x: float, y: float, half_w: float, half_h: float) -> float:
    """Return the share of a box's 5x5 grid of points that lies in the roi."""
    rows = np.clip(np.linspace(y - half_h, y + half_h, 5), 0, roi.shape[0] - 1).astype(int)
    columns = np.clip(np.linspace(x - half_w, x + half_w, 5), 0, roi.shape[1] - 1).astype(int)
    return float(roi[np.ix_(rows, columns)].mean())


def _turned(patch: Patch, params: Mapping[str, Any]) -> np.ndarray:
    """Return the texture around the other place, turned and zoomed, (h, w, C) float32 in the image's own levels."""
    height, width = patch.image.shape[:2]
    turn, zoom = math.radians(params["turn_deg"]), params["zoom"]
    reach = math.ceil(0.5 * math.hypot(patch.rect.w, patch.rect.h) / zoom) + 2
    left, top = max(0, int(params["from_x"]) - reach), max(0, int(params["from_y"]) - reach)
    right, bottom = min(width, int(params["from_x"]) + reach), min(height, int(params["from_y"]) + reach)
    texture = patch.image[top:bottom, left:right].astype(np.float32)
    a, b = math.cos(turn) / zoom, math.sin(turn) / zoom
    middle_x, middle_y = (patch.rect.w - 1) / 2.0, (patch.rect.h - 1) / 2.0
    from_x, from_y = params["from_x"] - 0.5 - left, params["from_y"] - 0.5 - top
    to_source = np.array(
        [[a, b, from_x - a * middle_x - b * middle_y], [-b, a, from_y + b * middle_x - a * middle_y]], np.float64
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(texture, to_source, (patch.rect.w, patch.rect.h), flags=flags, borderMode=cv2.BORDER_REFLECT)
