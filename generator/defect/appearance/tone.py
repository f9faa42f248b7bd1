"""Tone: the surface grows darker, lighter or tinted, smoother or rougher, while its texture goes on.

Brightness is a factor, as less light comes back; colour is a step in CIELAB, which looks alike on any surface. The
texture is the surface's departure from its own local mean; grain is texture of the defect's own.
Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.units import Length, LengthRange, Range, require_within
from generator.defect.lighting import mixed, times
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds
from generator.imaging.lab import shifted_lab


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """A change of brightness, colour and roughness.

    Attributes:
        gain: what the surface is multiplied by at full strength, [0, 4]; 0.6 is 40 % darker.
        dl: step of L* at full strength, beside the gain, [-100, 100].
        da: step of a*, [-100, 100]; positive is redder, negative greener; mono images ignore it.
        db: step of b*, [-100, 100]; positive is yellower, negative bluer; mono images ignore it.
        contrast: what the surface's own texture is multiplied by, [0, 4]; 0 wipes it out, 2 doubles it.
        grain: relative deviation of a texture of the defect's own, [0, 1].
        grain_size: size of that texture.
    """

    gain: Range = Range(0.4, 0.8)
    dl: Range = Range(0.0, 0.0)
    da: Range = Range(0.0, 0.0)
    db: Range = Range(0.0, 0.0)
    contrast: Range = Range(1.0, 1.0)
    grain: Range = Range(0.0, 0.0)
    grain_size: LengthRange = LengthRange(Length(2.0, "px"), Length(6.0, "px"))

    def __post_init__(self) -> None:
        require_within(self, gain=(0, 4), dl=(-100, 100), da=(-100, 100), db=(-100, 100), contrast=(0, 4), grain=(0, 1))

    @property
    def reach_px(self) -> int:
        """0: nothing changes beyond the outline."""
        return 0

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the gain, the steps of colour and the texture."""
        return {
            "gain": self.gain.draw(rng),
            "lab": [self.dl.draw(rng), self.da.draw(rng), self.db.draw(rng)],
            "contrast": self.contrast.draw(rng),
            "grain": self.grain.draw(rng),
            "grain_px": max(1.0, self.grain_size.draw_px(rng, patch.scale)),
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface in its new tone, (N, C) float32."""
        values, strength = patch.under(outline), outline.strength()
        if params["contrast"] != 1:
            mean = _local_mean(patch, outline).reshape(values.shape)
            values = mixed(values, mean, strength * np.float32(1.0 - params["contrast"]))
        factor = np.float32(params["gain"] - 1.0) * strength
        factor += np.float32(1.0)
        if params["grain"] > 0:
            grain = outline.pick(clouds(outline.alpha.shape, params["grain_px"], params["noise"]))
            factor *= 1.0 + np.float32(params["grain"]) * grain * strength
        out = times(values, np.maximum(factor, 0.0))
        step = np.array(params["lab"], np.float32)
        if values.shape[1] == 1:
            step[1:] = 0
        return shifted_lab(out, strength[:, None] * step) if step.any() else out


def _local_mean(patch: Patch, outline: Outline) -> np.ndarray:
    """Return the surface's mean over a few px about every pixel of the support, (N, C) float32 in [0, 1]."""
    size = 2 * int(np.clip(patch.scale.shorter_side_px / 60.0, 2, 12)) + 1
    mean = cv2.blur(patch.pixels.astype(np.float32), (size, size), borderType=cv2.BORDER_REFLECT)
    return outline.pick(mean) * np.float32(1.0 / patch.white)
