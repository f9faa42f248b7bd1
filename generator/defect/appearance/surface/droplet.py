"""Droplets: beads of metal that have frozen on the surface, each a rounded body with a highlight and a contact shadow.

Every connected piece of the outline is a cap about its own middle. Its normals give a dark rim, a body that is brighter
towards the light, and a sharp highlight; the shadow falls away from the light.
Source: own; Blinn (1977) for the highlight.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.defect.lighting import level_of, light_xy, mixed, times
from generator.defect.material import cast_shadow
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds


@dataclass(frozen=True, slots=True, kw_only=True)
class Droplet:
    """Frozen beads.

    Attributes:
        gain: mean brightness of a bead relative to the surface, [0, 3].
        greyness: how far a bead is grey instead of the surface's colour, [0, 1].
        roundness: how strongly the body is shaded, [0, 1]; 0 is a flat splat.
        gloss: strength of the highlight, share of full scale, [0, 1].
        shininess: sharpness of the highlight, [2, 200].
        elevation_deg: of the light above the surface, degrees, [10, 90].
        grain: relative deviation of the bead's own unevenness, [0, 1].
        shadow: how much the surface darkens beside a bead, [0, 1].
        shadow_px: how far the shadow falls, px, [0, 8].
    """

    gain: Range = Range(0.7, 1.2)
    greyness: Range = Range(0.5, 1.0)
    roundness: Range = Range(0.5, 1.0)
    gloss: Range = Range(0.3, 0.7)
    shininess: Range = Range(12.0, 40.0)
    elevation_deg: Range = Range(35.0, 60.0)
    grain: Range = Range(0.02, 0.08)
    shadow: Range = Range(0.3, 0.6)
    shadow_px: Range = Range(1.0, 3.0)

    def __post_init__(self) -> None:
        require_within(
            self,
            gain=(0, 3),
            greyness=(0, 1),
            roundness=(0, 1),
            gloss=(0, 1),
            shininess=(2, 200),
            elevation_deg=(10, 90),
            grain=(0, 1),
            shadow=(0, 1),
            shadow_px=(0, 8),
        )

    @property
    def reach_px(self) -> int:
        """As far as the longest shadow and its soft edge."""
        return math.ceil(self.shadow_px.high) + 1

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return brightness, shading and shadow of all beads."""
        return {
            "gain": self.gain.draw(rng),
            "greyness": self.greyness.draw(rng),
            "roundness": self.roundness.draw(rng),
            "gloss": self.gloss.draw(rng),
            "shininess": self.shininess.draw(rng),
            "elevation_deg": self.elevation_deg.draw(rng),
            "grain": self.grain.draw(rng),
            "shadow": self.shadow.draw(rng),
            "shadow_px": self.shadow_px.draw(rng),
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with the beads and their shadows, (N, C) float32."""
        values, alpha = patch.under(outline), outline.strength()
        x, y, z = _normals(outline)
        light_x, light_y = light_xy(patch.light_deg)
        elevation = math.radians(params["elevation_deg"])
        sideways = np.float32(light_x) * x + np.float32(light_y) * y
        body = 0.55 + 0.45 * z + 0.45 * math.cos(elevation) * sideways  # 1 at the top of a bead
        look = 1.0 + np.float32(params["roundness"]) * (body - 1.0)
        look += np.float32(params["grain"]) * outline.pick(clouds(outline.alpha.shape, 2.0, params["noise"], octaves=1))
        level = level_of(values, alpha)
        metal = level + np.float32(params["greyness"]) * (level.mean() - level)
        beads = times(np.tile(metal * np.float32(params["gain"]), (alpha.size, 1)), np.maximum(look, 0.05))
        lean = (math.pi / 2.0 - elevation) / 2.0  # of the half vector between light and camera
        facing = np.clip(math.cos(lean) * z + math.sin(lean) * sideways, 0.0, 1.0)
        beads += (np.float32(params["gloss"]) * facing ** np.float32(params["shininess"]))[:, None]
        shadow = cast_shadow(outline, patch.light_deg, params["shadow_px"], params["shadow"])
        return mixed(times(values, shadow), beads, alpha)


def _normals(outline: Outline) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the unit normals of the caps under the support: x right, y down, z to the camera, (N,) float32 each."""
    outside = (outline.alpha <= 0.5 * min(1.0, float(outline.alpha.max()))).view(np.uint8)
    _, labels = cv2.distanceTransformWithLabels(outside, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_CCOMP)
    rows, columns = np.nonzero(outside == 0)
    if rows.size == 0:  # only a bead's shadow lies on the image
        flat = np.zeros(outline.index.size, np.float32)
        return flat, flat, np.ones_like(flat)
    bead = labels[rows, columns]
    area = np.maximum(np.bincount(bead), 1)
    middle_x, middle_y = np.bincount(bead, columns) / area, np.bincount(bead, rows) / area
    radius = np.sqrt(area / math.pi) + 0.3
    bead = outline.pick(labels)
    x = ((outline.index % outline.rect.w - middle_x[bead]) / radius[bead]).astype(np.float32)
    y = ((outline.index // outline.rect.w - middle_y[bead]) / radius[bead]).astype(np.float32)
    steep = np.maximum(np.sqrt(x * x + y * y) * np.float32(1.0 / 0.98), 1.0)
    x, y = x / steep, y / steep
    return x, y, np.sqrt(np.maximum(1.0 - x * x - y * y, 0.0))
