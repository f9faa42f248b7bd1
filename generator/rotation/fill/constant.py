"""One even grey or colour beyond the turned image: quick, and its edges give the angle away. Source: own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import require
from generator.imaging.move.carry import Beyond
from generator.imaging.move.turn import Turn
from generator.rotation.port import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """The image's own size, one level beyond the turned image.

    Attributes:
        level: share of full scale, [0, 1].
    """

    level: float = 0.0

    def __post_init__(self) -> None:
        require(0 <= self.level <= 1, "level", "a share in [0, 1]", self.level)

    def canvas(self, frame: Frame) -> tuple[int, int]:
        """Return the image's own size, or the smallest one of the asked aspect around it."""
        return around(frame)

    def beyond(self, surface: np.ndarray, turn: Turn, white: int, split: str, rng: np.random.Generator) -> Beyond:
        """Return the level everywhere beyond the turned image."""
        level = even(turn.wh, (round(self.level * white),) * surface.shape[2], surface.dtype)
        return Beyond(pixels=level, cover=turn.cover(surface.shape[:2]))

    def digest(self) -> str:
        """Return nothing: no file is read."""
        return ""

    def findings(self) -> tuple[Finding, ...]:
        """Return nothing."""
        return ()


@lru_cache(maxsize=2)
def even(wh: tuple[int, int], colour: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return a canvas of one colour, (h, w, C); it is shared by all who ask and cannot be written to."""
    made = np.empty((wh[1], wh[0], len(colour)), dtype)
    made[:] = colour
    made.flags.writeable = False
    return made


def around(frame: Frame) -> tuple[int, int]:
    """Return the image's own size, or the smallest canvas of the asked aspect that holds it upright."""
    width, height = frame.wh
    if frame.aspect is None:
        return width, height
    if width / height < frame.aspect:
        return max(1, round(height * frame.aspect)), height
    return width, max(1, round(width / frame.aspect))
