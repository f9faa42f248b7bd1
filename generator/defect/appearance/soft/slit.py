"""Slit: a cut whose lips stand open: a dark gap between raw edges, lips curled up, and the surface drawn apart.

From the middle outwards: the gap, in the shade of the lip towards the light; the cut edge of the material, pale where
it faces the light; the lip, which curls up and is shaded; the surface, whose texture has moved aside. Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.defect.dome import depth_inside, displaced
from generator.defect.lighting import Neighbourhood, level_of, light_xy, mixed, times
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds

_REACH_PX = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Slit:
    """A cut with opened lips.

    Attributes:
        gap: brightness in the depth of the gap relative to the surface, [0, 1].
        raw: share of the half width that is cut edge, [0, 1].
        pale: brightness of the cut edge relative to the surface, [0.2, 3]; fibres below a dyed skin are paler.
        grey: how far the cut edge loses the surface's colour, [0, 1]; mono images ignore it.
        fibres: relative deviation of the cut edge's brightness, [0, 1].
        relief: how strongly cut edge and lips are shaded by the light, [0, 2].
        curl: how far the lips' shading reaches beyond the slit, px, [0, 4].
        apart: how far the surface beside the slit has moved aside, as a share of the half width, [0, 1].
    """

    gap: Range = Range(0.05, 0.25)
    raw: Range = Range(0.3, 0.6)
    pale: Range = Range(0.9, 1.5)
    grey: Range = Range(0.2, 0.6)
    fibres: Range = Range(0.05, 0.2)
    relief: Range = Range(0.3, 0.8)
    curl: Range = Range(1.5, 3.0)
    apart: Range = Range(0.4, 1.0)

    def __post_init__(self) -> None:
        require_within(
            self,
            gap=(0, 1),
            raw=(0, 1),
            pale=(0.2, 3),
            grey=(0, 1),
            fibres=(0, 1),
            relief=(0, 2),
            curl=(0, 4),
            apart=(0, 1),
        )

    @property
    def reach_px(self) -> int:
        """As far as lips are shaded and the surface is drawn apart."""
        return _REACH_PX

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return gap, cut edge, lips."""
        names = ("gap", "raw", "pale", "grey", "fibres", "relief", "curl", "apart")
        return {**{name: getattr(self, name).draw(rng) for name in names}, "noise": int(rng.integers(2**31))}

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with the slit in it, (N, C) float32."""
        alpha = outline.strength()
        x, y = light_xy(patch.light_deg)
        depth, half = depth_inside(outline, 0.0)
        surface = self._lips(patch, outline, params, half)
        level = level_of(patch.under(outline), alpha)
        pale = level * np.float32(params["pale"])
        pale += np.float32(params["grey"]) * (pale.mean() - pale)
        rise_x, rise_y = Neighbourhood.of(outline, depth, 1).slope()
        facing = (rise_x * np.float32(x) + rise_y * np.float32(y)) * np.float32(half)
        noise = outline.pick(clouds(outline.alpha.shape, 3.0, params["noise"], octaves=2))
        # an edge falls towards the middle: the one on the far side faces the light
        look = 1.0 - np.float32(params["relief"]) * np.clip(facing, -0.8, 0.9) + np.float32(params["fibres"]) * noise
        edge = times(np.tile(pale, (alpha.size, 1)), np.maximum(look, 0.1))
        inner = outline.pick(depth) - np.float32(params["raw"]) + np.float32(0.12) * noise
        deep = np.clip(inner * np.float32(half / 1.5) + 0.5, 0.0, 1.0)
        return mixed(surface, mixed(edge, level * np.float32(params["gap"]), deep), alpha)

    @staticmethod
    def _lips(patch: Patch, outline: Outline, params: Mapping[str, Any], half: float) -> np.ndarray:
        """Return the surface beside the slit, drawn apart and curled up, (N, C) float32."""
        outside = np.ascontiguousarray(outline.alpha <= 0.5).view(np.uint8)
        if outside.all():
            return patch.under(outline)
        distance = cv2.distanceTransform(outside, cv2.DIST_L2, 5)
        around = Neighbourhood.of(outline, distance, 1)
        away_x, away_y = around.slope()
        near = np.clip(1.0 - outline.pick(distance) * np.float32(1.0 / (_REACH_PX - 0.5)), 0.0, 1.0)
        shift = np.float32(-min(params["apart"] * half, 0.4 * _REACH_PX)) * near * near
        surface = displaced(patch, outline, away_x * shift, away_y * shift, _REACH_PX)
        if params["curl"] > 0:
            x, y = light_xy(patch.light_deg)
            lip = np.exp(-((outline.pick(distance) * np.float32(1.0 / params["curl"])) ** 2)) * near
            towards = away_x * np.float32(x) + away_y * np.float32(y)  # the lip falls away from the slit
            surface = times(surface, 1.0 + np.float32(0.7 * params["relief"]) * lip * towards)
        return surface
