"""A plate whose print was stretched and slanted by the movement of what it was printed on.

Owners, boxes and baselines move by one map: u' = stretch * u + slant * (middle - v). Source: own.
"""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from generator.text.plate import Plate


def moved_by_belt(plate: Plate, stretch: float, slant: float, room_px: int) -> tuple[np.ndarray, Plate]:
    """Return the map of points, (2, 3) float32, and the plate that moved by it, without ink and marks.

    Args:
        plate: flat.
        stretch: length along u after / before.
        slant: how far to the right a column's top leans, share of its height.
        room_px: more room on every side, where the owners of the border reach.
    """
    height, width = plate.cover.shape
    lean = abs(slant) * height
    size = math.ceil(width * stretch + lean) + 2 * room_px, height + 2 * room_px
    start = room_px + (lean + slant * height) / 2.0
    matrix = np.array([[stretch, -slant, start], [0.0, 1.0, room_px]], np.float32)
    pixels = matrix.astype(np.float64)
    pixels[0, 2] += 0.5 * (stretch - slant) - 0.5
    owner = cv2.warpAffine(plate.owner, pixels, size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    boxes = plate.boxes_uv[:, [0, 1, 2, 3] if slant < 0 else [0, 3, 2, 1]].reshape(-1, 2)
    boxes = moved(matrix, boxes).reshape(-1, 4)
    boxes[:, 1], boxes[:, 3] = plate.boxes_uv[:, 1] + room_px, plate.boxes_uv[:, 3] + room_px
    return matrix, plate.with_(
        cover=np.zeros(size[::-1], np.uint8),
        owner=owner,
        boxes_uv=boxes,
        lines=tuple(replace(line, baseline_uv=moved(matrix, line.baseline_uv)) for line in plate.lines),
        marks=None,
    )


def moved(matrix: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Return (n, 2) points where a (2, 3) float32 map takes them."""
    return (uv @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
