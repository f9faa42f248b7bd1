"""A canvas that grows so that nothing of the image is lost.

The tight one is as large as the turned image and gives the angle away by its size; the fixed one is the square of the
diagonal at every angle. Beyond the image it shows what another fill shows. Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.annotation import Finding
from generator.imaging.move.carry import Beyond
from generator.imaging.move.turn import Turn, cos_sin
from generator.rotation.port import Fill, Frame

_SLACK = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Expand:
    """A canvas with room for all of the image.

    Attributes:
        shown: the fill that says what lies beyond the image.
        size: ``tight``, the turned image's own box; or ``fixed``, one square for all angles, scales and shifts.
    """

    shown: Fill
    size: Literal["tight", "fixed"] = "tight"

    def canvas(self, frame: Frame) -> tuple[int, int]:
        """Return a canvas that holds the whole image, of the asked aspect if there is one."""
        (width, height), more = frame.wh, 2.0 * frame.most_shift_px
        if self.size == "fixed":
            side = _whole(frame.scales[1] * math.hypot(width, height) + more)
            made = side, side
        else:
            cos, sin = (frame.scale * abs(value) for value in cos_sin(frame.angle_deg))
            made = _whole(width * cos + height * sin + more), _whole(width * sin + height * cos + more)
        if frame.aspect is None:
            return made
        if made[0] / made[1] < frame.aspect:
            return math.ceil(made[1] * frame.aspect - _SLACK), made[1]
        return made[0], math.ceil(made[0] / frame.aspect - _SLACK)

    def beyond(
        self, surface: np.ndarray, turn: Turn, white: int, split: str, rng: np.random.Generator
    ) -> Beyond | None:
        """Return what the other fill lays beyond the image."""
        return self.shown.beyond(surface, turn, white, split, rng)

    def digest(self) -> str:
        """Return the hash of the files that the other fill reads."""
        return self.shown.digest()

    def findings(self) -> tuple[Finding, ...]:
        """Return what the other fill noticed about the files it reads."""
        return self.shown.findings()


def _whole(length: float) -> int:
    return max(1, math.ceil(length - _SLACK))
