"""Texts of regular expressions. Source: own."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from generator.core.errors import require
from generator.text.corpus.grammar.regex import Choices, expression
from generator.text.corpus.letters import alphabet, chances, one_of
from generator.text.corpus.sound import checked, first_sound, require_weights
from generator.text.port import Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    r"""Texts that one of several regular expressions matches in full.

    Attributes:
        patterns: regular expressions; \n in one is a line break.
        weights: relative share of each; empty: all alike.
        unbounded: how often more than their least ``*``, ``+`` and ``{m,}`` repeat at most, [0, 100].
        letters: alphabets, joined by +, that ``.``, ``\w`` and ``[^...]`` draw from.
        boost: weight of letters that are taken for one another (0 and O, 1 and I) within a class, [0.01, 100]; 1: none.
    """

    patterns: tuple[str, ...]
    weights: tuple[float, ...] = ()
    unbounded: int = 8
    letters: str = "ascii"
    boost: float = 1.0

    def __post_init__(self) -> None:
        require(len(self.patterns) > 0, "patterns", "at least one regular expression", "none")
        require(0 <= self.unbounded <= 100, "unbounded", "a whole number in [0, 100]", self.unbounded)
        require(0.01 <= self.boost <= 100, "boost", "a number in [0.01, 100]", self.boost)
        require_weights(self.patterns, self.weights, "weights")
        checked("letters", lambda: alphabet(self.letters))
        for i, pattern in enumerate(self.patterns):
            checked(f"patterns[{i}]", lambda pattern=pattern: expression(pattern, self._choices()))

    def draw(self, ask: Ask, rng: np.random.Generator) -> str:
        """Return a text that one of the patterns matches."""
        chance = chances(rng)
        pattern = one_of(self.patterns, self.weights, chance)
        made = expression(pattern, self._choices())
        return first_sound(lambda: made.make(chance), "patterns", pattern)

    def matches(self, text: str) -> bool:
        """Say whether one of the patterns matches the whole text."""
        return any(re.fullmatch(pattern, text) for pattern in self.patterns)

    def digest(self) -> str:
        """Return nothing: no file is read."""
        return ""

    def _choices(self) -> Choices:
        return Choices(unbounded=self.unbounded, letters=self.letters, boost=self.boost)
