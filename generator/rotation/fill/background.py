"""Another image beyond a circle, or beyond the turned image's border; that one stays upright. Source: own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import require
from generator.imaging.move.carry import Beyond
from generator.imaging.move.turn import Turn
from generator.rotation.fill.constant import around
from generator.rotation.fill.share import Keep, edge_width_px, kept_of
from generator.rotation.images import OtherImages
from generator.rotation.port import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """The image's own size; beyond what is kept of it a part of another image, as large as the canvas.

    Attributes:
        images: the others; none of them stands on two sides of a split.
        keep: ``circle``, of the shorter side, the same at every angle; or ``image``, all of it.
        edge: width of the edge in which one goes over into the other, share of the shorter side, [0, 0.2].
    """

    images: OtherImages
    keep: Keep = "circle"
    edge: float = 0.01

    def __post_init__(self) -> None:
        require(0 <= self.edge <= 0.2, "edge", "a share in [0, 0.2]", self.edge)

    def canvas(self, frame: Frame) -> tuple[int, int]:
        """Return the image's own size, or the smallest one of the asked aspect around it."""
        return around(frame)

    def beyond(
        self, surface: np.ndarray, turn: Turn, white: int, split: str, rng: np.random.Generator
    ) -> Beyond | None:
        """Return another image that covers the canvas; None: all of the canvas is kept."""
        hw = surface.shape[:2]
        kept = kept_of(self.keep, turn, hw, edge_width_px(turn, hw, self.edge))
        if kept is None:
            return None
        return Beyond(pixels=self.images.window(surface, turn.wh, white, split, rng), cover=kept.cover)

    def digest(self) -> str:
        """Return a hash of the other images' files."""
        return self.images.digest()

    def findings(self) -> tuple[Finding, ...]:
        """Return what was noticed about the other images' files."""
        return self.images.findings()
