"""A folder a degree, as classifiers of angles read them.

    <split>/deg_030/<key>.png    classes.json    angles.csv    ANGLES.txt    probe_upright.png    probe_plus_90.png

Written: deg_000 ... deg_180 are the angles 0 ... 180, deg_181 ... deg_359 are -179 ... -1: names sort as numbers do,
and none begins with a dash. An image lies in the folder of the nearest whole degree in its own range, that half way
between two in the one counter-clockwise; an image that looks the same at every angle lies in no_angle. There is a
folder for each degree that an image of any split has, in every split, so that readers who number classes by the
alphabet number all splits alike; a split with fewer images than degrees has empty ones, which ImageFolder takes with
allow_empty=True. ``classes.json`` says which angle a folder is; ``angles.csv`` holds the exact angle
and the symmetry of each image.

Read: the exact angle of ``angles.csv``, which has to fit the folder; without that file the folder's.

What it cannot state: parts with angles of their own, defects, text. An image whose angle is not known is refused.
Source: own; the layout is that of torchvision's ImageFolder.
"""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import orjson

from generator.core.annotation import Orientation
from generator.core.errors import FormatError
from generator.dataset.format.angle.angle_table import (
    COLUMNS,
    FILE_NAME,
    angle_alone,
    angle_lines,
    cells_of,
    orientation_of,
    turned_records,
)
from generator.dataset.format.angle.convention import CONVENTION, write_probe
from generator.dataset.format.reading.gather import Gathered
from generator.dataset.format.reading.json_entry import JsonEntry
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Record, Records
from generator.dataset.view import SPLITS, find_images, source_image

CLASSES, TABLE, NO_ANGLE = "classes.json", "angles.csv", "no_angle"
_ROUNDING = "nearest whole degree; half way between two, the one counter-clockwise"
_DEGREE = re.compile(r"deg_([0-2][0-9]{2}|3[0-5][0-9])")


def express(record: Record) -> Record:
    """Return what folders and table state of a record: its image and how it is turned."""
    return angle_alone(record)


def folder_of(orientation: Orientation) -> str:
    """Return the folder of the whole degree that is nearest to an angle, within the range of its symmetry."""
    if orientation.angle_deg is None:
        return NO_ANGLE
    below = math.floor(orientation.angle_deg)
    degree = below + (orientation.angle_deg - below >= 0.5)
    half_turn = 180.0 / orientation.symmetry
    most = math.floor(half_turn)
    if degree == -half_turn:
        degree = most
    return f"deg_{max(-most, min(most, degree)) % 360:03d}"


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as a folder a degree.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects, of which nothing is written.

    Raises:
        ConfigError: an image's angle is not known, or ``path`` cannot be replaced.
    """
    folders, splits = set(), set()
    with fresh_folder(path, data.root) as root, (root / TABLE).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for record in turned_records(data, flavour):
            assert record.orientation is not None
            folder = folder_of(record.orientation)
            folders.add(folder)
            splits.add(record.split)
            name = f"{record.split}/{folder}/{safe_name(record.key)}{record.suffix}"
            place(source_image(data, record), root / name)
            table.writerow(cells_of(record.orientation, name, record.split))
        for split in splits or {SPLITS[0]}:
            (root / split).mkdir(exist_ok=True)
            for folder in folders:
                (root / split / folder).mkdir(exist_ok=True)
        classes = {folder: _angle_of(folder) for folder in sorted(folders)}
        content = {"convention": CONVENTION, "rounding": _ROUNDING, "classes": classes}
        (root / CLASSES).write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        write_probe(root)


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read a folder a degree.

    Args:
        path: the folder that holds the splits.
        problems: where broken images and lines are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no split, or classes.json or the table's first line is broken.
    """
    splits = [split for split in SPLITS if (path / split).is_dir()]
    if not splits:
        raise FormatError(path, "", f"at least one of the folders {', '.join(SPLITS)}", "none")
    if (path / CLASSES).is_file():
        _check_classes(JsonEntry.top(path / CLASSES))
    table = _Table(path / TABLE, problems) if (path / TABLE).is_file() else None
    gathered = Gathered(path, problems)
    for split in splits:
        for image in find_images(path / split):
            name = image.relative_to(path).as_posix()
            if table is not None and name in table.broken:
                continue
            with left_out(problems):
                if image.parent.parent != path / split or not _is_class(image.parent.name):
                    raise FormatError(image, "", "an image in <split>/deg_000 to deg_359 or no_angle", name)
                orientation = _stated_by(image.parent.name) if table is None else table.of(image, name)
                gathered.add(image, gathered.measured(image, None, image, ""), split, orientation=orientation)
    if table is not None:
        table.report_unclaimed(problems)
    return gathered.done()


class _Table:
    """The exact angles by the images' paths.

    Attributes:
        broken: images whose line is broken and has been listed.
    """

    def __init__(self, file: Path, problems: Problems | None) -> None:
        self._file = file
        self._lines: dict[str, tuple[str, Orientation]] = {}
        self.broken: set[str] = set()
        for where, cells in angle_lines(file, problems):
            name = cells[FILE_NAME]
            with left_out(problems):
                self.broken.add(name)
                if name in self._lines:
                    del self._lines[name]  # which of the two lines is right is not known
                    raise FormatError(file, where, "an image that no other line names", f"'{name}'")
                orientation = orientation_of(cells, file, where)
                self.broken.discard(name)
                self._lines[name] = where, orientation

    def of(self, image: Path, name: str) -> Orientation:
        """Return the angle of an image.

        Raises:
            FormatError: no line names it, or it lies in the folder of another degree.
        """
        if name not in self._lines:
            raise FormatError(self._file, "", f"a line for {name}", "none")
        where, orientation = self._lines.pop(name)
        folder = folder_of(orientation)
        if folder != image.parent.name:
            stated = "no angle" if orientation.angle_deg is None else f"the angle {orientation.angle_deg:g}"
            raise FormatError(self._file, where, f"an image in {folder}, as it has {stated}", f"'{name}'")
        return orientation

    def report_unclaimed(self, problems: Problems | None) -> None:
        """List the lines whose images are not there."""
        for name, (where, _) in self._lines.items():
            with left_out(problems):
                raise FormatError(self._file, where, f"an image below {self._file.parent}", f"'{name}', not there")


def _is_class(folder: str) -> bool:
    return folder == NO_ANGLE or _DEGREE.fullmatch(folder) is not None


def _angle_of(folder: str) -> int | None:
    """Return the degrees that a class folder stands for, in (-180, 180]; None: it has no angle."""
    if folder == NO_ANGLE:
        return None
    degree = int(folder.removeprefix("deg_"))
    return degree - 360 if degree > 180 else degree


def _stated_by(folder: str) -> Orientation:
    degree = _angle_of(folder)
    return Orientation(angle_deg=None, symmetry=0) if degree is None else Orientation.at(float(degree))


def _check_classes(top: JsonEntry) -> None:
    """Raise ``FormatError`` unless every folder stands for the angle that its name says, by our convention."""
    convention = top.take("convention", str)
    if convention != CONVENTION:
        raise top.error(f'convention: "{CONVENTION}"', f'"{convention}"')
    classes = top.below("classes")
    for folder in classes.value:
        if not _is_class(folder):
            raise classes.error("folders deg_000 to deg_359 or no_angle", f"'{folder}'")
        expected = _angle_of(folder)
        got = None if expected is None and classes.value[folder] is None else classes.take(folder, float)
        if got != expected:
            raise classes.error(f"{folder}: {'null' if expected is None else expected}", f"{got:g}")
