"""Texts that lie about on a surface.

Each has a size and a direction of its own and is tried at random places until it lies on the part, clear of its edge
and of other texts; where there is no place for it, it is made smaller down to a limit, and then left out. Some images
stay empty, and some carry text that is not to be read. Source: own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.errors import require
from generator.core.text import DISTRACTOR
from generator.core.units import Length, LengthRange, Range, require_within
from generator.imaging.warp import Warp
from generator.text.layout.space import Space
from generator.text.plate import Plate
from generator.text.port import Canvas, Corpus, Field, Font, Placed, Style
from generator.text.warp.ink import around_ink
from generator.text.warp.tilt import turn

_SMALLER = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Any number of texts on the source image.

    Attributes:
        count: texts on an image that is not empty, whole numbers in [0, 500].
        empty_share: share of the images without any text, [0, 1].
        height: of a capital.
        rotation_deg: by which each text is turned, degrees counter-clockwise as displayed, [-180, 180].
        turns_deg: one of these comes on top for each text, such as 0 and 90 for texts that stand or lie, [-360, 360].
        alike: whether one machine wrote all texts to be read: they share size, face, colours and contrast.
        clearance: room kept to the roi's edge and between texts.
        anchor: ``anywhere``, or ``centre``: the origin of a bent or turned text, such as the middle of its circle, lies
            in the middle of the roi's box, and the middle of a flat one.
        least_scale: how much smaller than drawn a text may get to find room, (0, 1].
        tries: places looked at for each size, [1, 1000].
        tracking: more room between characters, share of a capital's height, [-0.2, 2].
        leading: distance of baselines of a text of several lines, share of a capital's height, [1, 5].
        align: how several lines stand to each other.
        distractor_count: texts that are there but not to be read, on an empty image too, whole numbers in [0, 500].
        distractor_corpus: what they say; None: the recipe's corpus.
        distractor_font: their fonts; None: the recipe's.
    """

    count: Range = Range(1, 4)
    empty_share: float = 0.0
    height: LengthRange = LengthRange(Length(3, "%"), Length(8, "%"))
    rotation_deg: Range = Range(-180.0, 180.0)
    turns_deg: tuple[float, ...] = (0.0,)
    alike: bool = False
    clearance: Length = Length(1, "%")
    anchor: Literal["anywhere", "centre"] = "anywhere"
    least_scale: float = 0.6
    tries: int = 30
    tracking: Range = Range(0.0, 0.0)
    leading: Range = Range(1.7, 2.0)
    align: Literal["left", "centre", "right"] = "left"
    distractor_count: Range = Range(0, 0)
    distractor_corpus: Corpus | None = None
    distractor_font: Font | None = None

    def __post_init__(self) -> None:
        require_within(self, count=(0, 500), rotation_deg=(-180, 180), distractor_count=(0, 500))
        require_within(self, tracking=(-0.2, 2), leading=(1, 5))
        turns = len(self.turns_deg) > 0 and all(-360 <= turn <= 360 for turn in self.turns_deg)
        require(turns, "turns_deg", "at least one angle in [-360, 360]", self.turns_deg)
        require(0 <= self.empty_share <= 1, "empty_share", "a share in [0, 1]", self.empty_share)
        require(0 < self.least_scale <= 1, "least_scale", "a share in (0, 1]", self.least_scale)
        require(1 <= self.tries <= 1000, "tries", "1..1000", self.tries)

    def fields(self, canvas: Canvas, rng: np.random.Generator) -> tuple[Field, ...]:
        """Return the texts to be read, then those that are not."""
        empty = rng.random() < self.empty_share
        texts, others = self.count.draw_int(rng), self.distractor_count.draw_int(rng)
        if self.alike:
            wanted = [Field(style=self._style(canvas, rng), group="alike")] * (0 if empty else texts)
        else:
            wanted = [Field(style=self._style(canvas, rng)) for _ in range(0 if empty else texts)]
        for _ in range(others):
            style = self._style(canvas, rng)
            wanted.append(Field(style=style, kind=DISTRACTOR, corpus=self.distractor_corpus, font=self.distractor_font))
        return tuple(wanted)

    def place(
        self, plates: Sequence[Plate], shapes: Sequence[Warp], canvas: Canvas, rng: np.random.Generator
    ) -> Placed:
        """Return a place on the whole image for each text; None for those without room."""
        space = Space(canvas, self.clearance.px(canvas.scale))
        return Placed(
            warps=tuple(self._put(plate, shape, space, rng) for plate, shape in zip(plates, shapes, strict=True))
        )

    def digest(self) -> str:
        """Return a hash of what distractors are made of; empty: none."""
        parts = (part.digest() for part in (self.distractor_corpus, self.distractor_font) if part is not None)
        return "".join(parts)

    def _style(self, canvas: Canvas, rng: np.random.Generator) -> Style:
        """Return a style of a whole number of px, so that its glyphs serve other texts too."""
        return Style(
            height_px=float(max(4, round(self.height.draw_px(rng, canvas.scale)))),
            tracking=self.tracking.draw(rng),
            leading=self.leading.draw(rng),
            align=self.align,
        )

    def _put(self, plate: Plate, shape: Warp, space: Space, rng: np.random.Generator) -> Warp | None:
        """Return the shape turned, made smaller if it has to be, and at a place that was free; None: there is none."""
        angle, whole, scale = self.rotation_deg.draw(rng), around_ink(plate, shape), 1.0
        angle += self.turns_deg[int(rng.integers(len(self.turns_deg))) if len(self.turns_deg) > 1 else 0]
        is_flat = shape.whole_shift() is not None
        origin = (whole.min(axis=0) + whole.max(axis=0)) / 2.0 if is_flat else np.zeros(2)
        while scale >= self.least_scale:
            put = shape
            if angle or scale != 1.0:
                about = turn(angle) @ np.diag([scale, scale, 1.0]) @ Warp.shift(-origin[0], -origin[1]).matrix
                put = shape.then(Warp.shift(*origin).matrix @ about)
            edge = around_ink(plate, put)
            at = space.centre(edge, origin) if self.anchor == "centre" else space.find(edge, self.tries, rng)
            if at is not None:
                return put.then(Warp.shift(*at).matrix)
            scale *= _SMALLER
        return None
