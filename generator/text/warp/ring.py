"""Plates bent onto a ring: lines become concentric arcs. Source: own."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from generator.imaging.warp import Warp
from generator.text.plate import Plate
from generator.text.warp.ink import ink_box_uv, middle_line_v

FULLEST = 0.97
"""The share of a circle that a text may fill."""


@dataclass(frozen=True, slots=True)
class Ring:
    """A bend that keeps lengths on one line of the plate and rolls that line onto a circle about (0, 0).

    Attributes:
        radius_px: of the circle.
        u, v: the point of the plate that comes to lie on top of the circle, or at its bottom.
        inside: False: the text stands on the circle, its feet towards the middle, and runs clockwise; True: it hangs
            into it, its head towards the middle, and runs counter-clockwise.
    """

    radius_px: float
    u: float
    v: float
    inside: bool

    def forward(self, uv: np.ndarray) -> np.ndarray:
        """Return (n, 2) points on the ring."""
        angle = (uv[:, 0] - self.u) / self.radius_px
        side = 1.0 if self.inside else -1.0
        radius = self.radius_px + side * (uv[:, 1] - self.v)
        return np.stack([radius * np.sin(angle), side * radius * np.cos(angle)], axis=1)

    def backward(self, xy: np.ndarray) -> np.ndarray:
        """Return where (n, 2) points came from; the ring is cut opposite to ``u``."""
        side = 1.0 if self.inside else -1.0
        angle = np.arctan2(xy[:, 0], side * xy[:, 1])
        rise = np.hypot(xy[:, 0], xy[:, 1]) - self.radius_px
        return np.stack([self.u + self.radius_px * angle, self.v + side * rise], axis=1)


def bent(plate: Plate, radius_px: float, inside: bool, least_radius: float) -> tuple[Warp, float]:
    """Return a plate on a ring about (0, 0), its middle on top (at the bottom if inside), and the angle it takes.

    Lengths are kept in the middle between head and feet, so that characters are stretched and squeezed alike.

    Args:
        plate: what is bent.
        radius_px: wanted for the line between head and feet.
        inside: as of ``Ring``.
        least_radius: a smaller radius is enlarged, multiples of the height of a capital. It is also enlarged until the
            ink fits on the circle and stays clear of its middle.

    Returns:
        The map, and the angle from the text's beginning to its end, radians.
    """
    u0, v0, u1, v1 = ink_box_uv(plate)
    middle = middle_line_v(plate)
    inner = max(middle - v0 if inside else v1 - middle, 1.0)
    corners = max(abs(v0 - middle), abs(plate.wh[1] - middle), middle, 1.0)
    radius = max(radius_px, least_radius * plate.height_px, 1.5 * inner, 1.01 * corners)
    radius = max(radius, (u1 - u0) / (2.0 * math.pi * FULLEST))
    return Warp(np.eye(3), Ring(radius, (u0 + u1) / 2.0, middle, inside)), (u1 - u0) / radius
