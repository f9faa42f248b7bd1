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
from generator.source.part.drawing import Drawing, between, grid, hsv, lit, mixed

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
    draft = np.array(DRAFTS[rng.choice(list(DRAFTS), p=[0.45, 0.12, 0.33, 0.1])], np.float32)
    pitch = max(4.0, between(rng, 7.5, 15) * unit)
    u, v = grid(hw, (width / 2, height / 2), between(rng, -5, 5))
    u, lanes_u = _lanes(u, pitch, unit, rng)
    v, lanes_v = _lanes(v, pitch, unit, rng)
    pattern = np.tile(draft, (lanes_v // len(draft) + 1, lanes_u // len(draft) + 1))
    half = np.float32(0.5)
    raised = cv2.remap(pattern, u - half, v - half, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    raised *= raised * (np.float32(3.0) - raised - raised)

    warp, warp_tone = _threads(u, lanes_u, between(rng, 0.84, 0.97), rng)
    weft, weft_tone = _threads(v, lanes_v, between(rng, 0.84, 0.97), rng)
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
    planes = mixed(weft_colour, warp_colour, warp_seen)
    return Drawing(planes=lit(planes, brightness), light_deg=light.azimuth_deg)


def _lanes(place: np.ndarray, pitch: float, unit: float, rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """Return the slightly wavy place across the threads, one unit a thread, from 1 on; and how many there are."""
    wave = noise.fractal(place.shape, 160 * unit, rng, octaves=3)
    wave *= np.float32(0.12)
    place = place * np.float32(1 / pitch)
    place += wave
    place -= np.float32(math.floor(float(place.min())) - 1)
    return place, int(place.max()) + 2


def _threads(
    place: np.ndarray, lanes: int, thickness: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the height of parallel threads, 0 to 1, and their tone around 0.

    Args:
        place: (H, W) float32, across the threads, one unit a thread.
        lanes: how many threads there are.
        thickness: share of its lane that a thread fills.
        rng: source of chance.
    """
    own = rng.standard_normal((3, lanes), dtype=np.float32)
    middle = np.arange(lanes, dtype=np.float32) + np.clip(own[1] * np.float32(0.04) + np.float32(0.5), 0.4, 0.6)
    widening = (own[2] * np.float32(0.05) + np.float32(1.0)) * np.float32(2.0 / thickness)
    index = place.astype(np.intp)
    off = place - middle.take(index)
    off *= widening.take(index)
    off *= off
    return cv2.sqrt(cv2.max(np.float32(1.0) - off, 0.0)), (own[0] * np.float32(0.06)).take(index)
