"""What a mix holds, and how run.json says it.

Source: own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from generator.core.version import VERSION
from generator.dataset.store import RECORDS
from generator.mix.count import Counts
from generator.mix.request import MixRequest, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class SetResult:
    """What became of one data set.

    Attributes:
        name: of the data set.
        images: that it had.
        kept: those in the mix.
        problems: what could not be read, a sentence each.
        left_out: images per reason.
    """

    name: str
    images: int
    kept: int
    problems: tuple[str, ...]
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MixResult:
    """What a mix holds.

    Attributes:
        root: its folder.
        classes: their names; the position is the class id.
        sets: what became of each data set.
        before, after: images and defects per split and origin, as given and as mixed.
        leaks: what stood on two sides as given, as split -> keys; all of it was resolved.
        licences: images per licence; empty: not known.
        synthetic_share: of synthetic images in the sum of the weights of train.
        notes: what a user should know.
    """

    root: Path
    classes: tuple[str, ...]
    sets: tuple[SetResult, ...]
    before: Counts
    after: Counts
    leaks: tuple[Mapping[str, tuple[str, ...]], ...]
    licences: Mapping[str, int]
    synthetic_share: float
    notes: tuple[str, ...]


def run_json(folder: Path, result: MixResult, parts: Sequence[Part], request: MixRequest) -> dict[str, Any]:
    """Return what run.json holds; of a data set's path its last name alone.

    Args:
        folder: of the mix, its records written.
        result: what it holds.
        parts: the data sets.
        request: the rules.
    """
    asked = {key: value for key, value in asdict(request).items() if key != "overwrite"}
    sets = [
        {
            "name": part.name,
            "path": part.path.name if part.path is not None else None,
            "format": part.format_name,
            "synthetic": part.synthetic,
            "licence": part.licence,
            "split": part.split,
            "group": part.group,
            "classes": dict(part.classes),
            "images": done.images,
            "kept": done.kept,
            "problems": len(done.problems),
            "left_out": dict(done.left_out),
        }
        for part, done in zip(parts, result.sets, strict=True)
    ]
    lines = (folder / RECORDS).read_bytes()
    return {
        "spec_id": hashlib.sha256(
            orjson.dumps([VERSION, sets, asked], option=orjson.OPT_SORT_KEYS) + lines
        ).hexdigest(),
        "version": VERSION,
        "images": sum(done.kept for done in result.sets),
        "mix": {
            "sets": sets,
            "request": asked,
            "before": result.before,
            "after": result.after,
            "leaks_resolved": len(result.leaks),
            "licences": dict(sorted(result.licences.items())),
            "synthetic_share": round(result.synthetic_share, 6),
            "notes": list(result.notes),
        },
    }
