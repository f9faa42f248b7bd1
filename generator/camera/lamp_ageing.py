"""A lamp that ages: less light, less blue, one end before the other, and it begins to flicker.

Which end goes first belongs to the run's seed; the flicker is drawn for each image. Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from generator.camera.relight import LightMap, axes, relit
from generator.camera.severity import Grades, require_grades, require_severity
from generator.core.sample import Sample
from generator.core.seeds import stage_rng


@dataclass(frozen=True, slots=True, kw_only=True)
class LampAgeing:
    """An ageing lamp.

    Attributes:
        severity: which of the five grades, 1..5.
        light_left: light relative to the new lamp, [0.02, 1].
        blue_lost: share of the blue light that is lost, [0, 0.9]; green loses a third of it; mono images dim.
        dim_end: share of the light that the weaker end lacks against the other, [0, 0.9].
        flicker: standard deviation of the light from image to image, [0, 0.3].
        name: what its random numbers hang on.
    """

    severity: int
    light_left: Grades
    blue_lost: Grades
    dim_end: Grades
    flicker: Grades
    name: str = "drift"

    def __post_init__(self) -> None:
        require_severity(self.severity)
        require_grades(self.light_left, "light_left", 0.02, 1)
        require_grades(self.blue_lost, "blue_lost", 0, 0.9)
        require_grades(self.dim_end, "dim_end", 0, 0.9)
        require_grades(self.flicker, "flicker", 0, 0.3)

    def __call__(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Return the sample under the old lamp."""
        at = self.severity - 1
        flicker = 1.0 + self.flicker[at] * float(np.clip(rng.standard_normal(), -2.5, 2.5))
        dim_deg = 360.0 * stage_rng(sample.spec.seed, 0, 0, f"{self.name}/lamp").random()
        x, y = axes(sample.hw)
        towards = x * np.float32(math.cos(math.radians(dim_deg))) - y * np.float32(math.sin(math.radians(dim_deg)))
        place = (towards - towards.min()) / np.float32(towards.max() - towards.min())
        gain = np.float32(self.light_left[at] * flicker) * (1.0 - np.float32(self.dim_end[at]) * place)
        lost = self.blue_lost[at]
        made = relit(sample, LightMap(gain), (1.0, 1.0 - lost / 3.0, 1.0 - lost))
        drawn = {"kind": "lamp_ageing", "severity": self.severity, "flicker": flicker, "dim_deg": dim_deg}
        return made.with_(params={**sample.params, self.name: drawn})
