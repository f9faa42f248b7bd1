"""What is printed on a label: blocks of text, rules, codes and a mark, as two ink plates.

A plate is a uint8 canvas, several times finer than the image, 255 where ink goes. Blocks claim strips from the top and
from the bottom of the label; what is left between is filled with tables and small print. Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from generator.source.part.drawing import between, grid
from generator.source.part.glyph import CAP, text_strokes, text_width

_SYLLABLES = "ra no vel tis mor da lu ken sa pro xi ban te cor il fa gen do mar ve ru sol pi ant her on zel ka"
_WORDS = "keep dry store below use before see leaflet made for shake well do not crush this side up net weight"
_KEYS = "LOT REF EXP SN QTY MFG PN BATCH TYPE CODE"
_CANVAS_PX = 2400  # the canvas's shorter side that is aimed at
Point = tuple[float, float]


class Artwork:
    """Two plates and the frame of the label, in which x runs to the right and y down from its top left, in px."""

    def __init__(
        self, hw: tuple[int, int], centre: Point, half_wh: Point, turn_deg: float, rng: np.random.Generator
    ) -> None:
        self.rng = rng
        self._hw, self._centre, self._half, self._turn_deg = hw, centre, half_wh, turn_deg
        self.w, self.h = 2 * half_wh[0], 2 * half_wh[1]
        self._fine = int(np.clip(round(_CANVAS_PX / min(hw)), 1, 4))
        turn = math.radians(turn_deg)
        self._cos, self._sin = math.cos(turn), math.sin(turn)
        self.off = (between(rng, -0.4, 0.4), between(rng, -0.4, 0.4))  # of the second plate to the first, px
        self.inks = tuple(np.zeros((hw[0] * self._fine, hw[1] * self._fine), np.uint8) for _ in range(2))
        self.small = max(4.6, min(hw) * between(rng, 0.017, 0.024))  # cap height of the small print

    def inside(self, radius_px: float) -> np.ndarray:
        """Return the signed distance to the label's edge, (H, W) float32 px, positive on it; corners are round."""
        u, v = grid(self._hw, self._centre, self._turn_deg)
        x = np.abs(u) - np.float32(self._half[0] - radius_px)
        y = np.abs(v) - np.float32(self._half[1] - radius_px)
        corner = cv2.sqrt(cv2.max(x, 0.0) ** 2 + cv2.max(y, 0.0) ** 2)
        return np.float32(radius_px) - corner - cv2.min(cv2.max(x, y), 0.0)

    def line(self, ink: int, points: np.ndarray | Sequence[Point], width: float, value: int = 255) -> None:
        """Draw a line."""
        self.lines(ink, [np.asarray(points, np.float64)], width, value)

    def lines(self, ink: int, strokes: list[np.ndarray], width: float, value: int = 255) -> None:
        """Draw lines of one width."""
        thick = max(1, round(width * self._fine))
        ends = np.cumsum([len(stroke) for stroke in strokes])[:-1]
        points = np.split(self._px(np.concatenate(strokes), ink), ends)
        cv2.polylines(self.inks[ink], points, False, value, thick, cv2.LINE_AA, 4)

    def fill(self, ink: int, points: np.ndarray | Sequence[Point], value: int = 255) -> None:
        """Fill a polygon."""
        cv2.fillPoly(self.inks[ink], [self._px(np.asarray(points, np.float64), ink)], value, cv2.LINE_AA, 4)

    def box(self, ink: int, x: float, y: float, w: float, h: float, value: int = 255) -> None:
        """Fill a rectangle whose top left is (x, y)."""
        self.fill(ink, ((x, y), (x + w, y), (x + w, y + h), (x, y + h)), value)

    def ring(self, ink: int, x: float, y: float, radius: float, width: float, value: int = 255) -> None:
        """Draw a circle; a width of 0 fills it."""
        turn = np.linspace(0, 2 * math.pi, 49)
        points = np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], axis=1)
        if width > 0:
            self.line(ink, points, width, value)
        else:
            self.fill(ink, points, value)

    def text(
        self,
        ink: int,
        text: str,
        x: float,
        y: float,
        height: float,
        weight: float = 1.3,
        narrow: float = 0.8,
        value: int = 255,
        align: float = 0.0,
    ) -> None:
        """Write a line of text.

        Args:
            ink: the plate.
            text: one line.
            x: where the line's left end (``align`` 0), middle (0.5) or right end (1) stands, px.
            y: its cap line, px.
            height: of a capital letter, px.
            weight: width of its strokes in twelfths of the height.
            narrow: width of its letters relative to the font's.
            value: 255 prints, 0 leaves the ground open.
            align: which point of the line stands at x.
        """
        x -= align * text_width(text, height, weight, narrow)
        strokes = [stroke + np.array([x, y]) for stroke in text_strokes(text, height, weight, narrow)]
        if strokes:  # a word that was too long left the line empty
            self.lines(ink, strokes, height * weight / CAP, value)

    def word(self, least: int = 2, most: int = 3) -> str:
        """Return a word that no dictionary holds."""
        count = int(self.rng.integers(least, most + 1))
        return "".join(_one_of(_SYLLABLES, self.rng) for _ in range(count))

    def digits(self, count: int) -> str:
        """Return a number as text."""
        return "".join(str(i) for i in self.rng.integers(10, size=count))

    def _px(self, points: np.ndarray, ink: int) -> np.ndarray:
        """Return points of the label as whole sixteenths of a px of the canvas."""
        x, y = points[:, 0] - self._half[0] + ink * self.off[0], points[:, 1] - self._half[1] + ink * self.off[1]
        across = self._centre[0] + self._cos * x + self._sin * y
        down = self._centre[1] - self._sin * x + self._cos * y
        return np.rint(np.stack([across, down], axis=1) * (16.0 * self._fine)).astype(np.int32)


