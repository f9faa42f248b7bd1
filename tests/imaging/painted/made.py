"""Defects of which everything is known: an outline, a grain of its own, a surface."""

from __future__ import annotations

import cv2
import numpy as np

from generator.imaging.painted.extent import extent_of

SIDE = 48


def outline(turn_deg: float = 0.0, side: int = SIDE) -> np.ndarray:
    """Return the mask of a long, uneven thing in the middle, (s, s) bool."""
    mask = np.zeros((side, side), np.uint8)
    cv2.ellipse(mask, (side // 2, side // 2), (side // 4, side // 8), turn_deg, 0, 360, 1, -1)
    return mask > 0


def extent(mask: np.ndarray) -> np.ndarray:
    """Return the extent of a mask that nothing cuts off."""
    everywhere = np.ones_like(mask)
    return extent_of(mask, everywhere, ~everywhere)


def grain(seed: int, side: int = SIDE) -> np.ndarray:
    """Return a change of brightness that no other seed gives, (s, s) float32 about -0.25."""
    noise = np.random.default_rng(seed).normal(0, 1, (side, side)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 1.5)
    return -0.25 + 0.08 * noise / noise.std()


def painted(change: np.ndarray, alpha: np.ndarray, level: float = 0.6, channels: int = 1, seed: int = 9) -> np.ndarray:
    """Return a defect on a surface with a little noise, (s, s, C) float32."""
    surface = np.random.default_rng(seed).normal(level, 0.01, (*alpha.shape, channels))
    return np.clip(surface + (change * np.minimum(1, 3 * alpha))[..., None], 0, 1).astype(np.float32)
