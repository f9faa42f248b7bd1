"""A part with a soft edge, cut out of its image.

The roi says where the part ends to within a few px; in a band about its outline the share of the part in each pixel is
read off the colours, as the place between the ground's colour outside the band and the part's inside of it, and where
the two look alike it follows the outline alone. Colours at the rim are a mixture with the old ground, so a pixel that
is not wholly the part's takes the colour of the nearest one that is. Everything that lies on the image, a twin or a
defect, is cut the same way. Source: own; the mixture is Porter and Duff's over (1984).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.annotation import Region
from generator.core.geometry import Rect, mask_to_rect

_SOFT_PX = 1.5  # width of the edge where colours do not tell it
_TOLD = 0.05  # of full scale: from such a difference between part and ground on, colours tell the edge
_SPARE_PX = 4  # colours go on so far beyond the rim, for kernels that reach there
_DEEP_PX = 1.0  # below the rim: where a colour is the part's alone


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """A part alone.

    Attributes:
        surface: (H, W, C) of which it was cut.
        roi: (H, W) bool by which it was cut.
        rect: its box with a clear border; it may reach beyond the image.
        alpha: (rect.h, rect.w) float32 in [0, 1], the part's share of each pixel; 0 at the border.
        at: (rect.h, rect.w) intp, the flat index of the pixel of the image that each pixel's colour is taken from.
    """

    surface: np.ndarray
    roi: np.ndarray
    rect: Rect
    alpha: np.ndarray
    at: np.ndarray

    @property
    def region(self) -> Region:
        """The pixels at least half of which are the part's, in the coordinates of the image."""
        return Region.tight(self.alpha >= 0.5, self.rect.x, self.rect.y)

    def of(self, values: np.ndarray) -> np.ndarray:
        """Return what lies on the part, (rect.h, rect.w, ...), of an image or a map of its size."""
        return np.take(values.reshape(-1, *values.shape[2:]), self.at, axis=0)


def cut(surface: np.ndarray, white: int, roi: np.ndarray, band_px: float) -> Cutout:
    """Return the part of an image.

    Args:
        surface: (H, W, C) uint8 or uint16.
        white: full scale.
        roi: (H, W) bool with at least one true pixel: the part.
        band_px: how far the true edge may lie from the outline of the roi, >= 1.
    """
    height, width = roi.shape
    rect = mask_to_rect(roi).grown(int(np.ceil(band_px)) + _SPARE_PX + 1)
    rows, columns = np.arange(rect.y, rect.y + rect.h), np.arange(rect.x, rect.x + rect.w)
    on_rows, on_columns = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    at = on_rows[:, None] * width + on_columns[None, :]
    within = ((rows == on_rows)[:, None] & (columns == on_columns)[None, :]).view(np.uint8)
    inside = roi[np.ix_(on_rows, on_columns)].view(np.uint8) * within
    depth = _depth(inside)
    pixels = np.take(surface.reshape(height * width, -1), at, axis=0).astype(np.float32) / np.float32(white)
    alpha = _alpha(pixels, depth, within > 0, band_px)
    return Cutout(surface, roi, rect, alpha, _clean(at, alpha, depth, band_px))


def _depth(inside: np.ndarray) -> np.ndarray:
    """Return how deep each pixel's middle lies inside the outline, px; outside it is negative."""
    within, beyond = (cv2.distanceTransform(part, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) for part in (inside, 1 - inside))
    return np.where(inside > 0, within - np.float32(0.5), np.float32(0.5) - beyond)


def _alpha(pixels: np.ndarray, depth: np.ndarray, within: np.ndarray, band_px: float) -> np.ndarray:
    """Return the part's share of each pixel, (h, w) float32 in [0, 1]."""
    plain = np.clip(depth / np.float32(_SOFT_PX) + np.float32(0.5), 0, 1)
    ground, part = (_mean(pixels, known, band_px) for known in ((depth < -band_px) & within, depth > band_px))
    step = part[0] - ground[0]
    strength = np.einsum("hwc,hwc->hw", step, step)
    read = np.einsum("hwc,hwc->hw", pixels - ground[0], step) / np.maximum(strength, np.float32(1e-6))
    told = strength / (strength + np.float32(_TOLD**2)) * part[1] * ground[1]
    mixed = np.clip(read * told + plain * (1 - told), 0, 1)
    # the edge lies within the band, whatever colours say; where the image ends, so does the part
    bounded = np.clip(mixed, np.clip(depth - (band_px - 1), 0, 1), np.clip(depth + band_px, 0, 1))
    return np.where(within, bounded, 0).astype(np.float32)


def _mean(pixels: np.ndarray, known: np.ndarray, band_px: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean colour of the known pixels nearby, (h, w, C), and whether there are any, (h, w) 0 or 1."""
    weight = known.astype(np.float32)
    sigma = 1.2 * band_px
    share = cv2.GaussianBlur(weight, (0, 0), sigma)
    summed = cv2.GaussianBlur(pixels * weight[..., None], (0, 0), sigma).reshape(pixels.shape)
    return summed / np.maximum(share, np.float32(1e-6))[..., None], (share > 1e-3).astype(np.float32)


def _clean(at: np.ndarray, alpha: np.ndarray, depth: np.ndarray, band_px: float) -> np.ndarray:
    """Return where each pixel's colour is taken from: mixtures take that of the nearest pixel that is the part's own.

    Where the part is so thin that there is none nearby, a pixel keeps its colour.
    """
    own = (alpha >= 1.0) & (depth >= _DEEP_PX)
    if not own.any():
        return at
    away, labels = cv2.distanceTransformWithLabels(
        (~own).view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    source = np.zeros(int(labels.max()) + 1, at.dtype)
    source[labels[own]] = at[own]
    mixed = (alpha < 1.0) & (away <= 2.0 * band_px + _SPARE_PX)
    return np.where(mixed, source[labels], at)
