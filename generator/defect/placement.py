"""Where on the part a defect lies: anywhere on it, along its texture, at its contour, or along one of its sides.

Source: own; the texture's direction is that of the structure tensor (Bigun, Granlund 1987).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.geometry import Rect, mask_to_rect
from generator.core.units import Length
from generator.defect.outline import Room, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPart:
    """Anywhere in the roi, each pixel as likely as any other."""

    def draw(self, room: Room, rng: np.random.Generator) -> Site | None:
        """Return a point of the roi; None if the roi is empty."""
        point = room.random_xy(rng)
        return None if point is None else Site(x=point[0], y=point[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class AlongTexture:
    """Anywhere in the roi, with the direction that the surface's texture has there: grain, grinding, threads.

    Attributes:
        window: side of the square in which the direction is measured.
        least_coherence: below this share of directed texture the place suggests no direction, [0, 1].
    """

    window: Length = Length(8.0, "%")
    least_coherence: float = 0.15

    def __post_init__(self) -> None:
        require(0 <= self.least_coherence <= 1, "least_coherence", "a share in [0, 1]", self.least_coherence)

    def draw(self, room: Room, rng: np.random.Generator) -> Site | None:
        """Return a point of the roi and the texture's direction there; None if the roi is empty."""
        point = room.random_xy(rng)
        if point is None:
            return None
        half = int(np.clip(self.window.px(room.scale) / 2.0, 6, 64))
        part = Rect(int(point[0]) - half, int(point[1]) - half, 2 * half, 2 * half).clipped(room.hw)
        surface = room.image[part.slices].astype(np.float32).mean(axis=2)
        rise_x, rise_y = cv2.Sobel(surface, cv2.CV_32F, 1, 0), cv2.Sobel(surface, cv2.CV_32F, 0, 1)
        xx, yy, xy = (float((a * b).sum()) for a, b in ((rise_x, rise_x), (rise_y, rise_y), (rise_x, rise_y)))
        coherence = math.hypot(xx - yy, 2.0 * xy) / max(xx + yy, 1e-6)
        if coherence < self.least_coherence:
            return Site(x=point[0], y=point[1])
        across_deg = math.degrees(0.5 * math.atan2(2.0 * xy, xx - yy))  # of the steepest rise, clockwise: y is down
        return Site(x=point[0], y=point[1], along_deg=90.0 - across_deg)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AtSide:
    """In the middle of a side of the roi's bounding box, or at one of its corners; without a roi, of the image's.

    Attributes:
        corners: whether corners are meant, not sides.
    """

    corners: bool = False

    def draw(self, room: Room, rng: np.random.Generator) -> Site | None:
        """Return the place, with the side's direction and the direction into the part; None if the roi is empty."""
        box = Rect(0, 0, room.hw[1], room.hw[0]) if room.roi is None else mask_to_rect(room.roi)
        if box.is_empty:
            return None
        inward_deg = float(rng.integers(4)) * 90.0 + (45.0 if self.corners else 0.0)
        turn, reach = math.radians(inward_deg), math.sqrt(2.0) if self.corners else 1.0
        x = box.x + box.w / 2.0 * (1.0 - reach * math.cos(turn))
        y = box.y + box.h / 2.0 * (1.0 + reach * math.sin(turn))
        return Site(x=x, y=y, along_deg=inward_deg - 90.0, inward_deg=inward_deg)


def _is_inside(roi: np.ndarray, x: float, y: float) -> bool:
    return 0 <= x < roi.shape[1] and 0 <= y < roi.shape[0] and bool(roi[int(y), int(x)])
