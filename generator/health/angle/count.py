"""Angles counted in bounded memory: which of the circle they cover, on which grid, how evenly.

A data set may hold any number of angles; of each tenth of a degree only the number and both ends are kept. Two angles
that are neighbours on the circle leave a gap; one that is far too wide for chance parts the angles into spans, so that
nobody is told of a hole in a circle that was never asked for. Source: own; the widest of n random gaps on a circle is
about (ln n) / n of it (Darling 1953).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from generator.core.geometry import stated_deg

Span = tuple[float, float]
"""First and last angle, counter-clockwise, degrees; the first is stated as ever, the last may lie beyond 180."""
_TENTHS = 10
_UNITS = 1000  # of a degree: the finest grid that is looked for
_OFF_GRID = 1e-4  # of a unit
_SPARE = 5.0  # times the mean gap; wider than (ln n + 5) / n of the circle is one random set in 150
_MOST_CHANCE = 0.9  # of the circle: two or three angles say little of what was asked for
_FULL = 0.75  # of a bin that must lie within the spans for its count to be compared
_NARROW_DEG = 5.0
_LEAST_COUNT = 8
_UNEVEN, _LEAST_MEAN = 3.0, 5.0  # variance over mean (chance: 1); angles a bin


@dataclass(frozen=True, slots=True, kw_only=True)
class Bins:
    """Counts in the bins that the spans fill.

    Attributes:
        width_deg: of a bin; a grid of one degree or coarser has a bin for each of its angles.
        counts: of each bin, in the order of the angles; empty: the angles fill no bin.
    """

    width_deg: float
    counts: tuple[int, ...]

    @property
    def least(self) -> int:
        """The smallest count; 0 where there is no bin."""
        return min(self.counts, default=0)

    @property
    def most(self) -> int:
        """The largest count."""
        return max(self.counts, default=0)

    @property
    def is_uneven(self) -> bool:
        """Whether counts differ by far more than chance makes them."""
        if not self.counts:
            return False
        mean = sum(self.counts) / len(self.counts)
        variance = sum((count - mean) ** 2 for count in self.counts) / len(self.counts)
        return mean >= _LEAST_MEAN and variance > _UNEVEN * mean


class AngleCount:
    """The angles of things of one kind.

    Attributes:
        count: things with an angle.
        undefined: things that look the same at every angle.
        orders: how many things have which symmetry.
        out_of_range: angles that are not stated as they should be: -180, beyond 180, not folded by their symmetry.
    """

    __slots__ = ("_first", "_grid", "_is_on_grid", "_tenths", "count", "orders", "out_of_range", "undefined")

    def __init__(self) -> None:
        self.count = self.undefined = self.out_of_range = 0
        self.orders: Counter[int] = Counter()
        self._tenths: dict[int, tuple[int, float, float]] = {}
        self._first: int | None = None
        self._grid, self._is_on_grid = 0, True

    def add(self, angle_deg: float | None, symmetry: int) -> None:
        """Count one thing.

        Args:
            angle_deg: degrees; None: it has none.
            symmetry: how often it looks the same in a full turn; 0: at every angle.

        Raises:
            TypeError, ValueError: these are no finite numbers.
        """
        self.orders[symmetry] += 1
        if angle_deg is None:
            self.undefined += 1
            return
        angle = stated_deg(angle_deg, max(1, symmetry))
        self.out_of_range += angle != angle_deg
        self.count += 1
        self._put(math.ceil(angle * _TENTHS - 1e-6), 1, angle, angle)
        units = angle * _UNITS
        whole = round(units)
        self._first = whole if self._first is None else self._first
        self._is_on_grid = self._is_on_grid and abs(units - whole) <= _OFF_GRID
        self._grid = math.gcd(self._grid, whole - self._first)

    def _put(self, tenth: int, count: int, low: float, high: float) -> None:
        number, least, most = self._tenths.get(tenth, (0, low, high))
        self._tenths[tenth] = number + count, min(least, low), max(most, high)

    @classmethod
    def merged(cls, counts: Iterable[AngleCount]) -> AngleCount:
        """Return what several counts hold together."""
        total = cls()
        for one in counts:
            total.count += one.count
            total.undefined += one.undefined
            total.out_of_range += one.out_of_range
            total.orders.update(one.orders)
            for tenth, (number, low, high) in one._tenths.items():
                total._put(tenth, number, low, high)
            if one._first is not None:
                total._first = one._first if total._first is None else total._first
                total._grid = math.gcd(total._grid, one._grid, one._first - total._first)
                total._is_on_grid = total._is_on_grid and one._is_on_grid
        return total

    @property
    def period_deg(self) -> float:
        """The range that angles lie in: 360 over the least symmetry."""
        return 360.0 / min((order for order in self.orders if order), default=1)

    @property
    def step_deg(self) -> float | None:
        """The widest grid that every angle lies on, >= 0.001 degrees; None: they lie on none, or are fewer than 3."""
        return self._grid / _UNITS if self._is_on_grid and self._grid and self.count > 2 else None

    def spans(self) -> tuple[Span, ...]:
        """Return the parts of the circle that angles lie on; none: they lie all round it."""
        if not self._tenths:
            return ()
        ends = [self._tenths[tenth][1:] for tenth in sorted(self._tenths)]
        if len(ends) == 1 and ends[0][0] == ends[0][1]:
            return ((ends[0][0], ends[0][0]),)
        limit = self._chance_deg(self.period_deg)
        breaks = [place for place, gap in enumerate(self._gaps()) if gap > limit]
        spans = []
        for place, end in zip(breaks, [*breaks[1:], breaks[0] + len(ends)] if breaks else [], strict=True):
            first = ends[(place + 1) % len(ends)][0]
            spans.append((first, first + (ends[end % len(ends)][1] - first) % self.period_deg))
        return tuple(sorted(spans))

    def largest_gap_deg(self, within: Sequence[Span] = ()) -> float:
        """Return the widest arc of the circle, or of some spans, that no angle lies on, to a tenth of a degree.

        Args:
            within: the spans that are looked at; none: the whole circle.
        """
        if not within:
            return max(self._gaps(), default=self.period_deg)
        widest = 0.0
        for low, high in within:
            found = sorted(
                (low + (first - low) % self.period_deg, low + (last - low) % self.period_deg)
                for _, first, last in self._tenths.values()
                if (first - low) % self.period_deg <= high - low + 1e-9
            )
            edges = [(low, low), *found, (high, high)]
            widest = max(widest, *(after[0] - before[1] for before, after in pairwise(edges)))
        return widest

    def has_hole(self, within: Sequence[Span] = ()) -> bool:
        """Say whether the widest gap of the circle, or of some spans, is wider than chance makes it.

        Of a few angles nothing can be said: they leave no hole.
        """
        if 0 < self.count < _LEAST_COUNT:
            return False
        whole = sum(high - low for low, high in within) if within else self.period_deg
        return self.largest_gap_deg(within) > self._chance_deg(whole)

    def bins(self, every: AngleCount | None = None) -> Bins:
        """Return counts in bins of a degree, of a tenth where the spans are narrow, or of a coarser grid's angles.

        Args:
            every: what says spans and grid, of which these angles are a part; None: they do so themselves.
        """
        every = self if every is None else every
        step = every.step_deg or 0.0
        spans = every.spans() or (every._whole(),)
        base = 1.0 if sum(high - low for low, high in spans) >= _NARROW_DEG else 1.0 / _TENTHS
        width = max(base, step)
        if not every.count:
            return Bins(width_deg=width, counts=())
        counts: list[int] = []
        for low, high in spans:
            shift = low if step >= base else 0.0  # a grid's angles are the ends of its bins
            first = math.ceil((low - step - shift) / width + 1e-6)
            last = math.ceil((high - shift) / width - 1e-6)
            found: Counter[int] = Counter()
            for number, _, angle in self._tenths.values():
                at = low + (angle - low + 1e-9) % every.period_deg - 1e-9
                if at <= high + 1e-9:
                    found[math.ceil((at - shift) / width - 1e-6)] += number
            for place in range(first, last + 1):
                covered = min(high, shift + place * width) - max(low - step, shift + (place - 1) * width)
                if covered >= _FULL * width - 1e-9:
                    counts.append(found[place])
        return Bins(width_deg=width, counts=tuple(counts))

    def in_sectors(self, width_deg: float) -> dict[int, int]:
        """Return counts in sectors: sector i holds the angles about ``i * width_deg``, its upper edge included."""
        found: Counter[int] = Counter()
        for number, low, high in self._tenths.values():
            found[math.ceil((low + high) / 2.0 / width_deg - 0.5 - 1e-6)] += number
        return dict(found)

    def _whole(self) -> Span:
        """Return the whole circle as a span: from the first to the last angle of the grid, if there is one."""
        half, step = self.period_deg / 2.0, self.step_deg
        if step is None or self._first is None:
            return -half, half
        beyond = (self._first / _UNITS + half) % step
        low = -half + (beyond if 1e-9 < beyond < step - 1e-9 else step)
        return low, low + math.floor((self.period_deg - 1e-9) / step) * step

    def _gaps(self) -> list[float]:
        """Return the arc after each occupied tenth of a degree, the last one across the end of the range."""
        ends = [self._tenths[tenth][1:] for tenth in sorted(self._tenths)]
        after = [*ends[1:], (ends[0][0] + self.period_deg, 0.0)] if ends else []
        return [later[0] - earlier[1] for earlier, later in zip(ends, after, strict=True)]

    def _chance_deg(self, whole_deg: float) -> float:
        """Return the widest gap that chance or the grid leaves on so much of a circle."""
        if not self.count:
            return 0.0
        random = min(_MOST_CHANCE, (math.log(self.count) + _SPARE) / self.count) * whole_deg
        return max(random, 1.5 * (self.step_deg or 0.0))
