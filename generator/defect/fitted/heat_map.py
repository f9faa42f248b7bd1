"""Placement by a heat map of where real defects lay. Source: own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.errors import require
from generator.core.geometry import Rect, mask_to_rect
from generator.defect.outline import Room, Site

_TRIES = 64
_GRID = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHeatMap:
    """A point drawn from a grid of probabilities that is laid over the image or the part's box.

    Attributes:
        heat: rows of the grid from top to bottom, numbers >= 0 of any sum; all rows as long.
        over: ``image``, or ``roi``: the box around the roi.
    """

    heat: tuple[tuple[float, ...], ...]
    over: Literal["image", "roi"] = "image"

    def __post_init__(self) -> None:
        widths = {len(row) for row in self.heat}
        require(len(widths) == 1 and 0 not in widths, "heat", "rows of one length", sorted(widths))
        lowest, total = min(min(row) for row in self.heat), sum(sum(row) for row in self.heat)
        require(lowest >= 0 and 0 < total < float("inf"), "heat", "numbers >= 0, some above", self.heat)

    def draw(self, room: Room, rng: np.random.Generator) -> Site | None:
        """Return a point of the roi; None if none was met."""
        heat = np.array(self.heat)
        chances = np.cumsum(heat.ravel())
        frame = frame_of(room, self.over)
        if frame.is_empty:
            return None
        for _ in range(_TRIES):
            cell = int(np.searchsorted(chances, rng.random() * chances[-1], side="right"))
            row, column = divmod(min(cell, heat.size - 1), heat.shape[1])
            x = frame.x + (column + rng.random()) / heat.shape[1] * frame.w
            y = frame.y + (row + rng.random()) / heat.shape[0] * frame.h
            if room.roi is None or room.roi[min(int(y), room.hw[0] - 1), min(int(x), room.hw[1] - 1)]:
                return Site(x=x, y=y)
        return None


def frame_of(room: Room, over: str) -> Rect:
    """Return the rectangle that shares of places are counted in: the image, or the box around the roi."""
    if over == "roi" and room.roi is not None:
        return mask_to_rect(room.roi)
    return Rect(0, 0, room.hw[1], room.hw[0])


def kernel_mass(centres: np.ndarray, near: float) -> np.ndarray:
    """Return how much of a Gaussian of deviation ``near`` about each (R, 2) place lies within the unit square, (R,)."""
    edges = np.stack([centres, 1.0 - centres]) / (near * math.sqrt(2.0))
    inside = np.vectorize(math.erf, otypes=[float])(edges)
    return np.maximum(0.25 * (inside[0] + inside[1]).prod(axis=1), 1e-6)


def heat_of(centres: np.ndarray, near: float) -> tuple[tuple[float, ...], ...]:
    """Return a grid of whole numbers up to 99 of how often defects lay there, smoothed.

    Args:
        centres: (R, 2) middles as shares of the image's or the part's width and height.
        near: deviation of the kernel, a share of the image.
    """
    at = (np.arange(_GRID) + 0.5) / _GRID
    x = np.exp(-0.5 * ((at[None, :] - centres[:, :1]) / near) ** 2)
    y = np.exp(-0.5 * ((at[None, :] - centres[:, 1:]) / near) ** 2)
    heat = np.einsum("ny,nx,n->yx", y, x, 1.0 / kernel_mass(centres, near))
    return tuple(tuple(float(number) for number in row) for row in np.rint(99.0 * heat / heat.max()))


def reach_of(count: int) -> float:
    """Return how near to real places new ones lie, a share of the image: the fewer were seen, the further."""
    return float(np.clip(0.36 * count**-0.25, 0.06, 0.36))
