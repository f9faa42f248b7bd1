"""The lens's point spread: how one point of the part lies on the sensor, out of focus and in motion.

The kernel is a disc (defocus) drawn along a line (motion), both of any real size, sampled eight times finer than the
pixels and shared out to them linearly. Albumentations' Defocus takes whole radii from 1 px, its MotionBlur whole odd
lengths; both would jump where focus and belt vary by less than a pixel. Source: own; geometric optics.
"""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np

_FINE = 8
_STILL = 0.05  # px: below this neither disc nor line can be told from a point
_LOST = 1e-3  # share of the light that a kernel's outermost pixels must hold to be kept


@lru_cache(maxsize=8)
def point_spread(radius_px: float, length_px: float, angle_deg: float) -> np.ndarray | None:
    """Return the kernel of a defocused, moving camera.

    Args:
        radius_px: of the blur disc, px.
        length_px: way of the part during the exposure, px.
        angle_deg: its direction, counter-clockwise as displayed.

    Returns:
        (k, k) float32, k odd, sum 1; None where it would not change an image.
    """
    if radius_px < _STILL and length_px < _STILL:
        return None
    along = math.cos(math.radians(angle_deg)), -math.sin(math.radians(angle_deg))
    reach_x, reach_y = (radius_px + abs(part) * length_px / 2.0 for part in along)
    half = math.ceil(max(reach_x, reach_y) + 0.5 / _FINE)
    fine = (np.arange(2 * half * _FINE + 1) - half * _FINE) / _FINE
    x, y = fine[None, :], fine[:, None]
    on_line = np.clip(x * along[0] + y * along[1], -length_px / 2.0, length_px / 2.0)
    distance = np.hypot(x - on_line * along[0], y - on_line * along[1])
    lit = np.clip((max(radius_px, 0.5 / _FINE) - distance) * _FINE + 0.5, 0.0, 1.0)
    share = np.maximum(1.0 - np.abs(fine[None, :] - np.arange(-half, half + 1)[:, None]), 0.0)
    kernel = share @ lit @ share.T
    kernel /= kernel.sum()
    while len(kernel) > 1 and kernel.sum() - kernel[1:-1, 1:-1].sum() < _LOST:
        kernel = kernel[1:-1, 1:-1]
    kernel = (kernel / kernel.sum()).astype(np.float32)
    kernel.setflags(write=False)
    return kernel


def blurred(light: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return (h, w, C) float32 light spread by a kernel; the image's border is mirrored."""
    spread = cv2.filter2D(light, -1, kernel, borderType=cv2.BORDER_REFLECT_101)
    return spread.reshape(light.shape)
