"""The health of a data set: what it holds, what is broken, what is there twice, what stands apart, what leaks.

Every image is decoded once; nothing is written. Source: own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from generator.core.errors import AssetError, ConfigError, FormatError
from generator.dataset.leak import Leak, find_leaks
from generator.dataset.open import AUTO, open_data, recognise
from generator.dataset.problem import Problems
from generator.dataset.record import Record
from generator.health.alike import COMPARED, spread
from generator.health.angle.giveaway import Giveaway, find_giveaways
from generator.health.angle.turned import Turned
from generator.health.census import Census, take_census
from generator.health.duplicate import Duplicate, find_duplicates
from generator.health.look import Look, look_at
from generator.health.oddity import Oddity, find_oddities
from generator.health.part import Part, compiled, find_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is known about a data set.

    Attributes:
        layout: how it was read.
        root: its folder.
        images: paths of its images below the root; numbers elsewhere are places in this list.
        census: counts and sizes.
        broken: broken labels and images, which were left out.
        turned: angles of images and of whole parts.
        duplicates, oddities, parts, leaks, giveaways: what was found.
        compared: images compared by content.
    """

    layout: str
    root: Path
    images: tuple[str, ...]
    census: Census
    turned: Turned
    broken: tuple[FormatError, ...]
    duplicates: tuple[Duplicate, ...]
    oddities: tuple[Oddity, ...]
    parts: tuple[Part, ...]
    leaks: tuple[Leak, ...]
    giveaways: tuple[Giveaway, ...]
    compared: int

    @property
    def is_serious(self) -> bool:
        """Whether training on it as it is would be a mistake: broken labels, leaks, one image labelled in two ways."""
        return bool(self.broken or self.leaks or any(duplicate.labels_differ for duplicate in self.duplicates))

    def to_json(self) -> dict[str, Any]:
        """Return everything that was found, paths relative to the data set's folder."""
        return {
            "layout": self.layout,
            **self.census.to_json(),
            "broken": [self.message(error) for error in self.broken],
            "duplicates": [
                {"images": self._named(d.images), "same_bytes": d.same_bytes, "labels_differ": d.labels_differ}
                for d in self.duplicates
            ],
            "oddities": [{"kind": o.kind, "image": self.images[o.image], "message": o.message} for o in self.oddities],
            "compared_by_content": self.compared,
            "parts": [{"images": self._named(part.images), "by": list(part.by)} for part in self.parts],
            "leaks": [
                {"kind": leak.kind, "images": {split: list(side) for split, side in leak.images.items()}}
                for leak in self.leaks
            ],
            "angles": self.turned.to_json(list(self.census.splits)),
            "giveaways": [{"kind": giveaway.kind, "message": giveaway.message} for giveaway in self.giveaways],
            "serious": self.is_serious,
        }

    def message(self, error: FormatError) -> str:
        """Return what is broken, its path relative to the data set's folder."""
        return str(error).replace(f"{self.root}/", "")

    def _named(self, numbers: Sequence[int]) -> list[str]:
        return [self.images[number] for number in numbers]


def examine(
    path: Path,
    format_name: str = AUTO,
    group: str | None = None,
    compare: int = COMPARED,
    report: Callable[[int, int], None] | None = None,
) -> Health:
    """Look at every image and label of a data set.

    Args:
        path: its folder, or the file that describes it.
        format_name: how it is laid out; ``auto`` recognises it.
        group: a regular expression; its first group, found in an image's path, is the part that the image shows.
        compare: at most so many images are compared by content; of more, so many evenly spread ones; 0: none.
        report: called with images looked at and 0 now and then.

    Raises:
        ConfigError: there is no such data set, format or pattern.
        FormatError: the data set cannot be read at all.
    """
    pattern = None if group is None else compiled(group)
    problems: Problems = []
    data = open_data(path, format_name, problems)
    layout = recognise(path) if format_name == AUTO else format_name
    read = [replace(record, image=_below(data.root, record.image)) for record in data]
    longest = float(np.median([max(record.hw) for record in read])) if read else 1.0
    records: list[Record] = []
    looks: list[Look] = []
    for record in read:
        try:
            look = look_at(data.root / record.image, longest)
        except AssetError as error:
            problems.append(FormatError(data.root / record.image, "", error.needed_for, error.cause))
            continue
        records.append(record)
        looks.append(look)
        if report is not None:
            report(1, 0)
    if not records:
        raise ConfigError("data", "images that can be read", f"none at '{path}'", _first(problems))
    compared = spread(len(records), compare)
    prints = {record.image: look.prints for record, look in zip(records, looks, strict=True)}
    parts = find_parts(records, looks, pattern, compared)
    return Health(
        layout=layout,
        root=data.root,
        images=tuple(record.image for record in records),
        census=take_census(records, data.classes),
        turned=Turned.of(records),
        broken=tuple(problems),
        duplicates=tuple(find_duplicates(records, [look.prints for look in looks])),
        oddities=tuple(find_oddities(looks)),
        parts=tuple(parts),
        leaks=_leaks(records, parts, data.root, prints),
        giveaways=tuple(find_giveaways(records, looks)),
        compared=len(compared),
    )


def _leaks(records: Sequence[Record], parts: Sequence[Part], root: Path, prints: dict) -> tuple[Leak, ...]:
    """Return the leaks, those of parts found by content among them; a missing twin is no leak."""
    grouped = list(records)
    for number, part in enumerate(parts, 1):
        for place in part.images:
            grouped[place] = replace(grouped[place], group=f"part {number}")
    kept = [replace(r, twin=r.twin if r.twin and (root / r.twin).is_file() else None) for r in grouped]
    return find_leaks(kept, root, prints=prints)


def _below(root: Path, image: str) -> str:
    path = Path(image)
    return path.relative_to(root).as_posix() if path.is_absolute() and path.is_relative_to(root) else image


def _first(problems: Problems) -> str:
    return f"First: {problems[0]}" if problems else ""
