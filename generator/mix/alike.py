"""Images of one part that nothing but their content tells of: other exposures of it, frames a moment later.

Where images are shared out anew they keep to one side; where the splits are kept, what stands on two sides is said.
Source: own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from generator.dataset.record import Record
from generator.mix.item import Item, Opened, renamed
from generator.mix.request import MixRequest
from generator.mix.split import Placing, described

Alike = Callable[[Sequence[Record]], tuple[Sequence[Sequence[int]], int]]
"""Returns which of some images, with absolute paths, show one part, as sets of numbers, and how many were compared."""


@dataclass(frozen=True, slots=True)
class Same:
    """What the content of the real images tells.

    Attributes:
        parts: the numbers of items that show one part, a tuple each.
        real: how many images there are.
        compared: how many of them were looked at.
    """

    parts: tuple[tuple[int, ...], ...] = ()
    real: int = 0
    compared: int = 0


def same_parts(items: Sequence[Item], sets: Sequence[Opened], request: MixRequest, alike: Alike | None) -> Same:
    """Return which real items show one part by their content.

    Raises:
        AssetError: an image cannot be read.
    """
    if alike is None or not request.pixels:
        return Same()
    every = (renamed(record, opened, request) for opened in sets for record in opened.data)
    real = [
        (number, replace(record, labels=()))
        for number, (item, record) in enumerate(zip(items, every, strict=True))
        if not item.synthetic
    ]
    sets, compared = alike([record for _, record in real])
    parts = tuple(tuple(real[place][0] for place in places) for places in sets)
    return Same(parts=parts, real=len(real), compared=compared)


def bound(items: Sequence[Item], same: Same) -> list[Item]:
    """Return the items with a key of provenance for each part that several of them show."""
    made = list(items)
    for part, numbers in enumerate(same.parts):
        for number in numbers:
            made[number] = replace(made[number], keys=made[number].keys | {f"content {part}"})
    return made


def notes_on_parts(items: Sequence[Item], placing: Placing, same: Same, request: MixRequest) -> list[str]:
    """Return what is to be said of parts that content tells of."""
    notes = []
    if same.compared < same.real:
        notes.append(
            f"{same.compared} of {same.real} real images were compared by content, evenly spread; a part whose images "
            "are not among them may stand on two sides: where names or folders tell parts, say how with group="
        )
    if same.parts and request.splits is not None:
        images = sum(map(len, same.parts))
        said = (
            f"{images} images show {len(same.parts)} parts several times by their content; each part keeps to one split"
        )
        return [*notes, said]
    torn = []
    for numbers in same.parts:
        sides: dict[str, list[str]] = {}
        for number in numbers:
            if split := placing.splits[number]:
                sides.setdefault(split, []).append(items[number].key)
        if len(sides) > 1:
            torn.append(sides)
    if torn:
        notes.append(
            f"by their content {len(torn)} parts stand on two sides of the splits as given, such as "
            f"{described(torn[0])}; 'defectgen doctor' lists them, and splits={{train: 0.8, test: 0.2}} would share "
            "images out without that"
        )
    return notes
