"""Text that is turned and slanted in its plane. Source: own."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from generator.core.units import Range, require_within
from generator.imaging.warp import Warp
from generator.text.plate import Plate
from generator.text.warp.ink import ink_box_uv


@dataclass(frozen=True, slots=True, kw_only=True)
class Tilt:
    """A rotation and a shear about the middle of the ink.

    Attributes:
        rotation_deg: degrees counter-clockwise as displayed, [-180, 180].
        shear_deg: by which upright strokes lean, degrees counter-clockwise as displayed: positive leans to the left,
            [-60, 60].
    """

    rotation_deg: Range = Range(-5.0, 5.0)
    shear_deg: Range = Range(0.0, 0.0)

    def __post_init__(self) -> None:
        require_within(self, rotation_deg=(-180, 180), shear_deg=(-60, 60))

    def draw(self, plate: Plate, rng: np.random.Generator) -> Warp:
        """Return the turn, whose origin is the middle of the ink."""
        rotation, shear = self.rotation_deg.draw(rng), self.shear_deg.draw(rng)
        return Warp(turn(rotation) @ lean(shear) @ from_middle(plate))


def turn(angle_deg: float) -> np.ndarray:
    """Return the (3, 3) rotation about the origin, degrees counter-clockwise as displayed."""
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    return np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])


def lean(angle_deg: float) -> np.ndarray:
    """Return the (3, 3) shear that turns upright strokes so far counter-clockwise and leaves level ones."""
    return np.array([[1.0, math.tan(math.radians(angle_deg)), 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


def from_middle(plate: Plate) -> np.ndarray:
    """Return the (3, 3) shift of the middle of a plate's ink to the origin."""
    u0, v0, u1, v1 = ink_box_uv(plate)
    return Warp.shift(-(u0 + u1) / 2.0, -(v0 + v1) / 2.0).matrix
