"""A woven cloth: warp and weft going over and under, each thread with its own tone, slubs and twist.

A thread is a half cylinder that rises where it lies on top and dives where it lies below; what is higher is seen.
Source: own; weave drafts are the textbook plain, twill, basket and satin.
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.imaging import noise
from generator.imaging.relief import Light, shade
from generator.source.part.drawing import Drawing, between, grid, hsv, lit

# rows of the draft: 1 where the warp lies on top
DRAFTS = {
    "plain": ((1, 0), (0, 1)),
    "basket": ((1, 1, 0, 0), (1, 1, 0, 0), (0, 0, 1, 1), (0, 0, 1, 1)),
    "twill": ((1, 1, 0, 0), (0, 1, 1, 0), (0, 0, 1, 1), (1, 0, 0, 1)),
    "satin": ((1, 0, 0, 0, 0), (0, 0, 1, 0, 0), (0, 0, 0, 0, 1), (0, 1, 0, 0, 0), (0, 0, 0, 1, 0)),
}
THREADS = 8192  # more than lie side by side in the largest image


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a cloth: three (H, W) planes, no roi."""
    height, width = hw
    unit = min(hw) / 512
    draft = np.array(DRAFTS[rng.choice(list(DRAFTS), p=[0.45, 0.12, 0.33, 0.1])], np.float32)
    pitch = max(4.0, between(rng, 7.5, 15) * unit)
    u, v = grid(hw, (width / 2, height / 2), between(rng, -5, 5))
    u = (u + noise.fractal(hw, 160 * unit, rng, 3) * np.float32(0.12 * pitch)) * np.float32(1 / pitch) + np.float32(
        1024
    )
    v = (v + noise.fractal(hw, 160 * unit, rng, 3) * np.float32(0.12 * pitch)) * np.float32(1 / pitch) + np.float32(
        1024
    )
    column, row = u.astype(np.intp), v.astype(np.intp)
    turn = np.arange(THREADS) % len(draft)
    on_top = draft.ravel().take((turn * len(draft)).take(row) + turn.take(column))
    raised = cv2.GaussianBlur(on_top, (0, 0), 0.27 * pitch)

    warp, warp_tone = _threads(u, column, between(rng, 0.84, 0.97), rng)
    weft, weft_tone = _threads(v, row, between(rng, 0.84, 0.97), rng)
    slub = noise.smooth(hw, (6 * pitch, pitch), rng), noise.smooth(hw, (pitch, 6 * pitch), rng)
    warp += raised * np.float32(0.9) + slub[0] * np.float32(0.05)
    weft -= raised * np.float32(0.9) - slub[1] * np.float32(0.05)
    weft += np.float32(0.9)
    warp_seen = np.clip((warp - weft) * np.float32(4.0) + np.float32(0.5), 0.0, 1.0)
    relief = cv2.max(warp, weft)

    twist = np.sin((u + v) * np.float32(between(rng, 7, 11))) * np.float32(0.045)
    fibre = noise.fractal(hw, max(1.0, 2.2 * unit), rng, octaves=2, gain=0.9)
    light = Light(between(rng, 0, 360), between(rng, 42, 66))
    diffuse = shade(relief * np.float32(0.2 * pitch) + fibre * np.float32(0.05 * pitch * min(1.0, unit)), light)[0]
    tone = weft_tone + (warp_tone - weft_tone) * warp_seen
    tone += twist + fibre * np.float32(0.045) + noise.fractal(hw, 200 * unit, rng, 3) * np.float32(0.03)
    brightness = diffuse * cv2.min(relief * np.float32(0.42) + np.float32(0.34), 1.1)
    brightness *= tone + np.float32(1.0)

    hue, saturation, value = between(rng, 0, 360), between(rng, 0.03, 0.55), between(rng, 0.34, 0.74)
    warp_colour = hsv(hue, saturation, value)
    paler = min(0.85, value * between(rng, 0.85, 1.5))
    weft_colour = hsv(hue + between(rng, -15, 15), saturation * between(rng, 0.3, 1), paler)
    planes = tuple(warp_seen * np.float32(a - b) + np.float32(b) for a, b in zip(warp_colour, weft_colour, strict=True))
    return Drawing(planes=lit(planes, brightness), light_deg=light.azimuth_deg)


def _threads(
    lane: np.ndarray, index: np.ndarray, thickness: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the height of parallel threads, 0 to 1, and their tone around 0.

    Args:
        lane: (H, W) float32, place across the threads, one unit a thread.
        index: (H, W) its whole part, the thread's number.
        thickness: share of the lane that a thread fills.
        rng: source of chance.
    """
    own = rng.standard_normal((3, THREADS), dtype=np.float32)
    tone = (own[0] * np.float32(0.06)).take(index)
    middle = np.arange(THREADS, dtype=np.float32) + np.clip(own[2] * np.float32(0.04) + np.float32(0.5), 0.4, 0.6)
    off = lane - middle.take(index)
    off *= ((own[1] * np.float32(0.05) + np.float32(1.0)) * np.float32(2.0 / thickness)).take(index)
    off *= off
    return cv2.sqrt(cv2.max(np.float32(1.0) - off, 0.0)), tone
