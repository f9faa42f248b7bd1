"""How much of each canvas pixel is the turned image's own, kept as what is not whole.

A pixel of an image that does not shrink fades out over its own width at the border; only a band along the turned border
has to be looked at, the rest is drawn as a polygon. Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

_BITS = 4  # of a fraction of a px in corners of polygons
_NOTHING, _WHOLE, _BORDER = 0, 1, 2  # in a drawing of what is covered


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cover:
    """The share of an image at each pixel of a canvas: which pixels have none of it, and which some.

    Attributes:
        none: (h, w) uint8, 1 where the share is 0, else 0.
        some: flat indices of the pixels whose share lies between 0 and 1, int64.
        share: of each of those, float32.
    """

    none: np.ndarray
    some: np.ndarray
    share: np.ndarray

    @classmethod
    def of(cls, share: np.ndarray) -> Cover:
        """Return the cover of shares, (h, w) float32 in [0, 1]."""
        none = share <= 0.0
        some = np.flatnonzero(none == (share >= 1.0))
        return cls(none=none.view(np.uint8), some=some, share=share.reshape(-1)[some])

    @property
    def seen(self) -> np.ndarray:
        """(h, w) bool, where something of the image shows."""
        return self.none == 0

    def laid(self, image: np.ndarray, ground: np.ndarray) -> np.ndarray:
        """Lay a ground under an image, which is changed; nothing is rounded where the share is 0 or 1.

        Args:
            image: (h, w, C) uint8 or uint16, in one block of memory.
            ground: the same shape and dtype.

        Returns:
            The image.
        """
        cv2.copyTo(ground, self.none, image)
        if self.some.size:
            flat = image.reshape(-1, image.shape[2])
            own = ground.reshape(-1, image.shape[2])[self.some].astype(np.float32)
            flat[self.some] = np.rint(own + self.share[:, None] * (flat[self.some] - own)).astype(image.dtype)
        return image


def cover_of(matrix: np.ndarray, hw: tuple[int, int], wh: tuple[int, int], scale: float) -> Cover:
    """Return what an image covers of a canvas.

    Args:
        matrix: (3, 3), from the image to the canvas, px from the outer corner of the first pixel.
        hw: height and width of the image, px.
        wh: width and height of the canvas, px.
        scale: canvas px an image px, >= 1.
    """
    drawn, at, share = _covered(matrix, hw, wh, scale)
    some = (share > 0.0) & (share < 1.0)
    none = (drawn == _NOTHING).view(np.uint8)
    none.ravel()[at] = share <= 0.0
    return Cover(none=none, some=at[some], share=share[some])


def covered_share(matrix: np.ndarray, hw: tuple[int, int], wh: tuple[int, int], scale: float) -> np.ndarray:
    """Return the share of an image at each pixel of a canvas, (h, w) float32 in [0, 1]; as ``cover_of``."""
    drawn, at, share = _covered(matrix, hw, wh, scale)
    made = drawn.astype(np.float32)
    made.ravel()[at] = share
    return made


def _covered(
    matrix: np.ndarray, hw: tuple[int, int], wh: tuple[int, int], scale: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a drawing of what an image covers, the flat indices of the band along its border, and the shares there."""
    height, width = hw
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64) @ matrix[:2, :2].T
    outline = np.rint((corners + matrix[:2, 2] - 0.5) * (1 << _BITS)).astype(np.int32)
    drawn = np.zeros((wh[1], wh[0]), np.uint8)
    cv2.fillConvexPoly(drawn, outline, _WHOLE, shift=_BITS)
    cv2.polylines(drawn, [outline], True, _BORDER, thickness=2 * math.ceil(scale) + 3, shift=_BITS)
    at = np.flatnonzero(drawn == _BORDER)
    y, x = np.divmod(at, wh[0])
    turn = matrix[:2, :2].T / scale**2  # of a similarity, the inverse
    offset = turn @ (0.5 - matrix[:2, 2])
    inward = np.ones(at.size)
    for axis, side in ((0, width), (1, height)):
        along = turn[axis, 0] * x + (turn[axis, 1] * y + offset[axis])
        np.minimum(along, side - along, out=along)
        along += 0.5
        inward *= np.clip(along, 0.0, 1.0, out=along)
    return drawn, at, inward.astype(np.float32)
