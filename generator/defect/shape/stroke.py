"""Strokes: a jittered, tapered line, straight or bent.

The centre line is a smooth random offset about a straight axis; the width tapers to both tips and swells with the
pressure of what made it. The outline is filled with sub-pixel corners and softened by the optics. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.units import LengthRange, Range, require_within
from generator.defect.fill import fill_bands
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import axis_deg, direction_xy, folded_deg, smooth_noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A single line.

    Attributes:
        length: from tip to tip along the axis.
        width: at its widest.
        bend: largest departure from the straight axis, as a share of the length, [0, 0.5].
        angle_deg: direction of the axis, degrees counter-clockwise, used where the place suggests none.
        follow: ``any`` takes ``angle_deg``; ``along`` and ``across`` turn it relative to the place's own direction.
        softness_px: sigma of the optical edge, px.
        taper: share of the length over which the width fades at each tip, [0, 0.5].
        pressure: how much the width swells and thins along the line, [0, 1].
    """

    length: LengthRange
    width: LengthRange
    bend: Range = Range(0.0, 0.1)
    angle_deg: Range = Range(-180.0, 180.0)
    follow: Literal["any", "along", "across"] = "any"
    softness_px: Range = Range(0.6, 0.9)
    taper: Range = Range(0.1, 0.4)
    pressure: Range = Range(0.1, 0.4)

    def __post_init__(self) -> None:
        require_within(self, bend=(0, 0.5), softness_px=(0, 20), taper=(0, 0.5), pressure=(0, 1))

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of one line whose middle is at the site."""
        length, width = self.length.draw_px(rng, room.scale), self.width.draw_px(rng, room.scale)
        angle = axis_deg(self.angle_deg.draw(rng), self.follow, site)
        bend, softness, taper = self.bend.draw(rng), self.softness_px.draw(rng), self.taper.draw(rng)
        pressure = self.pressure.draw(rng)
        middle = np.array([[site.x, site.y]])
        one = np.ones(1)
        bands = stroke_bands(middle, one * length, one * width, one * angle, one * bend, taper, pressure, rng)
        alpha, x, y = fill_bands([bands], softness, room.hw)
        return Outline.of(
            alpha, x, y, kind="stroke", length_px=length, width_px=width, angle_deg=folded_deg(angle), bend=bend
        )


def stroke_bands(
    middles: np.ndarray,
    lengths: np.ndarray,
    widths: np.ndarray,
    angles_deg: np.ndarray,
    bends: np.ndarray,
    taper: float,
    pressure: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Return tapered lines.

    Args:
        middles: (K, 2) x, y in px.
        lengths: (K,) px.
        widths: (K,) px at the widest.
        angles_deg: (K,) directions.
        bends: (K,) largest departures from the straight axis, as shares of the length.
        taper: share of the length over which each tip fades.
        pressure: how much the width swells and thins.
        rng: source of chance.

    Returns:
        Points (K, N, 2) and full widths (K, N), px.
    """
    rows, count = len(lengths), int(np.clip(lengths.max() / 4.0, 8, 120))
    at = np.linspace(-1.0, 1.0, count)
    bow = 1.0 - at**2
    offset = rng.uniform(-1.0, 1.0, (rows, 1)) * bow + rng.uniform(-0.5, 0.5, (rows, 1)) * np.sin(np.pi * at) * bow
    offset += 0.05 * smooth_noise(count, 12, rng, rows)
    along, sideways = at * lengths[:, None] / 2.0, offset * (bends * lengths)[:, None]
    axis = direction_xy(angles_deg)[:, None, :]
    normal = np.stack([-axis[..., 1], axis[..., 0]], axis=-1)
    points = along[..., None] * axis + sideways[..., None] * normal + middles[:, None, :]
    fade = np.clip((1.0 - np.abs(at)) / max(2.0 * taper, 1e-6), 0.0, 1.0)
    swell = 1.0 + pressure * (0.7 * smooth_noise(count, 9, rng, rows) + 0.3 * rng.standard_normal((rows, count)))
    return points, widths[:, None] * (0.15 + 0.85 * np.sqrt(fade)) * np.clip(swell, 0.2, 1.6)
