"""Glare: a lamp that mirrors softly in the surface: light is added, and the surface's texture goes on in it.

Source: own; a rough mirror spreads a lamp's image into a core and a wide skirt (Torrance, Sparrow 1967).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.core.units import Range, require_within
from generator.defect.lighting import level_of
from generator.defect.outline import Outline, Patch


@dataclass(frozen=True, slots=True, kw_only=True)
class Glare:
    """A soft reflection.

    Attributes:
        strength: light added in its middle, share of full scale, [0.02, 2]; above what the surface leaves it saturates.
        core: how much of it lies in a narrow core, [0, 1]; 0 is a wide soft veil.
        texture: how far the surface's own light and dark shapes it, [0, 1]; 0 is a film or a pane above it.
        warmth: how much more red than blue it holds, [-0.5, 0.5]; mono images ignore it.
    """

    strength: Range
    core: Range
    texture: Range
    warmth: Range = Range(0.0, 0.0)

    def __post_init__(self) -> None:
        require_within(self, strength=(0.02, 2), core=(0, 1), texture=(0, 1), warmth=(-0.5, 0.5))

    @property
    def reach_px(self) -> int:
        """0: nothing changes beyond the outline."""
        return 0

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return strength, core, texture and colour."""
        return {
            "strength": self.strength.draw(rng),
            "core": self.core.draw(rng),
            "texture": self.texture.draw(rng),
            "warmth": self.warmth.draw(rng),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with the lamp's reflection, (N, C) float32."""
        values, alpha = patch.under(outline), outline.strength()
        soft = alpha * alpha * (3.0 - 2.0 * alpha)
        light = soft + np.float32(params["core"]) * (soft**4 - soft)
        light *= np.float32(params["strength"])
        if params["texture"] > 0:
            brightness = values.mean(axis=1)
            mean = max(float(level_of(values, alpha).mean()), 0.02)
            relative = np.minimum(brightness * np.float32(1.0 / mean), 3.0)
            light *= 1.0 + np.float32(params["texture"]) * (relative - 1.0)
        for channel in range(values.shape[1]):
            warmth = params["warmth"] * (0.5, 0.0, -0.5)[channel] if values.shape[1] == 3 else 0.0
            values[:, channel] += light * np.float32(1.0 + warmth)
        return values
