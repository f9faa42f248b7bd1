"""Metaballs: balls that have run together, as glue, solder or drops do: along a path, along the contour, or in a heap.

Discs are drawn, blurred and cut at half height, so that near ones grow necks and sharp notches close. At a contour the
path follows it. Source: own; after Blinn's blobs (1982).
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
from generator.defect.shape.path import axis_deg, direction_xy, folded_deg, smooth_noise

_BEYOND_PX = 16
_SHIFT = 4
_MOST = 200
_RAMP = math.sqrt(2.0 * math.pi)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metaball:
    """Balls run together along a path.

    Attributes:
        length: of the path that the balls lie on; 0px is one ball.
        diameter: median of the balls.
        spacing: from ball to ball, as a share of the diameter, [0.1, 3]; above 1 they part.
        variety: deviation of the diameters' logarithm, [0, 1].
        scatter: standard deviation of the distance from the path, as a share of the diameter, [0, 2].
        melt: how far necks and notches fill, [0, 1].
        bend: largest departure of a free path from the straight line, as a share of the length, [0, 0.5].
        inset: how far inside the contour the path lies, as a share of the diameter, [-1, 2]; elsewhere it says nothing.
        angle_deg: direction of a free path where the place suggests none.
        follow: ``any`` takes ``angle_deg``; ``along`` and ``across`` turn it relative to the place's own direction.
        softness_px: sigma of the optical edge, px.
    """

    length: LengthRange
    diameter: LengthRange
    spacing: Range = Range(0.3, 0.7)
    variety: Range = Range(0.1, 0.3)
    scatter: Range = Range(0.0, 0.2)
    melt: Range = Range(0.3, 0.8)
    bend: Range = Range(0.0, 0.15)
    inset: Range = Range(0.1, 0.4)
    angle_deg: Range = Range(-180.0, 180.0)
    follow: Literal["any", "along", "across"] = "any"
    softness_px: Range = Range(0.6, 0.9)

    def __post_init__(self) -> None:
        require_within(
            self,
            spacing=(0.1, 3),
            variety=(0, 1),
            scatter=(0, 2),
            melt=(0, 1),
            bend=(0, 0.5),
            inset=(-1, 2),
            softness_px=(0, 20),
        )

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of all balls, whose path has its middle at the site."""
        length, diameter = self.length.draw_px(rng, room.scale), self.diameter.draw_px(rng, room.scale)
        count = min(_MOST, 1 + round(length / max(1.0, self.spacing.draw(rng) * diameter)))
        angle = axis_deg(self.angle_deg.draw(rng), self.follow, site)
        bend, inset = self.bend.draw(rng), self.inset.draw(rng)
        at = np.linspace(-0.5, 0.5, count) if count > 1 else np.zeros(1)
        at = at + rng.uniform(-0.3, 0.3, count) / max(count, 2)
        if site.inward_deg is None:
            middles = _free(site, angle, at * length, bend * length, rng)
        else:
            angle = site.inward_deg - 90.0
            middles = _contour(room, site, at * length) + inset * diameter * direction_xy(site.inward_deg)
        middles += self.scatter.draw(rng) * diameter * rng.standard_normal((count, 2))
        radii = diameter / 2.0 * np.exp(self.variety.draw(rng) * rng.standard_normal(count))
        melt, softness = self.melt.draw(rng), self.softness_px.draw(rng)
        alpha, x, y = _melted(middles, radii, melt * 0.45 * diameter, softness, room.hw)
        return Outline.of(
            alpha,
            x,
            y,
            kind="metaball",
            count=count,
            length_px=length,
            diameter_px=diameter,
            angle_deg=folded_deg(angle),
        )


def _free(site: Site, angle_deg: float, along: np.ndarray, bow_px: float, rng: np.random.Generator) -> np.ndarray:
    """Return points (K, 2) of a gently bent path whose middle is the site."""
    axis = direction_xy(angle_deg)
    reach = max(1e-6, float(np.abs(along).max()))
    sway = rng.uniform(-1.0, 1.0) * (1.0 - (along / reach) ** 2) + 0.3 * smooth_noise(len(along), 4, rng)
    aside = sway * bow_px
    return np.array([site.x, site.y]) + along[:, None] * axis + aside[:, None] * np.array([-axis[1], axis[0]])


def _contour(room: Room, site: Site, along: np.ndarray) -> np.ndarray:
    """Return points (K, 2) of the contour, so far along it from the site; straight where the image is the part."""
    middle = np.array([site.x, site.y])
    if room.roi is None:
        return middle + along[:, None] * direction_xy((site.inward_deg or 0.0) - 90.0)
    reach = math.ceil(float(np.abs(along).max())) + 4
    part = Rect(int(site.x) - reach, int(site.y) - reach, 2 * reach, 2 * reach).clipped(room.hw)
    inside = np.ascontiguousarray(room.roi[part.slices]).view(np.uint8)
    contours, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    origin = middle - (part.x + 0.5, part.y + 0.5)
    nearest = [np.hypot(*(contour[:, 0, :] - origin).T) for contour in contours]
    which = int(np.argmin([distances.min() for distances in nearest]))
    ring = contours[which][:, 0, :]
    start = int(nearest[which].argmin())
    steps = np.roll(ring, -start, axis=0).astype(np.float64)
    closed = np.concatenate([steps, steps[:1]])
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    where = np.mod(along, way[-1])
    points = np.stack([np.interp(where, way, closed[:, 0]), np.interp(where, way, closed[:, 1])], axis=-1)
    return points + np.array([part.x + 0.5, part.y + 0.5])


def _melted(
    middles: np.ndarray, radii: np.ndarray, sigma_px: float, softness_px: float, hw: tuple[int, int]
) -> tuple[np.ndarray, int, int]:
    """Return the alpha of discs run together, (h, w) float32 in [0, 1], and x, y of its first pixel."""
    margin = math.ceil(float(radii.max()) + 3.0 * softness_px) + 3
    left, top = (int(v) for v in np.floor(middles.min(axis=0)) - margin)
    right, bottom = (int(v) for v in np.ceil(middles.max(axis=0)) + margin)
    seen = Rect(left, top, right - left, bottom - top).intersection(Rect(0, 0, hw[1], hw[0]).grown(_BEYOND_PX))
    if seen.is_empty:
        return np.zeros((1, 1), np.float32), left, top
    canvas = np.zeros((seen.h, seen.w), np.uint8)
    scale = 1 << _SHIFT
    for (x, y), radius in zip(middles - (seen.x + 0.5, seen.y + 0.5), radii, strict=True):
        cv2.circle(
            canvas, (round(x * scale), round(y * scale)), max(8, round(radius * scale)), 255, -1, cv2.LINE_AA, _SHIFT
        )
    alpha = canvas.astype(np.float32)
    alpha *= np.float32(1.0 / 255.0)
    if sigma_px > softness_px:
        alpha = cv2.GaussianBlur(alpha, (0, 0), sigma_px)
        alpha -= np.float32(0.45)  # a little below half, as a blurred disc shrinks
        alpha *= np.float32(sigma_px * _RAMP / (softness_px * _RAMP))
        alpha += np.float32(0.5)
        return np.clip(alpha, 0.0, 1.0, out=alpha), seen.x, seen.y
    return (cv2.GaussianBlur(alpha, (0, 0), softness_px) if softness_px > 0 else alpha), seen.x, seen.y
