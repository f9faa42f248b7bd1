"""Branching cracks.

A crack is a random walk that keeps its direction and forks with a small chance; its width varies along it and tapers to
the tips. At a contour it grows into the part, elsewhere it grows both ways from its middle. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.units import LengthRange, Range, require_within
from generator.defect.fill import fill_bands
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import axis_deg, folded_deg, smooth_noise

_DEPTH = 2  # branches of branches


@dataclass(frozen=True, slots=True, kw_only=True)
class Crack:
    """A crack with its branches.

    Attributes:
        length: of the main crack along its way.
        width: at its widest, soft edge not counted.
        wander_deg: how far the direction swings slowly to either side, standard deviation in degrees, [0, 90].
        jag_deg: how far it jumps from step to step, standard deviation in degrees, [0, 90].
        forks: mean number of branches of the main crack, [0, 20].
        fork_deg: angle between a branch and its parent, degrees, [0, 120].
        angle_deg: direction of the main crack where the place suggests none.
        follow: ``any`` takes ``angle_deg``; ``along`` and ``across`` turn it relative to the place's own direction.
        softness_px: sigma of the optical edge, px.
        unevenness: how much the width varies along the way, [0, 1].
    """

    length: LengthRange
    width: LengthRange
    wander_deg: Range = Range(6.0, 18.0)
    jag_deg: Range = Range(6.0, 24.0)
    forks: Range = Range(0.0, 2.0)
    fork_deg: Range = Range(25.0, 65.0)
    angle_deg: Range = Range(-180.0, 180.0)
    follow: Literal["any", "along", "across"] = "any"
    softness_px: Range = Range(0.6, 0.9)
    unevenness: Range = Range(0.2, 0.5)

    def __post_init__(self) -> None:
        require_within(
            self,
            wander_deg=(0, 90),
            jag_deg=(0, 90),
            forks=(0, 20),
            fork_deg=(0, 120),
            softness_px=(0, 20),
            unevenness=(0, 1),
        )

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of a crack through the site, or from the site into the part at a contour."""
        length, width = self.length.draw_px(rng, room.scale), self.width.draw_px(rng, room.scale)
        wander, jag, uneven = self.wander_deg.draw(rng), self.jag_deg.draw(rng), self.unevenness.draw(rng)
        softness, forks = self.softness_px.draw(rng), self.forks.draw(rng)
        angle = axis_deg(self.angle_deg.draw(rng), self.follow, site)
        start = np.array([site.x, site.y])
        if site.inward_deg is not None and self.follow != "along":
            angle = site.inward_deg + rng.normal(0.0, 15.0)
            arms = [(angle, 1.0)]
        else:
            middle = rng.uniform(0.3, 0.7)
            arms = [(angle, middle), (angle + 180.0, 1.0 - middle)]
        bands: list[tuple[np.ndarray, np.ndarray]] = []
        for heading, share in arms:
            self._grow(bands, start, heading, length * share, width, wander, jag, uneven, forks * share, _DEPTH, rng)
        alpha, x, y = fill_bands(bands, softness, room.hw, floor=0.35, crossing=True)
        return Outline.of(
            alpha,
            x,
            y,
            kind="crack",
            length_px=length,
            width_px=width,
            angle_deg=folded_deg(angle),
            branches=len(bands) - len(arms),
        )

    def _grow(
        self,
        bands: list[tuple[np.ndarray, np.ndarray]],
        start: np.ndarray,
        heading_deg: float,
        length_px: float,
        width_px: float,
        wander: float,
        jag: float,
        uneven: float,
        forks: float,
        depth: int,
        rng: np.random.Generator,
    ) -> None:
        """Add the bands of one arm, its branches first so that the arm lies on top."""
        step = float(np.clip(length_px / 80.0, 2.0, 6.0))
        count = max(4, round(length_px / step))
        slow = smooth_noise(count, max(3, count // 10), rng)
        headings = heading_deg - wander * slow[0] + wander * slow + jag * rng.standard_normal(count)
        turns = np.radians(headings)
        points = np.empty((count + 1, 2))
        points[0] = start
        np.multiply(np.cos(turns), step, out=points[1:, 0])
        np.multiply(np.sin(turns), -step, out=points[1:, 1])
        np.cumsum(points, axis=0, out=points)
        at = np.arange(count + 1) / count
        varied = np.exp(uneven * (0.8 * smooth_noise(count + 1, max(3, count // 5), rng) - 0.3))
        widths = width_px * np.sqrt(1.0 - 0.9 * at) * np.minimum(np.maximum(varied, 0.3), 1.6)
        for _ in range(int(rng.poisson(forks)) if depth > 0 else 0):
            where = int(rng.integers(count // 6, max(count // 6 + 1, count * 5 // 6)))
            side = 1.0 if rng.random() < 0.5 else -1.0
            turn = float(headings[where]) + side * self.fork_deg.draw(rng)
            rest = length_px * (1.0 - at[where]) * rng.uniform(0.25, 0.8)
            thinner = float(widths[where]) * rng.uniform(0.5, 0.9)
            self._grow(bands, points[where], turn, rest, thinner, wander, jag, uneven, forks / 2.0, depth - 1, rng)
        bands.append((points, widths))
