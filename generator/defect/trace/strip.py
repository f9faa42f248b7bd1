"""What runs through a point: a strip of copper between laminate, or of laminate between copper.

The strip is crossed in eight directions; the shortest way is its width. More crossings ahead and back give its
direction and say whether it goes straight on with the same width: only then it is a strip.
Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

_STEPS = 24  # to each side of a point, however far it is looked
_THINNEST_PX = 0.8
_LEAST_BESIDE_PX = 1.2  # of the other material beside a strip
_PLACES = (-1.7, -0.9, 0.0, 0.9, 1.7)  # widths from the point; letters and pads end sooner
_NEAR_PLACES = (-1.0, 0.0, 1.0)  # gaps are shorter than traces
_ANGLES_DEG = np.arange(0.0, 180.0, 22.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A straight piece of a strip.

    Attributes:
        x, y: on its middle line, px.
        along_deg: its direction, counter-clockwise as displayed.
        width_px: from border to border.
        left_px, right_px: how far the other material goes on beyond each border, inf where no end was seen; left is 90
            degrees counter-clockwise of ``along_deg``.
    """

    x: float
    y: float
    along_deg: float
    width_px: float
    left_px: float
    right_px: float


def measure_strips(
    share: np.ndarray, points: np.ndarray, reach_px: np.ndarray, widest_px: float, is_long: bool
) -> list[Strip]:
    """Return the strips through points; a point through which none goes straight on has none.

    Args:
        share: (h, w) float32, each pixel's share of the strip's material.
        points: (N, 2) x, y in px of ``share``.
        reach_px: (N,) how far from each point its strip's borders may lie.
        widest_px: widest strip.
        is_long: whether it must go on as far as traces do; gaps between them are shorter.
    """
    turns = np.radians(_ANGLES_DEG)
    directions = np.stack([np.cos(turns), -np.sin(turns)], axis=1)
    count, ways = len(points), len(turns)
    steps = np.repeat(reach_px / _STEPS, ways)
    lines = _profiles(share, np.repeat(points, ways, axis=0), np.tile(directions, (count, 1)), steps)
    back, ahead = (side.reshape(count, ways) for side in _crossings(lines, steps))
    widths = back + ahead
    best = np.argmin(widths, axis=1)
    every = np.arange(count)
    width = widths[every, best]
    holds = (width >= _THINNEST_PX) & (width <= widest_px)
    if not holds.any():
        return []
    every, best, width = every[holds], best[holds], width[holds]
    across = directions[best]
    middles = points[holds] + across * ((ahead[every, best] - back[every, best]) / 2.0)[:, None]
    onward = np.stack([across[:, 1], -across[:, 0]], axis=1) * np.maximum(width, 2.0)[:, None]
    places = np.array(_PLACES if is_long else _NEAR_PLACES)
    middles = (middles[:, None, :] + onward[:, None, :] * places[:, None]).reshape(-1, 2)
    sideways = np.repeat(across, len(places), axis=0)
    steps = np.repeat((2.0 * width + 8.0) / _STEPS, len(places))
    lines = _profiles(share, middles, sideways, steps)
    back, ahead = _crossings(lines, steps)
    ended = np.isfinite(back) & np.isfinite(ahead)
    shift = np.where(ended, np.where(ended, ahead, 0.0) - np.where(ended, back, 0.0), 0.0) / 2.0
    middles = middles + sideways * shift[:, None]
    per = len(places)
    widths = (back + ahead).reshape(-1, per)
    here = widths[:, per // 2]
    with np.errstate(invalid="ignore"):  # inf - inf is nan, which agrees with nothing
        agree = np.repeat(np.abs(widths - here[:, None]).max(axis=1) <= 0.25 * here + 0.4, per)
    lines, steps, back, ahead, middles, sideways = (
        each[agree] for each in (lines, steps, back, ahead, middles, sideways)
    )
    # what lies nearest anywhere along a piece
    behind = _beyond(lines[:, _STEPS::-1], back, steps).reshape(-1, per).min(axis=1)
    before = _beyond(lines[:, _STEPS:], ahead, steps).reshape(-1, per).min(axis=1)
    found = []
    for i, sides in enumerate(zip(behind.tolist(), before.tolist(), strict=True)):
        middle = i * per + per // 2
        width = float(back[middle] + ahead[middle])
        ends = (float(side[middle] + 1.5) / float(steps[middle]) for side in (back, ahead))
        if min(sides) >= _LEAST_BESIDE_PX and _lies_between(lines[middle], *ends):
            found.append(_strip(middles[i * per : (i + 1) * per], sideways[middle], width, sides))
    return [strip for strip in found if strip is not None]


def _strip(middles: np.ndarray, across: np.ndarray, width_px: float, sides_px: tuple[float, float]) -> Strip | None:
    """Return the strip whose middle line runs through some points; None if it turns away from square to ``across``.

    Args:
        middles: (N, 2) px, in order.
        across: the unit vector in which the strip was crossed.
        width_px: its width in that direction.
        sides_px: how far the other material goes on behind and ahead, in that direction.
    """
    (first_x, first_y), (x, y), (last_x, last_y) = (middles[i].tolist() for i in (0, len(middles) // 2, -1))
    along_x, along_y = last_x - first_x, last_y - first_y
    length = math.hypot(along_x, along_y)
    across_x, across_y = across.tolist()
    lean = abs(along_x * across_x + along_y * across_y) / max(length, 1e-6)
    if length < 1e-6 or lean > 0.35:
        return None
    # a crossing runs from back to ahead; which of them is on the left depends on how the two axes lie
    left_is_ahead = along_x * across_y - along_y * across_x < 0
    left, right = sides_px[::-1] if left_is_ahead else sides_px
    return Strip(
        x=x,
        y=y,
        along_deg=math.degrees(math.atan2(-along_y, along_x)),
        width_px=width_px * math.sqrt(1.0 - lean * lean),
        left_px=left,
        right_px=right,
    )


def _lies_between(line: np.ndarray, back: float, ahead: float) -> bool:
    """Say whether one other material lies on both sides; a lit edge has copper on one and laminate on the other."""
    return min(float(line[max(_STEPS - round(back), 0)]), float(line[min(_STEPS + round(ahead), 2 * _STEPS)])) > -0.6


def _profiles(share: np.ndarray, points: np.ndarray, directions: np.ndarray, steps_px: np.ndarray) -> np.ndarray:
    """Return the share of the strip's material along lines through points, (N, 2 _STEPS + 1) float32."""
    away = np.arange(-_STEPS, _STEPS + 1, dtype=np.float32)
    moves = (directions * steps_px[:, None]).astype(np.float32)
    places = (points - 0.5).astype(np.float32)[:, None, :] + moves[:, None, :] * away[:, None]
    return cv2.remap(share, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _crossings(lines: np.ndarray, steps_px: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how far the material reaches from the middle of each line, backwards and ahead, (N,) px; inf: no end."""
    return tuple(_first_below(side) * steps_px for side in (lines[:, _STEPS::-1], lines[:, _STEPS:]))


def _first_below(lines: np.ndarray) -> np.ndarray:
    below = lines < 0.5
    first = np.argmax(below, axis=1)
    rows = np.arange(len(lines))
    inner, outer = lines[rows, np.maximum(first - 1, 0)], lines[rows, first]
    part = (inner - 0.5) / np.maximum(inner - outer, 1e-6)
    return np.where(below[rows, first], np.where(first == 0, 0.0, first - 1 + part), np.inf)


def _beyond(lines: np.ndarray, borders_px: np.ndarray, steps_px: np.ndarray) -> np.ndarray:
    """Return how far the other material goes on beyond the border, (N,) px; inf: as far as the lines run outwards."""
    starts = np.ceil(np.minimum(borders_px / steps_px, lines.shape[1]))[:, None]
    again = (lines > 0.5) & (np.arange(lines.shape[1]) >= starts)
    return np.where(again.any(axis=1), np.maximum(np.argmax(again, axis=1) * steps_px - borders_px, 0.0), np.inf)
