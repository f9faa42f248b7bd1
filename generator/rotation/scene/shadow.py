"""The soft shadow that parts cast on the ground they lie on.

The outline is moved away from the light in steps and blurred more with each, as the edge of a part of some height does
under a lamp of some width: darkest where part and ground touch, fainter and softer farther out. All parts of a scene
have the same light. It falls on the ground alone, not on other parts. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.units import LengthRange, Range, Scale, require_within
from generator.imaging.move.turn import cos_sin

_STEPS = ((0.0, 0.35), (0.35, 0.6), (0.7, 0.8), (1.0, 1.0))  # shares of offset and of blur
_SIGMA_PX = 3.0  # the shadow is made on a copy on which its widest blur has about this sigma


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """How parts darken the ground.

    Attributes:
        strength: share of the ground's light that is gone where the shadow is whole, within [0, 1].
        offset: how far it reaches away from the light.
        blur: sigma of its far edge.
    """

    strength: Range = Range(0.25, 0.5)
    offset: LengthRange = LengthRange.parse(("0.5%", "1.5%"))
    blur: LengthRange = LengthRange.parse(("0.6%", "1.5%"))

    def __post_init__(self) -> None:
        require_within(self, strength=(0, 1))

    def draw(self, scale: Scale, rng: np.random.Generator) -> dict[str, Any]:
        """Return the shadow of a scene (JSON)."""
        return {
            "strength": self.strength.draw(rng),
            "offset_px": self.offset.draw_px(rng, scale),
            "blur_px": self.blur.draw_px(rng, scale),
        }


def cast(ground: np.ndarray, cover: np.ndarray, light_deg: float, drawn: dict[str, Any]) -> np.ndarray:
    """Return the ground under a shadow.

    Args:
        ground: (H, W, C) uint8 or uint16.
        cover: (H, W) float32 in [0, 1], how much of each pixel parts cover.
        light_deg: azimuth that the light comes from, degrees, counter-clockwise as displayed.
        drawn: of ``Shadow.draw``.
    """
    height, width = cover.shape
    blur = max(drawn["blur_px"], 0.3)
    step = max(1, round(blur / _SIGMA_PX))
    wh = (-(-width // step), -(-height // step))
    small = cv2.resize(cover, wh, interpolation=cv2.INTER_AREA) if step > 1 else cover
    ratio = wh[0] / width, wh[1] / height
    cos, sin = cos_sin(light_deg)
    dark = np.zeros_like(small)
    for away, soft in _STEPS:
        x, y = (-cos * drawn["offset_px"] * away * ratio[0], sin * drawn["offset_px"] * away * ratio[1])
        moved = cv2.warpAffine(
            small, np.array([[1, 0, x], [0, 1, y]]), wh, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        dark += cv2.GaussianBlur(moved, (0, 0), max(0.3, blur * soft / step), borderType=cv2.BORDER_REPLICATE)
    light = 1 - dark * np.float32(drawn["strength"] / len(_STEPS))
    light = cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR) if step > 1 else light
    made = cv2.multiply(
        ground, light if ground.shape[2] == 1 else cv2.merge([light] * ground.shape[2]), dtype=cv2.CV_32F
    )
    return np.rint(made).astype(ground.dtype).reshape(ground.shape)
