"""Bright places: solder pads, leads, fittings; the brightest of a few points drawn from the part. Source: own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.errors import require
from generator.core.geometry import Rect
from generator.defect.outline import Room, Site

_HALF_PX = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OnBrightPlace:
    """The brightest of several points of the roi.

    Attributes:
        candidates: how many points are drawn, 1..500; 1 is anywhere.
    """

    candidates: int = 40

    def __post_init__(self) -> None:
        require(1 <= self.candidates <= 500, "candidates", "a whole number in 1..500", self.candidates)

    def draw(self, room: Room, rng: np.random.Generator) -> Site | None:
        """Return the point whose 5x5 px are the brightest, by their darkest channel, as metal is bright in all."""
        best, site = -1.0, None
        for _ in range(self.candidates):
            point = room.random_xy(rng)
            if point is None:
                return None
            near = Rect(int(point[0]) - _HALF_PX, int(point[1]) - _HALF_PX, 2 * _HALF_PX + 1, 2 * _HALF_PX + 1)
            level = float(room.image[near.clipped(room.hw).slices].mean(axis=(0, 1)).min())
            if level > best:
                best, site = level, Site(x=point[0], y=point[1])
        return site
