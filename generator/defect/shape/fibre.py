"""Fibres: a smooth curl of constant width, as a hair, a thread or a burr lies on a surface. Source: own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.errors import require
from generator.core.units import LengthRange, Range
from generator.defect.fill import fill_bands
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import axis_deg, direction_xy, folded_deg, smooth_noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Fibre:
    """A curl of constant width.

    Attributes:
        length: along the fibre.
        width: of the fibre.
        curl_deg: how far its direction swings, standard deviation in degrees, [0, 720]; above 180 it makes loops.
        waves: how many times the direction swings along the fibre, [1, 20].
        angle_deg: mean direction where the place suggests none.
        follow: ``any`` takes ``angle_deg``; ``along`` and ``across`` turn it relative to the place's own direction.
        softness_px: sigma of the optical edge, px.
    """

    length: LengthRange
    width: LengthRange
    curl_deg: Range = Range(30.0, 160.0)
    waves: Range = Range(1.0, 4.0)
    angle_deg: Range = Range(-180.0, 180.0)
    follow: Literal["any", "along", "across"] = "any"
    softness_px: Range = Range(0.6, 0.9)

    def __post_init__(self) -> None:
        require(self.curl_deg.within(0, 720), "curl_deg", "(low, high) within [0, 720]", self.curl_deg)
        require(self.waves.within(1, 20), "waves", "(low, high) within [1, 20]", self.waves)
        require(self.softness_px.within(0, 20), "softness_px", "(low, high) within [0, 20]", self.softness_px)

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
        points = np.cumsum(direction_xy(angle + curl * turns) * (length / count), axis=0)
        points += (site.x, site.y) - points[count // 2]
        alpha, x, y = fill_bands([(points, np.full(count, width))], softness, room.hw, crossing=True)
        return Outline.of(
            alpha, x, y, kind="fibre", length_px=length, width_px=width, angle_deg=folded_deg(angle), curl_deg=curl
        )
