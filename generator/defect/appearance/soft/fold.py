"""Fold: a soft ridge that the material has thrown up, shaded by the image's own light.

The ridge is a smooth hump across the outline, leaning to one side; both feet lie in the shade of the hump, and the
texture runs over it, drawn apart on the crest and pressed together on the slopes. Source: own; Lambert's law.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.defect.dome import axis_xy, depth_inside, displaced
from generator.defect.lighting import Neighbourhood, light_xy, times
from generator.defect.outline import Outline, Patch

_WARP_PX = 24
_DARKEST = np.float32(0.55)  # most of the light that shading takes away


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """A fold, or a wrinkle.

    Attributes:
        height: of the ridge, as a share of its width, [-1, 1]; negative is a furrow.
        lean: how far the crest hangs over to one side, as a share of the half width, [0, 0.9].
        crease: how much darker the feet of the ridge are, where less light falls in, [0, 2].
        sheen: strength of the soft highlight on the lit slope relative to the surface, [0, 2].
        warp: how much the texture is drawn apart on the crest, as a share of its size, [0, 1].
        elevation_deg: of the light above the surface, degrees, [10, 90]; low light shades strongly.
    """

    height: Range = Range(0.1, 0.3)
    lean: Range = Range(0.1, 0.6)
    crease: Range = Range(0.2, 0.6)
    sheen: Range = Range(0.0, 0.4)
    warp: Range = Range(0.1, 0.4)
    elevation_deg: Range = Range(30.0, 60.0)

    def __post_init__(self) -> None:
        require_within(
            self, height=(-1, 1), lean=(0, 0.9), crease=(0, 2), sheen=(0, 2), warp=(0, 1), elevation_deg=(10, 90)
        )

    @property
    def reach_px(self) -> int:
        """0: the hump ends where the outline does."""
        return 0

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the hump, the side it leans to, and the light's elevation."""
        return {
            "height": self.height.draw(rng),
            "lean": self.lean.draw(rng) * (1.0 if rng.random() < 0.5 else -1.0),
            "crease": self.crease.draw(rng),
            "sheen": self.sheen.draw(rng),
            "warp": self.warp.draw(rng),
            "elevation_deg": self.elevation_deg.draw(rng),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface thrown up, (N, C) float32."""
        depth, half = depth_inside(outline, 0.8)
        depth = np.maximum(depth * np.float32(1.25) - np.float32(0.25), 0.0)  # rounding has spread it beyond the border
        hump = 0.5 - 0.5 * np.cos(np.float32(math.pi) * depth)  # level at the foot and on the crest
        if params["lean"]:
            hump = _leaning(hump, axis_xy(outline), params["lean"] * half)
        hump *= cv2.min(outline.alpha * np.float32(2.0), 1.0)
        around = Neighbourhood.of(outline, hump, 1)
        rise_x, rise_y = around.slope()  # of a hump of height 1 over `half` px
        # the sharpest bend of a cosine is 5 / half^2, rounded feet make it 8, and leaning over sharpens it
        shift = np.float32(params["warp"] * (half * (1.0 - abs(params["lean"]))) ** 2 / 8.0)
        values = displaced(patch, outline, rise_x * shift, rise_y * shift, _WARP_PX)
        tall = np.float32(params["height"] * 2.0 * half)
        rise_x *= tall
        rise_y *= tall
        elevation = math.radians(params["elevation_deg"])
        flat, up = math.cos(elevation), math.sin(elevation)
        x, y = light_xy(patch.light_deg)
        length = np.sqrt(rise_x * rise_x + rise_y * rise_y + 1.0)
        towards = rise_x * np.float32(x) + rise_y * np.float32(y)
        factor = np.clip((up - flat * towards) / (up * length), 0.25, 2.0)
        size = 2 * max(1, round(0.5 * half)) + 1
        wide = cv2.blur(hump, (size, size), borderType=cv2.BORDER_REPLICATE)
        hidden = outline.pick(np.maximum(wide - hump, 0.0)) * outline.strength()
        factor *= np.maximum(1.0 - np.float32(4.0 * params["crease"]) * hidden, 0.2)
        # light from all around still falls into the crease: the texture stays visible, as in no cut
        factor = np.where(factor < 1.0, 1.0 - _DARKEST * np.tanh((1.0 - factor) / _DARKEST), factor)
        if params["sheen"] > 0:
            lean = math.radians(90.0 - params["elevation_deg"]) / 2.0
            facing = (math.cos(lean) - math.sin(lean) * towards) / length
            factor += np.float32(params["sheen"]) * np.maximum(facing**10 - math.cos(lean) ** 10, 0.0)
        return times(values, factor.astype(np.float32))


def _leaning(hump: np.ndarray, axis: tuple[float, float], shift_px: float) -> np.ndarray:
    """Return the hump with its crest moved across its axis by ``shift_px``, its feet where they were."""
    height, width = hump.shape
    x = np.arange(width, dtype=np.float32)[None, :] + hump * np.float32(-axis[1] * shift_px)
    y = np.arange(height, dtype=np.float32)[:, None] + hump * np.float32(axis[0] * shift_px)
    return cv2.remap(hump, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
