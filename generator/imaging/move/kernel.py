"""What OpenCV's kernels do to a place between pixels, and how to undo it.

A kernel that does not carry a ramp exactly moves what lies between pixels: OpenCV's cubic one (a = -0.75) takes a shift
of 0.25 px for one of 0.30 px. Over many pixels of all phases this cancels out; close to a quarter turn, where
neighbours have nearly the same phase, it would turn the image further than its label says. There every place is asked
for where the kernel puts it right. Source: own; that a cubic kernel needs a = -0.5 for this is Keys, IEEE
Transactions on Acoustics, Speech and Signal Processing 29 (1981).
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

_PHASES = {cv2.INTER_CUBIC: 1025, cv2.INTER_LANCZOS4: 33}  # that OpenCV tells apart, ends included
_BITS = 13
_STEPS = 1 << _BITS  # of a px that places are told apart by
_ROWS = 32
_CLOSE_PX = 8.0  # further than this from a quarter turn, the phases of an image cancel out


def is_close(matrix: np.ndarray, hw: tuple[int, int]) -> bool:
    """Say whether a map moves no pixel of an image by more than a few px against a quarter turn and a shift.

    Args:
        matrix: (2, 3) from source to canvas.
        hw: height and width of the source, px.
    """
    (a, b, _), (c, d, _) = matrix.tolist()
    if abs(round(a) * round(d) - round(b) * round(c)) != 1:
        return False
    return max(_farthest_px(a, b, hw), _farthest_px(c, d, hw)) < _CLOSE_PX


def _farthest_px(a: float, b: float, hw: tuple[int, int]) -> float:
    """Return how far a row of a map moves the corners of an image, whose middle stays, along its axis."""
    return (abs(a - round(a)) * hw[1] + abs(b - round(b)) * hw[0]) / 2.0


def warped_exactly(
    values: np.ndarray, matrix: np.ndarray, wh: tuple[int, int], interpolation: int, border: int
) -> np.ndarray:
    """Return values on a canvas as ``cv2.warpAffine`` does, but for what the kernel adds to a shift.

    Args:
        values: (H, W) or (H, W, C) uint8, uint16 or float32.
        matrix: (2, 3) from source to canvas, px from the middle of the first pixel.
        wh: width and height of the canvas, px.
        interpolation: ``cv2.INTER_CUBIC`` or ``cv2.INTER_LANCZOS4``.
        border: OpenCV's.
    """
    (a, b, x0), (c, d, y0) = cv2.invertAffineTransform(matrix)
    columns, rows = np.arange(wh[0], dtype=np.float64), np.arange(wh[1], dtype=np.float64)
    table = _asked_phase(interpolation)
    x, y = _asked(a * columns, b * rows + x0, table), _asked(c * columns, d * rows + y0, table)
    return cv2.remap(values, x, y, interpolation, borderMode=border)


def _asked(along: np.ndarray, down: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return where to ask so that the kernel answers for the places ``down[:, None] + along``, (h, w) float32.

    Places are whole numbers of steps: their sum, its whole pixels and its phase then cost little.
    """
    made = np.empty((down.size, along.size), np.float32)
    along, down = (np.rint(places * _STEPS).astype(np.int32) for places in (along, down))
    for first in range(0, down.size, _ROWS):  # a few rows at a time stay near
        rows = slice(first, first + _ROWS)
        at = down[rows, None] + along
        phase = at & (_STEPS - 1)
        made[rows] = at >> _BITS
        made[rows] += table.take(phase)
    return made


@lru_cache(maxsize=4)
def _asked_phase(interpolation: int) -> np.ndarray:
    """Return, per phase wanted, the phase to ask for; (8192,) float32 in [0, 1]."""
    ramp = np.arange(64, dtype=np.float32)[None, :]
    phases = np.linspace(0.0, 1.0, _PHASES[interpolation])
    at = (32.0 + phases).astype(np.float32)[None, :]
    got = cv2.remap(ramp, at, np.zeros_like(at), interpolation, borderMode=cv2.BORDER_REPLICATE)[0] - 32.0
    return np.interp(np.arange(_STEPS) / _STEPS, got, phases).astype(np.float32)
