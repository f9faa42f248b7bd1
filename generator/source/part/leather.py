"""Leather: cells of grain parted by creases, shaded under a slanting light.

Cells are the regions nearest to scattered points; their creases are as deep as they are close to the cell's border.
Source: own; cells after Worley (1996), found by two distance transforms.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from generator.imaging import noise
from generator.imaging.relief import Light, shade
from generator.source.part.drawing import Drawing, between, hsv, lit, mixed

HIDES = ((22, 0.62, 0.40), (16, 0.70, 0.30), (28, 0.55, 0.52), (10, 0.12, 0.10), (4, 0.70, 0.32), (30, 0.12, 0.62))


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a hide: three (H, W) planes, no roi."""
    unit = min(hw) / 512
    hue, saturation, value = HIDES[rng.integers(len(HIDES))]
    colour = hsv(hue + between(rng, -4, 4), saturation * between(rng, 0.85, 1.1), value * between(rng, 0.85, 1.15))
    cell = max(3.0, between(rng, 9, 17) * unit)
    border = _distance_to_creases(hw, cell, rng)
    dome = np.clip(border * np.float32(2.6 / cell), 0.0, 1.0)
    dome = dome * (np.float32(2.0) - dome)
    dome = cv2.GaussianBlur(dome, (0, 0), max(0.5, 0.7 * unit))
    fold = noise.fractal(hw, 90 * unit, rng, octaves=4)
    rough = noise.smooth(hw, max(1.0, 1.5 * unit), rng)
    depth = between(rng, 0.12, 0.22) * cell
    relief = dome * np.float32(depth) + fold * np.float32(1.6 * unit) + rough * np.float32(0.10)
    light = Light(between(rng, 0, 360), between(rng, 35, 60))
    diffuse, gloss = shade(relief, light, between(rng, 8, 22))
    crease = np.float32(0.55) + np.float32(0.45) * dome
    dark = tuple(0.72 * c for c in colour)
    planes = mixed(dark, colour, dome + fold * np.float32(0.12))
    shine = cv2.max(gloss, 0.0) * (dome * np.float32(between(rng, 0.10, 0.28)))
    return Drawing(planes=lit(planes, diffuse * crease, shine), light_deg=light.azimuth_deg)


def _distance_to_creases(hw: tuple[int, int], cell: float, rng: np.random.Generator) -> np.ndarray:
    """Return each pixel's distance in px to the border of its cell."""
    rows, columns = math.ceil(hw[0] / cell) + 2, math.ceil(hw[1] / cell) + 2
    at = np.mgrid[0:rows, 0:columns].astype(np.float32)
    at[1] += (np.arange(rows, dtype=np.float32) % 2 * 0.5)[:, None]
    at = (at + rng.random((2, rows, columns), dtype=np.float32) * 0.75 - 0.9) * np.float32(cell)
    y, x = np.rint(at[0]).astype(int).ravel(), np.rint(at[1]).astype(int).ravel()
    within = (y >= 0) & (y < hw[0]) & (x >= 0) & (x < hw[1])
    away = np.ones(hw, np.uint8)
    away[y[within], x[within]] = 0
    away[hw[0] // 2, hw[1] // 2] = 0
    nearest = cv2.distanceTransformWithLabels(away, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1]
    inner = np.ones(hw, np.uint8)
    inner[:, 1:] &= nearest[:, 1:] == nearest[:, :-1]
    inner[1:, :] &= nearest[1:, :] == nearest[:-1, :]
    if inner.all():
        return np.full(hw, cell, np.float32)
    return cv2.distanceTransform(inner, cv2.DIST_L2, 5)
