"""A text laid flat, before it touches a surface.

Coordinates (u, v) are px of the plate: u to the right, v down, the origin is the outer corner of the first pixel. All
that is known about where characters are is stated here once and moved to the image by the same map as the ink.
Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlateLine:
    """One line of a plate.

    Attributes:
        text: in logical order.
        first, stop: its characters: ``chars[first:stop]`` of the plate.
        words: per word its text and its characters, as (text, first, stop) of the plate's characters.
        baseline_uv: (2, 2) float32: left and right end of its baseline.
    """

    text: str
    first: int
    stop: int
    words: tuple[tuple[str, int, int], ...]
    baseline_uv: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marks:
    """What a face that is no outline is made of.

    Attributes:
        dots_uvn: (n, 3) float32: centre u, v and number (from 1) of the character of each dot.
        pitch_px: distance between neighbouring dots; 0: there are none.
        strokes: of each stroke the number of its character and its (k, 2) float32 points u, v.
        width_px: width of the strokes; 0: there are none.
        unlit: of each place of a display the (h, w) uint8 ink of its segments that are not lit, and u, v of its first
            pixel; it may lie beyond the plate.
    """

    dots_uvn: np.ndarray = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    pitch_px: float = 0.0
    strokes: tuple[tuple[int, np.ndarray], ...] = ()
    width_px: float = 0.0
    unlit: tuple[tuple[np.ndarray, int, int], ...] = ()

    def moved(self, u: int, v: int) -> Marks:
        """Return the marks so much further to the right and down, px."""
        return replace(
            self,
            dots_uvn=self.dots_uvn + np.array([u, v, 0], np.float32),
            strokes=tuple((number, points + np.array([u, v], np.float32)) for number, points in self.strokes),
            unlit=tuple((ink, left + u, top + v) for ink, left, top in self.unlit),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plate:
    """Ink, owners and points of a text.

    Attributes:
        cover: (h, w) uint8: how much of each pixel is ink, 0..255.
        owner: (h, w) uint16: number, from 1, of the character that each pixel belongs to if anything there is ink: the
            ink's own character, elsewhere the nearest one's; 0 nowhere unless there is no character.
        chars: grapheme clusters with ink, line after line in reading order; number i is ``chars[i - 1]``.
        boxes_uv: (n, 4) float32 u0, v0, u1, v1 around each character's ink.
        lines: from top to bottom.
        height_px: height of a capital letter.
        marks: dots or strokes of faces that consist of them; None for outlines.
        half: (n + 1,) uint8 per number: least cover that is ink to the eye, 255 for number 0; None: the ink is not that
            of the glyphs, and nobody knows.
        params: what is known about the face (JSON).
    """

    cover: np.ndarray
    owner: np.ndarray
    chars: tuple[str, ...]
    boxes_uv: np.ndarray
    lines: tuple[PlateLine, ...]
    height_px: float
    marks: Marks | None = None
    half: np.ndarray | None = None
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def wh(self) -> tuple[int, int]:
        """Width and height in px."""
        return self.cover.shape[1], self.cover.shape[0]

    def with_(self, **changes: Any) -> Plate:
        """Return a copy with some fields replaced; with other ink, what is ink to the eye is no longer known."""
        if "cover" in changes and "half" not in changes:
            changes["half"] = None
        return replace(self, **changes)

    def padded(self, margin_px: int) -> Plate:
        """Return the plate with so much more room on every side; the owners of the border reach into it."""
        if margin_px <= 0:
            return self
        shift = np.float32(margin_px)
        return replace(
            self,
            cover=cv2.copyMakeBorder(self.cover, *[margin_px] * 4, cv2.BORDER_CONSTANT, value=0),
            owner=cv2.copyMakeBorder(self.owner, *[margin_px] * 4, cv2.BORDER_REPLICATE),
            boxes_uv=self.boxes_uv + shift,
            lines=tuple(replace(line, baseline_uv=line.baseline_uv + shift) for line in self.lines),
            marks=None if self.marks is None else self.marks.moved(margin_px, margin_px),
        )
