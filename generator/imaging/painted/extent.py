"""How far each pixel may belong to a defect, as models learned it: 1 where a person would outline it, falling beyond.

A drawn outline has an alpha of its own: soft at its edge, fainter where a stroke is thinner than a pixel. Half of what
it is at its strongest nearby is where a person would draw the line, along a thin tip as in the middle of a stain. What
falls off beyond it is as wide as that of the real ones, so that a model sees nothing it has not learned. Source: own.
"""

from __future__ import annotations

import cv2
import numpy as np

GROW_PX = 2
"""How far beyond its outline a defect may go on, as harvests have it."""
REACH_PX = 3
"""How much further than its alpha the support of an outline must reach for that."""
_NEAR_PX = 3
_FAINTEST = 0.2  # of the strongest anywhere: less is no part of a defect that a person sees


def outlined(alpha: np.ndarray) -> np.ndarray:
    """Return what a person would outline of an alpha, (h, w) float32 in [0, 1], as an (h, w) bool mask."""
    side = 2 * _NEAR_PX + 1
    nearby = cv2.dilate(alpha, np.ones((side, side), np.uint8))
    return (alpha >= 0.5 * nearby) & (alpha >= _FAINTEST * alpha.max()) & (alpha > 0)


def extent_of(mask: np.ndarray, support: np.ndarray, goes_on: np.ndarray) -> np.ndarray:
    """Return the extent of a defect.

    Args:
        mask: (h, w) bool, what is outlined.
        support: (h, w) bool, what may change.
        goes_on: (h, w) bool, where the defect may be cut off sharply, as the part ends there; not in the support.

    Returns:
        (h, w) float32 in [0, 1]: 1 within the mask, falling over ``GROW_PX`` beyond it, 0 off the support, and falling
        towards a support that ends nearer than that.
    """
    outside_px = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    falling = np.where(mask, np.float32(1), 1 - (outside_px - 0.5) / (GROW_PX + 0.5))
    framed = cv2.copyMakeBorder((support | goes_on).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    inside_px = cv2.distanceTransform(framed, cv2.DIST_L2, cv2.DIST_MASK_5)[1:-1, 1:-1]
    extent = np.minimum(falling, (inside_px - 0.5) / (GROW_PX + 0.5))
    return np.where(support, np.clip(extent, 0.0, 1.0), 0.0).astype(np.float32)
