"""Images of one part that nothing but their content tells of: other exposures of it, frames a moment later.

Where images are shared out anew they keep to one side; where the splits are kept, what stands on two sides is said.
Source: own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from generator.dataset.record import Record
from generator.mix.item import Item, Opened, renamed
from generator.mix.request import MixRequest
from generator.mix.split import Placing, described

Alike = Callable[[Sequence[Record]], Sequence[Sequence[int]]]
"""Returns which of some images, with absolute paths, show one part, as sets of numbers."""


def same_parts(
    items: Sequence[Item], sets: Sequence[Opened], request: MixRequest, alike: Alike | None
) -> list[tuple[int, ...]]:
    """Return the numbers of real items that show one part by their content, a tuple each.

    Raises:
        AssetError: an image cannot be read.
    """
    if alike is None or not request.pixels:
        return []
    every = (renamed(record, opened, request) for opened in sets for record in opened.data)
    real = [
        (number, replace(record, labels=()))
        for number, (item, record) in enumerate(zip(items, every, strict=True))
        if not item.synthetic
    ]
    return [tuple(real[place][0] for place in places) for places in alike([record for _, record in real])]


def bound(items: Sequence[Item], same: Sequence[Sequence[int]]) -> list[Item]:
    """Return the items with a key of provenance for each part that several of them show."""
    made = list(items)
    for part, numbers in enumerate(same):
        for number in numbers:
            made[number] = replace(made[number], keys=made[number].keys | {f"content {part}"})
    return made


def notes_on_parts(
    items: Sequence[Item], placing: Placing, same: Sequence[Sequence[int]], request: MixRequest
) -> list[str]:
    """Return what is to be said of parts that content tells of."""
    if not same:
        return []
    if request.splits is not None:
        images = sum(map(len, same))
        return [f"{images} images show {len(same)} parts several times by their content; each part keeps to one split"]
    torn = []
    for numbers in same:
        sides: dict[str, list[str]] = {}
        for number in numbers:
            if split := placing.splits[number]:
                sides.setdefault(split, []).append(items[number].key)
        if len(sides) > 1:
            torn.append(sides)
    if not torn:
        return []
    return [
        f"by their content {len(torn)} parts stand on two sides of the splits as given, such as {described(torn[0])}; "
        "'defectgen doctor' lists them, and splits={train: 0.8, test: 0.2} would share images out without that"
    ]
