"""Text on a bottle, a tube or a shaft.

The plate is rolled onto a cylinder that is seen from far away: what is turned to the side is foreshortened, and with a
tilted axis level lines become parts of ellipses. The camera is far, so that both ways are in closed form.
Source: own; the projection is the orthographic one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.units import Range, require_within
from generator.imaging.warp import Warp
from generator.text.plate import Plate
from generator.text.warp.ink import ink_box_uv
from generator.text.warp.tilt import turn

STEEPEST_DEG = 75.0
"""How far from the middle of the picture ink may lie; beyond it is too narrow to be read."""


@dataclass(frozen=True, slots=True)
class Roll:
    """A plate on an upright cylinder whose axis goes through (0, 0).

    Attributes:
        radius_px: of the cylinder.
        u, v: the point of the plate on the line that faces the camera, at height 0.
        tilt_deg: of the axis, positive: its upper end leans to the camera.
    """

    radius_px: float
    u: float
    v: float
    tilt_deg: float

    def forward(self, uv: np.ndarray) -> np.ndarray:
        """Return the picture of (n, 2) points; what faces away is put on the cylinder's side, so that boxes hold it."""
        angle = np.clip((uv[:, 0] - self.u) / self.radius_px, -math.pi / 2.0, math.pi / 2.0)
        rise, depth = self._tilt()
        y = (uv[:, 1] - self.v) * rise + self.radius_px * depth * np.cos(angle)
        return np.stack([self.radius_px * np.sin(angle), y], axis=1)

    def backward(self, xy: np.ndarray) -> np.ndarray:
        """Return where (n, 2) points came from; NaN beside the cylinder."""
        sine = xy[:, 0] / self.radius_px
        sine = np.where(np.abs(sine) < 1.0, sine, np.nan)
        rise, depth = self._tilt()
        v = (xy[:, 1] - self.radius_px * depth * np.sqrt(1.0 - sine * sine)) / rise
        return np.stack([self.u + self.radius_px * np.arcsin(sine), self.v + v], axis=1)

    def _tilt(self) -> tuple[float, float]:
        """Return what is left of heights along the axis, and how far down in the picture what is near lies."""
        return math.cos(math.radians(self.tilt_deg)), math.sin(math.radians(self.tilt_deg))


@dataclass(frozen=True, slots=True)
class Lying:
    """A roll that lies on its side: its axis runs along the text.

    Attributes:
        roll: of the plate turned by a quarter.
    """

    roll: Roll

    def forward(self, uv: np.ndarray) -> np.ndarray:
        """Return the picture of (n, 2) points; what faces away is put on the cylinder's side."""
        return self.roll.forward(uv[:, ::-1])[:, ::-1]

    def backward(self, xy: np.ndarray) -> np.ndarray:
        """Return where (n, 2) points came from; NaN beside the cylinder."""
        return self.roll.backward(xy[:, ::-1])[:, ::-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cylinder:
    """A cylinder around which, or along which, the text runs.

    A text that would reach round the side is first turned to the camera, then its cylinder is made wider.

    Attributes:
        runs: ``around`` as on a bottle, ``along`` as on a cable or a syringe.
        radius: multiples of the ink's extent around the cylinder, [0.3, 100].
        turn_deg: how far the middle of the text is turned to the side (``around``: to the right, ``along``: down),
            [-75, 75].
        tilt_deg: of the axis; positive: the upper end (``along``: the left end) leans to the camera, [-60, 60].
        rotation_deg: of the whole in the picture, degrees counter-clockwise as displayed, [-180, 180].
    """

    runs: Literal["around", "along"] = "around"
    radius: Range = Range(0.5, 1.2)
    turn_deg: Range = Range(-15.0, 15.0)
    tilt_deg: Range = Range(-15.0, 15.0)
    rotation_deg: Range = Range(-3.0, 3.0)

    def __post_init__(self) -> None:
        require_within(self, radius=(0.3, 100), turn_deg=(-STEEPEST_DEG, STEEPEST_DEG), tilt_deg=(-60, 60))
        require_within(self, rotation_deg=(-180, 180))

    def draw(self, plate: Plate, rng: np.random.Generator) -> Warp:
        """Return the cylinder; its origin is where the middle of the ink comes to lie."""
        u0, v0, u1, v1 = ink_box_uv(plate)
        middle = np.array([[(u0 + u1) / 2.0, (v0 + v1) / 2.0]])
        extent = u1 - u0 if self.runs == "around" else v1 - v0
        steepest, side = math.radians(STEEPEST_DEG), math.radians(self.turn_deg.draw(rng))
        radius = max(self.radius.draw(rng) * extent, extent / (2.0 * steepest))
        half = extent / (2.0 * radius)
        side = math.copysign(min(abs(side), max(steepest - half, 0.0)), side)
        u, v, tilt = middle[0, 0], middle[0, 1], self.tilt_deg.draw(rng)
        if self.runs == "around":
            bend: Roll | Lying = Roll(radius, u - side * radius, v, tilt)
        else:
            bend = Lying(Roll(radius, v - side * radius, u, tilt))
        x, y = bend.forward(middle)[0].tolist()
        return Warp(Warp.shift(-x, -y).matrix, bend).then(turn(self.rotation_deg.draw(rng)))
