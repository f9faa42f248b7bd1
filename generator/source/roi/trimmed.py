"""A part that fills the frame, less the dark strips of background beside it.

A camera is often set so that the part just fills the image; what is left of the background is a dark gap at some of
its sides. A pixel belongs to the gap if it is much darker than the brightest surface near it and than the image's
median, and if the gap reaches the image's border. A gap that would take too much is not believed. Works on a reduced
image. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import require
from generator.core.sample import GoodImage
from generator.source.roi.zones import Zones, without

_REDUCED_PX = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Trimmed:
    """The image less dark strips at its sides.

    Attributes:
        near: a gap is darker than this share of the brightest surface near it, (0, 1).
        dark: and darker than this share of the image's median, (0, 1].
        widest: the widest gap, as a share of the shorter side, (0, 0.5]: so far off the surface is looked at.
        max_gap: largest share of the image that the gaps may take, [0, 1]; beyond it the whole image is the place.
        forbidden: where no defect may lie; None: nowhere.
    """

    near: float = 0.55
    dark: float = 0.6
    widest: float = 0.12
    max_gap: float = 0.3
    forbidden: Zones | None = None

    def __post_init__(self) -> None:
        require(0 < self.near < 1, "near", "a share in (0, 1)", self.near)
        require(0 < self.dark <= 1, "dark", "a share in (0, 1]", self.dark)
        require(0 < self.widest <= 0.5, "widest", "a share in (0, 0.5]", self.widest)
        require(0 <= self.max_gap <= 1, "max_gap", "a share in [0, 1]", self.max_gap)

    def find(self, good: GoodImage) -> tuple[np.ndarray | None, tuple[Finding, ...]]:
        """Return the part as an (H, W) bool mask, or None for everywhere, and a finding where gaps were not believed.

        Raises:
            AssetError: ``forbidden`` leaves nothing, or its mask is missing.
        """
        if good.roi is not None:
            return without(good.roi, self.forbidden, good), ()
        gap = self._gap(good)
        share = float(gap.mean())
        if share == 0.0:
            return without(None, self.forbidden, good), ()
        if share > self.max_gap:
            text = f"{good.source_id}: dark gaps would take {share:.0%} of the image; defects may lie anywhere"
            return without(None, self.forbidden, good), (Finding(severity="warning", code="roi_whole", message=text),)
        return without(~gap, self.forbidden, good), ()

    def digest(self) -> str:
        """Return a hash of the files it reads."""
        return self.forbidden.digest() if self.forbidden else ""

    def _gap(self, good: GoodImage) -> np.ndarray:
        """Return the dark strips that reach the border, (H, W) bool."""
        height, width = good.pixels.shape[:2]
        ratio = min(1.0, _REDUCED_PX / max(height, width))
        wh = max(1, round(width * ratio)), max(1, round(height * ratio))
        small = cv2.resize(good.pixels, wh, interpolation=cv2.INTER_AREA).reshape(wh[1], wh[0], -1)
        grey = cv2.medianBlur((small.mean(axis=2) * (255.0 / good.white)).astype(np.float32), 5)
        side = int(self.widest * min(wh)) | 1
        surface = cv2.dilate(cv2.blur(grey, (side, side)), np.ones((side, side), np.uint8))
        dark = (grey < self.near * surface) & (grey < self.dark * np.median(grey))
        # a ring of darkness around the image joins all gaps that reach the border
        ringed = cv2.copyMakeBorder(dark.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
        _, parts = cv2.connectedComponents(ringed, connectivity=4)
        gap = (parts == parts[0, 0])[1:-1, 1:-1].astype(np.uint8)
        gap = cv2.morphologyEx(gap, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        return cv2.resize(gap, (width, height), interpolation=cv2.INTER_NEAREST) > 0
