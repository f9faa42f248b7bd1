"""A blot: a drop of ink that fell on the characters or beside them, with small drops about it. Source: own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.core.units import Range, require_within
from generator.text.fault.legible import readable
from generator.text.plate import Plate
from generator.text.port import Harm

_WAVES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Blot:
    """A drop of ink.

    Attributes:
        category: the class it is labelled with.
        radius: share of a capital's height, [0.03, 1].
        away: of its middle from the middle of a character, share of a capital's height, [0, 1].
        wavy: how far its outline leaves the circle, share of the radius, [0, 0.5].
        splashes: how many small drops lie about it, [0, 30].
        density: of its ink, [0.3, 1].
    """

    category: str = "blot"
    radius: Range = Range(0.1, 0.4)
    away: Range = Range(0.0, 0.6)
    wavy: Range = Range(0.03, 0.2)
    splashes: Range = Range(0.0, 6.0)
    density: Range = Range(0.8, 1.0)

    def __post_init__(self) -> None:
        require_within(self, radius=(0.03, 1), away=(0, 1), wavy=(0, 0.5), splashes=(0, 30), density=(0.3, 1))

    def harm(self, plate: Plate, rng: np.random.Generator) -> Harm | None:
        """Return the print with a blot; what of that leaves the plate is cut off."""
        if not plate.chars:
            return None
        index, turn = int(rng.integers(len(plate.chars))), 2.0 * np.pi * rng.random()
        radius, wavy = max(1.0, self.radius.draw(rng) * plate.height_px), self.wavy.draw(rng)
        away, density = self.away.draw(rng) * plate.height_px, self.density.draw(rng)
        box = plate.boxes_uv[index]
        middle = (box[:2] + box[2:]) / 2.0 + away * np.array([np.cos(turn), np.sin(turn)])
        ink = _drop(plate.cover.shape, middle, radius, wavy, rng)
        for _ in range(self.splashes.draw_int(rng)):
            out, small = 2.0 * np.pi * rng.random(), radius * (0.06 + 0.12 * rng.random())
            there = middle + radius * (1.15 + 0.6 * rng.random()) * np.array([np.cos(out), np.sin(out)])
            ink = np.maximum(ink, _drop(plate.cover.shape, there, max(0.6, small), 0.0, rng))
        cover = np.maximum(plate.cover, (ink * np.float32(255.0 * density)).astype(np.uint8))
        if np.array_equal(cover, plate.cover):
            return None
        params = {"middle_uv": middle.tolist(), "radius_px": radius, "density": density}
        return Harm(cover=cover, readable=readable(plate, cover), params=params)


def _drop(hw: tuple[int, int], middle: np.ndarray, radius: float, wavy: float, rng: np.random.Generator) -> np.ndarray:
    """Return the cover of one drop with a wavy outline, (h, w) float32 in [0, 1]."""
    x = np.arange(hw[1], dtype=np.float32) + np.float32(0.5 - middle[0])
    y = (np.arange(hw[0], dtype=np.float32) + np.float32(0.5 - middle[1]))[:, None]
    reach = np.full(hw, radius, np.float32)
    if wavy > 0:
        angle = np.arctan2(y, x)
        for wave in range(2, _WAVES + 2):
            size, phase = rng.standard_normal() * wavy * radius / wave, 2.0 * np.pi * rng.random()
            reach += np.float32(size) * np.cos(wave * angle + np.float32(phase))
    return np.clip(reach - np.hypot(x, y) + 0.5, 0.0, 1.0)
