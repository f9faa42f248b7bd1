"""Images and defects per split, of real and of synthetic images.

Source: own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from generator.dataset.view import SPLITS
from generator.mix.item import Item

ORIGINS = ("real", "synthetic")
Counts = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""split -> ``real`` or ``synthetic`` -> ``images``, ``good`` (numbers), ``defects`` (class -> number)."""


def count(images: Iterable[tuple[Item, str]], classes: Sequence[str]) -> Counts:
    """Return the counts of images, each with the split it stands in; one whose labels were left out is not good."""
    counts = {s: {o: {"images": 0, "good": 0, "defects": dict.fromkeys(classes, 0)} for o in ORIGINS} for s in SPLITS}
    for item, split in images:
        row: dict[str, Any] = counts[split][ORIGINS[item.synthetic]]
        row["images"] += 1
        row["good"] += item.is_good and not item.out
        for category, number in item.counts.items():
            row["defects"][category] += number
    return counts
