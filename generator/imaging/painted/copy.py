"""Whether a painted defect is a copy of a real one, whichever way it is turned, mirrored or scaled.

Defects are brought to one frame: middle, main direction and size of what is outlined. What is compared there is the
change of the surface without its mean at each depth below the border: two cracks are both dark in the middle, yet
their grain differs. Of all turns of all real ones the largest correlation counts, over the pixels that both cover. Sums
are of whole numbers, so that they are the same in whatever order they are added. A defect of which the real crop shows
a part alone is not found again. Source: own; masked correlation is Padfield's (2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.imaging.surround import filled

_SIDE = 32
_SPREAD_PX = 7.0  # root mean square distance from the middle, in the frame
_TURNS = 16
_SHIFTS = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
_BANDS = 5
_OUTLINED = 0.5
_LEVELS = 127
_LEAST_SHARE = 0.6  # of either that the other must cover
_CALM_PX = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """Real defects of one class in all their turns.

    Attributes:
        values: (n x turns, pixels) float32, whole numbers, 0 where the defect is not.
        masks: the same shape, 0 or 1.
    """

    values: np.ndarray
    masks: np.ndarray

    @classmethod
    def of(cls, crops: np.ndarray, extents: np.ndarray) -> Copies:
        """Return the turns of real crops, (n, s, s, C) float32 in [0, 1], with extents, (n, s, s)."""
        turned = [
            _framed(crop, extent, turn * 2 * np.pi / _TURNS, mirrored)
            for crop, extent in zip(crops, extents, strict=True)
            for mirrored in (False, True)
            for turn in range(_TURNS)
        ]
        return cls(*(np.stack([pair[part].ravel() for pair in turned]) for part in (0, 1)))

    def nearest(self, painted: np.ndarray, extent: np.ndarray) -> tuple[float, int]:
        """Return how like a painted defect is to the most alike real one, in [0, 1], and that one's number.

        Args:
            painted: (h, w, C) float32 in [0, 1], with the surface around.
            extent: (h, w) float32 in [0, 1], not all zero.
        """
        values, mask = _framed(painted, extent, 0.0, False)
        moved = [[np.roll(array, shift, axis=(0, 1)).ravel() for array in (values, mask)] for shift in _SHIFTS]
        mine, mine_mask = (np.stack([pair[part] for pair in moved]) for part in (0, 1))
        likeness = _correlation(mine, mine_mask, self.values, self.masks).max(axis=0)
        best = int(likeness.argmax())
        return float(np.clip(likeness[best], 0.0, 1.0)), best // (2 * _TURNS)


def _correlation(a: np.ndarray, a_mask: np.ndarray, b: np.ndarray, b_mask: np.ndarray) -> np.ndarray:
    """Return (n, m) correlations over the pixels that both cover; 0 where these are too few."""
    count = a_mask @ b_mask.T
    sum_a, sum_b = a @ b_mask.T, a_mask @ b.T
    over = np.maximum(count.astype(np.float64), 1.0)
    var_a = (a * a) @ b_mask.T - sum_a.astype(np.float64) ** 2 / over
    var_b = a_mask @ (b * b).T - sum_b.astype(np.float64) ** 2 / over
    both = a @ b.T - sum_a.astype(np.float64) * sum_b / over
    alike = both / np.sqrt(np.maximum(var_a, 1.0) * np.maximum(var_b, 1.0))
    largest = np.maximum(a_mask.sum(axis=1)[:, None], b_mask.sum(axis=1)[None])
    return np.where(count >= _LEAST_SHARE * largest, alike, 0.0)


def _framed(pixels: np.ndarray, extent: np.ndarray, turn: float, mirrored: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the grain of a defect in the frame, (side, side) float32 of whole numbers, and where it is, 0 or 1."""
    mask = (extent >= _OUTLINED * extent.max()) & (extent > 0)
    if not mask.any():
        return np.zeros((_SIDE, _SIDE), np.float32), np.zeros((_SIDE, _SIDE), np.float32)
    change = np.ascontiguousarray((pixels - filled(pixels, extent <= 0)).mean(axis=2))
    ys, xs = np.nonzero(mask)
    y, x = ys.mean(), xs.mean()
    yy, xx, xy = ((ys - y) ** 2).mean(), ((xs - x) ** 2).mean(), ((ys - y) * (xs - x)).mean()
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + (turn if not mirrored else -turn)
    scale = _SPREAD_PX / np.sqrt(xx + yy + 1.0 / 6.0)
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    linear = np.array([[cos, sin], [-sin, cos]])
    if mirrored:
        linear[1] = -linear[1]
    matrix = np.column_stack([linear, (_SIDE - 1) / 2 - linear @ np.array([x, y])])
    if scale < 1:
        change = cv2.GaussianBlur(change, (0, 0), 0.5 / scale, borderType=cv2.BORDER_REFLECT)
    moved = cv2.warpAffine(change, matrix, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR)
    there = cv2.warpAffine(mask.astype(np.float32), matrix, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR) >= 0.5
    grain = _grain(cv2.GaussianBlur(moved, (0, 0), _CALM_PX), there)
    return grain, there.astype(np.float32)


def _grain(change: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return a change without its mean at each depth below the border, in whole numbers up to ``_LEVELS``."""
    depth = cv2.distanceTransform(there.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    rank = np.minimum((depth / max(float(depth.max()), 1.0) * _BANDS).astype(int), _BANDS - 1)
    grain = np.zeros_like(change)
    for number in range(_BANDS):
        band = there & (rank == number)
        if band.any():
            grain[band] = change[band] - change[band].mean()
    return np.rint(grain * np.float32(_LEVELS / max(float(np.abs(grain).max()), 1e-6))).astype(np.float32)
