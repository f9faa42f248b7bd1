"""Clouds: smooth noise without a visible lattice, for the own texture of defects.

White noise on a grid of a third of the wanted size is blurred there and brought to size, octave by octave. Source: own.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from generator.core.seeds import texture_rng
from generator.imaging.noise import white

_GRID = 3.0  # grid points to the size of a cloud
_SIGMA = 1.3  # of the blur on the grid; its white noise keeps 1 / (2 sqrt(pi) sigma) of its deviation


def clouds(hw: tuple[int, int], size_px: float, number: int, octaves: int = 3, gain: float = 0.5) -> np.ndarray:
    """Return smooth noise of several scales.

    Args:
        hw: height and width in px.
        size_px: of the largest clouds.
        number: the texture's number, as drawn.
        octaves: how many scales, each half as large and ``gain`` times as strong; those below 1.5 px are left out.
        gain: strength from scale to scale.

    Returns:
        (h, w) float32, mean about 0, standard deviation about 1.
    """
    rng = texture_rng(number)
    total: np.ndarray | None = None
    strength, power, size = 1.0, 0.0, max(1.5, size_px)
    for _ in range(octaves):
        layer = _layer(hw, size, rng)
        layer *= np.float32(strength)
        total = layer if total is None else cv2.add(total, layer)
        power += strength * strength
        size, strength = size / 2.0, strength * gain
        if size < 1.5:
            break
    total *= np.float32(1.0 / math.sqrt(power))
    return total


def _layer(hw: tuple[int, int], size_px: float, rng: np.random.Generator) -> np.ndarray:
    """Return clouds of one size, (h, w) float32, standard deviation about 1."""
    step = max(1.0, size_px / _GRID)
    sigma = _SIGMA * size_px / _GRID / step
    rows, columns = math.ceil(hw[0] / step) + 1, math.ceil(hw[1] / step) + 1
    grid = cv2.GaussianBlur(white((rows, columns), rng), (0, 0), max(sigma, 0.4), borderType=cv2.BORDER_REFLECT)
    grid *= np.float32(2.0 * math.sqrt(math.pi) * max(sigma, 0.4))
    if step == 1.0:
        return np.ascontiguousarray(grid[: hw[0], : hw[1]])
    to_grid = np.array([[1.0 / step, 0.0, 0.25], [0.0, 1.0 / step, 0.25]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(grid, to_grid, (hw[1], hw[0]), flags=flags, borderMode=cv2.BORDER_REPLICATE)
