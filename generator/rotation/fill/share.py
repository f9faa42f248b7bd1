"""How much of the turned image a fill keeps at each pixel: the circle of its shorter side, or all of it.

Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np

from generator.core.errors import require
from generator.imaging.move.covered import Cover
from generator.imaging.move.turn import Turn

Keep = Literal["circle", "image"]
LEAST_RADIUS_PX = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kept:
    """How much of the turned image each pixel of a canvas shows.

    Attributes:
        share: (h, w) float32 in [0, 1]; it cannot be written to.
        cover: the same, kept as what is not whole.
    """

    share: np.ndarray
    cover: Cover

    @classmethod
    def of(cls, share: np.ndarray) -> Kept:
        """Return what shares keep."""
        share.flags.writeable = False
        return cls(share=share, cover=Cover.of(share))


def in_circle(turn: Turn, hw: tuple[int, int], edge_px: float) -> Kept:
    """Return the image within the circle of its shorter side, the same at every angle.

    Args:
        turn: onto the canvas.
        hw: height and width of the image, px.
        edge_px: width of the soft edge, which lies within the circle, canvas px.

    Raises:
        RangeError: the image is too small for a circle.
    """
    radius = turn.scale * (min(hw) / 2.0 - turn.reach_px)
    least = int(2 * (turn.reach_px + LEAST_RADIUS_PX / min(1.0, turn.scale))) + 1
    require(radius >= LEAST_RADIUS_PX, "fill", f"images of {least} px a side or more", f"{hw[1]} x {hw[0]} px")
    return _disc(turn.wh, turn.to_xy, radius, edge_px)


@lru_cache(maxsize=2)
def _disc(wh: tuple[int, int], at_xy: tuple[float, float], radius: float, edge_px: float) -> Kept:
    """Return a disc with a soft edge; without a shift it is that of every image of a size."""
    across = np.square(np.arange(wh[0], dtype=np.float32) + np.float32(0.5 - at_xy[0]))
    down = np.square(np.arange(wh[1], dtype=np.float32) + np.float32(0.5 - at_xy[1]))
    inward = np.float32(radius) - cv2.sqrt(down[:, None] + across[None, :])
    return Kept.of(np.clip(inward * np.float32(1.0 / edge_px), 0.0, 1.0, out=inward))


def in_image(turn: Turn, hw: tuple[int, int], edge_px: float) -> Kept | None:
    """Return the image within its own border, as ``in_circle``; None: it covers the whole canvas."""
    back = np.linalg.inv(turn.matrix)
    width, height = turn.wh
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64) @ back[:2, :2].T + back[:2, 2]
    if corners.min() >= -1e-6 and (corners <= np.array([hw[1], hw[0]]) + 1e-6).all():
        return None
    x, y = np.arange(width) + 0.5, np.arange(height) + 0.5
    inward = np.full((height, width), np.inf, np.float32)
    for axis, side in ((0, hw[1]), (1, hw[0])):
        from_middle = (back[axis, 0] * x + back[axis, 2] - side / 2.0).astype(np.float32)[None, :]
        from_middle = np.abs(from_middle + (back[axis, 1] * y).astype(np.float32)[:, None])
        np.minimum(inward, np.float32(side / 2.0) - from_middle, out=inward)
    inward -= np.float32(min(turn.reach_px, min(hw) / 4.0))
    inward *= np.float32(turn.scale / edge_px)
    return Kept.of(np.clip(inward, 0.0, 1.0, out=inward))


def kept_of(keep: Keep, turn: Turn, hw: tuple[int, int], edge_px: float) -> Kept | None:
    """Return what is kept of the image; None: all of the canvas."""
    return in_circle(turn, hw, edge_px) if keep == "circle" else in_image(turn, hw, edge_px)


def edge_width_px(turn: Turn, hw: tuple[int, int], edge_frac: float) -> float:
    """Return the width of a soft edge, canvas px: a share of the image's shorter side, at least 1.5."""
    return max(1.5, edge_frac * min(hw) * turn.scale)


def square(frame_wh: tuple[int, int], aspect: float | None) -> tuple[int, int]:
    """Return the square of the shorter side, or the smallest canvas of an aspect around it."""
    side = min(frame_wh)
    if aspect is None:
        return side, side
    return (max(1, round(side * aspect)), side) if aspect >= 1 else (side, max(1, round(side / aspect)))
