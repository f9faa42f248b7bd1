"""What a data set says, gathered while its record lines pass: lines, words, characters, faces, sizes, contrast.

Only counts are kept: memory grows with the number of different characters, families, markings and fields, and each of
these has a limit. A line that is a distractor is counted as such and nowhere else. Source: own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import dist
from typing import Any

from generator.core.text import DISTRACTOR
from generator.report.figure.histogram import LinearHistogram, LogHistogram, Tally
from generator.report.provenance import KeySample

SMALL_PX = 8
"""A text whose capitals are lower is small: strokes and gaps are about one pixel wide."""
CONTRAST_BINS = 40
_LETTERS, _NAMES = 65_536, 4096
_LONGEST = 256
_NAMED = 12


class SplitText:
    """Numbers of one split.

    Attributes:
        images, negatives: images whose text is labelled; those of them without a line to be read.
        lines, words, distractors: numbers of them.
        readable_lines, readable_chars: those that a person could read.
        chars: each character's count.
    """

    __slots__ = ("chars", "distractors", "images", "lines", "negatives", "readable_chars", "readable_lines", "words")

    def __init__(self) -> None:
        self.images = self.negatives = self.lines = self.words = self.distractors = 0
        self.readable_lines = self.readable_chars = 0
        self.chars = Tally(_LETTERS)

    def to_json(self) -> dict[str, Any]:
        """Return the numbers under stable keys; see ``TextStats.to_json``."""
        return {
            "images": self.images,
            "negatives": self.negatives,
            "lines": self.lines,
            "words": self.words,
            "characters": self.chars.total,
            "readable_lines": self.readable_lines,
            "readable_characters": self.readable_chars,
            "distractors": self.distractors,
        }


class TextStats:
    """The numbers of a data set's text; ``add`` takes its record lines one after another.

    Attributes:
        splits: per split.
        lengths: lines per number of characters; those above 256 count as 256.
        height: of a capital on the image, px; where it is not known, of the line's quad.
        contrast: of a line's ink against its surface, share of full scale.
        small: lines whose capitals are lower than ``SMALL_PX``.
        families, markings, fields: per split, lines per name.
        faces: lines per face.
        texts: the different texts, and in which splits they stand.
    """

    def __init__(self) -> None:
        self.splits: dict[str, SplitText] = {}
        self.lengths: Counter[int] = Counter()
        self.height, self.contrast = LogHistogram(), LinearHistogram(0.0, 1.0, CONTRAST_BINS)
        self.small = 0
        self.families: dict[str, Tally] = {}
        self.markings: dict[str, Tally] = {}
        self.fields: dict[str, Tally] = {}
        self.faces = Tally(_NAMES)
        self.texts = KeySample()

    def add(self, line: Mapping[str, Any]) -> None:
        """Count one line of records.jsonl; one whose text is not labelled counts nothing.

        Raises:
            KeyError, TypeError, ValueError: the line is no record.
        """
        if "text" not in line:
            return
        split = line["split"]
        numbers = self.splits.setdefault(split, SplitText())
        numbers.images += 1
        read = [text for text in line["text"] if text["kind"] != DISTRACTOR]
        numbers.distractors += len(line["text"]) - len(read)
        numbers.negatives += not read
        for text in read:
            self._add_line(text, split, numbers)

    def _add_line(self, text: Mapping[str, Any], split: str, numbers: SplitText) -> None:
        chars, params = text["chars"] or [letter for letter in text["text"] if not letter.isspace()], text["params"]
        numbers.lines += 1
        numbers.words += len(text["words"]) or len(text["text"].split())
        numbers.chars.add(chars)
        numbers.readable_lines += text["is_readable"]
        known = text["char_readable"]
        numbers.readable_chars += sum(known) if known else len(chars) * text["is_readable"]
        self.lengths[min(len(chars), _LONGEST)] += 1
        self.texts.add(text["text"], list(self.splits).index(split))
        height = params.get("height_px") or _quad_height(text["quad_xy"])
        if height is not None:
            self.height.add(height)
            self.small += height < SMALL_PX
        if "contrast" in params:
            self.contrast.add(params["contrast"])
        named = (
            (self.families, params.get("family")),
            (self.markings, params.get("marking", {}).get("name")),
            (self.fields, text["name"]),
        )
        for tallies, name in named:
            if name:
                tallies.setdefault(split, Tally(_NAMES)).add((name,))
        if "face" in params:
            self.faces.add((params["face"],))

    @property
    def all(self) -> SplitText:
        """All splits together."""
        total = SplitText()
        for numbers in self.splits.values():
            for key in ("images", "negatives", "lines", "words", "distractors", "readable_lines", "readable_chars"):
                setattr(total, key, getattr(total, key) + getattr(numbers, key))
            total.chars.counts.update(numbers.chars.counts)
            total.chars.others += numbers.chars.others
        return total

    def unseen(self, split: str) -> list[str]:
        """Return the characters of other splits that a split lacks, the most frequent first."""
        have = self.splits[split].chars.counts if split in self.splits else Counter()
        others: Counter[str] = Counter()
        for name, numbers in self.splits.items():
            if name != split:
                others.update({letter: n for letter, n in numbers.chars.counts.items() if letter not in have})
        return ranked(others)

    @property
    def families_in_several_splits(self) -> list[str]:
        """Families of faces that stand in more than one split."""
        seen = Counter(name for tally in self.families.values() for name in tally.counts)
        return sorted(name for name, splits in seen.items() if splits > 1)

    def to_json(self, splits: Sequence[str]) -> dict[str, Any] | None:
        """Return the numbers under stable keys; None: no image's text is labelled.

        Returns:
            A mapping with these keys. ``all`` and ``splits``: ``images`` whose text is labelled, ``negatives`` (those
            without a line to be read), ``lines``, ``words``, ``characters``, ``readable_lines``,
            ``readable_characters``, ``distractors``. ``characters``: per split, each character's count. ``rarest`` and
            ``most_frequent``: characters of all splits. ``line_lengths``: lines per number of characters.
            ``height_px``: of capitals, quantiles right to 2 %. ``contrast``: of the ink, share of full scale.
            ``small``: lines with capitals below 8 px. ``families``, ``markings``, ``fields``: lines per split and name.
            ``faces``: lines per face. ``families_in_several_splits``. ``texts``: ``different`` ones, and those
            ``in_several_splits``; estimates unless ``is_exact``.
        """
        if not self.splits:
            return None
        every = self.all
        by_rank = ranked(every.chars.counts)
        none = SplitText()
        per_name = {"families": self.families, "markings": self.markings, "fields": self.fields}
        return {
            "all": every.to_json(),
            "splits": {split: self.splits.get(split, none).to_json() for split in splits},
            "characters": {split: dict(sorted(self.splits.get(split, none).chars.counts.items())) for split in splits},
            "rarest": by_rank[: -_NAMED - 1 : -1],
            "most_frequent": by_rank[:_NAMED],
            "line_lengths": {str(length): self.lengths[length] for length in sorted(self.lengths)},
            "height_px": _quantiles(self.height) | {"min": self.height.low, "max": self.height.high},
            "contrast": _quantiles(self.contrast) | {"bins": self.contrast.bins},
            "small": self.small,
            **{
                key: {split: dict(sorted(tallies[split].counts.items())) for split in splits if split in tallies}
                for key, tallies in per_name.items()
            },
            "faces": dict(sorted(self.faces.counts.items())),
            "families_in_several_splits": self.families_in_several_splits,
            "texts": {
                "different": self.texts.count,
                "in_several_splits": self.texts.with_several_flags,
                "is_exact": self.texts.is_exact,
            },
        }


def ranked(counts: Mapping[str, int]) -> list[str]:
    """Return names, the most frequent first, equal ones in their own order."""
    return sorted(counts, key=lambda name: (-counts[name], name))


def _quantiles(values: LogHistogram | LinearHistogram) -> dict[str, float | None]:
    found = {name: values.quantile(share) for name, share in (("p10", 0.1), ("median", 0.5), ("p90", 0.9))}
    return {name: None if value is None else float(f"{value:.4g}") for name, value in found.items()}


def _quad_height(quad: Sequence[Sequence[float]] | None) -> float | None:
    """Return the mean length of a quad's sides from top to bottom."""
    return None if quad is None else (dist(quad[0], quad[3]) + dist(quad[1], quad[2])) / 2
