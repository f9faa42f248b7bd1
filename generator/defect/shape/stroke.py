"""Strokes: a jittered, tapered line, straight or bent.

The centre line is a smooth random offset about a straight axis; the width tapers to both tips and swells with the pressure of
what made it. The outline is filled with sub-pixel corners and softened by the optics. Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.errors import require
from generator.core.units import LengthRange, Range
from generator.defect.fill import fill_bands
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import across, axis_deg, folded_deg, smooth_noise


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
        require(self.bend.within(0, 0.5), "bend", "(low, high) within [0, 0.5]", self.bend)
        require(self.softness_px.within(0, 20), "softness_px", "(low, high) within [0, 20]", self.softness_px)
        require(self.taper.within(0, 0.5), "taper", "(low, high) within [0, 0.5]", self.taper)
        require(self.pressure.within(0, 1), "pressure", "(low, high) within [0, 1]", self.pressure)

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of one line whose middle is at the site."""
        length, width = self.length.draw_px(rng, room.scale), self.width.draw_px(rng, room.scale)
        angle = axis_deg(self.angle_deg.draw(rng), self.follow, site)
        bend, softness, taper = self.bend.draw(rng), self.softness_px.draw(rng), self.taper.draw(rng)
        band = stroke_band(site.x, site.y, length, width, angle, bend, taper, self.pressure.draw(rng), rng)
        alpha, x, y = fill_bands([band], softness)
        return Outline.of(
            alpha, x, y, kind="stroke", length_px=length, width_px=width, angle_deg=folded_deg(angle), bend=bend
        )


def stroke_band(
    x: float,
    y: float,
    length_px: float,
    width_px: float,
    angle_deg: float,
    bend: float,
    taper: float,
    pressure: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Return points (N, 2) and full widths (N,), px, of one tapered line whose middle is at (x, y)."""
    centre = centre_line(length_px, bend, rng)
    at = np.linspace(0.0, 1.0, len(centre))
    fade = np.clip(np.minimum(at, 1.0 - at) / max(taper, 1e-6), 0.0, 1.0)
    swell = 1.0 + pressure * (0.7 * smooth_noise(len(at), 9, rng) + 0.3 * rng.standard_normal(len(at)))
    widths = width_px * (0.15 + 0.85 * np.sqrt(fade)) * np.clip(swell, 0.2, 1.6)
    turn = math.radians(angle_deg)
    axis = np.array([math.cos(turn), -math.sin(turn)])
    return centre[:, :1] * axis + centre[:, 1:] * across(axis) + (x, y), widths


def centre_line(length_px: float, bend: float, rng: np.random.Generator) -> np.ndarray:
    """Return a smooth line about the x axis, (N, 2) px: along from -length/2 to length/2, and its offset."""
    count = int(np.clip(length_px / 4.0, 8, 160))
    at = np.linspace(-1.0, 1.0, count)
    curve = rng.uniform(-1, 1) * (1.0 - at**2) + rng.uniform(-0.5, 0.5) * np.sin(np.pi * at) * (1.0 - at**2)
    jitter = smooth_noise(count, 12, rng) * 0.05
    return np.stack([at * length_px / 2.0, (curve + jitter) * bend * length_px], axis=1)
