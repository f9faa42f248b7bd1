"""Made sets: runs of ``generate`` that go on until the numbers asked for are there, to the defect.

A sample that a check rejects leaves a gap; the next round, with another seed, makes up for it. What is already in the
work folder from a run that was stopped is taken up again. Source: own.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from generator.augment.surface import Surfaces
from generator.core.ports import Report
from generator.core.seeds import stable_hash
from generator.dataset.record import Record
from generator.dataset.store import Store
from generator.run.generate import Job

ANNOTATOR = "annotator"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeSet:
    """One finished run.

    Attributes:
        name: begins the keys of its images.
        store: its records.
        unsound: keys of samples of which a label has no mask of the flavour that is kept; they are left out.
    """

    name: str
    store: Store
    unsound: frozenset[str]

    def __iter__(self) -> Iterator[Record]:
        return (record for record in self.store if record.key not in self.unsound)

    def counts(self) -> Counter[str]:
        """Return the number of defects of each class."""
        return Counter(label.category for record in self for label in record.labels)

    def combinations(self) -> Counter[tuple[str, ...]]:
        """Return the number of images with each set of classes."""
        return Counter(tuple(sorted(label.category for label in record.labels)) for record in self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """All made images as one data set, each with the real image that it lies on.

    Attributes:
        root: the folder that holds the made sets.
        classes: of the real data set.
        sets: the runs.
        surfaces: where their good images came from.
    """

    root: Path
    classes: tuple[str, ...]
    sets: tuple[MadeSet, ...]
    surfaces: Surfaces

    def __len__(self) -> int:
        return sum(len(one.store) - len(one.unsound) for one in self.sets)

    def __iter__(self) -> Iterator[Record]:
        index = 0
        for one in self.sets:
            place = one.store.root.relative_to(self.root).as_posix()
            for record in one:
                origin = self.surfaces.origins[record.source_id]
                yield replace(
                    record,
                    key=f"{one.name}-{record.key}",
                    index=index,
                    image=f"{place}/{record.image}",
                    twin=None,
                    mask=None,
                    source_id=origin.source_id,
                    source_sha256=origin.sha256,
                    group=origin.group,
                    licence=origin.licence,
                    orientation=origin.orientation,
                    labels=(*origin.parts, *record.labels),
                )
                index += 1


def run_set(name: str, config: Mapping[str, Any], work: Path, surfaces: Surfaces, seed: int, report: Report) -> MadeSet:
    """Make one set, or go on with it.

    Args:
        name: of the set.
        config: what ``generate`` gets, without its folder and seed.
        work: the folder that holds the made sets.
        surfaces: its good images.
        seed: of the whole augmentation.
        report: called with images finished and rejected.
    """
    whole = {**config, "name": name, "seed": stable_hash(f"{seed} {name}") >> 33}
    asked = [whole, sorted((file, origin.sha256) for file, origin in surfaces.origins.items())]
    digest = hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]
    root = work / f"{name}-{digest}"  # another plan or other images never meet what an older run left
    result = Job({**whole, "out": str(root)}).run(report, report)
    store = Store.open(result.root)
    unsound = [r.key for r in store if any(not (one.annotator and one.annotator.area_px) for one in r.labels)]
    return MadeSet(name=name, store=store, unsound=frozenset(unsound))


def run_targets(
    maker: str,
    config: Mapping[str, Any],
    targets: Mapping[str, int],
    work: Path,
    surfaces: Surfaces,
    seed: int,
    rounds: int,
    report: Report,
) -> tuple[list[MadeSet], dict[str, int]]:
    """Make exactly so many defects of each class; return the sets and what is still missing after all rounds."""
    left, sets = {name: number for name, number in targets.items() if number}, []
    for number in range(rounds):
        if not left:
            break
        asked = {**config, "targets": left, "count": None}
        one = run_set(f"{maker}{number or ''}", asked, work, surfaces, seed, report)
        sets.append(one)
        made = one.counts()
        left = {name: missing for name, wanted in left.items() if (missing := wanted - made[name]) > 0}
    return sets, left


def run_combinations(
    config: Mapping[str, Any],
    combinations: Mapping[tuple[str, ...], int],
    work: Path,
    surfaces: Surfaces,
    seed: int,
    rounds: int,
    report: Report,
) -> tuple[list[MadeSet], dict[str, int]]:
    """Make exactly so many images of each combination; return the sets and the defects still missing, by class."""
    left, sets = {parts: number for parts, number in combinations.items() if number}, []
    for number in range(rounds):
        if not left:
            break
        asked = {**config, "targets": None, "count": 0, "combinations": {"+".join(k): n for k, n in left.items()}}
        one = run_set(f"combined{number or ''}", asked, work, surfaces, seed, report)
        sets.append(one)
        made = one.combinations()
        left = {parts: gone for parts, n in left.items() if (gone := n - made[tuple(sorted(parts))]) > 0}
    missing: Counter[str] = Counter()
    for parts, number in left.items():
        missing.update(dict.fromkeys(parts, number))
    return sets, dict(missing)
