"""Lines of text as exported files can state them: which are to be read, where they are, which characters they hold.

A line that is to be read has a text, is readable and is no distractor; files that know a word for "do not care" state
the others by it. Coordinates are kept to 1/1000 px. A line whose place is not known is the whole image. Source: own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from generator.core.errors import ConfigError, FormatError, closest
from generator.core.text import TEXT, Char, TextLine, Word
from generator.dataset.problem import LABEL_LEFT_OUT
from generator.dataset.record import FLAVOURS, DataSet, Record
from generator.dataset.view import bare
from generator.imaging.ring import crosses_itself

IGNORED = "###"
"""What stands for a text that is not to be read."""
_IGNORED_WORDS = (IGNORED, "*")
_DIGITS = 3


def text_records(data: DataSet, flavour: str = "exact") -> Iterator[Record]:
    """Yield the records of a data set; one whose every line was broken when it was read is left out.

    Args:
        data: what to write.
        flavour: of the masks of defects, which these formats do not state; checked alone.

    Raises:
        ConfigError: there is no such flavour, or nobody looked for text on an image.
    """
    if flavour not in FLAVOURS:
        raise ConfigError("export_mask", f"one of {', '.join(FLAVOURS)}", flavour, closest(flavour, FLAVOURS))
    for record in data:
        if not record.has_text_labels:
            hint = "Generate it with recipe=text, or export to a format of defects such as coco."
            got = "one on which nobody looked for text"
            raise ConfigError(f"image {record.key}", "an image with text labels", got, hint)
        if record.text or not any(finding.code == LABEL_LEFT_OUT for finding in record.findings):
            yield record


def with_text(record: Record, lines: Sequence[TextLine]) -> Record:
    """Return a record with no more than its image and the lines given."""
    return replace(bare(record, ()), text=tuple(lines), has_text_labels=True)


def is_to_be_read(line: TextLine) -> bool:
    """Say whether a reader should read a line."""
    return line.kind == TEXT and line.is_readable and bool(line.text)


def is_ignored(line: TextLine) -> bool:
    """Say whether there is text that a reader is not to be asked for."""
    return line.kind != TEXT or not line.is_readable or line.text in _IGNORED_WORDS


def ignored(quad_xy: np.ndarray, polygon_xy: np.ndarray | None = None) -> TextLine:
    """Return the line of a text that nobody needs to read: its place alone."""
    return TextLine(text="", quad_xy=quad_xy, polygon_xy=polygon_xy, is_readable=False)


def require_one_row(line: TextLine, record: Record) -> str:
    """Return a line's text.

    Raises:
        ConfigError: it holds a line break, a tab or another control character.
    """
    if any(unicodedata.category(letter) == "Cc" for letter in line.text):
        raise ConfigError(f"image {record.key}", "text without tabs, line breaks or control characters", line.text)
    return line.text


def frame_xy(width: float, height: float) -> np.ndarray:
    """Return the (4, 2) float32 corners of an image, clockwise from its top left."""
    return box_corners((0, 0, width, height))


def box_corners(xywh: Sequence[float]) -> np.ndarray:
    """Return the (4, 2) float32 corners of a box, clockwise from its top left."""
    x, y, w, h = xywh
    return np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], np.float32)


def box_of(points: np.ndarray) -> tuple[float, float, float, float]:
    """Return the box x, y, w, h around (n, 2) points, px."""
    points = kept(points)
    (x, y), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return x, y, round(right - x, _DIGITS), round(bottom - y, _DIGITS)


def seen_box(points: np.ndarray, record: Record) -> tuple[float, float, float, float]:
    """Return the box x, y, w, h around what an image shows of (n, 2) points, px."""
    return box_of(np.clip(points, 0.0, (record.width, record.height)))


def word_box(word: Word, record: Record) -> tuple[float, float, float, float]:
    """Return the box x, y, w, h of a word: around its outline where it is bent, else around its quad; in the image."""
    return seen_box(word.quad_xy if word.polygon_xy is None else word.polygon_xy, record)


def char_box(char: Char) -> tuple[float, float, float, float]:
    """Return the box x, y, w, h of a character: around its ink where that is known, else around its quad."""
    return char.bbox_xywh if char.bbox_xywh is not None else box_of(char.quad_xy)


def kept(points: np.ndarray) -> np.ndarray:
    """Return (n, 2) float64 points as files hold them: to 1/1000 px, and never -0."""
    return np.round(np.asarray(points, np.float64), _DIGITS) + 0.0


def place_of(line: TextLine, record: Record) -> np.ndarray:
    """Return the (4, 2) float64 quad of a line, the whole image's where none is known."""
    return kept(frame_xy(record.width, record.height) if line.quad_xy is None else line.quad_xy)


