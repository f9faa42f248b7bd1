"""One map that turns, scales, shifts and crops an image at once, and what it does to pixels, numbers and points.

Every output pixel is fetched once from the source. Where an image shrinks, the mean over an output pixel's own area is
taken, on a finer grid of the same map. A turn by whole quarters onto whole pixels copies pixels and changes none: the
cosine and sine of quarters are exact here. Coordinates are px from the outer corner of the first pixel on both sides,
so the centre of a W x H image is (W / 2, H / 2); angles are degrees, counter-clockwise as displayed. Source: own; the
order of composition is that of Hartley and Zisserman, Multiple View Geometry (2004), chapter 2.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.geometry import Rect
from generator.imaging.move.covered import Cover, cover_of, covered_share
from generator.imaging.move.kernel import is_close, warped_exactly

Kernel = Literal["linear", "cubic", "lanczos"]
_KERNELS = {"linear": (cv2.INTER_LINEAR, 1.0), "cubic": (cv2.INTER_CUBIC, 2.0), "lanczos": (cv2.INTER_LANCZOS4, 4.0)}
_QUARTERS = {0.0: (1.0, 0.0), 90.0: (0.0, 1.0), 180.0: (-1.0, 0.0), 270.0: (0.0, -1.0)}
_SIGMAS = 3.0
_TAPS = 4.0  # deviations to which OpenCV's Gaussian reaches
_TILE_PX = 1024
_FULL = {1: 255, 2: 65_535}  # by the bytes of a value
_MOST_PX = 32_766  # OpenCV's limit for a side of what it warps
_TOO_LARGE = f"images of at most {_MOST_PX} px a side"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Turn:
    """A similarity from a source image onto a canvas.

    Attributes:
        angle_deg: how far it turns, counter-clockwise as displayed.
        scale: canvas px a source px, > 0.
        pivot_xy: the point of the source that it turns about, px.
        to_xy: where that point comes to lie on the canvas, px.
        wh: width and height of the canvas, px.
        kernel: what is laid through the pixels.
        softness_px: deviation of the Gaussian that the source is smoothed by first, >= 0.
        is_exact: whether quarter turns onto whole pixels copy pixels; False: they go through the kernel too.
    """

    angle_deg: float
    scale: float = 1.0
    pivot_xy: tuple[float, float]
    to_xy: tuple[float, float]
    wh: tuple[int, int]
    kernel: Kernel = "cubic"
    softness_px: float = 0.0
    is_exact: bool = True

    @classmethod
    def about_centre(
        cls,
        angle_deg: float,
        source_wh: tuple[int, int],
        wh: tuple[int, int],
        *,
        scale: float = 1.0,
        shift_xy: tuple[float, float] = (0.0, 0.0),
        kernel: Kernel = "cubic",
        softness_px: float = 0.0,
        is_exact: bool = True,
    ) -> Turn:
        """Return the turn about the exact centre of a source, which comes to lie on the centre of the canvas.

        A quarter turn that would meet the canvas half a pixel off is moved by that half, so that it stays a copy.

        Args:
            angle_deg: counter-clockwise as displayed.
            source_wh: width and height of the source, px.
            wh: width and height of the canvas, px.
            scale: canvas px a source px, > 0.
            shift_xy: how far the centre is moved on the canvas, px.
            kernel: what is laid through the pixels.
            softness_px: deviation of the Gaussian that the source is smoothed by first.
            is_exact: whether quarter turns copy pixels.
        """
        to = (wh[0] / 2.0 + shift_xy[0], wh[1] / 2.0 + shift_xy[1])
        centre = (source_wh[0] / 2.0, source_wh[1] / 2.0)
        made = cls(
            angle_deg=angle_deg,
            scale=scale,
            pivot_xy=centre,
            to_xy=to,
            wh=wh,
            kernel=kernel,
            softness_px=softness_px,
            is_exact=is_exact,
        )
        if is_exact and scale == 1.0 and not softness_px and shift_xy == (0.0, 0.0) and angle_deg % 90.0 == 0.0:
            x, y = made.matrix[:2, 2].tolist()
            return replace(made, to_xy=(to[0] - x % 1, to[1] - y % 1))
        return made

    @property
    def matrix(self) -> np.ndarray:
        """(3, 3) float64, from source to canvas."""
        cos, sin = cos_sin(self.angle_deg)
        (a, b), (x, y), s = self.pivot_xy, self.to_xy, self.scale
        return np.array(
            [
                [s * cos, s * sin, x - s * (cos * a + sin * b)],
                [-s * sin, s * cos, y - s * (cos * b - sin * a)],
                [0.0, 0.0, 1.0],
            ]
        )

    @property
    def reach_px(self) -> float:
        """How far from a point pixels of the source are taken, source px."""
        return reach_px(self.kernel, self.softness_px)

    @property
    def spread_px(self) -> int:
        """How far a pixel of the source is spread along either axis of the canvas, canvas px; 0 where it is copied."""
        if self.quarters() is not None:
            return 0
        cos, sin = cos_sin(self.angle_deg)
        reach = (_KERNELS[self.kernel][1] + _SIGMAS * self.softness_px) * self.scale * (abs(cos) + abs(sin))
        return math.ceil(reach + (0.5 if self.scale < 1 else 0.0))

    def quarters(self) -> int | None:
        """Return the number of quarter turns, 0..3, where pixels are only copied; None: they are not."""
        at = self.angle_deg % 360.0
        if not self.is_exact or self.scale != 1.0 or self.softness_px or at not in _QUARTERS:
            return None
        x, y = self.matrix[:2, 2].tolist()
        return None if x % 1 or y % 1 else int(at / 90.0)

    def points(self, xy: np.ndarray) -> np.ndarray:
        """Return where (n, 2) points of the source lie on the canvas, (n, 2) float64."""
        matrix = self.matrix
        return np.asarray(xy, np.float64).reshape(-1, 2) @ matrix[:2, :2].T + matrix[:2, 2]

    def pixels(self, image: np.ndarray, white: int, mirrored: bool = True) -> np.ndarray:
        """Return an image on the canvas; what lies beyond the source is its mirror image.

        Args:
            image: (H, W, C) uint8 or uint16.
            white: largest value that the sensor can give; a kernel that overshoots stops there.
            mirrored: False: pixels of which the source covers nothing have no meaning, which is quicker.

        Returns:
            (h, w, C) of the same dtype; the image itself where nothing moves.

        Raises:
            RangeError: a side is longer than 32,766 px.
        """
        count = self.quarters()
        if count is not None:
            return self._copied(image, count)
        work = image.astype(np.float32) if self.softness_px or self.scale < 1 else image
        if self.softness_px:
            cv2.GaussianBlur(work, (0, 0), self.softness_px, dst=work, borderType=cv2.BORDER_REFLECT_101)
        margin = math.ceil(_KERNELS[self.kernel][1] + 1.0 / self.scale) + 1  # of the mirror image is all it takes
        if mirrored or max(image.shape[:2]) + 2 * margin > _MOST_PX:
            made = self._averaged(work, _KERNELS[self.kernel][0], cv2.BORDER_REFLECT_101)
        else:
            work = cv2.copyMakeBorder(work, *(margin,) * 4, cv2.BORDER_REFLECT_101)
            onto = replace(self, pivot_xy=(self.pivot_xy[0] + margin, self.pivot_xy[1] + margin))
            made = onto._averaged(work, _KERNELS[self.kernel][0], cv2.BORDER_CONSTANT)
        if made.dtype != image.dtype:
            np.rint(made, out=made)  # in place: fresh memory would cost more than the map
            made = np.clip(made, 0, white, out=made).astype(image.dtype)
        elif white < _FULL[image.itemsize]:
            made = np.minimum(made, image.dtype.type(white))
        return made.reshape(self.wh[1], self.wh[0], image.shape[2])

    def numbers(self, values: np.ndarray) -> np.ndarray:
        """Return (H, W) bool, uint8 or uint16 numbers on the canvas, each pixel's nearest; 0 beyond the source."""
        count = self.quarters()
        whole = values.view(np.uint8) if values.dtype == bool else values
        if count is not None:
            made = self._laid(np.rot90(whole, count), count)
        else:
            made = self._warped(whole, 1, cv2.INTER_NEAREST, cv2.BORDER_CONSTANT)
        return made.view(bool) if values.dtype == bool else made

    def share(self, hw: tuple[int, int]) -> np.ndarray:
        """Return how much of each canvas pixel the source covers, (h, w) float32 in [0, 1].

        Args:
            hw: height and width of the source, px.
        """
        if self.scale < 1 or self.quarters() is not None:
            return self.weights(np.ones(hw, np.float32))
        return covered_share(self.matrix, hw, self.wh, self.scale)

    def cover(self, hw: tuple[int, int]) -> Cover:
        """Return the same as ``share``, kept as what is not whole, which is quicker where the image does not shrink."""
        if self.scale < 1 or self.quarters() is not None:
            return Cover.of(self.share(hw))
        return cover_of(self.matrix, hw, self.wh, self.scale)

    def weights(self, values: np.ndarray) -> np.ndarray:
        """Return (H, W) float32 shares on the canvas, each pixel's mean, within their range; 0 beyond the source."""
        count = self.quarters()
        if count is not None:
            return self._laid(np.rot90(values, count), count)
        return self._averaged(values, cv2.INTER_LINEAR, cv2.BORDER_CONSTANT)

    def window(self, rect: Rect) -> Rect:
        """Return the smallest box of the canvas around a box of the source; it may reach beyond the canvas."""
        corners = np.array([(rect.x, rect.y), (rect.x + rect.w, rect.y + rect.h)], np.float64)
        x, y = corners.T
        points = self.points(np.array([(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1])]))
        left, top = np.floor(points.min(axis=0)).astype(int).tolist()
        right, bottom = np.ceil(points.max(axis=0)).astype(int).tolist()
        return Rect(left, top, right - left, bottom - top)

    def part(self, rect: Rect, onto: Rect) -> Turn:
        """Return the same map from a box of the source, given alone, to a box of the canvas."""
        (a, b), (x, y) = self.pivot_xy, self.to_xy
        return replace(self, pivot_xy=(a - rect.x, b - rect.y), to_xy=(x - onto.x, y - onto.y), wh=(onto.w, onto.h))

    def _averaged(self, values: np.ndarray, interpolation: int, border: int) -> np.ndarray:
        """Return values on the canvas; where they shrink, the mean over each pixel's own area.

        The finer grid holds the finest pattern that a source can have, the diagonal of a checkerboard, at every angle;
        it is laid tile by tile, so that it takes little memory.
        """
        if self.scale >= 1:
            return self._warped(values, 1, interpolation, border)
        finer = math.ceil(math.sqrt(2.0) / self.scale)
        side, (width, height) = max(1, _TILE_PX // finer), self.wh
        made = np.empty((height, width, *values.shape[2:]), values.dtype)
        whole = Rect(0, 0, values.shape[1], values.shape[0])
        for y, x in itertools.product(range(0, height, side), range(0, width, side)):
            tile = Rect(x, y, side, side).clipped((height, width))
            fine = self.part(whole, tile)._warped(values, finer, interpolation, border)
            mean = cv2.resize(fine, (tile.w, tile.h), interpolation=cv2.INTER_AREA)
            made[tile.slices] = mean.reshape(tile.h, tile.w, *values.shape[2:])
        return made

    def _warped(self, values: np.ndarray, finer: int, interpolation: int, border: int) -> np.ndarray:
        require(max(values.shape[:2]) <= _MOST_PX, "source", _TOO_LARGE, f"{values.shape[1]} x {values.shape[0]}")
        if border == cv2.BORDER_REFLECT_101 and 1 in values.shape[:2]:  # OpenCV's cubic kernel never ends on one pixel
            down, right = (int(side == 1) for side in values.shape[:2])
            values = cv2.copyMakeBorder(values, 0, down, 0, right, cv2.BORDER_REPLICATE)
        matrix = self.matrix[:2] * finer
        matrix[:, 2] += 0.5 * (matrix[:, 0] + matrix[:, 1] - 1.0)  # OpenCV counts from the middle of the first pixel
        size = (self.wh[0] * finer, self.wh[1] * finer)
        if interpolation in (cv2.INTER_CUBIC, cv2.INTER_LANCZOS4) and is_close(matrix, values.shape[:2]):
            return warped_exactly(values, matrix, size, interpolation, border)
        return cv2.warpAffine(values, matrix, size, flags=interpolation, borderMode=border)

    def _copied(self, image: np.ndarray, count: int) -> np.ndarray:
        """Return the image turned by whole quarters, its mirror image beyond it."""
        turned = np.rot90(image, count)
        rect = self._place(turned, count)
        if rect == Rect(0, 0, turned.shape[1], turned.shape[0]):
            return image if count == 0 else np.ascontiguousarray(turned)
        rows, columns = (
            _mirrored(np.arange(first, first + size), length)
            for first, size, length in ((rect.y, rect.h, turned.shape[0]), (rect.x, rect.w, turned.shape[1]))
        )
        return np.ascontiguousarray(turned[rows[:, None], columns[None, :]])

    def _laid(self, turned: np.ndarray, count: int) -> np.ndarray:
        """Return turned values on the canvas, 0 beyond them."""
        rect = self._place(turned, count)
        inner = rect.intersection(Rect(0, 0, turned.shape[1], turned.shape[0]))
        made = np.zeros((rect.h, rect.w), turned.dtype)
        if not inner.is_empty:
            made[inner.inside(rect)] = turned[inner.slices]
        return made

    def _place(self, turned: np.ndarray, count: int) -> Rect:
        """Return the box of a turned source that the canvas shows; it may reach beyond it."""
        x, y = self.matrix[:2, 2].tolist()
        height, width = turned.shape[:2]
        left, top = ((x, y), (x, y - height), (x - width, y - height), (x - width, y))[count]
        return Rect(-int(left), -int(top), *self.wh)


def reach_px(kernel: Kernel, softness_px: float = 0.0) -> float:
    """Return how far from a point a kernel takes pixels, behind a Gaussian of a deviation in px, source px."""
    return _KERNELS[kernel][1] + _TAPS * softness_px


def cos_sin(angle_deg: float) -> tuple[float, float]:
    """Return cosine and sine of an angle in degrees, exact for quarter turns."""
    found = _QUARTERS.get(angle_deg % 360.0)
    if found is not None:
        return found
    radians = math.radians(angle_deg)
    return math.cos(radians), math.sin(radians)


def _mirrored(at: np.ndarray, length: int) -> np.ndarray:
    """Return the index in range(length) that a mirror at both ends, which repeats no pixel, shows at any index."""
    if length == 1:
        return np.zeros_like(at)
    period = 2 * (length - 1)
    at = at % period
    return np.where(at < length, at, period - at)
