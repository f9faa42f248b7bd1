"""Smeared ink: each stroke drawn out one way, thinner the farther it goes, in streaks. Source: own."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.units import LengthRange, Range
from generator.defect.outline import Matte, Outline, Room, Site
from generator.defect.structure.layer import cut_share, nothing
from generator.imaging.noise import streaks


@dataclass(frozen=True, slots=True, kw_only=True)
class Smeared:
    """Ink that was wiped while it was wet.

    Attributes:
        length: how far it is drawn out.
        angle_deg: which way, degrees counter-clockwise, 0 is to the right.
        share: how much of the print is wiped, [0.05, 1]; the rest stays as it is.
        streaks: how much the smear is broken into streaks, [0, 1].
        streak_px: width of the streaks, px, [1, 50].
    """

    length: LengthRange
    angle_deg: Range = Range(-180.0, 180.0)
    share: Range = Range(0.3, 1.0)
    streaks: Range = Range(0.3, 0.7)
    streak_px: Range = Range(1.5, 4.0)

    def __post_init__(self) -> None:
        require(self.share.within(0.05, 1), "share", "(low, high) within [0.05, 1]", self.share)
        require(self.streaks.within(0, 1), "streaks", "(low, high) within [0, 1]", self.streaks)
        require(self.streak_px.within(1, 50), "streak_px", "(low, high) within [1, 50]", self.streak_px)

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of the smear beside the strokes; one without strength where there is no ink."""
        if not site.things:
            return nothing()
        ink = site.things[0]
        length, angle = max(2.0, self.length.draw_px(rng, room.scale)), self.angle_deg.draw(rng)
        share, broken, width = self.share.draw(rng), self.streaks.draw(rng), self.streak_px.draw(rng)
        reach = math.ceil(length) + 4
        rect = ink.rect.grown(reach)
        wiped = cv2.copyMakeBorder(
            ink.alpha * cut_share(ink, share, 0.1, rng), reach, reach, reach, reach, cv2.BORDER_CONSTANT
        )
        trail = _drawn_out(wiped, length, angle)
        field = streaks((rect.h, rect.w), 2.0 * length, width, angle, rng)
        trail *= np.clip(1.0 + np.float32(broken) * (np.float32(0.9) * field - np.float32(0.4)), 0, 1)
        trail = cv2.GaussianBlur(np.maximum(trail, wiped * np.float32(0.3)), (0, 0), 0.8)
        seen = rect.clipped(room.hw)
        alpha = np.ascontiguousarray(trail[seen.inside(rect)])
        params = {"kind": "smeared", "length_px": length, "angle_deg": angle, "share": share, "streaks": broken}
        whole = Outline.of(alpha, seen.x, seen.y)
        mattes = {"piece": Matte(rect=ink.rect, alpha=ink.alpha)}
        return Outline(rect=seen, alpha=alpha, support=whole.support, params=params, mattes=mattes)


def _drawn_out(alpha: np.ndarray, length: float, angle_deg: float) -> np.ndarray:
    """Return ink drawn out along one direction: full where it was, falling to nothing at the end, (h, w) float32."""
    x, y = math.cos(math.radians(angle_deg)), -math.sin(math.radians(angle_deg))
    size = (alpha.shape[1], alpha.shape[0])
    trail, step = alpha.copy(), 1.0
    while step < length:  # twice as far each time
        far = min(step, length - step) if step * 2 > length else step
        shift = np.array([[1, 0, x * far], [0, 1, y * far]], np.float64)
        trail = np.maximum(trail, cv2.warpAffine(trail, shift, size) - np.float32(far / length))
        step += far
    return np.square(np.maximum(trail, 0)) * np.float32(0.3) + trail * np.float32(0.7)
