"""Labels and rating plates: several texts that share one plane.

A label is a rectangle with texts at fixed places; each says what its own corpus says. The rectangle is carried onto a
quad that is given, or bent, turned and put on the part where it has room; all its texts go with it. Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from generator.core.errors import require
from generator.core.geometry import Rect, mask_to_rect
from generator.core.units import Length, Range, require_within
from generator.imaging.warp import Warp
from generator.text.layout.cell import fitted, on_canvas, on_quad, require_quad, settled, size_of
from generator.text.layout.space import Space
from generator.text.plate import Plate
from generator.text.port import Canvas, Corpus, Field, Font, Marking, Placed, Style, Warping
from generator.text.warp.follow import laid_on
from generator.text.warp.ink import around_ink

_SMALLER = 0.9
_TRIES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelText:
    """One text of a label.

    Attributes:
        at: x, y of its upper left corner, shares of the label's width and height.
        size: its width and height, likewise.
        height_share: height of a capital, share of its own height, (0, 1]; a text too wide is made smaller.
        corpus: what it says; None: the recipe's corpus.
        font: its faces; None: the recipe's.
        marking: how it gets onto the label; None: the recipe's.
        kind: ``text``, or ``distractor``: there but not to be read.
        align, valign: where it stands in its rectangle.
        tracking: more room between characters, share of a capital's height, [-0.2, 2].
        leading: distance of baselines where it has several lines, share of a capital's height, [1, 5].
        group: texts that one machine writes share face, colours and contrast; empty: it is alone.
    """

    at: tuple[float, float]
    size: tuple[float, float]
    height_share: Range = Range(0.6, 0.7)
    corpus: Corpus | None = None
    font: Font | None = None
    marking: Marking | None = None
    kind: Literal["text", "distractor"] = "text"
    align: Literal["left", "centre", "right"] = "left"
    valign: Literal["top", "middle", "bottom"] = "middle"
    tracking: Range = Range(0.0, 0.0)
    leading: Range = Range(1.6, 1.8)
    group: str = ""

    def __post_init__(self) -> None:
        inside = all(0 <= a < 1 and s > 0 and a + s <= 1 + 1e-9 for a, s in zip(self.at, self.size, strict=True))
        require(inside, "size", "a rectangle within the label, all in shares of it", (self.at, self.size))
        require_within(self, height_share=(0.02, 1), tracking=(-0.2, 2), leading=(1, 5))

    def overlaps(self, other: LabelText) -> bool:
        """Say whether two rectangles have more than an edge in common."""
        return all(
            min(a + s, b + t) - max(a, b) > 1e-9
            for a, s, b, t in zip(self.at, self.size, other.at, other.size, strict=True)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFields:
    """A label and its texts.

    Attributes:
        texts: by name, in reading order; none overlaps another.
        quad: the label's corners [x, y] on the image, clockwise from its own top left; None: it is put on the part.
        unit: of the corners: ``px``, or ``percent`` of the image's width and height.
        aspect: width by height of a label that is put on the part, [0.05, 20].
        size: of such a label, share of the largest one that its roi's box holds upright, (0, 1].
        plane: how such a label is bent and turned; None: it lies flat and upright.
        anchor: ``anywhere`` on the part, or ``centre``: in the middle of the roi's box.
        clearance: room kept to the roi's edge.
        least_scale: how much smaller than drawn a label may get to find room, (0, 1].
    """

    texts: dict[str, LabelText]
    quad: tuple[tuple[float, float], ...] | None = None
    unit: Literal["px", "percent"] = "px"
    aspect: float = 1.5
    size: Range = Range(0.7, 0.95)
    plane: Warping | None = None
    anchor: Literal["anywhere", "centre"] = "anywhere"
    clearance: Length = Length(0, "px")
    least_scale: float = 0.5

    def __post_init__(self) -> None:
        require(len(self.texts) > 0, "texts", "at least one text", "none")
        for (one, a), (other, b) in combinations(self.texts.items(), 2):
            require(not a.overlaps(b), f"texts.{other}", f"a rectangle clear of {one}'s", (b.at, b.size))
        if self.quad is not None:
            require_quad(self.quad, "quad")
            require(self.plane is None, "plane", "null where quad is given", "both")
        require(0.05 <= self.aspect <= 20, "aspect", "a number in [0.05, 20]", self.aspect)
        require_within(self, size=(0.01, 1))
        require(0 < self.least_scale <= 1, "least_scale", "a share in (0, 1]", self.least_scale)

    def fields(self, canvas: Canvas, rng: np.random.Generator) -> tuple[Field, ...]:
        """Return the label's texts in their order, at the size of the largest label that may be drawn."""
        _, height = self._wh(canvas)
        wanted = []
        for name, text in self.texts.items():
            style = Style(
                height_px=float(max(4, round(text.height_share.draw(rng) * text.size[1] * height))),
                tracking=text.tracking.draw(rng),
                leading=text.leading.draw(rng),
                align=text.align,
            )
            own = {"corpus": text.corpus, "font": text.font, "marking": text.marking, "group": text.group}
            wanted.append(Field(style=style, name=name, kind=text.kind, **own))
        return tuple(wanted)

    def place(
        self, plates: Sequence[Plate], shapes: Sequence[Warp], canvas: Canvas, rng: np.random.Generator
    ) -> Placed:
        """Return the maps of all texts, or None for all where the label found no room."""
        w, h = self._wh(canvas)
        surface = self._plane(w, h, canvas, rng)
        if surface is None:
            return Placed(warps=(None,) * len(plates))
        warps = []
        for text, plate, shape in zip(self.texts.values(), plates, shapes, strict=True):
            box = (text.at[0] * w, text.at[1] * h, text.size[0] * w, text.size[1] * h)
            warps.append(settled(laid_on(fitted(plate, shape, box, text.align, text.valign), surface)))
        return Placed(warps=tuple(warps))

    def digest(self) -> str:
        """Return a hash of what its texts are made of; empty: none."""
        parts = (part for text in self.texts.values() for part in (text.corpus, text.font))
        return "".join(part.digest() for part in parts if part is not None)

    def _wh(self, canvas: Canvas) -> tuple[float, float]:
        """Return the size of the label before it is seen, px; the same whenever it is asked for."""
        if self.quad is not None:
            return size_of(on_canvas(self.quad, self.unit, canvas, "text.layout.quad"))
        box = Rect(0, 0, canvas.hw[1], canvas.hw[0]) if canvas.roi is None else mask_to_rect(canvas.roi)
        height = max(8.0, min(box.h, box.w / self.aspect) * self.size.high)
        return height * self.aspect, height

    def _plane(self, w: float, h: float, canvas: Canvas, rng: np.random.Generator) -> Warp | None:
        """Return the map from the label to the image; None: it found no room."""
        if self.quad is not None:
            return Warp(on_quad((w, h), on_canvas(self.quad, self.unit, canvas, "text.layout.quad")))
        blank = _blank(math.ceil(w), math.ceil(h))
        shape = Warp(np.eye(3)) if self.plane is None else self.plane.draw(blank, rng)
        scale, least = self.size.draw(rng) / self.size.high, self.least_scale * self.size.low / self.size.high
        space = Space(canvas, self.clearance.px(canvas.scale))
        while scale >= least:
            smaller = shape.then(np.diag([scale, scale, 1.0]))
            edge = around_ink(blank, smaller)
            middle = (edge.min(axis=0) + edge.max(axis=0)) / 2.0
            at = space.centre(edge, middle) if self.anchor == "centre" else space.find(edge, _TRIES, rng)
            if at is not None:
                return smaller.then(Warp.shift(*at).matrix)
            scale *= _SMALLER
        return None


def _blank(w: int, h: int) -> Plate:
    """Return a plate of a size without ink, which stands for the label."""
    nothing = np.broadcast_to(np.zeros((), np.uint8), (h, w))
    return Plate(
        cover=nothing,
        owner=nothing,
        chars=(),
        boxes_uv=np.zeros((0, 4), np.float32),
        lines=(),
        height_px=h / 8.0,
    )
