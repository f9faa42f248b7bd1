"""Font files that are open, with what was drawn from them.

A file is opened when it is first used and stays open while it is among the latest ``_MOST_FACES``. FreeType draws,
HarfBuzz shapes; both without hinting, so that a letter looks the same at every place on the line. All is kept
by values, in this process alone. Source: own; FreeType and HarfBuzz.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import freetype
import numpy as np
import uharfbuzz
from freetype import raw

from generator.core.errors import AssetError
from generator.text.port import Glyph

STEPS = 4
"""So many positions between two pixels a glyph is drawn at."""

_MOST_FACES = 512
_MOST_KNOWN = 8192
_MOST_INK = 96 << 20
_LOOK_SIZE = 96 * 64
_LOAD = freetype.FT_LOAD_NO_HINTING | freetype.FT_LOAD_NO_BITMAP
_NONE = np.zeros((0, 0), np.uint8)
_NONE.setflags(write=False)
_NOTHING = Glyph(cover=_NONE, left=0, top=0, box=(0.0, 0.0, 0.0, 0.0))


@dataclass(slots=True)
class Letters:
    """The letters of a face that were looked at; they are known longer than the file is open.

    Attributes:
        fine: those it draws.
        missing: those it does not.
    """

    fine: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Store:
    faces: dict[str, Opened] = field(default_factory=dict)
    letters: dict[str, Letters] = field(default_factory=dict)
    ink: int = 0


class Opened:
    """One face of a font file.

    Args:
        path: of the file.
        number: of the face in a collection, from 0.
        axes: the axes' values; axes that are not named keep the font's own.

    Attributes:
        drawn: glyphs by number, size in 1/64 px and step between pixels.
        height: of a capital, share of the size.
    """

    __slots__ = (
        "_bitmap",
        "_capitals",
        "_look",
        "_outline",
        "_seen",
        "_slot",
        "_type",
        "_typeface",
        "drawn",
        "height",
        "shaper",
        "units",
    )

    def __init__(self, path: str, number: int, axes: Sequence[tuple[str, float]]) -> None:
        try:
            self._typeface = freetype.Face(path, number)
            face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(path), number)
        except (freetype.FT_Exception, uharfbuzz.HarfBuzzError, OSError) as error:
            raise AssetError(path, "a font file", str(error) or type(error).__name__) from None
        if not self._typeface.is_scalable:
            raise AssetError(path, "a font with outlines", "bitmaps alone")
        self.units = self._typeface.units_per_EM
        self.shaper = uharfbuzz.Font(face)
        self.shaper.scale = (self.units, self.units)
        if axes:
            chosen = dict(axes)
            own = {axis.tag: axis.default_value for axis in face.axis_infos}
            self.shaper.set_variations({tag: chosen[tag] for tag in own if tag in chosen})
            self._typeface.set_var_design_coords([chosen.get(tag, value) for tag, value in own.items()])
        self._type = self._typeface._FT_Face
        self._slot = self._type.contents.glyph
        self._seen = self._slot.contents
        self._bitmap = self._seen.bitmap
        self._outline = ctypes.byref(self._seen.outline)
        self.drawn: dict[tuple[int, int, int], Glyph] = {}
        self._capitals: bool | None = None
        self._look: dict[int, bytes] = {}
        self.height = self._capital()

    def render(self, number: int, size: int, step: int) -> Glyph:
        """Return a glyph's ink and keep it; size in 1/64 px, step in 1/``STEPS`` px."""
        made = self._ink(number, size, step * 64 // STEPS)
        _store.ink += made.cover.size + 400
        if _store.ink > _MOST_INK:
            for opened in _store.faces.values():
                opened.drawn.clear()
            _store.ink = 0
        self.drawn[number, size, step] = made
        return made

    def looks(self, number: int) -> bytes:
        """Return what a glyph looks like, as bytes to compare; empty: no ink."""
        if number not in self._look:
            seen = self._ink(number, _LOOK_SIZE, 0)
            size = f"{seen.cover.shape} {seen.top}".encode()
            self._look[number] = size + seen.cover.tobytes() if seen.cover.any() else b""
        return self._look[number]

    def draws_capitals(self) -> bool:
        """Say whether small letters look like capitals: e has no hole and b has two, or they are the same."""
        if self._capitals is None:
            pairs = [(self.number_of(small), self.number_of(small.upper())) for small in "aeghn"]
            same = [small > 0 and capital > 0 and self.looks(small) == self.looks(capital) for small, capital in pairs]
            self._capitals = sum(same) > 1 or (self._holes("e"), self._holes("b")) == (0, 2)
        return self._capitals

    def _holes(self, letter: str) -> int:
        seen = self._ink(self.number_of(letter), _LOOK_SIZE, 0).cover
        ground = cv2.copyMakeBorder((seen < 128).view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
        return cv2.connectedComponents(ground, connectivity=4)[0] - 2

    def number_of(self, letter: str) -> int:
        """Return the glyph that the font's own map names for a letter; 0: none."""
        return self.shaper.get_nominal_glyph(ord(letter)) or 0

    def _ink(self, number: int, size: int, shift: int) -> Glyph:
        raw.FT_Set_Char_Size(self._type, 0, size, 72, 72)
        if raw.FT_Load_Glyph(self._type, number, _LOAD):
            return _NOTHING
        slot = self._slot
        if shift:
            raw.FT_Outline_Translate(self._outline, shift, 0)
        if raw.FT_Render_Glyph(slot, freetype.FT_RENDER_MODE_NORMAL):
            return _NOTHING
        seen, bitmap = self._seen, self._bitmap
        rows, width, pitch = bitmap.rows, bitmap.width, bitmap.pitch
        if not rows or not width:
            return _NOTHING
        cover = np.frombuffer(ctypes.string_at(bitmap.buffer, rows * pitch), np.uint8).reshape(rows, pitch)
        if pitch != width:
            cover = np.ascontiguousarray(cover[:, :width])
        return Glyph.of_cover(cover, seen.bitmap_left, -seen.bitmap_top)

    def _capital(self) -> float:
        for letter, share in (("H", 1.0), ("E", 1.0), ("8", 1.0), ("1", 1.0), ("x", 1.4)):
            number = self.number_of(letter)
            extents = self.shaper.get_glyph_extents(number) if number else None
            if extents is not None and extents.y_bearing > 0:
                return extents.y_bearing * share / self.units
        return 0.7


_store = _Store()


def letters_of(key: str) -> Letters:
    """Return what is known about the letters of a face."""
    found = _store.letters.get(key)
    if found is None:
        if len(_store.letters) >= _MOST_KNOWN:
            del _store.letters[next(iter(_store.letters))]
        found = _store.letters[key] = Letters()
    return found


def opened(key: str, path: str, number: int, axes: Sequence[tuple[str, float]]) -> Opened:
    """Return an open face; ``key`` names the other three.

    Raises:
        AssetError: the file is no font with outlines.
    """
    found = _store.faces.get(key)
    if found is None:
        found = Opened(path, number, axes)
        if len(_store.faces) >= _MOST_FACES:
            del _store.faces[next(iter(_store.faces))]
        _store.faces[key] = found
    return found
