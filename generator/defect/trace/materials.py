"""The two materials of a printed board: the colours of its copper and of the laminate beside it.

Other things lie on a board too (parts, print, pads), so the histogram is split in two again and again
(Otsu). Copper and laminate meet along much sharp border, cover much of the board and have about one hue; where several
splits do, the one that shows the most straight strips is taken. Where no step is far above the noise there are no
traces.
Source: own; the splits are Otsu's (1979).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from generator.defect.shape.path import direction_xy
from generator.defect.trace.conductors import copper_share
from generator.defect.trace.strip import Strip, measure_strips

_ROUNDS = 3  # of splitting; each doubles the number of classes
_LEAST_STEP = 0.02  # of full scale, between copper and laminate
_NOISES = 6.0  # the step in standard deviations of the noise
_LEAST_BORDER = 0.003  # share of the pixels that lie on the border
_NEAR = 0.35  # share of the step within which a pixel still counts as its material
_FAR = 0.75  # share of the step beyond which it is something else
_HUE = 8  # how much a pair of one hue is preferred: the mask's over both, against parts and print
_RIVALS = 4  # splits whose strips are compared
_CLEAR = 0.25  # a split whose score is below this share of the best is no rival
_COMPARED, _LEAST_STRIPS = 48, 2  # points at which strips are looked for; how many there must be
_MEASURED_PX = 1024  # of a material, for its colour
_BESIDE_PX = 3.0
_SQUARE = np.ones((3, 3), np.uint8)

Levels = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """What was found on some windows of a board.

    Attributes:
        levels: colours of copper and laminate, (C,) float32 each.
        share: (h, w) float32, each pixel's share of copper.
        foreign: (h, w) bool, what is neither copper nor laminate.
        traces: some strips of copper.
    """

    levels: Levels
    share: np.ndarray
    foreign: np.ndarray
    traces: tuple[Strip, ...] = ()

    def depth(self, of_copper: bool, most_px: float) -> np.ndarray:
        """Return how far each pixel of a material lies from its border, at most ``most_px``, (h, w) float32."""
        inside = ((self.share > 0.5) == of_copper) & ~self.foreign
        return np.minimum(cv2.distanceTransform(inside.view(np.uint8), cv2.DIST_L2, 3), np.float32(most_px))

    def strips(self, of_copper: bool, widest_px: float, rng: np.random.Generator) -> tuple[list[Strip], float]:
        """Return strips through points drawn from the middle lines, and the length of all middle lines that are such.

        Args:
            of_copper: of copper; otherwise of laminate.
            widest_px: widest strip.
            rng: source of chance.
        """
        depth = self.depth(of_copper, widest_px)
        ridge = (depth > 0) & (depth >= cv2.dilate(depth, _SQUARE) - 0.1) & (depth <= widest_px / 2.0 + 1.0)
        # every part and letter has a rim that looks like either material for a pixel
        ridge &= cv2.dilate(self.foreign.view(np.uint8), np.ones((5, 5), np.uint8)) == 0
        places = np.flatnonzero(ridge)
        if places.size == 0:
            return [], 0.0
        rows, columns = np.divmod(places[rng.integers(places.size, size=_COMPARED)], ridge.shape[1])
        share = self.share if of_copper else 1.0 - self.share
        widest = min(widest_px, 3.0 * float(depth[rows, columns].max()) + 1.0)
        found = measure_strips(share, np.stack([columns + 0.5, rows + 0.5], axis=1), widest, of_copper)
        return found, places.size * len(found) / _COMPARED


def find_board(
    values: np.ndarray, copper_is_brighter: bool, widest_px: float, rng: np.random.Generator
) -> Board | None:
    """Return copper and laminate on a board; None if no two materials meet as conductors do.

    Args:
        values: (h, w, C) float32 in [0, 1], pieces from all over the board.
        copper_is_brighter: which of the two is the copper.
        widest_px: widest trace.
        rng: decides where strips are looked for.
    """
    ranked = _candidates(values)
    best, best_score = None, 0.0
    for score, (bright, dark) in ranked[:_RIVALS]:
        if score < _CLEAR * ranked[0][0]:
            break
        copper, laminate = (bright, dark) if copper_is_brighter else (dark, bright)
        share, foreign = copper_share(values, copper, laminate, 0.5)
        levels = _level(values, (share > 0.5) & ~foreign, copper), _level(values, (share <= 0.5) & ~foreign, laminate)
        board = Board(levels, *copper_share(values, *levels, 0.5))
        strips, length = board.strips(True, widest_px, rng)
        if len(strips) >= _LEAST_STRIPS and score * length > best_score:
            best, best_score = replace(board, traces=tuple(strips)), score * length
    if best is None:
        return None
    levels = _levels_beside(best.traces, values)
    if np.linalg.norm(levels[0] - levels[1]) < _LEAST_STEP:
        return None
    return Board(levels, *copper_share(values, *levels, 0.5), best.traces)


def _levels_beside(traces: Sequence[Strip], values: np.ndarray) -> Levels:
    """Return the colours on traces and beside them, whatever else on the board is as bright or as dark."""
    on, beside = [], []
    for strip in traces:
        left = direction_xy(strip.along_deg + 90.0)
        on.append((strip.x, strip.y))
        for sign, free in ((1.0, strip.left_px), (-1.0, strip.right_px)):
            off = left * sign * (strip.width_px / 2.0 + min(free / 2.0, _BESIDE_PX))
            beside.append((strip.x + off[0], strip.y + off[1]))
    levels = []
    for points in (on, beside):
        columns, rows = np.clip(np.array(points), 0, np.array(values.shape[1::-1]) - 1).astype(int).T
        levels.append(np.median(values[rows, columns], axis=0).astype(np.float32))
    return levels[0], levels[1]


def _candidates(values: np.ndarray) -> list[tuple[float, Levels]]:
    """Return pairs of a brighter and a darker colour with a score > 0, best first, each pair once."""
    found: list[tuple[float, Levels]] = []
    plane = values[..., 0] if values.shape[2] == 1 else cv2.cvtColor(values, cv2.COLOR_RGB2GRAY)
    top = max(float(plane.max()), 1e-6)
    grey = cv2.convertScaleAbs(plane, alpha=255.0 / top)
    steps = np.bincount(cv2.absdiff(grey[:, 1:], grey[:, :-1]).ravel(), minlength=256).cumsum()
    # a quarter of all steps are smaller than this, borders or not; of noise alone it is 0.45 standard deviations
    noise = float(np.searchsorted(steps, steps[-1] / 4)) / 0.45
    least = max(_LEAST_STEP / top * 255.0, _NOISES * noise, 3.0)
    highest, lowest = cv2.dilate(grey, _SQUARE), cv2.erode(grey, _SQUARE)
    for split, low, high in _splits(grey):
        step = high - low
        if step < least:
            continue
        border = cv2.inRange(highest, high - _NEAR * step, high + _FAR * step)
        border &= cv2.inRange(lowest, low - _FAR * step, low + _NEAR * step)
        share = cv2.countNonZero(border) / border.size
        if share < _LEAST_BORDER:
            continue
        above = cv2.inRange(grey, split + 1, high + _FAR * step)
        below = cv2.inRange(grey, low - _FAR * step, split)
        area = cv2.countNonZero(above) / border.size * cv2.countNonZero(below) / border.size
        levels = _level(values, above.view(bool)), _level(values, below.view(bool))
        near = max(low, 0.04 * 255.0) / high  # print and parts lie farther off in brightness
        found.append((share * area**0.5 * near**0.5 * _likeness(*levels) ** _HUE, levels))
    found.sort(key=lambda pair: -pair[0])
    chosen: list[tuple[float, Levels]] = []
    for score, levels in found:
        if not any(_same(levels, other) for _, other in chosen):
            chosen.append((score, levels))
    return chosen


def _same(one: Levels, other: Levels) -> bool:
    """Say whether two pairs of colours are about the same."""
    step = float(np.linalg.norm(one[0] - one[1]))
    return all(float(np.linalg.norm(a - b)) < 0.25 * step for a, b in zip(one, other, strict=True))


def _likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Return how alike two colours are but for their brightness, [0, 1]; a mono image knows one colour."""
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / lengths if lengths > 1e-9 else 1.0


