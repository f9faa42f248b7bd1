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

from generator.imaging.poisson import fill

_CELLS, _LEAST_CELLS = 64, 24  # along the shorter side: the grid of low frequencies, and that of small images
_CELL_PX = 4  # which small images' cells have, where so many fit
_HALVES = (4, 2, 1)  # cells to half a window, the largest first that finds enough clear places
_ENOUGH = 6  # clear places, so that windows differ
_MOST_PLACES = 400  # among which a window is chosen
_SMOOTH_CELLS, _SMOOTH_PX = 1.5, 6.0  # least sigma of what counts as low where fine structure is taken from
_LEAST_SEEN = 0.25  # of a cell, for it to be known
_ALIKE = 4.0  # deviations from the ground's median within which a cell is of the ground
_LEAST_ALIKE = 0.05  # of full scale
_ROUGH = 4.0  # times the ground's usual power of fine structure, above which a cell is of something else
_MOST_GAIN = 3.0


def carried_on(image: np.ndarray, share: np.ndarray, white: int, rng: np.random.Generator) -> np.ndarray:
    """Return a surface for the pixels of which less than all is kept.

    Args:
        image: (h, w, C) uint8 or uint16, known where ``share`` is above 0.
        share: (h, w) float32 in [0, 1], of the image at each pixel of what will be seen.
        white: largest value.
        rng: says which windows lie where.

    Returns:
        (h, w, C) of the same dtype; where all of the image is kept it has no meaning.
    """
    side = min(share.shape)
    cell = max(1, round(side / _CELLS), min(_CELL_PX, side // _LEAST_CELLS))
    whole = image.astype(np.float32)
    is_seen = (share > 0.0).astype(np.uint8)
    seen_share = _means(is_seen.astype(np.float32), cell)[..., 0]
    known = seen_share >= min(_LEAST_SEEN, float(seen_share.max()))
    small = _means(cv2.copyTo(whole, is_seen), cell) / np.maximum(seen_share, 1e-6)[..., None]
    small[~known] = 0.0
    edge = _edge(known)
    ground, limit = _ground(small[edge], white)
    is_ground = known & (np.abs(small - ground).max(axis=2) <= limit)
    slope = _slope(small, is_ground)
    membrane = fill(small - slope, ~is_ground, cycles=1) + slope
    low = np.where(known[..., None], small, membrane)
    sigma = max(_SMOOTH_CELLS, _SMOOTH_PX / cell)
    low = cv2.GaussianBlur(low, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE).reshape(low.shape)
    fine = whole - _up(low, cell, share.shape)
    energy = _means(cv2.copyTo(cv2.multiply(fine, fine), is_seen), cell).sum(axis=2)
    near = cv2.blur(np.stack([energy, seen_share], axis=2), (3, 3), borderType=cv2.BORDER_REPLICATE)  # few px vary much
    power = near[..., 0] / np.maximum(near[..., 1], 1e-6)
    inner = is_ground & (seen_share > 0.999)
    usual = power[inner] if inner.any() else power[known]
    is_calm = inner & (power <= _ROUGH * float(np.median(usual)) + 1e-3)
    laid = _windows(fine, share, seen_share > 0.999, is_calm, cell, rng)
    depth = cv2.CV_8U if image.dtype == np.uint8 else cv2.CV_16U
    made = cv2.add(laid, _up(membrane, cell, share.shape), dtype=depth).reshape(image.shape)
    return np.minimum(made, image.dtype.type(white)) if white < np.iinfo(image.dtype).max else made


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


def _windows(
    fine: np.ndarray,
    share: np.ndarray,
    inner: np.ndarray,
    is_calm: np.ndarray,
    cell: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return windows of fine structure laid wherever less than all is kept, (h, w, C) float32.

    Where they will be mixed with the image they are so much stronger that the mixture has the strength of either.
    """
    (height, width, channels), (places, cells) = fine.shape, _places(inner, is_calm)
    half = cells * cell
    side = 2 * half
    padded = cv2.copyMakeBorder(fine, 0, max(0, side - height), 0, max(0, side - width), cv2.BORDER_REPLICATE)
    fine = padded.reshape(*padded.shape[:2], channels)
    wanted = np.pad(_means(np.float32(1.0) - share, half)[..., 0] > 0.0, 1)
    nodes = np.argwhere(wanted[:-1, :-1] | wanted[1:, :-1] | wanted[:-1, 1:] | wanted[1:, 1:])
    made = np.zeros((wanted.shape[0] * half, wanted.shape[1] * half, channels), np.float32)
    places = places[:: -(-len(places) // _MOST_PLACES)]
    apart = ((nodes[:, None, :] - 1.0) * half - places[None, :, :] * float(cell)) / side
    chosen = np.argmin((np.square(apart).sum(axis=2) + 1.0) * rng.random(apart.shape[:2]), axis=1)
    bottom, right = fine.shape[0] - side, fine.shape[1] - side
    weight = np.repeat(_weight(side)[..., None], channels, axis=2)
    for (row, column), (y, x) in zip((nodes * half).tolist(), (places[chosen] * cell).tolist(), strict=True):
        y, x = min(y, bottom), min(x, right)
        onto = made[row : row + side, column : column + side]
        cv2.accumulateProduct(fine[y : y + side, x : x + side], weight, onto)
    made = np.ascontiguousarray(made[half : half + height, half : half + width])
    mixed = np.flatnonzero((share > 0.0) & (share < 1.0))
    part = share.ravel()[mixed]
    gain = np.sqrt((1.0 + part) / (1.0 - part))
    made.reshape(-1, channels)[mixed] *= np.minimum(gain, np.float32(_MOST_GAIN))[:, None]
    return made


def _places(inner: np.ndarray, is_calm: np.ndarray) -> tuple[np.ndarray, int]:
    """Return where windows may be taken from and cells to half a window.

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
            return clear, half
    if min(inner.shape) < 2:
        return np.zeros((1, 2), np.intp), 1
    score = np.rint(kept) * 5.0 + np.rint(calm)  # nothing is clear: what is kept before what is calm
    return np.argwhere(score >= score.max()), half


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
