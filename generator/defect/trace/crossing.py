"""A strip crossed by the other material: an open cuts a trace, a short bridges the gap between two.

The crossing's two sides are ragged as the etch leaves them and bend outwards or inwards towards the strip's borders:
the ends of a cut are round, the feet of a bridge are wide. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.errors import require
from generator.core.units import Range
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import smooth_noise
from generator.defect.trace.site import changed_outline, in_image, trace_site


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """The other material right across a strip.

    Attributes:
        length: along the strip, as a share of its width, [0.05, 4]; at least 2.5 px.
        flare: how much longer it is at the strip's borders, as a share of the strip's width, [0, 1].
        ragged: deviation of its sides, as a share of the strip's width, [0, 0.5].
        lean_deg: how far it leans from square to the strip, degrees, [-45, 45].
    """

    length: Range = Range(0.4, 1.5)
    flare: Range = Range(0.0, 0.4)
    ragged: Range = Range(0.02, 0.1)
    lean_deg: Range = Range(-20.0, 20.0)

    def __post_init__(self) -> None:
        require(self.length.within(0.05, 4), "length", "(low, high) within [0.05, 4]", self.length)
        require(self.flare.within(0, 1), "flare", "(low, high) within [0, 1]", self.flare)
        require(self.ragged.within(0, 0.5), "ragged", "(low, high) within [0, 0.5]", self.ragged)
        require(self.lean_deg.within(-45, 45), "lean_deg", "(low, high) within [-45, 45]", self.lean_deg)

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of what changes; it separates, or joins, what lies on both sides."""
        place = trace_site(site)
        width = place.width_px
        least = 2.5 + 2.0 * place.softness_px
        lean = np.tan(np.radians(self.lean_deg.draw(rng)))
        half_across = width / 2.0 + place.overlap_px
        # sides, flare and lean together must stay within the clear surroundings
        longest = max(least, 2.0 * (place.clear_px - 1.0 - abs(lean) * half_across))
        length = float(np.clip(self.length.draw(rng) * width, least, longest))
        flare, ragged = self.flare.draw(rng) * width, self.ragged.draw(rng) * width
        count = int(np.clip(width * 2.0, 9, 60))
        across = np.linspace(-half_across, half_across, count)
        bow = np.minimum(np.abs(across) / (width / 2.0), 1.2) ** 2.0
        sides = []
        for sign in (-1.0, 1.0):
            noise = smooth_noise(count, max(4, int(half_across / 1.8)), rng) * ragged
            side = np.clip(length / 2.0 + bow * flare * rng.uniform(0.3, 1.0) + noise, least / 2.0, longest / 2.0)
            sides.append(np.stack([sign * side + across * lean, across], axis=1))
        ring = in_image(np.concatenate([sides[0], sides[1][::-1]]), place.x, place.y, place.along_deg)
        return changed_outline(
            place, room, ring, not place.on_copper, kind="crossing", length_px=length, strip_px=width
        )
