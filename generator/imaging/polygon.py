"""Rings that cross themselves.

A ring may touch itself, repeat a corner, or run to a hole or a second part and back along the same bridge; what it may
not do is cross: a bow tie encloses pixels that nobody meant. Edges are sorted along the ring's longer side and only
those whose boxes overlap are compared, so that an outline of thousands of corners costs milliseconds.
Source: own; the sign test is that of Sedgewick, Algorithms (1983), chapter 24.
"""

from __future__ import annotations

import numpy as np

ROUNDING_PX = 0.5
_PAIRS_AT_ONCE = 1 << 20


def crosses_itself(points: np.ndarray, rounding_px: float = ROUNDING_PX) -> bool:
    """Say whether two edges of a closed ring cross.

    Args:
        points: (N, 2) float x, y in px; the last joins the first, repeated or not.
        rounding_px: how far the ends of both edges must reach beyond the other edge for it to be a crossing: what tools
            that round or simplify leave behind is none.

    Returns:
        Whether any two edges cross; a bridge that is walked both ways may cross anything, as it encloses nothing.
    """
    points = np.asarray(points, np.float64)
    a, b = points, np.roll(points, -1, axis=0)
    kept = (a != b).any(axis=1) & ~_walked_both_ways(a, b)
    a, b = a[kept], b[kept]
    low, high = np.minimum(a, b), np.maximum(a, b)
    if len(a) < 2:
        return False
    along = int(np.ptp(points[:, 1]) > np.ptp(points[:, 0]))
    order = np.argsort(low[:, along], kind="stable")
    a, b, low, high = a[order], b[order], low[order], high[order]
    stops = np.searchsorted(low[:, along], high[:, along], side="right")
    counts = np.maximum(stops - np.arange(len(a)) - 1, 0)  # edge i meets at most the edges i + 1 to stops[i] - 1
    ends = np.cumsum(counts)
    start = 0
    while start < len(a):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + _PAIRS_AT_ONCE, side="right")))
        first = np.repeat(np.arange(start, stop), counts[start:stop])
        begins = np.repeat(ends[start:stop] - counts[start:stop] - done, counts[start:stop])
        second = first + 1 + np.arange(len(first)) - begins
        overlap = (low[first, 1 - along] <= high[second, 1 - along]) & (
            low[second, 1 - along] <= high[first, 1 - along]
        )
        if _cross(a, b, first[overlap], second[overlap], rounding_px):
            return True
        start = stop
    return False


def _cross(a: np.ndarray, b: np.ndarray, first: np.ndarray, second: np.ndarray, rounding_px: float) -> bool:
    """Say whether any edge of ``first`` and the one of ``second`` beside it reach across each other."""
    reach = []
    for one, other in ((first, second), (second, first)):
        direction = b[one] - a[one]
        length = np.hypot(direction[:, 0], direction[:, 1])
        sides = [
            (direction[:, 0] * (end[other, 1] - a[one, 1]) - direction[:, 1] * (end[other, 0] - a[one, 0])) / length
            for end in (a, b)
        ]
        reach.append((sides[0] * sides[1] < 0) & (np.minimum(np.abs(sides[0]), np.abs(sides[1])) > rounding_px))
    return bool((reach[0] & reach[1]).any())


def _walked_both_ways(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return which edges, from (N, 2) ``a`` to ``b``, are also there from ``b`` to ``a``."""
    _, corner = np.unique(np.concatenate([a, b]), axis=0, return_inverse=True)
    corner = corner.reshape(2, -1).astype(np.int64)
    forth, back = (one * (2 * len(a)) + other for one, other in (corner, corner[::-1]))
    return np.isin(forth, back)
