"""A row's courses or contours, bent, turned, placed and corrected until the mask has the size that was drawn.

Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from generator.core.geometry import Rect
from generator.defect.fitted.draw import fill_lines, fill_rings, length_px
from generator.defect.fitted.row import SIDES, Row
from generator.defect.outline import Room, Site
from generator.imaging.surround import depth_px

_LOOPS = 2  # corrections of length, width and area
_BEYOND_PX = 12  # how far a mask that reaches a side of the image goes on beyond it
_BENDS = ((1.6, 0.10), (0.7, 0.035), (0.3, 0.012))  # wavelength and strength, as shares of the length


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a new defect shall be like, relative to its row.

    Attributes:
        size: what lengths are multiplied by.
        wider: what the width is multiplied by beyond that.
        turn_deg: how far it is turned.
        bend: how far it is bent.
    """

    size: float
    wider: float
    turn_deg: float
    bend: float


def varied(
    row: Row, wish: Wish, site: Site, room: Room, rng: np.random.Generator
) -> tuple[list[np.ndarray], np.ndarray, int, int]:
    """Return a new defect after a row.

    Returns:
        Its parts, px of the image; the mask (h, w) bool that a person would draw, and x, y of its first pixel. The mask
        may reach a little beyond the image.
    """
    parts = row.points()
    at_side = [_at_sides(part, row, parts) for part in parts]
    stretch = _stretch(row, room.hw)
    for part in parts:
        part[:, :2] *= stretch * wish.size
        part[:, 2:] *= wish.size * wish.wider
    _bend(parts, wish.bend, max(row.length_px * wish.size, 6.0), rng)
    _turn(parts, row, wish.turn_deg, rng)
    spans = bool(np.any(stretch != 1.0))
    length, width = row.length_px * wish.size, row.width_px * wish.size * wish.wider
    area = row.area_px * wish.size**2 * wish.wider * float(stretch.prod())
    angle = math.radians(row.angle_deg)
    across = np.array([math.sin(angle), math.cos(angle)])
    for loop in range(_LOOPS + 1):
        placed = _placed(parts, at_side, row, site, room)
        mask, x, y = fill_lines(placed, room.hw) if row.kind == "line" else fill_rings(placed, room.hw)
        rect = Rect(x, y, mask.shape[1], mask.shape[0])
        inside = np.ascontiguousarray(mask[rect.clipped(room.hw).inside(rect)])
        if loop == _LOOPS or not inside.any():
            break
        longer = 1.0 if spans else float(np.clip(length / length_px(inside), 0.7, 1.4))
        more = area / np.count_nonzero(inside) / longer
        if row.kind == "line":  # a course that came out longer may keep its width: both are met half way
            more = math.sqrt(more * width / max(4.0 * float(depth_px(inside)[inside].mean()), 0.5))
        more = float(np.clip(more, 0.7, 1.4))
        for part in parts:
            part[:, :2] *= longer
            if row.kind == "line":
                part[:, 2] *= more
            else:
                part[:, :2] += ((more - 1.0) * (part[:, :2] @ across))[:, None] * across
    return placed, mask, x, y


def _at_sides(part: np.ndarray, row: Row, parts: list[np.ndarray]) -> np.ndarray:
    """Return which points reach which side of the image, (N, 4) bool: ends of courses, or any point of a contour."""
    everything = np.concatenate(parts)
    half = everything[:, 2:] / 2.0 if row.kind == "line" else 0.0
    low, high = (everything[:, :2] - half).min(axis=0), (everything[:, :2] + half).max(axis=0)
    mine = part[:, 2] / 2.0 if row.kind == "line" else np.zeros(len(part))
    found = np.zeros((len(part), 4), bool)
    for number, side in enumerate(SIDES):
        if side in row.touches:
            axis = 0 if side in "lr" else 1
            apart = part[:, axis] - mine - low[axis] if side in "lt" else high[axis] - mine - part[:, axis]
            found[:, number] = apart <= 1.6
    if row.kind == "line":
        found[1:-1] = False
    return found


def _stretch(row: Row, hw: tuple[int, int]) -> np.ndarray:
    """Return what a row is stretched by, across and down: one that spans its image spans this one too."""
    size, own = (hw[1], hw[0]), row.wh
    spans = row.spans()
    return np.array([size[axis] / own[axis] if spans[axis] else 1.0 for axis in (0, 1)])


def _bend(parts: list[np.ndarray], bend: float, length: float, rng: np.random.Generator) -> None:
    """Move the points by a smooth random field of several wavelengths, in place."""
    for share, strength in _BENDS:
        turns = rng.uniform(0.0, 2.0 * np.pi, (3, 2))
        moves = rng.standard_normal((3, 2)) * (bend * strength * length * 0.55)
        waves = np.stack([np.cos(turns[:, 0]), np.sin(turns[:, 0])]) * (2.0 * np.pi / (share * length))
        for part in parts:
            part[:, :2] += np.sin(part[:, :2] @ waves + turns[:, 1]) @ moves


def _turn(parts: list[np.ndarray], row: Row, turn_deg: float, rng: np.random.Generator) -> None:
    """Turn the points in place; those of a row that touches no side are mirrored along and across their axis too."""
    angle, turn = math.radians(row.angle_deg), math.radians(turn_deg)
    along, across = np.array([math.cos(angle), -math.sin(angle)]), np.array([math.sin(angle), math.cos(angle)])
    flips = np.where(rng.random(2) < 0.5, -1.0, 1.0)
    if row.touches:
        flips[:] = 1.0
    mirror = flips[0] * np.outer(along, along) + flips[1] * np.outer(across, across)
    rotation = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    for part in parts:
        part[:, :2] = part[:, :2] @ mirror @ rotation


def _placed(parts: list[np.ndarray], at_side: list[np.ndarray], row: Row, site: Site, room: Room) -> list[np.ndarray]:
    """Return the parts about the site, moved so that they reach the sides that the row touched and no other."""
    everything = np.concatenate(parts)
    half = everything[:, 2:] / 2.0 if row.kind == "line" else 0.0
    low, high = (everything[:, :2] - half).min(axis=0), (everything[:, :2] + half).max(axis=0)
    move = np.zeros(2)
    for axis, (first, last, extent, at) in enumerate((("l", "r", room.hw[1], site.x), ("t", "b", room.hw[0], site.y))):
        starts, ends = first in row.touches, last in row.touches
        middle = (low[axis] + high[axis]) / 2.0
        if starts and ends:
            move[axis] = extent / 2.0 - middle
        elif starts:
            move[axis] = -low[axis]
        elif ends:
            move[axis] = extent - high[axis]
        else:
            least, most = 2.0 - low[axis], extent - 2.0 - high[axis]
            move[axis] = np.clip(at - middle, least, most) if least <= most else (least + most) / 2.0
    placed = []
    for part, reached in zip(parts, at_side, strict=True):
        moved = part.copy()
        moved[:, :2] += move
        for number, side in enumerate(SIDES):
            axis, edge = (0, room.hw[1]) if side in "lr" else (1, room.hw[0])
            beyond = moved[reached[:, number], axis]
            beyond = np.minimum(beyond, -_BEYOND_PX) if side in "lt" else np.maximum(beyond, edge + _BEYOND_PX)
            moved[reached[:, number], axis] = beyond
        placed.append(moved)
    return placed
