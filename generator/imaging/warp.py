"""One map from a flat plate to the image, for pixels and points alike.

A plate may be bent first, then a homography carries it to the image. Points go forward through both; pixels are
fetched backward through the same two, in one resampling. Coordinates are px from the outer corner of the first pixel on
both sides; the half pixel that OpenCV's own convention needs is added here and nowhere else.
Source: own; Hartley and Zisserman, Multiple View Geometry (2004), chapter 2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import numpy as np

from generator.core.geometry import Rect

_HALF = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
_UNHALF = np.array([[1.0, 0.0, -0.5], [0.0, 1.0, -0.5], [0.0, 0.0, 1.0]])


class Bend(Protocol):
    """How a flat plate is bent, in closed form both ways; picklable."""

    def forward(self, uv: np.ndarray) -> np.ndarray:
        """Return where (n, 2) float64 points of the plate go, (n, 2)."""

    def backward(self, xy: np.ndarray) -> np.ndarray:
        """Return where (n, 2) float64 points came from; NaN where nothing of the plate can be."""


@dataclass(frozen=True, slots=True, eq=False)
class Warp:
    """A bend, or none, and then a homography.

    Attributes:
        matrix: (3, 3) float64, from bent plate to image; the last row is (0, 0, 1) where it is affine.
        bend: None: the plate stays flat.
    """

    matrix: np.ndarray
    bend: Bend | None = None

    @classmethod
    def shift(cls, x: float, y: float) -> Warp:
        """Return the map that only moves."""
        return cls(np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]]))

    def then(self, matrix: np.ndarray) -> Warp:
        """Return the map followed by a (3, 3) homography."""
        return replace(self, matrix=matrix @ self.matrix)

    def whole_shift(self) -> tuple[int, int] | None:
        """Return the way in whole px where the map is nothing else; None otherwise."""
        if self.bend is not None:
            return None
        (a, b, x), (c, d, y), last = self.matrix.tolist()
        if (a, b, c, d) != (1.0, 0.0, 0.0, 1.0) or last != [0.0, 0.0, 1.0] or x % 1 or y % 1:
            return None
        return int(x), int(y)

    def forward(self, uv: np.ndarray) -> np.ndarray:
        """Return where (n, 2) points of the plate lie on the image, (n, 2) float64."""
        points = np.asarray(uv, np.float64).reshape(-1, 2)
        if self.bend is not None:
            points = self.bend.forward(points)
        return _project(self.matrix, points)

    def backward(self, xy: np.ndarray) -> np.ndarray:
        """Return where (n, 2) points of the image come from on the plate; NaN where from nowhere."""
        points = _project(np.linalg.inv(self.matrix), np.asarray(xy, np.float64).reshape(-1, 2))
        return points if self.bend is None else self.bend.backward(points)

    def window(self, wh: tuple[int, int], step_px: float = 8.0) -> Rect:
        """Return the smallest box of whole px around a plate of a size on the image."""
        edge = outline(0.0, 0.0, float(wh[0]), float(wh[1]), step_px if self.bend is not None else 0.0)
        points = self.forward(edge)
        left, top = np.floor(points.min(axis=0)).astype(int).tolist()
        right, bottom = np.ceil(points.max(axis=0)).astype(int).tolist()
        return Rect(left, top, right - left, bottom - top)

    def pull(self, plate: np.ndarray, rect: Rect, interpolation: int = cv2.INTER_LINEAR) -> np.ndarray:
        """Return the plate as it appears in a box of the image, (rect.h, rect.w), 0 where it is not.

        Args:
            plate: (h, w) uint8, uint16 or float32.
            rect: of the image, px; it may reach beyond the image.
            interpolation: OpenCV's; nearest for numbers.
        """
        if self.bend is None:
            here = Warp.shift(-rect.x, -rect.y).matrix @ self.matrix
            matrix = _UNHALF @ here @ _HALF
            if matrix[2, 0] == 0 and matrix[2, 1] == 0:
                return cv2.warpAffine(plate, matrix[:2] / matrix[2, 2], (rect.w, rect.h), flags=interpolation)
            return cv2.warpPerspective(plate, matrix, (rect.w, rect.h), flags=interpolation)
        x, y = np.meshgrid(np.arange(rect.w) + (rect.x + 0.5), np.arange(rect.h) + (rect.y + 0.5))
        uv = self.backward(np.stack([x.ravel(), y.ravel()], axis=1)) - 0.5
        uv = np.nan_to_num(uv, nan=-1e4).astype(np.float32).reshape(rect.h, rect.w, 2)
        return cv2.remap(plate, uv[..., 0], uv[..., 1], interpolation)


def outline(u0: float, v0: float, u1: float, v1: float, step_px: float = 0.0) -> np.ndarray:
    """Return the (n, 2) outline of a box, clockwise as displayed from its top left.

    Args:
        u0: left edge of the box.
        v0: its top.
        u1: its right edge.
        v1: its bottom.
        step_px: distance of points along top and bottom, for what will be bent; 0: its four corners.
    """
    if step_px <= 0:
        return np.array([[u0, v0], [u1, v0], [u1, v1], [u0, v1]])
    along = np.linspace(u0, u1, max(2, int(np.ceil((u1 - u0) / step_px)) + 1))
    top = np.stack([along, np.full_like(along, v0)], axis=1)
    bottom = np.stack([along[::-1], np.full_like(along, v1)], axis=1)
    return np.concatenate([top, bottom])


def quad_to_quad(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the (3, 3) homography that carries four (4, 2) points onto four others, in the same order."""
    return cv2.getPerspectiveTransform(
        np.asarray(source, np.float32), np.asarray(target, np.float32), solveMethod=cv2.DECOMP_SVD
    )


def _project(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    moved = points @ matrix[:2, :2].T + matrix[:2, 2]
    if matrix[2, 0] == 0 and matrix[2, 1] == 0:
        return moved / matrix[2, 2]
    return moved / (points @ matrix[2, :2] + matrix[2, 2])[:, None]
