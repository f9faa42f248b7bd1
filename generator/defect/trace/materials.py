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
from dataclasses import dataclass

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
_RIVALS = 6  # splits whose strips are compared
_CLEAR = 0.05  # a split whose score is below this share of the best shows no board,
_RIVAL = 0.25  # and below this it is not compared with one that does
_COMPARED, _LEAST_STRIPS = 28, 2  # points at which strips are looked for; how many there must be
_MEASURED_PX, _ENOUGH = 1024, 12  # that tell the materials' colours; those of one material
_BESIDE_PX = 3.0
_DARK = 0.04
_PLENTY, _SURE = 6, 0.15  # strips, and how near their colours, beyond which no rival is looked at
_BETWEEN = 0.15  # share of a third material that counts
_ONE_HUE = 0.94  # cosine of the angle between two colours
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
    if values.shape[2] == 1:
        return _find(values, values[..., 0], None, copper_is_brighter, widest_px, rng)
    # a solder mask gives both materials its hue, parts and print have another
    alike = _of_main_hue(values)
    plane = np.where(alike, cv2.cvtColor(values, cv2.COLOR_RGB2GRAY), np.float32(1.0))
    return _find(values, plane, alike, copper_is_brighter, widest_px, rng)


def _of_main_hue(values: np.ndarray) -> np.ndarray:
    """Return which pixels have the hue of the window's median colour, (h, w) bool."""
    main = np.median(values[::3, ::3].reshape(-1, values.shape[2]), axis=0).astype(np.float32)
    along = cv2.transform(values, (main / max(float(np.linalg.norm(main)), 1e-6))[None])
    squares = cv2.transform(cv2.multiply(values, values), np.ones((1, values.shape[2]), np.float32))
    return along * along >= _ONE_HUE**2 * squares


def _find(
    values: np.ndarray,
    plane: np.ndarray,
    counted: np.ndarray | None,
    copper_is_brighter: bool,
    widest_px: float,
    rng: np.random.Generator,
) -> Board | None:
    """Return the board that the brightness of the counted pixels shows; None counts all."""
    ranked = _candidates(values, plane, counted)
    best, best_score = None, 0.0
    for score, (bright, dark) in ranked[:_RIVALS]:
        if score < (_CLEAR if best is None else _RIVAL) * ranked[0][0]:
            break
        copper, laminate = (bright, dark) if copper_is_brighter else (dark, bright)
        strips, length = Board((copper, laminate), *copper_share(values, copper, laminate, 0.5)).strips(
            True, widest_px, rng
        )
        if len(strips) < _LEAST_STRIPS:
            continue
        levels = _levels_beside(strips, values)
        worth = length * _nearness(*levels) * score**0.5
        if values.shape[2] == 1 and _skips_a_material(plane, *(float(level[0]) for level in levels)):
            continue
        if np.linalg.norm(levels[0] - levels[1]) > _LEAST_STEP and worth > best_score:
            best, best_score = (levels, tuple(strips)), worth
            if len(strips) >= _PLENTY and _nearness(*levels) >= _SURE:
                break
    if best is None:
        return None
    levels, traces = best
    return Board(levels, *copper_share(values, *levels, 0.5), traces)


def _skips_a_material(plane: np.ndarray, one: float, other: float) -> bool:
    """Say whether something else lies between two grey levels, as traces do between laminate and print.

    What has a crest counts, however thin; the slopes of borders, which show all levels, have none.
    """
    darker, brighter = sorted((one, other))
    middle = darker + 0.6 * (brighter - darker)
    crest = plane >= cv2.dilate(plane, _SQUARE) - np.float32(0.01)
    between = np.count_nonzero(crest & (plane > 1.35 * darker + 0.02) & (plane < middle))
    return between > _BETWEEN * np.count_nonzero(crest & (plane >= middle))


def _nearness(one: np.ndarray, other: np.ndarray) -> float:
    """Return how near two colours are, (0, 1]: parts and print lie farther from both materials than these apart."""
    darker, brighter = sorted((float(one.mean()), float(other.mean())))
    return (max(darker, _DARK) / max(brighter, _DARK)) ** 2 * _likeness(one, other) ** _HUE


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


