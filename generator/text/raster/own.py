"""Our own raster: glyphs laid side by side on a plate, with owners and boxes from where they were laid.

A face shapes each line (kerning, joined scripts); its glyphs' coverage is put down at quarter-pixel positions. Ink that
overlaps is as dark as the darker of the two and belongs to it; the ground between two characters is split between both.
Source: own.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from generator.core.errors import require
from generator.text.plate import Marks, Plate, PlateLine
from generator.text.port import Face, Glyph, SegmentFace, Style

_ROOM_PX = 2  # a plate's border is free of ink, so that a warp can fade out
_MOST_PX = 64_000_000
_POINTS = (".", ",", ":")  # signs of a display between its digits
_NO_BOX = (0.0, 0.0, 0.0, 0.0)
_Laid = tuple[Glyph, int, int, int]  # glyph, left, top, number of its character


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The raster for every face and script."""

    def lay(self, text: str, face: Face, style: Style, rng: np.random.Generator) -> Plate:
        """Return the plate of a text; several lines where it has line breaks."""
        height = style.height_px
        size = face.size_of(height)
        lines = [_set(line, face, size, style.tracking * height) for line in text.split("\n")]
        if len(lines) > 1:
            _arrange(lines, style)
        laid = lines[0].laid if len(lines) == 1 else [item for line in lines for item in line.laid]
        marks = None
        if face.kind != "outline":
            marks = _marks(laid, face.pitch_px(size))
            if face.kind == "segments":
                marks = replace(marks, unlit=_unlit(lines, cast(SegmentFace, face), size, style.tracking * height))
        return _plate(lines, laid, marks, height, {"face": face.name, "kind": face.kind})


@dataclass(slots=True)
class _Line:
    """A line on its way to the plate; places are px from the text's left end and the first baseline."""

    text: str
    laid: list[_Laid]
    chars: list[str]
    words: list[tuple[str, int, int]]
    advance_px: float
    x: int = 0
    y: int = 0
    first: int = 0


