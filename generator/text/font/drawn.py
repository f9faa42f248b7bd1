"""Faces that industry writes with and no font file has: dot matrix, engraving strokes, segments, stencil, OCR-style.

A table in assets/ says what the letters are, a look how they are drawn: diameter of the dots, width of the pen, slant,
gap. The size of a drawn face is the height of its capitals in px, from outer edge to outer edge; they stand on the
baseline. Source: own tables.
"""

from __future__ import annotations

import functools
import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal, Protocol

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import ConfigError, closest, require
from generator.text.font.drawn_glyph import Pen, draw_glyph, set_letters
from generator.text.font.drawn_table import Table, face_names, load_table, table_path
from generator.text.port import Ask, Face, Glyph, Shaped

Zero = Literal["plain", "slashed", "dotted"]
_SPACES = " \u00a0\u2009\u202f"
_STEPS = 4  # places of a glyph within a pixel
_MOST_GLYPHS = 16384  # kept drawn: some 50 MB for capitals of 32 px


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFace:
    """One look of a drawn face.

    Attributes:
        table: its file in assets/text/faces/, without suffix.
        zero: which form of the digit; forms other than plain only where the table has them.
        pen: diameter of a dot as a share of the pitch, else width of the strokes as a share of the height of capitals.
        slant_deg: to the right, degrees.
        gap: between segments, or width of a stencil's bridges; share of the height of capitals.
    """

    table: str
    zero: Zero = "plain"
    pen: float
    slant_deg: float = 0.0
    gap: float = 0.0

    def __post_init__(self) -> None:
        require_face(self.table, "table")
        table = load_table(self.table)
        has_zero = self.zero == "plain" or f"0~{self.zero}" in table.numbers
        require(has_zero, "zero", "a form that the face has", self.zero)
        least, most = (0.2, 1.5) if table.kind == "dots" else (0.02, 0.35)
        require(least <= self.pen <= most, "pen", f"a share in [{least:g}, {most:g}]", self.pen)
        require(abs(self.slant_deg) <= 30, "slant_deg", "degrees within [-30, 30]", self.slant_deg)
        require(0 <= self.gap <= 0.15, "gap", "a share in [0, 0.15]", self.gap)

    @property
    def name(self) -> str:
        """Its table and its look, such as segments_7-plain-0.12-8-0.015."""
        return f"{self.table}-{self.zero}-{self.pen:g}-{self.slant_deg:g}-{self.gap:g}"

    @property
    def family(self) -> str:
        """Its table: looks of one table are one family."""
        return self.table

    @property
    def kind(self) -> str:
        """What it is made of."""
        return load_table(self.table).kind

    def missing(self, text: str) -> tuple[str, ...]:
        """Return the letters of a text that its table has not, each once."""
        known = _letters(self.table, self.zero, self.pen)
        if known.keys() >= set(text):
            return ()
        found = {text[start:stop]: None for start, stop in _clusters(text)}
        return tuple(letter for letter in found if letter != "\n" and unicodedata.normalize("NFC", letter) not in known)

    def size_of(self, height_px: float) -> float:
        """Return the size, which is the height."""
        return height_px

    def shape(self, line: str, size: float, tracking_px: float = 0.0) -> Shaped:
        """Return a line's glyphs; a letter and its accent are one, a point of a display goes into the cell before it.

        Raises:
            ConfigError: the face lacks a letter; ``missing`` says so beforehand.
        """
        known = _letters(self.table, self.zero, self.pen)
        clusters = _clusters(line)
        try:
            if len(clusters) == len(line):
                found = [known[letter] for letter in line]
            else:
                found = [known[unicodedata.normalize("NFC", line[start:stop])] for start, stop in clusters]
        except KeyError as error:
            raise ConfigError(f"the face {self.table}", "letters that it has", str(error.args[0])) from None
        numbers, ahead = zip(*found, strict=True) if found else ((), ())
        x = list(accumulate(ahead, initial=0.0)) if all(ahead) else _with_points(ahead, known["0"][1])
        x = [at * size + tracking_px * i for i, at in enumerate(x)] if tracking_px else [at * size for at in x]
        return Shaped(
            advance_px=x.pop() - (tracking_px if found else 0.0),
            glyphs=numbers,
            x=x,
            y=[0.0] * len(found),
            starts=[start for start, _ in clusters],
            stops=[stop for _, stop in clusters],
        )

    def glyph(self, number: int, size: float, sub_x: float = 0.0) -> Glyph:
        """Return a glyph's ink, at the nearest quarter of a pixel and 64th of a size."""
        steps = int(size * 64 + 0.5), int(sub_x * _STEPS + 0.5)
        return _drawn(self.table, self.pen, self.slant_deg, self.gap, number, *steps, False)

    def unlit(self, number: int, size: float, sub_x: float = 0.0) -> Glyph:
        """Return the ink of the segments that a glyph leaves dark; none where the face has no segments."""
        steps = int(size * 64 + 0.5), int(sub_x * _STEPS + 0.5)
        return _drawn(self.table, self.pen, self.slant_deg, self.gap, number, *steps, True)

    def pitch_px(self, size: float) -> float:
        """Return the distance between its dots, or the width of its strokes; 0 for outlines."""
        table = load_table(self.table)
        if table.kind == "outline":
            return 0.0
        return size * (1.0 / (table.head["capital"] - 1 + self.pen) if table.kind == "dots" else self.pen)


