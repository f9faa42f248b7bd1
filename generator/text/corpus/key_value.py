"""Lines of a key and its value, such as ``LOT: A2345`` or ``REF 4711``. Source: own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.core.errors import require
from generator.core.units import Range
from generator.text.corpus.letters import pick
from generator.text.corpus.several import counts, digest_of_all, drawn_order, inside
from generator.text.corpus.sound import is_sound
from generator.text.port import Ask, Corpus


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyValue:
    """Keys with their values, a line each.

    Attributes:
        fields: what a key's value says; a key may be one of several, with | between them: ``LOT|BATCH|CH.-B.``.
        separators: between key and value, one a text, such as ``": "``.
        per_text: how many lines a text has, least and most.
        order: of the lines: ``as_given`` or ``shuffled``.
    """

    fields: Mapping[str, Corpus]
    separators: tuple[str, ...] = (": ", " ", ":")
    per_text: Range = Range(1, 1)
    order: Literal["as_given", "shuffled"] = "as_given"

    def __post_init__(self) -> None:
        require(len(self.fields) > 0, "fields", "at least one key with its corpus", "none")
        require(len(self.separators) > 0, "separators", "at least one", "none")
        for i, separator in enumerate(self.separators):
            seen = is_sound(f"a{separator}a")
            require(seen, f"separators[{i}]", "letters that can be seen, or spaces", repr(separator))
        for keys in self.fields:
            for key in keys.split("|"):
                require(is_sound(key), f"fields.{keys}", "keys that can be seen, with | between them", f"'{keys}'")
        most = len(self.fields)
        require(self.per_text.within(1, most), "per_text", f"(low, high) within [1, {most}]", str(self.per_text))

    def draw(self, ask: Ask, rng: np.random.Generator) -> str:
        """Return lines of keys and values."""
        separator = pick(self.separators, rng.random)
        fields = list(self.fields.items())
        kept = list(drawn_order(len(fields), self.per_text, rng))
        if self.order == "shuffled":
            kept = [kept[i] for i in sorted(range(len(kept)), key=rng.random(len(kept)).tolist().__getitem__)]
        lines = []
        for i in kept:
            keys, corpus = fields[i]
            lines.append(f"{pick(keys.split('|'), rng.random)}{separator}{corpus.draw(inside(ask, i), rng)}")
        return "\n".join(lines)

    def matches(self, text: str) -> bool:
        """Say whether a text is lines of keys with values that fit them; no key comes twice."""
        low, high = counts(len(self.fields), self.per_text)
        return any(self._fits(text, separator, tuple(self.fields), low, high) for separator in self.separators)

    def digest(self) -> str:
        """Return a hash of the files they read; empty: none."""
        return digest_of_all(tuple(self.fields.values()))

    def _fits(self, text: str, separator: str, left: tuple[str, ...], low: int, high: int) -> bool:
        if not text:
            return low <= 0
        if high < 1:
            return False
        lines = text.split("\n")
        for number, keys in enumerate(left):
            rest = left[number + 1 :] if self.order == "as_given" else left[:number] + left[number + 1 :]
            for key in keys.split("|"):
                if not text.startswith(key + separator):
                    continue
                for stop in range(1, len(lines) + 1):
                    value = "\n".join(lines[:stop])[len(key + separator) :]
                    after = "\n".join(lines[stop:])
                    if self.fields[keys].matches(value) and self._fits(after, separator, rest, low - 1, high - 1):
                        return True
        return False
