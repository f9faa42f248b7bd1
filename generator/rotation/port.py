"""What the parts of the room promise each other. Source: own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from generator.core.annotation import Finding
from generator.imaging.move.carry import Beyond
from generator.imaging.move.turn import Turn

Spans = tuple[tuple[float, float], ...]
"""Intervals [low, high] of angles, degrees, that hold every angle which may be drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a fill decides the canvas from.

    Attributes:
        wh: width and height of the image, px.
        angle_deg: the angle of this sample.
        spans: all angles of the run.
        scale: canvas px a source px of this sample.
        scales: least and most canvas px a source px that may be drawn.
        most_shift_px: most that the centre may be moved along either axis, canvas px.
        reach_px: how far from a point the kernel takes pixels, source px.
        aspect: width / height that the canvas must have; None: the fill's choice.
    """

    wh: tuple[int, int]
    angle_deg: float
    spans: Spans
    scale: float = 1.0
    scales: tuple[float, float] = (1.0, 1.0)
    most_shift_px: float = 0.0
    reach_px: float = 0.0
    aspect: float | None = None


class Fill(Protocol):
    """What a canvas is, and what it shows beyond the turned image."""

    def canvas(self, frame: Frame) -> tuple[int, int]:
        """Return width and height of the canvas, px >= 1, as if the scale were 1.

        Raises:
            RangeError: no canvas fits.
        """

    def beyond(
        self, surface: np.ndarray, turn: Turn, white: int, split: str, rng: np.random.Generator
    ) -> Beyond | None:
        """Return what is laid where the turned image is not meant to be seen; None: nothing is.

        Args:
            surface: (H, W, C) uint8 or uint16, the image before the turn, without defects and without text.
            turn: from it to the canvas.
            white: largest value of the sensor.
            split: ``train``, ``val`` or ``test``: no other image stands on two sides.
            rng: for what is drawn.
        """

    def digest(self) -> str:
        """Return a hash of the files it reads; empty: none."""

    def findings(self) -> tuple[Finding, ...]:
        """Return what was noticed about the files it reads."""
