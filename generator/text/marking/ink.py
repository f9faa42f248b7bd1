"""Plain ink: printed text as a press, a pad or an office printer leaves it.

The ink covers the surface evenly. Its edge may bleed into the surface, and the film may be thicker here than there.
Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.units import Range, require_within
from generator.text.marking.film import bled, clouds, uneven
from generator.text.marking.pigment import Pigment
from generator.text.plate import Plate


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink(Pigment):
    """Even ink.

    Attributes:
        kinds: of faces, the most fitting first.
        bleed: sigma of the soft edge, share of a capital's height, [0, 0.2].
        unevenness: how much thinner the film is where it is thinnest, share of its cover, [0, 0.8].
    """

    kinds: tuple[Literal["outline", "dots", "strokes", "segments"], ...] = ("outline", "strokes", "segments", "dots")
    bleed: Range = Range(0.0, 0.0)
    unevenness: Range = Range(0.0, 0.0)

    def __post_init__(self) -> None:
        Pigment.__post_init__(self)
        require_within(self, bleed=(0, 0.2), unevenness=(0, 0.8))

    def strike(self, plate: Plate, rng: np.random.Generator) -> Plate:
        """Return the plate with soft edges and a film of uneven thickness."""
        if self.bleed.high > 0:
            plate = bled(plate, self.bleed.draw(rng) * plate.height_px)
        if self.unevenness.high > 0:
            field = clouds(plate.cover.shape, 0.8 * plate.height_px, rng)
            plate = uneven(plate, self.unevenness.draw(rng), field)
        return plate
