"""The surface that shows what a kind looks for: conductors for defects of conductors, else the plain one."""

from __future__ import annotations

import cv2
import numpy as np

from generator.defect.trace.placement import OnTrace
from tests.defect.kinds import defect_of, surface

LAMINATE, COPPER = (0.10, 0.25, 0.16), (0.25, 0.60, 0.35)


def surface_for(name: str, hw: tuple[int, int], channels: int = 3, white: int = 255) -> np.ndarray:
    """Return a surface on which a kind finds its place, (H, W, C), read-only."""
    return (
        board(hw, channels, white) if isinstance(defect_of(name).placement, OnTrace) else surface(hw, channels, white)
    )


def board(hw: tuple[int, int], channels: int = 3, white: int = 255, seed: int = 0) -> np.ndarray:
    """Return traces of 7 px, 7 px apart, each with one bend, on laminate, (H, W, C), read-only."""
    mask = np.zeros(hw, np.uint8)
    for x in range(-hw[0], hw[1] + hw[0], 14):
        bend = 3 * hw[0] // 5
        cv2.polylines(mask, [np.array([(x, -9), (x, bend), (x + hw[0], bend + hw[0])], np.int32)], False, 255, 6)
    share = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), 0.8)[..., None]
    low, high = (np.array(colour[:channels], np.float32) for colour in (LAMINATE, COPPER))
    noise = np.random.default_rng(seed).normal(0, 0.006, (*hw, channels))
    pixels = np.clip(low + (high - low) * share + noise, 0, 1) * white
    pixels = pixels.astype(np.uint8 if white == 255 else np.uint16)
    pixels.setflags(write=False)
    return pixels
