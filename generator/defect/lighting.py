"""Light on a defect, worked out for the pixels of its support alone.

Alpha serves as a height or depth map; its neighbours are picked point by point, so that a thin line in a large
rectangle costs what the line costs. Light directions are degrees counter-clockwise as displayed.
Source: own; Lambert's law.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from generator.defect.outline import Outline


def light_xy(light_deg: float) -> tuple[float, float]:
    """Return the unit vector towards the light in the image plane, x right and y down."""
    return math.cos(math.radians(light_deg)), -math.sin(math.radians(light_deg))


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhood:
    """A map of the outline's rectangle that can be looked up around every pixel of the support.

    Attributes:
        flat: the map with ``reach_px`` more on every side, flattened.
        index: (N,) the support's pixels in it.
        stride: its width.
        reach_px: how far it may be looked up.
    """

    flat: np.ndarray
    index: np.ndarray
    stride: int
    reach_px: int

    @classmethod
    def of(cls, outline: Outline, values: np.ndarray, reach_px: int) -> Neighbourhood:
        """Return the neighbourhood of an (h, w) float32 map; beyond the rectangle its border goes on."""
        reach, width = reach_px, outline.rect.w
        padded = cv2.copyMakeBorder(values, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
        index = outline.index + (outline.index // width * (2 * reach) + (reach * (width + 2 * reach) + reach))
        return cls(padded.ravel(), index, width + 2 * reach, reach)

    def at(self, dx: int, dy: int) -> np.ndarray:
        """Return the map ``dx`` px to the right and ``dy`` px down of every pixel, (N,) float32."""
        reach = self.reach_px
        offset = min(max(dy, -reach), reach) * self.stride + min(max(dx, -reach), reach)
        return self.flat[self.index + offset]

    def rise_towards(self, light_deg: float, step_px: int = 1) -> np.ndarray:
        """Return the map's rise per px in the direction of the light, (N,) float32, over ``2 * step_px``."""
        x, y = light_xy(light_deg)
        scale = 0.5 / step_px
        rise = (self.at(step_px, 0) - self.at(-step_px, 0)) * np.float32(x * scale)
        rise += (self.at(0, step_px) - self.at(0, -step_px)) * np.float32(y * scale)
        return rise

    def slope(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the rise per px to the right and downwards, two (N,) float32."""
        half = np.float32(0.5)
        return (self.at(1, 0) - self.at(-1, 0)) * half, (self.at(0, 1) - self.at(0, -1)) * half

    def away(self, light_deg: float, distance_px: float, sign: int = 1) -> np.ndarray:
        """Return the map ``distance_px`` towards the light (sign 1) or away from it (sign -1) of every pixel."""
        x, y = light_xy(light_deg)
        return self.at(round(sign * x * distance_px), round(sign * y * distance_px))


def times(values: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Return (N, C) float32 values times an (N,) float32 factor; faster than broadcasting over few channels."""
    factors = cv2.merge((factor,) * values.shape[1]).reshape(values.shape)
    return np.multiply(factors, values, out=factors)


def mixed(values: np.ndarray, other: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return ``values`` where the (N,) share is 0 and ``other``, (N, C) or (C,), where it is 1."""
    out = np.empty_like(values)
    for channel in range(values.shape[1]):
        difference = other[..., channel] - values[:, channel]
        difference *= share
        np.add(values[:, channel], difference, out=out[:, channel])
    return out


def level_of(values: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return the mean colour of (N, C) values weighted with an (N,) share, (C,) float32."""
    weight = float(share.sum())
    return (share @ values / max(weight, 1e-6)).astype(np.float32) if weight > 1e-6 else values.mean(axis=0)


def thickness_px(outline: Outline) -> float:
    """Return how thick the outline is, px: twice its area over its border's length, about the width of a line.

    The support must reach 1 px beyond alpha, so that it holds the whole edge.
    """
    rise_x, rise_y = Neighbourhood.of(outline, outline.alpha, 1).slope()
    border = float(np.sqrt(rise_x * rise_x + rise_y * rise_y).sum())
    return max(1.0, 2.0 * float(outline.strength().sum()) / max(border, 1e-6))
