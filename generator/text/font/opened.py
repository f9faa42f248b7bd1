"""Font files that are open, with what was drawn from them.

A file is opened when it is first used and stays open while it is among the latest ``_MOST_FACES``. FreeType draws,
HarfBuzz shapes; both without hinting, so that a letter looks the same at every place on the line. All is kept
by values, in this process alone. Source: own; FreeType and HarfBuzz.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field

import freetype
import numpy as np
import uharfbuzz
from freetype import raw

from generator.core.errors import AssetError
from generator.text.port import Glyph

STEPS = 4
"""So many positions between two pixels a glyph is drawn at."""

_MOST_FACES = 512
_MOST_INK = 96 << 20
_LOOK_SIZE = 96 * 64
_LOAD = freetype.FT_LOAD_NO_HINTING | freetype.FT_LOAD_NO_BITMAP
_NONE = np.zeros((0, 0), np.uint8)
_NONE.setflags(write=False)


@dataclass(slots=True)
class _Store:
    faces: dict[str, Opened] = field(default_factory=dict)
    ink: int = 0


class Opened:
    """One face of a font file.

    Args:
        path: of the file.
        number: of the face in a collection, from 0.
        axes: the axes' values; axes that are not named keep the font's own.

    Attributes:
        drawn: glyphs by number, size in 1/64 px and step between pixels.
        fine, missing: letters that were looked at, by what was found.
        height: of a capital, share of the size.
    """

    __slots__ = ("_look", "_slot", "_type", "_typeface", "drawn", "fine", "height", "missing", "shaper", "units")

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
        self.drawn: dict[tuple[int, int, int], Glyph] = {}
        self.fine: set[str] = set()
        self.missing: set[str] = set()
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

    def number_of(self, letter: str) -> int:
        """Return the glyph that the font's own map names for a letter; 0: none."""
        return self.shaper.get_nominal_glyph(ord(letter)) or 0

    def _ink(self, number: int, size: int, shift: int) -> Glyph:
        raw.FT_Set_Char_Size(self._type, 0, size, 72, 72)
        if raw.FT_Load_Glyph(self._type, number, _LOAD):
            return Glyph(cover=_NONE, left=0, top=0, box=(0.0, 0.0, 0.0, 0.0))
        slot = self._slot.contents
        if shift:
            raw.FT_Outline_Translate(ctypes.byref(slot.outline), shift, 0)
        failed = raw.FT_Render_Glyph(self._slot, freetype.FT_RENDER_MODE_NORMAL)
        bitmap = slot.bitmap
        if failed or not bitmap.rows or not bitmap.width:
            return Glyph(cover=_NONE, left=0, top=0, box=(0.0, 0.0, 0.0, 0.0))
        rows = np.frombuffer(ctypes.string_at(bitmap.buffer, bitmap.rows * bitmap.pitch), np.uint8)
        cover = np.ascontiguousarray(rows.reshape(bitmap.rows, bitmap.pitch)[:, : bitmap.width])
        return Glyph.of_cover(cover, slot.bitmap_left, -slot.bitmap_top)

    def _capital(self) -> float:
        for letter, share in (("H", 1.0), ("E", 1.0), ("8", 1.0), ("1", 1.0), ("x", 1.4)):
            number = self.number_of(letter)
            extents = self.shaper.get_glyph_extents(number) if number else None
            if extents is not None and extents.y_bearing > 0:
                return extents.y_bearing * share / self.units
        return 0.7


_store = _Store()


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
