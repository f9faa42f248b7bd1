"""The lines of a text file, each once in turn or drawn. Source: own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from generator.core.errors import ConfigError, require
from generator.core.seeds import Shuffle
from generator.text.corpus.lexicon import Stamp, digest_of, lines_at, lines_of, side_of, stamp_of
from generator.text.corpus.sound import is_sound, require_shares, slot
from generator.text.port import Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLines:
    """Texts of a file, one a line.

    Attributes:
        path: of the file.
        encoding: of the file; a byte order mark is no text.
        order: ``in_order``: text i of the set is line i, from the top again after the last; ``shuffled``: each once
            too, in an order of the seed; ``drawn``: any line at any time.
        per_image: how many texts of each image count; 1: all texts of an image are the same line.
        line_break: what stands for a line break within a line, such as ``|``; empty: nothing does.
        by_split: each line belongs to one split, so that train and test share none; lines are then drawn.
        shares: of the lines, for each split, where ``by_split``.
    """

    path: str
    encoding: str = "utf-8-sig"
    order: Literal["in_order", "shuffled", "drawn"] = "in_order"
    per_image: int = 1
    line_break: str = ""
    by_split: bool = False
    shares: Mapping[str, float] = field(default_factory=lambda: {"train": 0.8, "val": 0.1, "test": 0.1})

    def __post_init__(self) -> None:
        require(self.per_image >= 1, "per_image", "a whole number >= 1", self.per_image)
        fits = not self.by_split or self.order == "drawn"
        require(fits, "order", "drawn, because by_split gives each split lines of its own", self.order)
        require_shares(self.shares, "shares")

    def draw(self, ask: Ask, rng: np.random.Generator) -> str:
        """Return a line; where it was turned down before, any other one.

        Raises:
            AssetError: the file cannot be read.
            ConfigError: no line belongs to the split, or one breaks into empty lines.
        """
        lines = lines_of(self.path, self.encoding)
        if self.by_split:
            lines = _side(stamp_of(self.path), self.encoding, ask.split, tuple(self.shares.items()))
            if not lines:
                hint = "Give more lines, or set by_split to false."
                raise ConfigError("path", f"a line of {self.path} that belongs to {ask.split}", "none", hint)
        count, number = len(lines), slot(ask, self.per_image)
        if self.order == "drawn" or ask.retry:
            line = lines[int(rng.random() * count)]
        elif self.order == "shuffled":
            line = lines[_shuffled(count, ask.seed, number // count)[number % count]]
        else:
            line = lines[number % count]
        return self._broken(line)

    def matches(self, text: str) -> bool:
        """Say whether a text is one of the lines."""
        return any(self._broken(line) == text for line in lines_of(self.path, self.encoding))

    def every_line(self) -> Iterator[str]:
        """Yield every line, as it stands in the file."""
        yield from lines_of(self.path, self.encoding)

    def digest(self) -> str:
        """Return a hash of the file."""
        return digest_of((Path(self.path),))

    def _broken(self, line: str) -> str:
        if not self.line_break:
            return line
        text = "\n".join(part.strip() for part in line.split(self.line_break))
        if not is_sound(text):
            raise ConfigError("line_break", f"text on both sides of each {self.line_break}", f"'{line}'")
        return text


@lru_cache(maxsize=16)
def _shuffled(count: int, seed: int, turn: int) -> Shuffle:
    return Shuffle(count, seed, f"lines {turn}")


@lru_cache(maxsize=16)
def _side(stamp: Stamp, encoding: str, split: str, shares: tuple[tuple[str, float], ...]) -> tuple[str, ...]:
    return tuple(line for line in lines_at(stamp, encoding) if side_of(line, shares) == split)
