"""How drawn faces are drawn: ranges of what varies from maker to maker.

A range is drawn in few steps from end to end, so that glyphs recur and need not be drawn again.
Source: own; usual proportions of strokes and heights after ISO 3098 and DIN 1451.
"""

from __future__ import annotations

import math
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
        diameter: of a dot, share of the pitch; in steps of at most 0.05.
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
        return DrawnFace(table=table, zero=_one(self.zero, rng), pen=_stepped(self.diameter, 0.05, rng))


@dataclass(frozen=True, slots=True, kw_only=True)
class Strokes:
    """Of a pen with a round tip.

    Attributes:
        weight: how often the face is taken, relative to the others, >= 0.
        zero: forms of the digit that are drawn with equal chance.
        width: of the strokes, share of the height of capitals; in steps of at most 0.02.
        slant_deg: to the right; in steps of at most 3.
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
            pen=_stepped(self.width, 0.02, rng),
            slant_deg=_stepped(self.slant_deg, 3.0, rng),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """Of a display.

    Attributes:
        weight: how often the face is taken, relative to the others, >= 0.
        thickness: of a segment, share of the height of capitals; in steps of at most 0.01.
        gap: between segments, likewise.
        slant_deg: to the right; in steps of at most 3.
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
            pen=_stepped(self.thickness, 0.01, rng),
            gap=_stepped(self.gap, 0.01, rng),
            slant_deg=_stepped(self.slant_deg, 3.0, rng),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stencil:
    """Of a stencil: strokes cut straight, with bridges that hold what would fall out.

    Attributes:
        weight: how often the face is taken, relative to the others, >= 0.
        width: of the strokes, share of the height of capitals; in steps of at most 0.01.
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
        return DrawnFace(table=table, pen=_stepped(self.width, 0.01, rng), gap=_stepped(self.bridge, 0.01, rng))


def _check_zero(forms: tuple[Zero, ...], table: Table) -> None:
    known = [form for form in get_args(Zero) if form == "plain" or f"0~{form}" in table.numbers]
    fits = bool(forms) and all(form in known for form in forms)
    require(fits, "zero", f"forms that {table.name} has: " + ", ".join(known), list(forms))


def _stepped(values: Range, step: float, rng: np.random.Generator) -> float:
    """Return a value of a range, in steps of at most so much that reach both ends."""
    steps = math.ceil((values.high - values.low) / step - 1e-6)
    return round(values.low + (values.high - values.low) * int(rng.integers(steps + 1)) / max(steps, 1), 4)


def _one(forms: tuple[Zero, ...], rng: np.random.Generator) -> Zero:
    return forms[int(rng.integers(len(forms)))] if len(forms) > 1 else forms[0]
