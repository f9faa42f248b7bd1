"""Inks that hide the surface: their colours, and what a layer of one does to the light that comes back.

The change is cover x (ink - surface). An ink that may be dark or light is the one that stands off more from the surface
it lies on. Source: own; weights of a mono camera after ITU-R BT.601.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.units import Range, require_within

Rgb = tuple[float, float, float]
BLACK: tuple[Rgb, ...] = ((0.04, 0.04, 0.045),)
WHITE: tuple[Rgb, ...] = ((0.95, 0.95, 0.94),)
_LUMA = (0.299, 0.587, 0.114)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pigment:
    """What all covering inks have in common.

    Attributes:
        contrast: strong change, share of full scale.
        sign: ``dark`` or ``light`` ink; ``both``: whichever stands off more from the surface.
        dark_rgb, light_rgb: colours to choose from, [0, 1]; a mono camera sees their brightness.
    """

    contrast: Range = Range(0.2, 0.8)
    sign: Literal["dark", "light", "both"] = "both"
    dark_rgb: tuple[Rgb, ...] = BLACK
    light_rgb: tuple[Rgb, ...] = WHITE

    def __post_init__(self) -> None:
        require_within(self, contrast=(0.01, 1))
        for field, colours in (("dark_rgb", self.dark_rgb), ("light_rgb", self.light_rgb)):
            require(len(colours) > 0, field, "at least one [red, green, blue]", colours)
            inside = all(0.0 <= value <= 1.0 for colour in colours for value in colour)
            require(inside, field, "[red, green, blue] within [0, 1]", colours)

    def draw(self, rng: np.random.Generator) -> Mapping[str, Any]:
        """Return the colours that one text may take: ``dark_rgb``, ``light_rgb`` or both, as the sign allows."""
        place = rng.random()
        drawn: dict[str, Any] = {}
        if self.sign != "light":
            drawn["dark_rgb"] = list(self.dark_rgb[int(place * len(self.dark_rgb))])
        if self.sign != "dark":
            drawn["light_rgb"] = list(self.light_rgb[int(place * len(self.light_rgb))])
        return drawn

    def is_flat(self, drawn: Mapping[str, Any]) -> bool:
        """Say that an even surface changes by the cover times one colour."""
        return True

    def reach_px(self, drawn: Mapping[str, Any], height_px: float) -> int:
        """Return 0: there is no change without ink."""
        return 0

    def change(
        self, ground: np.ndarray, cover: np.ndarray, drawn: Mapping[str, Any], light_deg: float, height_px: float
    ) -> np.ndarray:
        """Return cover x (ink - surface): on an even surface, cover x one colour."""
        return covered(ground, cover, colour_on(ground, drawn))


def colour_on(ground: np.ndarray, drawn: Mapping[str, Any]) -> np.ndarray:
    """Return the ink's colour, (C,) float32, for a (h, w, C) float32 surface: of two the one that stands off more."""
    count = ground.shape[2]
    colours = [channels(drawn[key], count) for key in ("dark_rgb", "light_rgb") if key in drawn]
    if len(colours) == 1:
        return colours[0]
    mean = mean_of(ground, drawn)
    return max(colours, key=lambda colour: abs(float((colour - mean).sum())))


def mean_of(ground: np.ndarray, drawn: Mapping[str, Any]) -> np.ndarray:
    """Return the mean of a (h, w, C) float32 surface, (C,) float32; of the whole group's where it is drawn for one."""
    return np.array(drawn["ground"] if "ground" in drawn else cv2.mean(ground)[: ground.shape[2]], np.float32)


def covered(ground: np.ndarray, cover: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Return what an ink of a colour does to a surface, (h, w, C) float32.

    Args:
        ground: (h, w, C) float32.
        cover: (h, w) float32, [0, 1].
        colour: (C,) float32.
    """
    change = colour - ground
    change *= cover[..., None]
    return change


def channels(rgb: Sequence[float], count: int) -> np.ndarray:
    """Return a colour as a camera of 3 channels, or of one, sees it, (count,) float32."""
    if count == 3:
        return np.array(rgb, np.float32)
    return np.array([sum(weight * value for weight, value in zip(_LUMA, rgb, strict=True))], np.float32)
