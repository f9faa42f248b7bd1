"""One map from a flat plate to the image, for pixels and points alike.

A plate may be bent first, then a homography carries it to the image. Points go forward through both; pixels are
fetched backward through the same two, in one resampling. Under a bend the way back is computed on a coarse grid and
filled in between where it is smooth, and at every pixel where it is not. Coordinates are px from the outer corner of
the first pixel on both sides; the half pixel that OpenCV's own convention needs is added here and nowhere else.
Source: own; Hartley and Zisserman, Multiple View Geometry (2004), chapter 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from generator.core.geometry import Rect

STEP_PX = 4
"""Distance of the points at which a bend is computed; between them it is filled in."""

MOST_PX = 1.0 / 16.0
"""By how much filling in may be off."""

_NOWHERE = -1e4
_HALF = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
_UNHALF = np.array([[1.0, 0.0, -0.5], [0.0, 1.0, -0.5], [0.0, 0.0, 1.0]])


class Bend(Protocol):
    """How a flat plate is bent, in closed form both ways; picklable."""

    def forward(self, uv: np.ndarray) -> np.ndarray:
        """Return where (n, 2) float64 points of the plate go, (n, 2); no NaN."""

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
        return Warp(matrix @ self.matrix, self.bend)

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
        """Return a box of whole px around a plate of a size on the image, the smallest one where it is flat.

        Args:
            wh: width and height of the plate, px.
            step_px: distance of the points of its outline that are followed through a bend.
        """
        step, spare = (0.0, 0.0) if self.bend is None else (step_px, 1.0)
        points = self.forward(outline(0.0, 0.0, float(wh[0]), float(wh[1]), step))
        left, top = np.floor(points.min(axis=0) - spare).astype(int).tolist()
        right, bottom = np.ceil(points.max(axis=0) + spare).astype(int).tolist()
        return Rect(left, top, right - left, bottom - top)

    def grid(self, rect: Rect, wh: tuple[int, int]) -> np.ndarray | None:
        """Return where each pixel of a box of the image comes from, for several plates to be pulled; None: no bend.

        Args:
            rect: of the image, px.
            wh: width and height of the plates, px.

        Returns:
            (rect.h, rect.w, 2) float32 u, v as ``cv2.remap`` takes them; far off the plate where it is not.
        """
        if self.bend is None:
            return None
        across, down = -(-rect.w // STEP_PX), -(-rect.h // STEP_PX)
        x = rect.x + STEP_PX * (np.arange(-2, across + 2) + 0.5)
        y = rect.y + STEP_PX * (np.arange(-2, down + 2) + 0.5)
        nodes = self.bend.backward(_project_lattice(np.linalg.inv(self.matrix), x, y)).astype(np.float32)
        nodes[np.isnan(nodes)] = _NOWHERE
        nodes = nodes.reshape(down + 4, across + 4, 2)
        size = ((across + 2) * STEP_PX, (down + 2) * STEP_PX)
        grid = cv2.resize(nodes[1:-1, 1:-1] - np.float32(0.5), size, interpolation=cv2.INTER_LINEAR)
        grid = np.ascontiguousarray(grid[STEP_PX : STEP_PX + rect.h, STEP_PX : STEP_PX + rect.w])
        rows, columns = _unsure(nodes, rect, wh)
        if len(rows):
            exact = self.backward(np.stack([columns + (rect.x + 0.5), rows + (rect.y + 0.5)], axis=1))
            grid[rows, columns] = np.nan_to_num(exact - 0.5, nan=_NOWHERE)
        return grid

    def pull(
        self,
        plate: np.ndarray,
        rect: Rect,
        interpolation: int = cv2.INTER_LINEAR,
        grid: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return the plate as it appears in a box of the image, (rect.h, rect.w), 0 where it is not.

        Args:
            plate: (h, w) uint8, uint16 or float32.
            rect: of the image, px; it may reach beyond the image.
            interpolation: OpenCV's; nearest for numbers.
            grid: what ``grid`` returned for this box; None: it is computed.
        """
        if self.bend is not None:
            grid = self.grid(rect, (plate.shape[1], plate.shape[0])) if grid is None else grid
            return cv2.remap(plate, grid, None, interpolation)
        here = Warp.shift(-rect.x, -rect.y).matrix @ self.matrix
        matrix = _UNHALF @ here @ _HALF
        if matrix[2, 0] == 0 and matrix[2, 1] == 0:
            return cv2.warpAffine(plate, matrix[:2] / matrix[2, 2], (rect.w, rect.h), flags=interpolation)
        return cv2.warpPerspective(plate, matrix, (rect.w, rect.h), flags=interpolation)


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
    (u, v), (x, y) = np.asarray(source, np.float64).T, np.asarray(target, np.float64).T
    one, none = np.ones(4), np.zeros(4)
    rows = [[u, v, one, none, none, none, -u * x, -v * x], [none, none, none, u, v, one, -u * y, -v * y]]
    system = np.array(rows).transpose(0, 2, 1).reshape(8, 8)
    return np.append(np.linalg.solve(system, np.concatenate([x, y])), 1.0).reshape(3, 3)


