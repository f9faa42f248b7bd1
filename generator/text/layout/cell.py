"""A text in a rectangle, and a rectangle on an image. Source: own."""

from __future__ import annotations

import math

import numpy as np

from generator.core.errors import ConfigError, require
from generator.imaging.warp import Warp, quad_to_quad
from generator.text.plate import Plate
from generator.text.port import Canvas
from generator.text.warp.ink import ink_bounds

LEFT, CENTRE, RIGHT = "left", "centre", "right"
TOP, MIDDLE, BOTTOM = "top", "middle", "bottom"
_SHARES = {LEFT: 0.0, CENTRE: 0.5, RIGHT: 1.0, TOP: 0.0, MIDDLE: 0.5, BOTTOM: 1.0}


def fitted(plate: Plate, shape: Warp, box: tuple[float, float, float, float], align: str, valign: str) -> Warp:
    """Return a shape moved into a box, and made smaller where it is too large for it.

    Args:
        plate: the text.
        shape: how it is bent and turned.
        box: x, y, w, h, px.
        align: ``left``, ``centre`` or ``right``.
        valign: ``top``, ``middle`` or ``bottom``.
    """
    x, y, w, h = box
    left, top, right, bottom = ink_bounds(plate, shape)
    scale = min(1.0, w / max(right - left, 1e-6), h / max(bottom - top, 1e-6))
    if scale < 1.0:
        shape = shape.then(np.diag([scale, scale, 1.0]))
        left, top, right, bottom = (edge * scale for edge in (left, top, right, bottom))
    across = x + (w - (right - left)) * _SHARES[align] - left
    down = y + (h - (bottom - top)) * _SHARES[valign] - top
    return shape.then(Warp.shift(across, down).matrix)


def on_quad(wh: tuple[float, float], quad_xy: np.ndarray) -> np.ndarray:
    """Return the (3, 3) homography that carries a rectangle of a size onto a quad, corner by corner."""
    w, h = wh
    return quad_to_quad(np.array([[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]]), quad_xy)


def settled(shape: Warp) -> Warp:
    """Return a map that is a shift as one by whole px, which costs nothing to follow; others as they are."""
    (_, _, x), (_, _, y), _ = shape.matrix.tolist()
    whole = Warp.shift(round(x), round(y))
    flat = np.abs(shape.matrix - Warp.shift(x, y).matrix).max() < 1e-9
    return whole if shape.bend is None and flat else shape


def on_canvas(quad: tuple[tuple[float, float], ...], unit: str, canvas: Canvas, where: str) -> np.ndarray:
    """Return the (4, 2) corners of a quad in px.

    Args:
        quad: corners as given.
        unit: ``px``, or ``percent`` of the image's width and height.
        canvas: the image.
        where: the quad's key, for messages.

    Raises:
        ConfigError: a corner lies beyond the image.
    """
    height, width = canvas.hw
    corners = np.array(quad) * ([1.0, 1.0] if unit == "px" else [width / 100.0, height / 100.0])
    if (corners < 0).any() or (corners > [width, height]).any():
        asked = f"corners on the image of {width} x {height} px"
        raise ConfigError(where, asked, str(corners.round(1).tolist()), "Are they in px or in percent (unit)?")
    return corners


def size_of(quad_xy: np.ndarray) -> tuple[float, float]:
    """Return the width and height of a quad: the means of its opposite sides, px."""
    top, right, bottom, left = (math.dist(quad_xy[i], quad_xy[(i + 1) % 4]) for i in range(4))
    return (top + bottom) / 2.0, (left + right) / 2.0


def require_quad(quad: tuple[tuple[float, float], ...], field: str) -> None:
    """Raise ``RangeError`` unless four corners are convex and run clockwise as displayed."""
    require(len(quad) == 4, field, "four corners [x, y]", quad)
    points = np.array(quad)
    side = np.roll(points, -1, axis=0) - points
    after = np.roll(side, -1, axis=0)
    turns = side[:, 0] * after[:, 1] - side[:, 1] * after[:, 0]
    expected = "corners clockwise from the text's own top left, as displayed, of a shape without dents"
    require(bool((turns > 0).all()), field, expected, quad)
