"""Polygons, the same on every image, as the place where defects may lie. Source: own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import AssetError
from generator.core.sample import GoodImage
from generator.source.roi.zones import Zones, without


@dataclass(frozen=True, slots=True, kw_only=True)
class Polygons:
    """The union of polygons.

    Attributes:
        polygons: as ``Zones.parse`` reads them: corners in px, or in shares of width and height.
        forbidden: where no defect may lie; None: nowhere.
    """

    polygons: Zones
    forbidden: Zones | None = None

    def find(self, good: GoodImage) -> tuple[np.ndarray | None, tuple[Finding, ...]]:
        """Return the pixels whose centre lies in a polygon, (H, W) bool.

        Raises:
            AssetError: no pixel of this image does.
        """
        mask = self.polygons.mask(good)
        if not mask.any():
            size = f"an image of {good.pixels.shape[1]} x {good.pixels.shape[0]} px outside of them"
            raise AssetError(good.source_id, "a pixel inside roi.polygons", size)
        return without(mask, self.forbidden, good), ()

    def digest(self) -> str:
        """Return a hash of the files it reads."""
        return self.polygons.digest() + (self.forbidden.digest() if self.forbidden else "")
