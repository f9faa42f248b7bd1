"""Plain ink: printed text as a press, a pad or an office printer leaves it.

The ink covers the surface evenly. Its edge may bleed into the surface, and the film may be thicker here than there.
Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from generator.core.units import Range, require_within
from generator.text.marking.film import bled, uneven
from generator.text.marking.pigment import (
    BLACK,
    WHITE,
    Rgb,
    colour_on,
    covered,
    draw_colours,
    require_colours,
)
from generator.text.plate import Plate


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """Even ink.

    Attributes:
        kinds: of faces, the most fitting first.
        contrast: strong change, share of full scale.
        sign: ``dark`` or ``light`` ink; ``both``: whichever stands off more from the surface.
        dark_rgb, light_rgb: colours to choose from, [0, 1]; a mono camera sees their brightness.
        bleed: sigma of the soft edge, share of a capital's height, [0, 0.2].
        unevenness: how much thinner the film is where it is thin, share of its cover, [0, 1].
    """

    kinds: tuple[Literal["outline", "dots", "strokes", "segments"], ...] = ("outline", "strokes", "segments", "dots")
    contrast: Range = Range(0.2, 0.8)
    sign: Literal["dark", "light", "both"] = "both"
    dark_rgb: tuple[Rgb, ...] = BLACK
    light_rgb: tuple[Rgb, ...] = WHITE
    bleed: Range = Range(0.0, 0.0)
    unevenness: Range = Range(0.0, 0.0)

    def __post_init__(self) -> None:
        require_within(self, contrast=(0.01, 1), bleed=(0, 0.2), unevenness=(0, 1))
        require_colours(self.dark_rgb, self.light_rgb)

    def strike(self, plate: Plate, rng: np.random.Generator) -> Plate:
        """Return the plate with soft edges and a film of uneven thickness."""
        if self.bleed.high > 0:
            plate = bled(plate, self.bleed.draw(rng) * plate.height_px)
        if self.unevenness.high > 0:
            plate = uneven(plate, self.unevenness.draw(rng), 0.8 * plate.height_px, rng)
        return plate

    def draw(self, rng: np.random.Generator) -> Mapping[str, Any]:
        """Return the ink's colour."""
        return draw_colours(self.sign, self.dark_rgb, self.light_rgb, rng)

    def reach_px(self, drawn: Mapping[str, Any], height_px: float) -> int:
        """Return 0: there is no change without ink."""
        return 0

    def change(
        self, ground: np.ndarray, cover: np.ndarray, drawn: Mapping[str, Any], light_deg: float, height_px: float
    ) -> np.ndarray:
        """Return cover x (ink - surface): on an even surface, cover x one colour."""
        return covered(ground, cover, colour_on(ground, drawn))