def _one_of(words: str, rng: np.random.Generator) -> str:
    """Return one of the words of a line."""
    split = words.split()
    return split[rng.integers(len(split))]


def lay_out(art: Artwork) -> None:
    """Fill the label: two columns where it is much wider than high."""
    edge = max(2.5, 0.05 * min(art.w, art.h))
    columns = 2 if art.w > 1.7 * art.h else 1
    wide = art.w / columns
    framed = art.rng.random() < 0.3
    if framed:
        inner = 0.55 * edge
        frame = ((inner, inner), (art.w - inner, inner), (art.w - inner, art.h - inner), (inner, art.h - inner))
        art.line(1, (*frame, frame[0]), max(0.8, 0.09 * edge))
    gap, bottom, inner_w, inner_h = 0.9 * art.small, art.h - edge, wide - 2 * edge, art.h - 2 * edge
    y, is_full = _heading(art, edge, edge, inner_w, inner_h, framed)
    below = y + 1.3 * gap if is_full else edge
    y = _title(art, edge, y + 1.3 * gap, inner_w, 0.15 * inner_h) + gap
    _column(art, edge, y, inner_w, bottom, inner_h)
    if columns == 2:
        _column(art, wide + edge, below, inner_w, bottom, inner_h)


def _column(art: Artwork, x: float, y: float, w: float, bottom: float, h: float) -> None:
    """Fill one column from y to bottom: codes at its end, tables and small print before them."""
    gap = 0.9 * art.small
    if h > 7 * art.small:
        bottom -= _codes(art, x, bottom, w, min(between(art.rng, 0.2, 0.28) * h, 0.5 * w)) + gap
    last = ""
    while bottom - y > 1.8 * art.small:
        shares = [0.0 if kind == last else share for kind, share in zip(_FILLING, (0.4, 0.36, 0.1, 0.14), strict=True)]
        last = str(art.rng.choice(list(_FILLING), p=np.array(shares) / sum(shares)))
        y = _FILLING[last](art, x, y + (0.5 * gap if last == "table" else 0.0), w, bottom - y) + gap


def _heading(art: Artwork, x: float, y: float, w: float, h: float, framed: bool) -> tuple[float, bool]:
    """Place mark and maker's name, on a band or free; return where it ends, and whether the band spans the label."""
    rng = art.rng
    tall = max(2.2 * art.small, between(rng, 0.13, 0.2) * h)
    name = art.word().upper() if rng.random() < 0.6 else art.word().capitalize()
    banded = rng.random() < 0.6
    ink, value = int(rng.integers(2)), 0 if banded else 255
    if banded and not framed:
        art.box(ink, -2.0, -2.0, art.w + 4, y + tall + 2)
    elif banded:
        art.box(ink, x, y, w, tall)
    size = 0.36 * tall
    at = x + (1.5 * size if framed and banded else size)
    _mark(art, ink, at, y + 0.5 * tall, size, value)
    left = at + 1.7 * size
    cap, weight = 0.42 * tall, between(rng, 1.5, 2.6)
    width = text_width(name, cap, weight)
    cap *= min(1.0, (x + w - left - 0.2 * tall) / max(width, 1.0))
    art.text(ink, name, left, y + 0.5 * (tall - cap), cap, weight, value=value)
    return y + tall, banded and not framed


