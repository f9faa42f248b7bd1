"""What a user should know of a mix beyond its counts.

Source: own.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.mix.classes import probably_same
from generator.mix.item import Item, Opened
from generator.mix.request import TRAIN
from generator.mix.split import COPY, Placing


def notes_on(sets: Sequence[Opened], items: Sequence[Item], placing: Placing, classes: Sequence[str]) -> list[str]:
    """Return a sentence each: alike class names, moved images, unknown sources and licences, labels that contradict."""
    notes = []
    for names in probably_same(classes):
        mapped = ", ".join(f"{name}: {names[0]}" for name in names[1:])
        notes.append(f"probably one class: {', '.join(names)}; if so, add 'classes={{{mapped}}}'")
    hiding = sum(item.hidden > 0 and split is not None for item, split in zip(items, placing.splits, strict=True))
    if hiding:
        notes.append(
            f"images that show defects whose labels were left out: {hiding}; a detector learns them as good surface"
        )
    moved = sum(
        item.synthetic and split == TRAIN != item.split for item, split in zip(items, placing.splits, strict=True)
    )
    if moved:
        notes.append(f"synthetic images of val and test that stand in train now: {moved}")
    for number, opened in enumerate(sets):
        silent = sum(item.part == number and item.synthetic and not item.says_source for item in items)
        if silent:
            notes.append(
                f"{opened.part.name}: {silent} synthetic images do not say which images they were made from, so leaks "
                "through these cannot be found; give the data set that generate wrote, not its export"
            )
    licences = {item.licence for item in items if not item.out}
    if "" in licences and len(licences) > 1:
        notes.append("some images say no licence: give their data set licence=...")
    return notes + _contradictions(items, placing)


def _contradictions(items: Sequence[Item], placing: Placing) -> list[str]:
    """Return a note where one image has other labels in another data set."""
    labels: dict[str, dict[int, tuple[str, bool]]] = {}
    for item, reason in ((item, placing.reasons.get(n, "")) for n, item in enumerate(items)):
        if not item.synthetic and reason in ("", COPY):
            labels.setdefault(item.image.file, {}).setdefault(item.labels, (item.key, reason == COPY))
    notes = []
    for left_out, said in (
        (True, "one image with different labels in two data sets, {}: the first is kept"),
        (False, "one image twice with different labels, {}: both are kept; right one of them or take it out"),
    ):
        differing = [list(found.values()) for found in labels.values() if len(found) > 1]
        chosen = [found for found in differing if any(gone for _, gone in found) == left_out]
        if chosen:
            first = " and ".join(key for key, _ in chosen[0][:2])
            notes.append(said.format(f"{len(chosen)} times, such as {first}"))
    return notes
