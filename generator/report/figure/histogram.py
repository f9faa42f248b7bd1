"""Counts in fixed bins, so that any number of values takes the same memory.

Source: own.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

BINS_PER_OCTAVE = 16
_OCTAVES = 28


class LogHistogram:
    """Counts of numbers >= 1 in sixteenths of an octave: a quantile is right to about 2 %.

    Attributes:
        count: number of values.
        low, high: the smallest and the largest value; 0 while there is none.
    """

    __slots__ = ("_bins", "count", "high", "low")

    def __init__(self) -> None:
        self._bins = [0] * (BINS_PER_OCTAVE * _OCTAVES)
        self.count = 0
        self.low = self.high = 0.0

    def add(self, value: float) -> None:
        """Count one value; what is below 1 counts as 1."""
        place = int(math.log2(value) * BINS_PER_OCTAVE) if value > 1 else 0
        self._bins[min(place, len(self._bins) - 1)] += 1
        self.low = value if not self.count else min(self.low, value)
        self.high = max(self.high, value)
        self.count += 1

    def quantile(self, share: float) -> float | None:
        """Return the value that ``share`` in [0, 1] of the values lie below; None: there is no value."""
        if not self.count:
            return None
        place = _bin_of_share(self._bins, share * self.count)
        return min(max(2 ** ((place + 0.5) / BINS_PER_OCTAVE), self.low), self.high)

    def octaves(self, parts: int) -> list[int]:
        """Return the counts in bins of 1/``parts`` octave from 1 on, without empty bins at the end."""
        step = BINS_PER_OCTAVE // parts
        coarse = [sum(self._bins[start : start + step]) for start in range(0, len(self._bins), step)]
        while coarse and not coarse[-1]:
            coarse.pop()
        return coarse


class LinearHistogram:
    """Counts of numbers in equal bins over [low, high]; what lies outside counts in the first or last bin.

    Args:
        low, high: the ends.
        bins: number of bins.

    Attributes:
        count: number of values.
        bins: the counts.
    """

    __slots__ = ("_width", "bins", "count", "high", "low")

    def __init__(self, low: float, high: float, bins: int) -> None:
        self.low, self.high = low, high
        self._width = (high - low) / bins
        self.bins = [0] * bins
        self.count = 0

    def add(self, value: float) -> None:
        """Count one value."""
        place = math.floor((value - self.low) / self._width + 1e-9)
        self.bins[min(max(place, 0), len(self.bins) - 1)] += 1
        self.count += 1

    def quantile(self, share: float) -> float | None:
        """Return the value that ``share`` in [0, 1] of the values lie below, to half a bin; None: no value."""
        if not self.count:
            return None
        return self.low + (_bin_of_share(self.bins, share * self.count) + 0.5) * self._width

    def coarse(self, step: int) -> list[int]:
        """Return the counts with ``step`` bins taken together."""
        return [sum(self.bins[start : start + step]) for start in range(0, len(self.bins), step)]


class Tally:
    """Counts by name, for names that a data set may have any number of.

    Args:
        limit: names that are told apart; what comes after them counts together.

    Attributes:
        counts: by name.
        others: counts of names beyond the limit.
    """

    __slots__ = ("_limit", "counts", "others")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.counts: Counter[str] = Counter()
        self.others = 0

    def add(self, names: Iterable[str]) -> None:
        """Count each of some names once."""
        counts, limit = self.counts, self._limit
        for name in names:
            if name in counts or len(counts) < limit:
                counts[name] += 1
            else:
                self.others += 1

    @property
    def total(self) -> int:
        """The number of all that was counted."""
        return self.counts.total() + self.others


class Grid:
    """Counts of places in a square grid.

    Args:
        side: cells along each side.

    Attributes:
        rows: the counts, top row first.
    """

    __slots__ = ("rows", "side")

    def __init__(self, side: int) -> None:
        self.side = side
        self.rows = [[0] * side for _ in range(side)]

    def add(self, x: float, y: float) -> None:
        """Count a place given in cells; what lies outside counts in the outermost cell."""
        last = self.side - 1
        self.rows[min(max(int(y), 0), last)][min(max(int(x), 0), last)] += 1


def _bin_of_share(bins: Sequence[int], wanted: float) -> int:
    """Return the first bin that holds a value and up to which at least ``wanted`` values lie."""
    seen = 0
    for place, number in enumerate(bins):
        seen += number
        if number and seen >= wanted:
            return place
    raise ValueError(f"wanted must be at most the number of values, {seen}, but got {wanted}")
