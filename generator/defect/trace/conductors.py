"""A close look at the copper around a point, at full resolution.

Each pixel's share of copper is its place on the line of colours from laminate to copper, so copper and laminate are
told apart by whatever differs between them. Pixels that lie far off this line are neither.
Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.geometry import Rect

_SOFTNESSES_PX = (0.0, 0.5, 0.8, 1.2, 1.8, 2.6)
_BRIGHTEST, _DARKEST = 2.4, -1.0  # a share beyond which light on a border does not reach
_FOREIGN_SHARE = 0.04  # of a clean disc, at most
_STEEP = 3.0  # how much a share is steepened, to tell where the border runs within a pixel
_LOOSE = 0.35  # tolerance for colours from elsewhere on the board, where the light may differ
_DRIFT = 0.2  # how far light may change a colour over the board, share of the step
_ENOUGH, _MEASURED_PX = 12, 256  # px of a material that tell its colour; how many are looked at
_OFF_LINE = 0.35  # distance from the line between the colours, as a share of its length
_SQUARE = np.ones((3, 3), np.uint8)
_BESIDE = np.ones((11, 11), np.uint8)
_WIDE_SQUARE = np.ones((5, 5), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Conductors:
    """Copper and laminate in a window.

    Attributes:
        rect: the window in the image.
        share: (h, w) float32, 0 in laminate, 1 in copper; not cut to [0, 1].
        foreign: (h, w) bool, what is neither.
        copper: (C,) float32, colour in [0, 1].
        laminate: (C,) float32.
    """

    rect: Rect
    share: np.ndarray
    foreign: np.ndarray
    copper: np.ndarray
    laminate: np.ndarray

    def is_clean(self, x: float, y: float, radius_px: float) -> bool:
        """Say whether a disc of the image lies in the window and holds copper and laminate alone."""
        reach = int(np.ceil(radius_px))
        column, row = int(x) - self.rect.x, int(y) - self.rect.y
        if min(column, row) < reach or column + reach >= self.rect.w or row + reach >= self.rect.h:
            return False
        part = self.foreign[row - reach : row + reach + 1, column - reach : column + reach + 1]
        disc = _disc(reach)
        return np.count_nonzero(part & disc) <= _FOREIGN_SHARE * np.count_nonzero(disc)

    def softness_px(self) -> float:
        """Return the sigma of the blurred edge that shows the borders best, px; 0 for a black and white image."""
        inside = (self.share > 0.5).view(np.uint8)
        band = (cv2.dilate(inside, _WIDE_SQUARE) != cv2.erode(inside, _WIDE_SQUARE)) & ~self.foreign
        if not band.any():
            return 0.8
        shown = np.clip(self.share[band], 0.0, 1.0)
        errors = [float(np.square(soft_share(self.share, sigma)[band] - shown).sum()) for sigma in _SOFTNESSES_PX]
        return _SOFTNESSES_PX[int(np.argmin(errors))]


def look_closely(
    image: np.ndarray, white: int, copper: np.ndarray, laminate: np.ndarray, x: float, y: float, radius_px: int
) -> Conductors:
    """Return the conductors around a point; their levels are those of the copper and laminate found there.

    Args:
        image: (H, W, C) uint8 or uint16.
        white: its full scale.
        copper: (C,) float32, about the copper's colour.
        laminate: (C,) float32, about the laminate's.
        x: column, px.
        y: row, px.
        radius_px: half the window's side, cut to the image.
    """
    side = 2 * radius_px + 1
    rect = Rect(int(x) - radius_px, int(y) - radius_px, side, side).clipped(image.shape[:2])
    values = np.multiply(image[rect.slices], np.float32(1.0 / white), dtype=np.float32)
    share, foreign = copper_share(values, copper, laminate, _LOOSE)
    levels = []
    of_copper = (share > 0.5) & ~foreign
    # a part may be about as dark as laminate, which lies beside copper
    of_laminate = (share <= 0.5) & ~foreign & (cv2.dilate(of_copper.view(np.uint8), _BESIDE) > 0)
    for inside, level in ((of_copper, copper), (of_laminate, laminate)):
        inner = cv2.erode(inside.view(np.uint8), _SQUARE).view(bool)
        if np.count_nonzero(inner) >= _ENOUGH:
            here = values[inner]
            here = np.median(here[:: max(1, len(here) // _MEASURED_PX)], axis=0).astype(np.float32)
            level = here if np.linalg.norm(here - level) < _DRIFT * np.linalg.norm(copper - laminate) else level
        levels.append(level)
    share, foreign = copper_share(values, *levels)
    return Conductors(rect, share, foreign, *levels)


def copper_share(
    values: np.ndarray, copper: np.ndarray, laminate: np.ndarray, tolerance: float = 0.3
) -> tuple[np.ndarray, np.ndarray]:
    """Return each pixel's share of copper and what is neither copper nor laminate.

    Args:
        values: (h, w, C) float32 in [0, 1].
        copper: (C,) float32.
        laminate: (C,) float32.
        tolerance: how far the share may lie from 0 or 1 away from borders.

    Returns:
        (h, w) float32, 0 at the laminate's colour and 1 at the copper's; (h, w) bool.
    """
    axis = copper - laminate
    length = max(float(axis @ axis), 1e-9)
    away = cv2.subtract(values, _scalar(laminate)).reshape(values.shape)
    share = cv2.transform(away, (axis / np.float32(length))[None])
    inside = cv2.compare(share, 0.5, cv2.CMP_GT)
    flat = cv2.erode(inside, _WIDE_SQUARE) | cv2.erode(cv2.bitwise_not(inside), _WIDE_SQUARE)
    unlike = cv2.absdiff(cv2.blur(share, (3, 3)), inside * np.float32(1 / 255)) > tolerance
    # a lit or shaded border shows as a line beside it; what is foreign is wider, or farther off in brightness or hue
    unlike = cv2.morphologyEx(flat & unlike.view(np.uint8), cv2.MORPH_OPEN, _SQUARE)
    foreign = (share > _BRIGHTEST) | (share < _DARKEST)
    if values.shape[2] > 1:
        squares = cv2.transform(cv2.multiply(away, away), np.ones((1, values.shape[2]), np.float32))
        foreign |= squares - share * share * np.float32(length) > _OFF_LINE**2 * length
    foreign = cv2.morphologyEx(foreign.view(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    return share, (foreign | unlike).view(bool)


def _scalar(colour: np.ndarray) -> tuple[float, ...]:
    """Return a colour as cv2 takes one."""
    return tuple(float(v) for v in colour) + (0.0,) * (4 - colour.size)


def soft_share(share: np.ndarray, softness_px: float) -> np.ndarray:
    """Return the share of copper as the optics show it without noise, (h, w) float32 in [0, 1]."""
    if softness_px <= 0:
        return (share > 0.5).astype(np.float32)
    steep = np.clip((share - 0.5) * np.float32(_STEEP) + 0.5, 0.0, 1.0)
    return cv2.GaussianBlur(steep, (0, 0), softness_px, borderType=cv2.BORDER_REPLICATE)


def _disc(radius: int) -> np.ndarray:
    """Return a (2 radius + 1, 2 radius + 1) bool disc."""
    at = np.arange(-radius, radius + 1)
    return at[:, None] ** 2 + at[None, :] ** 2 <= (radius + 0.5) ** 2
