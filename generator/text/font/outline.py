"""A face of a font file.

Lines are shaped by HarfBuzz: kerned, without ligatures that only please the eye (fi, ->), so that every letter keeps a
box of its own; scripts that need joining or reordering get it. Source: own; HarfBuzz, FreeType.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import uharfbuzz

from generator.core.errors import require
from generator.text.font.opened import STEPS, Opened, letters_of, opened
from generator.text.font.runs import Run, is_plain, visual_runs
from generator.text.port import Glyph, Shaped

# lnum: figures as high as capitals; the old-style 0 and 1 of some fonts look like o and a small capital I
_PLAIN = {"liga": False, "clig": False, "dlig": False, "hlig": False, "calt": False, "lnum": True}
_PLAIN_SCRIPTS = ("Latn", "Grek", "Cyrl", "Armn", "Geor", "Hani", "Hira", "Kana", "Bopo", "Zyyy")
# letters of these scripts touch their neighbours: room between them would tear the word
_JOINED = ("Arab", "Syrc", "Mong", "Nkoo", "Mand", "Adlm", "Rohg", "Deva", "Beng", "Guru", "Tibt")
# marks without ink: variation selectors and the grapheme joiner
_CHOOSERS = re.compile("[\u034f\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef]").match
_UNSEEN = ("Zs", "Zl", "Zp", "Cf", "Cc")


@dataclass(frozen=True, slots=True)
class OutlineFace:
    """A face of a .ttf, .otf or .ttc file, drawn by FreeType and shaped by HarfBuzz.

    Attributes:
        path: of the file.
        number: of the face in a collection, from 0.
        axes: values of a variable font's axes, such as (("wght", 650.0),).
        name: such as Lato-Bold.
        family: the family that it shares a split with.
    """

    path: str
    number: int = 0
    axes: tuple[tuple[str, float], ...] = ()
    name: str = ""
    family: str = ""
    _key: str = field(init=False, repr=False, compare=False, default="")

    def __post_init__(self) -> None:
        require(self.number >= 0, "number", ">= 0", self.number)
        object.__setattr__(self, "_key", f"{self.path}|{self.number}|{self.axes}")

    @property
    def kind(self) -> str:
        """What it is made of."""
        return "outline"

    def missing(self, text: str) -> tuple[str, ...]:
        """Return the letters of a text that it has not, does not draw, draws as .notdef, or draws as its capital."""
        known = letters_of(self._key)
        plain = is_plain(text)
        if plain and known.fine.issuperset(text):
            return ()
        for letter in set(text) - known.fine - known.missing:
            (known.fine if _is_drawn(self._open(), letter) else known.missing).add(letter)
        found = dict.fromkeys(letter for letter in text if letter in known.missing)
        if not plain and not found:
            found = dict.fromkeys(_undrawn(self._open(), text))
        return tuple(found)

    def size_of(self, height_px: float) -> float:
        """Return the size (em, px) at which a capital H is so high; digits or x decide where there is no H."""
        return height_px / self._open().height

    def shape(self, line: str, size: float, tracking_px: float = 0.0) -> Shaped:
        """Return a line's glyphs at a size, kerned; clusters are what HarfBuzz holds together, marks with their base.

        Args:
            line: in logical order, without line breaks.
            size: of the em, px.
            tracking_px: room added between clusters, but not where letters join.
        """
        if not line:
            return Shaped(glyphs=(), x=(), y=(), starts=(), stops=(), advance_px=0.0)
        face = self._open()
        if not is_plain(line):
            return _set_runs(face, line, size, tracking_px)
        buffer = uharfbuzz.Buffer()
        buffer.add_str(line)
        buffer.language = "en"
        buffer.guess_segment_properties()
        uharfbuzz.shape(face.shaper, buffer, _PLAIN)
        starts, stops, zeros = _counted(len(line))
        glyphs, clusters = zip(*[(info.codepoint, info.cluster) for info in buffer.glyph_infos], strict=True)
        right, up, ahead, _ = zip(*[place.position for place in buffer.glyph_positions], strict=True)
        if clusters != starts or right != zeros or up != zeros:
            return _set([(buffer, True)], face, line, size, tracking_px)
        scale = size / face.units
        x = [pen * scale for pen in accumulate(ahead, initial=0)]
        if tracking_px:
            x = [pen + tracking_px * i for i, pen in enumerate(x)]
        advance_px = x.pop() - tracking_px
        return Shaped(glyphs=glyphs, x=x, y=zeros, starts=starts, stops=stops, advance_px=advance_px)

    def glyph(self, number: int, size: float, sub_x: float = 0.0) -> Glyph:
        """Return a glyph's ink: not hinted, 256 levels, at the nearest quarter of a pixel."""
        face = self._open()
        at = (number, int(size * 64 + 0.5), int(sub_x * STEPS + 0.5))
        return face.drawn.get(at) or face.render(*at)

    def pitch_px(self, size: float) -> float:
        """Return 0: it has neither dots nor strokes."""
        return 0.0

    def _open(self) -> Opened:
        return opened(self._key, self.path, self.number, self.axes)


