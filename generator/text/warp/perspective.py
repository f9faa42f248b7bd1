"""Flat text seen by a camera that does not look straight at it.

The text's plane is turned about its upright and its level axis and projected by a pinhole that keeps the size of its
middle. Source: Hartley and Zisserman, Multiple View Geometry (2004), chapter 8.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from generator.core.units import Range, require_within
from generator.imaging.warp import Warp
from generator.text.plate import Plate
from generator.text.warp.tilt import from_middle, lean, turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Perspective:
    """A turn and a shear in the plane, then the plane seen askew.

    Attributes:
        rotation_deg: of the text in its plane, degrees counter-clockwise as displayed, [-180, 180].
        shear_deg: by which upright strokes lean, degrees counter-clockwise, [-60, 60].
        pitch_deg: positive: the upper edge is farther away, [-70, 70].
        yaw_deg: positive: the right end is farther away, [-70, 70].
        distance: of the camera, multiples of the plate's longer side, [1.2, 100]; near ones converge strongly.
    """

    rotation_deg: Range = Range(-5.0, 5.0)
    shear_deg: Range = Range(0.0, 0.0)
    pitch_deg: Range = Range(-25.0, 25.0)
    yaw_deg: Range = Range(-35.0, 35.0)
    distance: Range = Range(2.0, 6.0)

    def __post_init__(self) -> None:
        require_within(self, rotation_deg=(-180, 180), shear_deg=(-60, 60), pitch_deg=(-70, 70), yaw_deg=(-70, 70))
        require_within(self, distance=(1.2, 100))

    def draw(self, plate: Plate, rng: np.random.Generator) -> Warp:
        """Return the view, whose origin is the middle of the ink."""
        in_plane = turn(self.rotation_deg.draw(rng)) @ lean(self.shear_deg.draw(rng)) @ from_middle(plate)
        pitch, yaw, distance = self.pitch_deg.draw(rng), self.yaw_deg.draw(rng), self.distance.draw(rng)
        return Warp(seen(pitch, yaw, distance * max(plate.wh)) @ in_plane)


def seen(pitch_deg: float, yaw_deg: float, distance_px: float) -> np.ndarray:
    """Return the (3, 3) homography from a plane about the origin to its picture, of true size at the origin."""
    pitch, yaw = math.radians(pitch_deg), math.radians(yaw_deg)
    # x to the right, y down, z away from the camera: first the yaw about y, then the pitch about x
    x, y = np.array([math.cos(yaw), 0.0, math.sin(yaw)]), np.array([0.0, 1.0, 0.0])
    tip = np.array([[1, 0, 0], [0, math.cos(pitch), math.sin(pitch)], [0, -math.sin(pitch), math.cos(pitch)]])
    x, y = tip @ x, tip @ y
    return np.array([[x[0], y[0], 0.0], [x[1], y[1], 0.0], [x[2] / distance_px, y[2] / distance_px, 1.0]])
