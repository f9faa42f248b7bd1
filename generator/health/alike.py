"""Which images show one part by their content alone, for those who share images out. Source: own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from generator.dataset.record import Record
from generator.health.look import look_at
from generator.health.part import by_content

COMPARED = 6000
"""Images that are compared by content at most; of more, so many evenly spread ones."""


def spread(count: int, compare: int = COMPARED) -> list[int]:
    """Return the numbers of the images that are compared: all, or so many evenly spread ones."""
    return list(range(count)) if count <= compare else sorted({place * count // compare for place in range(compare)})


def alike_by_content(records: Sequence[Record]) -> tuple[list[list[int]], int]:
    """Return which images show one part as far as can be seen, and how many of them were looked at.

    Args:
        records: with absolute paths; text is looked at, other labels are not.

    Returns:
        The numbers of images that show one part, each set ascending, of two or more; and how many were compared.

    Raises:
        AssetError: an image cannot be read.
    """
    if len(records) < 2:
        return [], len(records)
    longest = float(np.median([max(record.hw) for record in records]))
    chosen = spread(len(records))
    looks = [look_at(Path(records[number].image), longest) for number in chosen]
    sets = by_content([records[number] for number in chosen], looks)
    return [[chosen[place] for place in places] for places in sets], len(chosen)
