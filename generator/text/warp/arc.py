"""Text along an arc of a circle, as on lids, badges and round plates. Source: own."""

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
from generator.text.warp.ring import bent
from generator.text.warp.tilt import turn

_FLATTEST_DEG = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """An arch or a bowl, about the middle of the text.

    Attributes:
        sweep_deg: angle from the text's beginning to its end, [0.5, 300]; not used where ``radius`` is given.
        radius: of the line between head and feet, multiples of a capital's height, [1.5, 1000]; None: ``sweep_deg``
            says it.
        least_radius: a smaller radius is enlarged to this, multiples of a capital's height, [1.5, 100].
        reads: ``outside``: an arch, the middle of the circle is below; ``inside``: a bowl, it is above; ``either``.
        rotation_deg: how the whole is turned, degrees counter-clockwise as displayed, [-180, 180].
    """

    sweep_deg: Range = Range(20.0, 140.0)
    radius: Range | None = None
    least_radius: float = 2.5
    reads: Literal["outside", "inside", "either"] = "outside"
    rotation_deg: Range = Range(0.0, 0.0)

    def __post_init__(self) -> None:
        require_within(self, sweep_deg=(_FLATTEST_DEG, 300), rotation_deg=(-180, 180))
        sound = self.radius is None or self.radius.within(1.5, 1000)
        require(sound, "radius", "null or (low, high) within [1.5, 1000]", str(self.radius))
        require(1.5 <= self.least_radius <= 100, "least_radius", "1.5..100", self.least_radius)

    def draw(self, plate: Plate, rng: np.random.Generator) -> Warp:
        """Return an arc whose middle, between head and feet, is the origin."""
        u0, _, u1, _ = ink_box_uv(plate)
        if self.radius is None:
            radius = (u1 - u0) / math.radians(self.sweep_deg.draw(rng))
        else:
            radius = self.radius.draw(rng) * plate.height_px
        inside = rng.random() < 0.5 if self.reads == "either" else self.reads == "inside"
        arc, _ = bent(plate, radius, inside, self.least_radius)
        way = arc.bend.radius_px if not inside else -arc.bend.radius_px
        return arc.then(Warp.shift(0.0, way).matrix).then(turn(self.rotation_deg.draw(rng)))
