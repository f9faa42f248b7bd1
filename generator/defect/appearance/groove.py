"""Groove: the surface sinks (or rises) under the outline and is shaded by the image's own light.

The height follows alpha: down to the floor, with a low burr where alpha begins. Lambert's law brightens the wall that
faces the light and darkens the other; the floor is darker by itself, and the lit lip may glint. Everything is a factor
on the surface, so its texture goes on. Source: own; Lambert's law, Blinn (1977) for the glint.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.core.units import Range, require_within
from generator.defect.lighting import Neighbourhood, light_xy, thickness_px, times
from generator.defect.outline import Outline, Patch


@dataclass(frozen=True, slots=True, kw_only=True)
class Groove:
    """A groove, a dent, or with a negative depth a bump.

    Attributes:
        depth: as a share of the outline's own thickness, about a line's width, [-2, 2]; negative is raised.
        core: how much darker the floor is by itself, [-1, 1]; negative is brighter, as bare metal under paint.
        lip: height of the burr, as a share of the depth, [0, 1].
        glint: strength of the highlight relative to the surface, [0, 3].
        elevation_deg: of the light above the surface, degrees, [10, 90]; low light shades strongly.
    """

    depth: Range = Range(0.1, 0.5)
    core: Range = Range(0.1, 0.4)
    lip: Range = Range(0.1, 0.4)
    glint: Range = Range(0.0, 0.5)
    elevation_deg: Range = Range(30.0, 60.0)

    def __post_init__(self) -> None:
        require_within(self, depth=(-2, 2), core=(-1, 1), lip=(0, 1), glint=(0, 3), elevation_deg=(10, 90))

    @property
    def reach_px(self) -> int:
        """1: the slope of the outermost pixels."""
        return 1

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the relief and the light's elevation; depth_px is the depth on this outline."""
        depth = self.depth.draw(rng)
        return {
            "depth_px": depth * thickness_px(outline),
            "core": self.core.draw(rng),
            "lip": self.lip.draw(rng),
            "glint": self.glint.draw(rng),
            "elevation_deg": self.elevation_deg.draw(rng),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface times its shading, (N, C) float32."""
        alpha = outline.strength()
        around = Neighbourhood.of(outline, outline.alpha, 1)
        rise_x, rise_y = around.slope()
        depth, lip = params["depth_px"], params["lip"]
        # height = depth * (lip * burr(alpha) - alpha), burr(a) = 6.75 a (1 - a)^2: highest, 1, at a third of the way in
        burr = (1.0 - alpha) * (1.0 - 3.0 * alpha)
        sink = np.float32(depth) * (np.float32(6.75 * lip) * burr - 1.0)
        rise_x *= sink
        rise_y *= sink
        elevation = math.radians(params["elevation_deg"])
        flat, up = math.cos(elevation), math.sin(elevation)
        x, y = light_xy(patch.light_deg)
        length = np.sqrt(rise_x * rise_x + rise_y * rise_y + 1.0)
        towards = rise_x * np.float32(x) + rise_y * np.float32(y)
        factor = np.clip((up - flat * towards) / (up * length), 0.25, 2.5)
        factor *= 1.0 - np.float32(params["core"]) * alpha
        if params["glint"] > 0:
            # the half vector between light and camera leans by half the light's zenith angle
            lean = math.radians(90.0 - params["elevation_deg"]) / 2.0
            facing = (math.cos(lean) - math.sin(lean) * towards) / length
            shine = np.clip(facing, 0.0, 1.0) ** 24 - math.cos(lean) ** 24
            factor += np.float32(params["glint"]) * np.maximum(shine, 0.0)
        return times(patch.under(outline), factor.astype(np.float32))
