"""Colours of inks, and what a covering layer of one does to the light that comes back.

An ink hides the surface as far as it covers it: the change is cover x (ink - surface). An ink that may be dark or light
is the one that stands off more from the surface it lies on. Source: own; weights of a mono camera after ITU-R BT.601.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from generator.core.errors import require

Rgb = tuple[float, float, float]
SIGNS = ("dark", "light", "both")
BLACK: tuple[Rgb, ...] = ((0.04, 0.04, 0.045),)
WHITE: tuple[Rgb, ...] = ((0.95, 0.95, 0.94),)
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def require_colours(dark_rgb: tuple[Rgb, ...], light_rgb: tuple[Rgb, ...]) -> None:
    """Raise ``RangeError`` unless there is a colour of each and all lie in [0, 1]."""
    for field, colours in (("dark_rgb", dark_rgb), ("light_rgb", light_rgb)):
        require(len(colours) > 0, field, "at least one [red, green, blue]", colours)
        inside = all(0.0 <= value <= 1.0 for colour in colours for value in colour)
        require(inside, field, "[red, green, blue] within [0, 1]", colours)


def draw_colours(sign: str, dark: Sequence[Rgb], light: Sequence[Rgb], rng: np.random.Generator) -> dict[str, Any]:
    """Return the colours that one text may take: ``dark_rgb``, ``light_rgb`` or both, as the sign allows."""
    place = rng.random()
    drawn: dict[str, Any] = {}
    if sign != "light":
        drawn["dark_rgb"] = list(dark[int(place * len(dark))])
    if sign != "dark":
        drawn["light_rgb"] = list(light[int(place * len(light))])
    return drawn


def colour_on(ground: np.ndarray, drawn: Mapping[str, Any]) -> np.ndarray:
    """Return the ink's colour, (C,) float32, for a (h, w, C) float32 surface: of two the one that stands off more."""
    colours = [_channels(drawn[key], ground.shape[2]) for key in ("dark_rgb", "light_rgb") if key in drawn]
    if len(colours) == 1:
        return colours[0]
    mean = ground.reshape(-1, ground.shape[2]).mean(axis=0)
    return max(colours, key=lambda colour: abs(float((colour - mean).sum())))


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


def _channels(rgb: Sequence[float], count: int) -> np.ndarray:
    colour = np.array(rgb, np.float32)
    return colour if count == 3 else np.array([colour @ _LUMA], np.float32)
