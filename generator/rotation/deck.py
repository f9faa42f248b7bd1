"""An order of numbers in which every run of them is as even as it can be.

Groups of numbers come in turns, in an order that strides over them by the golden section; within a group the numbers
come in turns when the group does. So in any run of consecutive places the counts of two groups differ by at most one,
those of two numbers too, and what comes lies spread over all groups. Source: own; the stride is Weyl's sequence, its
gaps Steinhaus' theorem.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from generator.core.seeds import Shuffle, stable_hash

_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
_WELL_SPREAD = 4  # largest partial quotient of a stride that is taken at once
_TRIED = 400  # strides looked at


@dataclass(frozen=True, slots=True)
class Deck:
    """An order of the numbers in range(bins * values + rest) that begins anew when all have come.

    Attributes:
        bins: groups of consecutive numbers, which come in turns.
        values: numbers of a group, which come in turns when the group does.
        rest: 0, or 1: a last number that belongs to no group.
    """

    bins: int
    values: int = 1
    rest: int = 0

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self.bins * self.values + self.rest

    def at(self, index: int, seed: int) -> int:
        """Return the number at an index >= 0."""
        if self.rest:
            again, place = divmod(index, self.size)
            alone = stable_hash(f"rotation/rest/{seed}") % self.size
            if place == alone:
                return self.size - 1
            index = again * (self.size - 1) + place - (place > alone)
        again, place = divmod(index, self.bins)
        group = (stable_hash(f"rotation/start/{seed}") + place * stride(self.bins)) % self.bins
        if self.values == 1:
            return group
        first = _mixed(self.bins, seed)[place]
        return group * self.values + (first + again * stride(self.values)) % self.values


@functools.lru_cache(maxsize=64)
def stride(count: int) -> int:
    """Return a number without a common divisor with ``count``, near its golden section.

    Its multiples modulo ``count`` meet every number once, and the first n of them lie about as evenly as n can: the
    continued fraction of stride / count has small terms only.

    Args:
        count: >= 1.
    """
    best, least = 1, math.inf
    middle = round(_GOLDEN * count)
    for away in range(min(_TRIED, count)):
        for at in {middle - away, middle + away}:
            if 0 < at < count and math.gcd(at, count) == 1:
                worst = _largest_term(at, count)
                if worst < least:
                    best, least = at, worst
        if least <= _WELL_SPREAD:
            break
    return best


def _largest_term(numerator: int, denominator: int) -> int:
    """Return the largest term of a continued fraction in (0, 1); 0 / 1 ends it."""
    worst = 0
    while numerator:
        term, rest = divmod(denominator, numerator)
        worst, numerator, denominator = max(worst, term), rest, numerator
    return worst


@functools.lru_cache(maxsize=8)
def _mixed(bins: int, seed: int) -> tuple[int, ...]:
    """Return where in their order the values of each bin begin, so that one round shows a mixture of all values."""
    order = Shuffle(bins, seed, "rotation/values")
    return tuple(order[place] for place in range(bins))
