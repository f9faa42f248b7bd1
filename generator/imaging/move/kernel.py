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
_STEPS = 8192
_CLOSE_PX = 8.0  # further than this from a quarter turn, the phases of an image cancel out


def is_close(matrix: np.ndarray, hw: tuple[int, int]) -> bool:
    """Say whether a map moves no pixel of an image by more than a few px against a quarter turn and a shift.

    Args:
        matrix: (2, 3) from source to canvas.
        hw: height and width of the source, px.
    """
    linear = matrix[:, :2]
    quarter = np.rint(linear)
    if abs(np.linalg.det(quarter)) != 1.0:
        return False
    half = np.array([[hw[1], hw[0]], [hw[1], -hw[0]]]) / 2.0
    return bool(np.abs(half @ (linear - quarter).T).max() < _CLOSE_PX)


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
    columns, rows = np.arange(wh[0], dtype=np.float64)[None, :], np.arange(wh[1], dtype=np.float64)[:, None]
    table = _asked_phase(interpolation)
    x, y = _asked(a * columns + (b * rows + x0), table), _asked(c * columns + (d * rows + y0), table)
    return cv2.remap(values, x, y, interpolation, borderMode=border)


def _asked(at: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return where to ask so that the kernel answers for the places given, float32."""
    whole = np.floor(at)
    return (whole + table[((at - whole) * _STEPS + 0.5).astype(np.int32)]).astype(np.float32)


@lru_cache(maxsize=4)
def _asked_phase(interpolation: int) -> np.ndarray:
    """Return, per phase wanted, the phase to ask for; (8193,) float64 in [0, 1]."""
    ramp = np.arange(64, dtype=np.float32)[None, :]
    phases = np.linspace(0.0, 1.0, _PHASES[interpolation])
    at = (32.0 + phases).astype(np.float32)[None, :]
    got = cv2.remap(ramp, at, np.zeros_like(at), interpolation, borderMode=cv2.BORDER_REPLICATE)[0] - 32.0
    return np.interp(np.linspace(0.0, 1.0, _STEPS + 1), got, phases)
