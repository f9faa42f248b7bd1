"""Texts composed of other texts: one of several, or several in a row or below one another. Source: own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from generator.core.errors import require
from generator.core.units import Range
from generator.text.corpus.letters import one_of
from generator.text.corpus.sound import is_sound, require_weights
from generator.text.port import Ask, Corpus

_PARTS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """A text of one of several corpora.

    Attributes:
        choices: by a name of your own.
        weights: relative share of each by its name; those not named have 1.
    """

    choices: Mapping[str, Corpus]
    weights: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require(len(self.choices) > 0, "choices", "at least one corpus", "none")
        for name in self.weights:
            require(name in self.choices, f"weights.{name}", f"one of {', '.join(self.choices)}", f"'{name}'")
        require_weights(tuple(self.choices), self._weights(), "weights")

    def draw(self, ask: Ask, rng: np.random.Generator) -> str:
        """Return a text of one of them."""
        name = one_of(tuple(self.choices), self._weights(), rng.random)
        return self.choices[name].draw(inside(ask, list(self.choices).index(name)), rng)

    def matches(self, text: str) -> bool:
        """Say whether a text may be one of one of them."""
        return any(corpus.matches(text) for corpus in self.choices.values())

    def digest(self) -> str:
        """Return a hash of the files they read; empty: none."""
        return digest_of_all(tuple(self.choices.values()))

    def _weights(self) -> tuple[float, ...]:
        return tuple(self.weights.get(name, 1.0) for name in self.choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Texts of several corpora, in a row or as lines.

    Attributes:
        parts: by a name of your own, in order.
        separator: between them; a line break makes them lines.
        per_text: how many of them a text has, least and most, always in order; null: all.
    """

    parts: Mapping[str, Corpus]
    separator: str = "\n"
    per_text: Range | None = None

    def __post_init__(self) -> None:
        require(len(self.parts) > 0, "parts", "at least one corpus", "none")
        seen = is_sound(f"a{self.separator}a")
        require(seen, "separator", "letters that can be seen, spaces or one line break", repr(self.separator))
        if self.per_text is not None:
            most = len(self.parts)
            require(self.per_text.within(1, most), "per_text", f"(low, high) within [1, {most}]", str(self.per_text))

    def draw(self, ask: Ask, rng: np.random.Generator) -> str:
        """Return the texts of the parts, joined."""
        corpora = list(self.parts.values())
        kept = drawn_order(len(corpora), self.per_text, rng)
        return self.separator.join([corpora[i].draw(inside(ask, i), rng) for i in kept])

    def matches(self, text: str) -> bool:
        """Say whether a text may be joined of texts of the parts."""
        low, high = counts(len(self.parts), self.per_text)
        return _joins(text, tuple(self.parts.values()), self.separator, low, high)

    def digest(self) -> str:
        """Return a hash of the files they read; empty: none."""
        return digest_of_all(tuple(self.parts.values()))


def inside(ask: Ask, number: int) -> Ask:
    """Return what is asked of the part with a number, from 0: no other part of the text is asked the same."""
    return replace(ask, part=ask.part * _PARTS + number + 1)


def counts(count: int, per_text: Range | None) -> tuple[int, int]:
    """Return the least and the most parts that a text has."""
    return (count, count) if per_text is None else (round(per_text.low), round(per_text.high))


def drawn_order(count: int, per_text: Range | None, rng: np.random.Generator) -> Sequence[int]:
    """Return the numbers of the parts that a text has, rising."""
    low, high = counts(count, per_text)
    wanted = low + int(rng.random() * (high - low + 1))
    if wanted == count:
        return range(count)
    order = sorted(range(count), key=rng.random(count).tolist().__getitem__)
    return sorted(order[:wanted])


def digest_of_all(corpora: Sequence[Corpus]) -> str:
    """Return a hash of the files that corpora read; empty: none reads any."""
    digests = [corpus.digest() for corpus in corpora]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest() if any(digests) else ""


def _joins(text: str, corpora: tuple[Corpus, ...], separator: str, low: int, high: int) -> bool:
    """Say whether a text is made of ``low`` to ``high`` of the corpora, in order."""
    for i, corpus in enumerate(corpora):
        if low <= 1 <= high and corpus.matches(text):
            return True
        if high < 2:
            continue
        for place in range(1, len(text)):
            if text.startswith(separator, place) and corpus.matches(text[:place]):
                rest = text[place + len(separator) :]
                if _joins(rest, corpora[i + 1 :], separator, low - 1, high - 1):
                    return True
    return False
