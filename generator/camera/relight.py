"""Light that changes over the image: a gain and a veil for every pixel, on image and twin alike. Source: own."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.camera.through import through
from generator.core.geometry import Rect
from generator.core.sample import Sample

GREY_SHARES = (0.299, 0.587, 0.114)
"""How much red, green and blue add to a mono camera's light."""


@dataclass(frozen=True, slots=True, eq=False)
class LightMap:
    """What every pixel's light becomes: ``light * (gain + added * tint) + veil * tint``.

    Attributes:
        gain: (H, W) float32.
        tint: of the light that comes in addition, red, green and blue.
        added: (H, W) float32, light on the part relative to its usual light; None: none.
        veil: (H, W) float32, light that reaches the lens beside the part, [0, 1]; None: none.
    """

    gain: np.ndarray
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    added: np.ndarray | None = None
    veil: np.ndarray | None = None


def relit(sample: Sample, light_map: LightMap, balance: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Sample:
    """Return the sample under another light.

    Args:
        sample: image and twin of any depth.
        light_map: of the image's size.
        balance: factors of red, green and blue; a mono image takes their mean as it sees them.
    """
    white, channels = np.float32(sample.source.white), sample.image.shape[2]
    tints = _for_channels(light_map.tint, channels)
    factors = _for_channels(balance, channels)

    def develop(pixels: np.ndarray, rect: Rect) -> np.ndarray:
        planes = []
        for channel in range(channels):
            gain = light_map.gain[rect.slices] * factors[channel]
            if light_map.added is not None:
                gain += light_map.added[rect.slices] * tints[channel]
            light = np.multiply(pixels[rect.slices][..., channel], gain, dtype=np.float32)
            if light_map.veil is not None:
                light += light_map.veil[rect.slices] * (tints[channel] * white)
            planes.append(np.rint(np.clip(light, 0, white, out=light), out=light))
        return cv2.merge(planes).astype(pixels.dtype).reshape(rect.h, rect.w, channels)

    return through(sample, develop)


def _for_channels(colour: tuple[float, float, float], channels: int) -> list[np.float32]:
    if channels == 3:
        return [np.float32(share) for share in colour]
    return [np.float32(sum(part * share for part, share in zip(colour, GREY_SHARES, strict=True)))]


def axes(hw: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return x (1, W) and y (H, 1), float32, 0 in the image's middle, 1 half its shorter side away."""
    half = min(hw) / 2.0
    x, y = ((np.arange(side, dtype=np.float32) + np.float32(0.5 - side / 2.0)) / np.float32(half) for side in hw[::-1])
    return x[None, :], y[:, None]
