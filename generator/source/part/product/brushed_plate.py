"""A brushed metal plate that fills the image: hairlines, the broad highlight across them, fine wear.

Hairlines scatter light across themselves, so a light draws a soft band along which the plate gleams.
Source: own; the band is Ward's (1992) anisotropic lobe in the small-angle limit.
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.imaging import noise
from generator.source.part.drawing import Drawing, between, grid, tinted

METALS = {
    "stainless": (0.97, 0.985, 1.0),
    "aluminium": (1.0, 1.0, 0.99),
    "brass": (1.0, 0.84, 0.55),
    "copper": (1.0, 0.73, 0.58),
    "titanium": (0.98, 0.95, 0.91),
}


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a plate: three (H, W) planes, no roi."""
    height, width = hw
    unit = min(hw) / 512
    metal = METALS[rng.choice(list(METALS), p=[0.4, 0.3, 0.1, 0.1, 0.1])]
    angle = float(rng.choice([0.0, 90.0])) + between(rng, -4, 4)
    light_deg = angle + 90 + between(rng, -25, 25) + float(rng.choice([0.0, 180.0]))

    hair = noise.streaks(hw, between(rng, 50, 120) * unit, 1.0, angle, rng)
    line = noise.streaks(hw, between(rng, 150, 400) * unit, max(1.0, 1.6 * unit), angle, rng)
    band = noise.streaks(hw, 700 * unit, between(rng, 10, 30) * unit, angle, rng)
    u, v = grid(hw, (width * between(rng, 0.2, 0.8), height * between(rng, 0.2, 0.8)), angle)
    wave = noise.fractal(hw, 260 * unit, rng, octaves=3)
    reach = between(rng, 0.35, 0.8) * min(hw)
    lobe = u / np.float32(reach) + wave * np.float32(0.12) + hair * np.float32(0.05)
    gleam = cv2.exp(-(lobe * lobe))
    tilt = v * np.float32(between(rng, -0.15, 0.15) / max(hw))

    texture = hair * np.float32(between(rng, 0.045, 0.085)) + line * np.float32(between(rng, 0.03, 0.06))
    plane = np.float32(between(rng, 0.3, 0.42)) + gleam * np.float32(between(rng, 0.14, 0.3)) + tilt
    texture *= np.float32(max(0.5, min(1.0, unit) ** 0.4))  # a coarser pixel averages over more hairlines
    plane *= np.float32(1.0) + texture + band * np.float32(0.03) + wave * np.float32(0.025)
    glints = cv2.max(hair + line * np.float32(0.6) - np.float32(2.2), 0.0)
    plane += glints * gleam * np.float32(0.1)
    return Drawing(planes=tinted(plane, metal), light_deg=light_deg % 360)
