"""How much of each canvas pixel an image covers, where it does not shrink.

A pixel of the image fades out over its own width at the border; only a band along the turned border has to be looked
at, the rest is drawn as a polygon. Source: own.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

_BITS = 4  # of a fraction of a px in corners of polygons


def covered_share(matrix: np.ndarray, hw: tuple[int, int], wh: tuple[int, int], scale: float) -> np.ndarray:
    """Return the share of an image at each pixel of a canvas.

    Args:
        matrix: (3, 3), from the image to the canvas, px from the outer corner of the first pixel.
        hw: height and width of the image, px.
        wh: width and height of the canvas, px.
        scale: canvas px an image px, >= 1.

    Returns:
        (h, w) float32 in [0, 1].
    """
    height, width = hw
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64) @ matrix[:2, :2].T
    outline = np.rint((corners + matrix[:2, 2] - 0.5) * (1 << _BITS)).astype(np.int32)
    inside, band = np.zeros((2, wh[1], wh[0]), np.uint8)
    cv2.fillConvexPoly(inside, outline, 1, shift=_BITS)
    cv2.polylines(band, [outline], True, 1, thickness=2 * math.ceil(scale) + 3, shift=_BITS)
    at = np.flatnonzero(band.view(bool))
    y, x = np.divmod(at, wh[0])
    turn = matrix[:2, :2].T / scale**2  # of a similarity, the inverse
    offset = turn @ (0.5 - matrix[:2, 2])
    inward, made = np.ones(at.size), inside.astype(np.float32)
    for axis, side in ((0, width), (1, height)):
        along = turn[axis, 0] * x + (turn[axis, 1] * y + offset[axis])
        inward *= np.clip(np.minimum(along, side - along) + 0.5, 0.0, 1.0)
    made.ravel()[at] = inward
    return made
