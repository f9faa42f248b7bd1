"""A ground ceramic magnet tile, mono, on a dark belt: grinding marks, chamfered long edges, uneven sheen.

Grinding leaves grainy streaks whose strength waxes and wanes over the face; the few that mirror the light stand out
bright. The face is slightly bent, so one side gleams more. Source: own; tuned by eye on photographs of magnet tiles.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from generator.imaging import noise
from generator.source.part.drawing import Drawing, between, grid, step


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a tile: one (H, W) plane, roi the tile's silhouette."""
    height, width = hw
    unit = min(hw) / 512
    turn = between(rng, -1.2, 1.2)
    centre = width * between(rng, 0.48, 0.52), height * between(rng, 0.48, 0.52)
    half_w, half_h = width * between(rng, 0.38, 0.47), height * between(rng, 0.42, 0.53)
    u, v = grid(hw, centre, turn)
    bow = noise.smooth((height, 1), 240 * unit, rng) * np.float32(0.4 * unit)
    ragged = noise.fractal((1, width), 50 * unit, rng, octaves=3) * np.float32(0.7 * unit)
    side = np.float32(half_w) - np.abs(u) + bow
    inside = cv2.min(side, np.float32(half_h) - np.abs(v) + ragged)

    cloud = noise.fractal(hw, 230 * unit, rng, octaves=5, gain=0.55)
    face = _ground_face(hw, unit, 90 + turn + between(rng, -0.6, 0.6), cloud, rng)
    light_deg = between(rng, 0, 360)
    to_right = math.copysign(1.0, math.cos(math.radians(light_deg)))
    across = u * np.float32(to_right / half_w)
    face *= np.float32(1.0) + across * np.float32(between(rng, 0.0, 0.25))
    face *= np.float32(1.0) - across * across * np.float32(between(rng, 0.0, 0.22))
    _chamfer(face, side, across > 0, unit, rng)
    rounded = cv2.min(inside * np.float32(1 / max(1.0, 4 * unit)), 1.0)
    face *= rounded * np.float32(0.5) + np.float32(0.5)

    belt = (cloud * np.float32(0.2) + np.float32(1.0)) * np.float32(between(rng, 0.01, 0.04))
    face *= np.float32(between(rng, 0.18, 0.58))
    face -= belt
    face *= step(inside, 1.6)
    face += belt
    return Drawing(planes=(face,), light_deg=light_deg, roi=inside > 0)


def _ground_face(
    hw: tuple[int, int], unit: float, grind_deg: float, cloud: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return the brightness of the ground face around 1, (H, W) float32."""
    fine = noise.streaks(hw, between(rng, 25, 60) * unit, 1.0, grind_deg, rng)
    marks = noise.streaks(hw, between(rng, 140, 380) * unit, max(1.0, 1.25 * unit), grind_deg, rng)
    band = noise.streaks(hw, 600 * unit, between(rng, 10, 26) * unit, grind_deg, rng)
    grain = noise.smooth(hw, (max(1.0, 1.1 * unit), max(1.0, 1.7 * unit)), rng)
    sheen = noise.fractal(hw, between(rng, 120, 240) * unit, rng, octaves=3)
    sheen *= np.float32(0.45)
    sheen += np.float32(0.65)
    sheen = cv2.max(sheen, 0.12)

    glints = fine * np.float32(0.5)
    glints += marks * np.float32(0.7)
    texture = glints * np.float32(between(rng, 0.09, 0.16))
    glints += grain * np.float32(0.25)
    glints -= np.float32(between(rng, 0.9, 1.3))
    glints = cv2.max(glints, 0.0)
    glints *= np.float32(between(rng, 0.15, 0.42))
    texture += glints
    texture *= sheen
    texture *= np.float32(max(0.45, min(1.0, unit) ** 0.5))  # a coarser pixel averages over more marks
    texture += grain * np.float32(between(rng, 0.03, 0.055))
    texture += band * np.float32(between(rng, 0.03, 0.08))
    texture += cloud * np.float32(between(rng, 0.05, 0.12))
    texture += np.float32(1.0)
    return _handled(texture, unit, rng)


def _handled(face: np.ndarray, unit: float, rng: np.random.Generator) -> np.ndarray:
    """Return the face with the faint dark smears that handling leaves."""
    smear = noise.fractal(face.shape, between(rng, 90, 220) * unit, rng, octaves=4, gain=0.5)
    smear -= np.float32(1.1)
    face -= np.clip(smear, 0.0, 0.8) * np.float32(between(rng, 0.03, 0.15))
    return face


def _chamfer(face: np.ndarray, side: np.ndarray, is_lit: np.ndarray, unit: float, rng: np.random.Generator) -> None:
    """Turn the strips along the long edges bright or dull, with a gleaming ridge between strip and face."""
    wide = max(1.5, between(rng, 6, 20) * unit)
    tone = np.where(is_lit, np.float32(between(rng, 1.1, 1.6)), np.float32(between(rng, 0.35, 0.75)))
    tone -= np.float32(1.0)
    tone *= step(np.float32(wide) - side, max(1.0, 2 * unit))
    ridge = (side - np.float32(wide)) * np.float32(1 / max(1.0, 1.5 * unit))
    ridge *= -ridge
    tone += cv2.exp(ridge) * np.float32(between(rng, 0.1, 0.45))
    tone += np.float32(1.0)
    face *= tone
