"""Filled outlines: bands about a line and closed rings, with the soft edge that optics give.

Corners lie between pixels (1/16 px); the edge is a Gaussian. Edges much softer than a pixel are drawn on a coarser grid
and brought to size, so that a wide fade costs what its grid costs. Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from generator.core.geometry import Rect

_SHIFT = 4  # cv2 draws with 1/16 px
_CHUNK = 8  # points of a band drawn as one polygon; short pieces can cross each other without leaving holes
_COARSE_FROM_PX = 4.0
_THIN_PX = 4.0  # bands thinner than this are drawn finer: cv2's antialiasing makes beads along a line of a pixel or two
_FINER = 4  # times
_BEYOND_PX = 16  # how far beyond the image an outline is drawn


def fill_bands(
    bands: Sequence[tuple[np.ndarray, np.ndarray]],
    softness_px: float,
    hw: tuple[int, int],
    floor: float = 0.2,
    crossing: bool = False,
) -> tuple[np.ndarray, int, int]:
    """Return the soft alpha of bands of varying width about lines; later ones lie on top.

    Args:
        bands: pairs of points (..., N, 2), x and y in px of the image, and full widths (..., N) in px; leading axes are
            bands of as many points each. Where a band is thinner than a pixel it is drawn one pixel wide and fainter.
        softness_px: sigma of the edge, px.
        hw: height and width of the image, px; what lies far outside is left out.
        floor: faintest strength of a thin band, (0, 1].
        crossing: whether a band may cross itself.

    Returns:
        alpha (h, w) float32 in [0, 1], and x, y of its first pixel.
    """
    points = np.concatenate([points.reshape(-1, 2) for points, _ in bands])
    widths = np.concatenate([widths.reshape(-1) for _, widths in bands])
    counts = np.concatenate([np.full(b.size // b.shape[-1], b.shape[-1]) for _, b in bands])
    ends = np.cumsum(counts)
    widest = float(widths.max())
    x, y, canvas = _canvas(points, widest / 2.0, softness_px, hw)
    thin = widest < _THIN_PX
    finer = _FINER if thin and canvas.size > 1 else 1
    drawn = np.maximum(widths, 1.0) * finer if thin else widths
    height, width = canvas.shape
    if finer > 1:
        canvas = np.zeros((height * finer, width * finer), np.uint8)
    left, right = _sides((points - (x, y)) * finer - 0.5, drawn, ends - counts, ends - 1)
    strengths = np.rint(255 * np.clip(widths, floor, 1.0))
    for start, end, count in zip((ends - counts).tolist(), ends.tolist(), counts.tolist(), strict=True):
        step = _CHUNK if crossing or strengths[start:end].min() < 255 else count
        for first in range(start, max(start + 1, end - 1), step):
            last = min(first + step + 1, end)
            ring = np.concatenate([left[first:last], right[first:last][::-1]])
            strength = float(strengths[min(first + step // 2, end - 1)])
            cv2.fillPoly(canvas, [ring], strength, cv2.LINE_AA, _SHIFT)
    while canvas.shape[0] > height:  # halving is cv2's fastest area average
        canvas = cv2.resize(canvas, (canvas.shape[1] // 2, canvas.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return _softened(canvas, softness_px, thin), x, y


def _sides(
    points: np.ndarray, widths: np.ndarray, firsts: np.ndarray, lasts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the left and right sides of bands, (N, 2) int32 in 1/16 px.

    Args:
        points: (N, 2) of all bands, one after another.
        widths: (N,) px.
        firsts: where each band's first point stands.
        lasts: where its last point stands.
    """
    tangent = np.empty_like(points)
    tangent[1:-1] = points[2:] - points[:-2]
    tangent[firsts] = points[np.minimum(firsts + 1, lasts)] - points[firsts]
    tangent[lasts] = points[lasts] - points[np.maximum(lasts - 1, firsts)]
    half = np.maximum(widths - 0.8, 0.1) / 2.0  # the antialiased border adds about 0.4 px on each side
    half = half / np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)
    normal = tangent[:, ::-1] * (half[:, None] * (-1.0, 1.0))
    scale = float(1 << _SHIFT)
    return np.rint((points + normal) * scale).astype(np.int32), np.rint((points - normal) * scale).astype(np.int32)


def fill_rings(rings: Sequence[np.ndarray], softness_px: float, hw: tuple[int, int]) -> tuple[np.ndarray, int, int]:
    """Return the soft alpha of closed rings; where they overlap they are one.

    Args:
        rings: (N, 2) x, y in px of the image each, not closed.
        softness_px: sigma of the edge, px.
        hw: height and width of the image, px; what lies far outside is left out.

    Returns:
        alpha (h, w) float32 in [0, 1], and x, y of its first pixel.
    """
    everything = np.concatenate(rings)
    if softness_px < _COARSE_FROM_PX:
        x, y, canvas = _canvas(everything, 0.0, softness_px, hw)
        _fill(canvas, rings, np.array([x, y]), 1.0)
        return _softened(canvas, softness_px, thin=np.ptp(everything, axis=0).min() < 4.0), x, y
    step = softness_px / 3.0
    margin = math.ceil(3.0 * softness_px) + 2
    x, y = (int(v) for v in np.floor(everything.min(axis=0)) - margin)
    right, bottom = (int(v) for v in np.ceil(everything.max(axis=0)) + margin)
    coarse = np.zeros((math.ceil((bottom - y) / step), math.ceil((right - x) / step)), np.uint8)
    _fill(coarse, rings, np.array([x, y]), step)
    alpha = cv2.GaussianBlur(coarse.astype(np.float32), (0, 0), 3.0, borderType=cv2.BORDER_CONSTANT)
    alpha *= np.float32(1.0 / max(1.0, float(alpha.max())))
    seen = _seen(Rect(x, y, right - x, bottom - y), hw)
    if seen.is_empty:
        return np.zeros((1, 1), np.float32), x, y
    shift = 0.5 / step - 0.5  # pixel centres on the coarse grid
    to_coarse = np.array([[1 / step, 0.0, (seen.x - x) / step + shift], [0.0, 1 / step, (seen.y - y) / step + shift]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(alpha, to_coarse, (seen.w, seen.h), flags=flags), seen.x, seen.y


def _canvas(
    points: np.ndarray, reach_px: float, softness_px: float, hw: tuple[int, int]
) -> tuple[int, int, np.ndarray]:
    """Return x, y and the empty canvas about points with room for the soft edge, not far beyond the image."""
    margin = math.ceil(reach_px + 3.0 * softness_px) + 2
    x, y = (int(v) for v in np.floor(points.min(axis=0)) - margin)
    right, bottom = (int(v) for v in np.ceil(points.max(axis=0)) + margin)
    seen = _seen(Rect(x, y, right - x, bottom - y), hw)
    return (
        (x, y, np.zeros((1, 1), np.uint8)) if seen.is_empty else (seen.x, seen.y, np.zeros((seen.h, seen.w), np.uint8))
    )


def _seen(rect: Rect, hw: tuple[int, int]) -> Rect:
    """Return the part of a rectangle that can have an effect on the image."""
    return rect.intersection(Rect(0, 0, hw[1], hw[0]).grown(_BEYOND_PX))


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
