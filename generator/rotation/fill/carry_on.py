"""A surface carried on beyond what is kept of it.

Its low frequencies flow outwards from the kept ground at the edge, as a membrane on the ground's own slope that meets
it without a step. On them lie windows of the surface's own fine structure, taken from kept places that look like that
ground and laid over each other by halves with weights whose squares sum to one, so that noise and grain keep their
strength, colour and direction. Windows lie on the canvas's own grid: nothing of the image's border is in the result.
Source: own; blending by equal power as Heitz and Neyret, High-performance by-example noise (2018).
"""

from __future__ import annotations

import functools
import math

import cv2
import numpy as np

from generator.imaging.poisson import fill, times
from generator.rotation.fill.share import Kept

_CELLS, _LEAST_CELLS = 64, 24  # along the shorter side: the grid of low frequencies, and that of small images
_CELL_PX = 4  # which small images' cells have, where so many fit
_HALVES = (4, 2, 1)  # cells to half a window, the largest first that finds enough clear places
_ENOUGH = 6  # clear places, so that windows differ
_MOST_PLACES = 200  # among which a window is chosen
_SMOOTH_CELLS, _SMOOTH_PX = 1.5, 6.0  # least sigma of what counts as low where fine structure is taken from
_LEAST_SEEN = 0.25  # of a cell, for it to be known
_ALIKE = 4.0  # deviations from the ground's median within which a cell is of the ground
_LEAST_ALIKE = 0.05  # of full scale
_ROUGH = 4.0  # times the ground's usual power of fine structure, above which a cell is of something else
_MOST_GAIN = 3.0


