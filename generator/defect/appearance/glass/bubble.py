"""Bubble: gas in glass: a dark rim, what lies behind turned round and small in it, and a highlight on the far side.

A bubble is a hollow lens in denser glass: near its rim light is reflected away (dark), in the middle it shows a small
inverted view of the surroundings, and the lamp mirrors twice: small on its own side, larger on the other.
Source: own; geometric optics.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.core.units import Range, require_within
from generator.defect.dome import depth_inside, displaced
from generator.defect.lighting import Neighbourhood, light_xy, mixed
from generator.defect.outline import Outline, Patch

_LENS_PX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """A bubble in glass.

    Attributes:
        rim: how dark the rim is, [0, 1].
        rim_width: share of the radius that is dark, [0.05, 0.9].
        inside: brightness of the middle relative to what lies behind, [0, 3].
        lens: how small the inverted view is, [0, 1]; 0 shows what lies straight behind.
        highlight: brightness of the lamp's image on the side away from the light, share of full scale, [0, 1].
        gleam: brightness of the smaller one on the side of the light, share of full scale, [0, 1].
        ring: brightness of the thin line inside the rim, share of full scale, [0, 1].
    """

    rim: Range = Range(0.5, 0.85)
    rim_width: Range = Range(0.2, 0.45)
    inside: Range = Range(0.95, 1.25)
    lens: Range = Range(0.3, 0.9)
    highlight: Range = Range(0.3, 0.8)
    gleam: Range = Range(0.1, 0.5)
    ring: Range = Range(0.03, 0.2)

    def __post_init__(self) -> None:
        require_within(
            self,
            rim=(0, 1),
            rim_width=(0.05, 0.9),
            inside=(0, 3),
            lens=(0, 1),
            highlight=(0, 1),
            gleam=(0, 1),
            ring=(0, 1),
        )

    @property
    def reach_px(self) -> int:
        """0: nothing changes beyond the outline."""
        return 0

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return rim, view and highlights."""
        names = ("rim", "rim_width", "inside", "lens", "highlight", "gleam", "ring")
        return {name: getattr(self, name).draw(rng) for name in names}

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return what is seen through the bubble, (N, C) float32."""
        depth, half = depth_inside(outline, 0.3)
        dome = depth * (2.0 - depth)
        off_x, off_y = Neighbourhood.of(outline, dome, 1).slope()
        # the parabola's slope is the place: off = (from the middle) / half, up to 1 at the rim
        off_x *= np.float32(-0.5 * half)
        off_y *= np.float32(-0.5 * half)
        shift = np.float32(-2.0 * params["lens"] * half)
        view = displaced(patch, outline, off_x * shift, off_y * shift, _LENS_PX)
        rho = 1.0 - outline.pick(depth)
        rim = min(0.9, max(params["rim_width"], 1.6 / half))  # a rim thinner than optics resolve would vanish
        start = 1.0 - rim
        dark = np.clip((rho - np.float32(start)) / np.float32(0.6 * rim), 0.0, 1.0)
        dark = dark * dark * (3.0 - 2.0 * dark)
        view *= (np.float32(params["inside"]) * (1.0 - np.float32(params["rim"]) * dark))[:, None]
        x, y = light_xy(patch.light_deg)
        towards, aside = off_x * np.float32(x) + off_y * np.float32(y), off_x * np.float32(y) - off_y * np.float32(x)
        far, near = 0.72 * start, 0.9 * start
        light = np.float32(params["highlight"]) * _spot(towards + np.float32(far), aside, 0.16, 0.34, half)
        light += np.float32(params["gleam"]) * _spot(towards - np.float32(near), aside, 0.1, 0.16, half)
        line = (rho - np.float32(start)) * np.float32(half / max(1.0, 0.06 * half))
        light += np.float32(params["ring"]) * np.exp(-line * line)
        view += light[:, None]
        return mixed(patch.under(outline), view, outline.strength())


def _spot(along: np.ndarray, aside: np.ndarray, long: float, wide: float, half: float) -> np.ndarray:
    """Return a soft spot at (0, 0), never sharper than optics show it; sizes as shares of the radius."""
    blur = 0.7 / half
    a, b = along / np.float32(math.hypot(long, blur)), aside / np.float32(math.hypot(wide, blur))
    return np.exp(-(a * a + b * b))
