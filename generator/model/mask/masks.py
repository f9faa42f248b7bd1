"""Batches of outlines for the model of outlines: masks in their frames, bent, stretched and mirrored.

A few masks are all there is of a class, so none is shown twice alike: long waves bend it as a whole, short ones its
edge, and its length and breadth change apart. What is nearly round is turned by any angle, what is long but a little,
as its frame has levelled it. Source: own; elastic maps are those of Simard, Steinkraus, Platt (2003).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from generator.core.seeds import stage_rng
from generator.imaging.noise import smooth
from generator.model.mask.frame import FILLED, framed, to_distance, to_field
from generator.model.patches import GAIN, Batch, Example, core_of

_ROUND = 1.4  # times as long as broad at most is about round
_WAVES = ((1 / 2, 0.07), (1 / 5, 0.02))  # length and height at bend 1, shares of the side
_STRETCH, _TILT_DEG = 0.5, 25.0  # at bend 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Masks:
    """Where batches of outlines come from; stands where ``Patches`` do.

    Attributes:
        examples: defects; classes come up equally often, however many defects they have.
        classes: their order is that of the labels.
        size: side of a frame, px.
        seed: every outline follows from this and the step.
        bend: how far outlines are changed, in [0, 1].
    """

    examples: Sequence[Example]
    classes: tuple[str, ...]
    size: int = 32
    seed: int = 0
    bend: float = 0.5

    @property
    def channels(self) -> int:
        """Those of the examples' images, 1 or 3."""
        return self.examples[0].pixels.shape[2]

    @cached_property
    def _by_class(self) -> list[list[np.ndarray]]:
        """By class, of those that have any, twice as large frames: what is bent is drawn at half their side."""
        grouped = [[one for one in self.examples if one.category == name] for name in self.classes]
        return [[framed(core_of(one.alpha), 2 * self.size).field for one in group] for group in grouped]

    def batch(self, step: int, count: int, stage: str = "train") -> Batch:
        """Return the batch of a step, of ``count`` >= 1 outlines; the same for the same seed, step and stage.

        Returns:
            ``alpha`` and ``good_alpha`` are fields, (field + 1) / 2; ``defect`` shows those of ``alpha``, white on
            black; the surfaces are level. All have one channel.
        """
        rng = stage_rng(self.seed, step, 0, stage)
        known = [label for label, group in enumerate(self._by_class) if group]
        labels, fields = [], []
        for _ in range(2 * count):
            label = known[rng.integers(len(known))]
            group = self._by_class[label]
            labels.append(label)
            fields.append(self._bent(group[rng.integers(len(group))], rng))
        label, field = np.array(labels, np.int64), np.stack(fields)[:, None]
        surface, level = np.zeros_like(field[:count]), np.full((count, 1), 0.5, np.float32)
        return Batch(
            defect=shown(field[:count]), surface=surface, alpha=(field[:count] + 1) / 2, label=label[:count],
            level=level, good=surface, good_alpha=(field[count:] + 1) / 2, good_label=label[count:], good_level=level,
        )  # fmt: skip

    def _bent(self, field: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return a field, (s, s) float32, of the outline after one map."""
        long, broad = _extents(field)
        stretch = np.exp(rng.uniform(-1, 1, size=2) * self.bend * _STRETCH)
        stretch *= FILLED * rng.uniform(0.9, 1.1) / max(stretch[0] * long, stretch[1] * broad)  # it stays in its frame
        stretch *= rng.choice((-1.0, 1.0), size=2)
        tilt = np.radians(rng.uniform(-1, 1) * (180.0 if long < _ROUND * broad else self.bend * _TILT_DEG))
        shift = rng.uniform(-0.03, 0.03, size=2) * self.size
        side, half = self.size, self.size / 2
        y, x = np.mgrid[0:side, 0:side].astype(np.float32) + np.float32(0.5 - half)
        for wave, height in _WAVES:
            for coordinate in (x, y):
                coordinate += smooth((side, side), wave * side, rng) * np.float32(self.bend * height * side)
        cos, sin = np.cos(tilt), np.sin(tilt)
        u = (cos * x + sin * y + shift[0]) / stretch[0]
        v = (cos * y - sin * x + shift[1]) / stretch[1]
        moved = cv2.remap(
            to_distance(field, 2 * side) / 2, np.float32(2 * (u + half) - 0.5), np.float32(2 * (v + half) - 0.5),
            cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        return to_field(moved, side).astype(np.float32)


def shown(field: np.ndarray) -> np.ndarray:
    """Return a field as values of an image in units of the model: white within the outline, black beyond."""
    return field * np.float32(GAIN / 2)


def _extents(field: np.ndarray) -> tuple[float, float]:
    """Return how long and how broad a mask is in its frame, shares of its side."""
    within = field > 0
    return tuple((np.ptp(np.flatnonzero(within.any(axis=axis))) + 1) / field.shape[0] for axis in (0, 1))
