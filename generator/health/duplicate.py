"""Images that are there twice: the same bytes or the same pixels under different names. Source: own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generator.core.annotation import Orientation
from generator.dataset.leak import Fingerprint
from generator.dataset.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """Images with the same pixels.

    Attributes:
        images: their numbers, ascending.
        same_bytes: whether the files are equal too.
        labels_differ: whether they are labelled in different ways: one of them must be wrong.
    """

    images: tuple[int, ...]
    same_bytes: bool
    labels_differ: bool


def find_duplicates(records: Sequence[Record], prints: Sequence[Fingerprint]) -> list[Duplicate]:
    """Return the sets of images with the same pixels, those with different labels first."""
    by_pixels: dict[str, list[int]] = {}
    for number, print_ in enumerate(prints):
        by_pixels.setdefault(print_.pixels, []).append(number)
    found = [
        Duplicate(
            images=tuple(numbers),
            same_bytes=len({prints[number].file for number in numbers}) == 1,
            labels_differ=len({_labels(records[number]) for number in numbers}) > 1,
        )
        for numbers in by_pixels.values()
        if len(numbers) > 1
    ]
    return sorted(found, key=lambda duplicate: (not duplicate.labels_differ, duplicate.images))


def _labels(record: Record) -> tuple:
    defects = sorted(
        (label.category, *(round(side) for side in label.bbox_xywh), *_lies(label.orientation))
        for label in record.labels
    )
    boxes = ((line.text, line.bbox_xywh() or ()) for line in record.text)
    lines = tuple(sorted((text, *(round(side) for side in box)) for text, box in boxes))
    return tuple(defects), lines, _lies(record.orientation)


def _lies(how: Orientation | None) -> tuple[float, ...]:
    """Return how something lies, to a hundredth of a degree; empty: not known, or alike at every angle."""
    return () if how is None or how.angle_deg is None else (round(how.angle_deg, 2), how.symmetry)
