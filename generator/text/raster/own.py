"""Our own raster: glyphs laid side by side on a plate, with owners and boxes from where they were laid.

A face shapes each line (kerning, joined scripts); its glyphs' coverage is put down at quarter-pixel positions. Ink that
overlaps is as dark as the darker of the two and belongs to it; the ground between two characters is shared between both.
Source: own.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from generator.core.errors import require
from generator.text.plate import Marks, Plate, PlateLine
from generator.text.port import Face, Glyph, Style

_ROOM_PX = 2  # a plate's border is free of ink, so that a warp can fade out
_MOST_PX = 64_000_000
_NO_BOX = (0.0, 0.0, 0.0, 0.0)
_Laid = tuple[Glyph, int, int, int]  # glyph, left, top, number of its character


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The raster for every face and script."""

    def lay(self, text: str, face: Face, style: Style, rng: np.random.Generator) -> Plate:
        """Return the plate of a text; several lines where it has line breaks."""
        height = style.height_px
        size = face.size_of(height)
        lines = [_line(line, face, size, style.tracking * height) for line in text.split("\n")]
        widest = max(line.advance_px for line in lines)
        share = {"left": 0.0, "centre": 0.5, "right": 1.0}[style.align]
        laid: list[_Laid] = []
        chars: list[str] = []
        plate_lines, tops = [], []
        for row, line in enumerate(lines):
            x = round((widest - line.advance_px) * share)
            y = round(row * style.leading * height)
            tops.append(y)
            first = len(chars)
            laid += [(glyph, left + x, top + y, number + first) for glyph, left, top, number in line.laid]
            chars += line.chars
            words = tuple((word, start + first, stop + first) for word, start, stop in line.words)
            baseline = np.array([[x, y], [x + line.advance_px, y]], np.float32)
            plate_lines.append(
                PlateLine(text=line.text, first=first, stop=len(chars), words=words, baseline_uv=baseline)
            )
        return _plate(laid, tuple(chars), plate_lines, tops, height, face, size)


@dataclass(slots=True)
class _Line:
    text: str
    laid: list[_Laid]
    chars: list[str]
    words: list[tuple[str, int, int]]
    advance_px: float


