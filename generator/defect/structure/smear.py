"""Smear: the thing's own ink, thinly over the ground beside it. Source: own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.core.errors import require
from generator.core.units import Range
from generator.defect.lighting import mixed
from generator.defect.outline import Outline, Patch
from generator.defect.structure.matte import spread

_AROUND_PX = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Smear:
    """Ink where none should be.

    Attributes:
        opacity: how much of the ground the smear covers at its strongest, [0, 1].
    """

    opacity: Range = Range(0.4, 0.85)

    def __post_init__(self) -> None:
        require(self.opacity.within(0, 1), "opacity", "(low, high) within [0, 1]", self.opacity)

    @property
    def reach_px(self) -> int:
        """0: nothing changes beyond the outline."""
        return 0

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the opacity."""
        return {"opacity": self.opacity.draw(rng)}

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface under a film of ink, (N, C) float32."""
        values, ink = patch.under(outline), outline.mattes.get("piece")
        if ink is None:
            return values
        pixels = patch.image[ink.rect.slices].astype(np.float32) * np.float32(1.0 / patch.white)
        sure = ink.alpha > min(0.9, 0.9 * float(ink.alpha.max()))
        colour = pixels[sure].mean(axis=0)
        near = spread(pixels, sure, 3 * _AROUND_PX)
        film = np.empty((outline.rect.h, outline.rect.w, values.shape[1]), np.float32)
        film[:] = colour
        common = outline.rect.intersection(ink.rect)
        if not common.is_empty:
            film[common.inside(outline.rect)] = near[common.inside(ink.rect)]
        return mixed(values, outline.pick(film), outline.strength() * np.float32(params["opacity"]))
