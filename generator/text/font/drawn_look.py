"""How drawn faces are drawn: ranges of what varies from maker to maker. What is drawn is rounded, so that glyphs recur.

Source: own; usual proportions of strokes and heights after ISO 3098 and DIN 1451.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np

from generator.core.errors import require
from generator.core.units import Range, require_within
from generator.text.font.drawn import DrawnFace, Zero
from generator.text.font.drawn_table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """Of a dot matrix.

    Attributes:
        weight: how often the face is taken, relative to the others, >= 0.
        zero: forms of the digit that are drawn with equal chance.
        diameter: of a dot, share of the pitch.
    """

    weight: float = 1.0
    zero: tuple[Zero, ...] = ("plain",)
    diameter: Range = Range(0.85, 0.85)

    def __post_init__(self) -> None:
        require(self.weight >= 0, "weight", ">= 0", self.weight)
        require_within(self, diameter=(0.2, 1.5))

    def check(self, table: Table) -> None:
        """Raise RangeError where the look does not fit a table."""
        require(table.kind == "dots", "faces", "a face of dots for a look of dots", table.name)
        _check_zero(self.zero, table)

    def draw(self, table: str, rng: np.random.Generator) -> DrawnFace:
        """Return one look of a face."""
        return DrawnFace(table=table, zero=_one(self.zero, rng), pen=round(self.diameter.draw(rng), 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Strokes:
    """Of a pen with a round tip.

    Attributes:
        weight: how often the face is taken, relative to the others, >= 0.
        zero: forms of the digit that are drawn with equal chance.
        width: of the strokes, share of the height of capitals.
        slant_deg: to the right.
    """

    weight: float = 1.0
    zero: tuple[Zero, ...] = ("plain",)
    width: Range = Range(0.1, 0.1)
    slant_deg: Range = Range(0.0, 0.0)

    def __post_init__(self) -> None:
        require(self.weight >= 0, "weight", ">= 0", self.weight)
        require_within(self, width=(0.02, 0.25), slant_deg=(-30, 30))

    def check(self, table: Table) -> None:
        """Raise RangeError where the look does not fit a table."""
        require(table.kind == "strokes", "faces", "a face of strokes for a look of strokes", table.name)
        _check_zero(self.zero, table)

    def draw(self, table: str, rng: np.random.Generator) -> DrawnFace:
        """Return one look of a face."""
        return DrawnFace(
            table=table,
            zero=_one(self.zero, rng),
            pen=round(self.width.draw(rng), 2),
            slant_deg=float(round(self.slant_deg.draw(rng))),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """Of a display.

    Attributes:
        weight: how often the face is taken, relative to the others, >= 0.
        thickness: of a segment, share of the height of capitals.
        gap: between segments, likewise.
        slant_deg: to the right.
    """

    weight: float = 1.0
    thickness: Range = Range(0.12, 0.12)
    gap: Range = Range(0.02, 0.02)
    slant_deg: Range = Range(0.0, 0.0)

    def __post_init__(self) -> None:
        require(self.weight >= 0, "weight", ">= 0", self.weight)
        require_within(self, thickness=(0.04, 0.2), gap=(0, 0.08), slant_deg=(0, 20))

    def check(self, table: Table) -> None:
        """Raise RangeError where the look does not fit a table."""
        require(table.kind == "segments", "faces", "a face of segments for a look of segments", table.name)

    def draw(self, table: str, rng: np.random.Generator) -> DrawnFace:
        """Return one look of a face."""
        return DrawnFace(
            table=table,
            pen=round(self.thickness.draw(rng), 2),
            gap=round(self.gap.draw(rng), 3),
            slant_deg=float(round(self.slant_deg.draw(rng))),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stencil:
    """Of a stencil: strokes cut straight, with bridges that hold what would fall out.

    Attributes:
        weight: how often the face is taken, relative to the others, >= 0.
        width: of the strokes, share of the height of capitals.
        bridge: width of a bridge, likewise.
    """

    weight: float = 1.0
    width: Range = Range(0.16, 0.16)
    bridge: Range = Range(0.06, 0.06)

    def __post_init__(self) -> None:
        require(self.weight >= 0, "weight", ">= 0", self.weight)
        require_within(self, width=(0.08, 0.2), bridge=(0.02, 0.12))

    def check(self, table: Table) -> None:
        """Raise RangeError where the look does not fit a table."""
        require(table.kind == "outline", "faces", "a stencil for a stencil's look", table.name)

    def draw(self, table: str, rng: np.random.Generator) -> DrawnFace:
        """Return one look of a face."""
        width, bridge = round(self.width.draw(rng), 2), round(self.bridge.draw(rng), 2)
        return DrawnFace(table=table, pen=width, gap=bridge)


def _check_zero(forms: tuple[Zero, ...], table: Table) -> None:
    known = [form for form in get_args(Zero) if form == "plain" or f"0~{form}" in table.numbers]
    fits = bool(forms) and all(form in known for form in forms)
    require(fits, "zero", f"forms that {table.name} has: " + ", ".join(known), list(forms))


def _one(forms: tuple[Zero, ...], rng: np.random.Generator) -> Zero:
    return forms[int(rng.integers(len(forms)))] if len(forms) > 1 else forms[0]