class Look(Protocol):
    """How a drawn face is drawn: ranges of what can vary."""

    @property
    def weight(self) -> float:
        """How often the face is taken, relative to the others."""

    def check(self, table: Table) -> None:
        """Raise RangeError where the look does not fit a table."""

    def draw(self, table: str, rng: np.random.Generator) -> DrawnFace:
        """Return one look of a face."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFaces:
    """The font of drawn faces.

    Attributes:
        faces: looks by the names of their tables.
        missing: what happens where a face lacks a letter. ``skip_font``: another that has it is taken; ``drop_text``:
            the text is turned down; ``fail``: the run stops.
    """

    faces: dict[str, Look]
    missing: Literal["skip_font", "drop_text", "fail"] = "skip_font"
    _kinds: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        require(bool(self.faces), "faces", "at least one face", "none")
        for name, look in self.faces.items():
            require_face(name, "faces")
            look.check(load_table(name))
            self._kinds[name] = load_table(name).kind
        require(any(look.weight > 0 for look in self.faces.values()), "faces", "one whose weight is above 0", "none")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of face there are, each once."""
        return tuple(dict.fromkeys(self._kinds[name] for name, look in self.faces.items() if look.weight > 0))

    def draw(self, text: str, ask: Ask, rng: np.random.Generator, kinds: Sequence[str]) -> Face | None:
        """Return a face of one of the kinds that has every letter of the text; None: see ``missing``.

        Raises:
            ConfigError: a face lacks a letter and ``missing`` is fail, or there is no face of these kinds.
        """
        fitting = [name for name, look in self.faces.items() if self._kinds[name] in kinds and look.weight > 0]
        if not fitting:
            got = ", ".join(f"{name} ({self._kinds[name]})" for name in self.faces)
            wanted = "a face of the kind " + " or ".join(kinds)
            raise ConfigError("text.font.faces", wanted, got, "Choose another font.")
        lacking = {name: _lacking(name, text) for name in fitting}
        if self.missing == "fail" and any(lacking.values()):
            name = next(name for name in fitting if lacking[name])
            letters, hint = " ".join(lacking[name]), "Or set text.font.missing=skip_font."
            raise ConfigError("text.font.faces", f"letters that {name} has", letters, hint)
        if self.missing == "skip_font":
            fitting = [name for name in fitting if not lacking[name]]
            if not fitting:
                return None
        weights = np.cumsum([self.faces[name].weight for name in fitting])
        chosen = fitting[int(np.searchsorted(weights, rng.random() * weights[-1], side="right"))]
        return None if lacking[chosen] else self.faces[chosen].draw(chosen, rng)

    def turned_down(self, text: str, ask: Ask) -> dict[str, tuple[str, ...]]:
        """Return which letters of a text each face lacks, by the face's name."""
        lacking = {name: tuple(_lacking(name, text)) for name in self.faces}
        return {name: letters for name, letters in lacking.items() if letters}

    def digest(self) -> str:
        """Return a hash of the tables."""
        return _digest(tuple(self.faces))

    def findings(self) -> tuple[Finding, ...]:
        """Return nothing: a table that is broken stops the run."""
        return ()


def require_face(name: str, field: str) -> None:
    """Raise RangeError unless there is such a table."""
    names = face_names()
    hint = closest(name, names)
    require(name in names, field, "one of " + ", ".join(names), name + (f". {hint}" if hint else ""))


@functools.lru_cache(maxsize=64)
def _digest(names: tuple[str, ...]) -> str:
    found = hashlib.blake2b(digest_size=16)
    for name in names:
        found.update(table_path(name).read_bytes())
    return found.hexdigest()


def _lacking(name: str, text: str) -> tuple[str, ...]:
    known = _known(name)
    if known.issuperset(text):
        return ()
    found = {unicodedata.normalize("NFC", text[start:stop]): None for start, stop in _clusters(text)}
    return tuple(letter for letter in found if letter not in known)


@functools.lru_cache(maxsize=64)
def _known(name: str) -> frozenset[str]:
    return frozenset([*load_table(name).numbers, *_SPACES, "\n"])


@functools.lru_cache(maxsize=256)
def _letters(name: str, zero: str, pen: float) -> dict[str, tuple[int, float]]:
    """Return of each letter its glyph's number and its advance, share of the size."""
    return set_letters(load_table(name), zero, pen, _SPACES)


@functools.lru_cache(maxsize=_MOST_GLYPHS)
def _drawn(
    name: str, pen: float, slant_deg: float, gap: float, number: int, size_steps: int, sub_steps: int, is_unlit: bool
) -> Glyph:
    look = Pen(share=pen, slant_deg=slant_deg, gap=gap)
    return draw_glyph(load_table(name), number, look, size_steps / 64, sub_steps / _STEPS, is_unlit)


def _with_points(ahead: Sequence[float], cell: float) -> list[float]:
    """Return where glyphs stand, and where the line ends, shares of the size; a point without a cell brings its own."""
    x, pen, has_cell = [], 0.0, False
    for advance in ahead:
        if not advance and not has_cell:
            pen += cell
        x.append(pen)
        pen += advance
        has_cell = advance > 0
    return [*x, pen]


@functools.lru_cache(maxsize=1024)
def _whole_letters(count: int) -> list[tuple[int, int]]:
    return [(i, i + 1) for i in range(count)]


def _clusters(text: str) -> list[tuple[int, int]]:
    """Return where each letter with the marks that follow it starts and stops."""
    if text.isascii() or not any(map(unicodedata.combining, text)):
        return _whole_letters(len(text))
    starts = [i for i, letter in enumerate(text) if i == 0 or not unicodedata.combining(letter)]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))
