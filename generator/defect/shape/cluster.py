"""Clusters: many small blobs scattered about a place, most of them small and a few large. Source: own."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from generator.core.errors import require
from generator.core.units import LengthRange, Range
from generator.defect.fill import fill_rings
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import across, axis_deg, direction_xy, folded_deg, noisy_ring


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Many small blobs that are one defect.

    Attributes:
        count: how many, [1, 500].
        diameter: median of the blobs' diameters.
        variety: standard deviation of the diameters' logarithm, [0, 2]; 0.5 is a few large among many small.
        spread: standard deviation of the distance from the middle, along the cluster's longer axis.
        aspect: longer by shorter axis of the cluster, [1, 20].
        roughness: relative deviation of each blob's radius, [0, 1].
        angle_deg: direction of the cluster's longer axis.
        softness_px: sigma of the edge, px.
    """

    count: Range
    diameter: LengthRange
    spread: LengthRange
    variety: Range = Range(0.3, 0.6)
    aspect: Range = Range(1.0, 2.5)
    roughness: Range = Range(0.1, 0.3)
    angle_deg: Range = Range(-180.0, 180.0)
    softness_px: Range = Range(0.6, 0.9)

    def __post_init__(self) -> None:
        require(self.count.within(1, 500), "count", "(low, high) within [1, 500]", self.count)
        require(self.variety.within(0, 2), "variety", "(low, high) within [0, 2]", self.variety)
        require(self.aspect.within(1, 20), "aspect", "(low, high) within [1, 20]", self.aspect)
        require(self.roughness.within(0, 1), "roughness", "(low, high) within [0, 1]", self.roughness)
        require(self.softness_px.within(0, 20), "softness_px", "(low, high) within [0, 20]", self.softness_px)

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of all blobs together."""
        count, diameter = self.count.draw_int(rng), self.diameter.draw_px(rng, room.scale)
        spread, variety = self.spread.draw_px(rng, room.scale), self.variety.draw(rng)
        aspect, roughness, softness = self.aspect.draw(rng), self.roughness.draw(rng), self.softness_px.draw(rng)
        angle = axis_deg(self.angle_deg.draw(rng), "any", site)
        axis = direction_xy(angle)
        places = np.clip(rng.standard_normal((count, 2)), -2.5, 2.5) * (spread, spread / aspect)
        centres = places[:, :1] * axis + places[:, 1:] * across(axis) + (site.x, site.y)
        radii = diameter / 2.0 * np.exp(np.clip(variety * rng.standard_normal(count), -1.5, 1.5))
        rings = [
            noisy_ring(
                float(x),
                float(y),
                max(float(radius), 0.5),
                1.0 + 0.8 * rng.random(),
                math.degrees(2 * math.pi * rng.random()),
                roughness,
                rng,
            )
            for (x, y), radius in zip(centres, radii, strict=True)
        ]
        alpha, x, y = fill_rings(rings, softness)
        return Outline.of(
            alpha,
            x,
            y,
            kind="cluster",
            count=count,
            diameter_px=diameter,
            spread_px=spread,
            angle_deg=folded_deg(angle),
        )
