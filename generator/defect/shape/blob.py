"""Blobs: one closed outline whose radius is noisy at every scale, from a pore to a stain or a dent. Source: own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.units import LengthRange, Range, require_within
from generator.defect.fill import fill_rings
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import axis_deg, folded_deg, noisy_rings


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """One closed outline.

    Attributes:
        diameter: of the longer axis.
        aspect: longer by shorter axis, [1, 20].
        roughness: relative deviation of the radius, [0, 1]; 0 is an ellipse.
        detail: 0 gives a few smooth lobes, 1 a ragged outline, [0, 1].
        angle_deg: direction of the longer axis where the place suggests none.
        follow: ``any`` takes ``angle_deg``; ``along`` and ``across`` turn it relative to the place's own direction.
        softness_px: sigma of the edge, px; 0.6 to 0.9 is a sharp edge as optics show it.
        fade: sigma of the edge as a share of the shorter radius, [0, 1]; the larger of the two holds.
    """

    diameter: LengthRange
    aspect: Range = Range(1.0, 1.6)
    roughness: Range = Range(0.05, 0.2)
    detail: Range = Range(0.3, 0.7)
    angle_deg: Range = Range(-180.0, 180.0)
    follow: Literal["any", "along", "across"] = "any"
    softness_px: Range = Range(0.6, 0.9)
    fade: Range = Range(0.0, 0.0)

    def __post_init__(self) -> None:
        require_within(self, aspect=(1, 20), roughness=(0, 1), detail=(0, 1), softness_px=(0, 20), fade=(0, 1))

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of one blob about the site."""
        diameter, aspect = self.diameter.draw_px(rng, room.scale), self.aspect.draw(rng)
        angle = axis_deg(self.angle_deg.draw(rng), self.follow, site)
        edge = max(self.softness_px.draw(rng), self.fade.draw(rng) * diameter / 2.0 / aspect)
        roughness, detail = self.roughness.draw(rng), self.detail.draw(rng)
        centre, radius = np.array([[site.x, site.y]]), np.array([max(diameter / 2.0, 0.5)])
        rings = noisy_rings(centre, radius, np.array([aspect]), np.array([angle]), roughness, detail, rng)
        alpha, x, y = fill_rings(list(rings), edge, room.hw)
        return Outline.of(
            alpha, x, y, kind="blob", diameter_px=diameter, aspect=aspect, angle_deg=folded_deg(angle), edge_px=edge
        )
