"""Words of dictionaries, of a file, or as they are given. Source: own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from generator.core.errors import ConfigError, require
from generator.core.units import Range
from generator.text.corpus.letters import Chance, alphabet, chances, pick
from generator.text.corpus.lexicon import (
    Stamp,
    digest_of,
    language_files,
    lines_at,
    lines_of,
    side_of,
    stamp_of,
    words_of,
)
from generator.text.corpus.sound import checked, is_sound, require_shares
from generator.text.port import Ask

Case = Literal["as_is", "lower", "upper", "title", "any"]
_CASES = ("as_is", "lower", "upper", "title")


class _Wanted(NamedTuple):
    shortest: int
    longest: int
    letters: str
    split: str
    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One or several words.

    Attributes:
        languages: of dictionaries, such as en, de, el, industry_en; each text takes one of them.
        path: a text file with a word or a phrase per line, instead of the languages.
        words: instead of both.
        per_text: least and most words of a text, [1, 50].
        separator: between words.
        case: ``as_is``, ``lower``, ``upper``, ``title``, or ``any`` of them for each text.
        length: letters of a word, [1, 100].
        max_letters: of the whole text; words that do not fit are left off, never the first.
        letters: alphabets, joined by +, that words are written in; others are left out; None: any.
        by_split: each word belongs to one split, so that train and test share none.
        shares: of the words, for each split, where ``by_split``.
    """

    languages: tuple[str, ...] = ("en",)
    path: str | None = None
    words: tuple[str, ...] = ()
    per_text: Range = Range(1, 1)
    separator: str = " "
    case: Case = "as_is"
    length: Range = Range(1, 20)
    max_letters: int = 40
    letters: str | None = None
    by_split: bool = False
    shares: Mapping[str, float] = field(default_factory=lambda: {"train": 0.8, "val": 0.1, "test": 0.1})

    def __post_init__(self) -> None:
        require(self.per_text.within(1, 50), "per_text", "(low, high) within [1, 50]", str(self.per_text))
        require(self.length.within(1, 100), "length", "(low, high) within [1, 100]", str(self.length))
        enough = self.max_letters >= self.length.low
        require(enough, "max_letters", f"at least {self.length.low:g}, as length has it", self.max_letters)
        require(
            is_sound(f"a{self.separator}a"), "separator", "letters that can be seen, or spaces", repr(self.separator)
        )
        require(not (self.path and self.words), "words", "either path or words", "both")
        require_shares(self.shares, "shares")
        if self.letters is not None:
            checked("letters", lambda: alphabet(self.letters or ""))
        for i, word in enumerate(self.words):
            require(is_sound(word), f"words[{i}]", "a word that can be seen, without spaces at its ends", repr(word))
        if not self.path and not self.words:
            require(len(self.languages) > 0, "languages", "at least one, or path, or words", "none")
            for i, language in enumerate(self.languages):
                checked(f"languages[{i}]", lambda language=language: language_files(language))

    def draw(self, ask: Ask, rng: np.random.Generator) -> str:
        """Return a text of words that belong to the split.

        Raises:
            ConfigError: no word fits.
            AssetError: the file cannot be read.
        """
        chance = chances(rng)
        pool = self._pool(ask.split, chance)
        case = pick(_CASES, chance) if self.case == "any" else self.case
        text = _cased(pick(pool, chance), case)
        low, high = round(self.per_text.low), round(self.per_text.high)
        for _ in range(low + int(chance() * (high - low + 1)) - 1):
            longer = f"{text}{self.separator}{_cased(pick(pool, chance), case)}"
            if len(longer) > self.max_letters:
                break
            text = longer
        return text

    def matches(self, text: str) -> bool:
        """Say whether a text consists of words of the lists, in one of the cases."""
        known = [_forms(source, self.case) for source in self._sources()]
        return any(_made_of(text, words, self.separator) for words in known)

    def digest(self) -> str:
        """Return a hash of the files it reads; empty: none."""
        if self.words:
            return ""
        if self.path:
            return digest_of((Path(self.path),))
        return digest_of(tuple(path for language in self.languages for path in language_files(language)))

    def _sources(self) -> tuple[tuple[str, ...], ...]:
        if self.words:
            return (self.words,)
        if self.path:
            return (lines_of(self.path),)
        return tuple(words_of(language) for language in self.languages)

    def _pool(self, split: str, chance: Chance) -> tuple[str, ...]:
        longest = min(round(self.length.high), self.max_letters)
        shares = tuple(self.shares.items()) if self.by_split else ()
        wanted = _Wanted(round(self.length.low), longest, self.letters or "", split if self.by_split else "", shares)
        if self.words:
            pool = _fitting(self.words, wanted)
        elif self.path:
            pool = _fitting_in(stamp_of(self.path), wanted)
        else:
            pool = _fitting_of(pick(self.languages, chance), wanted)
        if not pool:
            side = f" that belongs to {split}" if self.by_split else ""
            hint = "Give more words, widen length and letters, or set by_split to false."
            raise ConfigError("words", f"a word of {self.length} letters{side}", "none", hint)
        return pool


@lru_cache(maxsize=32)
def _fitting_of(language: str, wanted: _Wanted) -> tuple[str, ...]:
    return _kept(words_of(language), wanted)


@lru_cache(maxsize=32)
def _fitting_in(stamp: Stamp, wanted: _Wanted) -> tuple[str, ...]:
    return _kept(lines_at(stamp), wanted)


@lru_cache(maxsize=32)
def _fitting(words: tuple[str, ...], wanted: _Wanted) -> tuple[str, ...]:
    return _kept(words, wanted)


def _kept(words: tuple[str, ...], wanted: _Wanted) -> tuple[str, ...]:
    units = frozenset("".join(alphabet(wanted.letters))) | {" "} if wanted.letters else None
    return tuple(
        word
        for word in words
        if wanted.shortest <= len(word) <= wanted.longest
        and (units is None or units.issuperset(word))
        and (not wanted.shares or side_of(word, wanted.shares) == wanted.split)
    )


def _cased(word: str, case: str) -> str:
    if case == "as_is":
        return word
    return word.lower() if case == "lower" else word.upper() if case == "upper" else word.title()


@lru_cache(maxsize=8)
def _forms(words: tuple[str, ...], case: str) -> frozenset[str]:
    cases = _CASES if case == "any" else (case,)
    return frozenset(_cased(word, one) for word in words for one in cases)


def _made_of(text: str, words: frozenset[str], separator: str) -> bool:
    """Say whether a text is words with a separator between them; a phrase may hold the separator itself."""
    if text in words:
        return True
    cuts = [i for i in range(1, len(text)) if text.startswith(separator, i)]
    return any(text[:i] in words and _made_of(text[i + len(separator) :], words, separator) for i in cuts)
