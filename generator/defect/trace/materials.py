"""The two materials of a printed board: the colours of its copper and of the laminate beside it.

Every pixel near a border votes for the pair of the darkest and the brightest level around it; copper and laminate are
the pair with most votes. Other things lie on a board too, so a vote counts more the more its levels are apart as copper
and laminate mostly are: grain and shade are nearer, parts, print and pads farther.
Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.defect.trace.conductors import copper_share
from generator.defect.trace.strip import Strip, measure_strips

_BINS = 32  # of the square root of brightness, whose noise is even
_LEAST_STEP = 0.02  # of full scale, between copper and laminate
_NOISES = 6.0  # the step in standard deviations of the noise
_LEAST_BORDER = 0.004  # share of the pixels at which two levels meet
_NEAR = 0.25  # share of the step within which a pixel still counts as its material
_COMPARED = 64  # points at which strips are looked for
_MEASURED_PX, _ENOUGH = 256, 12  # that tell a material's colour
_ONE_HUE = 0.94  # cosine of the angle between two colours
_SQUARE = np.ones((3, 3), np.uint8)
_WIDE_SQUARE = np.ones((5, 5), np.uint8)

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

    def depth(self, most_px: float) -> np.ndarray:
        """Return how far each pixel of copper lies from its border, at most ``most_px``, (h, w) float32."""
        inside = (self.share > 0.5) & ~self.foreign
        return np.minimum(cv2.distanceTransform(inside.view(np.uint8), cv2.DIST_L2, 3), np.float32(most_px))

    def strips(self, widest_px: float, rng: np.random.Generator) -> list[Strip]:
        """Return traces through points drawn from the copper's middle lines.

        Args:
            widest_px: widest trace.
            rng: source of chance.
        """
        depth = self.depth(widest_px)
        ridge = (depth > 0) & (depth >= cv2.dilate(depth, _SQUARE) - 0.1) & (depth <= widest_px / 2.0 + 1.0)
        # every part and letter has a rim that looks like either material for a pixel
        ridge &= cv2.dilate(self.foreign.view(np.uint8), _WIDE_SQUARE) == 0
        places = np.flatnonzero(ridge)
        if places.size == 0:
            return []
        rows, columns = np.divmod(places[rng.integers(places.size, size=_COMPARED)], ridge.shape[1])
        points = np.stack([columns + 0.5, rows + 0.5], axis=1)
        return measure_strips(self.share, points, 1.3 * depth[rows, columns] + 3.0, widest_px, True)


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
    levels = _levels(values)
    if levels is None:
        return None
    levels = levels if copper_is_brighter else levels[::-1]
    board = Board(levels, *copper_share(values, *levels, 0.5))
    traces = board.strips(widest_px, rng)
    return Board(levels, board.share, board.foreign, tuple(traces)) if traces else None


def _levels(values: np.ndarray) -> Levels | None:
    """Return the brighter and the darker colour of the two materials that meet most; None if none do."""
    if values.shape[2] == 1:
        plane, counted = values[..., 0], np.ones(values.shape[:2], bool)
    else:  # a solder mask gives both materials its hue, parts and print have another
        plane, counted = cv2.cvtColor(values, cv2.COLOR_RGB2GRAY), _of_main_hue(values)
    top = max(float(plane.max()), 1e-6)
    grey = cv2.convertScaleAbs(cv2.sqrt(plane), alpha=255.0 / top**0.5)
    highest = cv2.dilate(np.where(counted, grey, np.uint8(0)), _WIDE_SQUARE)
    lowest = cv2.erode(np.where(counted, grey, np.uint8(255)), _WIDE_SQUARE)
    steps = np.bincount(cv2.absdiff(grey[:, 1:], grey[:, :-1]).ravel(), minlength=256).cumsum()
    # a quarter of all steps are smaller than this, borders or not; of noise alone it is 0.45 standard deviations
    noise = float(np.searchsorted(steps, steps[-1] / 4)) / 0.45
    meets = counted & (highest > lowest) & (highest - lowest >= max(_NOISES * noise, 4.0))
    meets[1::2] = False  # every other row tells enough
    bins = (highest[meets] // (256 // _BINS)).astype(np.intp) * _BINS + lowest[meets] // (256 // _BINS)
    votes = np.bincount(bins, minlength=_BINS * _BINS).reshape(_BINS, _BINS).astype(np.float32)
    votes = cv2.blur(votes, (3, 3), borderType=cv2.BORDER_CONSTANT) * np.float32(9.0)
    votes[votes < _LEAST_BORDER * grey.size / 2] = 0.0
    middles = np.arange(_BINS, dtype=np.float32) + np.float32(0.5)
    ratio = np.minimum(middles / middles[:, None], 1.0)
    _, most, _, (low, high) = cv2.minMaxLoc(votes * (1.0 - ratio) ** 2 * ratio**4)
    if most <= 0.0:
        return None
    ends = [float(middles[each]) * (256 // _BINS) for each in (high, low)]
    reach = _NEAR * (ends[0] - ends[1])
    bright, dark = (_colour(values, counted & (cv2.absdiff(grey, end) <= reach)) for end in ends)
    if bright is None or dark is None or float(np.abs(bright - dark).max()) < _LEAST_STEP:
        return None
    return bright, dark


def _of_main_hue(values: np.ndarray) -> np.ndarray:
    """Return which pixels have the hue of the window's median colour, (h, w) bool."""
    main = np.median(values[::3, ::3].reshape(-1, values.shape[2]), axis=0).astype(np.float32)
    along = cv2.transform(values, (main / max(float(np.linalg.norm(main)), 1e-6))[None])
    squares = cv2.transform(cv2.multiply(values, values), np.ones((1, values.shape[2]), np.float32))
    return along * along >= _ONE_HUE**2 * squares


def _colour(values: np.ndarray, chosen: np.ndarray) -> np.ndarray | None:
    """Return the median colour of the chosen pixels, (C,) float32; None of too few."""
    places = np.flatnonzero(chosen)
    if places.size < _ENOUGH:
        return None
    places = places[:: max(1, places.size // _MEASURED_PX)]
    return np.median(values.reshape(-1, values.shape[2])[places], axis=0).astype(np.float32)
