"""Text on a wavy line, as on cloth, foil and loose paper. Source: own."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from generator.core.units import Range, require_within
from generator.imaging.warp import Warp
from generator.text.plate import Plate
from generator.text.warp.tilt import from_middle, turn


@dataclass(frozen=True, slots=True)
class Ripple:
    """A plate whose columns are shifted up and down by a sine.

    Attributes:
        height_px: of a crest above the middle.
        length_px: from crest to crest.
        phase: of the sine at u = 0, radians.
    """

    height_px: float
    length_px: float
    phase: float

    def forward(self, uv: np.ndarray) -> np.ndarray:
        """Return where (n, 2) points go."""
        return np.stack([uv[:, 0], uv[:, 1] + self._shift(uv[:, 0])], axis=1)

    def backward(self, xy: np.ndarray) -> np.ndarray:
        """Return where (n, 2) points came from."""
        return np.stack([xy[:, 0], xy[:, 1] - self._shift(xy[:, 0])], axis=1)

    def _shift(self, u: np.ndarray) -> np.ndarray:
        return self.height_px * np.sin(u * (2.0 * math.pi / self.length_px) + self.phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """A sine along the text.

    Attributes:
        height: of a crest above the middle, share of a capital's height, [0, 2].
        length: from crest to crest, multiples of a capital's height, [2, 200].
        rotation_deg: of the whole, degrees counter-clockwise as displayed, [-180, 180].
    """

    height: Range = Range(0.05, 0.3)
    length: Range = Range(5.0, 14.0)
    rotation_deg: Range = Range(-2.0, 2.0)

    def __post_init__(self) -> None:
        require_within(self, height=(0, 2), length=(2, 200), rotation_deg=(-180, 180))

    def draw(self, plate: Plate, rng: np.random.Generator) -> Warp:
        """Return the wave, whose origin is the middle of the ink."""
        bend = Ripple(
            self.height.draw(rng) * plate.height_px,
            self.length.draw(rng) * plate.height_px,
            rng.random() * 2.0 * math.pi,
        )
        return Warp(from_middle(plate), bend).then(turn(self.rotation_deg.draw(rng)))
