"""Tables of drawn faces: assets/text/faces/<name>.txt, read as text.

A table is a head of ``key: value`` lines, the line ``---``, and glyphs; ``//`` begins a line of comment. Lengths are
units of the table, x to the right, y up from the baseline. What the glyphs look like depends on ``kind``:

* ``dots``: blocks between blank lines. A block is a line of names and below it the rows of those glyphs side by side,
  ``#`` a dot and ``.`` none; the last row stands on the baseline, or ``below: n`` rows under it.
* ``strokes`` and ``outline``: a line a glyph: name, width, strokes parted by ``|``. A stroke is points ``x,y`` joined
  by straight lines; ``x,y@r`` is a corner rounded with radius r; ``z`` at the end closes it; one point alone is a dot.
  It reaches half a pen beyond its ends, round, in an outline square. After ``!`` stands a bridge: two points between
  which ink is cut away.
* ``segments``: ``segment name shape x,y x,y`` says where each lies, then a line a glyph: name, the segments that are
  lit, and its own advance if it has one.

``Ä is A with ¨ x,y`` puts one glyph over the middle of another, moved so far; ``0~slashed`` names another form of a
letter.
Source: own.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from generator.core.assets import assets_dir
from generator.core.errors import FormatError

KINDS = ("dots", "strokes", "outline", "segments")
SHAPES = {"bar": 2, "post": 2, "slash": 2, "dot": 1}
"""Shapes of a segment and how many points each has: pointed at both ends, pointed at the first, a diagonal, a point."""
_REQUIRED = {
    "dots": ("columns", "capital"),
    "strokes": ("capital", "spacing"),
    "outline": ("capital", "spacing"),
    "segments": ("capital", "width", "spacing"),
}
_OPTIONAL = ("space", "advance")
_STEP_DEG = 10.0  # of a flattened arc: for capitals of 120 px its sagitta stays below 0.15 px


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A glyph in units of its table.

    Attributes:
        name: its letter, or letter~form.
        width: of its skeleton.
        dots: (n, 2) float64 centres; of kind dots.
        strokes: (k, 2) float64 each; k = 1: a dot; the first point again at the end: closed.
        bridges: (2, 2) float64 each: where ink is cut away.
        lit: names of its segments.
        advance: None: as the table's head says.
    """

    name: str
    width: float = 0.0
    dots: np.ndarray | None = None
    strokes: tuple[np.ndarray, ...] = ()
    bridges: tuple[np.ndarray, ...] = ()
    lit: tuple[str, ...] = ()
    advance: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A drawn face before its look is chosen.

    Attributes:
        name: of its file.
        kind: ``dots``, ``strokes``, ``outline`` or ``segments``.
        head: its numbers: ``capital`` is the height of a capital from the middle of its lowest ink to the middle of its
            highest (dots: rows), ``spacing`` the room between the ink of neighbours.
        glyphs: by number.
        numbers: of each name.
        segments: by name: shape and its points.
    """

    name: str
    kind: str
    head: dict[str, float]
    glyphs: tuple[Drawing, ...]
    numbers: dict[str, int]
    segments: dict[str, tuple[str, np.ndarray]]


def table_path(name: str) -> Path:
    """Return the file of a drawn face."""
    return assets_dir() / "text" / "faces" / f"{name}.txt"


def face_names() -> tuple[str, ...]:
    """Return the names of all drawn faces, sorted."""
    return tuple(sorted(path.stem for path in table_path("").parent.glob("*.txt")))


@functools.cache
def load_table(name: str) -> Table:
    """Return the table of a drawn face, which must be one of ``face_names()``."""
    path = table_path(name)
    return parse_table(path.read_text(encoding="utf-8"), name, path)


def parse_table(text: str, name: str, path: object) -> Table:
    """Return the table that a text describes.

    Args:
        text: of the file.
        name: of the face.
        path: for messages.

    Raises:
        FormatError: a line is not what it should be; it is named.
    """
    reader = _Reader(path)
    lines = list(enumerate(text.splitlines(), start=1))
    bar = next((i for i, (_, line) in enumerate(lines) if line.strip() == "---"), None)
    if bar is None:
        raise FormatError(path, "", "a line --- between head and glyphs", "none")
    reader.read_head(lines[:bar])
    body = [(number, line.strip()) for number, line in lines[bar + 1 :] if not line.startswith("//")]
    if reader.kind == "dots":
        reader.read_blocks(body)
    else:
        for number, line in body:
            if line:
                reader.read_line(number, line)
    if not reader.glyphs:
        raise FormatError(path, "", "glyphs below ---", "none")
    glyphs = tuple(reader.glyphs.values())
    return Table(
        name=name,
        kind=reader.kind,
        head=reader.head,
        glyphs=glyphs,
        numbers={glyph.name: i for i, glyph in enumerate(glyphs)},
        segments=reader.segments,
    )


class _Reader:
    """What has been read of a table so far."""

    def __init__(self, path: object) -> None:
        self.path, self.kind = path, ""
        self.head: dict[str, float] = {}
        self.glyphs: dict[str, Drawing] = {}
        self.segments: dict[str, tuple[str, np.ndarray]] = {}

    def error(self, number: int, expected: str, got: object) -> FormatError:
        return FormatError(self.path, f"line {number}", expected, got)

    def number(self, at: int, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.error(at, "a number", text)
        return value

    def point(self, at: int, text: str) -> tuple[float, float]:
        x, comma, y = text.partition(",")
        if not comma:
            raise self.error(at, "a point such as 2.5,10", text)
        return self.number(at, x), self.number(at, y)

    def read_head(self, lines: list[tuple[int, str]]) -> None:
        for at, line in lines:
            if not line.strip() or line.startswith("//"):
                continue
            key, colon, value = (part.strip() for part in line.partition(":"))
            if not colon:
                raise self.error(at, "key: value", line)
            if key == "kind":
                if value not in KINDS:
                    raise self.error(at, "one of " + ", ".join(KINDS), value)
                self.kind = value
            elif key in _OPTIONAL or any(key in keys for keys in _REQUIRED.values()):
                self.head[key] = self.number(at, value)
            else:
                raise self.error(at, "a known key", key)
        if not self.kind:
            raise FormatError(self.path, "head", "the key kind", "none")
        for key in _REQUIRED[self.kind]:
            if key not in self.head:
                raise FormatError(self.path, "head", f"the key {key}", "none")

    def add(self, at: int, glyph: Drawing) -> None:
        letter, _, form = glyph.name.partition("~") if len(glyph.name) > 1 else (glyph.name, "", "")
        if len(letter) != 1 or ("~" in glyph.name[1:]) != bool(form):
            raise self.error(at, "one letter, or letter~form", glyph.name)
        if glyph.name in self.glyphs:
            raise self.error(at, "each glyph once", f"{glyph.name} again")
        self.glyphs[glyph.name] = glyph

    def read_blocks(self, body: list[tuple[int, str]]) -> None:
        below, block = 0, []
        for at, line in [*body, (0, "")]:
            if line:
                block.append((at, line))
                continue
            if block and block[0][1].startswith("below:"):
                below = int(self.number(block[0][0], block[0][1].removeprefix("below:")))
                block = block[1:]
            while block and block[0][1].split()[1:2] == ["is"]:
                self.read_line(*block[0])
                block = block[1:]
            if block:
                self.read_block(block, below)
            block = []

    def read_block(self, block: list[tuple[int, str]], below: int) -> None:
        (at, names), rows = block[0], block[1:]
        columns = int(self.head["columns"])
        glyphs = names.split()
        dots: list[list[tuple[float, float]]] = [[] for _ in glyphs]
        for i, (row_at, row) in enumerate(rows):
            cells = row.split()
            if len(cells) != len(glyphs):
                raise self.error(row_at, f"{len(glyphs)} glyphs side by side, as above", len(cells))
            for cell, found in zip(cells, dots, strict=True):
                if len(cell) != columns or set(cell) - {".", "#"}:
                    raise self.error(row_at, f"{columns} of . and #", cell)
                found += [(x, len(rows) - 1 - i - below) for x, mark in enumerate(cell) if mark == "#"]
        for name, found in zip(glyphs, dots, strict=True):
            if not found:
                raise self.error(at, f"dots in the glyph {name}", "none")
            self.add(at, Drawing(name, float(columns - 1), np.array(found, np.float64)))

    def read_line(self, at: int, line: str) -> None:
        words = line.split()
        if words[1:2] == ["is"]:
            self.compose(at, words)
        elif words[0] == "segment":
            self.read_segment(at, words)
        elif self.kind == "segments":
            self.read_lit(at, words)
        else:
            self.read_strokes(at, words)

    def compose(self, at: int, words: list[str]) -> None:
        if len(words) not in (5, 6) or words[3] != "with":
            raise self.error(at, "letter is letter with mark x,y", " ".join(words))
        for name in (words[2], words[4]):
            if name not in self.glyphs:
                raise self.error(at, "glyphs that stand above", name)
        base, mark = self.glyphs[words[2]], self.glyphs[words[4]]
        shift = np.array(self.point(at, words[5]) if len(words) == 6 else (0.0, 0.0))
        if self.kind == "dots":
            union = np.unique(np.concatenate([base.dots, mark.dots + shift]), axis=0)
            self.add(at, replace(base, name=words[0], dots=union))
            return
        width = max(base.width, mark.width)  # an accent wider than its letter keeps its room
        shift[0] += (width - mark.width) / 2
        sides = np.array([(width - base.width) / 2, 0.0]), shift
        strokes = [stroke + side for part, side in zip((base, mark), sides, strict=True) for stroke in part.strokes]
        bridges = tuple(bridge + sides[0] for bridge in base.bridges)
        self.add(at, replace(base, name=words[0], width=width, strokes=tuple(strokes), bridges=bridges))

    def read_segment(self, at: int, words: list[str]) -> None:
        if len(words) < 3 or words[2] not in SHAPES:
            raise self.error(at, "segment name, one of " + ", ".join(SHAPES) + ", and points", " ".join(words))
        points = np.array([self.point(at, word) for word in words[3:]], np.float64)
        if len(points) != SHAPES[words[2]] or len(words[1]) != 1:
            raise self.error(at, f"one letter and {SHAPES[words[2]]} points", " ".join(words))
        self.segments[words[1]] = (words[2], points)

    def read_lit(self, at: int, words: list[str]) -> None:
        lit, extra = words[1:2], words[2:]
        if not lit or set(lit[0]) - set(self.segments):
            raise self.error(at, "names of segments", " ".join(words[1:]) or "nothing")
        advance = self.number(at, extra[0]) if extra else None
        self.add(at, Drawing(words[0], self.head["width"], lit=tuple(lit[0]), advance=advance))

    def read_strokes(self, at: int, words: list[str]) -> None:
        if len(words) < 3:
            raise self.error(at, "name, width and points", " ".join(words))
        width, strokes, bridges = self.number(at, words[1]), [], []
        for part in " ".join(words[2:]).split("|"):
            ink, *cuts = part.split("!")
            if ink.split():
                strokes.append(self.stroke(at, ink.split()))
            for cut in cuts:
                ends = [self.point(at, word) for word in cut.split()]
                if len(ends) != 2:
                    raise self.error(at, "two points after !", cut.strip() or "nothing")
                bridges.append(np.array(ends, np.float64))
        if not strokes:
            raise self.error(at, f"strokes in the glyph {words[0]}", "none")
        self.add(at, Drawing(words[0], width, strokes=tuple(strokes), bridges=tuple(bridges)))

    def stroke(self, at: int, words: list[str]) -> np.ndarray:
        closed = words[-1] == "z"
        corners = words[:-1] if closed else words
        points, radii = [], []
        for word in corners:
            place, _, radius = word.partition("@")
            points.append(self.point(at, place))
            radii.append(self.number(at, radius) if radius else 0.0)
        if closed and len(points) < 3:
            raise self.error(at, "three points or more before z", len(points))
        flat = _rounded(np.array(points, np.float64), radii, closed)
        if flat is None:
            raise self.error(at, "corners whose radii fit between their neighbours", " ".join(words))
        return flat


def _rounded(points: np.ndarray, radii: list[float], closed: bool) -> np.ndarray | None:
    """Return a polyline with its corners rounded and its arcs flattened; None: a radius does not fit."""
    count = len(points)
    if not closed and (radii[0] or radii[-1]):
        return None
    sides = np.roll(points, -1, axis=0) - points
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    used, arcs = np.zeros(count), []
    for i, radius in enumerate(radii):
        if not radius:
            arcs.append(points[i : i + 1])
            continue
        back, ahead = -sides[i - 1] / lengths[i - 1], sides[i] / lengths[i]
        half = math.acos(float(np.clip(back @ ahead, -1.0, 1.0))) / 2
        reach = radius / math.tan(half)
        used[i - 1] += reach
        used[i] += reach
        centre = points[i] + (back + ahead) / np.linalg.norm(back + ahead) * radius / math.sin(half)
        start, sweep = points[i] + back * reach - centre, math.pi - 2 * half
        turn = math.copysign(1.0, float(back[1] * ahead[0] - back[0] * ahead[1]))
        angles = turn * np.linspace(0.0, sweep, math.ceil(math.degrees(sweep) / _STEP_DEG) + 1)
        cos, sin = np.cos(angles), np.sin(angles)
        arcs.append(centre + np.stack([start[0] * cos - start[1] * sin, start[0] * sin + start[1] * cos], axis=1))
    if np.any(used[: count if closed else count - 1] > lengths[: count if closed else count - 1] + 1e-6):
        return None
    flat = np.concatenate([*arcs, arcs[0][:1]] if closed else arcs)
    apart = np.ones(len(flat), bool)
    apart[1:] = np.abs(np.diff(flat, axis=0)).max(axis=1) > 1e-9
    return flat[apart]
