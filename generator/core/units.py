"""Lengths and ranges as a user writes them.

``4px`` is 4 px; ``12%`` is 12 % of the image's shorter side; ``0.3mm`` needs the pixel size. Source: own.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from generator.core.errors import RangeError, require

_LENGTH = re.compile(r"^\s*([0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)\s*(px|%|mm)\s*$")


@dataclass(frozen=True, slots=True)
class Scale:
    """What turns a length into px: the image's shorter side in px and, if known, one pixel in mm."""

    shorter_side_px: float
    pixel_size_mm: float | None = None


@dataclass(frozen=True, slots=True)
class Length:
    """A length >= 0 with its unit: ``px``, ``%`` or ``mm``."""

    value: float
    unit: str

    @classmethod
    def parse(cls, text: object) -> Length:
        """Read ``4px``, ``12%`` or ``0.3mm``; a bare number is px.

        Raises:
            RangeError: it is none of these.
        """
        if isinstance(text, Length):
            return text
        if isinstance(text, (int, float)) and not isinstance(text, bool) and math.isfinite(text) and text >= 0:
            return cls(float(text), "px")
        found = _LENGTH.match(text) if isinstance(text, str) else None
        if not found:
            raise RangeError("", "a length such as 4px, 12% or 0.3mm", text)
        return cls(float(found[1]), found[2])

    def px(self, scale: Scale) -> float:
        """Return the length in px.

        Raises:
            RangeError: the unit is mm and the pixel size is not known.
        """
        if self.unit == "px":
            return self.value
        if self.unit == "%":
            return self.value * scale.shorter_side_px / 100.0
        if not scale.pixel_size_mm:
            raise RangeError("", "source.pixel_size_mm to be set, because a length is given in mm", str(self))
        return self.value / scale.pixel_size_mm

    def __str__(self) -> str:
        return f"{self.value:g}{self.unit}"


@dataclass(frozen=True, slots=True)
class LengthRange:
    """A closed range of lengths, drawn log-uniformly: small is as likely as large."""

    low: Length
    high: Length

    @classmethod
    def parse(cls, value: object) -> LengthRange:
        """Read ``[low, high]`` or one length for both.

        Raises:
            RangeError: not a length or a pair, or low > high in the same unit.
        """
        if isinstance(value, LengthRange):
            return value
        pair = value if isinstance(value, (list, tuple)) else (value, value)
        if len(pair) != 2:
            raise RangeError("", "(low, high), such as [2px, 8%]", value)
        low, high = Length.parse(pair[0]), Length.parse(pair[1])
        if low.unit == high.unit and low.value > high.value:
            raise RangeError("", "(low, high) with low <= high", f"({low}, {high})")
        return cls(low, high)

    def draw_px(self, rng: np.random.Generator, scale: Scale) -> float:
        """Return a length in px; where the units differ and cross on this image, the ends swap."""
        low, high = sorted((self.low.px(scale), self.high.px(scale)))
        chance = rng.random()
        if low <= 0:
            return low + (high - low) * chance
        return low * (high / low) ** chance


@dataclass(frozen=True, slots=True)
class Range:
    """A closed range of plain numbers, drawn uniformly."""

    low: float
    high: float

    @classmethod
    def parse(cls, value: object) -> Range:
        """Read ``[low, high]`` or one number for both.

        Raises:
            RangeError: not finite numbers, or low > high.
        """
        if isinstance(value, Range):
            return value
        pair = value if isinstance(value, (list, tuple)) else (value, value)
        numbers = [v for v in pair if isinstance(v, (int, float)) and not isinstance(v, bool) and math.isfinite(v)]
        if len(pair) != 2 or len(numbers) != 2:
            raise RangeError("", "(low, high) as two numbers, or one number", value)
        if numbers[0] > numbers[1]:
            raise RangeError("", "(low, high) with low <= high", f"({pair[0]}, {pair[1]})")
        return cls(float(numbers[0]), float(numbers[1]))

    def within(self, low: float, high: float) -> bool:
        """Say whether the whole range lies in [low, high]."""
        return low <= self.low and self.high <= high

    def draw(self, rng: np.random.Generator) -> float:
        """Return a number in [low, high]."""
        return self.low + (self.high - self.low) * rng.random()

    def draw_int(self, rng: np.random.Generator) -> int:
        """Return a whole number in [low, high]."""
        return int(rng.integers(round(self.low), round(self.high) + 1))

    def __str__(self) -> str:
        return f"({self.low:g}, {self.high:g})"


def require_within(component: object, **bounds: tuple[float, float]) -> None:
    """Raise ``RangeError`` at the first of a component's ``Range`` fields that leaves its bounds (lowest, highest)."""
    for field, (lowest, highest) in bounds.items():
        given = getattr(component, field)
        require(given.within(lowest, highest), field, f"(low, high) within [{lowest:g}, {highest:g}]", str(given))
