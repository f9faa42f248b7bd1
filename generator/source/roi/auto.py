"""The part against its background, with a guard.

The colour of the image's border is the background; how far a pixel is from it in Lab, cut at the part's own median,
is split in two by Otsu's threshold. The split is believed only if it is clean: between-class over total variance
(separability), the part's distance against the border's own (contrast), its area, and how much of the border it takes.
Else the whole image is the place, and a finding says why. Works on a reduced image and scales the outline up.
Source: own; Otsu 1979.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import RangeError, require
from generator.core.sample import GoodImage
from generator.core.units import Length, Range, Scale
from generator.source.roi.zones import Zones, without

_REDUCED_PX = 256
_BORDER_SHARE = 0.03
_COMPONENT_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Auto:
    """The source's own roi if it knows one, else the part that stands out from the border, else the whole image.

    Attributes:
        edge: how far defects keep from the part's outline.
        min_separability: least between-class over total variance, in [0, 1]; two clean levels give 1, noise 0.6.
        min_contrast: least distance of the part from the background, in units of the border's own spread, >= 0.
        area: least and largest share of the image that a part takes, within [0, 1].
        max_border: largest share of the border that a part takes, in [0, 1].
        max_hole: a hole in the part is filled up to this share of the part's area, in [0, 1].
        forbidden: where no defect may lie; None: nowhere.
    """

    edge: Length = Length(2.0, "px")
    min_separability: float = 0.82
    min_contrast: float = 6.0
    area: Range = Range(0.05, 0.95)
    max_border: float = 0.5
    max_hole: float = 0.02
    forbidden: Zones | None = None

    def __post_init__(self) -> None:
        for name in ("min_separability", "max_border", "max_hole"):
            require(0 <= getattr(self, name) <= 1, name, "a share in [0, 1]", getattr(self, name))
        require(self.min_contrast >= 0, "min_contrast", ">= 0", self.min_contrast)
        require(self.area.within(0, 1), "area", "(low, high) within [0, 1]", str(self.area))

    def find(self, good: GoodImage) -> tuple[np.ndarray | None, tuple[Finding, ...]]:
        """Return the part as an (H, W) bool mask, or None for everywhere, and a finding if it was not found.

        Raises:
            AssetError: ``forbidden`` leaves nothing, or its mask is missing.
        """
        if good.roi is not None:
            return without(good.roi, self.forbidden, good), ()
        mask, reason = self._part(good)
        if mask is None:
            text = f"{good.source_id}: no part stands out from the background ({reason}); defects may lie anywhere"
            found = (Finding(severity="warning", code="roi_whole", message=text),)
        else:
            found = ()
        return without(mask, self.forbidden, good), found

    def digest(self) -> str:
        """Return a hash of the files it reads."""
        return self.forbidden.digest() if self.forbidden else ""

    def _part(self, good: GoodImage) -> tuple[np.ndarray | None, str]:
        distance, border = _distance_from_border(good.pixels, good.white)
        first, _ = _split(distance)
        if not first.any():
            return None, "the image is all of one colour"
        middle = float(np.median(distance[first]))
        bits, separability = _split(np.minimum(distance, middle))
        contrast = middle / (float(np.percentile(distance[border], 75)) + 1.0)
        bits = _filled(_largest(_smooth(bits)), self.max_hole)
        area, at_border = float(bits.mean()), float(bits[border].mean())
        for holds, reason in (
            (separability >= self.min_separability, f"separability {separability:.2f} < {self.min_separability:g}"),
            (contrast >= self.min_contrast, f"contrast {contrast:.1f} < {self.min_contrast:g}"),
            (self.area.low <= area <= self.area.high, f"area {area:.1%} outside {self.area}"),
            (at_border <= self.max_border, f"{at_border:.0%} of the border > {self.max_border:.0%}"),
        ):
            if not holds:
                return None, reason
        hw = good.pixels.shape[:2]
        mask = _scaled_up(bits, hw, self._edge_px(hw, good.pixel_size_mm))
        return (mask, "") if mask.any() else (None, f"the part is thinner than twice the edge of {self.edge}")

    def _edge_px(self, hw: tuple[int, int], pixel_size_mm: float | None) -> float:
        try:
            return self.edge.px(Scale(min(hw), pixel_size_mm))
        except RangeError as error:
            raise RangeError("edge", error.expected, error.got) from error


def _distance_from_border(pixels: np.ndarray, white: int) -> tuple[np.ndarray, np.ndarray]:
    """Return, both reduced, each pixel's distance in Lab from the border's median, and which pixels are border."""
    height, width = pixels.shape[:2]
    ratio = min(1.0, _REDUCED_PX / max(height, width))
    wh = max(1, round(width * ratio)), max(1, round(height * ratio))
    small = cv2.resize(pixels, wh, interpolation=cv2.INTER_AREA).reshape(wh[1], wh[0], -1).astype(np.float32) / white
    lab = cv2.cvtColor(small if small.shape[2] == 3 else small.repeat(3, axis=2), cv2.COLOR_RGB2LAB)
    width_px = max(1, round(_BORDER_SHARE * min(wh)))
    border = np.ones(lab.shape[:2], bool)
    border[width_px:-width_px, width_px:-width_px] = False
    difference = lab - np.median(lab[border], axis=0)
    distance = np.sqrt(np.einsum("hwc,hwc->hw", difference, difference))
    return cv2.GaussianBlur(distance, (0, 0), 1.5), border


def _split(distance: np.ndarray) -> tuple[np.ndarray, float]:
    """Return what lies above Otsu's threshold, and the between-class share of the variance."""
    top = float(np.percentile(distance, 99.5))
    if top < 1.0:
        return np.zeros(distance.shape, bool), 0.0
    levels = np.clip(distance * (255.0 / top), 0, 255).astype(np.uint8)
    shares = np.bincount(levels.ravel(), minlength=256) / levels.size
    below, moments = np.cumsum(shares), np.cumsum(shares * np.arange(256))
    mean = moments[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        between = np.nan_to_num((mean * below - moments) ** 2 / (below * (1 - below)), posinf=0.0)
    threshold = int(between.argmax())
    total = float((shares * (np.arange(256) - mean) ** 2).sum())
    return levels > threshold, float(between[threshold]) / total if total > 0 else 0.0


def _smooth(bits: np.ndarray) -> np.ndarray:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    closed = cv2.morphologyEx(bits.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    return cv2.morphologyEx(closed, cv2.MORPH_OPEN, kernel) > 0


def _largest(bits: np.ndarray) -> np.ndarray:
    """Return the largest component and those not much smaller."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bits.astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    return (areas >= max(1.0, _COMPONENT_SHARE * areas.max()))[labels] if count > 1 else bits


def _filled(bits: np.ndarray, max_hole: float) -> np.ndarray:
    """Return the part with its small holes filled; a hole is a component of the rest that does not reach the border."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((~bits).astype(np.uint8), connectivity=4)
    is_hole = stats[:, cv2.CC_STAT_AREA] <= max_hole * np.count_nonzero(bits)
    is_hole[0] = True
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        is_hole[edge[edge > 0]] = False
    return is_hole[labels]


def _scaled_up(bits: np.ndarray, hw: tuple[int, int], edge_px: float) -> np.ndarray:
    """Return at full size what lies farther than ``edge_px`` inside the outline; the image's edge is no outline."""
    inside = cv2.distanceTransform(bits.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) - 0.5
    inside *= max(hw) / max(bits.shape)
    return cv2.resize(inside, (hw[1], hw[0]), interpolation=cv2.INTER_LINEAR) > edge_px
