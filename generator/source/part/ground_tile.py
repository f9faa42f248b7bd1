"""A ground ceramic magnet tile, mono, on a dark belt: grinding marks, chamfered long edges, uneven sheen.

Grinding leaves long streaks whose strength waxes and wanes over the face; the few that mirror the light stand out
bright. Source: own; tuned by eye on photographs of ground magnet tiles.
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.imaging import noise
from generator.source.part.drawing import Drawing, between, grid, step


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a tile: (H, W) one plane, roi the tile's silhouette."""
    height, width = hw
    unit = min(hw) / 512
    turn = between(rng, -1.5, 1.5)
    centre = width * between(rng, 0.48, 0.52), height * between(rng, 0.48, 0.52)
    half_w, half_h = width * between(rng, 0.40, 0.465), height * between(rng, 0.42, 0.52)
    u, v = grid(hw, centre, turn)
    bow = noise.smooth((1, height), 200 * unit, rng).reshape(-1, 1) * np.float32(0.8 * unit)
    chip = noise.smooth((1, width), 60 * unit, rng) * np.float32(1.0 * unit)
    side = half_w - np.abs(u) + bow
    end = half_h - np.abs(v) + chip
    inside = np.minimum(side, end)

    grind = 90 + turn + between(rng, -0.7, 0.7)
    fine = noise.streaks(hw, 60 * unit, 1.0, grind, rng)
    long = noise.streaks(hw, 260 * unit, max(1.0, 1.7 * unit), grind, rng)
    band = noise.streaks(hw, 500 * unit, 24 * unit, grind, rng)
    cloud = noise.fractal(hw, 220 * unit, rng, octaves=5, gain=0.55)
    grain = noise.smooth(hw, 1.3 * unit, rng)

    sheen = np.clip(noise.fractal(hw, 170 * unit, rng, octaves=3) * np.float32(0.5) + np.float32(0.5), 0.05, 2.0)
    marks = fine * np.float32(0.35) + long * np.float32(0.5)
    glints = cv2.max(fine * np.float32(0.45) + long * np.float32(0.75) - np.float32(1.15), 0.0)
    base = between(rng, 0.2, 0.62)
    contrast = between(rng, 0.07, 0.15)
    face = np.float32(1.0) + marks * (sheen * np.float32(contrast))
    face += glints * (sheen * np.float32(between(rng, 0.35, 0.8)))
    face += band * np.float32(0.05)
    face += cloud * np.float32(between(rng, 0.05, 0.1))
    face += grain * np.float32(0.035)
    slope = between(rng, -0.22, 0.22)
    face *= np.float32(1.0) + u * np.float32(slope / half_w)

    light_deg = between(rng, 0, 360)
    chamfer_px = np.float32(max(1.5, between(rng, 7, 20) * unit))
    left = u < 0
    from_left = np.cos(np.radians(light_deg)) < 0
    bright, dull = between(rng, 1.15, 1.7), between(rng, 0.4, 0.8)
    level = np.where(left == from_left, np.float32(bright), np.float32(dull))
    on_chamfer = step(chamfer_px - side, 1.5)
    face *= np.float32(1.0) + (level - np.float32(1.0)) * on_chamfer
    ridge = np.exp(-(((side - chamfer_px) / np.float32(max(1.0, 1.3 * unit))) ** 2))
    face += ridge * np.float32(between(rng, 0.15, 0.5)) * cv2.max(sheen, 0.3)
    face *= np.float32(0.55) + np.float32(0.45) * np.clip(inside / np.float32(max(1.0, 3.5 * unit)), 0, 1)

    belt = np.float32(between(rng, 0.012, 0.05)) * (np.float32(1.0) + np.float32(0.25) * cloud)
    cover = step(inside, 1.6)
    plane = belt + (face * np.float32(base) - belt) * cover
    return Drawing(planes=(plane.astype(np.float32),), light_deg=light_deg, roi=inside > 0)
