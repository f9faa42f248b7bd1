"""Clusters: many small blobs scattered about a place, most of them small and a few large. Source: own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.units import LengthRange, Range, require_within
from generator.defect.fill import fill_rings
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import across, axis_deg, direction_xy, folded_deg, noisy_rings

_TRIES = 6  # places tried for a blob that would touch another


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
        blob_aspect: longer by shorter axis of the most drawn-out blob, less 1, [0, 10].
        facing: the blobs' own longer axes: in ``any`` direction, along the cluster's ``axis``, all drawn out, or
            ``outward`` from its middle.
        angle_deg: direction of the cluster's longer axis where the place suggests none.
        follow: ``any`` takes ``angle_deg``; ``along`` and ``across`` turn it relative to the place's own direction.
        softness_px: sigma of the edge, px.
    """

    count: Range
    diameter: LengthRange
    spread: LengthRange
    variety: Range = Range(0.3, 0.6)
    aspect: Range = Range(1.0, 2.5)
    roughness: Range = Range(0.1, 0.3)
    blob_aspect: Range = Range(0.2, 0.8)
    facing: Literal["any", "axis", "outward"] = "any"
    angle_deg: Range = Range(-180.0, 180.0)
    follow: Literal["any", "along", "across"] = "any"
    softness_px: Range = Range(0.6, 0.9)

    def __post_init__(self) -> None:
        require_within(
            self,
            count=(1, 500),
            variety=(0, 2),
            aspect=(1, 20),
            roughness=(0, 1),
            blob_aspect=(0, 10),
            softness_px=(0, 20),
        )

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of all blobs together."""
        count, diameter = self.count.draw_int(rng), self.diameter.draw_px(rng, room.scale)
        spread, variety = self.spread.draw_px(rng, room.scale), self.variety.draw(rng)
        aspect, roughness, softness = self.aspect.draw(rng), self.roughness.draw(rng), self.softness_px.draw(rng)
        angle = axis_deg(self.angle_deg.draw(rng), self.follow, site)
        axis = direction_xy(angle)
        radii = np.maximum(diameter / 2.0 * np.exp(np.clip(variety * rng.standard_normal(count), -1.5, 1.5)), 0.5)
        places = np.clip(rng.standard_normal((count, _TRIES, 2)), -2.5, 2.5) * (spread, spread / aspect)
        middles = _apart(places, radii + 1.0)
        centres = middles[:, :1] * axis + middles[:, 1:] * across(axis) + (site.x, site.y)
        aspects, angles = 1.0 + self.blob_aspect.draw(rng) * rng.random(count), rng.uniform(-180.0, 180.0, count)
        if self.facing == "axis":
            angles, aspects = angle + angles / 60.0, (1.0 + aspects + self.blob_aspect.low) / 2.0
        elif self.facing == "outward":
            away = centres - (site.x, site.y)
            angles = np.degrees(np.arctan2(-away[:, 1], away[:, 0])) + angles / 12.0
        rings = noisy_rings(centres, radii, aspects, angles, roughness, 0.4, rng)
        alpha, x, y = fill_rings(list(rings), softness, room.hw)
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


def _apart(places: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Return one of (N, tries, 2) places for each blob, (N, 2): where it touches no other, if there is one."""
    chosen = places[:, 0].copy()
    least = radii[:, None] + radii
    touching = np.tril(_distances(chosen, chosen) < least, -1).any(axis=1)
    for number in np.flatnonzero(touching):
        others = np.arange(len(radii)) != number
        free = (_distances(places[number], chosen) >= least[number])[:, others].all(axis=1)
        chosen[number] = places[number, int(np.argmax(free)) if free.any() else -1]
    return chosen


def _distances(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the distances between (N, 2) and (M, 2) points, (N, M)."""
    offsets = some[:, None, :] - others
    return np.hypot(offsets[..., 0], offsets[..., 1])
