"""A speck of the other material inside free material: spurious copper on laminate, a pin hole in copper.

Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.errors import require
from generator.core.units import LengthRange, Range
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import noisy_rings
from generator.defect.trace.site import changed_outline, trace_site


@dataclass(frozen=True, slots=True, kw_only=True)
class Speck:
    """One closed outline that touches no border of the material it lies in.

    Attributes:
        diameter: of the longer axis.
        most: the largest share of the free circle about it that it may fill, [0.1, 0.9].
        aspect: longer by shorter axis, [1, 5].
        roughness: relative deviation of the radius, [0, 1]; 0 is an ellipse.
        detail: 0 gives a few smooth lobes, 1 a ragged outline, [0, 1].
        angle_deg: direction of the longer axis, degrees counter-clockwise.
    """

    diameter: LengthRange
    most: float = 0.6
    aspect: Range = Range(1.0, 1.8)
    roughness: Range = Range(0.05, 0.2)
    detail: Range = Range(0.3, 0.8)
    angle_deg: Range = Range(-90.0, 90.0)

    def __post_init__(self) -> None:
        require(0.1 <= self.most <= 0.9, "most", "a share in [0.1, 0.9]", self.most)
        require(self.aspect.within(1, 5), "aspect", "(low, high) within [1, 5]", self.aspect)
        require(self.roughness.within(0, 1), "roughness", "(low, high) within [0, 1]", self.roughness)
        require(self.detail.within(0, 1), "detail", "(low, high) within [0, 1]", self.detail)

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of one speck about the site."""
        place = trace_site(site)
        free = place.width_px / 2.0
        reach = max(0.75, min(self.most * free, free - place.least_px))
        diameter = min(self.diameter.draw_px(rng, room.scale), 2.0 * reach)
        aspect, angle = self.aspect.draw(rng), self.angle_deg.draw(rng)
        roughness, detail = self.roughness.draw(rng), self.detail.draw(rng)
        middle = np.array([[place.x, place.y]])
        one = np.ones(1)
        (ring,) = noisy_rings(middle, one * diameter / 2.0, one * aspect, one * angle, roughness, detail, rng)
        away = ring - middle
        farthest = float(np.hypot(away[:, 0], away[:, 1]).max())
        ring = middle + away * min(1.0, reach / farthest)
        return changed_outline(
            place,
            room,
            ring,
            not place.on_copper,
            kind="speck",
            diameter_px=diameter,
            aspect=aspect,
            free_px=place.width_px,
        )
