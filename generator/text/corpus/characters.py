"""Random characters whose counts are exact over the set.

All texts of a place together are one row of characters, cut into texts. The row is a sequence of periods; each holds
every character as often as its weight says, shuffled. So over any prefix of the set two characters of weight 1 differ
by one at most, and a text follows from its index alone: every so many texts, one of each length, use up so many
characters, which says where a text begins. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np

from generator.core.errors import require
from generator.core.seeds import Shuffle, stage_rng
from generator.core.units import Range
from generator.text.corpus.letters import alphabet, boosted, chances, pick
from generator.text.corpus.sound import checked
from generator.text.port import Ask

_MOST_FINE = 100
_BLOCK = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Characters:
    """Random characters of an alphabet, each exactly as often as its weight says.

    Attributes:
        alphabet: names of alphabets, joined by +, such as digits+latin_upper; empty: only ``more``.
        more: further letters.
        without: letters that are left out, such as IOQ.
        length: least and most characters of a text, [1, 60]; all lengths are equally frequent.
        weights: of characters that shall be more or less frequent than 1, [0, 100], kept to 1 %.
        boost: weight of letters that are taken for one another (0 and O, 1 and I), [0.01, 100]; 1: as the others.
    """

    alphabet: str = "digits+latin_upper"
    more: str = ""
    without: str = ""
    length: Range = Range(6, 12)
    weights: dict[str, float] | None = None
    boost: float = 1.0

    def __post_init__(self) -> None:
        require(self.length.within(1, 60), "length", "(low, high) within [1, 60]", str(self.length))
        require(0.01 <= self.boost <= 100, "boost", "a number in [0.01, 100]", self.boost)
        units = checked("alphabet", lambda: alphabet(self.alphabet, self.more, self.without))
        for unit, weight in (self.weights or {}).items():
            require(unit in units, f"weights.{unit}", "a letter of the alphabet", f"'{unit}'")
            require(0 <= weight <= 100, f"weights.{unit}", "a number in [0, 100]", weight)
        weights = self.weights or {}
        require(any(weights.get(unit, 1) > 0 for unit in units), "weights", "at least one weight above 0", "none")

    def draw(self, ask: Ask, rng: np.random.Generator) -> str:
        """Return the text of an index; where it was turned down before, random characters of the same weights."""
        period = _period(self.alphabet, self.more, self.without, tuple((self.weights or {}).items()), self.boost)
        low, high = round(self.length.low), round(self.length.high)
        if ask.retry:
            chance = chances(rng)
            return "".join([pick(period, chance) for _ in range(low + int(chance() * (high - low + 1)))])
        row = f"{ask.place}.{ask.part}"
        lengths = high - low + 1
        block, place = divmod(ask.index, lengths)
        starts = _starts(low, lengths, ask.seed, row, block)
        first = block * (low + high) * lengths // 2
        return _cut(period, ask.seed, row, first + starts[place], first + starts[place + 1])

    def matches(self, text: str) -> bool:
        """Say whether a text consists of so many characters of the alphabet."""
        left = [text]
        units = alphabet(self.alphabet, self.more, self.without)
        for count in range(1, round(self.length.high) + 1):
            left = list({rest[len(unit) :] for rest in left for unit in units if rest.startswith(unit)})
            if "" in left and count >= round(self.length.low):
                return True
        return False

    def digest(self) -> str:
        """Return nothing: no file is read."""
        return ""


@lru_cache(maxsize=32)
def _period(
    names: str, more: str, without: str, weights: tuple[tuple[str, float], ...], boost: float
) -> tuple[str, ...]:
    """Return one period, not yet shuffled: every unit as often as its weight says, as exactly as needed."""
    units = alphabet(names, more, without)
    given = dict(weights)
    wanted = np.array([given.get(unit, 1.0) for unit in units]) * np.array(boosted(units, boost))
    wanted /= wanted[wanted > 0].min()
    fine = next((n for n in range(1, _MOST_FINE) if _is_near(wanted * n)), _MOST_FINE)
    counts = np.round(wanted * fine).astype(int)
    counts //= np.gcd.reduce(counts)
    return tuple(unit for unit, count in zip(units, counts, strict=True) for _ in range(count))


def _is_near(counts: np.ndarray) -> bool:
    return bool(np.all(np.abs(np.round(counts) - counts) <= 0.01 * counts))


@lru_cache(maxsize=256)
def _starts(low: int, lengths: int, seed: int, row: str, block: int) -> tuple[int, ...]:
    """Return where each text of a block begins, and where the last ends; the block holds each length once, shuffled."""
    order = Shuffle(lengths, seed, f"lengths {row} {block}")
    return tuple(accumulate((low + order[i] for i in range(lengths)), initial=0))


def _cut(period: tuple[str, ...], seed: int, row: str, start: int, stop: int) -> str:
    size = len(period)
    block_size = size * max(1, _BLOCK // size)
    first, last = start // block_size, (stop - 1) // block_size
    if first == last:
        offset = first * block_size
        return "".join(_block(period, seed, row, first)[start - offset : stop - offset])
    cut: list[str] = []
    for number in range(first, last + 1):
        offset = number * block_size
        cut.extend(_block(period, seed, row, number)[max(start - offset, 0) : stop - offset])
    return "".join(cut)


@lru_cache(maxsize=64)
def _block(period: tuple[str, ...], seed: int, row: str, number: int) -> tuple[str, ...]:
    """Return several periods, each shuffled by itself."""
    size = len(period)
    count = max(1, _BLOCK // size)
    rng = stage_rng(seed, number, 0, f"characters {row}")
    order = rng.permuted(np.tile(np.arange(size), (count, 1)), axis=1)
    return tuple(period[i] for i in order.ravel().tolist())
