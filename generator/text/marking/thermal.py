"""Thermal printing: transfer from a ribbon, or on paper that turns dark where it is heated.

A row of heaters makes crisp dots; a dead heater leaves a line without ink along the direction of printing. The ribbon's
pressure varies in bands across it, the ink tears at the edge where a heater cools, and rough stock keeps small voids.
Source: own; after descriptions of the process by makers of printheads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.units import Range, require_within
from generator.imaging.noise import smooth
from generator.text.marking.film import bled, frayed, lineless, pierced, uneven
from generator.text.marking.pigment import Pigment
from generator.text.plate import Plate


@dataclass(frozen=True, slots=True, kw_only=True)
class Thermal(Pigment):
    """Ink off a thermal printhead.

    Attributes:
        kinds: of faces, the most fitting first.
        feed: the direction of printing: ``along`` the line of text, ``across`` it, or ``either``.
        heaters: on the height of a capital, [8, 200].
        dead: how many heaters are dead within the text, [0, 8]; none of those that a thin character hangs on.
        dead_left: share of the ink that a dead heater leaves, [0, 1].
        banding: how much paler bands across the direction of printing are, [0, 0.45].
        ragged: how much the edges come and go, [0, 1].
        softness: sigma of the soft edge, share of a capital's height, [0, 0.1].
        voids: share of the pixels at which a void begins, [0, 0.05].
    """

    kinds: tuple[Literal["outline", "dots", "strokes", "segments"], ...] = ("outline",)
    feed: Literal["along", "across", "either"] = "either"
    heaters: Range = Range(22.0, 44.0)
    dead: Range = Range(0.0, 2.0)
    dead_left: Range = Range(0.0, 0.3)
    banding: Range = Range(0.0, 0.3)
    ragged: Range = Range(0.1, 0.6)
    softness: Range = Range(0.0, 0.012)
    voids: Range = Range(0.0, 0.004)

    def __post_init__(self) -> None:
        Pigment.__post_init__(self)
        require_within(
            self,
            heaters=(8, 200),
            dead=(0, 8),
            dead_left=(0, 1),
            banding=(0, 0.45),
            ragged=(0, 1),
            softness=(0, 0.1),
            voids=(0, 0.05),
        )

    def strike(self, plate: Plate, rng: np.random.Generator) -> Plate:
        """Return the plate with ragged edges, bands, voids and the lines of dead heaters."""
        is_upright = self.feed == "across" or (self.feed == "either" and rng.random() < 0.5)
        height = plate.height_px
        heater = height / self.heaters.draw(rng)
        plate = bled(plate, self.softness.draw(rng) * height)
        along = max(2.0, 3.0 * heater)
        cells = (along, max(1.0, heater)) if is_upright else (max(1.0, heater), along)
        plate = frayed(plate, smooth(plate.cover.shape, cells, rng), self.ragged.draw(rng))
        banding = self.banding.draw(rng)
        if banding > 0:
            bands = (0.35 * height, 1e6) if is_upright else (1e6, 0.35 * height)
            plate = uneven(plate, banding, smooth(plate.cover.shape, bands, rng))
        voids = self.voids.draw(rng)
        if voids > 0:
            plate = pierced(plate, voids, 0.3, max(1, min(6, round(0.04 * height))), rng)
        dead, left = self.dead.draw_int(rng), self.dead_left.draw(rng)
        return lineless(plate, dead, max(1.0, heater), left, is_upright, rng)