def _set(text: str, face: Face, size: float, tracking_px: float) -> _Line:
    """Return one line laid from x = 0 on y = 0, its characters numbered from 1 in reading order."""
    shaped = face.shape(text, size, tracking_px)
    draw = face.glyph
    laid: list[_Laid] = []
    clusters: list[tuple[int, int]] = []
    for number, x, y, start, stop in zip(shaped.glyphs, shaped.x, shaped.y, shaped.starts, shaped.stops, strict=True):
        whole = int(x // 1)
        glyph = draw(number, size, x - whole)
        if glyph.cover.size:
            laid.append((glyph, whole + glyph.left, round(y) + glyph.top, len(clusters) + 1))
            clusters.append((start, stop))
    order = sorted(set(clusters))
    if order != clusters:  # right to left, or several glyphs to a character
        rank = {cluster: i for i, cluster in enumerate(order, 1)}
        laid = [(item[0], item[1], item[2], rank[cluster]) for item, cluster in zip(laid, clusters, strict=True)]
    chars = [text[start:stop] for start, stop in order]
    return _Line(text, laid, chars, _words(text, order), shaped.advance_px)


def _arrange(lines: list[_Line], style: Style) -> None:
    """Put lines below each other, and number their characters through."""
    widest = max(line.advance_px for line in lines)
    share = {"left": 0.0, "centre": 0.5, "right": 1.0}[style.align]
    count = 0
    for row, line in enumerate(lines):
        line.x = round((widest - line.advance_px) * share)
        line.y = round(row * style.leading * style.height_px)
        line.first = count
        line.laid = [(glyph, x + line.x, y + line.y, number + count) for glyph, x, y, number in line.laid]
        line.words = [(word, start + count, stop + count) for word, start, stop in line.words]
        count += len(line.chars)


def _words(text: str, clusters: Sequence[tuple[int, int]]) -> list[tuple[str, int, int]]:
    """Return each word with the characters that it holds, from where the characters stand in the text."""
    if " " not in text and len(text.split()) == 1:
        return [(text.strip(), 0, len(clusters))]
    words, at, place = [], 0, 0
    for word in text.split():
        place = text.index(word, place) + len(word)
        first = at
        while at < len(clusters) and clusters[at][0] < place:
            at += 1
        words.append((word, first, at))
    return words


def _plate(
    lines: list[_Line], laid: list[_Laid], marks: Marks | None, height_px: float, params: dict[str, str]
) -> Plate:
    if not laid:
        empty, none = np.zeros((2 * _ROOM_PX, 2 * _ROOM_PX), np.uint8), np.zeros((0, 4), np.float32)
        return Plate(cover=empty, owner=empty, chars=(), boxes_uv=none, lines=(), height_px=height_px, params=params)
    left = min([item[1] for item in laid]) - _ROOM_PX
    top = min([item[2] for item in laid]) - _ROOM_PX
    width = max([x + glyph.cover.shape[1] for glyph, x, _, _ in laid]) - left + _ROOM_PX
    height = max([y + glyph.cover.shape[0] for glyph, _, y, _ in laid]) - top + _ROOM_PX
    require(width * height <= _MOST_PX, "height", f"a text of at most {_MOST_PX} px", f"{width} x {height} px")
    chars = tuple(lines[0].chars) if len(lines) == 1 else tuple(char for line in lines for char in line.chars)
    cover = np.zeros((height, width), np.uint8)
    boxes: list[tuple[float, ...]] = [()] * len(chars)
    half = [255] * (len(chars) + 1)
    spans: list[tuple[int, int, int]] = []  # left, right, number
    is_apart, reached, inked = len(lines) == 1, 0, 0
    for glyph, x, y, number in laid:
        ink = glyph.cover
        h, w = ink.shape
        u, v = x - left, y - top
        u0, v0, u1, v1 = glyph.box
        if u >= reached:
            cover[v : v + h, u : u + w] = ink
        else:
            window = cover[v : v + h, u : u + w]
            np.maximum(window, ink, out=window)
        left_u, right_u = int(u0) + u, int(u1) + u
        before = boxes[number - 1]
        if before:
            low = min(before[0], left_u), min(before[1], v0 + v)
            boxes[number - 1] = *low, max(before[2], right_u), max(before[3], v1 + v)
        else:
            boxes[number - 1] = left_u, v0 + v, right_u, v1 + v
        if before or left_u < inked:
            is_apart = False
        if u + w > reached:
            reached = u + w
        if right_u > inked:
            inked = right_u
        if glyph.half < half[number]:
            half[number] = glyph.half
        spans.append((left_u, right_u, number))
    return Plate(
        cover=cover,
        owner=_owners(lines, laid, spans, cover, (left, top), is_apart),
        chars=chars,
        boxes_uv=np.array(boxes, np.float32),
        lines=tuple([_plate_line(line, left, top) for line in lines]),
        height_px=height_px,
        marks=None if marks is None else marks.moved(-left, -top),
        half=np.array(half, np.uint8),
        params=params,
    )


def _plate_line(line: _Line, left: int, top: int) -> PlateLine:
    u, v = line.x - left, line.y - top
    return PlateLine(
        text=line.text,
        first=line.first,
        stop=line.first + len(line.chars),
        words=tuple(line.words),
        baseline_uv=np.array([[u, v], [u + line.advance_px, v]], np.float32),
    )


def _owners(
    lines: list[_Line],
    laid: list[_Laid],
    spans: list[tuple[int, int, int]],
    cover: np.ndarray,
    corner: tuple[int, int],
    is_apart: bool,
) -> np.ndarray:
    """Return who owns each pixel, (h, w) uint8 or uint16; all rows agree where inks stand apart."""
    (height, width), (left, top) = cover.shape, corner
    count = sum([len(line.chars) for line in lines])
    dtype = np.uint8 if count < 256 else np.uint16
    if is_apart:
        owner = np.empty((height, width), dtype)
        owner[:] = _shares(spans, width, dtype)
        return owner
    owner = np.zeros((height, width), dtype)
    inked = [line for line in lines if line.chars]
    edges = [0, *(_between(*pair, top) for pair in itertools.pairwise(inked)), height]
    for i, line in enumerate(inked):
        own = sorted(span for span in spans if line.first < span[2] <= line.first + len(line.chars))
        owner[edges[i] : edges[i + 1]] = _shares(own, width, dtype)
    for glyph, x, y, number in laid:
        h, w = glyph.cover.shape
        window = slice(y - top, y - top + h), slice(x - left, x - left + w)
        owner[window][(glyph.cover > 0) & (glyph.cover == cover[window])] = number
    return owner


def _shares(spans: list[tuple[int, int, int]], width: int, dtype: type) -> np.ndarray:
    """Return who owns each column, (width,): the ground between two spans is split in the middle."""
    row = np.empty(width, dtype)
    start, last, owner = 0, spans[0][1], spans[0][2]
    for left, right, number in spans[1:]:
        stop = (last + left) // 2
        if stop > start:
            row[start:stop] = owner
            start = stop
        last, owner = right, number
    row[start:] = owner
    return row


def _between(above: _Line, below: _Line, top: int) -> int:
    """Return the row that parts two lines: the middle between the ink of both."""
    low = max(y + glyph.cover.shape[0] for glyph, _, y, _ in above.laid)
    high = min(y for _, _, y, _ in below.laid)
    return max(0, (low + high) // 2 - top)


def _unlit(
    lines: list[_Line], face: SegmentFace, size: float, tracking_px: float
) -> tuple[tuple[np.ndarray, int, int], ...]:
    """Return the segments that are not lit, of each digit and of each place that is blank."""
    found = []
    for line in lines:
        shaped = face.shape(line.text, size, tracking_px)
        for number, x, y, start, stop in zip(
            shaped.glyphs, shaped.x, shaped.y, shaped.starts, shaped.stops, strict=True
        ):
            whole = int(x // 1)
            glyph = face.unlit(number, size, x - whole)
            if glyph.cover.size and line.text[start:stop] not in _POINTS:
                found.append((glyph.cover, whole + glyph.left + line.x, round(y) + glyph.top + line.y))
    return tuple(found)


def _marks(laid: list[_Laid], pitch_px: float) -> Marks:
    """Return the dots and strokes of all glyphs, px from where the text is laid."""
    dots = [
        np.column_stack([glyph.dots_uv + np.float32([x, y]), np.full(len(glyph.dots_uv), number, np.float32)])
        for glyph, x, y, number in laid
        if glyph.dots_uv is not None and len(glyph.dots_uv)
    ]
    if dots:
        return Marks(dots_uvn=np.concatenate(dots).astype(np.float32), pitch_px=pitch_px)
    strokes = tuple((n, stroke + np.float32([x, y])) for glyph, x, y, n in laid for stroke in glyph.strokes_uv)
    return Marks(strokes=strokes, width_px=pitch_px)
