"""A print in the wrong place: shifted, or turned about its middle. All of it can still be read. Source: own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.units import Range, require_within
from generator.text.plate import Plate
from generator.text.port import Harm


@dataclass(frozen=True, slots=True, kw_only=True)
class MisplacedLine:
    """A print that is off its place.

    Attributes:
        category: the class it is labelled with.
        along: how far it is shifted along the line, either way, share of a capital's height, [0, 5].
        across: how far it is shifted up or down, share of a capital's height, [0, 3].
        turn_deg: how far it is turned, either way, degrees, [0, 45].
    """

    category: str = "misplaced_line"
    along: Range = Range(0.0, 0.5)
    across: Range = Range(0.25, 0.8)
    turn_deg: Range = Range(0.0, 4.0)

    def __post_init__(self) -> None:
        require_within(self, along=(0, 5), across=(0, 3), turn_deg=(0, 45))

    def harm(self, plate: Plate, rng: np.random.Generator) -> Harm | None:
        """Return the same ink, and how far it is off its place; None: it is where it belongs."""
        if not plate.chars:
            return None
        signs = rng.choice([-1.0, 1.0], 3)
        u = float(signs[0] * self.along.draw(rng) * plate.height_px)
        v = float(signs[1] * self.across.draw(rng) * plate.height_px)
        turn = float(signs[2] * self.turn_deg.draw(rng))
        if max(abs(u), abs(v)) < 1.0 and turn == 0.0:
            return None
        return Harm(
            cover=plate.cover,
            readable=np.ones(len(plate.chars), bool),
            shift_uv=(u, v),
            turn_deg=turn,
            params={"shift_uv": [u, v], "turn_deg": turn},
        )
