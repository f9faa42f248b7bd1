"""The surface a model paints on, at the model's scale, in tiles of the model's own size, and the way back.

However large a defect is, a model sees crops as large as those it learned from: tiles that overlap and cover the
defect. What it painted goes back as a difference from the enlarged surface, so that the surface's own texture goes on
through it at native resolution and nothing outside the extent can change. Source: own; painting in overlapping tiles
whose results are averaged at each step is Bar-Tal et al., MultiDiffusion (2023).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.geometry import mask_to_rect
from generator.model.patches import GAIN, scale_of, to_model

_OVERLAP = 0.25  # of a tile's side, at least


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Canvas:
    """A surface at the scale of the model.

    Attributes:
        original: (h, w, C) float32 in [0, 1], as it came.
        extent: (h, w) float32 in [0, 1], as it came.
        surface: (C, H, W) float32, enlarged and in units of the model; H, W >= the tile's side.
        level: (C,) float32 in [0, 1], the mean of the surface about the defect, to which those units are relative.
        alpha: (1, H, W) float32 in [0, 1], enlarged.
        scale: px of the model for each px of the image.
        size: side of a tile, px.
        corner_xy: where the first pixel of ``original`` lies, px of the canvas.
    """

    original: np.ndarray
    extent: np.ndarray
    surface: np.ndarray
    level: np.ndarray
    alpha: np.ndarray
    scale: float
    size: int
    corner_xy: tuple[int, int]

    @classmethod
    def of(cls, surface: np.ndarray, alpha: np.ndarray, size: int, thin_px: float, channels: int) -> Canvas:
        """Return the canvas of a surface.

        Args:
            surface: (h, w, C) float32 in [0, 1], C in {1, 3}.
            alpha: (h, w) float32 in [0, 1], not all zero.
            size: side of the model's tiles, px.
            thin_px: least width of a defect on the canvas, px.
            channels: 1 or 3, as the model has them: grey is shown as three alike, colour to one channel as its mean.
        """
        scale = scale_of(alpha, size, thin_px)
        height, width = (max(1, round(side * scale)) for side in surface.shape[:2])
        to = (width, height)
        large = _enlarged(surface, to, channels)
        extent = np.clip(cv2.resize(alpha, to, interpolation=cv2.INTER_LINEAR), 0.0, 1.0)
        around = mask_to_rect(extent > 0).grown(size // 4).clipped((height, width))
        level = large[around.slices].mean(axis=(0, 1), dtype=np.float64)
        border = _border(height, width, size)
        zero = cv2.copyMakeBorder(extent, *border, cv2.BORDER_CONSTANT)
        return cls(
            original=surface, extent=alpha, surface=_planes(large, level, border), level=level, alpha=zero[None],
            scale=scale, size=size, corner_xy=(border[2], border[0]),
        )  # fmt: skip

    def lifted(self, image: np.ndarray) -> np.ndarray:
        """Return another image of what ``original`` shows as ``surface`` is, (C, H, W)."""
        height, width = (max(1, round(side * self.scale)) for side in image.shape[:2])
        large = _enlarged(image, (width, height), self.surface.shape[0])
        return _planes(large, self.level, _border(height, width, self.size))

    @property
    def tiles(self) -> list[tuple[slice, slice]]:
        """Rows and columns of the tiles that cover the extent; any two neighbours overlap by a quarter or more."""
        height, width = self.alpha.shape[1:]
        box = mask_to_rect(self.alpha[0] > 0)
        rows = _starts(box.y, box.y + box.h, self.size, height)
        columns = _starts(box.x, box.x + box.w, self.size, width)
        windows = [(slice(y, y + self.size), slice(x, x + self.size)) for y in rows for x in columns]
        return [window for window in windows if self.alpha[0][window].any()]

    def painted(self, paint: Callable[[list[tuple[slice, slice]]], np.ndarray]) -> np.ndarray:
        """Return the tiles' results joined, each weighted towards its middle.

        Args:
            paint: given the tiles, returns (tiles, n, C, size, size) float32: n candidates of each.

        Returns:
            (n, C, H, W) float32; the surface where no tile lies.
        """
        tiles = self.tiles
        results = paint(tiles)
        weight = _weight(self.size)
        change = np.zeros((results.shape[1], *self.surface.shape), np.float32)
        weights = np.zeros(self.surface.shape[1:], np.float32)
        for window, result in zip(tiles, results, strict=True):
            change[(..., *window)] += (result - self.surface[(..., *window)]) * weight
            weights[window] += weight
        return self.surface + change / np.where(weights > 0, weights, 1)

    def back(self, painted: np.ndarray) -> np.ndarray:
        """Return what was painted on the surface as it came.

        Args:
            painted: (n, C, H, W) float32 in units of the model.

        Returns:
            (n, h, w, C) float32 in [0, 1]; equal to ``original`` where ``extent`` is 0.
        """
        height, width = self.original.shape[:2]
        left, top = self.corner_xy
        rows = slice(top, top + max(1, round(height * self.scale)))
        columns = slice(left, left + max(1, round(width * self.scale)))
        change = np.moveaxis((painted - self.surface)[..., rows, columns], 1, 3) / np.float32(GAIN)
        to = (width, height)
        small = np.stack(
            [cv2.resize(one, to, interpolation=cv2.INTER_CUBIC).reshape(height, width, -1) for one in change]
        )
        if self.surface.shape[0] != self.original.shape[2]:
            small = small.mean(axis=3, keepdims=True, dtype=np.float32)
        inside = self.extent[..., None] > 0
        return np.where(inside, np.clip(self.original + small, 0.0, 1.0), self.original)


def _enlarged(image: np.ndarray, wh: tuple[int, int], channels: int) -> np.ndarray:
    """Return an image of so many px and channels, (h, w, channels).

    Made larger and smaller again by cubic kernels grain keeps its strength; by linear and area ones 0.58 of it is left.
    """
    if image.shape[2] != channels:
        image = np.repeat(image.mean(axis=2, keepdims=True, dtype=np.float32), channels, axis=2)
    return cv2.resize(image, wh, interpolation=cv2.INTER_CUBIC).reshape(wh[1], wh[0], -1)


def _border(height: int, width: int, size: int) -> tuple[int, int, int, int]:
    """Return how much is added above, below, left and right, so that a tile fits."""
    pad_y, pad_x = max(0, size - height), max(0, size - width)
    return pad_y // 2, pad_y - pad_y // 2, pad_x // 2, pad_x - pad_x // 2


def _planes(large: np.ndarray, level: np.ndarray, border: tuple[int, int, int, int]) -> np.ndarray:
    """Return an enlarged image in units of the model, (C, H, W), mirrored into its border."""
    units = cv2.copyMakeBorder(to_model(large, level), *border, cv2.BORDER_REFLECT)
    return np.ascontiguousarray(np.moveaxis(units.reshape(*units.shape[:2], -1), 2, 0))


def _starts(first: int, last: int, size: int, length: int) -> list[int]:
    """Return where tiles begin that cover [first, last) of [0, length), evenly spread."""
    if last - first <= size:
        return [int(np.clip((first + last - size) // 2, 0, length - size))]
    step = size - int(np.ceil(size * _OVERLAP))
    count = 1 + int(np.ceil((last - first - size) / step))
    return [int(start) for start in np.rint(np.linspace(first, last - size, count))]


def _weight(size: int) -> np.ndarray:
    """Return (size, size) float32 weights that fall towards the border and are nowhere zero."""
    ramp = 1.0 - np.abs((np.arange(size) + 0.5) / (size / 2) - 1.0)
    row = np.clip(ramp * 2, 0.05, 1.0).astype(np.float32)
    return row[:, None] * row
