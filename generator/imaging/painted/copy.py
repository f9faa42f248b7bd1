"""Whether a painted defect is a copy of a real one, whichever way it is turned, mirrored or scaled.

Defects are brought to one frame: middle, main direction and size of what is outlined. What is compared there is their
grain: the change of the surface without what is broad and without its mean at each depth below the border, as two
cracks are both dark in the middle and yet differ. The real ones that are most alike in any of their turns are laid over
the painted one as well as a small move can, and the largest correlation counts, over the pixels that both cover.
Different real defects of a class reach 0.5 to 0.8, the same one in another photo 0.85 and more. Source: own; the laying
over is Evangelidis and Psarakis (2008), ``cv2.findTransformECC``.
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
_BROAD_PX, _CALM_PX = 3.0, 0.7  # grain lies between these sigmas
_OUTLINED = 0.5
_LEVELS = 127
_LEAST_SHARE = 0.6  # of either that the other must cover
_LAID_OVER = 3  # of the most alike
_STEPS = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 15, 1e-3)
_BACK = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """Real defects of one class in all their turns.

    Attributes:
        grains: (n x turns, pixels) float32, whole numbers, so that sums are the same in whatever order they are added;
            0 where the defect is not.
        masks: the same shape, 0 or 1.
    """

    grains: np.ndarray
    masks: np.ndarray

    @classmethod
    def of(cls, crops: np.ndarray, extents: np.ndarray) -> Copies:
        """Return the turns of real crops, (n, s, s, C) float32 in [0, 1], with extents, (n, s, s)."""
        changes = [(change_of(crop, extent), extent) for crop, extent in zip(crops, extents, strict=True)]
        turned = [
            _framed(change, extent, turn * 2 * np.pi / _TURNS, mirrored)
            for change, extent in changes
            for mirrored in (False, True)
            for turn in range(_TURNS)
        ]
        return cls(*(np.stack([pair[part].ravel() for pair in turned]) for part in (0, 1)))

    def nearest(self, change: np.ndarray, extent: np.ndarray) -> tuple[float, int]:
        """Return how like a painted defect is to the most alike real one, in [0, 1], and that one's number.

        Args:
            change: (s, s) float32, what it does to the brightness of the surface.
            extent: (s, s) float32 in [0, 1].
        """
        grain, mask = _framed(change, extent, 0.0, False)
        moved = [[np.roll(array, shift, axis=(0, 1)).ravel() for array in (grain, mask)] for shift in _SHIFTS]
        mine, mine_mask = (np.stack([pair[part] for pair in moved]) for part in (0, 1))
        likeness = _correlation(mine, mine_mask, self.grains, self.masks)
        best, nearest = 0.0, 0
        for row in np.argsort(-likeness.max(axis=0), kind="stable")[:_LAID_OVER]:
            shift = int(likeness[:, row].argmax())
            alike = max(float(likeness[shift, row]), self._laid_over(grain, mask, int(row), _SHIFTS[shift]))
            if alike > best:
                best, nearest = alike, int(row) // (2 * _TURNS)
        return min(best, 1.0), nearest

    def _laid_over(self, grain: np.ndarray, mask: np.ndarray, row: int, shift: tuple[int, int]) -> float:
        """Return the correlation with a real one after the turn and shift that bring both together best."""
        real = self.grains[row].reshape(_SIDE, _SIDE)
        move = np.array([[1, 0, -shift[1]], [0, 1, -shift[0]]], np.float32)
        try:
            _, move = cv2.findTransformECC(real, grain, move, cv2.MOTION_EUCLIDEAN, _STEPS, None, 3)
        except cv2.error:  # no move brings them together
            return 0.0
        there = (cv2.warpAffine(mask, move, (_SIDE, _SIDE), flags=_BACK) >= 0.5).astype(np.float32)
        laid = np.rint(cv2.warpAffine(grain, move, (_SIDE, _SIDE), flags=_BACK)) * there
        rows = slice(row, row + 1)
        alike = _correlation(laid.reshape(1, -1), there.reshape(1, -1), self.grains[rows], self.masks[rows])
        return float(alike[0, 0])


def _correlation(a: np.ndarray, a_mask: np.ndarray, b: np.ndarray, b_mask: np.ndarray) -> np.ndarray:
    """Return (n, m) correlations over the pixels that both cover; 0 where these are too few."""
    count = a_mask @ b_mask.T
    sum_a, sum_b = (a @ b_mask.T).astype(np.float64), (a_mask @ b.T).astype(np.float64)
    over = np.maximum(count.astype(np.float64), 1.0)
    var_a = (a * a) @ b_mask.T - sum_a**2 / over
    var_b = a_mask @ (b * b).T - sum_b**2 / over
    both = a @ b.T - sum_a * sum_b / over
    alike = both / np.sqrt(np.maximum(var_a, 1.0) * np.maximum(var_b, 1.0))
    largest = np.maximum(a_mask.sum(axis=1)[:, None], b_mask.sum(axis=1)[None])
    return np.where(count >= _LEAST_SHARE * largest, alike, 0.0)


def change_of(pixels: np.ndarray, extent: np.ndarray) -> np.ndarray:
    """Return what a defect does to the brightness of the surface that is filled in from around, (h, w) float32."""
    return np.ascontiguousarray((pixels - filled(pixels, extent <= 0)).mean(axis=2))


def _framed(change: np.ndarray, extent: np.ndarray, turn: float, mirrored: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the grain of a defect in the frame, (side, side) float32 of whole numbers, and where it is, 0 or 1."""
    mask = (extent >= _OUTLINED * extent.max()) & (extent > 0)
    if not mask.any():
        return np.zeros((_SIDE, _SIDE), np.float32), np.zeros((_SIDE, _SIDE), np.float32)
    ys, xs = np.nonzero(mask)
    y, x = ys.mean(), xs.mean()
    yy, xx, xy = ((ys - y) ** 2).mean(), ((xs - x) ** 2).mean(), ((ys - y) * (xs - x)).mean()
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + (-turn if mirrored else turn)
    scale = _SPREAD_PX / np.sqrt(xx + yy + 1.0 / 6.0)
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    linear = np.array([[cos, sin], [-sin, cos]])
    if mirrored:
        linear[1] = -linear[1]
    matrix = np.column_stack([linear, (_SIDE - 1) / 2 - linear @ np.array([x, y])])
    if scale < 1:  # as a lens further away would average
        change = cv2.GaussianBlur(change, (0, 0), 0.5 / scale, borderType=cv2.BORDER_REFLECT)
    moved = cv2.warpAffine(change, matrix, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR)
    there = cv2.warpAffine(mask.astype(np.float32), matrix, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR) >= 0.5
    return _grain(cv2.GaussianBlur(moved, (0, 0), _CALM_PX), there), there.astype(np.float32)


def _grain(change: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return a change without what is broad, and without its mean at each depth, in whole numbers to ``_LEVELS``."""
    share = cv2.GaussianBlur(there.astype(np.float32), (0, 0), _BROAD_PX)
    broad = cv2.GaussianBlur(change * there, (0, 0), _BROAD_PX) / np.maximum(share, np.float32(1e-3))
    depth = cv2.distanceTransform(there.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    rank = np.minimum((depth / max(float(depth.max()), 1.0) * _BANDS).astype(int), _BANDS - 1)
    grain = np.zeros_like(change)
    for number in range(_BANDS):
        band = there & (rank == number)
        if band.any():
            fine = change[band] - broad[band]
            grain[band] = fine - fine.mean()
    return np.rint(grain * np.float32(_LEVELS / max(float(np.abs(grain).max()), 1e-6))).astype(np.float32)