def carried_on(image: np.ndarray, kept: Kept, white: int, rng: np.random.Generator) -> np.ndarray:
    """Return a surface for the pixels of which less than all is kept.

    Args:
        image: (h, w, C) uint8 or uint16, known where something of it is kept.
        kept: the share of the image at each pixel of what will be seen.
        white: largest value.
        rng: says which windows lie where.

    Returns:
        (h, w, C) of the same dtype; where all of the image is kept it has no meaning.
    """
    share = kept.share
    side = min(share.shape)
    cell = max(1, round(side / _CELLS), min(_CELL_PX, side // _LEAST_CELLS))
    is_seen = (share > 0.0).view(np.uint8)
    seen_share = _means(is_seen.astype(np.float32), cell)[..., 0]
    known = seen_share >= min(_LEAST_SEEN, float(seen_share.max()))
    deep = cv2.copyTo(image, is_seen) if image.dtype == np.uint8 else cv2.copyTo(image, is_seen).astype(np.float32)
    small = _means(deep, cell).astype(np.float32) / np.maximum(seen_share, 1e-6)[..., None]
    small[~known] = 0.0
    ground, limit = _ground(small[_edge(known)], white)
    is_ground = known & (np.abs(small - ground).max(axis=2) <= limit)
    slope = _slope(small, is_ground)
    membrane = fill(small - slope, ~is_ground, cycles=1) + slope
    sigma = max(_SMOOTH_CELLS, _SMOOTH_PX / cell)
    low = cv2.GaussianBlur(membrane, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE).reshape(small.shape)
    fine = _up(low, cell, share.shape)
    fine = cv2.subtract(image, fine, dst=fine, dtype=cv2.CV_32F).reshape(image.shape)
    power = _power(fine, is_seen, cell)
    inner = is_ground & (seen_share > 0.999)
    usual = power[inner] if inner.any() else power[known]
    is_calm = inner & (power <= _ROUGH * float(np.median(usual)) + 1e-3)
    places, cells, is_clear = _places(seen_share > 0.999, is_calm)
    if not is_clear:  # nothing of a part is carried on
        fine = times(fine, _up(is_calm.astype(np.float32)[..., None], cell, share.shape)[..., 0].copy())
    made = _laid(fine, membrane, kept, places * cell, cells * cell, cell, image.dtype, rng)
    return np.minimum(made, image.dtype.type(white)) if white < np.iinfo(image.dtype).max else made


def _power(fine: np.ndarray, is_seen: np.ndarray, cell: int) -> np.ndarray:
    """Return the power of what is seen of the fine structure around each cell, (rows, columns)."""
    step = 1 if cell % 2 else 2  # every other pixel tells as much
    some, seen = np.ascontiguousarray(fine[::step, ::step]), np.ascontiguousarray(is_seen[::step, ::step])
    energy = _means(cv2.copyTo(cv2.multiply(some, some), seen), cell // step).sum(axis=2)
    both = np.stack([energy, _means(seen.astype(np.float32), cell // step)[..., 0]], axis=2)
    near = cv2.blur(both, (3, 3), borderType=cv2.BORDER_REPLICATE)  # that of few pixels varies much
    return near[..., 0] / np.maximum(near[..., 1], 1e-6)


def _ground(edge: np.ndarray, white: int) -> tuple[np.ndarray, float]:
    """Return the median of the cells at the edge, (C,), and how far from it a cell is still of the ground."""
    middle = np.median(edge, axis=0)
    away = np.abs(edge - middle).max(axis=1)
    return middle, max(_ALIKE * 1.4826 * float(np.median(away)), _LEAST_ALIKE * white)


def _slope(small: np.ndarray, is_ground: np.ndarray) -> np.ndarray:
    """Return the plane through the ground, (rows, columns, C), so that a gradient of the light goes on."""
    rows, columns = np.nonzero(is_ground)
    if rows.size < 3:
        return np.zeros_like(small)
    values = small[rows, columns].astype(np.float64)
    values -= values.mean(axis=0)
    x, y = columns - columns.mean(), rows - rows.mean()
    xx, xy, yy = float((x * x).sum()), float((x * y).sum()), float((y * y).sum())
    by_x, by_y = (x[:, None] * values).sum(axis=0), (y[:, None] * values).sum(axis=0)
    spread = xx * yy - xy * xy
    if spread <= 1e-6 * xx * yy:  # all in a line
        return np.zeros_like(small)
    along, down = (by_x * yy - by_y * xy) / spread, (by_y * xx - by_x * xy) / spread
    x, y = np.arange(small.shape[1]) - columns.mean(), np.arange(small.shape[0]) - rows.mean()
    return (x[None, :, None] * along + y[:, None, None] * down).astype(np.float32)


def _edge(known: np.ndarray) -> np.ndarray:
    """Return the known cells beside unknown ones; where there are none, all that are known."""
    near = known & (cv2.dilate((~known).view(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    return near if near.any() else known


def _laid(
    fine: np.ndarray,
    membrane: np.ndarray,
    kept: Kept,
    places: np.ndarray,
    half: int,
    cell: int,
    dtype: np.dtype,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return windows of fine structure laid on the membrane wherever less than all is kept, (h, w, C) of ``dtype``.

    Strip by strip, so that little memory is touched. Where windows will be mixed with the image they are so much
    stronger that the mixture has the strength of either.

    Args:
        fine: (h, w, C) float32.
        membrane: (rows, columns, C) float32, a value a cell.
        kept: the share of the image at each pixel.
        places: (n, 2) rows and columns where windows may be taken from, px.
        half: half a window, a whole number of cells, px.
        cell: px.
        dtype: of the result.
        rng: says which windows lie where.
    """
    (height, width, channels), side = fine.shape, 2 * half
    if min(height, width) < side:
        fine = cv2.copyMakeBorder(fine, 0, max(0, side - height), 0, max(0, side - width), cv2.BORDER_REPLICATE)
        fine = fine.reshape(*fine.shape[:2], channels)
    wanted = np.pad(_means(np.float32(1.0) - kept.share, half)[..., 0] > 0.0, 1)
    is_node = wanted[:-1, :-1] | wanted[1:, :-1] | wanted[:-1, 1:] | wanted[1:, 1:]
    nodes = np.argwhere(is_node)
    places = places[:: -(-len(places) // _MOST_PLACES)]
    away = ((nodes[:, None, 0] - 1.0) * half - places[None, :, 0]) ** 2
    away += ((nodes[:, None, 1] - 1.0) * half - places[None, :, 1]) ** 2
    chosen = places[np.argmin((away + float(side) ** 2) * rng.random(away.shape), axis=1)]
    chosen = np.minimum(chosen, [fine.shape[0] - side, fine.shape[1] - side])
    weight = np.repeat(_weight(side)[..., None], channels, axis=2)
    weights = (weight, -weight) if half <= _HALVES[-1] * cell else (weight, weight)  # few places: noise has no sign
    signs = rng.integers(0, 2, len(nodes)).tolist()
    made, gain = np.zeros((height, width, channels), dtype), _gain(kept)
    strips = is_node.shape[0] - 1
    cells = cv2.copyMakeBorder(
        membrane, 1, strips * half // cell + 1 - membrane.shape[0], 0, 0, cv2.BORDER_REPLICATE
    ).reshape(-1, *membrane.shape[1:])
    both = np.zeros((side, is_node.shape[1] * half + half, channels), np.float32)
    ends = np.searchsorted(nodes[:, 0], np.arange(strips + 2))
    columns = (nodes[:, 1] * half).tolist()
    for row in range(strips + 1):
        for node in range(ends[row], ends[row + 1]):
            (y, x), left = chosen[node].tolist(), columns[node]
            cv2.accumulateProduct(fine[y : y + side, x : x + side], weights[signs[node]], both[:, left : left + side])
        if row and wanted[row].any():
            first = (row - 1) * half
            here = slice(first, min(first + half, height))
            ground = _up(cells[first // cell : first // cell + half // cell + 2], cell, (half + 2 * cell, width))
            strip = times(both[: here.stop - first, half : half + width], gain[here])
            depth = cv2.CV_8U if dtype == np.uint8 else cv2.CV_16U
            cv2.add(strip, ground[cell : cell + here.stop - first], dst=made[here], dtype=depth)
        both[:half] = both[half:]
        both[half:] = 0.0
    return made


@functools.lru_cache(maxsize=2)
def _gain(kept: Kept) -> np.ndarray:
    """Return how much stronger fine structure is, so that its mixture with the image's keeps its strength."""
    mixed = np.where(kept.share < 1.0, kept.share, np.float32(0.0))
    return np.minimum(np.sqrt((1.0 + mixed) / (1.0 - mixed)), np.float32(_MOST_GAIN))


def _places(inner: np.ndarray, is_calm: np.ndarray) -> tuple[np.ndarray, int, bool]:
    """Return where windows may be taken from, cells to half a window, and whether they show the ground alone.

    Args:
        inner: (rows, columns) bool, cells of which all is kept.
        is_calm: those that are of the ground and of its usual roughness.

    Returns:
        (n, 2) row and column of the first cell, n >= 1: the clearest there are.
    """
    for half in _HALVES:
        side = 2 * half
        rows, columns = inner.shape[0] - side + 1, inner.shape[1] - side + 1
        if min(rows, columns) < 1:
            continue
        calm, kept = (
            cv2.boxFilter(cells.astype(np.float32), -1, (side, side), anchor=(0, 0), normalize=False)[:rows, :columns]
            for cells in (is_calm, inner)
        )
        clear = np.argwhere(calm > side * side - 0.5)
        if len(clear) >= _ENOUGH:
            return clear, half, True
    if min(inner.shape) < 2:
        return np.zeros((1, 2), np.intp), 1, bool(is_calm.any())
    score = np.rint(kept) * 5.0 + np.rint(calm)  # nothing is clear: what is kept before what is calm
    return np.argwhere(score >= score.max()), half, False


@functools.lru_cache(maxsize=8)
def _weight(side: int) -> np.ndarray:
    """Return the weight of a window, (side, side): the squares of those that overlap by halves sum to one."""
    wave = np.sin((np.arange(side) + 0.5) * (math.pi / side)).astype(np.float32)
    return np.outer(wave, wave)


def _means(values: np.ndarray, cell: int) -> np.ndarray:
    """Return the mean of each cell, (rows, columns, C); the border goes on to whole cells."""
    rows, columns = (-(-side // cell) for side in values.shape[:2])
    more = rows * cell - values.shape[0], columns * cell - values.shape[1]
    if any(more):
        values = cv2.copyMakeBorder(values, 0, more[0], 0, more[1], cv2.BORDER_REPLICATE)
    return cv2.resize(values, (columns, rows), interpolation=cv2.INTER_AREA).reshape(rows, columns, -1)


def _up(small: np.ndarray, cell: int, hw: tuple[int, int]) -> np.ndarray:
    """Return cells as a smooth field of pixels."""
    rows, columns, channels = small.shape
    large = cv2.resize(small, (columns * cell, rows * cell), interpolation=cv2.INTER_LINEAR)
    return large.reshape(rows * cell, columns * cell, channels)[: hw[0], : hw[1]]
