"""Which angle each image gets.

Angles are dealt out by the sample's place in the plan alone: degree after degree, spread over the range, and within a
degree one value after the other. So any run of consecutive samples, a split's or a source image's, has degrees whose
counts differ by at most one, and every value comes equally often. Steps are counted in whole numbers and divided once,
so that a step of 0.1 gives the floats nearest to tenths. Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from generator.core.errors import require
from generator.core.geometry import stated_deg
from generator.rotation.deck import Deck
from generator.rotation.port import Spans

_CIRCLE = (-180.0, 180.0)
_TENTHS = 10  # parts of a degree that continuous angles are dealt out to
_SIGMAS = 4.0
_DIGITS = 10**4  # of the step that an error proposes
_LEAST_STEP = 0.001
_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Angles:
    """Angles in a range, continuous or in steps; or given ones; or those about mountings.

    Attributes:
        range_deg: least and largest angle, degrees; a full circle is stated in (-180, 180].
        step_deg: step between angles, which go from end to end of the range; None: continuous.
        angles_deg: the angles themselves, in place of range and step.
        mountings_deg: angles about which the images lie, in place of range and step.
        jitter_deg: standard deviation about a mounting, [0, 45]; nothing lies beyond 4 of them.
        balanced: whether angles are dealt out evenly; False: each is drawn on its own.
    """

    range_deg: tuple[float, float] = _CIRCLE
    step_deg: float | None = None
    angles_deg: tuple[float, ...] | None = None
    mountings_deg: tuple[float, ...] | None = None
    jitter_deg: float = 0.0
    balanced: bool = True
    _steps: tuple[int, int, int] = field(init=False, repr=False, compare=False)
    _deck: Deck = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        low, high = self.range_deg
        sound = -360 <= low < high <= 360 and high - low <= 360
        require(sound, "range_deg", "[low, high] of at most 360 degrees within [-360, 360]", [low, high])
        for name, other in (("angles_deg", self.mountings_deg), ("mountings_deg", self.angles_deg)):
            given = getattr(self, name)
            if given is None:
                continue
            require(other is None, name, "either angles or mountings", "both")
            require(self.step_deg is None, "step_deg", "null where angles or mountings are given", self.step_deg)
            whole = self.range_deg == _CIRCLE
            require(whole, "range_deg", "[-180, 180] where angles or mountings are given", [low, high])
            require(len(given) > 0, name, "at least one angle", "none")
            require(all(abs(at) <= 360 for at in given), name, "degrees in [-360, 360]", list(given))
            alone = len({stated_deg(at) for at in given}) == len(given)
            require(alone, name, "each angle once, and 180 for -180", list(given))
        require(0 <= self.jitter_deg <= 45, "jitter_deg", "degrees in [0, 45]", self.jitter_deg)
        about = self.jitter_deg == 0 or self.mountings_deg is not None
        require(about, "jitter_deg", "0, or mountings such as [0,90,180,270] to lie about", self.jitter_deg)
        steps, deck = self._laid_out()
        object.__setattr__(self, "_steps", steps)
        object.__setattr__(self, "_deck", deck)

    def draw(self, index: int, seed: int, rng: np.random.Generator) -> float:
        """Return the angle of the sample at a place of the plan, degrees in (-180, 180].

        Args:
            index: the place, >= 0; it decides the degree, or the value, where angles are balanced.
            seed: the run's seed.
            rng: for what the place leaves open: where within its bin a continuous angle lies, and jitter.
        """
        number = self._deck.at(index, seed) if self.balanced else int(rng.integers(self._deck.size))
        listed = self.angles_deg or self.mountings_deg
        if listed is not None:
            return stated_deg(listed[number] + self.jitter_deg * _normal(rng) if self.jitter_deg else listed[number])
        if self.step_deg is None:
            low, high = self.range_deg
            return stated_deg(low + (high - low) * ((number + 1.0 - rng.random()) / self._deck.size))
        return self._value(number)

    def spans(self) -> Spans:
        """Return the intervals that hold every angle, degrees; they are not folded."""
        listed = self.angles_deg or self.mountings_deg
        if listed is None:
            return (self.range_deg,)
        reach = _SIGMAS * self.jitter_deg
        return tuple((at - reach, at + reach) for at in listed)

    def summary(self, count: int) -> str:
        """Return one line on the angles of a plan of so many images."""
        (low, high), deck = self.range_deg, self._deck
        each = self._each(count, deck.size)
        listed = self.angles_deg or self.mountings_deg
        if listed is not None:
            names = ", ".join(f"{at:g}" for at in listed[:_SHOWN]) + (", ..." if deck.size > _SHOWN else "")
            if self.mountings_deg is None:
                return f"{deck.size} given ({names} degrees), {each} each"
            return f"about {deck.size} mountings ({names} degrees, deviation {self.jitter_deg:g}), {each} each"
        if self.step_deg is None:
            width, inside = (high - low) / deck.bins, self._each(count, deck.bins)
            name = f"each of {deck.bins} degrees" if width == 1 else f"each of {deck.bins} x {width:g} degrees"
            return f"continuous from {low:g} to {high:g} degrees, {inside} in {name}"
        ends = sorted(map(self._value, range(deck.size))) if self._is_circle else [low, high]
        shown = f"{deck.size} from {ends[0]:g} to {ends[-1]:g} degrees in steps of {self.step_deg:g}, {each} each"
        return shown if deck.values == 1 or deck.rest else f"{shown}, {self._each(count, deck.bins)} in each degree"

    def _each(self, count: int, bins: int) -> str:
        """Return how many of so many images fall to each of so many bins, in words."""
        few, more = divmod(count, bins)
        if not self.balanced:
            return f"about {count / bins:.3g} images"
        if more:
            return f"{few} or {few + 1} image" + "s" * (few > 0)
        return "1 image" if few == 1 else f"{few} images"

    @property
    def _is_circle(self) -> bool:
        return self.range_deg[1] - self.range_deg[0] == 360

    def _laid_out(self) -> tuple[tuple[int, int, int], Deck]:
        """Return the first value, the step, both as whole numbers, and what they are divided by; and the deck."""
        listed = self.angles_deg or self.mountings_deg
        if listed is not None:
            return (0, 0, 1), Deck(len(listed))
        low, high = map(_exact, self.range_deg)
        if self.step_deg is None:
            return (0, 0, 1), Deck(math.ceil(high - low), _TENTHS)
        sound = _LEAST_STEP <= self.step_deg <= 360
        require(sound, "step_deg", f"null, or degrees in [{_LEAST_STEP:g}, 360]", self.step_deg)
        step, wide = _exact(self.step_deg), high - low
        if wide % step:
            fits = f"a step of which {float(wide):g} degrees are a whole number, such as {_fitting(wide, step):g}"
            require(False, "step_deg", fits, self.step_deg)
        count = int(wide / step) + (0 if self._is_circle else 1)
        divisor = math.lcm(low.denominator, step.denominator)
        steps = int(low * divisor), int(step * divisor), divisor
        a_degree = int(1 / step) if 1 % step == 0 else 1
        bins, rest = divmod(count, a_degree)
        return steps, Deck(bins, a_degree, rest) if bins and rest in (0, 1) else Deck(count)

    def _value(self, number: int) -> float:
        """Return the float nearest to a step's exact value, in (-180, 180]."""
        first, step, divisor = self._steps
        turn = 360 * divisor
        whole = (first + number * step) % turn
        return (whole - turn if 2 * whole > turn else whole) / divisor


def _exact(value: float) -> Fraction:
    """Return the decimal number that was written, exactly."""
    return Fraction(repr(value))


def _fitting(wide: Fraction, step: Fraction) -> float:
    """Return the step of few digits nearest to a step of which a range is a whole number; none: the range."""
    whole, at = wide * _DIGITS, max(1, round(step * _DIGITS))
    for away in range(at):
        for near in (at - away, at + away):
            if whole % near == 0:
                return near / _DIGITS
    return float(wide)


def _normal(rng: np.random.Generator) -> float:
    """Return a standard normal number within 4 deviations."""
    while abs(value := float(rng.standard_normal())) > _SIGMAS:
        continue
    return value
