"""Clean crops of one text, as recognition networks are trained on.

The frame is the smallest one that holds all ink and the margins. It is cut from the source image at random, from within
the roi where there is room; where the source image is smaller, the frame reaches beyond it. A text that does not fit a
given height or width is made smaller, never cut. Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.errors import require
from generator.core.geometry import Rect
from generator.core.units import Range, require_within
from generator.imaging.warp import Warp
from generator.text.plate import Plate
from generator.text.port import Canvas, Field, Placed, Style
from generator.text.warp.ink import ink_bounds

_TRIES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One text an image.

    Attributes:
        image_height_px: height of every image, >= 8; None: as the text needs it.
        height_share: height of a capital, share of ``image_height_px``, (0, 1].
        height_px: height of a capital where ``image_height_px`` is None, px, >= 4.
        margin_x: room to the left and to the right, each drawn, shares of a capital's height, [0, 10].
        margin_y: room above and below likewise; with ``image_height_px`` its low end is the least there is.
        above: which share of the room that is left in ``image_height_px`` lies above the text, [0, 1].
        max_width_px: a wider image is made smaller, >= 16; None: any width.
        tracking: more room between characters, share of a capital's height, [-0.2, 2].
        leading: distance of baselines of a text of several lines, share of a capital's height, [1, 5].
        align: how several lines stand to each other.
    """

    image_height_px: int | None = 48
    height_share: Range = Range(0.45, 0.6)
    height_px: Range = Range(20.0, 40.0)
    margin_x: Range = Range(0.15, 0.5)
    margin_y: Range = Range(0.08, 0.4)
    above: Range = Range(0.35, 0.65)
    max_width_px: int | None = None
    tracking: Range = Range(0.0, 0.0)
    leading: Range = Range(1.7, 2.0)
    align: Literal["left", "centre", "right"] = "left"

    def __post_init__(self) -> None:
        tall = self.image_height_px is None or self.image_height_px >= 8
        require(tall, "image_height_px", "null or >= 8", self.image_height_px)
        wide = self.max_width_px is None or self.max_width_px >= 16
        require(wide, "max_width_px", "null or >= 16", self.max_width_px)
        require_within(self, height_share=(0.05, 1), height_px=(4, 4096), margin_x=(0, 10), margin_y=(0, 10))
        require_within(self, above=(0, 1), tracking=(-0.2, 2), leading=(1, 5))

    def fields(self, canvas: Canvas, rng: np.random.Generator) -> tuple[Field, ...]:
        """Return one text, set in a whole number of px so that its glyphs serve other lines too."""
        if self.image_height_px is None:
            height = self.height_px.draw(rng)
        else:
            height = self.height_share.draw(rng) * self.image_height_px
        style = Style(
            height_px=float(max(4, round(height))),
            tracking=self.tracking.draw(rng),
            leading=self.leading.draw(rng),
            align=self.align,
        )
        return (Field(style=style),)

    def place(
        self, plates: Sequence[Plate], shapes: Sequence[Warp], canvas: Canvas, rng: np.random.Generator
    ) -> Placed:
        """Return the frame around the text and the map into it: a shift by whole px where the shape is one."""
        plate, shape = plates[0], shapes[0]
        capital = plate.height_px
        before, after = self.margin_x.draw(rng) * capital, self.margin_x.draw(rng) * capital
        over, under = self.margin_y.draw(rng) * capital, self.margin_y.draw(rng) * capital
        if self.image_height_px is not None:
            over = under = self.margin_y.low * capital
        left, top, right, bottom = ink_bounds(plate, shape)
        scale = self._scale(right - left + before + after, bottom - top + over + under)
        if scale != 1.0:
            shape = shape.then(np.diag([scale, scale, 1.0]))
            left, top, right, bottom = (edge * scale for edge in (left, top, right, bottom))
        left, top, right, bottom = math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)
        x, y = int(before * scale), int(over * scale)
        width, height = x + right - left + int(after * scale), y + bottom - top + int(under * scale)
        if self.image_height_px is not None:
            y += round((self.image_height_px - height) * self.above.draw(rng))
            height = self.image_height_px
        frame = _cut(width, height, canvas, rng)
        return Placed(warps=(shape.then(Warp.shift(x - left, y - top).matrix),), frame=frame)

    def digest(self) -> str:
        """Return nothing: its text has no files of its own."""
        return ""

    def _scale(self, width: float, height: float) -> float:
        """Return by what a text is made smaller to fit; two px are kept for the rounding of its box."""
        scale = 1.0
        if self.image_height_px is not None and height + 2.0 > self.image_height_px:
            scale = (self.image_height_px - 2.0) / height
        if self.max_width_px is not None and width + 2.0 > self.max_width_px:
            scale = min(scale, (self.max_width_px - 2.0) / width)
        return scale


def _cut(width: int, height: int, canvas: Canvas, rng: np.random.Generator) -> Rect:
    """Return a box of a size at a random place: of some tries the first in the roi, or the one with most of it."""
    spare_x, spare_y = canvas.hw[1] - width, canvas.hw[0] - height
    best, most = Rect(0, 0, width, height), -1.0
    for _ in range(_TRIES):
        frame = Rect(_upto(spare_x, rng), _upto(spare_y, rng), width, height)
        if canvas.roi is None:
            return frame
        share = float(canvas.roi[frame.clipped(canvas.hw).slices].mean())
        if share == 1.0:
            return frame
        if share > most:
            best, most = frame, share
    return best


def _upto(spare_px: int, rng: np.random.Generator) -> int:
    """Return a whole number from 0 to ``spare_px``, which may be negative."""
    return int(math.copysign(int(rng.random() * (abs(spare_px) + 1)), spare_px))
