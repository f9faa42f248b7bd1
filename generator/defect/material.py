"""What lies on the part: its colour against the surface, and the shadow it casts. Source: own."""

from __future__ import annotations

import colorsys

import cv2
import numpy as np

from generator.defect.lighting import Neighbourhood
from generator.defect.outline import Outline


def material_colour(
    level: float, contrast: float, hue_deg: float, saturation: float, channels: int, rng: np.random.Generator
) -> list[float]:
    """Return a colour that stands out from the surface.

    Args:
        level: the surface's brightness, [0, 1].
        contrast: how far the colour's brightness lies from it; the side with enough room is taken, either where
            both have it.
        hue_deg: degrees.
        saturation: [0, 1].
        channels: 1 gives a grey level alone.
        rng: decides between brighter and darker.

    Returns:
        One value in [0, 1] a channel.
    """
    chance = rng.random()
    brighter = chance < 0.5 if contrast < min(level, 1.0 - level) else level < 0.5
    value = float(np.clip(level + (contrast if brighter else -contrast), 0.02, 0.98))
    if channels == 1:
        return [value]
    colour = np.array(colorsys.hsv_to_rgb(hue_deg / 360.0, saturation, 1.0))
    return [float(v) for v in np.clip(colour * value / colour.mean(), 0.0, 1.0)]


def cast_shadow(outline: Outline, light_deg: float, distance_px: float, strength: float) -> np.ndarray:
    """Return the factor, (N,) in [0, 1], by which a soft shadow that falls away from the light darkens the surface."""
    size = 2 * round(distance_px / 2.0) + 1
    soft = outline.alpha if size == 1 else cv2.blur(outline.alpha, (size, size), borderType=cv2.BORDER_REPLICATE)
    return 1.0 - np.float32(strength) * Neighbourhood.of(outline, soft, 8).away(light_deg, distance_px)
