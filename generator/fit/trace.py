"""Masks as courses and rings: what a fitted shape is drawn from.

A line's mask is thinned to its middle, which is walked from end to end; the width along it is twice the depth there.
Source: own; the thinning is Zhang and Suen's (1984).
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.imaging.surround import depth_px

_STEP_PX = 4.0
_LEAST_SPUR_PX = 4
_MOST_POINTS = 400
_STEPS = ((0, -1), (0, 1), (-1, 0), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1))


def courses(mask: np.ndarray) -> list[np.ndarray]:
    """Return the middle lines of a mask as (N, 3) arrays of x, y and width, px of the mask's array; longest first."""
    rest = thinned(mask)
    across = _widths(mask)
    found: list[np.ndarray] = []
    walks = _walks(rest)
    for walk in walks:
        rows, columns = np.array(walk).T
        least = max(_LEAST_SPUR_PX, 1.5 * float(np.median(across[rows, columns])))
        if found and len(walk) < least and _is_spur(walk, rest):
            continue
        line = np.stack([columns + 0.5, rows + 0.5, across[rows, columns]], axis=1).astype(np.float64)
        found.append(_simplified(line))
    return found


def _widths(mask: np.ndarray) -> np.ndarray:
    """Return how wide a mask is near each pixel, (h, w) float32 px: the widest within a pixel.

    On pixels of half the size every width is even, so that the middle is a border between two of them.
    """
    height, width = mask.shape
    finer = cv2.resize(mask.view(np.uint8), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST) > 0
    deepest = depth_px(finer).reshape(height, 2, width, 2).max(axis=(1, 3)) + np.float32(0.5)
    return cv2.dilate(deepest, np.ones((3, 3), np.uint8))


def rings(mask: np.ndarray, tolerance_px: float = 0.7) -> list[np.ndarray]:
    """Return the contours of a mask, holes included, as (N, 2) arrays of x, y, px of the mask's array."""
    large = cv2.resize(np.pad(mask.astype(np.uint8), 1), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    contours, _ = cv2.findContours(large, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    found = []
    for contour in sorted(contours, key=len, reverse=True):
        simple = contour
        allowed = tolerance_px * 2.0
        while len(simple) > _MOST_POINTS or simple is contour:
            simple = cv2.approxPolyDP(contour, allowed, closed=True)
            allowed *= 1.5
        if len(simple) >= 3:
            found.append(simple[:, 0, :] / 2.0 - 1.0 + 0.25)
    if not found:
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        left, right, top, bottom = columns[0], columns[-1] + 1, rows[0], rows[-1] + 1
        found = [np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)]
    return found[:24]


def thinned(mask: np.ndarray) -> np.ndarray:
    """Return the mask worn down from both sides to lines one pixel wide, (h, w) bool."""
    image = np.pad(mask, 1).astype(np.uint8)
    while True:
        before = np.count_nonzero(image)
        for side in (0, 1):
            n, ne, e, se, s, sw, w, nw = _neighbours(image)
            around = np.stack([n, ne, e, se, s, sw, w, nw])
            count = around.sum(axis=0)
            rises = ((around == 0) & (np.roll(around, -1, axis=0) == 1)).sum(axis=0)
            first, second = (n * e * s, e * s * w) if side == 0 else (n * e * w, n * s * w)
            goes = (image[1:-1, 1:-1] == 1) & (count >= 2) & (count <= 6) & (rises == 1) & (first == 0) & (second == 0)
            image[1:-1, 1:-1][goes] = 0
        if np.count_nonzero(image) == before:
            return image[1:-1, 1:-1] > 0


def _neighbours(image: np.ndarray) -> tuple[np.ndarray, ...]:
    height, width = image.shape
    offsets = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
    return tuple(image[1 + dy : height - 1 + dy, 1 + dx : width - 1 + dx] for dy, dx in offsets)


def _walks(skeleton: np.ndarray) -> list[list[tuple[int, int]]]:
    """Return the pixels of a skeleton as walks from tip to tip, the longest way of each part first, then branches."""
    waiting = {(int(row), int(column)) for row, column in zip(*np.nonzero(skeleton), strict=True)}
    walks = []
    while waiting:
        start = _farthest(min(waiting), waiting)[-1]
        walk = _farthest(start, waiting)
        walks.append(walk)
        waiting -= set(walk)
    return sorted(walks, key=len, reverse=True)


def _farthest(start: tuple[int, int], pixels: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the shortest way from ``start`` to the pixel that is farthest from it over the pixels."""
    came: dict[tuple[int, int], tuple[int, int] | None] = {start: None}
    queue, last = [start], start
    for last in queue:
        row, column = last
        for dy, dx in _STEPS:
            step = (row + dy, column + dx)
            if step in pixels and step not in came:
                came[step] = last
                queue.append(step)
    way: list[tuple[int, int]] = []
    at: tuple[int, int] | None = last
    while at is not None:
        way.append(at)
        at = came[at]
    return way[::-1]


def _is_spur(walk: list[tuple[int, int]], skeleton: np.ndarray) -> bool:
    """Say whether a walk hangs on another one, instead of being a part of its own."""
    own = set(walk)
    around = {(row + dy, column + dx) for row, column in (walk[0], walk[-1]) for dy, dx in _STEPS} - own
    height, width = skeleton.shape
    return any(0 <= row < height and 0 <= column < width and skeleton[row, column] for row, column in around)


def _simplified(line: np.ndarray) -> np.ndarray:
    """Return a course with a point about every 4 px, smoothed between them; the ends stay."""
    if len(line) < 3:
        return line
    count = max(2, round(len(line) / _STEP_PX) + 1)
    calm = np.stack([_smoothed(line[:, column]) for column in range(3)], axis=1)
    calm[0, :2], calm[-1, :2] = line[0, :2], line[-1, :2]
    return calm[np.linspace(0, len(line) - 1, count).round().astype(int)]


def _smoothed(values: np.ndarray) -> np.ndarray:
    padded = np.pad(values, 2, mode="edge")
    return np.convolve(padded, (0.1, 0.2, 0.4, 0.2, 0.1), mode="valid")