def _mark(art: Artwork, ink: int, x: float, y: float, size: float, value: int) -> None:
    """Draw a maker's mark of a given radius around (x, y)."""
    kind, petals = int(art.rng.integers(4)), int(art.rng.integers(3, 8))
    if kind == 0:  # petals
        for i in range(petals):
            turn = 2 * math.pi * i / petals
            at = x + 0.58 * size * math.cos(turn), y + 0.58 * size * math.sin(turn)
            art.ring(ink, *at, 0.36 * size, 0, value)
    elif kind == 1:  # a ring around a wedge
        art.ring(ink, x, y, 0.88 * size, 0.2 * size, value)
        art.fill(
            ink, ((x - 0.45 * size, y + 0.42 * size), (x, y - 0.6 * size), (x + 0.45 * size, y + 0.42 * size)), value
        )
    elif kind == 2:  # bars in a slanting square
        for i in range(3):
            left = x + (0.7 * i - 1.0) * size
            slant = 0.35 * size
            art.fill(
                ink,
                (
                    (left + slant, y - size),
                    (left + slant + 0.42 * size, y - size),
                    (left + 0.42 * size, y + size),
                    (left, y + size),
                ),
                value,
            )
    else:  # a disc cut by a wave
        art.ring(ink, x, y, size, 0, value)
        run = np.linspace(-1.1, 1.1, 25)
        wave = np.stack([x + run * size, y + 0.3 * size * np.sin(run * 3.4)], axis=1)
        art.line(ink, wave, 0.2 * size, 255 - value)


def _title(art: Artwork, x: float, y: float, w: float, tall: float) -> float:
    """Place the product's name and a line below it; return where they end."""
    rng = art.rng
    title = f"{art.word().capitalize()} {int(rng.integers(1, 100)) * 10}"
    weight, centred = between(rng, 1.6, 2.8), rng.random() < 0.4
    cap = max(1.2 * art.small, min(tall, 0.62 * w / max(text_width(title, 1.0, weight), 1e-6)))
    cap *= min(1.0, w / text_width(title, cap, weight))
    align = 0.5 if centred else 0.0
    art.text(0, title, x + align * w, y, cap, weight, align=align)
    y += cap * 1.45
    below = f"{art.word()} {art.word()} {art.digits(2)} {('ml', 'g', 'mm', 'kg', 'pcs')[rng.integers(5)]}"
    small = 1.25 * art.small
    small *= min(1.0, w / text_width(below, small, 1.3, 0.8))
    art.text(1, below, x + align * w, y, small, align=align)
    return y + small


