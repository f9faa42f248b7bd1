"""Sunlight that falls in: a bright warm patch from a window with soft edges, on a rise of light towards its side.

The sun adds to the lamp's light on the part, so dark parts stay dark and bright ones run into saturation. Where it
falls belongs to the run's seed; how bright it is on an image changes with the clouds. Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from generator.camera.relight import LightMap, axes, relit
from generator.camera.severity import Grades, require_grades, require_severity
from generator.core.errors import require
from generator.core.sample import Sample
from generator.core.seeds import stage_rng


@dataclass(frozen=True, slots=True, kw_only=True)
class Sunlight:
    """Sun on the part.

    Attributes:
        severity: which of the five grades, 1..5.
        patch: light in the patch, relative to the lamp's, [0, 10].
        spill: light that the room throws back, at the window's side, relative to the lamp's, [0, 5].
        width: of the patch, share of the image's shorter side, [0.05, 3].
        edge: softness of the patch's edge, share of the shorter side, [0.005, 1].
        warmth: how much less blue than red the sun has, [0, 0.8]; mono images ignore it but for the sum.
        clouds: share by which the sun's strength changes from image to image, [0, 1].
        name: what its random numbers hang on.
    """

    severity: int
    patch: Grades
    spill: Grades
    width: float
    edge: float
    warmth: float
    clouds: float
    name: str = "drift"

    def __post_init__(self) -> None:
        require_severity(self.severity)
        require_grades(self.patch, "patch", 0, 10)
        require_grades(self.spill, "spill", 0, 5)
        require(0.05 <= self.width <= 3, "width", "a share in [0.05, 3]", self.width)
        require(0.005 <= self.edge <= 1, "edge", "a share in [0.005, 1]", self.edge)
        require(0 <= self.warmth <= 0.8, "warmth", "a share in [0, 0.8]", self.warmth)
        require(0 <= self.clouds <= 1, "clouds", "a share in [0, 1]", self.clouds)

    def __call__(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Return the sample in the sun."""
        at, sun = self.severity - 1, 1.0 - self.clouds * rng.random()
        patch, spill = _sun(self, sample.hw, sample.spec.seed)
        added = np.float32(self.patch[at] * sun) * patch + np.float32(self.spill[at] * sun) * spill
        tint = 1.0, 1.0 - self.warmth / 3.0, 1.0 - self.warmth
        made = relit(sample, LightMap(np.ones(sample.hw, np.float32), tint, added))
        drawn = {"kind": "sunlight", "severity": self.severity, "sun": sun}
        return made.with_(params={**sample.params, self.name: drawn})


@lru_cache(maxsize=2)
def _sun(knobs: Sunlight, hw: tuple[int, int], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the patch and the rise of light, two (H, W) float32 in [0, 1]."""
    rng = stage_rng(seed, 0, 0, f"{knobs.name}/sun")
    x, y = axes(hw)
    angle, lean = 2.0 * math.pi * rng.random(), math.radians(60.0 + 60.0 * rng.random())
    off, start = 0.6 * rng.random() - 0.3, 0.5 * rng.random() - 0.6
    into = x * np.float32(math.cos(angle)) - y * np.float32(math.sin(angle))  # towards the window
    beside = x * np.float32(math.cos(angle + lean)) - y * np.float32(math.sin(angle + lean))
    half_width, soft = knobs.width, 2.0 * knobs.edge
    patch = _step((half_width - np.abs(beside - np.float32(off))) / soft) * _step((into - np.float32(start)) / soft)
    spill = (into - into.min()) / np.float32(into.max() - into.min())
    return patch, spill * spill


def _step(distance: np.ndarray) -> np.ndarray:
    """Return a smooth step from 0 at -1 to 1 at 1."""
    share = np.clip((distance + 1.0) / 2.0, 0.0, 1.0).astype(np.float32)
    return share * share * (3.0 - 2.0 * share)
