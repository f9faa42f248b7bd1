"""Exact ink of dots, pen strokes and convex pieces.

The share of a pixel that is ink follows from the signed distance of its middle to the edge, clip(0.5 - distance), and
is never more than what fits into a pixel of something thinner than one. It is good to a percent for what is five px
thick or more; whoever draws thinner things asks for a finer grid. Coordinates are px, u to the right, v down.
Source: own.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

Window = tuple[int, int, int, int]
"""u0, v0, u1, v1 of whole px."""
_RUN = 6.0  # length of what is drawn at once, widths of the pen


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


def strokes(lines: Sequence[np.ndarray], width: float, square: bool, window: Window) -> np.ndarray:
    """Return the ink of strokes of a pen.

    Args:
        lines: (k, 2) each, k >= 1; k = 1: a dot.
        width: of the pen, px, > 0.
        square: ends that are square, not round, and reach as far; so are dots.
        window: which px to return; every stroke lies within it.

    Returns:
        (h, w) float32, [0, 1].
    """
    cover = np.zeros((window[3] - window[1], window[2] - window[0]), np.float32)
    for line in lines:
        is_cut = square and len(line) > 1 and bool(np.any(line[0] != line[-1]))
        if is_cut:
            line = _lengthened(line, width / 2)
        runs = _runs(line, _RUN * width)
        for i, run in enumerate(runs):
            part = _within(window_around(run, width / 2 + 1.0), window)
            if square and len(line) == 1:
                half = np.array([0.0, width / 2])
                ink = bridge(np.stack([line[0] - half, line[0] + half]), width, part)
            else:
                starts, ends = is_cut and i == 0, is_cut and i == len(runs) - 1
                ink = np.clip(0.5 + width / 2 - _distance(run, part, width / 2, starts, ends), 0.0, min(1.0, width))
            here = _part_of(cover, part, window)
            np.maximum(here, ink, out=here)
    return cover


def bridge(ends: np.ndarray, width: float, window: Window) -> np.ndarray:
    """Return the ink of a rectangle from end to end, (2, 2), of a width in px: (h, w) float32, [0, 1]."""
    along = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
    side = np.array([-along[1], along[0]]) * width / 2
    return convex(np.stack([ends[0] - side, ends[1] - side, ends[1] + side, ends[0] + side])[None], window)


def convex(corners: np.ndarray, window: Window) -> np.ndarray:
    """Return the ink of convex pieces that do not overlap.

    Args:
        corners: (n, k, 2), in order.
        window: which px to return.

    Returns:
        (h, w) float32, [0, 1].
    """
    u, v = _middles(window)
    sides = np.roll(corners, -1, axis=1) - corners
    normals = np.stack([sides[..., 1], -sides[..., 0]], axis=2) / np.sqrt((sides**2).sum(axis=2, keepdims=True))
    turns = sides[:, 0, 0] * sides[:, 1, 1] - sides[:, 0, 1] * sides[:, 1, 0]
    normals *= np.where(turns < 0, -1.0, 1.0)[:, None, None]  # outward, however the corners run
    reach = (normals * corners).sum(axis=2)
    spans = (normals[:, :, None] * corners[:, None]).sum(axis=3)
    thinnest = np.minimum((spans.max(axis=2) - spans.min(axis=2)).min(axis=1), 1.0)
    nu, nv, reach = (part.astype(np.float32)[:, :, None, None] for part in (normals[..., 0], normals[..., 1], reach))
    inside = ((reach - nv * v) - nu * u).min(axis=1)
    ink = np.minimum(np.maximum(inside + np.float32(0.5), 0.0), thinnest.astype(np.float32)[:, None, None])
    return np.minimum(ink.sum(axis=0), 1.0)


def _middles(window: Window) -> tuple[np.ndarray, np.ndarray]:
    u0, v0, u1, v1 = window
    return np.arange(u0, u1, dtype=np.float32)[None, :] + 0.5, np.arange(v0, v1, dtype=np.float32)[:, None] + 0.5


def _within(part: Window, window: Window) -> Window:
    return max(part[0], window[0]), max(part[1], window[1]), min(part[2], window[2]), min(part[3], window[3])


def _part_of(cover: np.ndarray, part: Window, window: Window) -> np.ndarray:
    return cover[part[1] - window[1] : part[3] - window[1], part[0] - window[0] : part[2] - window[0]]


def _runs(line: np.ndarray, length: float) -> list[np.ndarray]:
    """Return a polyline in runs of about a length, each from the last point of the one before: windows stay small."""
    if len(line) < 3:
        return [line]
    steps = np.diff(line, axis=0)
    numbers = np.cumsum(np.hypot(steps[:, 0], steps[:, 1])) // length
    stops = np.flatnonzero(np.diff(numbers)) + 1
    edges = [0, *stops.tolist(), len(steps)]
    return [line[start : stop + 1] for start, stop in itertools.pairwise(edges)]


def _distance(line: np.ndarray, window: Window, half: float, starts_cut: bool, ends_cut: bool) -> np.ndarray:
    """Return the distance of each px's middle to a polyline, (h, w) float32.

    Where an end is cut the distance to a pen of half a width is such that ink ends with the line, straight.
    """
    u, v = _middles(window)
    starts = line[:-1] if len(line) > 1 else line
    steps = (line[1:] - line[:-1] if len(line) > 1 else np.zeros((1, 2))).astype(np.float32)
    squares = np.maximum((steps**2).sum(axis=1), np.float32(1e-12))
    du = u[None] - starts[:, 0].astype(np.float32)[:, None, None]
    dv = v[None] - starts[:, 1].astype(np.float32)[:, None, None]
    su, sv = steps[:, 0, None, None], steps[:, 1, None, None]
    along = du * (su / squares[:, None, None]) + dv * (sv / squares[:, None, None])
    share = np.clip(along, 0.0, 1.0)
    if starts_cut:  # the segment goes on straight beyond its end
        np.minimum(share[0], along[0], out=share[0])
    if ends_cut:
        np.maximum(share[-1], along[-1], out=share[-1])
    off_u, off_v = du - share * su, dv - share * sv
    away = off_u * off_u + off_v * off_v
    if not (starts_cut or ends_cut):
        return np.sqrt(away.min(axis=0))
    away = np.sqrt(away)
    if starts_cut:
        np.maximum(away[0], half - along[0] * np.sqrt(squares[0]), out=away[0])
    if ends_cut:
        np.maximum(away[-1], half - (1.0 - along[-1]) * np.sqrt(squares[-1]), out=away[-1])
    return away.min(axis=0)


def _lengthened(line: np.ndarray, by: float) -> np.ndarray:
    """Return an open polyline longer by so much at both ends."""
    ends = line[[0, -1]] - line[[1, -2]]
    first, last = line[[0, -1]] + ends / np.hypot(ends[:, :1], ends[:, 1:]) * by
    return np.concatenate([first[None], line[1:-1], last[None]])
