"""What gives an angle away without a look at the part: corners of one level, and sizes that follow the angle.

A model that may read the angle off black corners learns nothing else. Corners count where all four are of one level in
most images that are turned, but not in those turned by whole quarters, which show no corner beyond the image. Source:
own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import remainder

import numpy as np

from generator.dataset.record import Record
from generator.health.look import Look
from generator.health.oddity import white_of

_LEVEL = 0.02  # of full scale: how far corners of one level may differ
_TURNED_DEG, _QUARTER_DEG = 2.0, 0.25  # from whole quarters
_MOST, _FEWER = 0.5, 0.5  # share of the turned images; of that share among those by whole quarters
_LEAST_IMAGES = 8
_FOLLOWS = 0.8  # correlation


@dataclass(frozen=True, slots=True, kw_only=True)
class Giveaway:
    """Something that tells the angle.

    Attributes:
        kind: ``corners`` or ``size``.
        message: in what, with the numbers.
    """

    kind: str
    message: str


def find_giveaways(records: Sequence[Record], looks: Sequence[Look]) -> list[Giveaway]:
    """Return what tells the angle of whole images; none: nothing does, or few images have an angle.

    Args:
        records: of the data set.
        looks: of the same images.
    """
    turned = [(r.orientation.angle_deg, look) for r, look in zip(records, looks, strict=True) if r.orientation]
    angles = np.array([angle for angle, _ in turned if angle is not None])
    seen = [look for angle, look in turned if angle is not None]
    if len(seen) < _LEAST_IMAGES:
        return []
    return [*_corners(angles, seen), *_sizes(angles, seen)]


def _corners(angles: np.ndarray, looks: Sequence[Look]) -> list[Giveaway]:
    white = white_of(looks)
    of_one_level = np.array([look.corner_range <= _LEVEL * white[look.bits] for look in looks])
    off = np.array([abs(remainder(angle, 90.0)) for angle in angles])
    turned, quarter = of_one_level[off >= _TURNED_DEG], of_one_level[off <= _QUARTER_DEG]
    if not len(turned) or turned.mean() < _MOST or (len(quarter) and quarter.mean() > _FEWER * turned.mean()):
        return []
    said = f"all four corners are of one level in {int(turned.sum())} of {len(turned)} turned images"
    if len(quarter):
        said += f" and in {int(quarter.sum())} of {len(quarter)} that are turned by whole quarters"
        return [Giveaway(kind="corners", message=f"{said}: they give the angle away")]
    return [Giveaway(kind="corners", message=f"{said}: unless the background is that even, they give the angle away")]


def _sizes(angles: np.ndarray, looks: Sequence[Look]) -> list[Giveaway]:
    """Return whether the area follows |sin 2a|, as the box around a turned image does, or the shape cos 2a."""
    width, height = np.array([look.wh for look in looks], float).T
    double = np.radians(2 * angles)
    pairs = ((width * height, np.abs(np.sin(double)), "area"), (np.log(width / height), np.cos(double), "shape"))
    return [
        Giveaway(kind="size", message=f"the images' {word} follows the angle (correlation {found:.2f})")
        for values, expected, word in pairs
        if (found := _correlation(values, expected)) >= _FOLLOWS
    ]


def _correlation(values: np.ndarray, expected: np.ndarray) -> float:
    """Return how closely two rows of numbers follow each other, either way; 0 where one of them is constant."""
    if np.ptp(values) < 1e-9 or np.ptp(expected) < 1e-9:
        return 0.0
    return abs(float(np.corrcoef(values, expected)[0, 1]))
