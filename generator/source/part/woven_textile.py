"""A woven cloth: warp and weft going over and under, each thread with its own tone, slubs and twist.

A thread is a half cylinder that rises where it lies on top and dives where it lies below; what is higher is seen.
Source: own; weave drafts are the textbook plain, twill, basket and satin.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from generator.imaging import noise
from generator.imaging.relief import Light, shade
from generator.source.part.drawing import Drawing, between, grid, hsv, lit, over

# rows of the draft: 1 where the warp lies on top
DRAFTS = {
    "plain": ((1, 0), (0, 1)),
    "basket": ((1, 1, 0, 0), (1, 1, 0, 0), (0, 0, 1, 1), (0, 0, 1, 1)),
    "twill": ((1, 1, 0, 0), (0, 1, 1, 0), (0, 0, 1, 1), (1, 0, 0, 1)),
    "satin": ((1, 0, 0, 0, 0), (0, 0, 1, 0, 0), (0, 0, 0, 0, 1), (0, 1, 0, 0, 0), (0, 0, 0, 1, 0)),
}


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a cloth: three (H, W) planes, no roi."""
    height, width = hw
    unit = min(hw) / 512
    draft = np.array(DRAFTS[rng.choice(list(DRAFTS), p=[0.45, 0.15, 0.3, 0.1])], np.float32)
    pitch = max(4.0, between(rng, 9, 16) * unit)
    u, v = grid(hw, (width / 2, height / 2), between(rng, -4, 4))
    u = (u + noise.smooth(hw, 130 * unit, rng) * np.float32(0.16 * pitch)) * np.float32(1 / pitch) + np.float32(512)
    v = (v + noise.smooth(hw, 130 * unit, rng) * np.float32(0.16 * pitch)) * np.float32(1 / pitch) + np.float32(512)
    column, row = np.floor(u), np.floor(v)
    on_top = draft[row.astype(np.int32) % len(draft), column.astype(np.int32) % len(draft)]
    raised = cv2.GaussianBlur(on_top, (0, 0), 0.28 * pitch)

    warp_w, weft_w = between(rng, 0.85, 0.98), between(rng, 0.85, 0.98)
    warp, warp_tone = _threads(u, v, column, warp_w, rng)
    weft, weft_tone = _threads(v, u, row, weft_w, rng)
    warp += raised * np.float32(0.9)
    weft += (np.float32(1.0) - raised) * np.float32(0.9)
    relief = cv2.max(warp, weft)
    warp_seen = step_soft(warp - weft)

    twist = math.pi * between(rng, 2.2, 3.2)
    phase = (u + v * np.float32(1.0)) * np.float32(twist)
    fibre = noise.smooth(hw, max(1.0, 1.2 * unit), rng)
    light = Light(between(rng, 0, 360), between(rng, 40, 65))
    diffuse, _ = shade(relief * np.float32(0.22 * pitch), light, 10)
    hue, saturation = between(rng, 0, 360), between(rng, 0.05, 0.55)
    value = between(rng, 0.3, 0.72)
    warp_colour = hsv(hue, saturation, value)
    weft_colour = hsv(
        hue + between(rng, -15, 15), saturation * between(rng, 0.3, 1), min(0.8, value * between(rng, 0.85, 1.5))
    )
    planes = tuple(np.full(hw, c, np.float32) for c in weft_colour)
    planes = over(planes, warp_colour, warp_seen)
    tone = weft_tone + (warp_tone - weft_tone) * warp_seen
    depth = np.clip(relief * np.float32(0.42) + np.float32(0.32), 0.1, 1.1)
    brightness = (
        diffuse * depth * (np.float32(1.0) + tone + fibre * np.float32(0.06) + np.sin(phase) * np.float32(0.05))
    )
    return Drawing(planes=lit(planes, brightness), light_deg=light.azimuth_deg)


def step_soft(difference: np.ndarray) -> np.ndarray:
    """Return 0 to 1 over a small difference of height."""
    return np.clip(difference * np.float32(4.0) + np.float32(0.5), 0.0, 1.0)


def _threads(
    across: np.ndarray, along: np.ndarray, index: np.ndarray, thickness: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the height of parallel threads, 0 to 1, and their tone around 0."""
    count = 1024
    own = rng.standard_normal((2, count), dtype=np.float32)
    which = index.astype(np.int32) % count
    tone = own[0][which] * np.float32(0.05)
    off = (across - index - np.float32(0.5)) * np.float32(2.0 / thickness)
    slub = own[1][which] * np.float32(0.04) + np.float32(1.0)
    off *= slub
    return cv2.sqrt(cv2.max(np.float32(1.0) - off * off, 0.0)), tone
