"""Real crops that what a model paints is compared with: near to them, but no copy. Source: own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import cv2
import numpy as np

from generator.core.geometry import mask_to_rect
from generator.model.patches import Example, scale_of

_PARTS = 3  # windows of a defect that is larger than one


def references(examples: Iterable[Example], size: int, thin_px: float) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return by class the real crops, (n, size, size, C) float32 in [0, 1], and their extents, (n, size, size).

    They are at the model's scale; of a defect that is larger than a crop several parts are shown.

    Args:
        examples: real defects.
        size: side of a crop, px of the model.
        thin_px: least width of a defect there.
    """
    shown: dict[str, list[tuple[np.ndarray, np.ndarray]]] = defaultdict(list)
    for one in examples:
        scale = scale_of(one.alpha, size, thin_px)
        for x, y in _middles(one.alpha, size / scale):
            shift = size / 2 - scale * np.array([x, y]) + (scale - 1) / 2  # OpenCV counts from the first pixel's centre
            matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
            crop, extent = (
                cv2.warpAffine(array, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
                for array in (one.pixels, one.alpha)
            )
            shown[one.category].append((np.clip(crop.reshape(size, size, -1), 0, 1), np.clip(extent, 0, 1)))
    return {name: tuple(np.stack(part) for part in zip(*crops, strict=True)) for name, crops in sorted(shown.items())}


def _middles(alpha: np.ndarray, side_px: float) -> list[tuple[float, float]]:
    """Return where windows of that side lie, px: about the defect's box, or about points along the defect."""
    mask = alpha >= min(0.5, float(alpha.max()))
    box = mask_to_rect(mask)
    if max(box.w, box.h) <= side_px:
        return [(box.x + box.w / 2, box.y + box.h / 2)]
    ys, xs = np.nonzero(mask)
    along = np.argsort(xs if box.w >= box.h else ys, kind="stable")
    at = along[((np.arange(_PARTS) + 0.5) / _PARTS * len(along)).astype(int)]
    return [(float(xs[i]) + 0.5, float(ys[i]) + 0.5) for i in at]
