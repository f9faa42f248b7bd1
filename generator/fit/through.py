"""Whether the surface's texture goes on through a defect: as far as streaks inside of it follow those beside it.

Along the columns and rows of the image, the mean of the fine texture just below the defect's border is compared with
that just beyond it; how well two strips of the surface itself follow each other is the measure of all. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.imaging.surround import FINE_PX

_STRIP_PX = 10  # how deep a strip reaches
_LEAST_PX = 4  # pixels of a strip that make a mean
_LEAST_COUNT = 12  # means that make a correlation
_CLEAR = 0.3  # a surface whose own strips follow each other less has no streaks that could go on


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen of streaks at borders: how far they go on, and how far they would on sound surface, both weighed.

    Attributes:
        going: sum over borders of how well the defect's streaks follow the surface's, times the weight.
        usual: the same of two strips of the surface.
    """

    going: float = 0.0
    usual: float = 0.0

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(self.going + other.going, self.usual + other.usual)

    @property
    def through(self) -> float:
        """The share of the surface's texture that goes on, [0, 1]; 0 where nothing was seen."""
        return min(max(self.going / self.usual, 0.0), 1.0) if self.usual > 0 else 0.0


def evidence_of(change: np.ndarray, outside: np.ndarray, inner: np.ndarray) -> Evidence:
    """Return what a defect's borders tell.

    Args:
        change: (h, w) float32, relative to the surface.
        outside: (h, w) bool, the sound surface.
        inner: (h, w) bool, the defect's pixels that lie within the change.
    """
    if not inner.any() or not outside.any():
        return Evidence()
    fine = np.where(inner, _fine(change, inner), _fine(change, outside))
    found = Evidence()
    for turn in range(4):  # the border at the top, and at the other sides in turn
        found += _at_top(*(np.rot90(part, turn) for part in (fine, inner, outside)))
    return found


def _at_top(fine: np.ndarray, inner: np.ndarray, outside: np.ndarray) -> Evidence:
    row = np.arange(len(fine))[:, None]
    top = np.where(inner.any(axis=0), inner.argmax(axis=0), -1)
    edge = np.where(outside & (row < top), row, -1).max(axis=0)  # the surface's last row above the defect
    strips = (
        inner & (row < top + _STRIP_PX),
        outside & (row <= edge) & (row > edge - _STRIP_PX),
        outside & (row <= edge - _STRIP_PX) & (row > edge - 2 * _STRIP_PX),
    )
    (within, near, far), known = zip(*(_means(fine, strip) for strip in strips), strict=True)
    both = known[0] & known[1] & known[2]
    count = int(np.count_nonzero(both))
    if count < _LEAST_COUNT:
        return Evidence()
    usual = _correlation(near[both], far[both])
    if usual < _CLEAR:
        return Evidence()
    weight = count * usual
    return Evidence(weight * _correlation(within[both], near[both]), weight * usual)


def _fine(change: np.ndarray, where: np.ndarray) -> np.ndarray:
    share, total = (
        cv2.GaussianBlur(part, (0, 0), FINE_PX, borderType=cv2.BORDER_REPLICATE)
        for part in (where.astype(np.float32), np.where(where, change, np.float32(0)))
    )
    return change - total / np.maximum(share, 1e-4)


def _means(fine: np.ndarray, strip: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of each column over a strip, and which columns have enough of it."""
    count = strip.sum(axis=0)
    return np.where(strip, fine, 0.0).sum(axis=0) / np.maximum(count, 1), count >= _LEAST_PX


def _correlation(one: np.ndarray, two: np.ndarray) -> float:
    one, two = one - one.mean(), two - two.mean()
    return float((one @ two) / max(np.sqrt((one @ one) * (two @ two)), 1e-12))
