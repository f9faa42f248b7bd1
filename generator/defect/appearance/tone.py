"""Tone: the surface grows darker, lighter or tinted while its texture goes on. Source: own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.core.errors import require
from generator.core.units import Range
from generator.defect.lighting import times
from generator.defect.outline import Outline, Patch


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """A change of brightness and colour.

    Attributes:
        gain: what the surface is multiplied by at full strength, [0, 4]; 0.6 is 40 % darker.
        tint: how far red rises and blue falls relative to the gain, [-0.5, 0.5]; mono images ignore it.
    """

    gain: Range = Range(0.4, 0.8)
    tint: Range = Range(0.0, 0.0)

    def __post_init__(self) -> None:
        require(self.gain.within(0.0, 4.0), "gain", "(low, high) within [0, 4]", self.gain)
        require(self.tint.within(-0.5, 0.5), "tint", "(low, high) within [-0.5, 0.5]", self.tint)

    @property
    def reach_px(self) -> int:
        """0: nothing changes beyond the outline."""
        return 0

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the gain and the tint."""
        return {"gain": self.gain.draw(rng), "tint": self.tint.draw(rng)}

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface times the gain, (N, C) float32."""
        values, strength = patch.under(outline), outline.strength()
        if values.shape[1] == 1 or params["tint"] == 0:
            strength *= np.float32(params["gain"] - 1.0)
            strength += np.float32(1.0)
            return times(values, strength)
        for channel, side in enumerate((1.0, 0.0, -1.0)):
            gain = params["gain"] * (1.0 + side * params["tint"])
            values[:, channel] *= 1.0 + strength * np.float32(gain - 1.0)
        return values