def _table(art: Artwork, x: float, y: float, w: float, room: float) -> float:
    """Place rows of key and value, with rules between them or not; return where they end."""
    rng = art.rng
    cap, ruled = art.small * between(rng, 1.0, 1.35), rng.random() < 0.5
    rows = int(np.clip(room // (1.9 * cap), 1, rng.integers(2, 6)))
    split = between(rng, 0.3, 0.5) * w
    for _ in range(rows):
        if ruled:
            art.box(0, x, y - 0.45 * cap, w, max(0.6, 0.09 * cap))
        value = f"{art.digits(2)}-{art.digits(4)}" if rng.random() < 0.5 else f"{art.word(1, 2).upper()}{art.digits(3)}"
        art.text(0, _one_of(_KEYS, rng), x, y, cap, 1.2)
        art.text(0, value, x + split, y, cap * min(1.0, 0.55 * w / (5.2 * cap)), 2.0)
        y += 1.9 * cap
    return y - 0.9 * cap


def _small_print(art: Artwork, x: float, y: float, w: float, room: float) -> float:
    """Place lines of small print; return where they end."""
    rng, cap = art.rng, art.small
    rows = int(np.clip(room // (1.7 * cap), 1, rng.integers(2, 7)))
    narrow = between(rng, 0.66, 0.8)
    for row in range(rows):
        wanted = w * (between(rng, 0.35, 0.8) if row == rows - 1 else between(rng, 0.9, 1.0))
        text, longer = "", _one_of(_WORDS, rng).capitalize()
        while text_width(longer, cap, 1.15, narrow) <= wanted:
            text = longer
            longer += f" {_one_of(_WORDS, rng) if rng.random() < 0.7 else art.word()}"
        art.text(0, text, x, y, cap, 1.15, narrow)
        y += 1.7 * cap
    return y - 0.7 * cap


def _rule(art: Artwork, x: float, y: float, w: float, room: float) -> float:
    """Place a thin or thick rule; return where it ends."""
    tall = min(room, max(0.8, art.small * between(art.rng, 0.08, 0.35)))
    art.box(int(art.rng.integers(2)), x, y, w, tall)
    return y + tall


def _signs(art: Artwork, x: float, y: float, w: float, room: float) -> float:
    """Place a row of framed signs; return where they end."""
    tall = min(room, 3.2 * art.small)
    ink, thin = int(art.rng.integers(2)), max(0.8, 0.06 * tall)
    for i in range(int(min(art.rng.integers(2, 6), w // (1.3 * tall)))):
        left, middle, half = x + 1.25 * i * tall, y + tall / 2, tall / 2
        kind = int(art.rng.integers(4))
        corners = ((left, y), (left + tall, y), (left + tall, y + tall), (left, y + tall), (left, y))
        if kind == 3:
            tip = (left + half, y)
            art.line(ink, ((left, y + tall), tip, (left + tall, y + tall), (left, y + tall)), thin)
            art.line(ink, ((left + half, y + 0.4 * tall), (left + half, y + 0.72 * tall)), 1.6 * thin)
            continue
        art.line(ink, corners, thin)
        if kind == 0:
            for place in (0.3, 0.7):
                foot, top = left + place * tall, y + 0.2 * tall
                art.line(ink, ((foot, y + 0.8 * tall), (foot, top)), 1.5 * thin)
                art.line(
                    ink, ((foot - 0.14 * tall, y + 0.4 * tall), (foot, top), (foot + 0.14 * tall, y + 0.4 * tall)), thin
                )
        elif kind == 1:
            art.ring(ink, left + half, middle, 0.3 * tall, thin)
            art.line(ink, ((left + 0.25 * tall, y + 0.75 * tall), (left + 0.75 * tall, y + 0.25 * tall)), thin)
        else:
            art.ring(ink, left + half, middle, 0.22 * tall, 0)
    return y + tall


_FILLING = {"table": _table, "small_print": _small_print, "rule": _rule, "signs": _signs}


def _codes(art: Artwork, x: float, bottom: float, w: float, tall: float) -> float:
    """Place a bar code, and often a matrix code, that end at ``bottom``; return how high they are."""
    side = 0.0
    if art.rng.random() < 0.65 and w > 1.9 * tall:
        side = tall
        _matrix(art, x + w - side, bottom - side, side)
        side *= 1.25
    room = (w - side) * between(art.rng, 0.7, 1.0)
    cap = min(art.small, 0.2 * tall)
    pitch = max(1.0, room / 95)
    _bars(art, x, bottom - tall, pitch, int(room / pitch), tall - 1.5 * cap)
    code = art.digits(13)
    width = text_width(code, cap, 1.2)
    art.text(0, code, x + room / 2, bottom - cap, cap, 1.2, narrow=min(1.2, 0.9 * room / width), align=0.5)
    return tall


def _bars(art: Artwork, x: float, y: float, pitch: float, modules: int, tall: float) -> None:
    """Print bars and gaps of one to four modules."""
    widths = art.rng.choice([1, 2, 3, 4], p=[0.46, 0.3, 0.15, 0.09], size=modules + 2)
    widths[:3] = 1
    at = 0
    for bar, blank in zip(widths[::2], widths[1::2], strict=False):
        if at + bar > modules:
            return
        art.box(0, x + at * pitch, y, bar * pitch, tall)
        at += int(bar + blank)


def _matrix(art: Artwork, x: float, y: float, side: float) -> None:
    """Print a square code: a solid and a dotted border, chance within."""
    cells = 2 * int(np.clip(side / 2.2 / 2, 4, 11))
    on = art.rng.random((cells, cells)) < 0.5
    on[:, 0] = on[-1, :] = True
    on[0, :] = np.arange(cells) % 2 == 0
    on[:, -1] = np.arange(cells) % 2 == 1
    cell = side / cells
    for row in range(cells):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], on[row].astype(np.int8), [0]])))
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            art.box(0, x + begin * cell, y + row * cell, (end - begin) * cell, cell)
