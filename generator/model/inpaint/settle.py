"""What painting does to a surface where it should do nothing, taken out of what it does within the extent.

A latent model shifts brightness and tint a little, wherever it paints. How much is seen around the extent, where the
surface should have stayed; that, averaged about each place, is taken off. Source: own.
"""

from __future__ import annotations

import cv2
import numpy as np

_REACH = 1 / 16  # of the crop's side: the sigma of the average
_LEAST = 1e-3  # weight of the mean over all of the surroundings, which counts deep inside an extent


def settled(change: np.ndarray, extent: np.ndarray) -> np.ndarray:
    """Return a change without the shift that it has around the extent.

    Args:
        change: (n, C, s, s) float32.
        extent: (s, s) bool, where the surface may change.

    Returns:
        (n, C, s, s) float32; what the change was where there is nothing around the extent.
    """
    around = (~extent).astype(np.float32)
    if not around.any():
        return change
    sigma = _REACH * extent.shape[1]
    weight = cv2.GaussianBlur(around, (0, 0), sigma, borderType=cv2.BORDER_REFLECT) + np.float32(_LEAST)
    count = around.sum()
    out = np.empty_like(change)
    for index in np.ndindex(change.shape[:2]):
        seen = change[index] * around
        near = cv2.GaussianBlur(seen, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
        out[index] = change[index] - (near + np.float32(_LEAST) * (seen.sum() / count)) / weight
    return out
