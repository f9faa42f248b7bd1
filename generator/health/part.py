"""Which images show one part: by what records know, by a pattern on their paths, and by content.

Source: own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from generator.core.errors import ConfigError
from generator.dataset.record import Record
from generator.health.frame import find_frames, joined
from generator.health.look import Look

_COLOUR_STEP = 0.2  # one part keeps its colour; 20 % are left to the camera's white balance


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Images of one part.

    Attributes:
        images: their numbers, ascending; at least two.
        by: how they are known: ``record``, ``source``, ``path`` or ``content``.
    """

    images: tuple[int, ...]
    by: tuple[str, ...]


def compiled(pattern: str, where: str = "group") -> re.Pattern[str]:
    """Return a pattern whose first group is the part.

    Raises:
        ConfigError: it is no regular expression, or has no group.
    """
    hint = "Such as group='part_([0-9]+)_'."
    try:
        found = re.compile(pattern)
    except re.error as error:
        raise ConfigError(where, "a regular expression", f"'{pattern}' ({error})", hint) from None
    if not found.groups:
        raise ConfigError(where, "a pattern with a group in brackets: the part", f"'{pattern}'", hint)
    return found


def find_parts(
    records: Sequence[Record], looks: Sequence[Look], pattern: re.Pattern[str] | None, compared: Sequence[int]
) -> list[Part]:
    """Return the parts of which there are several images.

    Args:
        records: of the data set.
        looks: of the same images.
        pattern: sought in each image's path; its first group is the part. None: paths say nothing.
        compared: numbers of the images that are compared by content.

    Raises:
        ConfigError: the pattern fits no image.
    """
    known = {"record": _same(r.group for r in records), "source": _same(_source(r) for r in records)}
    if pattern is not None:
        named = [pattern.search(record.image) for record in records]
        if not any(named):
            said = f"'{pattern.pattern}', which fits none of {len(records)} paths, such as {records[0].image}"
            raise ConfigError("group", "a pattern that fits the images' paths", said)
        known["path"] = _same((found[1] or "") if found else "" for found in named)
    alike = by_content([records[i] for i in compared], [looks[i] for i in compared])
    known["content"] = [[compared[place] for place in places] for places in alike]
    return list(_joined_parts(len(records), known))


def by_content(records: Sequence[Record], looks: Sequence[Look]) -> list[list[int]]:
    """Return which images show one part by texture, colour and text, as sets of numbers."""
    frames = find_frames([look.thumb for look in looks], [look.texture for look in looks])
    pairs = [
        (a, b)
        for a, b in frames.pairs
        if _colour_step(looks[a], looks[b]) <= _COLOUR_STEP and _may_say_the_same(records[a], records[b])
    ]
    return joined(len(records), pairs)


def _colour_step(first: Look, second: Look) -> float:
    """Return how far the mean colours lie apart, brightness aside, as a logarithm."""
    one, other = (np.log(np.array(look.rgb) + 1) - np.log(look.rgb[1] + 1) for look in (first, second))
    return float(np.abs(one - other).max())


def _may_say_the_same(first: Record, second: Record) -> bool:
    """Say whether two images may show one part as far as their text goes: lines that look alike are no part."""
    known = first.has_text_labels and second.has_text_labels
    return not known or [line.text for line in first.text] == [line.text for line in second.text]


def _source(record: Record) -> str:
    """Return what tells the good image of a synthetic one; a real image's source is not its part."""
    if not record.synthetic:
        return ""
    return record.source_sha256 or (f"{record.seed} {record.source_id}" if record.source_id else "")


def _same(names: Iterable[str]) -> list[list[int]]:
    by_name: dict[str, list[int]] = {}
    for number, name in enumerate(names):
        if name:
            by_name.setdefault(name, []).append(number)
    return [numbers for numbers in by_name.values() if len(numbers) > 1]


def _joined_parts(count: int, known: dict[str, list[list[int]]]) -> Iterator[Part]:
    """Yield what the sets of all kinds make together: what overlaps is one part."""
    parent = list(range(count))

    def top(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for sets in known.values():
        for numbers in sets:
            for number in numbers[1:]:
                low, high = sorted((top(numbers[0]), top(number)))
                parent[high] = low
    members: dict[int, list[int]] = {}
    for number in range(count):
        members.setdefault(top(number), []).append(number)
    by: dict[int, set[str]] = {}
    for kind, sets in known.items():
        for numbers in sets:
            by.setdefault(top(numbers[0]), set()).add(kind)
    for first, numbers in members.items():
        if len(numbers) > 1:
            yield Part(images=tuple(numbers), by=tuple(kind for kind in known if kind in by[first]))