def _candidates(values: np.ndarray, plane: np.ndarray, counted: np.ndarray | None) -> list[tuple[float, Levels]]:
    """Return pairs of a brighter and a darker colour with a score > 0, best first, each pair once."""
    found: list[tuple[float, Levels]] = []
    top = max(float(plane.max() if counted is None else (plane * counted).max()), 1e-6)
    grey = cv2.convertScaleAbs(plane, alpha=255.0 / top)
    steps = np.bincount(cv2.absdiff(grey[:, 1:], grey[:, :-1]).ravel(), minlength=256).cumsum()
    # a quarter of all steps are smaller than this, borders or not; of noise alone it is 0.45 standard deviations
    noise = float(np.searchsorted(steps, steps[-1] / 4)) / 0.45
    least = max(_LEAST_STEP / top * 255.0, _NOISES * noise, 3.0)
    highest, lowest = cv2.dilate(grey, _SQUARE), cv2.erode(grey, _SQUARE)
    histogram = np.bincount(grey.ravel() if counted is None else grey[counted], minlength=256)
    below = np.concatenate([[0], histogram.cumsum()]) / grey.size
    # away from borders, where a material has such places; wherever it lies, where it has none
    flat = cv2.subtract(highest, lowest) <= least
    inner = _Samples.at(np.flatnonzero(flat if counted is None else flat & counted), values, grey)
    every = _Samples.at(np.arange(grey.size) if counted is None else np.flatnonzero(counted), values, grey)
    for split, low, high in _splits(histogram):
        step = high - low
        if step < least:
            continue
        border = cv2.inRange(highest, high - _NEAR * step, high + _FAR * step)
        border &= cv2.inRange(lowest, low - _FAR * step, low + _NEAR * step)
        share = cv2.countNonZero(border) / border.size
        if share < _LEAST_BORDER:
            continue
        first, last = max(0, round(low - _FAR * step)), min(255, round(high + _FAR * step))
        area = (below[last + 1] - below[split + 1]) * (below[split + 1] - below[first])
        pair = [
            inner.colour(a, b) if inner.colour(a, b) is not None else every.colour(a, b)
            for a, b in ((split + 1, last), (first, split))
        ]
        if pair[0] is None or pair[1] is None:
            continue
        levels = pair[0], pair[1]
        found.append((share * float(area) ** 0.5 * _nearness(*levels) ** 0.25, levels))
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


@dataclass(frozen=True, slots=True, eq=False)
class _Samples:
    """Some pixels of a window, sorted by their grey level.

    Attributes:
        below: (257,) how many are darker than each level.
        colours: (N, C) float32.
    """

    below: np.ndarray
    colours: np.ndarray

    @classmethod
    def at(cls, places: np.ndarray, values: np.ndarray, grey: np.ndarray) -> _Samples:
        """Return samples of (h, w, C) values and their (h, w) uint8 grey at some of the places."""
        places = places[:: max(1, -(-places.size // _MEASURED_PX))]
        levels = grey.ravel()[places]
        colours = values.reshape(-1, values.shape[2])[places[np.argsort(levels, kind="stable")]]
        return cls(np.concatenate([[0], np.bincount(levels, minlength=256).cumsum()]), colours)

    def colour(self, first: int, last: int) -> np.ndarray | None:
        """Return the median colour of the grey levels ``first`` to ``last``, (C,) float32; None of too few."""
        start, stop = int(self.below[first]), int(self.below[last + 1])
        if stop - start < _ENOUGH:
            return None
        return np.median(self.colours[start:stop], axis=0).astype(np.float32)


def _splits(histogram: np.ndarray) -> list[tuple[int, float, float]]:
    """Return the splits of a histogram and the mean levels just below and just above each.

    Args:
        histogram: (256,) numbers of pixels.

    Returns:
        (last level of the lower side, mean of the class below, mean of the class above), in order.
    """
    histogram = histogram.astype(np.float64)
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
