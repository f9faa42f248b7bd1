"""A populated printed circuit board: solder mask over copper, parts, traces, vias, silkscreen.

Everything stands on a grid. Parts claim their cells first; then traces leave the pads in bundles, turn by 45 degrees,
never cross, and end in a via; copper pour fills what is left, at a distance. Copper and solder are a height map under
a slanting light; tall parts throw a shadow. Source: own.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from generator.imaging import noise
from generator.imaging.relief import Light, shade
from generator.source.part.drawing import Colour, Drawing, between, hsv, lit, mixed, over

_NO_PRINT = ("pads", "holes", "silk", "chips", "ceramic", "metal")
HEADINGS = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))

# strokes of the printed marks in a box 2 wide and 4 high
GLYPHS = {
    "R": (((0, 4), (0, 0), (2, 0), (2, 2), (0, 2), (2, 4)),),
    "C": (((2, 0), (0, 0), (0, 4), (2, 4)),),
    "U": (((0, 0), (0, 4), (2, 4), (2, 0)),),
    "L": (((0, 0), (0, 4), (2, 4)),),
    "1": (((0, 1), (1, 0), (1, 4)),),
    "2": (((0, 0), (2, 0), (2, 2), (0, 2), (0, 4), (2, 4)),),
    "3": (((0, 0), (2, 0), (2, 4), (0, 4)), ((0, 2), (2, 2))),
    "4": (((0, 0), (0, 2), (2, 2)), ((2, 0), (2, 4))),
    "5": (((2, 0), (0, 0), (0, 2), (2, 2), (2, 4), (0, 4)),),
    "7": (((0, 0), (2, 0), (1, 4)),),
    "8": (((0, 0), (2, 0), (2, 4), (0, 4), (0, 0)), ((0, 2), (2, 2))),
}


class Layout:
    """The board while it is laid out: masks of what is printed where, and the grid cells already taken."""

    def __init__(
        self, hw: tuple[int, int], rng: np.random.Generator, pitch_px: float | None = None, is_marked: bool = True
    ) -> None:
        self.rng, self.is_marked = rng, is_marked
        self.pitch = pitch_px or max(2.5, min(hw) / 512 * between(rng, 9.5, 13.0))
        turn = math.radians(between(rng, -1.5, 1.5))
        self._axes = 16 * self.pitch * math.cos(turn), 16 * self.pitch * math.sin(turn)
        self._origin = tuple(16 * self.pitch * float(share) for share in rng.random(2))
        self.columns, self.rows = math.ceil(hw[1] / self.pitch) + 1, math.ceil(hw[0] / self.pitch) + 1
        self.taken = np.zeros((self.rows, self.columns), bool)
        self.starts: list[list[tuple[int, int, int]]] = []  # bundles of pads: column, row, heading
        masks = "copper pads holes silk chips ceramic metal marks"
        self.mask = {name: np.zeros(hw, np.uint8) for name in masks.split()}

    def _px(self, points: Sequence[tuple[float, float]]) -> np.ndarray:
        """Return grid points as whole sixteenths of a px."""
        c, s = self._axes
        x0, y0 = self._origin
        return np.array([(round(x * c + y * s + x0), round(y * c - x * s + y0)) for x, y in points], np.int32)

    def line(self, name: str, points: Sequence[tuple[float, float]], width: float, value: int = 255) -> None:
        """Draw a line; points and width in cells."""
        thick = max(1, round(width * self.pitch))
        cv2.polylines(self.mask[name], [self._px(points)], False, value, thick, cv2.LINE_AA, 4)

    def disc(self, name: str, x: float, y: float, radius: float, value: int = 255) -> None:
        """Draw a filled circle; centre and radius in cells."""
        at = self._px([(x, y)])[0]
        reach = max(8, round(radius * self.pitch * 16))
        cv2.circle(self.mask[name], (int(at[0]), int(at[1])), reach, value, -1, cv2.LINE_AA, 4)

    def box(self, name: str, x: float, y: float, w: float, h: float, value: int = 255) -> None:
        """Draw a filled rectangle around (x, y); all in cells."""
        corners = [(x - w / 2, y - h / 2), (x + w / 2, y - h / 2), (x + w / 2, y + h / 2), (x - w / 2, y + h / 2)]
        cv2.fillPoly(self.mask[name], [self._px(corners)], value, cv2.LINE_AA, 4)

    def text(self, name: str, text: str, x: float, y: float, height: float, value: int = 255) -> None:
        """Draw a text whose top-left is (x, y); height in cells. A board that is not marked gets none."""
        if not self.is_marked:
            return
        unit = height / 4
        if unit * self.pitch < 1.0:  # too small to be read: a bar
            self.line(name, [(x, y + 2 * unit), (x + 3.2 * unit * len(text), y + 2 * unit)], 2 * unit, value // 2)
            return
        strokes = [
            self._px([(x + (i * 3.2 + a) * unit, y + b * unit) for a, b in stroke])
            for i, letter in enumerate(text)
            for stroke in GLYPHS[letter]
        ]
        thick = max(1, round(0.4 * unit * self.pitch))
        cv2.polylines(self.mask[name], strokes, False, value, thick, cv2.LINE_AA, 4)

    def number(self, letter: str) -> str:
        """Return a designator such as R12."""
        return letter + self.word(int(self.rng.integers(1, 3)), "1234578")

    def word(self, length: int, letters: str) -> str:
        """Return a word of random letters."""
        return "".join(letters[i] for i in self.rng.integers(len(letters), size=length))

    def claim(self, w: int, h: int) -> tuple[int, int] | None:
        """Take w x h free cells somewhere and return their first column and row; None: no room was found."""
        if w > self.columns or h > self.rows:
            return None
        for _ in range(8):
            x = int(self.rng.random() * (self.columns - w + 1))
            y = int(self.rng.random() * (self.rows - h + 1))
            if not self.taken[y : y + h, x : x + w].any():
                self.taken[y : y + h, x : x + w] = True
                return x, y
        return None

    def via(self, x: int, y: int) -> None:
        """Place a plated hole."""
        self.disc("pads", x, y, 0.38)
        self.disc("holes", x, y, 0.19)


def draw_unmarked(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a board without designators and marks of chips; its roi is the free solder mask, where print may lie."""
    board = Layout(hw, rng, is_marked=False)
    drawing = _populated(board, hw)
    taken = functools.reduce(cv2.max, (board.mask[name] for name in _NO_PRINT))
    reach = 2 * round(0.25 * board.pitch) + 1
    free = cv2.dilate(taken, np.ones((reach, reach), np.uint8)) == 0
    return replace(drawing, roi=free if free.any() else None)


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a board: three (H, W) planes, no roi."""
    return _populated(Layout(hw, rng), hw)


def _populated(board: Layout, hw: tuple[int, int]) -> Drawing:
    """Return a board with its parts, traces and vias."""
    rng = board.rng
    cells = board.rows * board.columns
    for _ in range(max(1, cells // 500)):
        _chip(board, four_sided=rng.random() < 0.45)
    for _ in range(max(1, cells // 1200)):
        (_header, _can)[rng.integers(2)](board)
    for _ in range(max(1, cells // 60)):
        _small_part(board)
    for bundle in board.starts:
        route(board, bundle)
    for _ in range(max(2, cells // 90)):
        x, y = int(rng.integers(board.columns)), int(rng.integers(board.rows))
        if not board.taken[y, x]:
            board.taken[y, x] = True
            board.via(x, y)
            route(board, [(x, y, int(rng.integers(8)))])
    return _render(board, hw, rng)


def _chip(board: Layout, four_sided: bool) -> None:
    """Place a chip with leads on two or four sides, its outline, its first-pin dot and its marking."""
    rng = board.rng
    pins = int(rng.integers(5, 10)) if four_sided else int(rng.integers(3, 9))
    long, wide = pins + 1, pins + 1 if four_sided else 4
    upright = bool(rng.integers(2))
    w, h = (wide, long) if upright else (long, wide)
    place = board.claim(w + 4, h + 4)
    if place is None:
        return
    x, y = place[0] + 1.5 + w / 2, place[1] + 1.5 + h / 2
    for side in range(4):
        sideways = side % 2 == 0
        if not four_sided and sideways != upright:
            continue
        sign = 1 if side < 2 else -1
        reach = (w if sideways else h) / 2
        bundle = []
        for pin in range(pins):
            along = pin - (pins - 1) / 2
            outwards = sign * (reach + 0.75)
            px, py = (x + outwards, y + along) if sideways else (x + along, y + outwards)
            lead = sign * (reach + 0.3)
            lx, ly = (x + lead, y + along) if sideways else (x + along, y + lead)
            board.box("pads", px, py, *((1.1, 0.56) if sideways else (0.56, 1.1)))
            board.box("metal", lx, ly, *((0.95, 0.36) if sideways else (0.36, 0.95)))
            bundle.append((round(px + sign * 0.4 * sideways), round(py + sign * 0.4 * (not sideways)), side * 2))
            board.line("copper", [(px, py), bundle[-1][:2]], 0.26)
        board.starts.append(bundle)
    board.box("chips", x, y, w - 0.3, h - 0.3)
    board.disc("marks", x - w / 2 + 0.8, y - h / 2 + 0.8, 0.24, 90)
    for row in range(max(1, min(3, int(h - 2)))):
        text = board.word(max(1, int((w - 1.6) / 0.75)), "".join(GLYPHS))
        board.text("marks", text, x - w / 2 + 0.9, y - h / 2 + 1.25 + row * 1.15, 0.75, 120)
    board.disc("silk", x - w / 2 - 0.9, y - h / 2 - 1.2, 0.2)
    board.text("silk", board.number("U"), x + w / 2 - 0.6, y - h / 2 - 1.6, 0.95)


def _small_part(board: Layout) -> None:
    """Place a row of resistors or capacitors."""
    rng = board.rng
    resistor, upright = bool(rng.integers(2)), bool(rng.integers(2))
    letter = "R" if resistor else "C"
    count = int(rng.integers(1, 4))
    w, h = (2 * count, 4) if upright else (4, 2 * count)
    place = board.claim(w + 1, h + 1)
    if place is None:
        return
    ends = ([], [])
    for i in range(count):
        x, y = (place[0] + 1 + 2 * i, place[1] + 2) if upright else (place[0] + 2, place[1] + 1 + 2 * i)
        for end, sign in enumerate((-1, 1)):
            dx, dy = (0, sign) if upright else (sign, 0)
            board.box("pads", x + dx * 0.95, y + dy * 0.95, *((1.15, 0.8) if upright else (0.8, 1.15)))
            board.box("metal", x + dx * 0.72, y + dy * 0.72, *((0.9, 0.5) if upright else (0.5, 0.9)))
            ends[end].append((x + dx, y + dy, (2 if sign > 0 else 6) if upright else (0 if sign > 0 else 4)))
        board.box("chips" if resistor else "ceramic", x, y, *((0.92, 1.05) if upright else (1.05, 0.92)))
    board.starts.extend(ends)
    label = (place[0] + 0.4, place[1] - 0.5) if upright else (place[0] + 3.5, place[1] + 0.5)
    board.text("silk", board.number(letter), *label, 0.8)


def _header(board: Layout) -> None:
    """Place a row of plated through-holes in a printed frame."""
    count = int(board.rng.integers(3, 9))
    upright = bool(board.rng.integers(2))
    w, h = (2, 2 * count) if upright else (2 * count, 2)
    place = board.claim(w + 1, h + 1)
    if place is None:
        return
    for i in range(count):
        x, y = (place[0] + 1, place[1] + 1 + 2 * i) if upright else (place[0] + 1 + 2 * i, place[1] + 1)
        if i == 0:
            board.box("pads", x, y, 1.5, 1.5)
        board.disc("pads", x, y, 0.78)
        board.disc("holes", x, y, 0.44)
    left, top, right, bottom = place[0] - 0.1, place[1] - 0.1, place[0] + w + 0.1, place[1] + h + 0.1
    board.line("silk", [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], 0.12)


def _can(board: Layout) -> None:
    """Place an electrolytic capacitor: a metal can with a dark stripe."""
    radius = int(board.rng.integers(2, 4))
    place = board.claim(2 * radius + 2, 2 * radius + 2)
    if place is None:
        return
    x, y = place[0] + radius + 0.5, place[1] + radius + 0.5
    board.box("chips", x, y, 2 * radius + 0.4, 2 * radius + 0.4)
    board.disc("metal", x, y, radius * 0.97)
    board.disc("marks", x, y, radius * 0.86, 60)
    board.text("silk", board.number("C"), x - radius, y - radius - 1.2, 0.9)


def route(board: Layout, bundle: list[tuple[int, int, int]]) -> None:
    """Lead the pads of one side away along one pattern of turns, so that the traces run side by side."""
    rng = board.rng
    reaches, turns = rng.integers(2, 9, size=4).tolist(), (rng.integers(2, size=4) * 2 - 1).tolist()
    legs = [(reaches[0] // 2, 0), *zip(reaches[1:], turns[1:], strict=True)][: int(2 + 3 * rng.random())]
    width = (0.22, 0.28, 0.4)[int(3 * rng.random())]
    for x, y, heading in bundle:
        if rng.random() < 0.2:
            continue
        points = [(x, y)]
        for reach, turn in legs:
            heading = (heading + turn) % 8
            dx, dy = HEADINGS[heading]
            for _ in range(reach):
                if not _is_free(board.taken, x, y, dx, dy):
                    break
                x, y = x + dx, y + dy
                board.taken[y, x] = True
            if (x, y) == points[-1]:  # blocked: going on would turn too sharply
                break
            points.append((x, y))
        if len(points) > 1:
            board.line("copper", points, width)
            board.via(x, y)


def _is_free(taken: np.ndarray, x: int, y: int, dx: int, dy: int) -> bool:
    """Say whether a trace may go on from a cell by one step: the next cell is free and no other trace is crossed."""
    rows, columns = taken.shape
    if not (0 <= x + dx < columns and 0 <= y + dy < rows and 0 <= x < columns and 0 <= y < rows):
        return False
    if taken[y + dy, x + dx]:
        return False
    return not (dx != 0 and dy != 0 and taken[y, x + dx] and taken[y + dy, x])


def share_of(mask: np.ndarray) -> np.ndarray:
    """Return a uint8 mask as float32 in [0, 1]."""
    return cv2.LUT(mask, np.arange(256, dtype=np.float32) / np.float32(255))


def _render(board: Layout, hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return the laid-out board under its light."""
    unit, pitch = min(hw) / 512, board.pitch
    layer = {name: share_of(mask) for name, mask in board.mask.items()}
    copper = layer["copper"]
    if rng.random() < 0.7:
        gap = max(3, 2 * round(0.3 * pitch) + 1)
        kept = cv2.dilate(cv2.max(board.mask["copper"], board.mask["pads"]), np.ones((gap, gap), np.uint8))
        copper += share_of(cv2.bitwise_not(kept))
    light = Light(between(rng, 0, 360), between(rng, 42, 62))
    edge_px = max(0.5, 0.8 * unit)
    bodies = share_of(cv2.max(cv2.max(board.mask["chips"], board.mask["ceramic"]), board.mask["metal"]))
    relief = cv2.addWeighted(cv2.max(copper, layer["pads"]), 0.45, layer["pads"], 0.5, 0.0)
    relief = cv2.scaleAdd(bodies, 1.3, cv2.scaleAdd(layer["holes"], -1.5, relief))
    relief = cv2.GaussianBlur(relief, (0, 0), edge_px)
    relief += noise.smooth(hw, max(1.0, 2.5 * unit), rng) * np.float32(0.012)
    diffuse, gloss = shade(relief * np.float32(max(0.5, unit)), light, 24)

    hue, depth = between(rng, 118, 162), between(rng, 0.9, 1.45)
    bare, covered = hsv(hue, 0.88, 0.17 * depth), hsv(hue - 8, 0.78, 0.34 * depth)
    finish: Colour = (0.86, 0.70, 0.40) if rng.random() < 0.5 else (0.68, 0.69, 0.70)
    planes = mixed(bare, covered, copper)
    planes = over(planes, (0.86, 0.87, 0.84), layer["silk"] * np.float32(0.88))
    planes = over(planes, finish, layer["pads"])
    planes = over(planes, (0.03, 0.03, 0.03), layer["holes"])
    light_x, light_y, _ = light.direction
    fall = 0.42 * pitch
    shift = np.array([[1, 0, -light_x * fall], [0, 1, -light_y * fall]], np.float64)
    shadow = cv2.GaussianBlur(cv2.warpAffine(bodies, shift, (hw[1], hw[0])), (0, 0), max(0.5, 0.16 * pitch))
    diffuse *= np.float32(1.0) - np.float32(0.55) * shadow * (np.float32(1.0) - bodies)
    body = between(rng, 0.05, 0.085)
    planes = over(planes, (0.62, 0.5, 0.36), layer["ceramic"])
    planes = over(planes, (body, body, body * 1.05), layer["chips"])
    planes = over(planes, (0.66, 0.66, 0.67), layer["metal"])
    planes = over(planes, (0.55, 0.55, 0.53), layer["marks"])
    cloud = noise.fractal(hw, 200 * unit, rng, octaves=3) * np.float32(0.03) + np.float32(1.0)
    shine = cv2.max(gloss, -0.1) * (np.float32(0.16) + np.float32(0.4) * cv2.max(layer["pads"], layer["metal"]))
    return Drawing(planes=lit(planes, diffuse * cloud, shine), light_deg=light.azimuth_deg)
