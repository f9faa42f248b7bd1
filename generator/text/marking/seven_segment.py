"""Lit displays: segments that shine, and liquid crystals that turn dark.

A lit segment adds its light to the panel and glows beyond its edge; segments that are not lit are faintly there. Those
of a liquid crystal hide the panel and cast a faint shadow on the reflector behind them. Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.text.marking.pigment import Pigment, Rgb, channels, covered, mean_of
from generator.text.plate import Plate

LIT: tuple[Rgb, ...] = ((1.0, 0.1, 0.06), (0.25, 1.0, 0.3), (1.0, 0.62, 0.08), (0.2, 0.5, 1.0), (0.95, 0.97, 1.0))
CRYSTAL: tuple[Rgb, ...] = ((0.07, 0.08, 0.07), (0.06, 0.07, 0.12))
_BRIGHT = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class SevenSegment(Pigment):
    """Segments of a display; ``light`` ones shine, ``dark`` ones are liquid crystals, ``both``: as the panel asks for.

    Attributes:
        kinds: of faces, the most fitting first.
        unlit: how strong a segment is that is not lit, share of a lit one, [0, 0.4].
        glow: strength of the light beyond a segment's edge, share of its own, [0, 0.4].
        glow_width: sigma of that light, share of a capital's height, [0.01, 0.5].
        core: how much whiter the middle of a bright segment is on the image, [0, 1].
        shadow: strength of the shadow of a liquid crystal, share of its own, [0, 0.4].
        shadow_shift: how far the shadow is away, share of a capital's height, [0, 0.2].
    """

    kinds: tuple[Literal["outline", "dots", "strokes", "segments"], ...] = ("segments",)
    dark_rgb: tuple[Rgb, ...] = CRYSTAL
    light_rgb: tuple[Rgb, ...] = LIT
    unlit: Range = Range(0.0, 0.15)
    glow: Range = Range(0.05, 0.35)
    glow_width: Range = Range(0.04, 0.15)
    core: Range = Range(0.0, 0.5)
    shadow: Range = Range(0.0, 0.25)
    shadow_shift: Range = Range(0.02, 0.07)

    def __post_init__(self) -> None:
        Pigment.__post_init__(self)
        require_within(
            self,
            unlit=(0, 0.4),
            glow=(0, 0.4),
            glow_width=(0.01, 0.5),
            core=(0, 1),
            shadow=(0, 0.4),
            shadow_shift=(0, 0.2),
        )

    def strike(self, plate: Plate, rng: np.random.Generator) -> Plate:
        """Return the plate with the segments that are not lit."""
        strength = self.unlit.draw(rng)
        dark = () if plate.marks is None or strength == 0 else plate.marks.unlit
        if not dark:
            return plate
        plate = plate.padded(_lacking(dark, plate.wh))
        cover = plate.cover.copy()
        assert plate.marks is not None
        for ink, u, v in plate.marks.unlit:
            window = cover[v : v + ink.shape[0], u : u + ink.shape[1]]
            np.maximum(window, (ink * np.float32(strength)).astype(np.uint8), out=window)
        return plate.with_(cover=cover)

    def draw(self, rng: np.random.Generator) -> Mapping[str, Any]:
        """Return the display's colours, its glow and its shadow."""
        return {
            **Pigment.draw(self, rng),
            "glow": self.glow.draw(rng),
            "glow_width": self.glow_width.draw(rng),
            "core": self.core.draw(rng),
            "shadow": self.shadow.draw(rng),
            "shadow_shift": self.shadow_shift.draw(rng),
        }

    def is_flat(self, drawn: Mapping[str, Any]) -> bool:
        """Return False: segments glow, or cast a shadow."""
        return False

    def reach_px(self, drawn: Mapping[str, Any], height_px: float) -> int:
        """Return how far glow or shadow reach."""
        glow = 2.0 * drawn["glow_width"] if "light_rgb" in drawn else 0.0
        shadow = drawn["shadow_shift"] if "dark_rgb" in drawn else 0.0
        return math.ceil(max(glow, shadow) * height_px) + 2

    def change(
        self, ground: np.ndarray, cover: np.ndarray, drawn: Mapping[str, Any], light_deg: float, height_px: float
    ) -> np.ndarray:
        """Return the light that segments add to a dark panel, or take from a bright one."""
        count = ground.shape[2]
        if "light_rgb" in drawn and ("dark_rgb" not in drawn or float(mean_of(ground, drawn).mean()) < _BRIGHT):
            return _shine(cover, channels(drawn["light_rgb"], count), drawn, height_px)
        shift = drawn["shadow_shift"] * height_px
        matrix = np.array([[1.0, 0.0, shift], [0.0, 1.0, shift]])
        shade = cv2.warpAffine(cover, matrix, cover.shape[::-1])
        shade *= np.float32(drawn["shadow"])
        return covered(ground, np.maximum(cover, shade), channels(drawn["dark_rgb"], count))


def _lacking(dark: tuple[tuple[np.ndarray, int, int], ...], wh: tuple[int, int]) -> int:
    """Return how much room a plate of a size lacks for the segments that are not lit, px."""
    left, top = min(u for _, u, _ in dark), min(v for _, _, v in dark)
    right, bottom = max(u + ink.shape[1] for ink, u, _ in dark), max(v + ink.shape[0] for ink, _, v in dark)
    return max(0, -left, -top, right - wh[0], bottom - wh[1])


def _shine(cover: np.ndarray, colour: np.ndarray, drawn: Mapping[str, Any], height_px: float) -> np.ndarray:
    """Return the light of segments and their glow, (h, w, C) float32."""
    sigma = max(0.5, drawn["glow_width"] * height_px)
    side = 2 * math.ceil(2.0 * sigma) + 1
    around = cv2.GaussianBlur(cover, (side, side), sigma, borderType=cv2.BORDER_CONSTANT)
    glow = around * (1.0 - cover)
    glow *= np.float32(drawn["glow"])
    glow += cover
    light = glow[..., None] * colour
    if drawn["core"] > 0 and len(colour) == 3:
        middle = np.float32(0.5 * drawn["core"]) * cover * around
        light += middle[..., None] * (colour.max() - colour)
    return light
