"""Sides: a strip along a whole side of the part, as where it ends before the image does.

Its inner edge is straight or a shallow arc, a little tilted and worn, as the silhouette of a part that was laid down by
hand. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.units import LengthRange, Range, require_within
from generator.defect.fill import fill_rings
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import direction_xy, folded_deg, smooth_noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A strip along a side.

    Attributes:
        depth: how far it reaches into the image, in its middle.
        bow: how much deeper (or shallower) it is at its ends, as a share of the depth, [0, 2].
        tilt_deg: how far its edge is turned against the side, either way, [0, 10].
        wear_px: deviation of its edge, px, [0, 10].
        softness_px: sigma of the optical edge, px.
    """

    depth: LengthRange
    bow: Range = Range(0.0, 1.0)
    tilt_deg: Range = Range(0.0, 1.0)
    wear_px: Range = Range(0.0, 0.8)
    softness_px: Range = Range(0.6, 1.0)

    def __post_init__(self) -> None:
        require_within(self, bow=(0, 2), tilt_deg=(0, 10), wear_px=(0, 10), softness_px=(0, 20))

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of a strip whose outer edge lies at the site; without a side there, at any direction."""
        depth, bow = self.depth.draw_px(rng, room.scale), self.bow.draw(rng) * (1.0 if rng.random() < 0.5 else -1.0)
        tilt, wear = self.tilt_deg.draw(rng) * (1.0 if rng.random() < 0.5 else -1.0), self.wear_px.draw(rng)
        anywhere = rng.uniform(-180.0, 180.0)
        inward = (anywhere if site.inward_deg is None else site.inward_deg) + tilt
        reach = 0.75 * max(room.hw)
        at = np.linspace(-1.0, 1.0, int(np.clip(reach / 3.0, 16, 400)))
        worn = sum(smooth_noise(at.size, knots, rng) / weight for knots, weight in ((9, 1.5), (45, 1), (160, 1.5)))
        depths = np.maximum(depth * (1.0 + bow * at**2) + wear * worn, 0.5)
        axis, along = direction_xy(inward), direction_xy(inward - 90.0)
        sides = np.concatenate([[-1.0], at, [1.0]]) * reach
        outside = 0.2 * reach + 8.0
        ring = np.array([[site.x, site.y]]) + sides[:, None] * along
        ring += np.concatenate([[-outside], depths, [-outside]])[:, None] * axis
        alpha, x, y = fill_rings([ring], self.softness_px.draw(rng), room.hw)
        return Outline.of(alpha, x, y, kind="side", depth_px=depth, angle_deg=folded_deg(inward - 90.0))
