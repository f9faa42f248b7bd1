"""Leather: cells of grain parted by creases, fine wrinkles on them, shaded under a slanting light.

Cells are the regions nearest to scattered points; a crease is as deep as it is close to the cell's border, and some
creases are much shallower than others, so that small cells join into larger ones. Dye gathers in the creases.
Source: own; cells after Worley (1996), found by two distance transforms.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from generator.imaging import noise
from generator.imaging.relief import Light, shade
from generator.source.part.drawing import Drawing, between, hsv, lit, mixed

# hue, saturation, value: cognac, brown, tan, black, oxblood, cream, grey, navy
HIDES = (
    (22, 0.66, 0.50),
    (17, 0.62, 0.30),
    (29, 0.50, 0.62),
    (20, 0.10, 0.13),
    (2, 0.68, 0.36),
    (36, 0.18, 0.80),
    (30, 0.06, 0.45),
    (218, 0.45, 0.26),
)


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a hide: three (H, W) planes, no roi."""
    unit = min(hw) / 512
    hue, saturation, value = HIDES[rng.integers(len(HIDES))]
    colour = hsv(hue + between(rng, -4, 4), saturation * between(rng, 0.85, 1.1), value * between(rng, 0.85, 1.15))
    cell = max(3.0, between(rng, 7, 15) * unit)
    fold = noise.fractal(hw, between(rng, 70, 140) * unit, rng, octaves=4, gain=0.55)
    grain = _grain(hw, cell, fold, rng)
    wrinkle = noise.fractal(hw, max(2.0, 0.55 * cell), rng, octaves=3, gain=0.7)
    relief = grain * np.float32(between(rng, 0.10, 0.2) * cell) + fold * np.float32(1.1 * unit)
    relief += wrinkle * np.float32(0.012 * cell + 0.05 * min(1.0, unit))
    light = Light(between(rng, 0, 360), between(rng, 38, 62))
    diffuse, gloss = shade(relief, light, between(rng, 10, 30))

    patina = noise.fractal(hw, 260 * unit, rng, octaves=3)
    dark = hsv(hue - 3, min(1.0, saturation * 1.15), value * 0.5)
    share = grain * np.float32(0.75) + patina * np.float32(0.07) + wrinkle * np.float32(0.03) + np.float32(0.22)
    planes = mixed(dark, colour, share)
    occlusion = np.float32(0.62) + np.float32(0.38) * grain
    shine = cv2.max(gloss, -0.03) * (grain * np.float32(between(rng, 0.08, 0.3)))
    shine += np.float32(between(rng, 0.0, 0.015))
    return Drawing(planes=lit(planes, diffuse * occlusion, shine), light_deg=light.azimuth_deg)


def _grain(hw: tuple[int, int], cell: float, fold: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the height of the cells, 0 in the deepest crease to 1 on top, (H, W) float32."""
    margin = math.ceil(2 * cell)
    tall = hw[0] + 2 * margin, hw[1] + 2 * margin
    rows, columns = math.ceil(tall[0] / cell), math.ceil(tall[1] / cell)
    at = np.mgrid[0:rows, 0:columns].astype(np.float32)
    at += rng.random((2, rows, columns), dtype=np.float32) * np.float32(1.15)
    at[1] += (np.arange(rows, dtype=np.float32) % 2 * 0.5)[:, None]
    y, x = ((part * np.float32(cell)).astype(np.int32).ravel() for part in at)
    within = (y < tall[0]) & (x < tall[1])
    away = np.ones(tall, np.uint8)
    away[y[within], x[within]] = 0
    nearest = cv2.distanceTransformWithLabels(away, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)[1]
    own = rng.random(int(nearest.max()) + 1, dtype=np.float32)[nearest]
    kept = np.s_[margin : margin + hw[0], margin : margin + hw[1]]
    dome = 0.0
    for share, joined in ((0.45, 0.0), (0.55, 0.16)):  # all creases, and those deep ones that part groups of cells
        inner = np.ones(tall, np.uint8)
        inner[:, 1:] &= np.abs(own[:, 1:] - own[:, :-1]) <= np.float32(joined)
        inner[1:, :] &= np.abs(own[1:, :] - own[:-1, :]) <= np.float32(joined)
        inner[0, 0] = 0
        away_px = cv2.distanceTransform(inner, cv2.DIST_L2, 5)[kept]
        rise = cv2.min(away_px * np.float32(2.4 / cell), 1.0)
        dome = dome + rise * (np.float32(2.0) - rise) * np.float32(share)
    dome = cv2.GaussianBlur(dome, (0, 0), max(0.5, 0.085 * cell))
    depth = np.clip(np.float32(0.78) + fold * np.float32(0.16), 0.35, 1.0)
    top = np.float32(0.86) + own[kept] * np.float32(0.14)
    top = cv2.blur(np.ascontiguousarray(top), (3, 3))
    return top - (np.float32(1.0) - dome) * depth
