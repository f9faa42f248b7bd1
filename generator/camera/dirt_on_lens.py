"""Dirt on the lens or its window: soft dark spots and smears that glow, at the same places all run long.

Dirt lies far before the plane of focus, so it has no edge: each speck is a blurred disc. It takes light away and, lit
from the side, gives some back as a veil. Where it lies belongs to the run's seed; a higher severity keeps the specks of
the lower and adds to them. Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from generator.camera.relight import LightMap, axes, relit
from generator.camera.severity import Grades, require_grades, require_severity
from generator.core.sample import Sample
from generator.core.seeds import stage_rng


@dataclass(frozen=True, slots=True, kw_only=True)
class DirtOnLens:
    """Dirt on the lens.

    Attributes:
        severity: which of the five grades, 1..5.
        count: number of specks, [1, 200].
        size: diameter of the largest, share of the image's shorter side, [0.01, 1]; the least has a third of it.
        shadow: share of the light that a speck takes, [0, 0.9].
        haze: brightness that a smear adds, share of full scale, [0, 0.5]; every third speck is a smear.
        name: what its random numbers hang on.
    """

    severity: int
    count: Grades
    size: Grades
    shadow: Grades
    haze: Grades
    name: str = "drift"

    def __post_init__(self) -> None:
        require_severity(self.severity)
        require_grades(self.count, "count", 1, 200)
        require_grades(self.size, "size", 0.01, 1)
        require_grades(self.shadow, "shadow", 0, 0.9)
        require_grades(self.haze, "haze", 0, 0.5)

    def __call__(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Return the sample as seen through the dirt."""
        made = relit(sample, _dirt(self, sample.hw, sample.spec.seed))
        drawn = {"kind": "dirt_on_lens", "severity": self.severity}
        return made.with_(params={**sample.params, self.name: drawn})


@lru_cache(maxsize=2)
def _dirt(knobs: DirtOnLens, hw: tuple[int, int], seed: int) -> LightMap:
    """Return what the dirt does to the light."""
    at, rng = knobs.severity - 1, stage_rng(seed, 0, 0, f"{knobs.name}/dirt")
    x, y = axes(hw)
    gain, veil = np.ones(hw, np.float32), np.zeros(hw, np.float32)
    for number in range(round(knobs.count[at])):
        place_x, place_y, size, strength, turn, stretch = rng.random(6)
        middle = float((2.0 * place_x - 1.0) * x[0, -1]), float((2.0 * place_y - 1.0) * y[-1, 0])
        radius = knobs.size[at] * (1.0 / 3.0 + 2.0 / 3.0 * size**2)
        smear = number % 3 == 2
        spot = _soft_disc(x - middle[0], y - middle[1], radius, 180.0 * turn, 1.0 + (2.0 if smear else 0.5) * stretch)
        if smear:
            veil += np.float32(knobs.haze[at] * (0.5 + 0.5 * strength)) * spot
            spot = spot * np.float32(0.4)
        gain *= 1.0 - np.float32(knobs.shadow[at] * (0.5 + 0.5 * strength)) * spot
    return LightMap(gain, veil=veil)


def _soft_disc(x: np.ndarray, y: np.ndarray, radius: float, turn_deg: float, stretch: float) -> np.ndarray:
    """Return a disc that fades from its middle to nothing beyond its rim, (H, W) float32 in [0, 1]."""
    c, s = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    along, across = (x * c - y * s) / stretch, x * s + y * c
    inside = np.clip(1.4 - np.sqrt(along * along + across * across) / radius, 0.0, 1.0).astype(np.float32)
    return inside * inside * (3.0 - 2.0 * inside)
