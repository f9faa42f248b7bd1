"""Filled outlines: bands about a line and closed rings, with the soft edge that optics give.

Corners lie between pixels (1/16 px); the edge is a Gaussian. Edges much softer than a pixel are drawn on a coarser grid and
brought to size, so that a wide fade costs what its grid costs. Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

_SHIFT = 4  # cv2 draws with 1/16 px
_CHUNK = 6  # points of a band drawn as one polygon; short pieces can cross each other without leaving holes
_COARSE_FROM_PX = 4.0


def fill_bands(
    bands: Sequence[tuple[np.ndarray, np.ndarray]], softness_px: float, floor: float = 0.2
) -> tuple[np.ndarray, int, int]:
    """Return the soft alpha of bands of varying width about lines; later ones lie on top.

    Args:
        bands: pairs of points (N, 2), x and y in px of the image, and full widths (N,) in px. Where a band is thinner than
            a pixel it is drawn one pixel wide and fainter.
        softness_px: sigma of the edge, px.
        floor: faintest strength of a thin band, (0, 1].

    Returns:
        alpha (h, w) float32 in [0, 1], and x, y of its first pixel.
    """
    widest = max(float(widths.max()) for _, widths in bands)
    everything = np.concatenate([points for points, _ in bands])
    x, y, canvas = _canvas(everything, widest / 2.0, softness_px)
    for points, widths in bands:
        tangent = np.gradient(points, axis=0)
        tangent /= np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)[:, None]
        half = np.maximum(widths - 0.8, 0.1)[:, None] / 2.0  # the antialiased border adds about 0.4 px on each side
        normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1) * half
        sides = np.stack([points + normal, points - normal]) - (x + 0.5, y + 0.5)
        left, right = np.rint(sides * (1 << _SHIFT)).astype(np.int32)
        strengths = np.rint(255 * np.clip(widths, floor, 1.0))
        for first in range(0, max(1, len(points) - 1), _CHUNK):
            piece = slice(first, first + _CHUNK + 1)
            ring = np.concatenate([left[piece], right[piece][::-1]])
            cv2.fillPoly(canvas, [ring], float(strengths[piece].mean()), cv2.LINE_AA, _SHIFT)
    return _softened(canvas, softness_px, thin=widest < 4.0), x, y


def fill_rings(rings: Sequence[np.ndarray], softness_px: float) -> tuple[np.ndarray, int, int]:
    """Return the soft alpha of closed rings; where they overlap they are one.

    Args:
        rings: (N, 2) x, y in px of the image each, not closed.
        softness_px: sigma of the edge, px.

    Returns:
        alpha (h, w) float32 in [0, 1], and x, y of its first pixel.
    """
    everything = np.concatenate(rings)
    if softness_px < _COARSE_FROM_PX:
        x, y, canvas = _canvas(everything, 0.0, softness_px)
        _fill(canvas, rings, np.array([x, y]), 1.0)
        size = np.ptp(everything, axis=0).min()
        return _softened(canvas, softness_px, thin=size < 4.0), x, y
    step = softness_px / 3.0
    margin = math.ceil(3.0 * softness_px) + 2
    x, y = (int(v) for v in np.floor(everything.min(axis=0)) - margin)
    right, bottom = np.ceil(everything.max(axis=0)) + margin
    columns, rows = math.ceil((right - x) / step), math.ceil((bottom - y) / step)
    coarse = np.zeros((rows, columns), np.uint8)
    _fill(coarse, rings, np.array([x, y]), step)
    alpha = cv2.GaussianBlur(coarse.astype(np.float32), (0, 0), 3.0, borderType=cv2.BORDER_CONSTANT)
    alpha *= np.float32(1.0 / max(1.0, float(alpha.max())))
    size = (round(columns * step), round(rows * step))
    return cv2.resize(alpha, size, interpolation=cv2.INTER_LINEAR), x, y


def _canvas(points: np.ndarray, reach_px: float, softness_px: float) -> tuple[int, int, np.ndarray]:
    """Return x, y and the empty canvas about points with room for the soft edge."""
    margin = math.ceil(reach_px + 3.0 * softness_px) + 2
    x, y = (int(v) for v in np.floor(points.min(axis=0)) - margin)
    right, bottom = np.ceil(points.max(axis=0)) + margin
    return x, y, np.zeros((int(bottom) - y, int(right) - x), np.uint8)


def _fill(canvas: np.ndarray, rings: Sequence[np.ndarray], origin: np.ndarray, step_px: float) -> None:
    for ring in rings:
        corners = np.rint(((ring - origin) / step_px - 0.5) * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(canvas, [corners], 255, cv2.LINE_AA, _SHIFT)


def _softened(canvas: np.ndarray, softness_px: float, thin: bool) -> np.ndarray:
    """Return (h, w) float32 in [0, 1]; what is thin gets its full strength back after the blur."""
    alpha = canvas.astype(np.float32)
    strongest = float(canvas.max()) if thin else 255.0
    if softness_px > 0:
        alpha = cv2.GaussianBlur(alpha, (0, 0), softness_px)
    alpha *= np.float32(strongest / 255.0 / max(1.0, float(alpha.max())) if thin else 1.0 / 255.0)
    return alpha
