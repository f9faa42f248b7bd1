"""Fine texture that a defect has of its own: how strongly it runs down, across and neither way, and more of the same.

Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from generator.core.seeds import texture_rng
from generator.imaging.noise import white
from generator.imaging.surround import FINE_PX

_LONG_PX, _NARROW_PX = 3.0, 0.4  # sigma of the mean along a streak, and across it
_SHARP_PX = 0.6  # sigma of what optics leave of a point
_APART = 0x9E3779B9  # keeps this texture apart from the clouds of the same number


def deviations(change: np.ndarray, where: np.ndarray) -> tuple[float, float, float]:
    """Return the deviations of the fine texture's streaks down and across, and of the rest.

    Args:
        change: (h, w) float32.
        where: (h, w) bool, the pixels that are judged, and that alone are looked at; at least one.
    """
    known = where.astype(np.float32)

    def calm(values: np.ndarray, across_px: float, down_px: float) -> np.ndarray:
        share, total = (
            cv2.GaussianBlur(part, (0, 0), sigmaX=across_px, sigmaY=down_px, borderType=cv2.BORDER_REPLICATE)
            for part in (known, np.where(where, values, np.float32(0)))
        )
        return total / np.maximum(share, 1e-4)

    down, across, rest = _apart(change, calm)
    return float(down[where].std()), float(across[where].std()), float(rest[where].std())


def streaks(hw: tuple[int, int], wanted: Sequence[float], turn_deg: float, number: int) -> np.ndarray:
    """Return a fine texture with such deviations, turned.

    Args:
        hw: height and width in px.
        wanted: deviations of its streaks down and across, and of the rest.
        turn_deg: counter-clockwise as displayed.
        number: the texture's number, as drawn.

    Returns:
        (h, w) float32, mean about 0.
    """
    side = math.ceil(math.hypot(*hw)) + 4
    noise = cv2.GaussianBlur(white((side, side), texture_rng(number ^ _APART)), (0, 0), _SHARP_PX)

    def calm(values: np.ndarray, across_px: float, down_px: float) -> np.ndarray:
        return cv2.GaussianBlur(values, (0, 0), sigmaX=across_px, sigmaY=down_px, borderType=cv2.BORDER_REFLECT)

    parts = _apart(noise, calm)
    upright = sum(part * np.float32(deviation / part.std()) for part, deviation in zip(parts, wanted, strict=True))
    matrix = cv2.getRotationMatrix2D((side / 2.0 - 0.5, side / 2.0 - 0.5), turn_deg, 1.0)
    matrix[:, 2] -= (side - hw[1]) / 2.0, (side - hw[0]) / 2.0
    turned = cv2.warpAffine(upright, matrix, (hw[1], hw[0]), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return turned * np.float32(float(upright.std()) / max(float(turned.std()), 1e-6))  # between pixels it is calmer


def _apart(
    values: np.ndarray, calm: Callable[[np.ndarray, float, float], np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what is fine of values: what runs down, what runs across, and the rest."""
    fine = values - calm(values, FINE_PX, FINE_PX)
    down = calm(fine, _NARROW_PX, _LONG_PX)
    across = calm(fine - down, _LONG_PX, _NARROW_PX)
    return down, across, fine - down - across
