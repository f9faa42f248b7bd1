"""What a detector misses, as numbers that a plan is multiplied by.

Each defect of a validation set is found or missed: predictions, surest first, take the defect of their class with the
largest overlap. For every class, every third of the sizes and every ninth of the image the recall is counted and drawn
towards that of all, because a few defects say little: a Beta prior worth ``PRIOR`` defects, whose mean is the recall of
all. The multiplier is the share missed relative to the share missed of all, kept within [1 / bound, bound].

Boxes overlap enough from an IoU of 0.5 on, and from 0.3 on where the defect's shorter side is below 12 px, because one
px on each side of such a box takes half of its IoU. Source: own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from generator.augment.prediction import Box, Prediction, read_predictions
from generator.core.errors import ConfigError
from generator.dataset.leak import fingerprint
from generator.dataset.open import open_data
from generator.dataset.store import Store
from generator.dataset.view import SPLITS, defects_only

PRIOR = 4.0
IOU, TINY_IOU, TINY_PX = 0.5, 0.3, 12.0
SIZES = ("small", "medium", "large")
GRID = 3
PLACES = tuple(f"{row} {column}" for row in ("upper", "middle", "lower") for column in ("left", "centre", "right"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One defect of the validation set.

    Attributes:
        image: its image's key.
        category: its class.
        xywh: its box, px.
        wh: width and height of its image, px.
    """

    image: str
    category: str
    xywh: Box
    wh: tuple[int, int]

    @property
    def size(self) -> float:
        """Root of the box's area as a share of the image's shorter side."""
        return float(np.sqrt(self.xywh[2] * self.xywh[3])) / min(self.wh)

    @property
    def cell(self) -> int:
        """The ninth of the image in which the box's middle lies, row by row."""
        x, y = self.xywh[0] + self.xywh[2] / 2, self.xywh[1] + self.xywh[3] / 2
        return cell_of(x / self.wh[0], y / self.wh[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was found of a class, a size or a place.

    Attributes:
        name: of it.
        shown, found: numbers of defects.
        multiplier: what the plan is multiplied by.
    """

    name: str
    shown: int
    found: int
    multiplier: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a detector misses.

    Attributes:
        classes: a row for each class that the validation set shows.
        sizes: a row for each third of the sizes.
        edges: the two sizes between the thirds, see ``Shown.size``.
        places: a row for each ninth of the image.
        false: predictions that took no defect.
    """

    classes: tuple[Row, ...]
    sizes: tuple[Row, ...]
    edges: tuple[float, float]
    places: tuple[Row, ...]
    false: int

    def of_class(self, name: str) -> float:
        """Return the multiplier of a class; 1 for one that was not shown."""
        return next((row.multiplier for row in self.classes if row.name == name), 1.0)

    def of_size(self, size: float) -> float:
        """Return the multiplier of a size, see ``Shown.size``."""
        return self.sizes[int(np.searchsorted(self.edges, size, side="left"))].multiplier

    def of_place(self, x: float, y: float) -> float:
        """Return the multiplier of a place, given as shares of width and height."""
        return self.places[cell_of(x, y)].multiplier


def cell_of(x: float, y: float) -> int:
    """Return the ninth of an image that holds a place, given as shares of width and height."""
    column, row = (min(GRID - 1, max(0, int(share * GRID))) for share in (x, y))
    return row * GRID + column


def read_feedback(path: Path, files: Path, *, split: str, least_score: float, bound: float, real: Store) -> Feedback:
    """Return what a detector misses on one split of a real data set.

    Args:
        path: of its predictions, see ``augment.prediction``.
        files: where the data set lies.
        split: the images that are looked at; ``test`` is taken only where the user says so.
        least_score: predictions that are less sure are not counted.
        bound: the largest multiplier, >= 1.
        real: the real data set that is augmented: unless ``split`` is test, none of its test images may be fed back.

    Raises:
        ConfigError: the split has no defect, or shows images of test.
        FormatError: the predictions cannot be read or do not fit.
    """
    if split not in SPLITS:
        raise ConfigError("feedback_split", "one of " + ", ".join(SPLITS), f"'{split}'")
    if not 0 <= least_score <= 1:
        raise ConfigError("feedback_score", "a number in [0, 1]", least_score)
    data = open_data(files, problems=[], where="feedback_data")
    mine = [record for record in data if record.split == split]
    shown = [
        Shown(image=record.key, category=label.category, xywh=label.bbox_xywh, wh=(record.width, record.height))
        for record in mine
        for label in defects_only(record).labels
    ]
    if not shown:
        there = dict(Counter(record.split for record in data if defects_only(record).labels))
        got = "none; defects are in " + ", ".join(there) if there else "none"
        raise ConfigError("feedback_data", f"defects in {split}", got, "Add feedback_data=DIR with validation images.")
    if split != "test":
        held_out = {fingerprint(real.root / r.image, pixels=False).file for r in real if r.split == "test"}
        same = [r for r in mine if fingerprint(data.root / r.image, pixels=False).file in held_out]
        if same:
            hint = "What is fed back cannot be tested on any more; take validation images, or say feedback_split=test."
            got = f"{len(same)} of its test images, such as {same[0].key}"
            raise ConfigError("feedback_data", "images that are not in test of data", got, hint)
    return judge(shown, read_predictions(path, data, files, split, least_score), bound)


def judge(shown: Sequence[Shown], predictions: Sequence[Prediction], bound: float) -> Feedback:
    """Return what is missed.

    Args:
        shown: the defects of the validation set, at least one.
        predictions: on the same images.
        bound: the largest multiplier, >= 1; the smallest is 1 / bound.
    """
    found = matched(shown, predictions)
    edges = np.quantile([one.size for one in shown], [1 / 3, 2 / 3])
    thirds = [int(np.searchsorted(edges, one.size, side="left")) for one in shown]
    names = list(dict.fromkeys(one.category for one in shown))
    return Feedback(
        classes=_rows(names, [names.index(one.category) for one in shown], found, bound),
        sizes=_rows(SIZES, thirds, found, bound),
        edges=(float(edges[0]), float(edges[1])),
        places=_rows(PLACES, [one.cell for one in shown], found, bound),
        false=len(predictions) - int(found.sum()),
    )


def matched(shown: Sequence[Shown], predictions: Sequence[Prediction]) -> np.ndarray:
    """Return which defects were found, (N,) bool: each prediction takes one at most, the surest choose first."""
    found = np.zeros(len(shown), bool)
    waiting: dict[tuple[str, str], list[int]] = {}
    for number, one in enumerate(shown):
        waiting.setdefault((one.image, one.category), []).append(number)
    for prediction in sorted(predictions, key=lambda one: -one.score):
        among = [n for n in waiting.get((prediction.image, prediction.category), ()) if not found[n]]
        overlaps = [iou(shown[n].xywh, prediction.xywh) for n in among]
        fitting = [(o, -n) for o, n in zip(overlaps, among, strict=True) if o >= _least_iou(shown[n].xywh)]
        if fitting:
            found[-max(fitting)[1]] = True
    return found


def iou(one: Box, other: Box) -> float:
    """Return the overlap of two boxes x, y, w, h as a share of what both cover."""
    w = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    h = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    both = max(w, 0.0) * max(h, 0.0)
    return both / (one[2] * one[3] + other[2] * other[3] - both)


def shifted(counts: Mapping[str, int], feedback: Feedback, bound: float, most: Mapping[str, int]) -> dict[str, int]:
    """Return counts of the same sum, moved towards what is missed.

    Args:
        counts: what was planned, by class.
        feedback: with a multiplier a class.
        bound: no count is multiplied by more or divided by more than that.
        most: the largest count of each class.
    """
    low = {name: int(np.ceil(number / bound)) for name, number in counts.items()}
    high = {name: max(low[name], min(int(number * bound), most[name])) for name, number in counts.items()}
    wanted = {name: number * feedback.of_class(name) for name, number in counts.items()}
    total = sum(counts.values())
    below, above = 0.0, bound * bound + 1.0
    for _ in range(100):  # the scale at which the kept-in numbers have the old sum
        scale = (below + above) / 2
        if sum(min(high[n], max(low[n], scale * wanted[n])) for n in counts) < total:
            below = scale
        else:
            above = scale
    exact = {name: min(high[name], max(low[name], above * wanted[name])) for name in counts}
    whole = {name: int(value + 1e-6) for name, value in exact.items()}
    left = total - sum(whole.values())
    for name in sorted(counts, key=lambda name: (whole[name] - exact[name], name))[: max(left, 0)]:
        whole[name] += 1
    return whole


def _least_iou(xywh: Box) -> float:
    return TINY_IOU if min(xywh[2:]) < TINY_PX else IOU


def _rows(names: Sequence[str], of: Sequence[int], found: np.ndarray, bound: float) -> tuple[Row, ...]:
    everywhere = (found.sum() + 1.0) / (found.size + 2.0)
    rows = []
    for number, name in enumerate(names):
        mine = found[np.array(of) == number]
        recall = (mine.sum() + PRIOR * everywhere) / (mine.size + PRIOR)
        multiplier = float(np.clip((1 - recall) / (1 - everywhere), 1 / bound, bound))
        rows.append(Row(name=name, shown=mine.size, found=int(mine.sum()), multiplier=round(multiplier, 4)))
    return tuple(rows)
