"""Exact ink of dots, pen strokes and convex pieces.

The share of a pixel that is ink follows from the signed distance of its middle to the edge, clip(0.5 - distance), and
is never more than what fits into a pixel of something thinner than one. It is good to a percent for what is five px
thick or more; whoever draws thinner things asks for a finer grid. Coordinates are px, u to the right, v down.
Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Window = tuple[int, int, int, int]
"""u0, v0, u1, v1 of whole px."""


def window_around(points: np.ndarray, reach: float) -> Window:
    """Return the whole px that ink within ``reach`` of (n, 2) points can touch."""
    low, high = points.min(axis=0) - reach, points.max(axis=0) + reach
    return math.floor(low[0]), math.floor(low[1]), math.ceil(high[0]), math.ceil(high[1])


def discs(centres: np.ndarray, diameter: float, window: Window) -> np.ndarray:
    """Return the ink of discs.

    Args:
        centres: (n, 2).
        diameter: px, > 0.
        window: which px to return; every disc lies within it.

    Returns:
        (h, w) float32, [0, 1].
    """
    u0, v0, u1, v1 = window
    cover = np.zeros((v1 - v0, u1 - u0), np.float32)
    radius = diameter / 2
    most = min(1.0, math.pi * radius * radius)
    first = np.floor(centres - radius - 0.5).astype(int)
    span = np.arange(math.ceil(diameter) + 3) + 0.5
    du = (first[:, :1] + span - centres[:, :1])[:, None, :]
    dv = (first[:, 1:] + span - centres[:, 1:])[:, :, None]
    stamps = np.clip(0.5 + radius - np.sqrt(du * du + dv * dv), 0.0, most).astype(np.float32)
    for (u, v), stamp in zip((first - (u0, v0)).tolist(), stamps, strict=True):
        top, left = max(0, -v), max(0, -u)
        here = cover[v + top : v + len(span), u + left : u + len(span)]
        np.maximum(here, stamp[top : top + here.shape[0], left : left + here.shape[1]], out=here)
    return cover


def strokes(lines: Sequence[np.ndarray], width: float, butt: bool, window: Window) -> np.ndarray:
    """Return the ink of strokes of a pen.

    Args:
        lines: (k, 2) each, k >= 1; k = 1: a dot.
        width: of the pen, px, > 0.
        butt: ends that are cut straight, not round; dots are then squares.
        window: which px to return; every stroke lies within it.

    Returns:
        (h, w) float32, [0, 1].
    """
    u0, v0, u1, v1 = window
    cover = np.zeros((v1 - v0, u1 - u0), np.float32)
    for line in lines:
        left, top, right, bottom = window_around(line, width / 2 + 1.0)
        left, top, right, bottom = max(left, u0), max(top, v0), min(right, u1), min(bottom, v1)
        u, v = _middles((left, top, right, bottom))
        if butt and len(line) == 1:
            half = np.array([0.0, width / 2])
            ink = bridge(np.stack([line[0] - half, line[0] + half]), width, (left, top, right, bottom))
        else:
            ink = np.clip(0.5 + width / 2 - _distance(line, u, v), 0.0, min(1.0, width))
        if butt and len(line) > 1 and np.any(line[0] != line[-1]):
            _cut_end(ink, line[0], line[0] - line[1], width, u, v)
            _cut_end(ink, line[-1], line[-1] - line[-2], width, u, v)
        here = cover[top - v0 : bottom - v0, left - u0 : right - u0]
        np.maximum(here, ink, out=here)
    return cover


def bridge(ends: np.ndarray, width: float, window: Window) -> np.ndarray:
    """Return the ink of a rectangle from end to end, (2, 2), of a width in px: (h, w) float32, [0, 1]."""
    along = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
    side = np.array([-along[1], along[0]]) * width / 2
    return convex(np.stack([ends[0] - side, ends[1] - side, ends[1] + side, ends[0] + side]), window)


def convex(corners: np.ndarray, window: Window) -> np.ndarray:
    """Return the ink of a convex piece with (k, 2) corners in order: (h, w) float32, [0, 1]."""
    u, v = _middles(window)
    sides = np.roll(corners, -1, axis=0) - corners
    normals = np.stack([sides[:, 1], -sides[:, 0]], axis=1) / np.hypot(sides[:, 0], sides[:, 1])[:, None]
    middle = corners.mean(axis=0)
    outward = np.where(np.einsum("ij,ij->i", normals, corners - middle) < 0, -1.0, 1.0)
    normals *= outward[:, None]
    inside = np.full((v.size, u.size), np.inf, np.float32)
    for (nu, nv), (cu, cv) in zip(normals.tolist(), corners.tolist(), strict=True):
        np.minimum(inside, (cu - u) * nu + (cv - v) * nv, out=inside)
    spans = corners @ normals.T
    thinnest = float((spans.max(axis=0) - spans.min(axis=0)).min())
    return np.clip(0.5 + inside, 0.0, min(1.0, thinnest))


def _middles(window: Window) -> tuple[np.ndarray, np.ndarray]:
    u0, v0, u1, v1 = window
    return np.arange(u0, u1, dtype=np.float32)[None, :] + 0.5, np.arange(v0, v1, dtype=np.float32)[:, None] + 0.5


def _distance(line: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return the distance of each px's middle to a polyline, (h, w) float32."""
    starts = line[:-1] if len(line) > 1 else line
    steps = (line[1:] - line[:-1] if len(line) > 1 else np.zeros((1, 2))).astype(np.float32)
    squares = np.maximum((steps**2).sum(axis=1), np.float32(1e-12))
    du = u[None] - starts[:, 0].astype(np.float32)[:, None, None]
    dv = v[None] - starts[:, 1].astype(np.float32)[:, None, None]
    su, sv = steps[:, 0, None, None], steps[:, 1, None, None]
    share = np.clip(du * (su / squares[:, None, None]) + dv * (sv / squares[:, None, None]), 0.0, 1.0)
    off_u, off_v = du - share * su, dv - share * sv
    return np.sqrt((off_u * off_u + off_v * off_v).min(axis=0))


def _cut_end(ink: np.ndarray, end: np.ndarray, outward: np.ndarray, width: float, u: np.ndarray, v: np.ndarray) -> None:
    """Cut a round end straight, in place."""
    du, dv = (outward / np.hypot(*outward)).tolist()
    beyond = (u - end[0]) * du + (v - end[1]) * dv
    aside = np.abs((v - end[1]) * du - (u - end[0]) * dv)
    near = (beyond > -1.0) & (beyond < width / 2 + 1.0) & (aside < width / 2 + 1.0)
    np.minimum(ink, np.where(near, np.clip(0.5 - beyond, 0.0, 1.0), 1.0), out=ink)
