"""Texts in given quads: print windows, name plates, displays, whose corners the user knows.

A text follows the perspective of its quad: it is set in a rectangle of the quad's size, which a homography carries onto
the four corners. Source: own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.errors import require
from generator.core.units import Range, require_within
from generator.imaging.warp import Warp
from generator.text.layout.cell import fitted, on_canvas, on_quad, require_quad, settled, size_of
from generator.text.plate import Plate
from generator.text.port import Canvas, Field, Placed, Style

Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quad:
    """One text in each quad.

    Attributes:
        quads: of each its four corners [x, y], clockwise from the text's own top left.
        unit: of the corners: ``px``, or ``percent`` of the image's width and height.
        names: of the fields, one a quad; empty: none.
        height_share: height of a capital, share of the quad's height, (0, 1].
        margin_x: room kept at both sides, share of the quad's width, [0, 0.45].
        margin_y: room kept above and below, share of the quad's height, [0, 0.45].
        align, valign: where a text stands that does not fill its quad.
        tracking: more room between characters, share of a capital's height, [-0.2, 2].
        leading: distance of baselines of a text of several lines, share of a capital's height, [1, 5].
    """

    quads: tuple[Corners, ...]
    unit: Literal["px", "percent"] = "px"
    names: tuple[str, ...] = ()
    height_share: Range = Range(0.5, 0.7)
    margin_x: Range = Range(0.03, 0.06)
    margin_y: Range = Range(0.05, 0.1)
    align: Literal["left", "centre", "right"] = "left"
    valign: Literal["top", "middle", "bottom"] = "middle"
    tracking: Range = Range(0.0, 0.0)
    leading: Range = Range(1.7, 2.0)

    def __post_init__(self) -> None:
        require(len(self.quads) > 0, "quads", "at least one quad", self.quads)
        for i, quad in enumerate(self.quads):
            require_quad(quad, f"quads[{i}]")
        named = len(self.names) in (0, len(self.quads)) and len(set(self.names)) == len(self.names)
        require(named, "names", "one name a quad, each once, or none", self.names)
        require_within(self, height_share=(0.02, 1), margin_x=(0, 0.45), margin_y=(0, 0.45))
        require_within(self, tracking=(-0.2, 2), leading=(1, 5))

    def fields(self, canvas: Canvas, rng: np.random.Generator) -> tuple[Field, ...]:
        """Return a text for each quad, in their order."""
        wanted = []
        for i, quad in enumerate(self._corners(canvas)):
            style = Style(
                height_px=float(max(4, round(self.height_share.draw(rng) * size_of(quad)[1]))),
                tracking=self.tracking.draw(rng),
                leading=self.leading.draw(rng),
                align=self.align,
            )
            wanted.append(Field(style=style, name=self.names[i] if self.names else ""))
        return tuple(wanted)

    def place(
        self, plates: Sequence[Plate], shapes: Sequence[Warp], canvas: Canvas, rng: np.random.Generator
    ) -> Placed:
        """Return the maps into the quads, on the whole image."""
        warps = []
        for plate, shape, quad in zip(plates, shapes, self._corners(canvas), strict=True):
            w, h = size_of(quad)
            x, y = self.margin_x.draw(rng) * w, self.margin_y.draw(rng) * h
            inside = fitted(plate, shape, (x, y, w - 2.0 * x, h - 2.0 * y), self.align, self.valign)
            warps.append(settled(inside.then(on_quad((w, h), quad))))
        return Placed(warps=tuple(warps))

    def digest(self) -> str:
        """Return nothing: its texts have no files of their own."""
        return ""

    def _corners(self, canvas: Canvas) -> list[np.ndarray]:
        return [on_canvas(quad, self.unit, canvas, f"text.layout.quads[{i}]") for i, quad in enumerate(self.quads)]
