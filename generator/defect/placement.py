"""Where on the part a defect lies: anywhere on it, or at its contour. Source: own."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from generator.defect.outline import Room, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPart:
    """Anywhere in the roi, each pixel as likely as any other."""

    def draw(self, room: Room, rng: np.random.Generator) -> Site | None:
        """Return a point of the roi; None if the roi is empty."""
        point = room.random_xy(rng)
        return None if point is None else Site(x=point[0], y=point[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class AtContour:
    """On the roi's contour; without a roi, on the image's border, as where the part fills the image."""

    def draw(self, room: Room, rng: np.random.Generator) -> Site | None:
        """Return a point of the contour with its tangent and the direction into the part."""
        height, width = room.hw
        roi = np.ones((height, width), np.uint8) if room.roi is None else room.roi.view(np.uint8)
        contours, _ = cv2.findContours(roi, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        if not contours:
            return None
        lengths = np.cumsum([len(contour) for contour in contours])
        at = int(rng.integers(lengths[-1]))
        which = int(np.searchsorted(lengths, at, side="right"))
        points = contours[which][:, 0, :].astype(np.float64)
        at -= int(lengths[which - 1]) if which else 0
        x, y = points[at] + 0.5
        step = max(1, min(8, len(points) // 8))
        dx, dy = points[(at + step) % len(points)] - points[(at - step) % len(points)]
        length = math.hypot(dx, dy)
        if length == 0:
            return Site(x=x, y=y, along_deg=0.0, inward_deg=90.0)
        normal = np.array([-dy, dx]) / length
        inside = _is_inside(roi, x + 4 * normal[0], y + 4 * normal[1])
        if not inside:
            normal = -normal
        return Site(
            x=float(x),
            y=float(y),
            along_deg=math.degrees(math.atan2(-dy, dx)),
            inward_deg=math.degrees(math.atan2(-normal[1], normal[0])),
        )


def _is_inside(roi: np.ndarray, x: float, y: float) -> bool:
    return 0 <= x < roi.shape[1] and 0 <= y < roi.shape[0] and bool(roi[int(y), int(x)])
