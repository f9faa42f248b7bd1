"""Paint sprayed through a stencil: a soft edge, a halo of spray that crept under the plate, speckles.

The film is thick in one place and thin in another, as a hand moves a can. The halo and the speckles are paler than half
of the paint, so they are no part of a letter. Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.imaging.noise import random_bytes
from generator.text.marking.film import bled, blurred, clouds, frayed, uneven
from generator.text.marking.pigment import Pigment
from generator.text.plate import Plate

_FAINT = 0.8  # of the spray, which is below one half of the paint where it leaves the edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Stencil(Pigment):
    """Sprayed paint.

    Attributes:
        kinds: of faces, the most fitting first.
        softness: sigma of the edge, share of a capital's height, [0, 0.1].
        halo: strength of the spray beyond the edge, share of the paint, [0, 0.4].
        halo_width: sigma of the halo, share of a capital's height, [0.02, 1].
        speckles: share of the halo's pixels that hold a speckle, [0, 1].
        unevenness: how much thinner the paint is where it is thinnest, [0, 0.45].
        ragged: how much the edges come and go, [0, 1].
    """

    kinds: tuple[Literal["outline", "dots", "strokes", "segments"], ...] = ("outline", "strokes")
    softness: Range = Range(0.008, 0.025)
    halo: Range = Range(0.02, 0.15)
    halo_width: Range = Range(0.08, 0.25)
    speckles: Range = Range(0.0, 0.5)
    unevenness: Range = Range(0.1, 0.4)
    ragged: Range = Range(0.1, 0.5)

    def __post_init__(self) -> None:
        Pigment.__post_init__(self)
        require_within(
            self,
            softness=(0, 0.1),
            halo=(0, 0.4),
            halo_width=(0.02, 1),
            speckles=(0, 1),
            unevenness=(0, 0.45),
            ragged=(0, 1),
        )

    def strike(self, plate: Plate, rng: np.random.Generator) -> Plate:
        """Return the plate as the spray leaves it, with room for the halo."""
        height = plate.height_px
        halo, width, speckles = self.halo.draw(rng), self.halo_width.draw(rng) * height, self.speckles.draw(rng)
        plate = plate.padded(math.ceil(2.5 * width + 0.05 * height))
        plate = bled(plate, self.softness.draw(rng) * height, has_room=True)
        plate = frayed(plate, clouds(plate.cover.shape, 0.04 * height, rng), self.ragged.draw(rng))
        plate = uneven(plate, self.unevenness.draw(rng), clouds(plate.cover.shape, 0.7 * height, rng))
        spray = blurred(plate.cover, width)
        mist = cv2.multiply(spray, halo, dtype=cv2.CV_8U)
        if speckles > 0:
            chance = random_bytes(spray.shape, rng)
            hit = chance < cv2.multiply(spray, 0.35 * speckles, dtype=cv2.CV_8U)
            mist[hit] = np.maximum(mist[hit], (spray[hit] * np.float32(_FAINT)).astype(np.uint8))
        return plate.with_(cover=np.maximum(plate.cover, mist))
