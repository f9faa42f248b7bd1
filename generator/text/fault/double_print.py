"""A print that was struck twice: a second, fainter copy beside the first. Source: own."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.text.fault.legible import readable
from generator.text.plate import Plate
from generator.text.port import Harm


@dataclass(frozen=True, slots=True, kw_only=True)
class DoublePrint:
    """A second copy.

    Attributes:
        category: the class it is labelled with.
        shift: of the second copy, share of a capital's height, [0.03, 0.6].
        direction_deg: of the shift, counter-clockwise as displayed, 0 to the right.
        strength: of the second copy's ink, share of the first's, [0.1, 1].
    """

    category: str = "double_print"
    shift: Range = Range(0.1, 0.4)
    direction_deg: Range = Range(-180.0, 180.0)
    strength: Range = Range(0.3, 0.95)

    def __post_init__(self) -> None:
        require_within(self, shift=(0.03, 0.6), direction_deg=(-180, 180), strength=(0.1, 1))

    def harm(self, plate: Plate, rng: np.random.Generator) -> Harm | None:
        """Return the print with its second copy; what of that leaves the plate is cut off."""
        if not plate.chars:
            return None
        shift, turn, strength = self.shift.draw(rng), self.direction_deg.draw(rng), self.strength.draw(rng)
        away = max(1.0, shift * plate.height_px)
        x, y = away * math.cos(math.radians(turn)), -away * math.sin(math.radians(turn))
        matrix = np.array([[1.0, 0.0, x], [0.0, 1.0, y]])
        ghost = cv2.multiply(cv2.warpAffine(plate.cover, matrix, plate.wh), strength, dtype=cv2.CV_8U)
        cover = np.maximum(plate.cover, ghost)
        params = {"shift": shift, "direction_deg": turn, "strength": strength}
        return Harm(cover=cover, readable=readable(plate, cover), params=params)
