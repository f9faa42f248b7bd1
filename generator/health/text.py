"""Text counted: lines, words and characters a split, how high lines are, and which characters train lacks.

Source: own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from generator.core.text import DISTRACTOR, TextLine
from generator.dataset.record import Record

TRAIN = "train"
SMALL_PX = 8
"""A line of text that is lower can hardly be read."""


@dataclass(slots=True)
class SplitText:
    """What a split says.

    Attributes:
        images, negatives: images whose text is labelled; those of them without a line to be read.
        lines, words, distractors, unreadable: numbers of them; lines that no person can read in full.
        chars: each character's count.
        heights_px: of the lines, where their corners are known; of a line's own upright side.
    """

    images: int = 0
    negatives: int = 0
    lines: int = 0
    words: int = 0
    distractors: int = 0
    unreadable: int = 0
    chars: Counter[str] = field(default_factory=Counter)
    heights_px: list[float] = field(default_factory=list)

    def add(self, record: Record) -> None:
        """Count the text of a record whose text is labelled."""
        read = [line for line in record.text if line.kind != DISTRACTOR]
        self.images += 1
        self.negatives += not read
        self.distractors += len(record.text) - len(read)
        self.lines += len(read)
        for line in read:
            self.words += len(line.words) or len(line.text.split())
            self.unreadable += not line.is_readable
            self.chars.update(line.chars or [letter for letter in line.text if not letter.isspace()])
            if line.quad_xy is not None:
                self.heights_px.append(_height_px(line))

    def to_json(self) -> dict[str, Any]:
        """Return the counts as plain numbers."""
        said: dict[str, Any] = {
            "images": self.images,
            "without_text": self.negatives,
            "lines": self.lines,
            "words": self.words,
            "characters": self.chars.total(),
            "unreadable_lines": self.unreadable,
            "distractors": self.distractors,
            "by_character": dict(sorted(self.chars.items())),
        }
        if self.heights_px:
            said["line_height_px"] = [float(f"{q:.3g}") for q in np.quantile(self.heights_px, (0.1, 0.5, 0.9))]
        return said


def count_text(records: Sequence[Record]) -> dict[str, SplitText]:
    """Return the counts by split of records whose text is labelled; empty: none is."""
    splits: dict[str, SplitText] = {}
    for record in records:
        if record.has_text_labels or record.text:
            splits.setdefault(record.split, SplitText()).add(record)
    return splits


def unseen(splits: dict[str, SplitText]) -> dict[str, list[str]]:
    """Return, per other split, the characters that train has none of, the most frequent first."""
    if TRAIN not in splits:
        return {}
    known = splits[TRAIN].chars
    lacking = {
        name: [letter for letter, _ in sorted(count.chars.items(), key=_by_count) if letter not in known]
        for name, count in splits.items()
    }
    return {name: letters for name, letters in lacking.items() if letters}


def rarest(splits: dict[str, SplitText], most: int) -> list[tuple[str, int]]:
    """Return the rarest characters of all splits with their counts."""
    total: Counter[str] = sum((count.chars for count in splits.values()), Counter())
    return sorted(total.items(), key=_by_count)[: -most - 1 : -1]


def _by_count(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _height_px(line: TextLine) -> float:
    quad = line.quad_xy
    assert quad is not None
    return float(np.hypot(*(quad[3] - quad[0])) + np.hypot(*(quad[2] - quad[1]))) / 2
