"""Fibres: a smooth curl from root to tip, as a hair, a thread or a burr lies on a surface; threads may be fuzzy.

Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from generator.core.units import LengthRange, Range, require_within
from generator.defect.fill import fill_bands
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import axis_deg, direction_xy, folded_deg, smooth_noise

_MOST_FIBRILS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Fibre:
    """A curl.

    Attributes:
        length: along the fibre.
        width: of the fibre at its root.
        curl_deg: how far its direction swings, standard deviation in degrees, [0, 720]; above 180 it makes loops.
        waves: how many times the direction swings along the fibre, [1, 20].
        angle_deg: mean direction where the place suggests none.
        follow: ``any`` takes ``angle_deg``; ``along`` and ``across`` turn it relative to the place's own direction.
        softness_px: sigma of the optical edge, px.
        taper: share of the width lost from root to tip, [0, 1].
        unevenness: deviation of the width along the fibre, as a share of it, [0, 1].
        fuzz: loose fibrils that stand off, for each width of its length, [0, 3].
        arc_deg: how far its direction turns to one side from root to tip, degrees, [0, 300]; 180 is half a circle.
        sink: share of the length over which each end goes down into the surface and fades, [0, 0.5].
    """

    length: LengthRange
    width: LengthRange
    curl_deg: Range = Range(30.0, 160.0)
    waves: Range = Range(1.0, 4.0)
    angle_deg: Range = Range(-180.0, 180.0)
    follow: Literal["any", "along", "across"] = "any"
    softness_px: Range = Range(0.6, 0.9)
    taper: Range = Range(0.0, 0.0)
    unevenness: Range = Range(0.0, 0.0)
    fuzz: Range = Range(0.0, 0.0)
    arc_deg: Range = Range(0.0, 0.0)
    sink: Range = Range(0.0, 0.0)

    def __post_init__(self) -> None:
        require_within(
            self,
            curl_deg=(0, 720),
            waves=(1, 20),
            softness_px=(0, 20),
            taper=(0, 1),
            unevenness=(0, 1),
            fuzz=(0, 3),
            arc_deg=(0, 300),
            sink=(0, 0.5),
        )

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of one fibre whose middle lies at the site."""
        length, width = self.length.draw_px(rng, room.scale), self.width.draw_px(rng, room.scale)
        curl, waves, softness = self.curl_deg.draw(rng), self.waves.draw_int(rng), self.softness_px.draw(rng)
        angle = axis_deg(self.angle_deg.draw(rng), self.follow, site)
        count = int(np.clip(length / 2.5, 12, 240))
        turns = smooth_noise(count, waves + 2, rng)
        window = max(3, count // (2 * (waves + 1)))  # rounds the corners of the piecewise linear noise
        padded = np.pad(turns, window // 2, mode="edge")
        turns = np.convolve(padded, np.full(window, 1.0 / window), "valid")[:count]
        arc = self.arc_deg.draw(rng) * (1.0 if rng.random() < 0.5 else -1.0)
        heading = angle + curl * turns + arc * np.linspace(-0.5, 0.5, count)
        points = np.cumsum(direction_xy(heading) * (length / count), axis=0)
        points += (site.x, site.y) - points[count // 2]
        taper, uneven, fuzz = self.taper.draw(rng), self.unevenness.draw(rng), self.fuzz.draw(rng)
        at = np.linspace(0.0, 1.0, count)
        # a hair keeps its width for long and thins to a point at last
        widths = width * (1.0 - taper * (0.35 * at + 0.65 * at**6))
        if uneven > 0:
            widths = widths * np.clip(1.0 + uneven * smooth_noise(count, max(4, round(length / 24.0)), rng), 0.3, 1.7)
        bands = [(points, widths)]
        fibrils = min(_MOST_FIBRILS, round(fuzz * length / max(width, 1.0)))
        if fibrils:
            bands.insert(0, _fibrils(points, width, fibrils, rng))
        alpha, x, y = fill_bands(bands, softness, room.hw, crossing=True)
        sink = self.sink.draw(rng) * length
        if sink > 0:
            alpha *= _sunk(alpha.shape, points[[0, -1]] - (x, y), sink)
        outline = Outline.of(
            alpha, x, y, kind="fibre", length_px=length, width_px=width, angle_deg=folded_deg(angle), curl_deg=curl
        )
        return replace(outline, line=points)


def _sunk(hw: tuple[int, int], ends: np.ndarray, over_px: float) -> np.ndarray:
    """Return, (h, w) float32 in [0, 1], how far a strand is out of the surface at a distance from its ends (2, 2)."""
    out = np.ones(hw, np.float32)
    for end_x, end_y in ends:
        columns, rows = np.arange(hw[1]) + (0.5 - end_x), np.arange(hw[0]) + (0.5 - end_y)
        share = np.clip(np.hypot(columns[None, :], rows[:, None]) / over_px, 0.0, 1.0)
        out *= (share * share * (3.0 - 2.0 * share)).astype(np.float32)
    return out


def _fibrils(
    points: np.ndarray, width_px: float, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return fine bent fibrils that stand off a line, points (count, 5, 2) and widths (count, 5), px."""
    roots = rng.integers(0, len(points) - 1, count)
    steps = points[roots + 1] - points[roots]
    along = np.degrees(np.arctan2(-steps[:, 1], steps[:, 0]))
    side = np.where(rng.random(count) < 0.5, 1.0, -1.0)
    turns = along + side * rng.uniform(15.0, 80.0, count)
    bends = rng.uniform(-25.0, 25.0, count)
    lengths = width_px * rng.uniform(0.7, 2.0, count)
    headings = turns[:, None] + bends[:, None] * np.arange(4)
    paths = np.cumsum(direction_xy(headings) * (lengths / 4.0)[:, None, None], axis=1)
    paths = np.concatenate([np.zeros((count, 1, 2)), paths], axis=1) + points[roots][:, None, :]
    return paths, np.broadcast_to(np.clip(0.16 * width_px, 0.35, 1.2) * np.linspace(1.0, 0.5, 5), (count, 5))