def _project(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    moved = points @ matrix[:2, :2].T + matrix[:2, 2]
    if matrix[2, 0] == 0 and matrix[2, 1] == 0:
        return moved / matrix[2, 2]
    return moved / (points @ matrix[2, :2] + matrix[2, 2])[:, None]


def _project_lattice(matrix: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the (h * w, 2) points of a lattice after a homography, row by row."""
    (a, b, c), (d, e, f), (g, h, i) = matrix.tolist()
    points = np.empty((len(y), len(x), 2))
    points[..., 0] = a * x + (b * y + c)[:, None]
    points[..., 1] = d * x + (e * y + f)[:, None]
    if g != 0 or h != 0 or i != 1:
        points /= (g * x + (h * y + i)[:, None])[..., None]
    return points.reshape(-1, 2)


def _unsure(nodes: np.ndarray, rect: Rect, wh: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of a box's pixels where filling in between nodes is off or reaches over an edge.

    A straight line between two points is off by at most an eighth of the second difference. Cells between nodes that
    all lie beyond the same side of the plate show nothing of it, however they are filled in.
    """
    rough = np.zeros(nodes.shape[:2], bool)
    for plane in cv2.split(nodes):
        bend = np.abs(cv2.Sobel(plane, cv2.CV_32F, 2, 0, ksize=1)) + np.abs(cv2.Sobel(plane, cv2.CV_32F, 0, 2, ksize=1))
        rough |= bend > 8.0 * MOST_PX
    rough = rough[1:-1, 1:-1]
    if not rough.any():
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    cells = rough[:-1, :-1] | rough[1:, :-1] | rough[:-1, 1:] | rough[1:, 1:]
    down, across = np.nonzero(cells)
    corners = np.stack([nodes[1 + j + down, 1 + i + across] for j in (0, 1) for i in (0, 1)])
    seen = (corners.max(axis=0) > -STEP_PX) & (corners.min(axis=0) < np.array(wh) + STEP_PX)
    seen = seen.all(axis=1)
    # a cell lies between the middles of four blocks of pixels, so that it begins half a block before its own
    steps = np.arange(STEP_PX) - STEP_PX // 2
    rows = np.repeat(down[seen] * STEP_PX, STEP_PX**2) + np.tile(np.repeat(steps, STEP_PX), int(seen.sum()))
    columns = np.repeat(across[seen] * STEP_PX, STEP_PX**2) + np.tile(np.tile(steps, STEP_PX), int(seen.sum()))
    inside = (rows >= 0) & (rows < rect.h) & (columns >= 0) & (columns < rect.w)
    return rows[inside], columns[inside]
