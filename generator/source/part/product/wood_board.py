"""A planed board: growth rings cut lengthwise, fibres, pores, rays, now and then a small knot.

The board is a plane through bent cones; a ring is mostly pale early wood and ends in a thin band of dark late wood,
whose spacing and darkness vary from year to year. Source: own; rings after Peachey (1985).
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.imaging import noise
from generator.source.part.drawing import Drawing, between, grid, lit, mixed, over

# pale early wood, dark late wood, how strong the pores are, how strong the rings are
SPECIES = {
    "pine": ((0.82, 0.64, 0.42), (0.62, 0.40, 0.20), 0.0, 0.9),
    "oak": ((0.68, 0.52, 0.34), (0.48, 0.34, 0.20), 1.0, 0.6),
    "beech": ((0.74, 0.54, 0.39), (0.60, 0.41, 0.28), 0.55, 0.5),
    "walnut": ((0.42, 0.29, 0.20), (0.21, 0.13, 0.085), 0.7, 0.7),
    "maple": ((0.84, 0.70, 0.53), (0.70, 0.54, 0.38), 0.15, 0.45),
}
YEARS = 512


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a board: three (H, W) planes, no roi."""
    height, width = hw
    unit = min(hw) / 512
    early, late, porosity, ring_strength = SPECIES[rng.choice(list(SPECIES))]
    angle = float(rng.choice([0.0, 90.0])) + between(rng, -3, 3)
    u, v = grid(hw, (width / 2, height / 2), angle)

    heart, depth = between(rng, -1.2, 1.2) * 256 * unit, between(rng, 20, 200) * unit
    bend = noise.streaks(hw, 380 * unit, 150 * unit, angle, rng)
    across = u * np.float32(between(rng, -0.12, 0.12)) + bend * np.float32(between(rng, 5, 14) * unit)
    across += v - np.float32(heart)
    taper = u * np.float32(between(rng, -0.5, 0.5)) + np.float32(depth)
    rings = cv2.sqrt(across * across + taper * taper)
    knot = np.zeros((1, 1), np.float32)
    if rng.random() < 0.3:
        knot, swell = _knot(u, v, unit, hw, rng)
        rings += swell
    rings += noise.streaks(hw, 90 * unit, 5 * unit, angle, rng) * np.float32(0.55 * unit)
    rings *= np.float32(1.0 / max(2.5, between(rng, 11, 30) * unit))
    band = _late_wood(rings, rng)

    fibre = noise.streaks(hw, between(rng, 30, 60) * unit, 1.0, angle, rng)
    coarse = noise.streaks(hw, 160 * unit, max(1.0, 3.5 * unit), angle, rng)
    stain = noise.fractal(hw, 220 * unit, rng, octaves=4)
    share = band * np.float32(ring_strength)
    share += stain * np.float32(0.06) + coarse * np.float32(0.07) + fibre * np.float32(0.06) + np.float32(0.14)
    planes = mixed(early, late, share)
    brightness = fibre * np.float32(0.03) + coarse * np.float32(0.018) + np.float32(1.0)
    if porosity:
        vessel = noise.streaks(hw, between(rng, 9, 20) * unit, max(1.0, 1.15 * unit), angle, rng)
        vessel -= band * np.float32(0.7)
        brightness -= cv2.max(vessel - np.float32(1.45), 0.0) * np.float32(0.3 * porosity)
    brightness += noise.white(hw, rng) * np.float32(0.012)
    if knot.shape == hw:
        planes = over(planes, tuple(0.55 * c for c in late), knot)
    brightness *= np.float32(between(rng, 0.85, 1.06))
    return Drawing(planes=lit(planes, brightness), light_deg=between(rng, 0, 360))


def _late_wood(rings: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return how much late wood there is, 0 to 1, at ring numbers; years differ in width and darkness."""
    fine = 32
    year = np.arange(YEARS)
    ends = np.cumsum(rng.uniform(0.55, 1.45, YEARS))
    ends *= YEARS / ends[-1]
    at = np.arange(YEARS * fine) / fine
    which = np.minimum(np.searchsorted(ends, at, side="right"), YEARS - 1)
    begins = np.concatenate([[0.0], ends[:-1]])
    place = (at - begins[which]) / (ends - begins)[which]
    onset = rng.uniform(0.45, 0.75, YEARS)[which]
    rise = np.clip((place - onset) / (1 - onset), 0, 1)
    table = (0.18 * place + 0.82 * rise**1.4) * rng.uniform(0.45, 1.0, year.size)[which]
    table[1:-1] = (table[:-2] + 2 * table[1:-1] + table[2:]) / 4
    index = (np.abs(rings) + np.float32(40.0)) * np.float32(fine)
    return table.astype(np.float32).take(index.astype(np.intp), mode="clip")


def _knot(
    u: np.ndarray, v: np.ndarray, unit: float, hw: tuple[int, int], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return a small knot's darkness, 0 to 1, and how far it pushes the rings aside, in px."""
    at_u, at_v = between(rng, -0.35, 0.35) * hw[1], between(rng, -0.35, 0.35) * hw[0]
    size = max(1.5, between(rng, 7, 14) * unit)
    du, dv = (u - np.float32(at_u)) * np.float32(0.75 / size), (v - np.float32(at_v)) * np.float32(1 / size)
    far = du * du * np.float32(0.12) + dv * dv * np.float32(0.25)
    near = cv2.sqrt(du * du + dv * dv)
    swell = cv2.exp(-far) * np.float32(2.2 * size)
    ring = np.sin(near * np.float32(9.0)) * np.float32(0.12) + np.float32(0.5)
    return np.clip((np.float32(1.15) - near) * np.float32(3.0), 0.0, 1.0) * ring, swell
