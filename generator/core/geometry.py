"""Where things are.

Convention: x to the right, y down, unit px, the origin is the outer corner of the first pixel; boxes are half-open:
w = largest + 1 - smallest. Pixel (row 2, column 5) alone is Rect(5, 2, 1, 1). Angles are degrees, counter-clockwise as
displayed, 0 to the right, so that 90 points up; an angle is stated in (-180, 180], never as -180 or -0.0. Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


def stated_deg(angle_deg: float, order: int = 1) -> float:
    """Return an angle as it is stated, folded to the range in which a part looks different at each angle.

    Args:
        angle_deg: any finite angle, degrees.
        order: how often the part looks the same in a full turn, >= 1.

    Returns:
        The angle in (-180 / order, 180 / order]; an angle in that range comes back to the last bit.
    """
    turn = 360.0 / order
    folded = math.remainder(angle_deg, turn)
    if folded <= -turn / 2.0:
        folded += turn
    return folded + 0.0  # no -0.0


@dataclass(frozen=True, slots=True)
class Rect:
    """A half-open box of whole pixels; w or h <= 0 is empty."""

    x: int
    y: int
    w: int
    h: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """The rows and columns of the box, to index an image with."""
        return slice(self.y, self.y + self.h), slice(self.x, self.x + self.w)

    @property
    def xywh(self) -> tuple[int, int, int, int]:
        """x, y, w, h in px."""
        return self.x, self.y, self.w, self.h

    @property
    def is_empty(self) -> bool:
        """Whether the box holds no pixel."""
        return self.w <= 0 or self.h <= 0

    def grown(self, margin_px: int) -> Rect:
        """Return the box with ``margin_px`` more on every side."""
        return Rect(self.x - margin_px, self.y - margin_px, self.w + 2 * margin_px, self.h + 2 * margin_px)

    def clipped(self, hw: tuple[int, int]) -> Rect:
        """Return the part of the box that lies in an image of height and width ``hw``."""
        return self.intersection(Rect(0, 0, hw[1], hw[0]))

    def intersection(self, other: Rect) -> Rect:
        """Return the common part; it may be empty."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.x + self.w, other.x + other.w), min(self.y + self.h, other.y + other.h)
        return Rect(x, y, max(0, right - x), max(0, bottom - y))

    def inside(self, outer: Rect) -> tuple[slice, slice]:
        """Return the rows and columns of this box within the arrays of ``outer``."""
        return (
            slice(self.y - outer.y, self.y - outer.y + self.h),
            slice(self.x - outer.x, self.x - outer.x + self.w),
        )


def mask_to_rect(mask: np.ndarray) -> Rect:
    """Return the smallest box around the true pixels.

    Args:
        mask: (H, W) bool.

    Returns:
        The half-open box in px: one pixel at row 2, column 5 gives (5, 2, 1, 1); no true pixel gives (0, 0, 0, 0).
    """
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return Rect(0, 0, 0, 0)
    columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(axis=0))
    return Rect(int(columns[0]), int(rows[0]), int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1)
