"""Bundles: many nearly parallel strokes, as rubbing and handling leave them. Source: own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.units import LengthRange, Range, require_within
from generator.defect.fill import fill_bands
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import across, axis_deg, direction_xy, folded_deg
from generator.defect.shape.stroke import stroke_bands


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Several lines that one movement left.

    Attributes:
        count: how many lines, [1, 200].
        length: of the longest line; the others are down to a third of it.
        width: of the widest line.
        spread: how far the lines lie apart across their direction, over all.
        fan_deg: standard deviation of their directions, degrees, [0, 90].
        bend: largest departure from the straight axis, as a share of the length, [0, 0.5].
        angle_deg: common direction, degrees counter-clockwise, used where the place suggests none.
        follow: ``any`` takes ``angle_deg``; ``along`` and ``across`` turn it relative to the place's own direction.
        softness_px: sigma of the optical edge, px.
    """

    count: Range
    length: LengthRange
    width: LengthRange
    spread: LengthRange
    fan_deg: Range = Range(0.5, 4.0)
    bend: Range = Range(0.0, 0.05)
    angle_deg: Range = Range(-180.0, 180.0)
    follow: Literal["any", "along", "across"] = "any"
    softness_px: Range = Range(0.6, 0.9)

    def __post_init__(self) -> None:
        require_within(self, count=(1, 200), fan_deg=(0, 90), bend=(0, 0.5), softness_px=(0, 20))

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of all lines, whose middles scatter about the site."""
        count, length = self.count.draw_int(rng), self.length.draw_px(rng, room.scale)
        width, spread = self.width.draw_px(rng, room.scale), self.spread.draw_px(rng, room.scale)
        angle = axis_deg(self.angle_deg.draw(rng), self.follow, site)
        fan, softness = self.fan_deg.draw(rng), self.softness_px.draw(rng)
        axis = direction_xy(angle)
        shifts = rng.standard_normal((count, 1)) * (0.15 * length) * axis
        middles = shifts + rng.uniform(-0.5, 0.5, (count, 1)) * spread * across(axis) + (site.x, site.y)
        lengths, widths = length * rng.uniform(0.33, 1.0, count), width * rng.uniform(0.3, 1.0, count)
        angles, bends = angle + fan * rng.standard_normal(count), np.full(count, self.bend.draw(rng))
        bands = stroke_bands(middles, lengths, widths, angles, bends, 0.4, 0.4, rng)
        alpha, x, y = fill_bands([bands], softness, room.hw)
        return Outline.of(
            alpha, x, y, kind="bundle", count=count, length_px=length, width_px=width, angle_deg=folded_deg(angle)
        )
