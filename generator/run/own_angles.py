"""How far each good image is already turned, from a table or from a labelled data set.

A table has the columns file_name and angle_deg, others are passed over but for those of the angle tables that this
package writes. Of a data set, the angle of the image counts, or that of its only oriented label. Where a format states
corners and no heading (YOLO-OBB, DOTA of others), the side from the first corner to the second is taken for the upper
or lower edge of the upright part, so that the angle is in (-90, 90]; a finding says so. An angle that was folded, as
parts look the same several times in a full turn, is known no better than that. An entry belongs to the good image of
the same path, or to the only one of the same file name. Source: own.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from generator.core.annotation import Finding, Orientation
from generator.core.errors import ConfigError, FormatError
from generator.core.ports import Source
from generator.dataset.format.angle.angle_table import FILE_NAME, angle_lines, orientation_of
from generator.dataset.format.box.quad import heading_deg
from generator.dataset.open import open_data, recognise

_TABLES = (".csv", ".tsv")
_SHOWN = 3
_GUESSED = "a box without a heading"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAngles:
    """The angle of every good image.

    Attributes:
        by_source: degrees, counter-clockwise as displayed, by the good image's id.
        findings: entries that belong to no good image.
        orders: the symmetries that they are folded to: 1 not at all, 2 known but for half a turn, 0 not known.
    """

    by_source: Mapping[str, float]
    findings: tuple[Finding, ...] = ()
    orders: frozenset[int] = frozenset({1})

    @classmethod
    def read(cls, path: Path, source: Source, where: str) -> OwnAngles:
        """Return the angles that lie at a path, one for each good image of a source.

        Args:
            path: a table, or any data set with oriented images or labels.
            source: the good images.
            where: the key that named the path, for messages.

        Raises:
            ConfigError: nothing lies there, the good images are drawn, or one of them has no angle.
            FormatError: what lies there is broken, or states two angles for an image.
        """
        if source.count is None:
            hint = "Choose source=folder source.path=DIR, or leave it out."
            raise ConfigError(where, "null for drawn images, which are upright", f"'{path}'", hint)
        entries, guessed = _entries(path, where)
        ids = [source.source_id(rank) for rank in range(source.count)]
        owners = _owners(ids, entries)
        missing = sorted(set(ids) - owners.keys())
        if missing:
            known = ", ".join(sorted(entries)[:_SHOWN]) or "none at all"
            raise ConfigError(
                where,
                f"one angle for each of the {len(ids)} good images",
                f"none for {len(missing)} of them ({_few(missing)}) at '{path}', which names {known}",
                "Add them under their path below source.path, or leave the images out with source.pattern.",
            )
        spare = sorted(entries.keys() - set(owners.values()))
        messages = []
        if spare:
            messages.append(f"{len(spare)} of {len(entries)} own angles belong to no good image: {_few(spare)}")
        if guessed:
            messages.append(
                f"own angles of {guessed} images are read off boxes without a heading: the side from the first corner "
                "to the second is taken for the upright part's upper or lower edge, angles are in (-90, 90]"
            )
        findings = tuple(Finding(severity="warning", code="own_angles", message=message) for message in messages)
        return cls(
            by_source={name: entries[entry].angle_deg or 0.0 for name, entry in owners.items()},
            findings=findings,
            orders=frozenset(entries[entry].symmetry for entry in owners.values()),
        )

    @property
    def digest(self) -> str:
        """A hash of all angles."""
        lines = sorted(f"{angle!r} {name}" for name, angle in self.by_source.items())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _entries(path: Path, where: str) -> tuple[dict[str, Orientation], int]:
    """Return what a path says of images by their names, and how many are of boxes without a heading."""
    if not path.exists():
        expected = "a table with the columns file_name and angle_deg, or a data set with oriented labels"
        raise ConfigError(where, expected, f"'{path}', which does not exist")
    found: dict[str, Orientation] = {}
    guessed = 0
    is_table = path.is_file() and path.suffix.lower() in _TABLES and recognise(path, where) != "rectangle2"
    for name, orientation, place in _of_table(path) if is_table else _of_data(path, where):
        if found.setdefault(name, orientation) != orientation:
            raise FormatError(path, place, f"one angle of {name}", f"{_said(found[name])} and {_said(orientation)}")
        guessed += place == _GUESSED
    return found, guessed


def _said(orientation: Orientation) -> str:
    return "none" if orientation.angle_deg is None else f"{orientation.angle_deg:g}"


def _of_table(path: Path) -> Iterator[tuple[str, Orientation, str]]:
    """Yield name, orientation and line of each image of a table."""
    for place, cells in angle_lines(path, None):
        name = cells[FILE_NAME].replace("\\", "/").removeprefix("./")
        if not name:
            raise FormatError(path, place, "the image's file name", "an empty cell")
        yield name, orientation_of(cells, path, place), place


def _of_data(path: Path, where: str) -> Iterator[tuple[str, Orientation, str]]:
    """Yield name, orientation and place of each image of a data set that says how it is turned."""
    for record in open_data(path, where=where):
        place, found = f"image {record.key}", [record.orientation] if record.orientation else []
        if not found:
            found = [label.orientation for label in record.labels if label.orientation is not None]
        if not found:
            quads = [label.quad_xy for label in record.labels if label.quad_xy is not None]
            found = [Orientation.at(heading_deg(np.asarray(quad)), 2) for quad in quads]
            place = _GUESSED
        if len(found) > 1:
            expected = "one oriented label, which says how it is turned"
            raise FormatError(path, f"image {record.key}", expected, len(found))
        if found:
            yield Path(record.image).as_posix(), found[0], place


def _owners(ids: list[str], entries: Iterable[str]) -> dict[str, str]:
    """Return the entry of each good image that has one and only one."""
    named, alike = defaultdict(list), defaultdict(list)
    for entry in entries:
        named[_last(entry)].append(entry)
    for name in ids:
        alike[_last(name)].append(name)
    found = {}
    for last, names in alike.items():
        for name in names:
            same = [entry for entry in named[last] if entry == name]
            same = same or [entry for entry in named[last] if entry.endswith(f"/{name}")]
            same = same or [
                entry
                for entry in named[last]
                if "/" in entry and [other for other in names if other.endswith(f"/{entry}")] == [name]
            ]
            if not same and len(names) == 1:
                same = named[last]
            if len(same) == 1:
                found[name] = same[0]
    return found


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _few(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
