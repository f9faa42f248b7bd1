"""Strokes: a jittered, tapered line, straight or bent.

The centre line is a smooth random offset about a straight axis; the width tapers to both tips. The outline is filled with
sub-pixel corners and softened by the optics. Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.units import LengthRange, Range
from generator.defect.outline import Outline, Room, Site

_SHIFT = 4  # cv2 draws with 1/16 px


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
    """

    length: LengthRange
    width: LengthRange
    bend: Range = Range(0.0, 0.1)
    angle_deg: Range = Range(-180.0, 180.0)
    follow: Literal["any", "along", "across"] = "any"
    softness_px: Range = Range(0.6, 0.9)
    taper: Range = Range(0.1, 0.4)

    def __post_init__(self) -> None:
        require(self.bend.within(0, 0.5), "bend", "(low, high) within [0, 0.5]", self.bend)
        require(self.softness_px.within(0, 20), "softness_px", "(low, high) within [0, 20]", self.softness_px)
        require(self.taper.within(0, 0.5), "taper", "(low, high) within [0, 0.5]", self.taper)

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of one line whose middle is at the site."""
        length, width = self.length.draw_px(rng, room.scale), self.width.draw_px(rng, room.scale)
        angle = self.angle_deg.draw(rng)
        if self.follow != "any" and site.along_deg is not None:
            angle += site.along_deg + (90.0 if self.follow == "across" else 0.0)
        bend, softness, taper = self.bend.draw(rng), self.softness_px.draw(rng), self.taper.draw(rng)
        centre = centre_line(length, bend, rng)
        at = np.linspace(0.0, 1.0, len(centre))
        fade = np.clip(np.minimum(at, 1.0 - at) / max(taper, 1e-6), 0.0, 1.0)
        widths = np.maximum(width, 1.0) * (0.25 + 0.75 * np.sqrt(fade)) * (1.0 + 0.15 * rng.standard_normal(len(at)))
        turn = math.radians(angle)
        axis = np.array([math.cos(turn), -math.sin(turn)])
        points = centre[:, :1] * axis + centre[:, 1:] * np.array([-axis[1], axis[0]]) + (site.x, site.y)
        alpha, x, y = fill_band(points, np.maximum(widths, 0.5), softness)
        alpha *= np.float32(min(1.0, width))
        return Outline.of(alpha, x, y, kind="stroke", length_px=length, width_px=width, angle_deg=_folded(angle), bend=bend)


def centre_line(length_px: float, bend: float, rng: np.random.Generator) -> np.ndarray:
    """Return a smooth line about the x axis, (N, 2) px: along from -length/2 to length/2, and its offset."""
    count = int(np.clip(length_px / 4.0, 8, 160))
    at = np.linspace(-1.0, 1.0, count)
    curve = rng.uniform(-1, 1) * (1.0 - at**2) + rng.uniform(-0.5, 0.5) * np.sin(np.pi * at) * (1.0 - at**2)
    jitter = np.interp(at, np.linspace(-1, 1, 12), rng.standard_normal(12)) * 0.05
    return np.stack([at * length_px / 2.0, (curve + jitter) * bend * length_px], axis=1)


def fill_band(points: np.ndarray, widths: np.ndarray, softness_px: float) -> tuple[np.ndarray, int, int]:
    """Return the soft alpha of a band of varying width about a line.

    Args:
        points: (N, 2) x, y in px of the image.
        widths: (N,) full widths, px.
        softness_px: sigma of the edge, px.

    Returns:
        alpha (h, w) float32 in [0, 1], and x, y of its first pixel.
    """
    margin = int(math.ceil(widths.max() / 2.0 + 3.0 * softness_px)) + 2
    x, y = (int(v) for v in np.floor(points.min(axis=0)) - margin)
    right, bottom = np.ceil(points.max(axis=0)) + margin
    canvas = np.zeros((int(bottom) - y, int(right) - x), np.uint8)
    tangent = np.gradient(points, axis=0)
    tangent /= np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)[:, None]
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1) * widths[:, None] / 2.0
    ring = np.concatenate([points + normal, (points - normal)[::-1]]) - (x + 0.5, y + 0.5)
    cv2.fillPoly(canvas, [np.rint(ring * (1 << _SHIFT)).astype(np.int32)], 255, cv2.LINE_AA, _SHIFT)
    if softness_px > 0:
        canvas = cv2.GaussianBlur(canvas, (0, 0), softness_px)
    alpha = canvas.astype(np.float32)
    alpha *= np.float32(1.0 / max(1, int(canvas.max())))
    return alpha, x, y


def _folded(angle_deg: float) -> float:
    """Return the angle of an axis in (-90, 90] degrees."""
    folded = math.fmod(angle_deg, 180.0)
    return folded - 180.0 if folded > 90.0 else folded + 180.0 if folded <= -90.0 else folded
