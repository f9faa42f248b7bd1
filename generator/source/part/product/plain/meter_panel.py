"""The front of a panel meter: a moulded frame around a display window that shows nothing yet.

The window is the dark filter of a lit display or the grey-green of a liquid crystal; it lies deeper than its frame, so
that one side of it is in shade, and mirrors a pale band of the room. Source: own.
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.imaging import noise
from generator.imaging.relief import Light, shade
from generator.source.part.drawing import Colour, Drawing, between, grid, lit, over, step, tinted

FRAMES: tuple[Colour, ...] = ((0.12, 0.12, 0.125), (0.26, 0.23, 0.24), (0.55, 0.56, 0.55), (0.70, 0.68, 0.62))
FILTERS: tuple[Colour, ...] = ((0.07, 0.022, 0.022), (0.035, 0.035, 0.04), (0.024, 0.046, 0.03))
CRYSTALS: tuple[Colour, ...] = ((0.56, 0.63, 0.52), (0.62, 0.64, 0.62), (0.55, 0.62, 0.48))


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a meter: three (H, W) planes, roi the window without its edge."""
    unit = min(hw) / 256
    light = Light(between(rng, 30, 150), between(rng, 40, 62))
    half = hw[1] * between(rng, 0.38, 0.43), hw[0] * between(rng, 0.30, 0.37)
    u, v = grid(hw, (hw[1] * between(rng, 0.48, 0.52), hw[0] * between(rng, 0.47, 0.53)), between(rng, -1.5, 1.5))
    inside = _rounded(u, v, half, between(rng, 3, 9) * unit)
    frame = inside + np.float32(between(rng, 10, 18) * unit)  # a bevel runs around the window

    grain = noise.smooth(hw, max(1.0, 1.6 * unit), rng) * np.float32(0.05)
    height = np.clip(frame, 0, 8 * unit) * np.float32(-0.5) - step(inside, 2.0) * np.float32(1.5 * unit)
    diffuse, gloss = shade(cv2.GaussianBlur(height, (0, 0), max(0.6, 0.8 * unit)) + grain, light, 18)
    body = tinted(np.ones(hw, np.float32), FRAMES[rng.integers(len(FRAMES))])
    body = lit(body, diffuse, cv2.max(gloss, 0.0) * np.float32(0.05))

    is_crystal = rng.random() < 0.4
    colour = (CRYSTALS if is_crystal else FILTERS)[rng.integers(3)]
    fall = noise.fractal(hw, 200 * unit, rng, octaves=2) * np.float32(0.02) + np.float32(1.0)
    x, y, _ = light.direction
    shift = np.array([[1, 0, -x * 4 * unit], [0, 1, -y * 4 * unit]], np.float64)
    lighted = cv2.warpAffine(step(inside, 1.5), shift, (hw[1], hw[0]))
    fall *= np.float32(0.62) + np.float32(0.38) * cv2.GaussianBlur(lighted, (0, 0), max(0.8, 2 * unit))
    along, _ = grid(hw, (hw[1] * between(rng, 0.1, 0.9), hw[0] * 0.5), between(rng, -50, 50))
    band = cv2.exp((along / np.float32(between(rng, 0.08, 0.25) * hw[1])) ** 2 * np.float32(-1.0))
    window = lit(tinted(fall, colour), np.float32(1.0), band * np.float32(between(rng, 0.01, 0.06)))
    planes = over(body, window, step(inside, 1.2))
    return Drawing(planes=planes, light_deg=light.azimuth_deg, roi=inside > 3 * unit)


def _rounded(u: np.ndarray, v: np.ndarray, half_wh: tuple[float, float], radius_px: float) -> np.ndarray:
    """Return the signed distance to the edge of a rounded rectangle, (H, W) float32 px, positive inside."""
    x = np.abs(u) - np.float32(half_wh[0] - radius_px)
    y = np.abs(v) - np.float32(half_wh[1] - radius_px)
    corner = cv2.sqrt(cv2.max(x, 0.0) ** 2 + cv2.max(y, 0.0) ** 2)
    return np.float32(radius_px) - corner - cv2.min(cv2.max(x, y), 0.0)
