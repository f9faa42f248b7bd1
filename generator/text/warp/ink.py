"""Where the ink of a plate comes to lie. Source: own."""

from __future__ import annotations

import math

import numpy as np

from generator.imaging.warp import Warp, outline
from generator.text.plate import Plate

_STEP_PX = 4.0


def ink_box_uv(plate: Plate) -> tuple[float, float, float, float]:
    """Return u0, v0, u1, v1 around all ink of a plate; around the plate where it has no character."""
    if not len(plate.boxes_uv):
        return 0.0, 0.0, float(plate.wh[0]), float(plate.wh[1])
    u0, v0, _, _ = plate.boxes_uv.min(axis=0).tolist()
    _, _, u1, v1 = plate.boxes_uv.max(axis=0).tolist()
    return u0, v0, u1, v1


def middle_line_v(plate: Plate) -> float:
    """Return v half-way between the head of the first line and the feet of the last one."""
    if not plate.lines:
        _, v0, _, v1 = ink_box_uv(plate)
        return (v0 + v1) / 2.0
    first, last = plate.lines[0].baseline_uv, plate.lines[-1].baseline_uv
    return float(first[:, 1].mean() - plate.height_px + last[:, 1].mean()) / 2.0


def ink_bounds(plate: Plate, shape: Warp) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of a plate's ink after a map, px.

    Under a bend the edges of each character's box are followed in steps, since they swing out between their corners.
    """
    shift = shape.whole_shift()
    if shift is not None:
        x, y = shift
        u0, v0, u1, v1 = ink_box_uv(plate)
        return u0 + x, v0 + y, u1 + x, v1 + y
    points = shape.forward(ink_points_uv(plate, shape))
    left, top = points.min(axis=0).tolist()
    right, bottom = points.max(axis=0).tolist()
    return left, top, right, bottom


def ink_points_uv(plate: Plate, shape: Warp) -> np.ndarray:
    """Return (n, 2) points around all ink: the boxes' corners, and under a bend points along their edges too."""
    boxes = plate.boxes_uv if len(plate.boxes_uv) else np.array([ink_box_uv(plate)])
    boxes = np.asarray(boxes, np.float64)
    if shape.bend is None:
        return np.concatenate([boxes[:, [0, 1]], boxes[:, [2, 1]], boxes[:, [2, 3]], boxes[:, [0, 3]]])
    longest = float((boxes[:, 2:] - boxes[:, :2]).max())
    at = np.linspace(0.0, 1.0, max(3, math.ceil(longest / _STEP_PX) + 1))[:, None]
    u = boxes[:, 0] + at * (boxes[:, 2] - boxes[:, 0])
    v = boxes[:, 1] + at * (boxes[:, 3] - boxes[:, 1])
    edges = [(u, boxes[:, 1]), (u, boxes[:, 3]), (boxes[:, 0], v), (boxes[:, 2], v)]
    return np.concatenate([np.stack(np.broadcast_arrays(a, b), axis=-1).reshape(-1, 2) for a, b in edges])


def around_ink(plate: Plate, shape: Warp) -> np.ndarray:
    """Return the (n, 2) outline of a plate's ink after a map, clockwise from the text's own top left, px."""
    return shape.forward(outline(*ink_box_uv(plate), _STEP_PX if shape.bend is not None else 0.0))
