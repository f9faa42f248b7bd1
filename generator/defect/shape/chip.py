"""Chips: a piece broken out of the part's contour.

The fracture runs from the contour into the part and back to it, between a wedge and a bowl, with a rough edge. What
lies beyond the contour is cut off by the roi, or by the image's border. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.errors import require
from generator.core.units import LengthRange, Range, require_within
from generator.defect.fill import fill_rings
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import direction_xy, folded_deg, smooth_noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A piece broken out of the contour.

    Attributes:
        width: of the mouth, along the contour.
        depth: how far it reaches into the part.
        bowl: 0 is a wedge with straight sides, 1 is a bowl, [0, 1].
        skew: how far the deepest point lies off the middle, as a share of the half width, [0, 0.9].
        roughness: deviation of the fracture, as a share of the depth, [0, 0.5].
        softness_px: sigma of the optical edge, px.
        steepest: largest depth, as a share of the width, > 0; deeper ones are cut to it, as a spike is no chip.
    """

    width: LengthRange
    depth: LengthRange
    bowl: Range = Range(0.0, 1.0)
    skew: Range = Range(0.0, 0.5)
    roughness: Range = Range(0.03, 0.12)
    softness_px: Range = Range(0.6, 0.9)
    steepest: float = 4.0

    def __post_init__(self) -> None:
        require_within(self, bowl=(0, 1), skew=(0, 0.9), roughness=(0, 0.5), softness_px=(0, 20))
        require(self.steepest > 0, "steepest", "a number > 0", self.steepest)

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of a chip at the site; away from a contour, of a flake in any direction."""
        width, depth = self.width.draw_px(rng, room.scale), self.depth.draw_px(rng, room.scale)
        depth = min(depth, self.steepest * width)
        bowl, roughness, softness = self.bowl.draw(rng), self.roughness.draw(rng), self.softness_px.draw(rng)
        skew = self.skew.draw(rng) * (1.0 if rng.random() < 0.5 else -1.0)
        anywhere = rng.uniform(-180.0, 180.0)
        inward = anywhere if site.inward_deg is None else site.inward_deg
        count = int(np.clip(width / 1.5, 12, 160))
        at = np.linspace(-1.0, 1.0, count)
        from_deepest = np.abs(np.where(at < skew, (at - skew) / (1.0 + skew), (at - skew) / (1.0 - skew)))
        profile = (1.0 - bowl) * (1.0 - from_deepest) + bowl * np.sqrt(np.clip(1.0 - from_deepest**2, 0.0, 1.0))
        rough = sum(smooth_noise(count, knots, rng) / weight for knots, weight in ((5, 1), (13, 1.6), (37, 3), (90, 5)))
        reach = profile * depth + roughness * depth * rough * np.sqrt(np.clip(profile, 0.0, 1.0))
        axis, along = direction_xy(inward), direction_xy(inward - 90.0)
        outside = 0.3 * width + 4.0
        sides = np.concatenate([[-1.05], at, [1.05]]) * width / 2.0
        depths = np.concatenate([[-outside], reach, [-outside]])
        ring = sides[:, None] * along + depths[:, None] * axis + (site.x, site.y)
        alpha, x, y = fill_rings([ring], softness, room.hw)
        return Outline.of(
            alpha,
            x,
            y,
            kind="chip",
            width_px=width,
            depth_px=depth,
            inward_deg=inward,
            angle_deg=folded_deg(inward - 90.0),
        )