def _line(text: str, face: Face, size: float, tracking_px: float) -> _Line:
    """Return one line laid from x = 0 on y = 0, its characters numbered from 1 in reading order."""
    shaped = face.shape(text, size, tracking_px)
    numbers: dict[int, int] = {}
    found: list[tuple[int, int, Glyph, int, int]] = []
    for glyph_number, x, y, start, stop in zip(
        shaped.glyphs, shaped.x, shaped.y, shaped.starts, shaped.stops, strict=True
    ):
        whole = int(x // 1)
        glyph = face.glyph(glyph_number, size, x - whole)
        if glyph.cover.size:
            found.append((start, stop, glyph, whole + glyph.left, round(y) + glyph.top))
            numbers[start] = stop
    ordered = sorted(numbers)
    rank = {start: i for i, start in enumerate(ordered, 1)}
    laid = [(glyph, left, top, rank[start]) for start, _, glyph, left, top in found]
    chars = [text[start : numbers[start]] for start in ordered]
    return _Line(text, laid, chars, _words(text, ordered), shaped.advance_px)


def _words(text: str, starts: Sequence[int]) -> list[tuple[str, int, int]]:
    """Return each word with the characters that it holds, from where the characters start in the text."""
    words, at, place = [], 0, 0
    for word in text.split():
        begin = text.index(word, place)
        place = begin + len(word)
        first = at
        while at < len(starts) and starts[at] < place:
            at += 1
        words.append((word, first, at))
    return words


def _plate(
    laid: list[_Laid],
    chars: tuple[str, ...],
    lines: list[PlateLine],
    baselines: list[int],
    height_px: float,
    face: Face,
    size: float,
) -> Plate:
    if not laid:
        empty = np.zeros((2 * _ROOM_PX, 2 * _ROOM_PX), np.uint8)
        return Plate(
            cover=empty, owner=empty, chars=(), boxes_uv=np.zeros((0, 4), np.float32), lines=(), height_px=height_px
        )
    left = top = 1 << 30
    right = bottom = -left
    for glyph, x, y, _ in laid:
        h, w = glyph.cover.shape
        left, top = min(left, x), min(top, y)
        right, bottom = max(right, x + w), max(bottom, y + h)
    left, top, right, bottom = left - _ROOM_PX, top - _ROOM_PX, right + _ROOM_PX, bottom + _ROOM_PX
    width, height = right - left, bottom - top
    require(width * height <= _MOST_PX, "height", f"a text of at most {_MOST_PX} px", f"{width} x {height} px")
    cover = np.zeros((height, width), np.uint8)
    boxes: list[tuple[float, float, float, float]] = [_NO_BOX] * len(chars)
    half = [255] * (len(chars) + 1)
    is_crowded = False
    spans: list[tuple[int, int, int]] = []  # left, right, number, in visual order within each line
    for glyph, x, y, number in laid:
        ink = glyph.cover
        h, w = ink.shape
        u, v = x - left, y - top
        window = cover[v : v + h, u : u + w]
        np.maximum(window, ink, out=window)
        u0, v0, u1, v1 = glyph.box
        box = boxes[number - 1]
        if box is _NO_BOX:
            boxes[number - 1] = u0 + u, v0 + v, u1 + u, v1 + v
        else:
            is_crowded = True
            joined = min(box[0], u0 + u), min(box[1], v0 + v), max(box[2], u1 + u), max(box[3], v1 + v)
            boxes[number - 1] = joined
        half[number] = min(half[number], glyph.half)
        spans.append((u, u + w, number))
    dtype = np.uint8 if len(chars) < 256 else np.uint16
    if len(lines) == 1:
        row, crowded = _shares(spans, width, dtype)
        owner = np.empty((height, width), dtype)
        owner[:] = row
        is_crowded = is_crowded or crowded
    else:
        is_crowded = True
        owner = np.zeros((height, width), dtype)
        edges = [0, *(_between(laid, line, lines[i + 1], top) for i, line in enumerate(lines[:-1])), height]
        for i, line in enumerate(lines):
            own = [span for span in spans if line.first < span[2] <= line.stop]
            if own:
                owner[edges[i] : edges[i + 1]] = _shares(own, width, dtype)[0]
        if not owner.all():  # a line of spaces
            owner[owner == 0] = owner[owner > 0][0]
    if is_crowded:
        for glyph, x, y, number in laid:
            h, w = glyph.cover.shape
            window = slice(y - top, y - top + h), slice(x - left, x - left + w)
            owner[window][(glyph.cover > 0) & (glyph.cover == cover[window])] = number
    shift = np.array([-left, -top], np.float32)
    return Plate(
        cover=cover,
        owner=owner,
        chars=chars,
        boxes_uv=np.array(boxes, np.float32).reshape(-1, 4),
        lines=tuple(
            PlateLine(
                text=line.text,
                first=line.first,
                stop=line.stop,
                words=line.words,
                baseline_uv=line.baseline_uv + shift,
            )
            for line in lines
        ),
        height_px=height_px,
        marks=None if face.kind == "outline" else _marks(laid, -left, -top, face.pitch_px(size)),
        half=np.array(half, np.uint8),
        params={"face": face.name, "kind": face.kind},
    )


def _shares(spans: list[tuple[int, int, int]], width: int, dtype: type) -> tuple[np.ndarray, bool]:
    """Return who owns each column, (width,), and whether any ink overlaps in its columns."""
    spans = sorted(spans)
    row = np.empty(width, dtype)
    start, crowded = 0, False
    for (_, right, number), (left, _, _) in itertools.pairwise(spans):
        stop = (right + left) // 2
        crowded = crowded or left < right
        row[start : max(stop, start)] = number
        start = max(stop, start)
    row[start:] = spans[-1][2]
    return row, crowded


def _between(laid: list[_Laid], above: PlateLine, below: PlateLine, top: int) -> int:
    """Return the row that parts two lines: the middle between the ink of both, or between their baselines."""
    low = [y + glyph.cover.shape[0] for glyph, _, y, number in laid if above.first < number <= above.stop]
    high = [y for _, _, y, number in laid if below.first < number <= below.stop]
    if low and high:
        return max(0, (max(low) + min(high)) // 2 - top)
    return max(0, int((above.baseline_uv[0, 1] + below.baseline_uv[0, 1]) / 2) - top)


def _marks(laid: list[_Laid], u: int, v: int, pitch_px: float) -> Marks:
    """Return the dots and strokes of all glyphs, moved to the plate."""
    dots = [
        np.column_stack([glyph.dots_uv + np.float32([x + u, y + v]), np.full(len(glyph.dots_uv), number, np.float32)])
        for glyph, x, y, number in laid
        if glyph.dots_uv is not None and len(glyph.dots_uv)
    ]
    strokes = tuple(
        (number, stroke + np.float32([x + u, y + v])) for glyph, x, y, number in laid for stroke in glyph.strokes_uv
    )
    if dots:
        return Marks(dots_uvn=np.concatenate(dots).astype(np.float32), pitch_px=pitch_px)
    return Marks(strokes=strokes, width_px=pitch_px)
