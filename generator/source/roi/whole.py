"""The whole image as the place where defects may lie. Source: own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.annotation import Finding
from generator.core.sample import GoodImage
from generator.source.roi.zones import Zones, without


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Everywhere, whatever the source knows of the part.

    Attributes:
        forbidden: where no defect may lie; None: nowhere.
    """

    forbidden: Zones | None = None

    def find(self, good: GoodImage) -> tuple[np.ndarray | None, tuple[Finding, ...]]:
        """Return None for everywhere, or an (H, W) bool mask of what is not forbidden.

        Raises:
            AssetError: everything is forbidden, or a mask is missing.
        """
        return without(None, self.forbidden, good), ()

    def digest(self) -> str:
        """Return a hash of the files it reads."""
        return self.forbidden.digest() if self.forbidden else ""
