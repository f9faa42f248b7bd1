"""A cut: a thin line without ink through the characters, as a scratch, a hair on the stencil or a fold leaves it.

Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.text.fault.legible import readable
from generator.text.plate import Plate
from generator.text.port import Harm

_POINTS = 24
_FINE = 4  # bits of a pixel that OpenCV's corners hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A line without ink.

    Attributes:
        category: the class it is labelled with.
        width: share of a capital's height, [0.01, 0.3]; at least one px.
        length: share of a capital's height, [0.3, 100].
        angle_deg: counter-clockwise as displayed, 0 to the right.
        bend: largest departure from a straight line, share of the length, [0, 0.3].
        left: share of the ink that is left on it, [0, 0.6].
    """

    category: str = "cut"
    width: Range = Range(0.03, 0.1)
    length: Range = Range(1.2, 8.0)
    angle_deg: Range = Range(-90.0, 90.0)
    bend: Range = Range(0.0, 0.06)
    left: Range = Range(0.0, 0.25)

    def __post_init__(self) -> None:
        require_within(self, width=(0.01, 0.3), length=(0.3, 100), angle_deg=(-180, 180), bend=(0, 0.3), left=(0, 0.6))

    def harm(self, plate: Plate, rng: np.random.Generator) -> Harm | None:
        """Return the print with a cut through the middle of one of its characters."""
        if not plate.chars:
            return None
        height = plate.height_px
        box = plate.boxes_uv[int(rng.integers(len(plate.chars)))]
        middle = box[:2] + (0.25 + 0.5 * rng.random(2)) * (box[2:] - box[:2])
        width, length = max(1.0, self.width.draw(rng) * height), self.length.draw(rng) * height
        turn, bend, left = self.angle_deg.draw(rng), self.bend.draw(rng) * length, self.left.draw(rng)
        at = np.linspace(-1.0, 1.0, _POINTS)
        sideways = bend * rng.uniform(-1.0, 1.0) * (1.0 - at**2)
        x, y = math.cos(math.radians(turn)), -math.sin(math.radians(turn))
        points = middle + np.stack([at * length / 2.0 * x - sideways * y, at * length / 2.0 * y + sideways * x], axis=1)
        line = _drawn(points, width, plate.cover.shape)
        cover = (plate.cover * (1.0 - (1.0 - left) * line)).astype(np.uint8)
        if np.array_equal(cover, plate.cover):
            return None
        params = {"width_px": width, "length_px": length, "angle_deg": turn}
        return Harm(cover=cover, readable=readable(plate, cover), params=params)


def _drawn(points: np.ndarray, width: float, hw: tuple[int, int]) -> np.ndarray:
    """Return the cover of a line that thins out to its ends, (h, w) float32 in [0, 1]."""
    along = np.gradient(points, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.hypot(*along.T)[:, None]
    half = 0.5 * width * np.minimum(1.0, 6.0 * (1.0 - np.abs(np.linspace(-1.0, 1.0, len(points)))) + 0.15)
    edge = np.concatenate([points + normal * half[:, None], (points - normal * half[:, None])[::-1]])
    line = np.zeros(hw, np.uint8)
    corners = np.rint((edge - 0.5) * (1 << _FINE)).astype(np.int32)
    cv2.fillPoly(line, [corners], 255, lineType=cv2.LINE_AA, shift=_FINE)
    return line * np.float32(1.0 / 255.0)
