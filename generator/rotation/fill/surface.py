"""The image's own surface, carried on beyond a circle, or beyond its border.

What is laid there is made from the turned surface alone (no text, no defect), so that image and twin get the same. Of a
circle it says nothing about the angle but what the surface itself shows: its grain lies as the image's does.
Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import require
from generator.imaging.move.carry import Beyond
from generator.imaging.move.turn import Turn
from generator.rotation.fill.carry_on import carried_on
from generator.rotation.fill.constant import around
from generator.rotation.fill.share import Keep, edge_width_px, kept_of
from generator.rotation.port import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """The image's own size; beyond what is kept of it a surface like its own.

    Attributes:
        keep: ``circle``, of the shorter side, the same at every angle; or ``image``, all of it.
        edge: width of the edge in which one goes over into the other, share of the shorter side, [0, 0.2].
    """

    keep: Keep = "circle"
    edge: float = 0.025

    def __post_init__(self) -> None:
        require(0 <= self.edge <= 0.2, "edge", "a share in [0, 0.2]", self.edge)

    def canvas(self, frame: Frame) -> tuple[int, int]:
        """Return the image's own size, or the smallest one of the asked aspect around it."""
        return around(frame)

    def beyond(
        self, surface: np.ndarray, turn: Turn, white: int, split: str, rng: np.random.Generator
    ) -> Beyond | None:
        """Return the surface carried on; None: all of the canvas is kept."""
        hw = surface.shape[:2]
        kept = kept_of(self.keep, turn, hw, edge_width_px(turn, hw, self.edge))
        if kept is None or kept.share.min() >= 1.0:
            return None
        turned = turn.pixels(surface, white, mirrored=False)
        made = carried_on(turned, kept, white, rng)
        return Beyond(pixels=made, cover=kept.cover, of=surface, turned=turned)

    def digest(self) -> str:
        """Return nothing: no file is read."""
        return ""

    def findings(self) -> tuple[Finding, ...]:
        """Return nothing."""
        return ()
