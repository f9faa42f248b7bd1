"""A planed board: growth rings cut lengthwise, fibres, pores, now and then a knot.

The board is a plane through a stack of bent cones; a ring goes slowly from pale early wood to dark late wood and back
at once. Source: own; rings after Peachey (1985).
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.imaging import noise
from generator.source.part.drawing import Drawing, between, grid, lit, mixed

# pale early wood, dark late wood, how strong the pores are
SPECIES = {
    "pine": ((0.80, 0.62, 0.40), (0.62, 0.40, 0.21), 0.2),
    "oak": ((0.66, 0.50, 0.32), (0.47, 0.33, 0.19), 1.0),
    "beech": ((0.72, 0.52, 0.37), (0.60, 0.41, 0.28), 0.7),
    "walnut": ((0.40, 0.27, 0.18), (0.22, 0.14, 0.09), 0.8),
}


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a board: three (H, W) planes, no roi."""
    height, width = hw
    unit = min(hw) / 512
    early, late, porosity = SPECIES[rng.choice(list(SPECIES))]
    angle = float(rng.choice([0.0, 90.0])) + between(rng, -5, 5)
    u, v = grid(hw, (width / 2, height / 2), angle)

    heart = between(rng, -0.9, 0.9) * 512 * unit
    depth = between(rng, 60, 300) * unit
    bend = noise.streaks(hw, 420 * unit, 130 * unit, angle, rng)
    cone = u * np.float32(between(rng, -0.25, 0.25)) + bend * np.float32(between(rng, 8, 22) * unit)
    across = v - np.float32(heart) + cone
    rings = cv2.sqrt(across * across + np.float32(depth * depth))
    rings += noise.streaks(hw, 120 * unit, 7 * unit, angle, rng) * np.float32(0.7 * unit)
    rings *= np.float32(1.0 / max(3.0, between(rng, 14, 34) * unit))
    place = rings - np.floor(rings)
    late_share = place * place * place
    late_share *= np.float32(1.0) - np.clip((place - np.float32(0.9)) * np.float32(10), 0, 1)

    fibre = noise.streaks(hw, 60 * unit, 1.0, angle, rng)
    vessel = noise.streaks(hw, 16 * unit, max(1.0, 1.2 * unit), angle, rng)
    pores = cv2.max(vessel + (np.float32(0.5) - late_share) * np.float32(0.5) - np.float32(1.7), 0.0)
    stain = noise.fractal(hw, 200 * unit, rng, octaves=3)
    share = late_share * np.float32(0.85) + stain * np.float32(0.08) + fibre * np.float32(0.07) + np.float32(0.05)
    planes = mixed(early, late, share)
    brightness = np.float32(1.0) + fibre * np.float32(0.035) - pores * np.float32(0.35 * porosity)
    brightness += noise.smooth(hw, 1.2 * unit, rng) * np.float32(0.02)
    light_deg = between(rng, 0, 360)
    return Drawing(planes=lit(planes, brightness * np.float32(between(rng, 0.85, 1.08))), light_deg=light_deg)
