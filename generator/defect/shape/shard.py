"""Shards: a piece with straight sides and corners, as chippings, flakes and crumbs of packaging have. Source: own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.units import LengthRange, Range, require_within
from generator.defect.fill import fill_rings
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import across, direction_xy, folded_deg


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One piece with corners.

    Attributes:
        diameter: of the longer axis.
        corners: how many, [3, 24].
        aspect: longer by shorter axis, [1, 20].
        irregularity: how unevenly the corners lie, [0, 0.9].
        angle_deg: direction of the longer axis.
        softness_px: sigma of the optical edge, px.
    """

    diameter: LengthRange
    corners: Range = Range(4, 9)
    aspect: Range = Range(1.0, 2.5)
    irregularity: Range = Range(0.2, 0.6)
    angle_deg: Range = Range(-180.0, 180.0)
    softness_px: Range = Range(0.6, 0.9)

    def __post_init__(self) -> None:
        require_within(self, corners=(3, 24), aspect=(1, 20), irregularity=(0, 0.9), softness_px=(0, 20))

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of one piece about the site."""
        diameter, corners = self.diameter.draw_px(rng, room.scale), self.corners.draw_int(rng)
        aspect, uneven = self.aspect.draw(rng), self.irregularity.draw(rng)
        angle, softness = self.angle_deg.draw(rng), self.softness_px.draw(rng)
        turns = (np.arange(corners) + uneven * rng.uniform(-0.5, 0.5, corners)) * (2.0 * np.pi / corners)
        radii = max(diameter / 2.0, 0.7) * (1.0 - uneven * rng.random(corners))
        axis = direction_xy(angle)
        longer, shorter = (radii * np.cos(turns))[:, None], (radii * np.sin(turns) / aspect)[:, None]
        ring = longer * axis + shorter * across(axis) + (site.x, site.y)
        alpha, x, y = fill_rings([ring], softness, room.hw)
        return Outline.of(
            alpha, x, y, kind="shard", diameter_px=diameter, aspect=aspect, corners=corners, angle_deg=folded_deg(angle)
        )
