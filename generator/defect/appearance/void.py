"""Void: a hole or pit with a dark floor, the shadow of its near wall, and a rim lit on the side away from the light.

The floor has its own roughness and lets a share of the surface's texture through; the edge is the outline's soft ramp.
Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.core.units import Range, require_within
from generator.defect.lighting import Neighbourhood, level_of, mixed, times
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds

_REACH_PX = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """A hole or a pit.

    Attributes:
        floor: brightness of the floor relative to the surface, [0, 2]; 0.5 is a relative contrast of -0.5.
        roughness: relative deviation of the floor's own texture, [0, 1].
        grain_px: size of that texture, px, [1, 64].
        texture: share of the surface's texture that goes on in the floor, [0, 1].
        shadow: how much darker the floor is under the wall towards the light, [0, 1].
        shadow_px: how far that shadow reaches, px, [0, 32].
        rim: how much the rim away from the light brightens, and the other one darkens, [0, 2].
    """

    floor: Range = Range(0.45, 0.7)
    roughness: Range = Range(0.04, 0.15)
    grain_px: Range = Range(1.5, 4.0)
    texture: Range = Range(0.2, 0.6)
    shadow: Range = Range(0.1, 0.4)
    shadow_px: Range = Range(1.0, 3.0)
    rim: Range = Range(0.0, 0.4)

    def __post_init__(self) -> None:
        require_within(
            self,
            floor=(0, 2),
            roughness=(0, 1),
            grain_px=(1, 64),
            texture=(0, 1),
            shadow=(0, 1),
            shadow_px=(0, 32),
            rim=(0, 2),
        )

    @property
    def reach_px(self) -> int:
        """The lit rim lies 2 px outside the outline."""
        return _REACH_PX

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return floor, texture, shadow and rim."""
        return {
            "floor": self.floor.draw(rng),
            "roughness": self.roughness.draw(rng),
            "grain_px": self.grain_px.draw(rng),
            "texture": self.texture.draw(rng),
            "shadow": self.shadow.draw(rng),
            "shadow_px": self.shadow_px.draw(rng),
            "rim": self.rim.draw(rng),
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with the void in it, (N, C) float32."""
        values, alpha = patch.under(outline), outline.strength()
        around = Neighbourhood.of(outline, outline.alpha, max(_REACH_PX, round(params["shadow_px"])))
        level = level_of(values, alpha)
        floor = values * np.float32(params["texture"]) + level * np.float32(1.0 - params["texture"])
        noise = outline.pick(clouds(outline.alpha.shape, params["grain_px"], params["noise"], octaves=2))
        shade = np.float32(params["floor"]) * (1.0 + np.float32(params["roughness"]) * noise)
        shade *= 1.0 - np.float32(params["shadow"]) * (1.0 - around.away(patch.light_deg, params["shadow_px"]))
        out = mixed(values, times(floor, np.maximum(shade, 0.0)), alpha)
        lit = around.rise_towards(patch.light_deg, _REACH_PX) * np.float32(2.0 * _REACH_PX)
        return times(out, 1.0 + np.float32(params["rim"]) * np.clip(lit, -0.6, 1.0) * (1.0 - alpha))
