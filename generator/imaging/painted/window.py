"""Square windows of a defect at the scale of a model: the whole of it, or some parts of it.

Source: own.
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.core.geometry import mask_to_rect

_PARTS = 3  # of a defect that is larger than a window
_OUTLINED = 0.5


def windows(pixels: np.ndarray, extent: np.ndarray, scale: float, size: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return a defect with the surface around it as a model sees it.

    Args:
        pixels: (h, w, C) float32 in [0, 1].
        extent: (h, w) float32 in [0, 1], not all zero.
        scale: px of a window for each px here.
        size: side of a window, px.

    Returns:
        One or more of (size, size, C) float32 in [0, 1] and (size, size) float32 in [0, 1]; beyond the image's border
        both go on mirrored.
    """
    found = []
    for x, y in _middles(extent, size / scale):
        shift = size / 2 - scale * np.array([x, y]) + (scale - 1) / 2  # OpenCV counts from the first pixel's centre
        matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
        crop, part = (
            cv2.warpAffine(array, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
            for array in (pixels, extent)
        )
        found.append((np.clip(crop.reshape(size, size, -1), 0, 1), np.clip(part, 0, 1)))
    return found


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
