"""Tear: a hole in cloth with a frayed rim: loose ends of yarn lean into it, a few still bridge it.

The hole shows what lies below, in the shade of the rim towards the light. The ends have the cloth's own colour, round
shading and a shadow on what lies below. Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.geometry import Rect
from generator.core.seeds import texture_rng
from generator.core.units import LengthRange, Range, require_within
from generator.defect.fill import fill_bands
from generator.defect.lighting import Neighbourhood, level_of, mixed, times
from generator.defect.outline import Outline, Patch
from generator.defect.shape.path import direction_xy
from generator.defect.texture import clouds

_REACH_PX = 2
_POINTS = 6
_MOST = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Tear:
    """A hole in cloth.

    Attributes:
        floor: brightness of what lies below relative to the cloth, [0, 2].
        roughness: relative deviation of that brightness, [0, 1].
        shadow: how much darker it is under the rim towards the light, [0, 1].
        shadow_px: how far that shadow reaches, px, [0, 8].
        yarn: width of a loose end.
        ends: loose ends along the rim, for each two widths of it, [0, 3].
        reach: how far they lean into the hole, as a share of its radius, [0, 2].
        bridges: share of the ends that reach across, [0, 1].
        contrast: deviation of the ends' brightness, as a share of the cloth's, [0, 1].
        rim: how much the rim away from the light brightens, and the other one darkens, [0, 2].
    """

    floor: Range = Range(0.08, 0.3)
    roughness: Range = Range(0.05, 0.2)
    shadow: Range = Range(0.2, 0.5)
    shadow_px: Range = Range(1.0, 4.0)
    yarn: LengthRange
    ends: Range = Range(0.3, 1.0)
    reach: Range = Range(0.3, 0.8)
    bridges: Range = Range(0.0, 0.2)
    contrast: Range = Range(0.05, 0.2)
    rim: Range = Range(0.1, 0.4)

    def __post_init__(self) -> None:
        require_within(
            self,
            floor=(0, 2),
            roughness=(0, 1),
            shadow=(0, 1),
            shadow_px=(0, 8),
            ends=(0, 3),
            reach=(0, 2),
            bridges=(0, 1),
            contrast=(0, 1),
            rim=(0, 2),
        )

    @property
    def reach_px(self) -> int:
        """The lit rim lies 2 px outside the outline."""
        return _REACH_PX

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return what lies below, the ends of yarn, and the rim."""
        names = ("floor", "roughness", "shadow", "shadow_px", "ends", "reach", "bridges", "contrast", "rim")
        return {
            **{name: getattr(self, name).draw(rng) for name in names},
            "yarn_px": max(1.0, self.yarn.draw_px(rng, patch.scale)),
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the cloth with the hole in it, (N, C) float32."""
        values, alpha, hw = patch.under(outline), outline.strength(), outline.alpha.shape
        level = level_of(values, alpha)
        ends = _loose_ends(outline, patch.image.shape[:2], params)
        over = np.maximum(1.0 - outline.alpha, ends)  # what stands above the floor and keeps light off it
        shade = Neighbourhood.of(outline, over, 8).away(patch.light_deg, params["shadow_px"])
        below = np.float32(params["floor"]) * (1.0 - np.float32(params["shadow"]) * shade)
        grain = outline.pick(clouds(hw, 4.0, params["noise"] + 1, octaves=2))
        below *= 1.0 + np.float32(params["roughness"]) * grain
        out = mixed(values, times(np.tile(level, (alpha.size, 1)), np.maximum(below, 0.0)), alpha)
        rise = Neighbourhood.of(outline, outline.alpha, _REACH_PX).rise_towards(patch.light_deg, _REACH_PX)
        lit = np.clip(rise * np.float32(2.0 * _REACH_PX), -0.6, 1.0) * (1.0 - alpha)
        out = times(out, 1.0 + np.float32(params["rim"]) * lit)
        facing = -Neighbourhood.of(outline, ends, 1).rise_towards(patch.light_deg)
        varied = outline.pick(clouds(hw, 3.0 * params["yarn_px"], params["noise"] + 2, octaves=1))
        look = 0.9 + np.clip(facing, -0.5, 0.5) + np.float32(params["contrast"]) * varied
        yarn = times(np.tile(level, (alpha.size, 1)), np.maximum(look, 0.1))
        return mixed(out, yarn, outline.pick(ends) * np.minimum(alpha * 2.0, 1.0))


def _loose_ends(outline: Outline, hw: tuple[int, int], params: Mapping[str, Any]) -> np.ndarray:
    """Return the alpha of the ends of yarn that lean from the rim into the hole, (h, w) float32 in [0, 1]."""
    rect, rng = outline.rect, texture_rng(params["noise"])
    inside = np.ascontiguousarray(outline.alpha > 0.5).view(np.uint8)
    contours, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    rim = max(contours, key=len)[:, 0, :] + np.array([rect.x + 0.5, rect.y + 0.5]) if contours else np.zeros((0, 2))
    width = params["yarn_px"]
    count = min(_MOST, round(params["ends"] * len(rim) / (2.0 * width)))
    if count == 0:
        return np.zeros(outline.alpha.shape, np.float32)
    radius = float(np.sqrt(inside.sum() / np.pi))
    # ends stand in tufts, as the threads of one direction come loose together
    at = rng.random(max(1, count // 3))[rng.integers(0, max(1, count // 3), count)] + 0.06 * rng.standard_normal(count)
    roots = rim[np.floor(np.mod(at, 1.0) * len(rim)).astype(np.intp)]
    inward = rim.mean(axis=0) - roots
    turns = np.degrees(np.arctan2(-inward[:, 1], inward[:, 0])) + 28.0 * rng.standard_normal(count)
    lengths = params["reach"] * radius * rng.uniform(0.4, 1.3, count)
    lengths[rng.random(count) < params["bridges"]] = 2.4 * radius
    steps = np.arange(_POINTS - 1)
    headings = turns[:, None] + rng.normal(0.0, 12.0, (count, 1)) * steps
    paths = np.cumsum(direction_xy(headings) * (lengths / (_POINTS - 1))[:, None, None], axis=1)
    paths = np.concatenate([np.zeros((count, 1, 2)), paths], axis=1) + roots[:, None, :]
    widths = width * rng.uniform(0.5, 1.0, (count, 1)) * np.linspace(1.0, 0.45, _POINTS)
    alpha, x, y = fill_bands([(paths, widths)], 0.6, hw)
    drawn = Rect(x, y, alpha.shape[1], alpha.shape[0])
    common = drawn.intersection(rect)
    ends = np.zeros(outline.alpha.shape, np.float32)
    if not common.is_empty:
        ends[common.inside(rect)] = alpha[common.inside(drawn)]
    return ends
