"""Raised text: cast, moulded or pressed out of sheet metal.

Strokes rise from their foot over a rounded flank with draft; wide ones have a top of their own tone, worn, machined
or painted. The flank away from the light lies in shade and throws a shadow on the surface beside it.
Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.units import Range, require_within
from generator.imaging.noise import grain
from generator.imaging.relief import Light
from generator.text.marking.surface.shading import SLOPE_PX, inward, is_dark, relief, shared, spread, with_tone
from generator.text.plate import Plate


@dataclass(frozen=True, slots=True, kw_only=True)
class Embossed:
    """Raised characters.

    Attributes:
        kinds: of faces, the most fitting first.
        contrast: strong change, share of full scale.
        flank: width of a flank, share of a capital's height, [0.01, 0.3].
        flank_deg: how steep the flanks are, degrees, [5, 80].
        rounding: how far the edges are rounded, share of a flank's width, [0, 1].
        top: how much the top differs from the surface, share of its light, [0, 1].
        top_sign: ``light``: worn or machined bright; ``dark``: inked or dirty; ``both``: one of them.
        grain: roughness of the raised part, px of height, [0, 1].
        glint: brightness of flanks that mirror the light, [0, 1].
        shadow: how much light the thrown shadow takes, [0, 1].
        elevation_deg: of the light above the surface, degrees, [15, 85]; low light throws long shadows.
    """

    kinds: tuple[Literal["outline", "dots", "strokes", "segments"], ...] = ("outline", "strokes")
    contrast: Range = Range(0.12, 0.4)
    flank: Range = Range(0.04, 0.1)
    flank_deg: Range = Range(35.0, 65.0)
    rounding: Range = Range(0.3, 0.9)
    top: Range = Range(0.3, 0.5)
    top_sign: Literal["dark", "light", "both"] = "light"
    grain: Range = Range(0.03, 0.15)
    glint: Range = Range(0.1, 0.5)
    shadow: Range = Range(0.1, 0.4)
    elevation_deg: Range = Range(30.0, 55.0)

    def __post_init__(self) -> None:
        require_within(self, contrast=(0.01, 1), flank=(0.01, 0.3), flank_deg=(5, 80), rounding=(0, 1), top=(0, 1))
        require_within(self, grain=(0, 1), glint=(0, 1), shadow=(0, 1), elevation_deg=(15, 85))
        require(self.top_sign in ("dark", "light", "both"), "top_sign", "dark, light or both", self.top_sign)

    @property
    def sign(self) -> str:
        """``both``: a flank is bright, the other dark."""
        return "both"

    def is_flat(self, drawn: Mapping[str, Any]) -> bool:
        """Say no: a relief has a bright and a dark side."""
        return False

    def strike(self, plate: Plate, rng: np.random.Generator) -> Plate:
        """Return the plate as it is: a mould gives its letters whole."""
        return plate

    def draw(self, rng: np.random.Generator) -> Mapping[str, Any]:
        """Return the shape of the flanks, the light, and the tone of the top (negative: darker)."""
        is_dark = self.top_sign == "dark" or (self.top_sign == "both" and rng.random() < 0.5)
        return {
            "flank": self.flank.draw(rng),
            "flank_deg": self.flank_deg.draw(rng),
            "rounding": self.rounding.draw(rng),
            "top": self.top.draw(rng) * (-1.0 if is_dark else 1.0),
            "grain": self.grain.draw(rng),
            "glint": self.glint.draw(rng),
            "shadow": self.shadow.draw(rng),
            "elevation_deg": self.elevation_deg.draw(rng),
            "texture": int(rng.integers(1 << 16)),
        }

    def reach_px(self, drawn: Mapping[str, Any], height_px: float) -> int:
        """Return how far the foot's rounding and the shadow reach, and that of slopes."""
        flank_px = max(1.0, drawn["flank"] * height_px)
        return max(_round_px(drawn, flank_px), math.ceil(_shadow_px(drawn, flank_px))) + SLOPE_PX + 1

    def change(
        self, ground: np.ndarray, cover: np.ndarray, drawn: Mapping[str, Any], light_deg: float, height_px: float
    ) -> np.ndarray:
        """Return the shading of the raised part, the tone of its top, and the shadow beside it."""
        flank_px = max(1.0, drawn["flank"] * height_px)
        steep = math.tan(math.radians(drawn["flank_deg"]))
        rise = spread(inward(cover, flank_px), _round_px(drawn, flank_px))
        rough = cv2.multiply(cover, grain(cover.shape, drawn["texture"], 2), scale=drawn["grain"])
        light = Light(light_deg, drawn["elevation_deg"])
        share = relief(cv2.scaleAdd(rise, steep, rough), light, drawn["glint"], 0.2)
        if drawn["shadow"] > 0:
            away_x, away_y = (-part * _shadow_px(drawn, flank_px) for part in light.flat)
            moved = cv2.warpAffine(cover, np.array([[1.0, 0.0, away_x], [0.0, 1.0, away_y]]), cover.shape[::-1])
            share = cv2.scaleAdd(cv2.max(moved - cover, 0.0), -drawn["shadow"], share)
        top, sign = cover * np.float32(abs(drawn["top"])), math.copysign(1.0, drawn["top"])
        share = with_tone(share, top, sign, is_dark(ground, drawn))
        return shared(ground, share)


def _round_px(drawn: Mapping[str, Any], flank_px: float) -> int:
    return max(1, math.ceil(drawn["rounding"] * flank_px))


def _shadow_px(drawn: Mapping[str, Any], flank_px: float) -> float:
    """Return how far the shadow of a full flank falls beside its foot, px."""
    height = flank_px * math.tan(math.radians(drawn["flank_deg"]))
    return min(max(0.0, height / math.tan(math.radians(drawn["elevation_deg"])) - flank_px), 2.0 * flank_px) + 0.7
