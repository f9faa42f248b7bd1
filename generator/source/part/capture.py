"""The industrial camera that takes the picture: optics, exposure, sensor noise, quantisation.

Noise is that of a sensor: read noise plus shot noise that grows with the light, so dark parts are not grainy by chance
and bright ones not clean. Source: own; the noise model is EMVA 1288's.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from generator.imaging import noise
from generator.source.part.drawing import Drawing, Planes, between

Mode = Literal["rgb8", "mono8", "mono16"]
WHITE = {"rgb8": 255, "mono8": 255, "mono16": 4095}
LUMA = (0.299, 0.587, 0.114)


def capture(drawing: Drawing, mode: Mode, rng: np.random.Generator) -> np.ndarray:
    """Return what the camera reads out.

    Args:
        drawing: what stands before the lens.
        mode: ``rgb8``; ``mono8``; ``mono16``: 12 bits in uint16, white is 4095.
        rng: source of chance.

    Returns:
        (H, W, 3) uint8, (H, W, 1) uint8 or (H, W, 1) uint16.
    """
    hw = drawing.planes[0].shape
    falloff = _falloff(hw, rng)
    blur_px = between(rng, 0.35, 0.65)
    read, full_well = between(rng, 0.4, 1.0) / 255, between(rng, 9_000, 30_000)
    read_out = []
    for plane in _channels(drawing.planes, mode):
        light = cv2.GaussianBlur(plane, (3, 3), blur_px, borderType=cv2.BORDER_REPLICATE)
        light *= falloff
        light = cv2.max(light, 0.0)
        sigma = light * np.float32(1.0 / full_well)
        sigma += np.float32(read * read)
        light += cv2.sqrt(sigma) * noise.white(hw, rng)
        np.clip(light, 0.0, 1.0, out=light)
        light *= np.float32(WHITE[mode])
        light += np.float32(0.5)
        read_out.append(light.astype(np.uint16 if mode == "mono16" else np.uint8))
    return np.dstack(read_out) if len(read_out) == 1 else cv2.merge(read_out)


def _channels(planes: Planes, mode: Mode) -> Planes:
    if mode == "rgb8":
        return planes if len(planes) == 3 else planes * 3
    if len(planes) == 1:
        return planes
    return (sum(plane * np.float32(share) for plane, share in zip(planes, LUMA, strict=True)),)


def _falloff(hw: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return the exposure times the lens's fall-off towards the corners, about an axis slightly off centre."""
    strength, exposure = between(rng, 0.03, 0.14), between(rng, 0.93, 1.05)
    shift_x, shift_y = (between(rng, -0.1, 0.1) for _ in range(2))
    x = np.linspace(-1, 1, hw[1], dtype=np.float32) - np.float32(shift_x)
    y = np.linspace(-1, 1, hw[0], dtype=np.float32) - np.float32(shift_y)
    return (
        np.float32(exposure)
        - (x * x * np.float32(strength * exposure))[None, :]
        - (y * y * np.float32(strength * exposure))[:, None]
    )
