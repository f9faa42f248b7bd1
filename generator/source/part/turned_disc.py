"""A turned disc with a bore on a dark mat: lathe rings, the fan of light across them, chamfers.

A groove mirrors a light only where it runs across the light's direction, so concentric grooves show two opposite
fans. Source: own; the fan is Ward's (1992) anisotropic lobe.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from generator.imaging import noise
from generator.source.part.brushed_plate import METALS
from generator.source.part.drawing import Drawing, between, over, radial, step, tinted


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a disc: three (H, W) planes, roi the disc without its bore."""
    height, width = hw
    size = min(hw)
    unit = size / 512
    centre = width / 2 + between(rng, -0.02, 0.02) * size, height / 2 + between(rng, -0.02, 0.02) * size
    r, cos_x, cos_y = radial(hw, centre)
    outer = size * between(rng, 0.41, 0.465)
    bore = outer * between(rng, 0.16, 0.3)
    light_deg = between(rng, 0, 360)
    light_x, light_y = math.cos(math.radians(light_deg)), -math.sin(math.radians(light_deg))
    towards = cos_x * np.float32(light_x) + cos_y * np.float32(light_y)
    aside = cos_x * np.float32(-light_y) + cos_y * np.float32(light_x)

    rings = _rings(r, outer, unit, rng)
    lobe = aside + rings * np.float32(0.08)
    fan = cv2.exp(lobe * lobe * np.float32(-between(rng, 5, 12)))
    wide = cv2.exp(aside * aside * np.float32(-1.5))
    face = np.float32(between(rng, 0.2, 0.28)) + fan * np.float32(between(rng, 0.3, 0.42)) + wide * np.float32(0.1)
    face *= np.float32(1.0) + rings * np.float32(between(rng, 0.08, 0.14))

    chamfer = np.float32(max(1.2, outer * between(rng, 0.02, 0.035)))
    for edge, sign in ((outer - r, 1.0), (r - bore, -1.0)):
        on = step(chamfer - edge, 1.2)
        tone = cv2.max(towards * np.float32(sign), 0.0)
        tone = tone * tone * np.float32(0.65) + np.float32(0.16)
        face += (tone - face) * on
    plane = face

    metal = METALS[rng.choice(list(METALS), p=[0.4, 0.3, 0.15, 0.05, 0.1])]
    planes = tinted(plane, metal)
    mat = np.float32(between(rng, 0.02, 0.09)) * (np.float32(1.0) + np.float32(0.1) * noise.pink(hw, rng))
    shadow_at = radial(hw, (centre[0] - light_x * 9 * unit, centre[1] - light_y * 9 * unit))[0]
    mat *= np.float32(1.0) - np.float32(0.6) * step(np.float32(outer) - shadow_at, 14 * unit + 1)
    hole = step(np.float32(bore) - r, 1.4)
    cover = step(np.float32(outer) - r, 1.4) * (np.float32(1.0) - hole)
    planes = over(tinted(mat, (0.95, 0.98, 1.0)), planes, cover)
    return Drawing(planes=planes, light_deg=light_deg, roi=(r < outer) & (r > bore))


def _rings(r: np.ndarray, outer: float, unit: float, rng: np.random.Generator) -> np.ndarray:
    """Return the height of the lathe's rings around 0, looked up by radius."""
    length = int(outer * 1.5) + 8
    profile = noise.smooth((1, length), max(1.0, 1.5 * unit), rng) + noise.fractal((1, length), 24 * unit, rng) * 0.6
    pitch = max(2.5, between(rng, 3.0, 6.0) * unit)
    profile += np.sin(np.arange(length, dtype=np.float32) * np.float32(2 * math.pi / pitch))[None, :] * 0.8
    return cv2.remap(profile, r, np.zeros_like(r), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
