"""The room that is left on an image, which texts take one after the other. Source: own."""

from __future__ import annotations

import math

import cv2
import numpy as np

from generator.core.geometry import Rect, mask_to_rect
from generator.text.port import Canvas

_SUB_BITS = 4


class Space:
    """What of an image is still free.

    Args:
        canvas: the image and where on it text may lie.
        clearance_px: room that is kept to the edge of where text may lie and between texts, px, >= 0.
    """

    def __init__(self, canvas: Canvas, clearance_px: float) -> None:
        self._hw, self._clearance_px = canvas.hw, math.ceil(clearance_px)
        self._free = np.ones(canvas.hw, np.uint8) if canvas.roi is None else canvas.roi.astype(np.uint8)
        self._box = Rect(0, 0, canvas.hw[1], canvas.hw[0]) if canvas.roi is None else mask_to_rect(canvas.roi)

    def find(self, outline_xy: np.ndarray, tries: int, rng: np.random.Generator) -> tuple[int, int] | None:
        """Take room for a (n, 2) outline at the first of some random places that is free; return its shift, px."""
        low, high = outline_xy.min(axis=0), outline_xy.max(axis=0)
        first = np.ceil(np.array([self._box.x, self._box.y]) - low)
        spare = np.floor(np.array([self._box.x + self._box.w, self._box.y + self._box.h]) - high) - first
        places = first + np.floor(rng.random((tries, 2)) * (spare + 1.0))
        if (spare < 0).any():
            return None
        for x, y in places.tolist():
            if self._takes(outline_xy + np.array([x, y])):
                return int(x), int(y)
        return None

    def centre(self, outline_xy: np.ndarray, origin_xy: np.ndarray) -> tuple[int, int] | None:
        """Take room where a point comes to lie in the middle of the box around all room; return the shift, px."""
        middle = np.array([self._box.x + self._box.w / 2.0, self._box.y + self._box.h / 2.0])
        shift = np.round(middle - origin_xy)
        return (int(shift[0]), int(shift[1])) if self._takes(outline_xy + shift) else None

    def _takes(self, outline_xy: np.ndarray) -> bool:
        """Take what an outline encloses if all of it, and the clearance about it, is free; say whether it was."""
        left, top = np.floor(outline_xy.min(axis=0)).astype(int).tolist()
        right, bottom = np.ceil(outline_xy.max(axis=0)).astype(int).tolist()
        rect = Rect(left, top, right - left, bottom - top).grown(self._clearance_px)
        if rect.clipped(self._hw) != rect or not self._at(outline_xy).all():
            return False
        inside, free = self._filled(outline_xy, rect), self._free[rect.slices]
        if not free[inside].all():
            return False
        free[inside] = 0
        return True

    def _at(self, points_xy: np.ndarray) -> np.ndarray:
        """Return what is free at (n, 2) points on the image: a first look that spares most others."""
        columns, rows = np.clip(points_xy, 0, [self._hw[1] - 1, self._hw[0] - 1]).astype(np.intp).T
        return self._free[rows, columns]

    def _filled(self, outline_xy: np.ndarray, rect: Rect) -> np.ndarray:
        """Return (rect.h, rect.w) bool: what an outline encloses and the clearance about it."""
        mask = np.zeros((rect.h, rect.w), np.uint8)
        fixed = np.round((outline_xy - [rect.x + 0.5, rect.y + 0.5]) * (1 << _SUB_BITS)).astype(np.int32)
        cv2.fillPoly(mask, [fixed], 1, shift=_SUB_BITS)
        cv2.polylines(mask, [fixed], True, 1, 2 * self._clearance_px + 1, shift=_SUB_BITS)
        return mask.view(bool)
