"""Drips: a run of paint: a faint trail that grows thicker on its way down, and a round bead where it stopped.

Alpha is the height of the coat: low on the trail, full on the bead. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.units import LengthRange, Range, require_within
from generator.defect.fill import fill_bands
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import across, direction_xy, folded_deg, smooth_noise

_POINTS = 64
_LEAST_ASPECT = 4.0  # a shorter one looks like a blister


@dataclass(frozen=True, slots=True, kw_only=True)
class Drip:
    """A trail that ends in a bead.

    Attributes:
        length: from the trail's beginning to the bead's lower edge; at least four widths.
        width: of the bead.
        trail: width of the trail as a share of the bead's, [0.1, 1].
        start: height of the trail at its beginning, as a share of the bead's, [0, 1].
        wander: departure from the straight way, as a share of the width, [0, 1].
        angle_deg: where it runs to, degrees counter-clockwise; -90 is down.
        roundness: sigma of the edge as a share of the width, [0.02, 0.5]; a thick coat has no sharp edge.
    """

    length: LengthRange
    width: LengthRange
    trail: Range = Range(0.4, 0.8)
    start: Range = Range(0.1, 0.5)
    wander: Range = Range(0.05, 0.3)
    angle_deg: Range = Range(-96.0, -84.0)
    roundness: Range = Range(0.12, 0.22)

    def __post_init__(self) -> None:
        require_within(self, trail=(0.1, 1), start=(0, 1), wander=(0, 1), roundness=(0.02, 0.5))

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of a drip whose bead is at the site."""
        width = max(3.0, self.width.draw_px(rng, room.scale))
        length = max(_LEAST_ASPECT * width, self.length.draw_px(rng, room.scale))
        trail, start, wander = self.trail.draw(rng), self.start.draw(rng), self.wander.draw(rng)
        angle, softness = self.angle_deg.draw(rng), max(0.6, self.roundness.draw(rng) * width)
        axis = direction_xy(angle)
        at = np.linspace(-length, 0.0, _POINTS)  # 0 is the bead's lower end
        bead = 2.0 * np.sqrt(np.clip((width / 2.0) ** 2 - (at + width / 2.0) ** 2, 0.0, None))
        way = np.clip((at + length) / (length - width / 2.0), 0.0, 1.0)
        thread = width * trail * (0.6 + 0.4 * way) * (1.0 + 0.08 * smooth_noise(_POINTS, 8, rng))
        thread *= np.sqrt(np.minimum(1.0, 6.0 * way)) * (at < -width / 2.0)
        # the trail widens into the bead in a smooth neck
        widths = np.maximum((bead**3 + thread**3) ** (1.0 / 3.0), 0.5)
        sideways = wander * width * (smooth_noise(_POINTS, 6, rng) * (1.0 - way))
        points = (site.x, site.y) + (at + width / 2.0)[:, None] * axis + sideways[:, None] * across(axis)
        alpha, x, y = fill_bands([(points, widths)], softness, room.hw)
        rows, columns = np.arange(alpha.shape[0])[:, None] + y - site.y, np.arange(alpha.shape[1]) + x - site.x
        along = (columns * axis[0] + rows * axis[1]).astype(np.float32)
        height = start + (1.0 - start) * np.clip((along + length) / length, 0.0, 1.0) ** 1.5
        alpha *= height.astype(np.float32)
        return Outline.of(
            alpha, x, y, kind="drip", length_px=length, width_px=width, angle_deg=folded_deg(angle), edge_px=softness
        )