def outline_of(line: TextLine, record: Record) -> np.ndarray:
    """Return the (n, 2) float64 polygon of a bent line, else its quad."""
    return place_of(line, record) if line.polygon_xy is None else kept(line.polygon_xy)


def placed_by(points: np.ndarray) -> dict[str, np.ndarray | None]:
    """Return the places of a line by its outline: four points are its quad, more are a bent line's polygon.

    The quad of a polygon is the box around it that lies along its top, from the first point to the last of the first
    half; both were stated in the text's own frame.

    Args:
        points: (n, 2), n >= 3.
    """
    points = np.asarray(points, np.float64)
    if len(points) == 4:
        return {"quad_xy": points.astype(np.float32), "polygon_xy": None}
    along = points[(len(points) + 1) // 2 - 1] - points[0]
    length = float(np.hypot(*along))
    along = along / length if length > 0 else np.array([1.0, 0.0])
    frame = np.stack([along, (-along[1], along[0])])
    (u0, v0), (u1, v1) = (edge(points @ frame.T, axis=0) for edge in (np.min, np.max))
    quad = np.array([(u0, v0), (u1, v0), (u1, v1), (u0, v1)]) @ frame
    return {"quad_xy": quad.astype(np.float32), "polygon_xy": points.astype(np.float32)}


def words_of(line: TextLine, record: Record) -> tuple[Word, ...]:
    """Return the words of a line; a line without space is one.

    Raises:
        ConfigError: it holds several, and where they are is not known.
    """
    if line.words:
        return line.words
    if len(line.text.split()) > 1:
        expected = "lines whose words have places"
        hint = "Export to a format of lines, such as paddleocr_det."
        raise ConfigError(f"image {record.key}", expected, f"'{line.text}', of which the whole alone is known", hint)
    quad = place_of(line, record).astype(np.float32)
    return (Word(text=line.text.strip(), quad_xy=quad, first=0, stop=len(line.chars)),)


def chars_of(line: TextLine, record: Record) -> list[tuple[int, Char]]:
    """Return the characters of a line that a person could read, each with its number in the line, from 1.

    Raises:
        ConfigError: the line has text whose characters are not known.
    """
    if line.text.strip() and not line.chars:
        expected = "lines whose characters have places"
        hint = "Export to a format of lines, such as paddleocr_rec."
        raise ConfigError(f"image {record.key}", expected, f"'{line.text}', of which the whole alone is known", hint)
    if not line.is_readable and not len(line.char_readable):
        return []
    return [(number, char) for number, char in enumerate(line.each_char(), 1) if char.is_readable]


def sound_outline(points: np.ndarray, hw: tuple[int, int], file: Path, where: str) -> np.ndarray:
    """Return the outline of a line as a file states it; text may be cut off at the image's border.

    Args:
        points: (n, 2) px.
        hw: the image's height and width in px.
        file: what an error names.
        where: the place in it.

    Raises:
        FormatError: it has fewer than three points, no area, crosses itself, or lies outside the image.
    """
    points = np.asarray(points, np.float64)
    if not np.isfinite(points).all():
        raise FormatError(file, where, "coordinates that are numbers", _shown(points))
    if len(points) < 3:
        raise FormatError(file, where, "an outline of at least three points", len(points))
    (x, y), (right, bottom) = points.min(axis=0), points.max(axis=0)
    if right <= x or bottom <= y:
        raise FormatError(
            file, where, "an outline with a width and a height above 0", f"{right - x:g} x {bottom - y:g}"
        )
    if crosses_itself(points):
        raise FormatError(file, where, "an outline that does not cross itself", _shown(points))
    if right <= 0 or bottom <= 0 or x >= hw[1] or y >= hw[0]:
        raise FormatError(file, where, f"an outline on the image of {hw[1]} x {hw[0]} px", _shown(points))
    return points


def _shown(points: np.ndarray) -> str:
    text = ", ".join(f"{value:g}" for value in np.ravel(points))
    return text if len(text) <= 60 else text[:57] + "..."
