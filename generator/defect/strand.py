"""Strands: where each pixel lies along and beside the middle line of a hair or thread.

Every pixel takes the nearest of the line's points, one a px, and that point's direction. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.seeds import texture_rng
from generator.defect.dome import axis_xy
from generator.defect.outline import Outline


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strand:
    """The pixels of a support in the frame of their strand.

    Attributes:
        along: (N,) float32, px from the root.
        aside: (N,) float32, px to the right of the line, walking from root to tip.
        heading_x, heading_y: (N,) float32, the unit vector along the line, x right and y down.
        length_px: from root to tip.
    """

    along: np.ndarray
    aside: np.ndarray
    heading_x: np.ndarray
    heading_y: np.ndarray
    length_px: float

    @classmethod
    def of(cls, outline: Outline) -> Strand:
        """Return the frame of an outline; one without a middle line is taken for straight."""
        rect = outline.rect
        points, heading = _one_a_px(_straight(outline) if outline.line is None else outline.line)
        columns = np.floor(points[:, 0] - rect.x).astype(np.intp)
        rows = np.floor(points[:, 1] - rect.y).astype(np.intp)
        seen = np.flatnonzero((columns >= 0) & (columns < rect.w) & (rows >= 0) & (rows < rect.h))
        away = np.ones((rect.h, rect.w), np.uint8)
        away[rows[seen], columns[seen]] = 0
        _, labels = cv2.distanceTransformWithLabels(away, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
        point_of = np.zeros(seen.size + 1, np.intp)
        point_of[labels[rows[seen], columns[seen]]] = seen
        nearest = point_of[labels.ravel()[outline.index]]
        x = outline.index % rect.w + (rect.x + 0.5) - points[nearest, 0]
        y = outline.index // rect.w + (rect.y + 0.5) - points[nearest, 1]
        along_x, along_y = heading[nearest].T
        return cls(
            along=(nearest + x * along_x + y * along_y).astype(np.float32),
            aside=(y * along_x - x * along_y).astype(np.float32),
            heading_x=along_x.astype(np.float32),
            heading_y=along_y.astype(np.float32),
            length_px=float(len(points)),
        )

    def noise(self, size_px: float, number: int) -> np.ndarray:
        """Return smooth noise that varies along the strand alone, (N,) float32, mean 0 and deviation 1 at its knots."""
        count = max(4, int(self.length_px / max(size_px, 0.5)) + 2)
        knots = texture_rng(number).standard_normal(count)
        return np.interp(self.along, np.linspace(0.0, self.length_px, count), knots).astype(np.float32)


def _straight(outline: Outline) -> np.ndarray:
    """Return the two ends of the outline's longer axis, (2, 2) px of the image."""
    moments = cv2.moments(outline.alpha)
    mass = max(moments["m00"], 1e-6)
    middle = np.array([moments["m10"], moments["m01"]]) / mass + (outline.rect.x + 0.5, outline.rect.y + 0.5)
    axis = np.array(axis_xy(outline))
    reach = float(np.abs(axis) @ (outline.rect.w, outline.rect.h)) / 2.0 + 1.0
    return np.stack([middle - reach * axis, middle + reach * axis])


def _one_a_px(line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return points 1 px apart on a line and the unit vectors along it there, (K, 2) each."""
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.linspace(0.0, way[-1], max(3, round(way[-1])))
    points = np.stack([np.interp(at, way, line[:, 0]), np.interp(at, way, line[:, 1])], axis=-1)
    steps = np.gradient(points, axis=0)
    steps /= np.maximum(np.hypot(steps[:, 0], steps[:, 1]), 1e-9)[:, None]
    return points, steps
