"""Regions: what smooth noise leaves standing of an ellipse: ragged rims, bays, holes and islands.

The noise of several scales is added to a bowl about the site and cut at the level that covers the wanted share.
Source: own; the cut of a noise field after Perlin (1985).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from generator.core.geometry import Rect
from generator.core.units import LengthRange, Range, require_within
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import axis_deg, folded_deg
from generator.defect.texture import clouds

_BEYOND = 1.35  # how far noise may carry the region beyond the ellipse, in radii
_SAMPLED = 20_000  # points that the level is found from


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A ragged area with islands.

    Attributes:
        diameter: of the ellipse's longer axis.
        aspect: longer by shorter axis, [1, 20].
        coverage: the region's area as a share of the ellipse's, [0.02, 1].
        raggedness: strength of the noise against the bowl, [0, 3]; 0 is an ellipse, 1 has islands, 3 is scattered.
        grain: size of the largest lobes as a share of the shorter axis, [0.02, 1].
        detail: strength from scale to scale, [0, 1]; 0.3 is smooth, 0.8 is frayed.
        angle_deg: direction of the longer axis where the place suggests none.
        follow: ``any`` takes ``angle_deg``; ``along`` and ``across`` turn it relative to the place's own direction.
        softness_px: sigma of the edge, px; 0.6 to 0.9 is a sharp edge as optics show it.
    """

    diameter: LengthRange
    aspect: Range = Range(1.0, 2.0)
    coverage: Range = Range(0.4, 0.8)
    raggedness: Range = Range(0.4, 0.9)
    grain: Range = Range(0.15, 0.4)
    detail: Range = Range(0.4, 0.7)
    angle_deg: Range = Range(-180.0, 180.0)
    follow: Literal["any", "along", "across"] = "any"
    softness_px: Range = Range(0.6, 0.9)

    def __post_init__(self) -> None:
        require_within(
            self,
            aspect=(1, 20),
            coverage=(0.02, 1),
            raggedness=(0, 3),
            grain=(0.02, 1),
            detail=(0, 1),
            softness_px=(0, 20),
        )

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of one region about the site."""
        diameter, aspect = max(3.0, self.diameter.draw_px(rng, room.scale)), self.aspect.draw(rng)
        angle, coverage = axis_deg(self.angle_deg.draw(rng), self.follow, site), self.coverage.draw(rng)
        ragged, grain, detail = self.raggedness.draw(rng), self.grain.draw(rng), self.detail.draw(rng)
        softness, number = self.softness_px.draw(rng), int(rng.integers(2**31))
        rect = _rect_about(site, diameter / 2.0, aspect, angle, softness, room.hw)
        bowl = _bowl(rect, site, diameter / 2.0, aspect, angle)
        field = bowl
        if ragged > 0:
            noise = clouds((rect.h, rect.w), grain * diameter / aspect, number, octaves=6, gain=detail)
            field = bowl + np.float32(ragged) * noise
        within = field[bowl > 0.0]
        sampled = within[:: max(1, within.size // _SAMPLED)]
        level = np.quantile(sampled, 1.0 - coverage) if sampled.size else field.max() - 1.0
        np.copyto(field, np.float32(-9.0), where=bowl < 1.0 - _BEYOND**2)
        alpha = (field > min(float(level), float(field.max()) - 1e-3)).astype(np.float32)
        if softness > 0:
            alpha = cv2.GaussianBlur(alpha, (0, 0), softness, borderType=cv2.BORDER_CONSTANT)
        return Outline.of(
            np.minimum(alpha, np.float32(1.0)),
            rect.x,
            rect.y,
            kind="region",
            diameter_px=diameter,
            aspect=aspect,
            coverage=coverage,
            angle_deg=folded_deg(angle),
        )


def _rect_about(
    site: Site, radius_px: float, aspect: float, angle_deg: float, softness_px: float, hw: tuple[int, int]
) -> Rect:
    """Return the rectangle that holds the region and its soft edge, as far as it lies in the image; at least 1 px."""
    turn, margin = math.radians(angle_deg), math.ceil(3.0 * softness_px) + 1
    half_w = _BEYOND * radius_px * math.hypot(math.cos(turn), math.sin(turn) / aspect) + margin
    half_h = _BEYOND * radius_px * math.hypot(math.sin(turn), math.cos(turn) / aspect) + margin
    x, y = math.floor(site.x - half_w), math.floor(site.y - half_h)
    whole = Rect(x, y, math.ceil(site.x + half_w) - x, math.ceil(site.y + half_h) - y)
    seen = whole.intersection(Rect(0, 0, hw[1], hw[0]).grown(2 * margin))
    return Rect(x, y, 1, 1) if seen.is_empty else seen


def _bowl(rect: Rect, site: Site, radius_px: float, aspect: float, angle_deg: float) -> np.ndarray:
    """Return 1 at the site, 0 on the ellipse and negative beyond it, (h, w) float32."""
    turn = math.radians(angle_deg)
    x = (np.arange(rect.w) + (rect.x + 0.5 - site.x)).astype(np.float32) / np.float32(radius_px)
    y = (np.arange(rect.h) + (rect.y + 0.5 - site.y)).astype(np.float32)[:, None] / np.float32(radius_px)
    along = x * np.float32(math.cos(turn)) - y * np.float32(math.sin(turn))
    sideways = (x * np.float32(math.sin(turn)) + y * np.float32(math.cos(turn))) * np.float32(aspect)
    return np.float32(1.0) - along * along - sideways * sideways
