"""Fibre: the look of a hair or thread that lies on the surface.

It is a cylinder: one side faces the light; its highlight runs along it where it lies across the light's direction, and
goes out where it bends along it. A hair lets light through and shines in the middle on bright ground; a thread shows
the turns of its plies. Its shadow leaves it where it is lifted. Source: own; Kajiya and Kay (1989) for the highlight.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.defect.lighting import Neighbourhood, level_of, light_xy, mixed, times
from generator.defect.material import material_colour
from generator.defect.outline import Outline, Patch
from generator.defect.strand import Strand

_SHADOW_PX = 8
_LEAN = math.sin(math.radians(22.5))  # of the half vector, for a lamp 45 degrees up
_POLISH = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fibre:
    """Thread, hair or burr on the surface.

    Attributes:
        contrast: how far its brightness lies from the surface's, as a share of full scale, [0.02, 1].
        saturation: of its colour, [0, 1]; mono images ignore it.
        hue_deg: of its colour, degrees, [0, 360].
        own: share of the surface's own hue in its colour, [0, 1]; 1 is a thread of the same cloth.
        roundness: how strongly its sides are shaded, [0, 2].
        translucency: share of the light from below that comes through its middle, [0, 1].
        gloss: brightness of the highlight along it, share of full scale, [0, 1].
        twist: relative deviation of its brightness along the fibre, [0, 1].
        plies: how strongly the turns of its plies are marked, [0, 1]; 0 is a single hair.
        shadow: how much the surface darkens beside it, [0, 1].
        shadow_px: how far the shadow falls, px, [0, 8].
        lift: how unevenly it lies: the shadow leaves it and pales where it is lifted, [0, 1].
    """

    contrast: Range = Range(0.2, 0.5)
    saturation: Range = Range(0.0, 0.4)
    hue_deg: Range = Range(0.0, 360.0)
    own: Range = Range(0.0, 0.0)
    roundness: Range = Range(0.3, 0.8)
    translucency: Range = Range(0.0, 0.0)
    gloss: Range = Range(0.0, 0.0)
    twist: Range = Range(0.03, 0.15)
    plies: Range = Range(0.0, 0.0)
    shadow: Range = Range(0.2, 0.5)
    shadow_px: Range = Range(1.0, 3.0)
    lift: Range = Range(0.0, 0.0)

    def __post_init__(self) -> None:
        require_within(
            self,
            contrast=(0.02, 1),
            saturation=(0, 1),
            hue_deg=(0, 360),
            own=(0, 1),
            roundness=(0, 2),
            translucency=(0, 1),
            gloss=(0, 1),
            twist=(0, 1),
            plies=(0, 1),
            shadow=(0, 1),
            shadow_px=(0, _SHADOW_PX),
            lift=(0, 1),
        )

    @property
    def reach_px(self) -> int:
        """As far as the longest shadow and its soft edge."""
        return math.ceil(self.shadow_px.high) + 1

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the fibre's colour, shading and shadow."""
        surface = level_of(patch.under(outline), outline.strength())
        level = float(surface.mean())
        hue, saturation = self.hue_deg.draw(rng), self.saturation.draw(rng)
        colour = material_colour(level, self.contrast.draw(rng), hue, saturation, patch.image.shape[2], rng)
        own = self.own.draw(rng)
        alike = surface * np.float32(float(np.mean(colour)) / max(level, 1e-3))
        names = ("roundness", "translucency", "gloss", "twist", "plies", "shadow", "shadow_px", "lift")
        return {
            "colour": [float((1.0 - own) * a + own * min(float(b), 1.0)) for a, b in zip(colour, alike, strict=True)],
            **{name: getattr(self, name).draw(rng) for name in names},
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with the fibre and its shadow, (N, C) float32."""
        values, alpha, strand = patch.under(outline), outline.strength(), Strand.of(outline)
        number, width = params["noise"], max(1.5, float(outline.params.get("width_px", 3.0)))
        side = np.clip(strand.aside * np.float32(2.0 / width), -1.0, 1.0)  # across the cylinder
        top = np.sqrt(1.0 - np.float32(0.96) * side * side)  # how far it faces the camera
        x, y = light_xy(patch.light_deg)
        facing = side * (strand.heading_x * np.float32(y) - strand.heading_y * np.float32(x)) + top - 1.0
        look = 1.0 + np.float32(params["roundness"]) * np.clip(facing, -1.0, 0.6)
        look *= 1.0 + np.float32(params["twist"]) * strand.noise(2.0 * width, number)
        if params["plies"] > 0:
            turn = strand.along * np.float32(2.0 * math.pi / (1.5 * width)) + 2.0 * side
            look *= 1.0 + np.float32(params["plies"]) * np.clip(np.cos(turn), -1.0, 0.5)
        material = times(np.tile(np.array(params["colour"], np.float32), (alpha.size, 1)), np.maximum(look, 0.05))
        if params["translucency"] > 0:
            colour = np.array(params["colour"], np.float32)
            through = values * (0.35 + 0.65 * colour / max(float(colour.max()), 1e-3))
            material = mixed(material, through, np.float32(params["translucency"]) * top * top)
        if params["gloss"] > 0:
            lean = np.float32(_LEAN) * (strand.heading_x * np.float32(x) + strand.heading_y * np.float32(y))
            shine = (1.0 - lean * lean) ** np.float32(_POLISH) * top
            shine *= np.clip(1.0 + 0.5 * strand.noise(4.0 * width, number + 1), 0.0, 2.0)
            material += (np.float32(params["gloss"]) * shine)[:, None]
        shadow = self._shadow(patch, outline, strand, params)
        return mixed(times(values, shadow), material, alpha)

    @staticmethod
    def _shadow(patch: Patch, outline: Outline, strand: Strand, params: Mapping[str, Any]) -> np.ndarray:
        """Return the factor, (N,) in [0, 1], by which the shadow darkens the surface."""
        distance = params["shadow_px"]
        size = 2 * max(1, round(distance / 2.0)) + 1
        soft = Neighbourhood.of(outline, cv2.blur(outline.alpha, (size, size), borderType=cv2.BORDER_REPLICATE), 8)
        fallen = soft.away(patch.light_deg, distance)
        if params["lift"] > 0:
            lifted = np.clip(0.5 + 0.7 * strand.noise(24.0, params["noise"] + 2), 0.0, 1.0) * np.float32(params["lift"])
            fallen = fallen * (1.0 - 0.5 * lifted) * lifted + soft.away(patch.light_deg, 1.0) * (1.0 - lifted)
        return 1.0 - np.float32(params["shadow"]) * fallen
