"""Liquid: a stain that multiplies the surface by a cloudy tint, darker at its edge as it dried, with a slight gloss.

Source: own; the edge after the coffee-ring effect (Deegan et al. 1997).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.units import LengthRange, Range, require_within
from generator.defect.lighting import Neighbourhood, times
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds
from generator.imaging.lab import shifted_lab


@dataclass(frozen=True, slots=True, kw_only=True)
class Liquid:
    """A stain.

    Attributes:
        gain: brightness inside relative to the surface, [0, 2]; above 1 is a bright residue.
        da: step of a* inside, [-100, 100]; positive is redder; mono images ignore it.
        db: step of b* inside, [-100, 100]; positive is yellower; mono images ignore it.
        cloud: relative deviation of the stain's own unevenness, [0, 1].
        cloud_size: size of that unevenness.
        ring: how much darker the edge is than the inside, [0, 1].
        ring_width: how far the dark edge reaches inwards.
        gloss: brightness of reflections relative to the full scale, [0, 1]; 0 is dry.
    """

    gain: Range
    da: Range
    db: Range
    cloud: Range
    cloud_size: LengthRange
    ring: Range
    ring_width: LengthRange
    gloss: Range = Range(0.0, 0.0)

    def __post_init__(self) -> None:
        require_within(self, gain=(0, 2), da=(-100, 100), db=(-100, 100), cloud=(0, 1), ring=(0, 1), gloss=(0, 1))

    @property
    def reach_px(self) -> int:
        """0: nothing changes beyond the outline."""
        return 0

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return tint, clouds, ring and gloss."""
        return {
            "gain": self.gain.draw(rng),
            "da": self.da.draw(rng),
            "db": self.db.draw(rng),
            "cloud": self.cloud.draw(rng),
            "cloud_px": max(4.0, self.cloud_size.draw_px(rng, patch.scale)),
            "ring": self.ring.draw(rng),
            "ring_px": max(1.0, self.ring_width.draw_px(rng, patch.scale)),
            "gloss": self.gloss.draw(rng),
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface under the stain, (N, C) float32."""
        values, alpha = patch.under(outline), outline.strength()
        field = clouds(outline.alpha.shape, params["cloud_px"], params["noise"], octaves=4, gain=0.6)
        cloud = outline.pick(field)
        # how much of the stain lies at a pixel: 1 inside, more towards the edge, uneven
        amount = 1.0 + np.float32(params["cloud"]) * cloud
        if params["ring"] > 0:
            inside = cv2.copyMakeBorder((outline.alpha > 0.5).view(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
            distance = outline.pick(cv2.distanceTransform(inside, cv2.DIST_L2, 3)[1:-1, 1:-1])
            # full on the outermost px, where the drop was pinned, and steeply down to the pale inside
            ring = np.exp(-np.square(np.maximum(distance - 1.0, 0.0) / np.float32(params["ring_px"])))
            amount += np.float32(params["ring"] / max(abs(1.0 - params["gain"]), 0.05)) * ring * (1.0 + 0.5 * cloud)
        amount = np.maximum(amount, 0.0) * alpha
        density = np.float32(np.log(max(params["gain"], 0.02)))
        values = times(values, np.exp(density * amount))
        if values.shape[1] == 3 and (params["da"] or params["db"]):
            tint = np.array([0.0, params["da"], params["db"]], np.float32)
            values = shifted_lab(values, np.minimum(amount, 2.0)[:, None] * tint)
        if params["gloss"] > 0:
            shine = Neighbourhood.of(outline, field, 2).rise_towards(patch.light_deg, 2)
            shine = np.clip(-shine * np.float32(params["cloud_px"] / 2.0) - 0.4, 0.0, 1.0) ** 2
            values += (np.float32(params["gloss"]) * shine * alpha)[:, None]
        return values
