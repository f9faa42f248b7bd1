"""Text around a circle, as on caps and coins. Source: own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.errors import require
from generator.core.units import Range, require_within
from generator.imaging.warp import Warp
from generator.text.plate import Plate
from generator.text.warp.ink import ink_box_uv
from generator.text.warp.ring import FULLEST, bent
from generator.text.warp.tilt import turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A ring of text about the middle of its circle.

    Attributes:
        fill: share of the circle that the text takes, (0, 0.97]; not used where ``radius`` is given.
        radius: of the line between head and feet, multiples of a capital's height, [1.5, 1000]; None: from ``fill``.
        least_radius: a smaller radius is enlarged to this, multiples of a capital's height, [1.5, 100].
        start_deg: where the text begins, degrees counter-clockwise, 0 to the right, 90 at the top, [-360, 360].
        reads: ``outside``: clockwise, feet to the middle; ``inside``: counter-clockwise, head to the middle;
            ``either``.
    """

    fill: Range = Range(0.5, 0.95)
    radius: Range | None = None
    least_radius: float = 3.0
    start_deg: Range = Range(-180.0, 180.0)
    reads: Literal["outside", "inside", "either"] = "outside"

    def __post_init__(self) -> None:
        require_within(self, fill=(0.01, FULLEST), start_deg=(-360, 360))
        sound = self.radius is None or self.radius.within(1.5, 1000)
        require(sound, "radius", "null or (low, high) within [1.5, 1000]", str(self.radius))
        require(1.5 <= self.least_radius <= 100, "least_radius", "1.5..100", self.least_radius)

    def draw(self, plate: Plate, rng: np.random.Generator) -> Warp:
        """Return a ring about the origin."""
        u0, _, u1, _ = ink_box_uv(plate)
        if self.radius is None:
            radius = (u1 - u0) / (2.0 * math.pi * self.fill.draw(rng))
        else:
            radius = self.radius.draw(rng) * plate.height_px
        inside = rng.random() < 0.5 if self.reads == "either" else self.reads == "inside"
        ring, angle = bent(plate, radius, inside, self.least_radius)
        half_deg, start_deg = math.degrees(angle) / 2.0, self.start_deg.draw(rng)
        begins_deg = 90.0 + half_deg if not inside else -90.0 - half_deg
        return ring.then(turn(start_deg - begins_deg))
