"""Ink that was wiped before it had dried: streaks that leave the letters in one direction and fade. Source: own."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.imaging.noise import streaks
from generator.text.fault.legible import readable
from generator.text.plate import Plate
from generator.text.port import Harm

_FAINT = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Smear:
    """Wiped ink.

    Attributes:
        category: the class it is labelled with.
        length: over which the streaks fade to a twentieth, share of a capital's height, [0.1, 5].
        direction_deg: counter-clockwise as displayed, 0 to the right; drawn with its opposite.
        strength: of the streaks where they leave the ink, share of it, [0.1, 1].
        wiped: share of the letters' own ink that is taken along, [0, 1].
        chars: how many neighbouring characters it happens to, >= 1.
    """

    category: str = "smear"
    length: Range = Range(0.5, 2.0)
    direction_deg: Range = Range(-25.0, 25.0)
    strength: Range = Range(0.5, 1.0)
    wiped: Range = Range(0.0, 0.4)
    chars: Range = Range(1.0, 5.0)

    def __post_init__(self) -> None:
        require_within(
            self, length=(0.1, 5), direction_deg=(-180, 180), strength=(0.1, 1), wiped=(0, 1), chars=(1, 1000)
        )

    def harm(self, plate: Plate, rng: np.random.Generator) -> Harm | None:
        """Return the print wiped over some neighbouring characters."""
        if not plate.chars:
            return None
        count = min(self.chars.draw_int(rng), len(plate.chars))
        first = int(rng.integers(len(plate.chars) - count + 1))
        length, strength, wiped = self.length.draw(rng), self.strength.draw(rng), self.wiped.draw(rng)
        turn = self.direction_deg.draw(rng) + (180.0 if rng.random() < 0.5 else 0.0)
        soft = plate.cover.astype(np.float32)
        soft[(plate.owner <= first) | (plate.owner > first + count)] = 0.0
        trail = _dragged(soft, turn, length * plate.height_px)
        streaky = streaks(plate.cover.shape, 2.0 * plate.height_px, max(1.0, 0.04 * plate.height_px), turn, rng)
        trail *= np.clip(0.75 + 0.25 * streaky, 0.2, 1.0) * np.float32(strength)
        wet = plate.cover - soft * np.float32(wiped)
        cover = np.maximum(wet, trail).astype(np.uint8)
        params = {"chars": list(range(first, first + count)), "length": length, "direction_deg": turn}
        return Harm(cover=cover, readable=readable(plate, cover), params=params)


def _dragged(ink: np.ndarray, turn_deg: float, length_px: float) -> np.ndarray:
    """Return ink dragged along a direction, fading to a twentieth over a length, (h, w) float32."""
    x, y = math.cos(math.radians(turn_deg)), -math.sin(math.radians(turn_deg))
    fade, step = _FAINT ** (1.0 / length_px), 1.0
    while step < length_px:
        matrix = np.array([[1.0, 0.0, step * x], [0.0, 1.0, step * y]])
        moved = cv2.warpAffine(ink, matrix, ink.shape[::-1])
        moved *= np.float32(fade**step)
        ink = np.maximum(ink, moved)
        step *= 2.0
    return ink
