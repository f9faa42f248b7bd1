"""Which images are real and which were made, per class and split, and under which licences.

A data set that a run made holds none but synthetic images; of one that was mixed, run.json also says what was given and
what was left out. Source: own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from generator.report.angle.line import defects_of

ORIGINS = ("real", "synthetic")
_IMAGES, _GOOD = "images", "good"


class Origins:
    """Counts by origin; ``add`` takes record lines one after another.

    Attributes:
        counts: (origin, split, ``images`` or ``good``) and (origin, split, ``defects``, class) -> number.
        licences: (licence, origin) -> images; the licence is empty where it is not known.
    """

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, ...]] = Counter()
        self.licences: Counter[tuple[str, str]] = Counter()

    def add(self, line: Mapping[str, Any]) -> None:
        """Count one line of records.jsonl.

        Raises:
            KeyError: the line is no record.
        """
        origin, split = ORIGINS[bool(line["synthetic"])], line["split"]
        self.counts[origin, split, _IMAGES] += 1
        defects = defects_of(line)
        self.counts[origin, split, _GOOD] += not defects
        self.licences[line["licence"], origin] += 1
        for instance in defects:
            self.counts[origin, split, "defects", instance["category"]] += 1

    @property
    def real(self) -> int:
        """The number of real images."""
        return sum(number for (_, origin), number in self.licences.items() if origin == ORIGINS[0])

    def to_json(self, splits: Sequence[str], classes: Sequence[str]) -> dict[str, Any]:
        """Return ``real`` and ``synthetic`` -> split -> ``images``, ``good`` and ``defects`` per class."""
        return {
            origin: {
                split: {
                    _IMAGES: self.counts[origin, split, _IMAGES],
                    _GOOD: self.counts[origin, split, _GOOD],
                    "defects": {name: self.counts[origin, split, "defects", name] for name in classes},
                }
                for split in splits
            }
            for origin in ORIGINS
        }

    def rows(self, splits: Sequence[str], classes: Sequence[str]) -> list[tuple[str, list[int]]]:
        """Return a row for images, good images and each class: its name, and per split real and synthetic ones."""
        kinds: list[tuple[str, tuple[str, ...]]] = [("images", (_IMAGES,)), ("good images", (_GOOD,))]
        kinds += [(name, ("defects", name)) for name in classes]
        return [
            (title, [self.counts[(origin, split, *key)] for split in splits for origin in ORIGINS])
            for title, key in kinds
        ]

    def licence_rows(self) -> list[tuple[str, int, int]]:
        """Return each licence with its real and its synthetic images; the unknown one comes last."""
        names = sorted({name for name, _ in self.licences}, key=lambda name: (not name, name))
        return [(name or "not known", *(self.licences[name, origin] for origin in ORIGINS)) for name in names]


def given_rows(mix: Mapping[str, Any], classes: Sequence[str]) -> list[list[int]]:
    """Return how many real and how many synthetic ones the mixed data sets had, row by row as ``Origins.rows``.

    Args:
        mix: what run.json says of a mix; empty: it was no mix.
        classes: of the data set.
    """
    if not mix:
        return []
    before = [[row[origin] for row in mix["before"].values()] for origin in ORIGINS]
    rows = [[sum(row[key] for row in by_split) for by_split in before] for key in (_IMAGES, _GOOD)]
    return rows + [[sum(row["defects"].get(name, 0) for row in by_split) for by_split in before] for name in classes]


def set_rows(mix: Mapping[str, Any]) -> list[tuple[str, int, int, str]]:
    """Return each data set of a mix: its name, the images it had, those taken, and why the others were left out."""
    return [
        (
            one["name"],
            one["images"],
            one["kept"],
            "; ".join(
                [f"{number} {reason}" for reason, number in one["left_out"].items()]
                + ([f"{one['problems']} labels or images could not be read"] if one["problems"] else [])
            ),
        )
        for one in mix.get("sets", ())
    ]


def rules_of(mix: Mapping[str, Any]) -> str:
    """Return the rules of a mix in one line, those that ask for nothing left out."""
    said = []
    for key, value in mix.get("request", {}).items():
        if isinstance(value, Mapping):
            value = ", ".join(f"{name}: {'left out' if one is None else one}" for name, one in value.items())
        elif isinstance(value, list):
            value = ", ".join(map(str, value))
        if value not in (None, "", False):
            said.append(f"{key} {str(value).lower() if value is True else value}")
    return "; ".join(said)
