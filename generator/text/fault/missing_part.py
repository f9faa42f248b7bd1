"""A character of which a part was not printed: a side that is cut off, or a bite out of its ink. Source: own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.units import Range, require_within
from generator.imaging.noise import smooth
from generator.text.fault.legible import readable
from generator.text.plate import Plate
from generator.text.port import Harm


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPart:
    """Ink that is missing.

    Attributes:
        category: the class it is labelled with.
        form: ``side``: cut off along a line; ``bite``: out of the middle of the ink; ``either``.
        share: of the character's ink that is missing, [0.02, 1].
        rough: how uneven the new edge is, share of a capital's height, [0, 0.3].
        chars: how many characters it happens to, >= 1.
    """

    category: str = "missing_part"
    form: Literal["side", "bite", "either"] = "either"
    share: Range = Range(0.1, 0.6)
    rough: Range = Range(0.01, 0.06)
    chars: Range = Range(1.0, 1.0)

    def __post_init__(self) -> None:
        require_within(self, share=(0.02, 1), rough=(0, 0.3), chars=(1, 1000))

    def harm(self, plate: Plate, rng: np.random.Generator) -> Harm | None:
        """Return the print with characters of which a part is missing."""
        if not plate.chars:
            return None
        count = min(self.chars.draw_int(rng), len(plate.chars))
        struck = sorted(rng.choice(len(plate.chars), count, replace=False).tolist())
        share, rough = self.share.draw(rng), self.rough.draw(rng) * plate.height_px
        is_side = self.form == "side" or (self.form == "either" and rng.random() < 0.5)
        cover = plate.cover.copy()
        for index in struck:
            _cut(cover, plate, index + 1, share, rough, is_side, rng)
        if np.array_equal(cover, plate.cover):
            return None
        params = {"chars": struck, "share": share, "form": "side" if is_side else "bite"}
        return Harm(cover=cover, readable=readable(plate, cover), params=params)


def _cut(
    cover: np.ndarray, plate: Plate, number: int, share: float, rough_px: float, is_side: bool, rng: np.random.Generator
) -> None:
    """Take a share of one character's ink away, in place: the ink that comes first by its place."""
    own = plate.owner == number
    v, u = np.nonzero(own & (plate.cover >= 128))
    if not len(u):
        v, u = np.nonzero(own & (plate.cover > 0))
    if not len(u):
        return
    at = int(rng.integers(len(u)))
    turn = 2.0 * np.pi * rng.random()
    rows, columns = np.nonzero(own & (plate.cover > 0))
    order = columns * np.cos(turn) + rows * np.sin(turn) if is_side else np.hypot(columns - u[at], rows - v[at])
    if rough_px > 0:
        waves = smooth(plate.cover.shape, max(1.5, 2.0 * rough_px), rng)
        order = order + rough_px * waves[rows, columns]
    ink = plate.cover[rows, columns].astype(np.float64)
    ranked = np.argsort(order, kind="stable")
    done = np.cumsum(ink[ranked])
    last = order[ranked[min(int(np.searchsorted(done, share * done[-1])), len(ranked) - 1)]]
    left = np.clip(order - last + 0.5, 0.0, 1.0)
    cover[rows, columns] = (ink * left).astype(np.uint8)
