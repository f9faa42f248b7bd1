"""Closed rings: one around any region, holes and separate parts included, and rings that cross themselves.

Formats that grant an instance a single polygon cannot say "hole" or "second part". A ring can: a hole is joined to the
border around it, and a part to its nearest neighbour, by a bridge of no width that is walked once each way. Under the
even-odd rule the two ways cancel, so filling the ring at the pixels' centres gives the region back exactly. A hole's
bridge runs over the region's own pixels, so that fills which also paint the outline (OpenCV's) stay exact as well; a
bridge between parts crosses the background, where such fills leave a line one pixel wide.

A ring from elsewhere may touch itself and repeat a corner; what it may not do is cross: a bow tie encloses pixels that
nobody meant. Edges are sorted along the ring's longer side and only those whose boxes overlap are compared, so that an
outline of thousands of corners costs milliseconds.
Source: own; the joining of holes by a ray to the left as in Eberly, Triangulation by Ear Clipping (2002); the sign test
for crossings as in Sedgewick, Algorithms (1983).
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.core.annotation import Region

INSET_PX = 0.01
ROUNDING_PX = 0.5
_PAIRS_AT_ONCE = 1 << 20


def region_to_rings(region: Region, inset_px: float = INSET_PX) -> list[np.ndarray]:
    """Return one closed ring per connected part of a region, its holes joined in.

    Args:
        region: at least one pixel.
        inset_px: how far the ring stays inside the outermost pixels' edges, in [0, 0.5). More than 0 makes cutting the
            coordinates to whole numbers give the outermost pixels themselves, which is how OpenCV's fill wants them.

    Returns:
        (N, 2) float64 arrays of x, y in px, N >= 4; parts touch no other part, not even at a corner.
    """
    # Each pixel becomes a 3x3 block, so that a traced border pixel tells which side of its block it lies on.
    bits = np.pad(region.bits.astype(np.uint8), 1)
    large = cv2.resize(bits, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST)
    contours, tree = cv2.findContours(large, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    rings = [_corners(contour, region, inset_px) for contour in contours]
    joined = []
    for number in range(len(rings)):
        if tree[0][number][3] >= 0:
            continue
        holes = [rings[child] for child in range(len(rings)) if tree[0][child][3] == number]
        joined.append(_with_holes(rings[number], holes))
    return joined


def region_to_ring(region: Region, inset_px: float = INSET_PX) -> np.ndarray:
    """Return one closed ring around a whole region, holes and parts joined by bridges of no width.

    Args:
        region: at least one pixel.
        inset_px: as in ``region_to_rings``.

    Returns:
        (N, 2) float64 x, y in px, N >= 4; filled by the even-odd rule at the pixels' centres it gives the region back.
    """
    parts = region_to_rings(region, inset_px)
    ring = parts[0]
    # Prim's tree over the parts' boxes: for each part that waits, the gap to the nearest joined one, and which that is.
    boxes = np.array([(*part.min(axis=0), *part.max(axis=0)) for part in parts])
    gaps, nearest = _gaps(boxes, 0), np.zeros(len(parts), np.int64)
    gaps[0] = np.inf
    for _ in parts[1:]:
        chosen = int(np.argmin(gaps))
        part = parts[chosen]
        start, end = _bridge(parts[nearest[chosen]], part)
        turned = np.roll(part, -end, axis=0)
        at = int(np.flatnonzero((ring == start).all(axis=1))[0])
        ring = np.concatenate([ring[: at + 1], turned, turned[:1], ring[at:]])
        to_chosen = _gaps(boxes, chosen)
        closer = (to_chosen < gaps) & np.isfinite(gaps)
        gaps[closer], nearest[closer] = to_chosen[closer], chosen
        gaps[chosen] = np.inf
    return ring


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
    kept = (a != b).any(axis=1)
    if not _edges_cross(a[kept], b[kept], rounding_px):
        return False
    kept &= ~_walked_both_ways(a, b)
    return _edges_cross(a[kept], b[kept], rounding_px)


def _corners(contour: np.ndarray, region: Region, inset_px: float) -> np.ndarray:
    """Return a traced border of the threefold image as corners of the region's pixels, (N, 2) px."""
    points = contour[:, 0, :].astype(np.int64)
    block, side = points // 3, points % 3  # side 0: the pixel's left or upper edge, 2: its right or lower one
    corners = block + np.where(side == 2, 1.0 - inset_px, inset_px) - 1.0
    corners += (region.rect.x, region.rect.y)
    keep = np.any(corners != np.roll(corners, 1, axis=0), axis=1)
    return corners[keep]


def _with_holes(outer: np.ndarray, holes: list[np.ndarray]) -> np.ndarray:
    """Return the outer ring with each hole joined by a level bridge to the border on its left."""
    ring = outer
    for hole in sorted(holes, key=lambda corners: (corners[:, 0].min(), corners[:, 1].min())):
        start = int(np.lexsort((hole[:, 1], hole[:, 0]))[0])
        turned = np.roll(hole, -start, axis=0)
        x, y = turned[0]
        following = np.roll(ring, -1, axis=0)
        crosses = np.flatnonzero((ring[:, 1] <= y) != (following[:, 1] <= y))
        a, b = ring[crosses], following[crosses]
        at_x = a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / (b[:, 1] - a[:, 1])
        at_x[at_x >= x] = -np.inf
        edge = int(np.argmax(at_x))
        foot = np.array([[at_x[edge], y]])
        after = int(crosses[edge]) + 1
        ring = np.concatenate([ring[:after], foot, turned, turned[:1], foot, ring[after:]])
    return ring


def _gaps(boxes: np.ndarray, number: int) -> np.ndarray:
    """Return the squared distance in px of each box (N, 4: x1 y1 x2 y2) to one of them; 0 where they overlap."""
    x1, y1, x2, y2 = boxes.T
    across = np.maximum(x1 - x2[number], x1[number] - x2).clip(min=0)
    down = np.maximum(y1 - y2[number], y1[number] - y2).clip(min=0)
    return across**2 + down**2


def _bridge(joined: np.ndarray, part: np.ndarray) -> tuple[np.ndarray, int]:
    """Return a short bridge: its corner on ``joined``, and the number of its corner on ``part``.

    The ends are each other's nearest corners, found by stepping to and fro; a shorter bridge may be elsewhere.
    """
    start = joined[_nearest(joined, part.mean(axis=0))]
    while True:
        end = _nearest(part, start)
        closer = joined[_nearest(joined, part[end])]
        if np.array_equal(closer, start):
            return start, end
        start = closer


def _nearest(corners: np.ndarray, point: np.ndarray) -> int:
    return int(np.argmin(((corners - point) ** 2).sum(axis=1)))


def _edges_cross(a: np.ndarray, b: np.ndarray, rounding_px: float) -> bool:
    """Say whether any two of the edges from (N, 2) ``a`` to ``b`` cross; none has the length 0."""
    if len(a) < 2:
        return False
    low, high = np.minimum(a, b), np.maximum(a, b)
    along = int(np.ptp(a[:, 1]) > np.ptp(a[:, 0]))
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
        if _any_cross(a, b, first[overlap], second[overlap], rounding_px):
            return True
        start = stop
    return False


def _any_cross(a: np.ndarray, b: np.ndarray, first: np.ndarray, second: np.ndarray, rounding_px: float) -> bool:
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
