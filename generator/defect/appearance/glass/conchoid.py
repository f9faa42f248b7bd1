"""Conchoid: the shell-shaped face that a flake of glass leaves, with ripples about the point of impact and facets.

The face is a bowl; ripples run about the place where it was struck, crushed glass glitters there, and its slope bends
what lies behind and catches the light in a few facets. Source: own; after the fractography of glass (Quinn 2020).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.core.units import LengthRange, Range, require_within
from generator.defect.dome import depth_inside, displaced
from generator.defect.lighting import Neighbourhood, light_xy, mixed
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds

_BENT_PX = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Conchoid:
    """The face of a flake.

    Attributes:
        clarity: share of what lies behind that is seen through the face, [0, 1].
        haze: brightness of the scattered light, share of full scale, [0, 1].
        ripple: distance from ripple to ripple.
        ripples: how strongly they are shaded, [0, 2].
        facets: how strongly the broken facets are shaded, share of full scale, [0, 1].
        facet_size: size of the facets.
        crushed: how far from the point of impact the glass glitters, as a share of the outline's size, [0, 1].
        glitter: brightness of glints, share of full scale, [0, 1.5].
        bend: how far what lies behind is displaced, as a share of the thickness, [0, 1].
        edge: brightness of the sharp edge, share of full scale, [0, 1].
        warmth: how far the light's blue falls behind its red, [0, 0.5]; mono images ignore it.
    """

    clarity: Range = Range(0.4, 0.8)
    haze: Range = Range(0.05, 0.2)
    ripple: LengthRange
    ripples: Range = Range(0.1, 0.4)
    facets: Range = Range(0.05, 0.25)
    facet_size: LengthRange
    crushed: Range = Range(0.1, 0.4)
    glitter: Range = Range(0.5, 1.0)
    bend: Range = Range(0.1, 0.4)
    edge: Range = Range(0.1, 0.4)
    warmth: Range = Range(0.0, 0.25)

    def __post_init__(self) -> None:
        require_within(
            self,
            clarity=(0, 1),
            haze=(0, 1),
            ripples=(0, 2),
            facets=(0, 1),
            crushed=(0, 1),
            glitter=(0, 1.5),
            bend=(0, 1),
            edge=(0, 1),
            warmth=(0, 0.5),
        )

    @property
    def reach_px(self) -> int:
        """1: the edge's light reaches 1 px outside."""
        return 1

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the face, and the point of impact: at the mouth of a chip, else on a side by chance."""
        names = ("clarity", "haze", "ripples", "facets", "crushed", "glitter", "bend", "edge", "warmth")
        strength = outline.strength()
        columns, rows = outline.index % outline.rect.w, outline.index // outline.rect.w
        weight = strength / max(float(strength.sum()), 1e-6)
        middle_x, middle_y = float(weight @ columns), float(weight @ rows)
        size = math.sqrt(max(float(strength.sum()), 1.0) / math.pi)
        out_deg = rng.uniform(-180.0, 180.0)
        if "inward_deg" in outline.params:
            out_deg = outline.params["inward_deg"] + 180.0 + 0.1 * out_deg
        x, y = light_xy(out_deg)
        return {
            **{name: getattr(self, name).draw(rng) for name in names},
            "ripple_px": max(2.0, self.ripple.draw_px(rng, patch.scale)),
            "facet_px": max(2.0, self.facet_size.draw_px(rng, patch.scale)),
            "impact_x": outline.rect.x + middle_x + 0.9 * size * x,
            "impact_y": outline.rect.y + middle_y + 0.9 * size * y,
            "size_px": size,
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return what is seen through and on the face, (N, C) float32."""
        alpha, hw, number = outline.strength(), outline.alpha.shape, params["noise"]
        x, y = light_xy(patch.light_deg)
        away_x = (outline.index % outline.rect.w + (outline.rect.x - params["impact_x"])).astype(np.float32)
        away_y = (outline.index // outline.rect.w + (outline.rect.y - params["impact_y"])).astype(np.float32)
        radius = np.sqrt(away_x * away_x + away_y * away_y) + np.float32(1e-3)
        wavy = outline.pick(clouds(hw, 0.8 * params["size_px"], number, octaves=1))
        # ripples lie closer together the farther the crack ran, swing with the face, and show in places only
        turns = (radius / np.float32(params["ripple_px"])) ** np.float32(1.15) + np.float32(0.6) * wavy
        outward = (away_x * np.float32(x) + away_y * np.float32(y)) / radius
        fading = np.exp(radius * np.float32(-0.6 / params["size_px"]))
        waves = np.cos(np.float32(2.0 * math.pi) * turns) * fading
        waves *= np.clip(0.35 + outline.pick(clouds(hw, 0.6 * params["size_px"], number + 3, octaves=2)), 0.0, 1.2)
        heights = np.abs(clouds(hw, params["facet_px"], number + 1, octaves=2, gain=0.4))
        facing = -Neighbourhood.of(outline, heights, 1).rise_towards(patch.light_deg) * np.float32(params["facet_px"])
        facing *= np.float32(1.0 / max(float(facing.std()), 1e-6))
        depth, half = depth_inside(outline, 0.4)
        bowl_x, bowl_y = Neighbourhood.of(outline, depth, 1).slope()
        bent = np.float32(params["bend"] * half) * (np.float32(half) * depth.ravel()[outline.index])
        behind = displaced(patch, outline, bowl_x * bent, bowl_y * bent, _BENT_PX)
        bowl = -(bowl_x * np.float32(x) + bowl_y * np.float32(y)) * np.float32(half)
        shade = 1.0 + np.float32(params["ripples"]) * waves * (0.4 + 0.6 * np.abs(outward)) + 0.5 * bowl
        light = np.float32(params["haze"]) * np.maximum(shade, 0.0)
        light += np.float32(params["facets"]) * np.clip(0.5 * facing - 0.25, 0.0, 1.5)
        if params["glitter"] > 0:
            near = np.exp(-((radius / np.float32(max(params["crushed"] * 2.0 * params["size_px"], 1.0))) ** 2))
            sparks = outline.pick(clouds(hw, 4.0, number + 2, octaves=2)) + 0.5 * facing
            light += np.float32(params["glitter"]) * np.clip(0.8 * sparks - 2.1 + 2.2 * near, 0.0, 1.0)
        share = np.maximum(np.float32(params["clarity"]) * (1.0 + 0.6 * np.float32(params["ripples"]) * waves), 0.0)
        face = behind * share[:, None]
        rise = Neighbourhood.of(outline, outline.alpha, 1).rise_towards(patch.light_deg) * np.float32(2.0)
        light += np.float32(params["edge"]) * np.clip(0.3 + np.abs(rise), 0.0, 1.0) * (4.0 * alpha * (1.0 - alpha))
        colour = (1.0, 1.0 - params["warmth"] / 2.0, 1.0 - params["warmth"])[: face.shape[1]]
        for channel, part in enumerate(colour):
            face[:, channel] += light * np.float32(part)
        return mixed(patch.under(outline), face, alpha)
