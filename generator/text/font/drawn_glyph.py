"""A drawn glyph's ink at a size: the units of its table to px, and the pen over them.

Source: own.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from generator.text.font import drawn_ink as ink
from generator.text.font.drawn_table import Drawing, Table, load_table
from generator.text.port import Glyph

_NO_INK = Glyph.of_cover(np.zeros((0, 0), np.uint8), 0, 0)
_SLASH_SHARE = 0.85  # thickness of a diagonal segment, share of the others'
_DOT_SHARE = 1.35  # diameter of a display's point, share of the segments' thickness
_DISC_CORNERS = 16
# what is thinner is drawn on a finer grid: distances say the ink of small discs too coarsely
_SURE_PX = {"dots": 5.0, "strokes": 2.5, "outline": 2.5, "segments": 8.0}
_MOST_FINE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """What a glyph is drawn with.

    Attributes:
        share: diameter of a dot, share of the pitch; else width of the strokes, share of the height of capitals.
        slant_deg: to the right.
        gap: between segments, width of bridges; share of the height of capitals.
    """

    share: float
    slant_deg: float = 0.0
    gap: float = 0.0


def unit_of(table: Table, share: float) -> float:
    """Return the length of one unit of a table as a share of the height of capitals, outer edge to outer edge."""
    capital = table.head["capital"]
    return 1.0 / (capital - 1 + share) if table.kind == "dots" else (1.0 - share) / capital


def set_letters(table: Table, zero: str, share: float, spaces: str) -> dict[str, tuple[int, float]]:
    """Return of each letter its glyph's number and its advance as a share of the size; a space's number has no ink."""
    forms = {} if zero == "plain" else {"0": table.numbers[f"0~{zero}"]}
    names = {name: number for name, number in table.numbers.items() if len(name) == 1} | forms
    found = {name: (number, _advance(table, table.glyphs[number], share)) for name, number in names.items()}
    unit, head = unit_of(table, share), table.head
    if table.kind == "dots":
        blank = (head["columns"] + 1) * unit
    elif table.kind == "segments":
        blank = (head["width"] + head["spacing"]) * unit + share
    else:
        blank = head["advance"] * unit + share if "advance" in head else head["space"] * unit
    return found | dict.fromkeys(spaces, (len(table.glyphs), blank))


def _advance(table: Table, drawing: Drawing, share: float) -> float:
    unit, head = unit_of(table, share), table.head
    if table.kind == "dots":
        return (head["columns"] + 1) * unit
    if drawing.advance is not None:
        return drawing.advance * unit
    if "advance" in head:
        return head["advance"] * unit + share
    return (drawing.width + head["spacing"]) * unit + share


def draw_glyph(table: Table, number: int, pen: Pen, size: float, sub_x: float, is_unlit: bool = False) -> Glyph:
    """Return a glyph's ink.

    Args:
        table: of the face.
        number: of the glyph; ``len(table.glyphs)`` is a space.
        pen: how it is drawn.
        size: height of capitals, px.
        sub_x: its origin from a pixel's left edge, px.
        is_unlit: the segments that it leaves dark, instead.
    """
    if number >= len(table.glyphs) and not is_unlit:
        return _NO_INK
    blank = Drawing(" ", table.head.get("width", 0.0))
    drawing = table.glyphs[number] if number < len(table.glyphs) else blank
    unit = unit_of(table, pen.share) * size
    width = pen.share * (unit if table.kind == "dots" else size)
    advance = _advance(table, drawing, pen.share) * size
    left = sub_x + (advance - drawing.width * unit) / 2
    if drawing.advance == 0:  # a point of a display: in the cell to the left of its origin
        left -= ((table.head["width"] + table.head["spacing"]) * unit + width) / 2
    lean = math.tan(math.radians(pen.slant_deg))
    middle = table.head["capital"] / 2

    fine = min(_MOST_FINE, math.ceil(_SURE_PX[table.kind] / width))

    def placed(points: np.ndarray) -> np.ndarray:
        x = points[:, 0] + lean * (points[:, 1] - middle)
        return fine * np.stack([left + x * unit, -(points[:, 1] * unit + width / 2)], axis=1)

    if is_unlit and (table.kind != "segments" or drawing.advance is not None):  # points have no segments of their own
        return _NO_INK
    if table.kind == "segments":
        known = _pieces(table.name, pen.share, pen.gap)
        dark = [n for n, (shape, _) in table.segments.items() if shape != "dot" and n not in drawing.lit]
        found = [known[n] for n in (dark if is_unlit else drawing.lit)]
        if not found:
            return _NO_INK
        alike = [[corners for corners in found if len(corners) == count] for count in {len(part) for part in found}]
        pieces = [placed(np.concatenate(part)) for part in alike]
        window = _window(pieces, 0.0, fine)
        covers = [ink.convex(p.reshape(len(part), -1, 2), window) for p, part in zip(pieces, alike, strict=True)]
        return _glyph(np.minimum(sum(covers), 1.0), window, fine)
    if table.kind == "dots":
        centres = placed(drawing.dots)
        window = _window([centres], fine * width / 2, fine)
        return _glyph(ink.discs(centres, fine * width, window), window, fine, dots=centres)
    lines = [placed(line) for line in drawing.strokes]
    window = _window(lines, fine * width / 2, fine)
    cover = ink.strokes(lines, fine * width, table.kind == "outline", window)
    if table.kind == "outline":  # slanted strokes end level with the upright ones
        middles = np.arange(window[1], window[3])[:, None] + 0.5
        cover = cover * np.clip(0.5 + np.minimum(middles + fine * size, -middles), 0.0, 1.0)
    for cut in drawing.bridges if pen.gap else ():
        cover = np.minimum(cover, 1.0 - ink.bridge(placed(cut), fine * pen.gap * size, window))
    return _glyph(cover, window, fine, strokes=lines if table.kind == "strokes" else ())


def _window(points: Sequence[np.ndarray], reach: float, fine: int) -> ink.Window:
    """Return the px around points, both finer so many times, that begin and end on whole px."""
    u0, v0, u1, v1 = ink.window_around(np.concatenate(points), reach + 1.0)
    return u0 // fine * fine, v0 // fine * fine, -(-u1 // fine) * fine, -(-v1 // fine) * fine


@functools.lru_cache(maxsize=256)
def _pieces(name: str, share: float, gap: float) -> dict[str, np.ndarray]:
    table = load_table(name)
    thickness = table.head["capital"] * share / (1.0 - share)
    between = gap / unit_of(table, share)
    return {segment: piece(shape, points, thickness, between) for segment, (shape, points) in table.segments.items()}


def piece(shape: str, points: np.ndarray, thickness: float, gap: float) -> np.ndarray:
    """Return the corners of a segment, convex, (6, 2), of a dot (16, 2), in units of its table."""
    half = thickness / 2
    if shape == "dot":
        turn = np.arange(_DISC_CORNERS) * (2 * math.pi / _DISC_CORNERS)
        return points[0] + _DOT_SHARE * half * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    (x0, y0), (x1, y1) = points.tolist()
    if shape == "slash":
        inset = half + gap
        x0, x1 = x0 + math.copysign(inset, x1 - x0), x1 - math.copysign(inset, x1 - x0)
        y0, y1 = y0 + math.copysign(inset, y1 - y0), y1 - math.copysign(inset, y1 - y0)
        length = math.hypot(x1 - x0, y1 - y0)
        kx = half * _SLASH_SHARE * length / (y1 - y0)
        ky = half * _SLASH_SHARE * length / (x1 - x0)
        kx, ky = math.copysign(kx, x1 - x0), math.copysign(ky, y1 - y0)
        return np.array([(x0, y0), (x0 + kx, y0), (x1, y1 - ky), (x1, y1), (x1 - kx, y1), (x0, y0 + ky)])
    along = (points[1] - points[0]) / np.hypot(*(points[1] - points[0]))
    side = np.array([-along[1], along[0]]) * half
    tip = points[0] + along * gap / math.sqrt(2)
    shoulder = tip + along * half
    if shape == "post":
        end = points[1] - along * (half + gap)
        return np.array([tip, shoulder + side, end + side, end, end - side, shoulder - side])
    far = points[1] - along * gap / math.sqrt(2)
    back = far - along * half
    return np.array([tip, shoulder + side, back + side, far, back - side, shoulder - side])


def _glyph(
    cover: np.ndarray,
    window: ink.Window,
    fine: int,
    dots: np.ndarray | None = None,
    strokes: Sequence[np.ndarray] = (),
) -> Glyph:
    """Return the glyph of some ink on a grid that is finer so many times, without empty rows and columns."""
    h, w = cover.shape
    mean = cover.reshape(h // fine, fine, w // fine, fine).mean(axis=(1, 3)) if fine > 1 else cover
    levels = np.round(mean * 255).astype(np.uint8)
    u, v, w, h = cv2.boundingRect(levels)
    origin = np.array([window[0] // fine + u, window[1] // fine + v])
    return Glyph.of_cover(
        np.ascontiguousarray(levels[v : v + h, u : u + w]),
        int(origin[0]),
        int(origin[1]),
        None if dots is None else _still(dots / fine - origin),
        tuple(_still(line / fine - origin) for line in strokes),
    )


def _still(points: np.ndarray) -> np.ndarray:
    points = points.astype(np.float32)
    points.setflags(write=False)
    return points
