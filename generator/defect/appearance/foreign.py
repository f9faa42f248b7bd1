"""Foreign: a material that does not belong to the part, with its own colour, texture, relief and contact shadow.

Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.units import LengthRange, Range, require_within
from generator.defect.lighting import Neighbourhood, level_of, mixed, thickness_px, times
from generator.defect.material import cast_shadow, material_colour
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds

_BLACKEST = 0.05  # of full scale: nothing that lies about is blacker
_SKIN = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A foreign material on the part.

    Attributes:
        contrast: how far its brightness lies from the surface's, as a share of full scale, [0.02, 1]; the side with
            enough room is taken, either where both have it.
        saturation: of its colour, [0, 1]; mono images ignore it.
        hue_deg: of its colour, degrees, [0, 360]: 30 is brown, 210 blue.
        grain: relative deviation of its texture, [0, 1].
        grain_size: size of the texture.
        relief: how strongly texture and rounded body are shaded, [0, 2].
        gloss: strength of the highlight on the side of the light, share of full scale, [0, 1]; 0 is matt.
        shadow: how much the surface darkens beside it, [0, 1].
        shadow_px: how far the shadow reaches, px, [0, 8].
    """

    contrast: Range = Range(0.15, 0.45)
    saturation: Range = Range(0.0, 0.3)
    hue_deg: Range = Range(0.0, 360.0)
    grain: Range = Range(0.05, 0.2)
    grain_size: LengthRange
    relief: Range = Range(0.2, 0.8)
    gloss: Range = Range(0.0, 0.0)
    shadow: Range = Range(0.2, 0.6)
    shadow_px: Range = Range(1.0, 4.0)

    def __post_init__(self) -> None:
        require_within(
            self,
            contrast=(0.02, 1),
            saturation=(0, 1),
            hue_deg=(0, 360),
            grain=(0, 1),
            relief=(0, 2),
            gloss=(0, 1),
            shadow=(0, 1),
            shadow_px=(0, 8),
        )

    @property
    def reach_px(self) -> int:
        """As far as the longest shadow and its soft edge."""
        return math.ceil(self.shadow_px.high) + 1

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the material's colour, texture, relief and shadow."""
        level = float(level_of(patch.under(outline), outline.strength()).mean())
        hue, saturation = self.hue_deg.draw(rng), self.saturation.draw(rng)
        colour = material_colour(level, self.contrast.draw(rng), hue, saturation, patch.image.shape[2], rng)
        return {
            "colour": [max(_BLACKEST, value) for value in colour],
            "grain": self.grain.draw(rng),
            "grain_px": max(1.0, self.grain_size.draw_px(rng, patch.scale)),
            "relief": self.relief.draw(rng),
            "gloss": self.gloss.draw(rng),
            "body_px": thickness_px(outline),
            "shadow": self.shadow.draw(rng),
            "shadow_px": self.shadow_px.draw(rng),
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with the material and its shadow, (N, C) float32."""
        values, alpha = patch.under(outline), outline.strength()
        grain = clouds(outline.alpha.shape, params["grain_px"], params["noise"])
        size = 2 * int(np.clip(params["body_px"] / 2.0, 1, 15)) + 1
        height = cv2.blur(outline.alpha, (size, size), borderType=cv2.BORDER_REPLICATE)
        height *= np.float32(0.6 * size)
        height += np.float32(params["grain"] * params["grain_px"] / 3.0) * grain
        facing = -Neighbourhood.of(outline, height, 1).rise_towards(patch.light_deg)
        look = 1.0 + np.float32(params["grain"]) * outline.pick(grain)
        look += np.float32(params["relief"]) * np.clip(facing, -1.0, 1.0)
        material = times(np.tile(np.array(params["colour"], np.float32), (alpha.size, 1)), np.maximum(look, 0.05))
        # even a black body reflects some light off its skin: without it, its shape is lost
        skin = _SKIN * params["relief"] * max(0.0, 1.0 - 4.0 * float(np.mean(params["colour"])))
        material += (np.float32(skin) * np.clip(facing, 0.0, 1.0))[:, None]
        if params["gloss"] > 0:
            shine = np.clip(1.0 - np.abs(facing - 0.35) * np.float32(4.0), 0.0, 1.0)
            material += (np.float32(params["gloss"]) * shine)[:, None]
        shadow = cast_shadow(outline, patch.light_deg, params["shadow_px"], params["shadow"])
        return mixed(times(values, shadow), material, alpha)
