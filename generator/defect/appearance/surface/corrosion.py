"""Corrosion: a matt crust of rust, thin and orange at its rim, thick and brown within, with pits and a bleeding halo.

The crust's thickness grows inwards from the ragged outline and with clouds; thickness decides the colour in CIELAB, the
grain that replaces the metal's own gloss, and where pits have eaten through. Around it, water has carried a thin stain.
Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import cv2
import numpy as np

from generator.core.units import LengthRange, Range, require_within
from generator.defect.lighting import Neighbourhood, level_of, mixed, times
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds
from generator.imaging.lab import from_lab, shifted_lab, to_lab

# thickness, lightness relative to the surface, chroma relative to that lightness, hue relative to the middle (degrees)
_LAYERS = (
    (0.00, 0.86, 0.50, 12.0),
    (0.25, 0.74, 0.95, 6.0),
    (0.50, 0.57, 0.95, 0.0),
    (0.75, 0.41, 0.78, -4.0),
    (1.00, 0.26, 0.50, -8.0),
)
_BLEED = np.array([-6.0, 6.0, 16.0], np.float32)  # L*, a*, b* of the stain where it is strongest


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrosion:
    """Rust.

    Attributes:
        hue_deg: of the crust in CIELAB, degrees, [0, 120]; 45 is red-brown, 65 orange; mono images ignore it.
        thickness: of the crust in the middle, [0, 1]; 0.2 is a thin film, 1 nearly black.
        lobe_size: size of thick and thin places.
        roughness: relative deviation of the crust's grain, [0, 1].
        grain_px: size of the grain, px, [1, 16].
        pits: share of the crust that pits have eaten through, [0, 0.5].
        bleed: strength of the stain around the crust, [0, 1].
        bleed_px: how far that stain reaches, px, [0, 16].
    """

    hue_deg: Range = Range(50.0, 66.0)
    thickness: Range = Range(0.4, 0.8)
    lobe_size: LengthRange
    roughness: Range = Range(0.1, 0.22)
    grain_px: Range = Range(1.5, 3.0)
    pits: Range = Range(0.02, 0.08)
    bleed: Range = Range(0.3, 0.8)
    bleed_px: Range = Range(2.0, 8.0)

    def __post_init__(self) -> None:
        require_within(
            self,
            hue_deg=(0, 120),
            thickness=(0, 1),
            roughness=(0, 1),
            grain_px=(1, 16),
            pits=(0, 0.5),
            bleed=(0, 1),
            bleed_px=(0, 16),
        )

    @property
    def reach_px(self) -> int:
        """As far as the stain around the crust."""
        return math.ceil(self.bleed_px.high)

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return colour, thickness, grain, pits and stain."""
        return {
            "hue_deg": self.hue_deg.draw(rng),
            "thickness": self.thickness.draw(rng),
            "lobe_px": max(3.0, self.lobe_size.draw_px(rng, patch.scale)),
            "roughness": self.roughness.draw(rng),
            "grain_px": self.grain_px.draw(rng),
            "pits": self.pits.draw(rng),
            "bleed": self.bleed.draw(rng),
            "bleed_px": self.bleed_px.draw(rng),
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with rust on it, (N, C) float32."""
        values, alpha = patch.under(outline), outline.strength()
        level = level_of(values, alpha)
        hw, number = outline.alpha.shape, params["noise"]
        # thickness: thin at the rim, thick within, uneven
        size = 2 * int(np.clip(params["lobe_px"] / 5.0, 1, 8)) + 1
        inward = outline.pick(cv2.blur(outline.alpha, (size, size), borderType=cv2.BORDER_REPLICATE))
        thick = np.float32(params["thickness"]) * (1.2 * inward - 0.2)
        thick += np.float32(0.2) * outline.pick(clouds(hw, params["lobe_px"], number, octaves=5, gain=0.75))
        np.clip(thick, 0.0, 1.0, out=thick)
        grain = clouds(hw, params["grain_px"], number ^ 1, octaves=2, gain=0.7)
        lit = -Neighbourhood.of(outline, grain, 1).rise_towards(patch.light_deg)
        look = 1.0 + np.float32(params["roughness"]) * np.clip(0.7 * outline.pick(grain) + lit, -3.0, 3.0)
        if params["pits"] > 0:
            holes = clouds(hw, 2.5 * params["grain_px"], number ^ 2, octaves=2)
            deep = _ramp(outline.pick(holes) - NormalDist().inv_cdf(1.0 - params["pits"]), 0.25)
            rim = Neighbourhood.of(outline, holes, 1).rise_towards(patch.light_deg)
            look *= 1.0 - 0.6 * deep + 0.25 * np.clip(rim, -1.0, 1.0) * _ramp(outline.pick(holes) - 1.2, 0.5)
        # a thin film lets the metal's own brightness through
        own = values.mean(axis=1) * np.float32(1.0 / max(float(level.mean()), 1e-3)) - 1.0
        look += np.float32(0.8) * (1.0 - thick) * np.clip(own, -0.5, 0.5)
        crust = times(_layered(level, thick, params["hue_deg"]), np.maximum(look, 0.1))
        return mixed(self._stained(values, patch, outline, params), crust, alpha)

    @staticmethod
    def _stained(values: np.ndarray, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with what water has carried out of the crust, (N, C)."""
        if params["bleed"] == 0 or params["bleed_px"] < 1:
            return values
        size = 2 * round(params["bleed_px"] / 2.0) + 1
        wet = cv2.blur(outline.alpha, (size, size), borderType=cv2.BORDER_REPLICATE)
        wet = outline.pick(cv2.blur(wet, (size, size), borderType=cv2.BORDER_REPLICATE))
        uneven = outline.pick(clouds(outline.alpha.shape, 2.0 * params["bleed_px"], params["noise"] ^ 3))
        wet *= np.float32(2.0 * params["bleed"]) * np.clip(1.0 + 0.5 * uneven, 0.0, 2.0)
        step = _BLEED * (np.array([1, 0, 0], np.float32) if values.shape[1] == 1 else np.float32(1.0))
        return shifted_lab(values, np.minimum(wet, 1.0)[:, None] * step)


def _layered(level: np.ndarray, thick: np.ndarray, hue_deg: float) -> np.ndarray:
    """Return the colour of the crust by its thickness on a surface of that colour, (N, C)."""
    at, brightness, chroma, turn = np.array(_LAYERS).T
    lab = np.empty((thick.size, 3), np.float32)
    lab[:, 0] = float(to_lab(level[None])[0, 0]) * np.interp(thick, at, brightness)
    strength = lab[:, 0] * np.interp(thick, at, chroma)
    hue = np.radians(hue_deg + np.interp(thick, at, turn))
    lab[:, 1], lab[:, 2] = strength * np.cos(hue), strength * np.sin(hue)
    return from_lab(lab, level.size)


def _ramp(values: np.ndarray, width: float) -> np.ndarray:
    """Return 0 below 0 and 1 above ``width``, linear between."""
    return np.clip(values * np.float32(1.0 / width), 0.0, 1.0)
