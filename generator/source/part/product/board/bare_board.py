"""A bare printed board before anything is mounted: copper traces, pads and vias on laminate.

Bundles of traces are routed over a coarse grid until it is full. The copper is bare on glass-fibre laminate, bright
and dark as an inspection camera shows an inner layer, or lies under a solder mask. Source: own.
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.imaging import noise
from generator.imaging.relief import Light, shade
from generator.source.part.drawing import Colour, Drawing, between, hsv, lit, mixed, over
from generator.source.part.product.board.circuit_board import HEADINGS, Layout, route, share_of

_LEAST_PITCH_PX = 11.0


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a board: three (H, W) planes, no roi."""
    unit = min(hw) / 512
    board = Layout(hw, rng, max(_LEAST_PITCH_PX, unit * between(rng, 15.0, 24.0)))
    for _ in range(max(6, board.rows * board.columns // 14)):
        _bundle(board)
    if rng.random() < 0.25:
        gap = 2 * round(0.35 * board.pitch) + 1
        kept = cv2.dilate(board.mask["copper"], np.ones((gap, gap), np.uint8))
        pour = cv2.compare(kept, 0, cv2.CMP_EQ)
        least = 2 * round(0.3 * board.pitch) + 1
        pour = cv2.morphologyEx(pour, cv2.MORPH_OPEN, np.ones((least, least), np.uint8))
        board.mask["copper"] = cv2.max(board.mask["copper"], pour)
    copper, holes = share_of(board.mask["copper"]), share_of(board.mask["holes"])
    copper = cv2.GaussianBlur(copper, (0, 0), max(0.4, 0.5 * unit))
    laminate, metal, sheen = _finish(rng)
    light = Light(between(rng, 0, 360), between(rng, 48, 70))
    relief = cv2.scaleAdd(holes, -1.2, copper * np.float32(0.35))
    relief = cv2.GaussianBlur(relief, (0, 0), max(0.5, 0.7 * unit))
    relief += noise.smooth(hw, max(1.0, 2.0 * unit), rng) * np.float32(0.01)
    diffuse, gloss = shade(relief * np.float32(max(0.6, unit)), light, 24)
    planes = over(mixed(laminate, metal, copper), (0.03, 0.03, 0.03), holes)
    weave = noise.streaks(hw, 18 * unit, max(1.0, 2.5 * unit), 0.0, rng)
    weave += noise.streaks(hw, 18 * unit, max(1.0, 2.5 * unit), 90.0, rng)
    tone = np.float32(1.0) + weave * np.float32(0.012) * (np.float32(1.0) - copper)
    tone += noise.fractal(hw, 180 * unit, rng, octaves=3) * np.float32(0.02)
    shine = cv2.max(gloss, -0.1) * (np.float32(0.1) + np.float32(sheen) * copper)
    return Drawing(planes=lit(planes, diffuse * tone, shine), light_deg=light.azimuth_deg)


def _bundle(board: Layout) -> None:
    """Route a few traces side by side from a row of pads."""
    rng = board.rng
    x, y = int(rng.integers(board.columns)), int(rng.integers(board.rows))
    heading, count = 2 * int(rng.integers(4)), int(rng.integers(1, 6))
    dx, dy = HEADINGS[(heading + 2) % 8]
    starts = []
    for i in range(count):
        column, row = x + i * dx, y + i * dy
        if not (0 <= column < board.columns and 0 <= row < board.rows) or board.taken[row, column]:
            break
        board.taken[row, column] = True
        board.disc("copper", column, row, 0.36)
        starts.append((column, row, heading))
    before = board.mask["pads"]
    board.mask["pads"] = board.mask["copper"]  # a via is copper like everything else here
    route(board, starts)
    board.mask["pads"] = before


def _finish(rng: np.random.Generator) -> tuple[Colour, Colour, float]:
    """Return the laminate's colour, the copper's, and how strongly copper mirrors."""
    kind = int(rng.integers(3))
    if kind == 0:  # bare copper on glass fibre
        depth = between(rng, 0.8, 1.1)
        return (0.36 * depth, 0.35 * depth, 0.20 * depth), (0.80, between(rng, 0.52, 0.60), 0.36), 0.35
    if kind == 1:  # an inner layer, lit so that copper alone is bright
        dark, bright = between(rng, 0.06, 0.16), between(rng, 0.68, 0.86)
        return (dark, dark, dark), (bright, bright * 0.98, bright * 0.94), 0.1
    hue = (140.0, 225.0, 2.0)[int(rng.integers(3))] + between(rng, -8, 8)  # under green, blue or red mask
    depth = between(rng, 0.9, 1.3)
    return hsv(hue, 0.85, 0.18 * depth), hsv(hue - 4, 0.75, 0.40 * depth), 0.12