def _level(values: np.ndarray, material: np.ndarray, otherwise: np.ndarray | None = None) -> np.ndarray:
    """Return a material's median colour, (C,) float32, away from its borders where there is enough of it."""
    inner = np.flatnonzero(cv2.erode(material.view(np.uint8), _SQUARE))
    chosen = inner if inner.size >= 20 else np.flatnonzero(material)
    if otherwise is not None and chosen.size == 0:
        return otherwise
    chosen = chosen[:: -(-chosen.size // _MEASURED_PX)]
    return np.median(values.reshape(-1, values.shape[2])[chosen], axis=0).astype(np.float32)


def _splits(grey: np.ndarray) -> list[tuple[int, float, float]]:
    """Return the splits of a histogram and the mean levels just below and just above each.

    Args:
        grey: (h, w) uint8.

    Returns:
        (last level of the lower side, mean of the class below, mean of the class above), in order.
    """
    histogram = np.bincount(grey.ravel(), minlength=256).astype(np.float64)
    levels = np.arange(256.0)
    edges, found = [0, 256], []
    for _ in range(_ROUNDS):
        cuts = (_otsu(histogram, a, b) for a, b in itertools.pairwise(edges))
        edges = sorted([*edges, *(cut + 1 for cut in cuts if cut is not None)])
        means = [float((histogram[a:b] @ levels[a:b]) / histogram[a:b].sum()) for a, b in itertools.pairwise(edges)]
        pairs = zip(edges[1:-1], itertools.pairwise(means), strict=True)
        found += [(edge - 1, low, high) for edge, (low, high) in pairs]
    return found


def _otsu(histogram: np.ndarray, start: int, stop: int) -> int | None:
    """Return the level that best splits [start, stop), the last of the lower side; None if it holds one level."""
    part = histogram[start:stop]
    count = np.cumsum(part)
    if count.size == 0 or count[-1] == 0:
        return None
    total = np.cumsum(part * np.arange(part.size))
    lower, upper = count[:-1], count[-1] - count[:-1]
    holds = (lower > 0) & (upper > 0)
    if not holds.any():
        return None
    apart = np.where(holds, total[:-1] / np.maximum(lower, 1) - (total[-1] - total[:-1]) / np.maximum(upper, 1), 0.0)
    return start + int(np.argmax(lower * upper * apart * apart))
