"""Fibre: the look of a hair or thread that lies on the surface: its own colour, round shading, twist and a drop shadow.

Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.core.errors import require
from generator.core.units import Range
from generator.defect.lighting import Neighbourhood, level_of, mixed, times
from generator.defect.material import cast_shadow, material_colour
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds


@dataclass(frozen=True, slots=True, kw_only=True)
class Fibre:
    """Thread, hair or burr on the surface.

    Attributes:
        contrast: how far its brightness lies from the surface's, as a share of full scale, [0.02, 1].
        saturation: of its colour, [0, 1]; mono images ignore it.
        hue_deg: of its colour, degrees, [0, 360].
        roundness: how strongly its sides are shaded, [0, 2].
        twist: relative deviation of its brightness along the fibre, [0, 1].
        shadow: how much the surface darkens beside it, [0, 1].
        shadow_px: how far the shadow falls, px, [0, 8].
    """

    contrast: Range = Range(0.2, 0.5)
    saturation: Range = Range(0.0, 0.4)
    hue_deg: Range = Range(0.0, 360.0)
    roundness: Range = Range(0.3, 0.8)
    twist: Range = Range(0.03, 0.15)
    shadow: Range = Range(0.2, 0.5)
    shadow_px: Range = Range(1.0, 3.0)

    def __post_init__(self) -> None:
        require(self.contrast.within(0.02, 1), "contrast", "(low, high) within [0.02, 1]", self.contrast)
        require(self.saturation.within(0, 1), "saturation", "(low, high) within [0, 1]", self.saturation)
        require(self.hue_deg.within(0, 360), "hue_deg", "(low, high) within [0, 360]", self.hue_deg)
        require(self.roundness.within(0, 2), "roundness", "(low, high) within [0, 2]", self.roundness)
        require(self.twist.within(0, 1), "twist", "(low, high) within [0, 1]", self.twist)
        require(self.shadow.within(0, 1), "shadow", "(low, high) within [0, 1]", self.shadow)
        require(self.shadow_px.within(0, 8), "shadow_px", "(low, high) within [0, 8]", self.shadow_px)

    @property
    def reach_px(self) -> int:
        """As far as the longest shadow and its soft edge."""
        return math.ceil(self.shadow_px.high) + 1

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the fibre's colour, shading and shadow."""
        level = float(level_of(patch.under(outline), outline.strength()).mean())
        hue, saturation = self.hue_deg.draw(rng), self.saturation.draw(rng)
        return {
            "colour": material_colour(level, self.contrast.draw(rng), hue, saturation, patch.image.shape[2], rng),
            "roundness": self.roundness.draw(rng),
            "twist": self.twist.draw(rng),
            "shadow": self.shadow.draw(rng),
            "shadow_px": self.shadow_px.draw(rng),
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with the fibre and its shadow, (N, C) float32."""
        values, alpha = patch.under(outline), outline.strength()
        step = int(np.clip(round(outline.params.get("width_px", 3.0) / 3.0), 1, 8))
        around = Neighbourhood.of(outline, outline.alpha, step)
        facing = around.rise_towards(patch.light_deg, step) * np.float32(2.0 * step)
        look = 1.0 - np.float32(params["roundness"]) * np.clip(facing, -0.5, 0.8)
        twist = outline.pick(clouds(outline.alpha.shape, 3.0, params["noise"], octaves=1))
        look += np.float32(params["twist"]) * twist
        material = times(np.tile(np.array(params["colour"], np.float32), (alpha.size, 1)), np.maximum(look, 0.05))
        shadow = cast_shadow(outline, patch.light_deg, params["shadow_px"], params["shadow"])
        return mixed(times(values, shadow), material, alpha)
