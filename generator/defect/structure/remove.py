"""Remove: what lies behind shows through, wholly or in patches, as where a part is missing or ink has not taken.

Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.core.errors import require
from generator.core.units import Range
from generator.defect.lighting import mixed
from generator.defect.outline import Outline, Patch
from generator.defect.structure.layer import behind, laid_in
from generator.defect.texture import clouds


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """The ground instead of the thing.

    Attributes:
        strength: how much of the thing is gone, [0, 1]; 1 is all of it.
        patches: how much the strength wanders from place to place, [0, 1].
        patch_px: size of the patches, px, [1, 500].
    """

    strength: Range = Range(1.0, 1.0)
    patches: Range = Range(0.0, 0.0)
    patch_px: Range = Range(4.0, 16.0)

    def __post_init__(self) -> None:
        require(self.strength.within(0, 1), "strength", "(low, high) within [0, 1]", self.strength)
        require(self.patches.within(0, 1), "patches", "(low, high) within [0, 1]", self.patches)
        require(self.patch_px.within(1, 500), "patch_px", "(low, high) within [1, 500]", self.patch_px)

    @property
    def reach_px(self) -> int:
        """0: nothing changes beyond the outline."""
        return 0

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the strength and its patches."""
        return {
            "strength": self.strength.draw(rng),
            "patches": self.patches.draw(rng),
            "patch_px": self.patch_px.draw(rng),
            "texture": int(rng.integers(1 << 31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the ground where the thing was, (N, C) float32."""
        values, share = patch.under(outline), outline.strength() * np.float32(params["strength"])
        hole = outline.mattes.get("hole")
        if hole is None:
            return values
        if params["patches"] > 0:
            hw = (outline.rect.h, outline.rect.w)
            field = outline.pick(clouds(hw, params["patch_px"], params["texture"]))
            share = np.clip(share * (1.0 + np.float32(0.9 * params["patches"]) * field), 0, 1)
        ground = np.zeros((outline.rect.h, outline.rect.w, values.shape[1]), np.float32)
        laid_in(ground, outline.rect, behind(patch, hole), np.ones_like(hole.alpha), hole.rect)
        return mixed(values, outline.pick(ground), share.astype(np.float32))
