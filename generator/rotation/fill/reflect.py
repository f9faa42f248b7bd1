"""The image's own mirror image beyond it: no level and no seam, but lines of symmetry that lie at the angle.

Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.annotation import Finding
from generator.imaging.move.carry import Beyond
from generator.imaging.move.turn import Turn
from generator.rotation.fill.constant import around
from generator.rotation.port import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Reflect:
    """The image's own size; the turn itself shows the mirror image beyond the border."""

    def canvas(self, frame: Frame) -> tuple[int, int]:
        """Return the image's own size, or the smallest one of the asked aspect around it."""
        return around(frame)

    def beyond(
        self, surface: np.ndarray, turn: Turn, white: int, split: str, rng: np.random.Generator
    ) -> Beyond | None:
        """Return nothing: the turn mirrors."""
        return None

    def digest(self) -> str:
        """Return nothing: no file is read."""
        return ""

    def findings(self) -> tuple[Finding, ...]:
        """Return nothing."""
        return ()
