"""Knot: a stone in glass, an opaque core in a lens-like halo that distorts what lies behind.

The outline is that of the halo; the core is its deepest part, with a ragged border. The halo bends light: lines behind
it bulge, and one side is brighter, the other darker. Source: own.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.core.units import Range, require_within
from generator.defect.dome import depth_inside, displaced
from generator.defect.lighting import Neighbourhood, mixed, times
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds

_LENS_PX = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Knot:
    """An inclusion in glass.

    Attributes:
        core: share of the radius that the opaque core takes, [0.05, 0.9].
        ragged: how uneven the core's border is, [0, 1].
        body: brightness of the core, share of full scale, [0, 1].
        hue_deg: of the core, degrees, [0, 360]; mono images ignore it.
        saturation: of the core, [0, 1].
        grain: relative deviation of the core's brightness, [0, 1].
        opacity: of the core, [0, 1].
        bend: how far the halo displaces what lies behind, as a share of the radius, [0, 1].
        shading: how much one side of the halo brightens and the other darkens, [0, 1].
    """

    core: Range = Range(0.25, 0.5)
    ragged: Range = Range(0.1, 0.4)
    body: Range = Range(0.05, 0.3)
    hue_deg: Range = Range(20.0, 50.0)
    saturation: Range = Range(0.0, 0.3)
    grain: Range = Range(0.1, 0.3)
    opacity: Range = Range(0.8, 1.0)
    bend: Range = Range(0.1, 0.4)
    shading: Range = Range(0.1, 0.4)

    def __post_init__(self) -> None:
        require_within(
            self,
            core=(0.05, 0.9),
            ragged=(0, 1),
            body=(0, 1),
            hue_deg=(0, 360),
            saturation=(0, 1),
            grain=(0, 1),
            opacity=(0, 1),
            bend=(0, 1),
            shading=(0, 1),
        )

    @property
    def reach_px(self) -> int:
        """0: the halo ends where the outline does."""
        return 0

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return core, colour and halo."""
        names = ("core", "ragged", "body", "grain", "opacity", "bend", "shading")
        hue, saturation = self.hue_deg.draw(rng), self.saturation.draw(rng)
        colour = colorsys.hsv_to_rgb(hue / 360.0, saturation, 1.0) if patch.image.shape[2] == 3 else (1.0,)
        return {
            **{name: getattr(self, name).draw(rng) for name in names},
            "colour": [float(v) for v in colour],
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the halo with the core in it, (N, C) float32."""
        depth, half = depth_inside(outline, 0.5)
        swell = 0.5 - 0.5 * np.cos(np.float32(math.pi) * depth)
        rise_x, rise_y = Neighbourhood.of(outline, swell, 1).slope()
        bend = np.float32(0.7 * params["bend"] * half * half)
        seen = displaced(patch, outline, rise_x * bend, rise_y * bend, _LENS_PX)
        facing = Neighbourhood.of(outline, swell, 1).rise_towards(patch.light_deg) * np.float32(0.6 * half)
        seen = times(seen, np.maximum(1.0 + np.float32(params["shading"]) * facing, 0.1))
        noise = outline.pick(clouds(outline.alpha.shape, max(3.0, 0.5 * half), params["noise"], octaves=4, gain=0.7))
        # depth falls by 1 over `half` px, so the core's border is about 2 px soft
        ragged = np.float32(0.35 * params["ragged"] * params["core"]) * noise
        edge = (outline.pick(depth) - np.float32(1.0 - params["core"]) + ragged) * np.float32(half / 2.0) + 0.5
        core = np.clip(edge, 0.0, 1.0) * np.float32(params["opacity"])
        shade = np.float32(params["body"]) * np.maximum(1.0 + np.float32(params["grain"]) * noise, 0.0)
        material = shade[:, None] * np.array(params["colour"], np.float32)
        return mixed(patch.under(outline), mixed(seen, material, core), outline.strength())
