"""Unfamiliar: a texture that nobody has listed, for defects that are not known yet.

Either the surface's own texture, cut into cells and shuffled, so that only its order is wrong, or a drawn one (clouds,
stripes, checks, dots) of a colour near the surface's. The sensor's noise goes on in both. Source: own; shuffled patches
after Noroozi, Favaro (2016), drawn textures in place of the photographs of DRAEM (Zavrtanik et al. 2021).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.seeds import texture_rng
from generator.core.units import LengthRange, Range, require_within
from generator.defect.lighting import level_of, mixed
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds
from generator.imaging.lab import shifted_lab

PATTERNS = ("clouds", "stripes", "checks", "dots")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfamiliar:
    """A texture that does not belong there.

    Attributes:
        own_share: chance of the surface's own texture, shuffled; else a drawn one, [0, 1].
        cell_size: of the shuffled cells, and period of a drawn texture.
        opacity: how far it covers the surface, [0, 1].
        gain: brightness relative to the surface, [0, 4].
        tint: largest step of a* and b* either way, [0, 100]; mono images ignore it.
        contrast: deviation of a drawn texture, steps of L*, [0, 100].
    """

    own_share: float = 0.5
    cell_size: LengthRange
    opacity: Range = Range(0.5, 1.0)
    gain: Range = Range(0.7, 1.3)
    tint: Range = Range(0.0, 15.0)
    contrast: Range = Range(3.0, 15.0)

    def __post_init__(self) -> None:
        require(0 <= self.own_share <= 1, "own_share", "a chance in [0, 1]", self.own_share)
        require_within(self, opacity=(0, 1), gain=(0, 4), tint=(0, 100), contrast=(0, 100))

    @property
    def reach_px(self) -> int:
        """0: nothing changes beyond the outline."""
        return 0

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the kind of texture, its size, colour and number."""
        pattern = "own" if rng.random() < self.own_share else PATTERNS[int(rng.integers(len(PATTERNS)))]
        hue, tint = rng.uniform(0.0, 2.0 * math.pi), self.tint.draw(rng)
        return {
            "pattern": pattern,
            "cell_px": max(3.0, self.cell_size.draw_px(rng, patch.scale)),
            "angle_deg": rng.uniform(-90.0, 90.0),
            "opacity": self.opacity.draw(rng),
            "gain": self.gain.draw(rng),
            "tint": [tint * math.cos(hue), tint * math.sin(hue)],
            "contrast": self.contrast.draw(rng),
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with the texture on it, (N, C) float32."""
        values = patch.under(outline)
        if params["pattern"] == "own":
            other = outline.pick(_shuffled(patch.pixels, params)).reshape(values.shape) * np.float32(1.0 / patch.white)
            step = np.zeros(3, np.float32)
        else:
            other = np.tile(level_of(values, outline.strength()), (len(values), 1))
            mean = cv2.blur(patch.pixels.astype(np.float32), (3, 3), borderType=cv2.BORDER_REFLECT)
            other += values - outline.pick(mean).reshape(values.shape) * np.float32(1.0 / patch.white)
            step = np.zeros((len(values), 3), np.float32)
            step[:, 0] = np.float32(params["contrast"]) * outline.pick(_drawn(outline.alpha.shape, params))
        if values.shape[1] == 3:
            step[..., 1:] += np.array(params["tint"], np.float32)
        other = np.clip(other * np.float32(params["gain"]), 0.0, 1.0)
        return mixed(values, shifted_lab(other, step), outline.strength() * np.float32(params["opacity"]))


def _shuffled(pixels: np.ndarray, params: Mapping[str, Any]) -> np.ndarray:
    """Return the pixels with their square cells in another order, each turned over by chance, (h, w, C) float32."""
    height, width = pixels.shape[:2]
    side = int(np.clip(params["cell_px"], 2, max(2, min(height, width) // 2)))
    rows, columns = max(1, height // side), max(1, width // side)
    rng = texture_rng(params["noise"])
    order, flips = rng.permutation(rows * columns), rng.integers(0, 2, (rows * columns, 2)) * 2 - 1
    padded = cv2.copyMakeBorder(pixels, 0, side, 0, side, cv2.BORDER_REFLECT).reshape(height + side, width + side, -1)
    out = np.empty((height + side, width + side, padded.shape[2]), np.float32)
    for row in range(-(-height // side)):
        for column in range(-(-width // side)):
            number = (row * columns + column) % len(order)
            y, x = (int(v) * side for v in divmod(int(order[number]), columns))
            flip_y, flip_x = flips[number]
            cell = padded[y : y + side, x : x + side][::flip_y, ::flip_x]
            out[row * side : (row + 1) * side, column * side : (column + 1) * side] = cell
    return out[:height, :width]


def _drawn(hw: tuple[int, int], params: Mapping[str, Any]) -> np.ndarray:
    """Return the drawn pattern, (h, w) float32, mean about 0 and deviation about 1."""
    period, pattern = params["cell_px"], params["pattern"]
    bumps = clouds(hw, 3.0 * period, params["noise"], octaves=2)
    if pattern == "clouds":
        return bumps
    turn = math.radians(params["angle_deg"])
    x, y = np.arange(hw[1], dtype=np.float32), np.arange(hw[0], dtype=np.float32)[:, None]
    wave = np.float32(2.0 * math.pi / period)
    warp = np.float32(0.6) * bumps  # nothing that grows or is made is quite regular
    u = (x * np.float32(math.cos(turn)) - y * np.float32(math.sin(turn))) * wave + warp
    if pattern == "stripes":
        return np.float32(math.sqrt(2.0)) * np.sin(u)
    v = (x * np.float32(math.sin(turn)) + y * np.float32(math.cos(turn))) * wave + warp
    cells = np.sin(u) * np.sin(v)
    if pattern == "checks":
        return np.clip(np.float32(4.0) * cells, -1.0, 1.0)
    return np.float32(2.0) * np.clip(np.float32(4.0) * cells - np.float32(1.5), -0.5, 1.0)  # dots
