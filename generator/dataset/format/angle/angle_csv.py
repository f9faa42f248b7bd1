"""A table of angles: a line an image.

    labels.csv    images/<split>/<key>.png    ANGLES.txt    probe_upright.png    probe_plus_90.png

Written: the columns file_name, angle_deg, sin, cos, symmetry, split and convention. angle_deg is how far the image is
turned from upright: degrees, counter-clockwise positive as displayed, about the image centre, in (-180, 180], or, with
symmetry n, in (-180/n, 180/n]. An image that looks the same at every angle has symmetry 0 and empty cells.

Read: a table with commas, semicolons or tabs and at least file_name and angle_deg; images lie beside it or below.
Where it has no split, the first folder that is called so decides; where it has no symmetry, it is 1.

What it cannot state: parts with angles of their own, defects, text. An image whose angle is not known is refused.
Source: own.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from generator.core.errors import FormatError
from generator.dataset.format.angle.angle_table import (
    COLUMNS,
    FILE_NAME,
    SPLIT,
    angle_alone,
    angle_lines,
    cells_of,
    orientation_of,
    turned_records,
)
from generator.dataset.format.angle.convention import write_probe
from generator.dataset.format.reading.gather import Gathered, split_named, split_of
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Record, Records
from generator.dataset.view import source_image

FILE = "labels.csv"


def express(record: Record) -> Record:
    """Return what a table of angles states of a record: its image and how it is turned."""
    return angle_alone(record)


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write the angles of a data set as a table.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects, of which nothing is written.

    Raises:
        ConfigError: an image's angle is not known, or ``path`` cannot be replaced.
    """
    with fresh_folder(path, data.root) as folder, (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        (folder / "images").mkdir()
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for record in turned_records(data, flavour):
            name = f"images/{record.split}/{safe_name(record.key)}{record.suffix}"
            place(source_image(data, record), folder / name)
            assert record.orientation is not None
            table.writerow(cells_of(record.orientation, name, record.split))
        write_probe(folder)


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read a table of angles.

    Args:
        path: the table, or a folder with labels.csv.
        problems: where broken images and lines are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no such table, or it does not hold what it should; the line is named.
    """
    file = path / FILE if path.is_dir() else path
    gathered = Gathered(file.parent, problems)
    for where, cells in angle_lines(file, problems):
        with left_out(problems):
            _read_line(cells, gathered, file, where)
    return gathered.done()


def _read_line(cells: Mapping[str, str], gathered: Gathered, file: Path, where: str) -> None:
    if not cells[FILE_NAME]:
        raise FormatError(file, where, "the image's file name", "an empty cell")
    image = gathered.find_image(cells[FILE_NAME], [gathered.root, gathered.root / "images"], file, where)
    split = split_named(cells[SPLIT]) if cells.get(SPLIT) else split_of(image, gathered.root)
    if split is None:
        raise FormatError(file, where, "the split train, val or test", f"'{cells[SPLIT]}'")
    orientation = orientation_of(cells, file, where)
    hw = gathered.measured(image, None, file, where)
    gathered.add(image, hw, split, orientation=orientation)
