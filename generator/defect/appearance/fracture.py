"""Fracture: the rough inner face that a broken-out piece leaves: facets shaded by the light, dark under its upper edge.

Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.core.errors import require
from generator.core.units import LengthRange, Range
from generator.defect.lighting import Neighbourhood, level_of, mixed, times
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds

_REACH_PX = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fracture:
    """A broken face.

    Attributes:
        gain: its mean brightness relative to the surface, [0, 3].
        facet_size: size of the facets.
        relief: relative deviation of the facets' brightness, [0, 2].
        texture: share of the surface's own texture left, [0, 1].
        edge: how much the edge darkens towards the light and brightens away from it, [0, 2].
    """

    gain: Range = Range(0.5, 0.9)
    facet_size: LengthRange
    relief: Range = Range(0.1, 0.35)
    texture: Range = Range(0.0, 0.3)
    edge: Range = Range(0.2, 0.8)

    def __post_init__(self) -> None:
        require(self.gain.within(0, 3), "gain", "(low, high) within [0, 3]", self.gain)
        require(self.relief.within(0, 2), "relief", "(low, high) within [0, 2]", self.relief)
        require(self.texture.within(0, 1), "texture", "(low, high) within [0, 1]", self.texture)
        require(self.edge.within(0, 2), "edge", "(low, high) within [0, 2]", self.edge)

    @property
    def reach_px(self) -> int:
        """The edge's light reaches 1 px outside."""
        return _REACH_PX

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return gain, facets and edge."""
        return {
            "gain": self.gain.draw(rng),
            "facet_px": max(2.0, self.facet_size.draw_px(rng, patch.scale)),
            "relief": self.relief.draw(rng),
            "texture": self.texture.draw(rng),
            "edge": self.edge.draw(rng),
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with the broken face, (N, C) float32."""
        values, alpha = patch.under(outline), outline.strength()
        level = level_of(values, alpha)
        face = values * np.float32(params["texture"]) + level * np.float32(1.0 - params["texture"])
        # ridges: the creases of |noise| part the face into facets of nearly even slope
        heights = np.abs(clouds(outline.alpha.shape, params["facet_px"], params["noise"], gain=0.4))
        facing = -Neighbourhood.of(outline, heights, 1).rise_towards(patch.light_deg) * np.float32(params["facet_px"])
        facing /= max(float(facing.std()), 1e-6)
        look = np.float32(params["gain"]) * (1.0 + np.float32(params["relief"]) * np.clip(facing, -2.5, 2.5))
        out = mixed(values, times(face, np.maximum(look, 0.05)), alpha)
        rise = Neighbourhood.of(outline, outline.alpha, _REACH_PX).rise_towards(patch.light_deg) * np.float32(2.0)
        return times(out, 1.0 + np.float32(params["edge"]) * np.clip(rise, -0.8, 1.0))
