"""How much of each canvas pixel is the turned image's own, kept as what is not whole.

A pixel of an image that does not shrink fades out over its own width at the border; only the pixels along the turned
border have to be looked at, the rest is drawn as a polygon. Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

_BITS = 4  # of a fraction of a px in corners of polygons


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cover:
    """The share of an image at each pixel of a canvas: which pixels have none of it, and which some.

    Attributes:
        none: (h, w) uint8, 1 where the share is 0, else 0.
        some: flat indices of the pixels whose share lies between 0 and 1, int64; one may stand there twice.
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
    corners = _corners(matrix, hw)
    none = _polygon(corners, wh, inside=0, outside=1)
    at, share = _along_border(corners, matrix, hw, wh, scale)
    none.ravel()[at] = share <= 0.0
    some = (share > 0.0) & (share < 1.0)
    return Cover(none=none, some=at[some], share=share[some])


def covered_share(matrix: np.ndarray, hw: tuple[int, int], wh: tuple[int, int], scale: float) -> np.ndarray:
    """Return the share of an image at each pixel of a canvas, (h, w) float32 in [0, 1]; as ``cover_of``."""
    corners = _corners(matrix, hw)
    made = _polygon(corners, wh, inside=1, outside=0).astype(np.float32)
    at, share = _along_border(corners, matrix, hw, wh, scale)
    made.ravel()[at] = share
    return made


def _corners(matrix: np.ndarray, hw: tuple[int, int]) -> np.ndarray:
    """Return the corners of an image on the canvas, (4, 2) px from the middle of the first pixel."""
    height, width = hw
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    return corners @ matrix[:2, :2].T + (matrix[:2, 2] - 0.5)


def _polygon(corners: np.ndarray, wh: tuple[int, int], inside: int, outside: int) -> np.ndarray:
    """Return a polygon drawn on a canvas, (h, w) uint8, right to half a pixel."""
    drawn = np.full((wh[1], wh[0]), outside, np.uint8)
    cv2.fillConvexPoly(drawn, np.rint(corners * (1 << _BITS)).astype(np.int32), inside, shift=_BITS)
    return drawn


def _along_border(
    corners: np.ndarray, matrix: np.ndarray, hw: tuple[int, int], wh: tuple[int, int], scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels near an image's border and their shares.

    Along each side every column, or row where that is steeper, gets the pixels that a fade across the side can touch.

    Returns:
        (n,) int64 flat indices, some of them twice, and (n,) float32 in [0, 1].
    """
    # half the fade's width, sqrt(2) / 2 canvas px an image px at most, and the half px that the polygon may be off
    reach = math.ceil(0.75 * scale)
    sides = []
    for start, stop in zip(corners.tolist(), [*corners[1:].tolist(), corners[0].tolist()], strict=True):
        along = int(abs(stop[1] - start[1]) > abs(stop[0] - start[0]))  # the axis that it mainly runs along
        low, high = sorted((start[along], stop[along]))
        slope = (stop[1 - along] - start[1 - along]) / (stop[along] - start[along])
        first, last = max(0, math.floor(low) - reach), min(wh[along] - 1, math.ceil(high) + reach)
        strides = (1, wh[0]) if along == 0 else (wh[0], 1)
        sides.append((slope, start[1 - along] - start[along] * slope, first, last, wh[1 - along], *strides))
    slope, offset, first, last, limit, stride, other = np.array(sides).T[:, :, None]
    at = np.arange(max(wh))
    near = np.arange(1.0 - reach, reach + 1.0)[:, None, None] + np.floor(at * slope + offset)
    held = (near >= 0) & (near < limit) & ((at >= first) & (at <= last))
    flat = (near * other + at * stride)[held].astype(np.int64)
    turn = matrix[:2, :2].T / scale**2  # of a similarity, the inverse
    y, x = np.divmod(flat, wh[0])
    points = turn @ np.stack([x, y]).astype(np.float64)
    within = points + (turn @ (0.5 - matrix[:2, 2]))[:, None]
    np.minimum(within, np.array([[hw[1]], [hw[0]]]) - within, out=within)
    within += 0.5
    inward = np.clip(within, 0.0, 1.0, out=within)
    return flat, (inward[0] * inward[1]).astype(np.float32)
