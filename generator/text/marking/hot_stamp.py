"""Hot stamping: foil that a heated die presses into the surface.

The foil mirrors: it is brighter in bands, as the surroundings are. The die leaves a step at the edge that the light
catches on one side, and where the surface was rough the foil has pinholes. Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.text.marking.film import clouds, frayed, pierced
from generator.text.marking.pigment import Pigment, Rgb, colour_on
from generator.text.plate import Plate

GOLD: Rgb = (0.85, 0.68, 0.32)
SILVER: Rgb = (0.86, 0.87, 0.88)


@dataclass(frozen=True, slots=True, kw_only=True)
class HotStamp(Pigment):
    """Foil.

    Attributes:
        kinds: of faces, the most fitting first.
        gloss: how much fainter the foil is where it mirrors something that looks like the surface, [0, 0.45].
        bands: distance of the bright bands, share of a capital's height, [0.3, 20].
        press: strength of the light on the step at the edge, share of the foil's own change, [0, 0.4].
        step: width of the step, share of a capital's height, [0.01, 0.2].
        ragged: how much the edges come and go, [0, 1].
        pinholes: share of the pixels at which a pinhole begins, [0, 0.05].
    """

    kinds: tuple[Literal["outline", "dots", "strokes", "segments"], ...] = ("outline",)
    light_rgb: tuple[Rgb, ...] = (GOLD, SILVER)
    gloss: Range = Range(0.1, 0.42)
    bands: Range = Range(1.0, 6.0)
    press: Range = Range(0.1, 0.35)
    step: Range = Range(0.02, 0.05)
    ragged: Range = Range(0.0, 0.25)
    pinholes: Range = Range(0.0, 0.002)

    def __post_init__(self) -> None:
        Pigment.__post_init__(self)
        require_within(
            self,
            gloss=(0, 0.45),
            bands=(0.3, 20),
            press=(0, 0.4),
            step=(0.01, 0.2),
            ragged=(0, 1),
            pinholes=(0, 0.05),
        )

    def strike(self, plate: Plate, rng: np.random.Generator) -> Plate:
        """Return the plate with torn edges and pinholes."""
        height, ragged, pinholes = plate.height_px, self.ragged.draw(rng), self.pinholes.draw(rng)
        plate = frayed(plate, clouds(plate.cover.shape, 0.05 * height, rng), ragged)
        return pierced(plate, pinholes, 0.1, max(1, min(5, round(0.04 * height))), rng) if pinholes > 0 else plate

    def draw(self, rng: np.random.Generator) -> Mapping[str, Any]:
        """Return the foil's colour, its bright bands and its step."""
        return {
            **Pigment.draw(self, rng),
            "gloss": self.gloss.draw(rng),
            "bands": self.bands.draw(rng),
            "band_deg": 180.0 * rng.random(),
            "band_phase": rng.random(),
            "press": self.press.draw(rng),
            "step": self.step.draw(rng),
        }

    def is_flat(self, drawn: Mapping[str, Any]) -> bool:
        """Return False: foil mirrors and has a step."""
        return False

    def reach_px(self, drawn: Mapping[str, Any], height_px: float) -> int:
        """Return how far the step's light reaches."""
        return math.ceil(2.0 * _sigma(drawn, height_px)) + 2

    def change(
        self, ground: np.ndarray, cover: np.ndarray, drawn: Mapping[str, Any], light_deg: float, height_px: float
    ) -> np.ndarray:
        """Return the foil's light less the surface's, and the light on the step about it."""
        foil = colour_on(ground, drawn) - ground
        away = 1.0 if float(foil.sum()) >= 0 else -1.0
        press = away * drawn["press"] * float(np.abs(foil).max(axis=2).mean())
        foil *= (cover * _mirrored(cover.shape, drawn, height_px))[..., None]
        foil += (press * _step(cover, _sigma(drawn, height_px), light_deg))[..., None]
        return foil


def _sigma(drawn: Mapping[str, Any], height_px: float) -> float:
    return max(0.6, drawn["step"] * height_px)


def _mirrored(hw: tuple[int, int], drawn: Mapping[str, Any], height_px: float) -> np.ndarray:
    """Return how strong the foil's change is in each place, (h, w) float32 in [1 - gloss, 1]."""
    turn, step = math.radians(drawn["band_deg"]), 2.0 * math.pi / (drawn["bands"] * height_px)
    x = np.arange(hw[1], dtype=np.float32) * np.float32(math.cos(turn) * step)
    y = np.arange(hw[0], dtype=np.float32) * np.float32(math.sin(turn) * step)
    y += np.float32(2.0 * math.pi * drawn["band_phase"])
    wave = np.sin(y)[:, None] * np.cos(x) + np.cos(y)[:, None] * np.sin(x)
    wave *= np.float32(0.5 * drawn["gloss"])
    wave += np.float32(1.0 - 0.5 * drawn["gloss"])
    return wave


def _step(cover: np.ndarray, sigma_px: float, light_deg: float) -> np.ndarray:
    """Return the light on a sunken edge, (h, w) float32 in [-1, 1]: bright where it faces the light."""
    side = 2 * math.ceil(2.0 * sigma_px) + 1
    sunk = cv2.GaussianBlur(cover, (side, side), sigma_px, borderType=cv2.BORDER_CONSTANT)
    right = cv2.Sobel(sunk, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(sunk, cv2.CV_32F, 0, 1, scale=0.125)
    turn = math.radians(light_deg)
    slope = right * np.float32(-math.cos(turn) * 2.5 * sigma_px)
    slope += down * np.float32(math.sin(turn) * 2.5 * sigma_px)
    return np.clip(-slope, -1.0, 1.0, out=slope)
