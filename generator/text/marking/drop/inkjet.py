"""Ink-jet in fine drops: thermal or piezo heads that print outlines, as on cartons, foils and envelopes.

The ink wicks into the stock, the belt shakes the line up and down, some nozzles are weak and leave pale rows, and small
satellites land behind an edge. Source: own; after descriptions of the process by makers of coders.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.imaging.noise import smooth
from generator.text.marking.drop.drops import Drops, stamped
from generator.text.marking.film import bled, clouds, frayed, uneven
from generator.text.marking.pigment import Pigment
from generator.text.plate import Plate

_FAINT = 0.27
_INK = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class InkJet(Pigment):
    """Ink off a head with many nozzles.

    Attributes:
        kinds: of faces, the most fitting first.
        bleed: sigma of the soft edge, share of a capital's height, [0, 0.1].
        ragged: how much the edges come and go with the stock's fibres, [0, 1].
        unevenness: how much thinner the ink is where it is thinnest, [0, 0.45].
        drift: how far the belt shakes the line up and down, share of a capital's height, [0, 0.1].
        weak_rows: share of the nozzles that are weak, [0, 0.5].
        weakness: share of the ink that a weak nozzle lacks, [0, 0.45].
        nozzles: on the height of a capital, [8, 200].
        satellites: how many satellites a character throws on average, [0, 40].
    """

    kinds: tuple[Literal["outline", "dots", "strokes", "segments"], ...] = ("outline", "strokes")
    bleed: Range = Range(0.004, 0.016)
    ragged: Range = Range(0.1, 0.5)
    unevenness: Range = Range(0.0, 0.25)
    drift: Range = Range(0.0, 0.025)
    weak_rows: Range = Range(0.0, 0.12)
    weakness: Range = Range(0.15, 0.45)
    nozzles: Range = Range(24.0, 48.0)
    satellites: Range = Range(0.0, 10.0)

    def __post_init__(self) -> None:
        Pigment.__post_init__(self)
        require_within(
            self,
            bleed=(0, 0.1),
            ragged=(0, 1),
            unevenness=(0, 0.45),
            drift=(0, 0.1),
            weak_rows=(0, 0.5),
            weakness=(0, 0.45),
            nozzles=(8, 200),
            satellites=(0, 40),
        )

    def strike(self, plate: Plate, rng: np.random.Generator) -> Plate:
        """Return the plate as the head leaves it."""
        if not plate.chars:
            return plate
        height = plate.height_px
        drift, bleed = self.drift.draw(rng) * height, self.bleed.draw(rng) * height
        plate = plate.padded(math.ceil(2.0 * (drift + bleed) + 2.0 + 0.1 * height))
        thrown = _satellites(plate, self.satellites.draw(rng), rng)
        rows = self.weak_rows.draw(rng)
        plate = _weakened(plate, rows, self.weakness.draw(rng), height / self.nozzles.draw(rng), rng)
        plate = _shaken(plate, drift, rng)
        plate = bled(plate, bleed, has_room=True)
        plate = frayed(plate, clouds(plate.cover.shape, 0.03 * height, rng), self.ragged.draw(rng))
        unevenness = self.unevenness.draw(rng)
        if unevenness > 0:
            plate = uneven(plate, unevenness, clouds(plate.cover.shape, 0.5 * height, rng))
        return plate if thrown is None else stamped(plate, thrown)


def _weakened(plate: Plate, share: float, weakness: float, row_px: float, rng: np.random.Generator) -> Plate:
    """Return the plate with some rows of nozzles that give less ink."""
    height, width = plate.cover.shape
    weak = rng.random(math.ceil(height / row_px) + 1) < share
    if not weak.any():
        return plate
    at = np.minimum((np.arange(height) / row_px).astype(np.intp), len(weak) - 1)
    ink = np.where(weak, np.float32(1.0 - weakness), np.float32(1.0))[at]
    gain = np.repeat(ink[:, None], width, axis=1)
    return plate.with_(cover=cv2.multiply(plate.cover, gain, dtype=cv2.CV_8U))


def _shaken(plate: Plate, drift_px: float, rng: np.random.Generator) -> Plate:
    """Return the plate with columns that wander up and down together; boxes go with the middle of their character."""
    if drift_px < 0.1:
        return plate
    height, width = plate.cover.shape
    down = np.clip(smooth((1, width), 1.5 * plate.height_px, rng)[0], -2.0, 2.0) * np.float32(drift_px)
    u = np.broadcast_to(np.arange(width, dtype=np.float32), (height, width))
    v = np.arange(height, dtype=np.float32)[:, None] - down
    boxes = plate.boxes_uv.copy()
    middle = np.clip((boxes[:, 0] + boxes[:, 2]) / 2.0, 0, width - 1).astype(np.intp)
    boxes[:, 1::2] += down[middle, None]
    return plate.with_(cover=cv2.remap(plate.cover, np.ascontiguousarray(u), v, cv2.INTER_LINEAR), boxes_uv=boxes)


def _satellites(plate: Plate, each: float, rng: np.random.Generator) -> Drops | None:
    """Return small faint drops behind random pixels of ink; None: none."""
    inked = np.flatnonzero(plate.cover >= _INK)
    count = int(rng.poisson(each * len(plate.chars)))
    if not count or not len(inked):
        return None
    width = plate.cover.shape[1]
    from_px = inked[rng.integers(0, len(inked), count)]
    numbers = plate.owner[from_px // width, from_px % width].astype(np.intp)
    order = np.argsort(numbers, kind="stable")
    from_px, numbers = from_px[order], numbers[order]
    v, u = np.divmod(from_px, width)
    chance = rng.random((4, count), np.float32)
    unit = np.float32(plate.height_px)
    side = np.float32(1.0 if rng.random() < 0.5 else -1.0)
    u = u + side * unit * (0.04 + 0.12 * chance[0])
    v = v + unit * 0.08 * (chance[1] - np.float32(0.5))
    radii = np.repeat((0.008 + 0.014 * chance[2:3].T) * unit, 2, axis=1)
    weights = np.float32(_FAINT) * (0.4 + 0.6 * chance[3])
    return Drops(uv=np.stack([u, v], axis=1).astype(np.float32), radii=radii, weights=weights, numbers=numbers)
