"""The surface as it would be without what lies on it, and how far what lies there stands out.

What is known is averaged on ever coarser grids until nothing is missing, and carried back down (push and pull), so that
the fill goes over into the known pixels without a seam. Source: own; push-pull is Gortler et al., The Lumigraph (1996).
"""

from __future__ import annotations

import cv2
import numpy as np

GAP_PX = 3
"""How far from a drawn outline the surface counts as untouched: edges spill over what people draw."""
BAND_PX = 10
"""How deep below its border a defect is compared with the surface beside it; further in there is nothing to compare."""
FINE_PX = 4.0
"""Sigma, px, below which changes of a surface count as its texture."""
DARKEST = 0.03


def filled(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return a map with its unknown pixels filled from around.

    Args:
        values: (h, w) or (h, w, C) float32.
        known: (h, w) bool; none known gives the mean of all.
    """
    if not known.any():
        return np.broadcast_to(values.mean(axis=(0, 1)), values.shape).astype(np.float32)

    def over(weight: np.ndarray) -> np.ndarray:
        return weight if values.ndim == 2 else weight[..., None]

    def as_given(level: np.ndarray) -> np.ndarray:
        return level if level.ndim == values.ndim else level[..., None]  # cv2 drops the axis of a single channel

    weight = known.astype(np.float32)
    level, weights = [np.where(over(known), values, np.float32(0))], [weight]
    while weights[-1].min() <= 0 and min(weights[-1].shape) > 1:
        height, width = level[-1].shape[:2]
        half = ((width + 1) // 2, (height + 1) // 2)
        share = cv2.pyrDown(weights[-1], dstsize=half)
        total = as_given(cv2.pyrDown(level[-1] * over(weights[-1]), dstsize=half))
        reached = share > 1e-4
        level.append(np.where(over(reached), total / over(np.maximum(share, 1e-4)), np.float32(0)).astype(np.float32))
        weights.append(reached.astype(np.float32))
    top = weights[-1] > 0
    level[-1] = np.where(over(top), level[-1], level[-1][top].mean(axis=0).astype(np.float32))
    for finer in range(len(level) - 2, -1, -1):
        height, width = level[finer].shape[:2]
        coarse = as_given(cv2.resize(level[finer + 1], (width, height), interpolation=cv2.INTER_LINEAR))
        level[finer] = np.where(over(weights[finer] > 0), level[finer], coarse)
    smooth = as_given(cv2.GaussianBlur(level[0], (0, 0), 2.0, borderType=cv2.BORDER_REPLICATE))
    return np.where(over(known), values, smooth)


def relative_change(
    grey: np.ndarray, drawn: np.ndarray, others: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each pixel lies from the surface around an outline, and that surface.

    Args:
        grey: (h, w) float32 in [0, 1].
        drawn: (h, w) bool, the outline; at least one pixel lies outside of it.
        others: (h, w) bool, what does not show the surface either; None: nothing.

    Returns:
        (h, w) float32 each: the change relative to the surface (-0.3 is 30 % darker), and the surface, smooth.
    """
    known = beside(drawn, others)
    calm = cv2.GaussianBlur(grey, (0, 0), 3.0, borderType=cv2.BORDER_REPLICATE)
    share = cv2.GaussianBlur(known.astype(np.float32), (0, 0), 3.0, borderType=cv2.BORDER_REPLICATE)
    masked = cv2.GaussianBlur(np.where(known, grey, np.float32(0)), (0, 0), 3.0, borderType=cv2.BORDER_REPLICATE)
    calm = np.where(known, masked / np.maximum(share, 1e-3), calm).astype(np.float32)
    surface = np.maximum(filled(calm, known), np.float32(DARKEST))
    return (grey - surface) / surface, surface


def beside(drawn: np.ndarray, others: np.ndarray | None = None) -> np.ndarray:
    """Return the sound surface: ``GAP_PX`` from an outline and from others, or as near to that as there is any.

    Args:
        drawn: (h, w) bool, the outline.
        others: (h, w) bool; None: there are none.

    Returns:
        (h, w) bool.
    """
    apart = drawn if others is None else drawn | others
    for defect in (apart, drawn):
        near = cv2.dilate(defect.view(np.uint8), np.ones((2 * GAP_PX + 1, 2 * GAP_PX + 1), np.uint8)) > 0
        if not near.all():
            return ~near
    return ~drawn


def depth_px(drawn: np.ndarray) -> np.ndarray:
    """Return how deep each pixel lies in an outline, (h, w) float32 px: 0.5 at its border, 0 outside.

    The image's own border is none of the outline.
    """
    distance = cv2.distanceTransform(drawn.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    np.minimum(distance, np.float32(max(drawn.shape)), out=distance)  # where all is outline there is no border
    return np.where(drawn, distance - np.float32(0.5), np.float32(0)).astype(np.float32)


def band(drawn: np.ndarray) -> np.ndarray:
    """Return the pixels of an outline within ``BAND_PX`` of its border, (h, w) bool."""
    shallow = drawn & (depth_px(drawn) <= BAND_PX)
    return shallow if shallow.any() else drawn
