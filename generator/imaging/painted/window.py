"""Square windows of a defect at the scale of a model: the whole of it, or some parts of it.

Source: own.
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.core.geometry import mask_to_rect

_PARTS = 3  # of a defect that is larger than a window
_OUTLINED = 0.5


def windows(
    surface: np.ndarray, pixels: np.ndarray, extent: np.ndarray, scale: float, size: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return a defect with the surface around it as a model sees it.

    Beyond the image's border the surface goes on mirrored, without a defect.

    Args:
        surface: (h, w, C) float32 in [0, 1], without the defect.
        pixels: (h, w, C) float32 in [0, 1], with it.
        extent: (h, w) float32 in [0, 1], not all zero.
        scale: px of a window for each px here.
        size: side of a window, px.

    Returns:
        One or more of: (size, size, C) float32 in [0, 1], with the defect; the same shape, what the defect changes of
        its surface; (size, size) float32 in [0, 1], its extent.
    """
    found = []
    for x, y in _middles(extent, size / scale):
        shift = size / 2 - scale * np.array([x, y]) + (scale - 1) / 2  # OpenCV counts from the first pixel's centre
        matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
        good = _moved(surface, matrix, size, cv2.BORDER_REFLECT_101)
        change = _moved(pixels - surface, matrix, size, cv2.BORDER_CONSTANT)
        part = _moved(extent, matrix, size, cv2.BORDER_CONSTANT)[..., 0]
        found.append((np.clip(good + change, 0.0, 1.0), change, np.clip(part, 0.0, 1.0)))
    return found


def _moved(array: np.ndarray, matrix: np.ndarray, size: int, border: int) -> np.ndarray:
    moved = cv2.warpAffine(array, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=border)
    return moved.reshape(size, size, -1)


def _middles(extent: np.ndarray, side_px: float) -> list[tuple[float, float]]:
    """Return where windows of that side lie, px: about the defect's box, or about points along the defect."""
    mask = extent >= _OUTLINED * extent.max()
    box = mask_to_rect(mask)
    if max(box.w, box.h) <= side_px:
        return [(box.x + box.w / 2, box.y + box.h / 2)]
    ys, xs = np.nonzero(mask)
    along = np.argsort(xs if box.w >= box.h else ys, kind="stable")
    at = along[((np.arange(_PARTS) + 0.5) / _PARTS * len(along)).astype(int)]
    return [(float(xs[i]) + 0.5, float(ys[i]) + 0.5) for i in at]
