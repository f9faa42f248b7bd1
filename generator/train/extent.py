"""How far each pixel may belong to a defect: 1 within its mask, falling beyond, as a harvest has it. Source: own."""

from __future__ import annotations

import cv2
import numpy as np


def extent_of(mask: np.ndarray, grow_px: int) -> np.ndarray:
    """Return the extent of a mask, (h, w) float32 in [0, 1].

    Args:
        mask: (h, w) bool.
        grow_px: how far beyond it the edge of a defect goes on, >= 0.
    """
    outside_px = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    alpha = np.clip(1.0 - (outside_px - 0.5) / (grow_px + 0.5), 0.0, 1.0).astype(np.float32)
    alpha[mask] = 1.0
    return alpha
