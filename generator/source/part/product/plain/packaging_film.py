"""Packaging film over its goods: foil lids, silver pouches, white and coloured film, with folds and a colour field.

A film hangs in soft dents and breaks into sharp folds: ridges that fade to both ends. What it mirrors
follows the folds, the more the glossier it is. Ready for a coder: it bears no print but fields of colour. Source: own.
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.imaging import noise
from generator.imaging.relief import Light, shade
from generator.source.part.drawing import Colour, Drawing, between, grid, hsv, lit, over, step, tinted

# ground: colour, gloss
FILMS: dict[str, tuple[Colour, float]] = {
    "aluminium": ((0.60, 0.61, 0.63), 0.30),
    "gold": ((0.62, 0.50, 0.27), 0.28),
    "white": ((0.80, 0.80, 0.79), 0.10),
    "cream": ((0.80, 0.75, 0.64), 0.08),
    "coloured": ((0.0, 0.0, 0.0), 0.12),
}
HUES = (5, 28, 48, 95, 140, 195, 215, 275, 340)


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a film: three (H, W) planes; its roi leaves a field of another colour out."""
    unit = min(hw) / 512
    name = str(rng.choice(list(FILMS), p=[0.3, 0.1, 0.25, 0.1, 0.25]))
    colour, gloss = FILMS[name]
    if name == "coloured":
        colour = hsv(_hue(rng), between(rng, 0.45, 0.85), between(rng, 0.3, 0.7))
    light = Light(between(rng, 0, 360), between(rng, 45, 65))
    relief = _folds(hw, unit, rng) * np.float32(max(0.6, unit))
    diffuse, shine = shade(relief, light, between(rng, 8, 18))
    band = noise.streaks(hw, 900 * unit, between(rng, 120, 260) * unit, between(rng, 0, 180), rng)
    cloud = noise.fractal(hw, 220 * unit, rng, octaves=3)
    grain = noise.smooth(hw, max(1.0, 1.3 * unit), rng)
    planes = tinted(np.float32(1.0) + grain * np.float32(0.012) + cloud * np.float32(0.015), colour)
    roi = None
    if rng.random() < 0.4:
        away, colour = _field(hw, rng), hsv(_hue(rng), between(rng, 0.4, 0.85), between(rng, 0.3, 0.75))
        planes, roi = over(planes, colour, step(away, 1.5) * np.float32(0.96)), away < -3
    mirrored = np.float32(1.0) + band * np.float32(0.6 * gloss)
    planes = lit(planes, diffuse * mirrored, shine * np.float32(gloss))
    return Drawing(planes=planes, light_deg=light.azimuth_deg, roi=roi)


def _folds(hw: tuple[int, int], unit: float, rng: np.random.Generator) -> np.ndarray:
    """Return the height of dents and folds, (H, W) float32 px at 512 px a side."""
    height = noise.smooth(hw, between(rng, 150, 260) * unit, rng) * np.float32(between(rng, 3.0, 9.0))
    pull = noise.streaks(hw, 600 * unit, between(rng, 50, 110) * unit, between(rng, 0, 180), rng)
    height += pull * np.float32(between(rng, 0.5, 2.2))
    soft = max(1.0, 14 * unit)
    height = cv2.GaussianBlur(height, (0, 0), soft)
    for _ in range(int(rng.integers(0, 5))):
        u, v = grid(hw, (hw[1] * rng.random(), hw[0] * rng.random()), between(rng, 0, 180))
        away = v + noise.smooth(hw, 300 * unit, rng) * np.float32(between(rng, 2, 12) * unit)
        width, length = between(rng, 1.5, 5.0) * unit + 0.5, between(rng, 60, 320) * unit
        crest = cv2.exp(np.abs(away) * np.float32(-1.0 / width))
        crest *= cv2.exp((u / np.float32(length)) ** 2 * np.float32(-1.0))
        height += crest * np.float32(between(rng, 0.8, 2.4) * (1 if rng.random() < 0.5 else -1))
    return height


def _field(hw: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return how far each pixel lies within the coloured field, (H, W) float32 px; it leaves the middle free."""
    u, _ = grid(hw, (hw[1] / 2, hw[0] / 2), between(rng, 0, 360))
    return u - np.float32(between(rng, 0.22, 0.45) * min(hw))


def _hue(rng: np.random.Generator) -> float:
    return HUES[rng.integers(len(HUES))] + between(rng, -6, 6)
