"""A lobe at a trace's border: a mouse bite eats into it, a spur grows out of it.

The lobe is as long along the border as its foot and as deep as a share of the trace; its profile runs from a pointed
tooth to a round scallop and is ragged as the etch leaves it. A bite leaves copper, a spur leaves a gap. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.errors import require
from generator.core.units import Range
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import smooth_noise
from generator.defect.trace.site import changed_outline, in_image, trace_site


@dataclass(frozen=True, slots=True, kw_only=True)
class Lobe:
    """The other material in a lobe at a border.

    Attributes:
        into: ``copper`` is a bite, ``laminate`` a spur.
        depth: from the border to its tip, as a share of the trace's width, [0.05, 3].
        most: the deepest it goes, as a share of the copper or laminate that lies there, [0.1, 0.9].
        foot: its length along the border, as a share of the trace's width, [0.1, 3].
        round: 0 is a pointed tooth, 1 a round scallop, [0, 1].
        ragged: relative deviation of its profile, [0, 0.5].
        skew: how far the tip lies from the foot's middle, as a share of half the foot, [-1, 1].
    """

    into: Literal["copper", "laminate"]
    depth: Range = Range(0.3, 0.7)
    most: float = 0.75
    foot: Range = Range(0.5, 1.6)
    round: Range = Range(0.4, 1.0)
    ragged: Range = Range(0.05, 0.2)
    skew: Range = Range(-0.4, 0.4)

    def __post_init__(self) -> None:
        require(self.depth.within(0.05, 3), "depth", "(low, high) within [0.05, 3]", self.depth)
        require(0.1 <= self.most <= 0.9, "most", "a share in [0.1, 0.9]", self.most)
        require(self.foot.within(0.1, 3), "foot", "(low, high) within [0.1, 3]", self.foot)
        require(self.round.within(0, 1), "round", "(low, high) within [0, 1]", self.round)
        require(self.ragged.within(0, 0.5), "ragged", "(low, high) within [0, 0.5]", self.ragged)
        require(self.skew.within(-1, 1), "skew", "(low, high) within [-1, 1]", self.skew)

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of what changes."""
        place = trace_site(site)
        bites = self.into == "copper"
        room_px = place.width_px if bites else place.beyond_px
        deepest = max(0.5, min(self.most * room_px, room_px - place.least_px, place.clear_px - 1.0))
        depth = float(np.clip(self.depth.draw(rng) * place.width_px, min(1.5, deepest), deepest))
        foot = float(np.clip(self.foot.draw(rng) * place.width_px, 2.0, 2.0 * place.clear_px - 2.0))
        power, skew, ragged = 1.0 + 1.5 * self.round.draw(rng), self.skew.draw(rng), self.ragged.draw(rng)
        count = int(np.clip((foot + 2.0 * depth) * 2.0, 9, 80))
        # even steps of the angle put as many points on the flanks as on the tip
        along = -np.cos(np.linspace(0.0, np.pi, count))
        profile = (1.0 - np.abs(along) ** power) ** (1.0 / power)
        profile = np.clip(
            profile * (1.0 + ragged * smooth_noise(count, max(4, int((foot + 2.0 * depth) / 4.0)), rng)), 0.0, 1.0
        )
        into = place.inward_deg if bites else place.inward_deg + 180.0
        axis_deg = into - 90.0  # the lobe lies to the left of its axis
        crest = np.stack([along * foot / 2.0 + skew * profile * foot / 2.0, profile * depth], axis=1)
        base = np.array([[foot / 2.0, -place.overlap_px], [-foot / 2.0, -place.overlap_px]])
        ring = in_image(np.concatenate([crest, base]), place.x, place.y, axis_deg)
        return changed_outline(
            place, room, ring, not bites, kind="lobe", depth_px=depth, foot_px=foot, strip_px=place.width_px
        )
