"""Which faces font files hold.

A file that FreeType or HarfBuzz cannot open, that has bitmaps alone, or that draws pictures in the place of letters is
left out with its reason. A family is told from its name without what names a weight, a width or a slope, so that Lato
Hairline is Lato. Source: own; names by the OpenType tables name and OS/2.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import freetype
import uharfbuzz

from generator.text.font.outline import OutlineFace

EXTENSIONS = (".ttf", ".otf", ".ttc", ".otc")
_FAMILY, _POSTSCRIPT, _TYPOGRAPHIC = 1, 6, 16
_MOST_FACES = 256  # of one collection
_STYLE = re.compile(
    r"[\s_-]*(thin|hairline|(extra|ultra|semi|demi)?[\s_-]?(light|bold|black)|book|regular|roman|medium|heavy|italic|oblique|"
    r"((extra|ultra|semi)[\s_-]?)?(condensed|expanded|narrow|wide)|variable|vf|sc|(small[\s_-]?)?caps)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A face with what it can be chosen by.

    Attributes:
        face: at the font's own axes.
        file: its file as the user knows it, such as ``latin/Lato-Bold.ttf``.
        axes: lowest and highest value of each axis.
    """

    face: OutlineFace
    file: str
    axes: tuple[tuple[str, float, float], ...]

    def fits(self, pattern: str) -> bool:
        """Say whether a shell pattern names its file, name or family; case does not matter."""
        names = (self.file, self.file.rpartition("/")[2], self.face.name, self.face.family)
        return any(fnmatchcase(name.lower(), pattern.lower()) for name in names)


def faces_of(file: str, path: str) -> list[Listed] | str:
    """Return the faces of a font file, or why it cannot be used.

    Args:
        file: its name as the user knows it.
        path: where it lies.
    """
    try:
        count = freetype.Face(path).num_faces
        if count > _MOST_FACES:
            return f"it says that it holds {count} faces"
        blob = uharfbuzz.Blob.from_file_path(path)
        found = [_listed(file, path, number, blob) for number in range(count)]
    except (freetype.FT_Exception, uharfbuzz.HarfBuzzError, OSError, ValueError) as error:
        return f"it cannot be opened ({error})"
    reasons = [listed for listed in found if isinstance(listed, str)]
    faces = [listed for listed in found if not isinstance(listed, str)]
    return faces or (reasons[0] if reasons else "it holds no face")


def hash_of(listed: Sequence[Listed]) -> str:
    """Return a hash of the names and bytes of the files that the faces come from."""
    whole = hashlib.sha256()
    for file, path in sorted({(each.file, each.face.path) for each in listed}):
        whole.update(f"{file}\n".encode("utf-8", "surrogateescape"))
        whole.update(hashlib.sha256(Path(path).read_bytes()).digest())
    return whole.hexdigest()


def _listed(file: str, path: str, number: int, blob: uharfbuzz.Blob) -> Listed | str:
    typeface = freetype.Face(path, number)
    if not typeface.is_scalable:
        return "it has bitmaps alone"
    encodings = [charmap.encoding for charmap in typeface.charmaps]
    if freetype.FT_ENCODING_UNICODE not in encodings:
        return "it has no map from Unicode to its glyphs"
    face = uharfbuzz.Face(blob, number)
    if "OS/2" in face.table_tags and bytes(face.reference_table("OS/2").data[32:33]) == b"\x05":
        return "it draws pictures in the place of letters"
    stem = Path(path).stem
    name = face.get_name(_POSTSCRIPT) or (f"{stem}-{number}" if number else stem)
    family = face.get_name(_TYPOGRAPHIC) or face.get_name(_FAMILY) or stem
    while _STYLE.search(family) and _STYLE.sub("", family):
        family = _STYLE.sub("", family)
    axes = tuple((axis.tag, axis.min_value, axis.max_value) for axis in face.axis_infos)
    return Listed(OutlineFace(path=path, number=number, name=name, family=family), file, axes)