@functools.lru_cache(maxsize=256)
def _counted(count: int) -> tuple[tuple[int, ...], tuple[int, ...], tuple[float, ...]]:
    """Return where the letters of a plain line start, where they stop, and as many zeros."""
    return tuple(range(count)), tuple(range(1, count + 1)), (0.0,) * count


def _set_runs(face: Opened, line: str, size: float, tracking_px: float) -> Shaped:
    shaped = [(_shaped(face, line, run), run.script not in _JOINED) for run in visual_runs(line)]
    return _set(shaped, face, line, size, tracking_px)


def _shaped(face: Opened, line: str, run: Run) -> uharfbuzz.Buffer:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(line, run.start, run.stop - run.start)
    buffer.flags = uharfbuzz.BufferFlags.DO_NOT_INSERT_DOTTED_CIRCLE
    buffer.direction = "rtl" if run.is_rtl else "ltr"
    buffer.script = run.script
    buffer.language = "en"
    uharfbuzz.shape(face.shaper, buffer, _PLAIN if run.script in _PLAIN_SCRIPTS else None)
    return buffer


def _set(
    shaped: Sequence[tuple[uharfbuzz.Buffer, bool]], face: Opened, line: str, size: float, tracking_px: float
) -> Shaped:
    glyphs: list[int] = []
    starts: list[int] = []
    xs: list[float] = []
    ys: list[float] = []
    scale, pen, last = size / face.units, 0.0, -1
    for buffer, may_part in shaped:
        is_first = True
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            cluster, (dx, dy, ahead, _) = info.cluster, position.position
            if cluster != last:
                if last >= 0 and (may_part or is_first):
                    pen += tracking_px
                last = cluster
            is_first = False
            glyphs.append(info.codepoint)
            starts.append(cluster)
            xs.append(pen + dx * scale)
            ys.append(-dy * scale)
            pen += ahead * scale
    return Shaped(glyphs=glyphs, x=xs, y=ys, starts=starts, stops=_stops(starts, len(line)), advance_px=pen)


def _stops(starts: list[int], length: int) -> list[int]:
    ordered = sorted(set(starts))
    after = dict(zip(ordered, [*ordered[1:], length], strict=True))
    return [after[start] for start in starts]


def _is_drawn(face: Opened, letter: str) -> bool:
    if letter == "\n" or _CHOOSERS(letter):
        return True
    category = unicodedata.category(letter)
    if category.startswith("M"):
        # a font may have é and not the accent alone: that is seen when the whole text is shaped
        number = face.number_of(letter)
        return not number or bool(face.looks(number))
    run = visual_runs(letter)[0]
    numbers = [info.codepoint for info in _shaped(face, letter, run).glyph_infos]
    if 0 in numbers:
        return False
    if category in _UNSEEN:
        return True
    looks = [face.looks(number) for number in numbers]
    return any(looks) and face.looks(0) not in [look for look in looks if look] and not _is_capital(face, letter, looks)


def _is_capital(face: Opened, letter: str, looks: list[bytes]) -> bool:
    """Say whether a small letter is drawn as its capital: the picture would not say what the text says."""
    upper = letter.upper()
    if upper == letter or len(upper) != 1:
        return False
    number = face.number_of(upper)
    return (bool(number) and looks == [face.looks(number)]) or (letter.islower() and face.draws_capitals())


def _undrawn(face: Opened, text: str) -> list[str]:
    found = []
    for line in text.split("\n"):
        clusters: dict[int, list[int]] = {}
        for run in visual_runs(line):
            for info in _shaped(face, line, run).glyph_infos:
                clusters.setdefault(info.cluster, []).append(info.codepoint)
        for start, stop in zip(clusters, _stops(list(clusters), len(line)), strict=True):
            letters, numbers = line[start:stop], clusters[start]
            is_seen = any(unicodedata.category(letter) not in _UNSEEN for letter in letters)
            if 0 in numbers or (is_seen and not any(face.looks(number) for number in numbers)):
                found.append(letters)
    return found
