"""Angles drawn over the image: an arrow to where its own top points, the boxes of parts with a mark on their top edge.

Lines have a dark and a light side, so that they are seen on any surface. Beside them stands the same turned back by the
label: where that is upright, the label is right. Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from generator.core.annotation import Orientation, Part
from generator.core.geometry import Rect
from generator.imaging.move.turn import Turn, cos_sin
from generator.imaging.panel import Colour, shown

UP: Colour = (255, 255, 255)
_DARK: Colour = (0, 0, 0)
_STEPS = 4  # bits of a pixel that lines are drawn to
_DIAL_PX, _DIAL = 9.0, 0.085  # radius of the dial that the arrow stands on: least, and as a share of the shorter side
_SHADE = 0.7  # how dark the dial is
_HEAD_PX, _LEAST_HEAD_PX = 13.0, 6.0  # mark on the top edge; least where the box is small
_AROUND = 1.25  # how much more than a part its close-up shows
_BEYOND = 33  # level of what lies beyond the image


def draw_angles(
    picture: np.ndarray, window: Rect, orientation: Orientation | None, parts: Sequence[tuple[Part, Colour]]
) -> np.ndarray:
    """Return a picture with the angles over it.

    Args:
        picture: (h, w, 3) uint8 RGB, which shows ``window`` of the image.
        window: part of the image.
        orientation: of the image; None, or one without an angle: no arrow.
        parts: each with the colour of its class; one that looks the same at every angle has no mark.
    """
    out = picture.copy()
    scale = np.array([out.shape[1] / window.w, out.shape[0] / window.h])
    for part, colour in parts:
        quad = (np.asarray(part.quad_xy, np.float64) - (window.x, window.y)) * scale
        _closed(out, quad, colour)
        if part.orientation.angle_deg is not None:
            _solid(out, _mark(quad), colour)
    if orientation is not None and orientation.angle_deg is not None:
        _arrow(out, orientation.angle_deg)
    return out


def turned_back(picture: np.ndarray, angle_deg: float) -> np.ndarray:
    """Return an (h, w, 3) picture turned by the negative of its label, on a square as wide as its longer side."""
    side = max(picture.shape[:2])
    turn = Turn.about_centre(-angle_deg, (picture.shape[1], picture.shape[0]), (side, side), kernel="linear")
    return _seen(picture, turn)


def part_turned_back(image: np.ndarray, part: Part, colour: Colour, white: int, panel_px: int) -> np.ndarray:
    """Return a part as it lies when its own top is up, (panel_px, panel_px, 3) uint8, with its box around it.

    Args:
        image: (H, W, C) uint8 or uint16.
        part: its angle need not be known: its box is.
        colour: of its class.
        white: the value shown as full brightness.
        panel_px: side of the picture returned.
    """
    turn = close_up(part, panel_px)
    width, height = turn.wh
    corners = np.array([(0, 0, 1), (width, 0, 1), (width, height, 1), (0, height, 1)]) @ np.linalg.inv(turn.matrix).T
    (left, top), (right, bottom) = np.floor(corners[:, :2].min(axis=0)) - 2, np.ceil(corners[:, :2].max(axis=0)) + 2
    shown_rect = Rect(int(left), int(top), int(right - left), int(bottom - top)).clipped(image.shape[:2])
    if shown_rect.is_empty:
        return np.full((height, width, 3), _BEYOND, np.uint8)
    out = _seen(shown(image[shown_rect.slices], white), turn.part(shown_rect, Rect(0, 0, width, height)))
    return draw_angles(
        out, Rect(0, 0, width, height), None, [(replace(part, quad_xy=turn.points(part.quad_xy)), colour)]
    )


def close_up(part: Part, panel_px: int) -> Turn:
    """Return the map from the image to a part's close-up, in which its box is upright."""
    quad = np.asarray(part.quad_xy, np.float64)
    width, height = (max(1.0, math.dist(quad[0], quad[corner])) for corner in (1, 3))
    right = quad[1] - quad[0] + quad[2] - quad[3]
    angle = math.degrees(math.atan2(-right[1], right[0]))
    scale = panel_px / (_AROUND * max(width, height))
    x, y = quad.mean(axis=0).tolist()
    return Turn(
        angle_deg=-angle,
        scale=scale,
        pivot_xy=(x, y),
        to_xy=(panel_px / 2.0, panel_px / 2.0),
        wh=(panel_px, panel_px),
        kernel="linear",
        is_exact=False,
    )


def _seen(image: np.ndarray, turn: Turn) -> np.ndarray:
    """Return an image through a turn, dark beyond it."""
    inside = turn.numbers(np.ones(image.shape[:2], bool))
    return np.where(inside[..., None], turn.pixels(image, 255), np.uint8(_BEYOND))


def _mark(quad: np.ndarray) -> np.ndarray:
    """Return the corners of a triangle within a box that points at the middle of its first side and touches it."""
    along, down = quad[1] - quad[0], quad[3] - quad[0]
    width, height = np.hypot(*along) + 1e-6, np.hypot(*down) + 1e-6
    size = max(_LEAST_HEAD_PX, min(_HEAD_PX, 0.3 * min(width, height)))
    tip = (quad[0] + quad[1]) / 2.0
    foot, aside = tip + size * down / height, 0.62 * size * along / width
    return np.array([foot - aside, tip, foot + aside])


def _arrow(picture: np.ndarray, angle_deg: float) -> None:
    """Draw an arrow on a dial in a picture's top left corner, in place: it hides no label."""
    radius = max(_DIAL_PX, _DIAL * min(picture.shape[:2]))
    middle = np.array([radius + 4.0, radius + 4.0])
    face = picture.copy()
    cv2.circle(face, _fixed(middle).tolist(), round(radius * (1 << _STEPS)), _DARK, -1, cv2.LINE_AA, _STEPS)
    picture[:] = cv2.addWeighted(face, _SHADE, picture, 1.0 - _SHADE, 0.0)
    cv2.circle(picture, _fixed(middle).tolist(), round(radius * (1 << _STEPS)), UP, 1, cv2.LINE_AA, _STEPS)
    cos, sin = cos_sin(angle_deg)
    up, right = np.array([-sin, -cos]) * 0.82 * radius, np.array([cos, -sin]) * 0.82 * radius
    neck = middle + 0.1 * up
    _line(picture, np.array([middle - up, neck]), UP, 2)
    head = np.array([neck - 0.5 * right, middle + up, neck + 0.5 * right])
    cv2.fillPoly(picture, [_fixed(head)], UP, cv2.LINE_AA, _STEPS)


def _fixed(points: np.ndarray) -> np.ndarray:
    return np.rint((points - 0.5) * (1 << _STEPS)).astype(np.int32)


def _line(picture: np.ndarray, points: np.ndarray, colour: Colour, px: int, is_closed: bool = False) -> None:
    cv2.polylines(picture, [_fixed(points)], is_closed, colour, px, cv2.LINE_AA, _STEPS)


def _closed(picture: np.ndarray, points: np.ndarray, colour: Colour) -> None:
    _line(picture, points, _DARK, 4, is_closed=True)
    _line(picture, points, colour, 2, is_closed=True)


def _solid(picture: np.ndarray, points: np.ndarray, colour: Colour) -> None:
    _line(picture, points, _DARK, 3, is_closed=True)
    cv2.fillPoly(picture, [_fixed(points)], colour, cv2.LINE_AA, _STEPS)
