"""The image in a circle: one level all around it, the same at every angle. Source: own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import require
from generator.imaging.move.carry import Beyond
from generator.imaging.move.turn import Turn
from generator.rotation.fill.constant import even
from generator.rotation.fill.share import in_circle, square
from generator.rotation.port import Frame

_EDGE_PX = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """The square of the shorter side; beyond the circle in it one level.

    Attributes:
        level: share of full scale, [0, 1]; None: the image's own mean.
    """

    level: float | None = 0.0

    def __post_init__(self) -> None:
        is_share = self.level is None or 0 <= self.level <= 1
        require(is_share, "level", "a share in [0, 1], or null for the image's mean", self.level)

    def canvas(self, frame: Frame) -> tuple[int, int]:
        """Return the square of the shorter side, or the smallest canvas of the asked aspect around it."""
        return square(frame.wh, frame.aspect)

    def beyond(self, surface: np.ndarray, turn: Turn, white: int, split: str, rng: np.random.Generator) -> Beyond:
        """Return the level beyond the circle."""
        if self.level is None:
            level = np.rint(surface.mean(axis=(0, 1))).astype(int).tolist()
        else:
            level = [round(self.level * white)] * surface.shape[2]
        pixels = even(turn.wh, tuple(level), surface.dtype)
        return Beyond(pixels=pixels, cover=in_circle(turn, surface.shape[:2], _EDGE_PX).cover)

    def digest(self) -> str:
        """Return nothing: no file is read."""
        return ""

    def findings(self) -> tuple[Finding, ...]:
        """Return nothing."""
        return ()
