"""Continuous ink-jet dot matrix: columns of round drops, as date coders leave on cartons, cans and bottles.

A nozzle throws drops that are charged to fly higher or lower; the belt moves them on, so columns lean, the text is
stretched or narrowed, and small satellites land downstream of their drop. Drops vary in size, miss, wander with the
charge of their neighbours and flow together where they touch.
Source: own; after descriptions of the process by makers of coders.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.errors import require
from generator.core.units import Range, require_within
from generator.text.marking.drop.drops import Drops, stamped
from generator.text.marking.drop.moved import moved, moved_by_belt
from generator.text.marking.grid import dots_of
from generator.text.marking.pigment import Pigment
from generator.text.plate import Marks, Plate

_MOST_LOST = 0.25
_FAINT = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class DotMatrix(Pigment):
    """Drops of a continuous ink-jet coder.

    Attributes:
        kinds: of faces, the most fitting first.
        rows: drops on the height of a capital, for faces that are not made of dots, [5, 64].
        diameter: of a drop, share of the pitch, [0.3, 2]; above 1 they touch.
        size_jitter: how much diameters differ, standard deviation as a share, [0, 0.5].
        jitter_along, jitter_across: how far drops wander along and across the belt, sigma as a share of the pitch,
            [0, 0.4].
        row_error: how unevenly the rows are spaced, sigma as a share of the pitch, [0, 0.4].
        oval: length of a drop along the belt / across it, [0.5, 2].
        merge: how far drops flow together, share of their radius, [0, 1].
        rim: how much paler a dried drop is in its middle, [0, 1].
        missing: share of the drops that are missing, [0, 0.3]; no character loses more than a quarter of its own.
        satellites: how many satellites a drop throws on average, [0, 1].
        stretch: length of the text as the belt's speed leaves it, share of the right one, [0.5, 2].
        slant_deg: how far the columns lean, degrees, to the right where positive, [-30, 30].
    """

    kinds: tuple[Literal["outline", "dots", "strokes", "segments"], ...] = ("dots", "outline")
    rows: Range = Range(12.0, 22.0)
    diameter: Range = Range(0.75, 1.1)
    size_jitter: Range = Range(0.03, 0.1)
    jitter_along: Range = Range(0.0, 0.07)
    jitter_across: Range = Range(0.0, 0.06)
    row_error: Range = Range(0.0, 0.06)
    oval: Range = Range(0.95, 1.2)
    merge: Range = Range(0.0, 0.5)
    rim: Range = Range(0.0, 0.25)
    missing: Range = Range(0.0, 0.02)
    satellites: Range = Range(0.0, 0.15)
    stretch: Range = Range(0.88, 1.2)
    slant_deg: Range = Range(-3.0, 7.0)

    def __post_init__(self) -> None:
        Pigment.__post_init__(self)
        require("dots" in self.kinds or "outline" in self.kinds, "kinds", "dots or outline among them", self.kinds)
        require_within(
            self,
            rows=(5, 64),
            diameter=(0.3, 2),
            size_jitter=(0, 0.5),
            jitter_along=(0, 0.4),
            jitter_across=(0, 0.4),
            row_error=(0, 0.4),
            oval=(0.5, 2),
            merge=(0, 1),
            rim=(0, 1),
            missing=(0, 0.3),
            satellites=(0, 1),
            stretch=(0.5, 2),
            slant_deg=(-30, 30),
        )

    def strike(self, plate: Plate, rng: np.random.Generator) -> Plate:
        """Return the plate in drops; it may be longer, shorter and larger than before."""
        if not plate.chars:
            return plate
        diameter = self.diameter.draw(rng)
        dots, pitch = dots_of(plate, self.rows.draw_int(rng), diameter)
        radius, oval, merge = 0.5 * diameter * pitch, math.sqrt(self.oval.draw(rng)), self.merge.draw(rng)
        stretch, slant = self.stretch.draw(rng), math.tan(math.radians(self.slant_deg.draw(rng)))
        room = math.ceil(radius * (1.0 + merge) + 1.5 * pitch)
        matrix, plate = moved_by_belt(plate, stretch, slant, room)
        numbers = dots[:, 2].astype(np.intp)
        uv = moved(matrix, dots[:, :2])
        along, across, missing, rim, few = (
            share.draw(rng)
            for share in (self.jitter_along, self.jitter_across, self.missing, self.rim, self.satellites)
        )
        chance = rng.standard_normal((3, len(uv)), np.float32)
        uv[:, 0] += chance[0] * np.float32(along * pitch)
        uv[:, 1] += chance[1] * np.float32(across * pitch)
        uv[:, 1] += self._row_errors(dots[:, 1], pitch, rng)
        size = 1.0 + chance[2] * np.float32(self.size_jitter.draw(rng))
        size = np.minimum(np.maximum(size, 0.5), 1.6) * np.float32(radius)
        radii = size[:, None] * np.array([oval, 1.0 / oval], np.float32)
        if missing > 0:
            lost = rng.random(len(uv)) < missing
            if lost.any():
                left = _kept(lost, numbers)
                uv, radii, numbers = uv[left], radii[left], numbers[left]
        drops = Drops(uv=uv, radii=radii, weights=np.ones(len(uv), np.float32), numbers=numbers)
        dots = np.concatenate([uv, numbers[:, None]], axis=1, dtype=np.float32)
        plate = stamped(plate.with_(marks=Marks(dots_uvn=dots, pitch_px=pitch)), drops, merge, rim, is_all=True)
        return stamped(plate, _satellites(drops, few, pitch, rng)) if few > 0 else plate

    def _row_errors(self, v: np.ndarray, pitch: float, rng: np.random.Generator) -> np.ndarray:
        """Return how far up or down each drop's row lies wrongly, (n,) float32 px."""
        row = np.floor(v / pitch).astype(np.int64)
        row -= row.min()
        return (rng.standard_normal(int(row.max()) + 1) * (self.row_error.draw(rng) * pitch))[row].astype(np.float32)


def _kept(lost: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Return which drops are there: a character that would lose more than a quarter of its own keeps them all."""
    had, loses = np.bincount(numbers), np.bincount(numbers, weights=lost)
    return ~(lost & (loses <= _MOST_LOST * had)[numbers])


def _satellites(drops: Drops, share: float, pitch: float, rng: np.random.Generator) -> Drops:
    """Return small faint drops within 1.3 pitches downstream of some drops; none of them counts as ink."""
    thrown = np.flatnonzero(rng.random(len(drops.uv)) < share)
    chance = rng.random((4, len(thrown)), np.float32)
    side = np.float32(1.0 if rng.random() < 0.5 else -1.0)
    radii = drops.radii[thrown] * (0.2 + 0.2 * chance[:1].T)
    uv = drops.uv[thrown].copy()
    uv[:, 0] += side * (drops.radii[thrown, 0] + (0.05 + 0.5 * chance[1]) * np.float32(pitch))
    uv[:, 1] += (chance[2] - np.float32(0.5)) * np.float32(0.6 * pitch)
    weights = np.float32(_FAINT) * (0.4 + 0.6 * chance[3])
    return Drops(uv=uv, radii=radii, weights=weights, numbers=drops.numbers[thrown])
