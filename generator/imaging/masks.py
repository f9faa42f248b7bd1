"""Conversions between regions, run lengths, polygons and index masks.

Masks are the truth; a polygon is an approximation that says so. Run lengths are COCO's: column by column, compressed by
pycocotools, counted on the region's own rectangle so that the frame's size costs nothing.
Source: own; the RLE's text form is pycocotools'.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from pycocotools import mask as coco_mask

from generator.core.annotation import Region
from generator.core.geometry import Rect


def region_to_rle(region: Region, hw: tuple[int, int]) -> dict:
    """Return COCO's compressed RLE of a region.

    Args:
        region: lies within the image.
        hw: the image's height and width in px.

    Returns:
        ``{"size": [H, W], "counts": str}``.
    """
    height, width = hw
    columns = np.zeros((region.rect.w, region.rect.h + 2), np.int8)
    columns[:, 1:-1] = region.bits.T
    steps = np.diff(columns, axis=1)
    column, row = np.nonzero(steps > 0)
    starts = (column + region.rect.x) * height + row + region.rect.y
    column, row = np.nonzero(steps < 0)
    ends = (column + region.rect.x) * height + row + region.rect.y
    if starts.size > 1:  # a run that reaches the bottom joins one that starts at the next column's top
        apart = starts[1:] != ends[:-1]
        starts, ends = starts[np.r_[True, apart]], ends[np.r_[apart, True]]
    edges = np.empty(2 * starts.size + 2, np.int64)
    edges[0], edges[1:-1:2], edges[2:-1:2], edges[-1] = 0, starts, ends, height * width
    counts = np.diff(edges)
    if counts[-1] == 0 and counts.size > 1:
        counts = counts[:-1]
    packed = coco_mask.frPyObjects({"size": [height, width], "counts": counts.tolist()}, height, width)
    return {"size": [height, width], "counts": packed["counts"].decode("ascii")}


def rle_to_region(rle: dict) -> Region:
    """Return the region of COCO's RLE, compressed or not; an empty one has an empty rectangle.

    It is read here and not by pycocotools, which a damaged text can bring down.

    Args:
        rle: ``{"size": [H, W], "counts": text or list of runs}``.

    Raises:
        ValueError: the runs are not such a text or list, or do not add up to H x W.
    """
    height, width = rle["size"]
    counts = rle["counts"]
    runs = np.array(counts, np.int64) if isinstance(counts, list) else _runs_of_text(counts)
    if ((runs < 0) | (runs > height * width)).any() or int(runs.sum()) != height * width:
        raise ValueError(f"the runs must be >= 0 and add up to {height} x {width}, but add up to {sum(runs.tolist())}")
    ends = np.cumsum(runs)
    starts, ends = ends[0:-1:2], ends[1::2]  # every second run is a run of the mask
    starts, ends = starts[ends > starts], ends[ends > starts]
    if starts.size == 0:
        return Region(Rect(0, 0, 0, 0), np.zeros((0, 0), bool))
    first, last = int(starts[0]) // height, (int(ends[-1]) - 1) // height
    steps = np.zeros((last - first + 1) * height + 1, np.int8)
    np.add.at(steps, starts - first * height, 1)
    np.subtract.at(steps, ends - first * height, 1)
    bits = np.cumsum(steps[:-1], dtype=np.int8).astype(bool).reshape(-1, height).T
    return Region.tight(bits, x=first)


def _runs_of_text(text: str | bytes) -> np.ndarray:
    """Return the runs of a compressed RLE: 5 bits a character, later ones as differences to the last but one."""
    codes = np.frombuffer(text.encode("ascii") if isinstance(text, str) else text, np.uint8).astype(np.int64) - 48
    if codes.size and (codes.min() < 0 or codes.max() > 63 or codes[-1] & 32):
        raise ValueError("the text is cut off or holds a character that compressed runs do not use")
    last = np.flatnonzero(codes & 32 == 0)
    first = np.r_[0, last[:-1] + 1] if last.size else last
    if last.size and (last - first).max() > 9:
        raise ValueError("the text holds a run that is too long")
    place = np.arange(codes.size) - np.repeat(first, last - first + 1)
    runs = np.add.reduceat((codes & 31) << (5 * place), first) if last.size else np.zeros(0, np.int64)
    runs -= np.where(codes[last] & 16, np.int64(1) << (5 * (last - first + 1)), 0)
    runs[1::2] = np.cumsum(runs[1::2])
    runs[2::2] = np.cumsum(runs[2::2])
    return runs


def polygons_to_region(polygons: Sequence[Sequence[float] | np.ndarray], hw: tuple[int, int]) -> Region:
    """Return the pixels whose centres lie inside any of the polygons (even-odd rule per polygon).

    This is the one rule by which a polygon becomes a mask, whatever format it comes from.

    Args:
        polygons: flat lists x0, y0, x1, y1, ... or (N, 2) arrays, in px.
        hw: the image's height and width in px.
    """
    rings = [np.asarray(polygon, np.float64).reshape(-1, 2) for polygon in polygons]
    frame = Rect(0, 0, 0, 0)
    if rings:
        low, high = (edge(np.concatenate(rings), axis=0) for edge in (np.min, np.max))
        x, y = (int(value) for value in np.floor(low))
        right, bottom = (int(value) for value in np.ceil(high))
        frame = Rect(x, y, right - x, bottom - y).clipped(hw)
    bits = np.zeros((frame.h, frame.w), bool)
    if not frame.is_empty:
        for ring in rings:
            bits |= _fill_by_centres(ring, frame)
    return Region.tight(bits, frame.x, frame.y) if bits.any() else Region(Rect(0, 0, 0, 0), np.zeros((0, 0), bool))


def _fill_by_centres(points: np.ndarray, frame: Rect) -> np.ndarray:
    """Return the (frame.h, frame.w) bool mask of the pixels whose centres lie inside one polygon, (N, 2) px."""
    a, b = points, np.roll(points, -1, axis=0)
    falling = (a[:, 1] > b[:, 1])[:, None]  # an edge walked both ways must be cut at the same place to the last bit
    a, b = np.where(falling, b, a), np.where(falling, a, b)
    first = np.clip(np.floor(a[:, 1] - 0.5), frame.y, frame.y + frame.h).astype(np.int64)
    last = np.minimum(np.ceil(b[:, 1] - 0.5), frame.y + frame.h - 1).astype(np.int64)
    counts = np.maximum(last - first + 1, 0)
    edge = np.repeat(np.arange(len(a)), counts)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    level = row + 0.5
    crosses = (a[edge, 1] <= level) & (level < b[edge, 1])
    edge, row, level = edge[crosses], row[crosses], level[crosses]
    a, b = a[edge], b[edge]
    at = a[:, 0] + (level - a[:, 1]) * (b[:, 0] - a[:, 0]) / (b[:, 1] - a[:, 1])
    column = np.clip(np.ceil(at - 0.5) - frame.x, 0, frame.w).astype(np.int64)
    turns = np.zeros((frame.h, frame.w + 1), np.uint8)
    np.bitwise_xor.at(turns, (row - frame.y, column), 1)  # inside and outside change at each crossing
    return np.bitwise_xor.accumulate(turns[:, :-1], axis=1).astype(bool)


def region_to_quad_xy(region: Region) -> np.ndarray:
    """Return the smallest rotated rectangle around a region's pixels.

    Returns:
        (4, 2) float64 corners in px, clockwise as displayed; a region of one pixel gives that pixel's square.
    """
    rows = np.flatnonzero(region.bits.any(axis=1))  # the ends of each row decide the hull
    bits = region.bits[rows]
    columns = np.concatenate([bits.argmax(axis=1), bits.shape[1] - 1 - bits[:, ::-1].argmax(axis=1)])
    rows = np.concatenate([rows, rows])
    corners = np.concatenate([np.stack([columns + dx, rows + dy], 1) for dx in (0, 1) for dy in (0, 1)])
    hull = cv2.convexHull(corners.astype(np.int32))[:, 0, :].astype(np.float32)
    quad = cv2.boxPoints(cv2.minAreaRect(hull)).astype(np.float64)
    following = np.roll(quad, -1, axis=0)
    if np.sum(quad[:, 0] * following[:, 1] - following[:, 0] * quad[:, 1]) < 0:
        quad = quad[::-1]
    return quad + np.array((region.rect.x, region.rect.y))


def index_mask(regions: Sequence[Region], hw: tuple[int, int]) -> np.ndarray:
    """Return the (H, W) mask in which instance i, counted from 1, has the value i; later ones lie on top.

    Returns:
        uint8, or uint16 from 256 instances on.
    """
    mask = np.zeros(hw, np.uint8 if len(regions) < 256 else np.uint16)
    for number, region in enumerate(regions, 1):
        part: Rect = region.rect.clipped(hw)
        mask[part.slices][region.bits[part.inside(region.rect)]] = number
    return mask


def half_of_strong(table: np.ndarray) -> np.ndarray:
    """Return, per row, the least level that is at least half of the strong one.

    Strong is the 90th percentile of the levels that are at least half of the largest: a few odd pixels do not move
    it, nor does it matter how many pixels have no level at all.

    Args:
        table: (n, 256) int, how many pixels of each row have each level.

    Returns:
        (n,) int, 1..255; 256 where every pixel has level 0.
    """
    levels = table.shape[1]
    largest = levels - 1 - np.argmax(table[:, ::-1] > 0, axis=1)
    upper = np.where(np.arange(levels) * 2 >= largest[:, None], table, 0)
    reached = np.cumsum(upper, axis=1)
    strong = np.argmax(reached >= 0.9 * reached[:, -1:], axis=1)
    return np.where(largest > 0, (strong + 1) // 2, levels)
