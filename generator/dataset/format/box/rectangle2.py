"""A table of HALCON's rectangle2: centre, angle and half lengths of oriented boxes.

    rectangle2.csv    images/<split>/<key>.png    classes.txt    ANGLES.txt    probe_upright.png    probe_plus_90.png

A line a label: file_name, split, class, row, column, phi, length1, length2, long_side, angle_deg, symmetry; a good
image has a line whose cells after split are empty. Row to length2 are what gen_rectangle2 takes. HALCON's pixels have
whole numbers at their centres, so row = y - 0.5 and column = x - 0.5 of a point in px from the outer corner of the
first pixel. phi is the angle in radians from the column axis (to the right) to the side of half length length1,
counter-clockwise as displayed, in (-pi, pi]; length1 >= length2. The corners are, for s1, s2 out of -1 and 1,

    row    - s1 * length1 * sin(phi) + s2 * length2 * cos(phi)
    column + s1 * length1 * cos(phi) + s2 * length2 * sin(phi)

The longer side of a part is its width or its height, which long_side says:

    angle = phi in degrees                   where long_side is width: phi points to the part's own right
    angle = phi in degrees - 90              where it is height: phi points to the part's own top

and angle_deg is that angle as the data set states it. Of a part that looks the same n times in a full turn the
rectangle is that at the stated angle (``box/quad.py``). One that looks the same at every angle has symmetry 0, no
angle_deg and phi 0 or pi/2: its class belongs into class_ids_no_orientation. A defect is the smallest rectangle around
its mask, phi in (-pi/2, pi/2], the last three cells empty. Rectangles may reach beyond the image. Numbers are kept to
the last bit.

What it cannot state: the mask.

Read: any table with file_name, class, row, column, phi, length1 and length2. Where it has no angle_deg, corners are
read and no angles, as phi may have been folded to half a turn. angle_deg must agree with phi and long_side.
Source: own; the conventions are those of HALCON's reference (gen_rectangle2; the standard coordinate system) and of its
deep learning object detection with ignore_direction false.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from generator.core.annotation import Orientation
from generator.core.errors import FormatError
from generator.core.geometry import stated_deg
from generator.dataset.format.angle.convention import NOTE, write_probe
from generator.dataset.format.box.class_list import read_classes, write_classes
from generator.dataset.format.box.quad import (
    any_quad,
    heading_deg,
    label_of_quad,
    records_with_parts,
    rectangle,
    require_sound,
)
from generator.dataset.format.reading.gather import Gathered, split_named, split_of
from generator.dataset.format.reading.table_rows import table_rows
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import as_line, original_name, safe_name
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.sound import sound_orientation
from generator.dataset.view import bare, source_image

FILE = "rectangle2.csv"
NUMBERS = ("row", "column", "phi", "length1", "length2")
_FILE_NAME, _SPLIT, _CLASS = "file_name", "split", "class"
_SIDE, _ANGLE, _SYMMETRY = "long_side", "angle_deg", "symmetry"
COLUMNS = (_FILE_NAME, _SPLIT, _CLASS, *NUMBERS, _SIDE, _ANGLE, _SYMMETRY)
_NEEDED = (_FILE_NAME, _CLASS, *NUMBERS)
_WIDTH, _HEIGHT = "width", "height"
_EQUAL = 1e-9  # sides that differ by less, in parts, are equal
_MOST_PHI = 2.0 * math.pi + 1e-6
_AGREES_DEG = 0.01
_FORMULA = f"""
{FILE}: row and column are those of HALCON, where whole numbers are the centres of pixels: row = y - 0.5 and
column = x - 0.5 of a point in px from the outer corner of the first pixel. phi is in radians, counter-clockwise
positive as displayed, in (-pi, pi], from the column axis to the side of half length length1; length1 >= length2. For
gen_rectangle2(Rectangle, Row, Column, Phi, Length1, Length2) the corners are, with s1 and s2 out of -1 and 1,
    row    - s1 * length1 * sin(phi) + s2 * length2 * cos(phi)
    column + s1 * length1 * cos(phi) + s2 * length2 * sin(phi)
long_side says which side of the part, as it lies upright, is the longer one. Where it is width, phi points to the
part's own right and angle_deg is phi in degrees; where it is height, phi points to the part's own top and angle_deg
is phi in degrees - 90. Both are folded to (-180, 180]. Rows without long_side are defects: they have no angle.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """A rectangle as a line states it.

    Attributes:
        centre: row and column of HALCON.
        phi: radians, counter-clockwise as displayed.
        lengths: half lengths along phi and across it, px.
        long_side: ``width`` or ``height`` of a part, whichever lies along phi; empty: a defect.
        orientation: of a part; None: a defect, or not known.
    """

    centre: tuple[float, float]
    phi: float
    lengths: tuple[float, float]
    long_side: str = ""
    orientation: Orientation | None = None

    @classmethod
    def of_label(cls, label: Label, record: Record) -> _Box:
        """Return the rectangle of a label."""
        orientation = label.orientation
        angle = None if orientation is None else orientation.angle_deg or 0.0
        quad = rectangle(any_quad(label, record), angle)
        x, y = quad.mean(axis=0).tolist()
        width = math.hypot(*(quad[1] - quad[0] + quad[2] - quad[3])) / 2.0
        height = math.hypot(*(quad[3] - quad[0] + quad[2] - quad[1])) / 2.0
        is_tall = height > width * (1.0 + _EQUAL)
        heading = (heading_deg(quad) if angle is None else angle) + (90.0 if is_tall else 0.0)
        return cls(
            centre=(y - 0.5, x - 0.5),
            phi=math.radians(stated_deg(heading, 2 if orientation is None else 1)),
            lengths=(max(width, height) / 2.0, min(width, height) / 2.0),
            long_side="" if orientation is None else _HEIGHT if is_tall else _WIDTH,
            orientation=orientation,
        )

    def corners(self) -> np.ndarray:
        """Return the (4, 2) corners, px, clockwise as displayed; of a part, from its own top left."""
        (row, column), (along, across) = self.centre, self.lengths
        first = np.array((math.cos(self.phi), -math.sin(self.phi))) * along
        second = np.array((math.sin(self.phi), math.cos(self.phi))) * across  # clockwise of the first
        right, down = (second, -first) if self.long_side == _HEIGHT else (first, second)
        signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float64)
        return np.array((column + 0.5, row + 0.5)) + signs @ np.stack([right, down])

    def label(self, category: str, hw: tuple[int, int]) -> Label:
        """Return the label of the rectangle on an image of height and width ``hw``."""
        return label_of_quad(category, self.corners(), hw, self.orientation)

    def cells(self) -> list[str]:
        """Return the cells from the row on."""
        numbers = [repr(float(value) + 0.0) for value in (*self.centre, self.phi, *self.lengths)]
        if self.orientation is None:
            return [*numbers, "", "", ""]
        angle = self.orientation.angle_deg
        return [*numbers, self.long_side, "" if angle is None else repr(angle), str(self.orientation.symmetry)]


def express(record: Record) -> Record:
    """Return what a table states of a record: corners, angles and symmetry of parts."""
    return bare(record, [_Box.of_label(label, record).label(label.category, record.hw) for label in record.labels])


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as a table of rectangles.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects: ``exact``, ``visible`` or ``annotator``.

    Raises:
        ConfigError: images are turned and nothing on them is labelled, a part's corners are not known, the flavour was
            not kept, or ``path`` cannot be replaced.
    """
    with fresh_folder(path, data.root) as folder, (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        (folder / "images").mkdir()
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for record in records_with_parts(data, flavour):
            name = f"images/{record.split}/{safe_name(record.key)}{record.suffix}"
            place(source_image(data, record), folder / name)
            for label in record.labels:
                cells = _Box.of_label(label, record).cells()
                table.writerow([name, record.split, as_line(label.category), *cells])
            if not record.labels:
                table.writerow([name, record.split, *[""] * (len(COLUMNS) - 2)])
        write_classes(folder, data.classes)
        write_probe(folder)
        note = folder / NOTE
        note.write_text(note.read_text("utf-8") + _FORMULA, "utf-8", newline="\n")


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read a table of rectangles.

    Args:
        path: the table, or a folder with rectangle2.csv or a single table; images lie beside it or below.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no such table, or it does not hold what it should; the line is named.
    """
    file = _table_in(path) if path.is_dir() else path
    rows = table_rows(file)
    if not rows:
        raise FormatError(file, "", "a table with a header", "an empty file")
    header = [cell.strip().lower() for cell in rows[0][1]]
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise FormatError(file, f"line {rows[0][0]}", f"a header with {', '.join(missing)}", ", ".join(header)[:60])
    classes = read_classes(file.parent)
    gathered = Gathered(file.parent, problems)
    lines: dict[str, list[_Line]] = {}
    for number, cells in rows[1:]:
        with left_out(problems):
            if len(cells) != len(header):
                raise FormatError(file, f"line {number}", f"{len(header)} cells, as in the header", len(cells))
            named = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
            if not named[_FILE_NAME]:
                raise FormatError(file, f"line {number}", "the image's file name", "an empty cell")
            lines.setdefault(named[_FILE_NAME], []).append(_Line(file, f"line {number}", named))
    for name, known in lines.items():
        with left_out(problems):
            _read_image(name, known, gathered, classes)
    return gathered.done(classes)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a table: its cells by their columns."""

    file: Path
    where: str
    cells: Mapping[str, str]

    def error(self, expected: str, got: object) -> FormatError:
        """Return the error of this line."""
        return FormatError(self.file, self.where, expected, got)

    def cell(self, name: str) -> str:
        """Return a cell; empty: there is no such column."""
        return self.cells.get(name, "")

    def number(self, name: str) -> float:
        """Return a cell as a finite number.

        Raises:
            FormatError: it is none.
        """
        try:
            value = float(self.cell(name))
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.error(f"{name}: a number", f"'{self.cell(name)[:60]}'")
        return value


def _table_in(folder: Path) -> Path:
    files = sorted(folder.glob("*.csv"))
    if folder / FILE not in files and len(files) != 1:
        raise FormatError(folder, "", f"{FILE}, or a single table", ", ".join(file.name for file in files) or "none")
    return folder / FILE if folder / FILE in files else files[0]


def _read_image(name: str, lines: list[_Line], gathered: Gathered, classes: tuple[str, ...] | None) -> None:
    first = lines[0]
    image = gathered.find_image(name, [gathered.root, gathered.root / "images"], first.file, first.where)
    words = {line.cell(_SPLIT) for line in lines} - {""}
    split = split_named(min(words)) if words else split_of(image, gathered.root)
    if split is None or len({split_named(word) for word in words}) > 1:
        raise first.error("one of the splits train, val and test for an image", ", ".join(sorted(words)))
    hw = gathered.measured(image, None, first.file, first.where)
    shapes = [line for line in lines if line.cell(_CLASS) or any(line.cell(number) for number in NUMBERS)]
    gathered.add(image, hw, split, shapes, partial(_label, hw=hw, classes=classes))


def _label(line: _Line, hw: tuple[int, int], classes: tuple[str, ...] | None) -> Label:
    if not line.cell(_CLASS):
        raise line.error("a class", "an empty cell")
    category = original_name(line.cell(_CLASS))
    if classes is not None and category not in classes:
        raise line.error("a class of classes.txt", f"'{category}'")
    row, column, phi, along, across = (line.number(name) for name in NUMBERS)
    if abs(phi) > _MOST_PHI:
        raise line.error("phi in radians, in (-pi, pi]", f"{phi:g}")
    if along <= 0 or across <= 0:
        raise line.error("length1 and length2 above 0", f"{along:g} and {across:g}")
    side, orientation = line.cell(_SIDE).lower(), _orientation(line)
    if side not in ("", _WIDTH, _HEIGHT) or (orientation is not None and not side):
        raise line.error("width or height as the long_side of a part", f"'{side}'")
    if orientation is not None and orientation.angle_deg is not None:
        angle = math.degrees(phi) - (90.0 if side == _HEIGHT else 0.0)
        if abs(math.remainder(angle - orientation.angle_deg, 360.0 / orientation.symmetry)) > _AGREES_DEG:
            got = f"angle_deg {orientation.angle_deg:g}"
            raise line.error(f"the angle {stated_deg(angle):g} that phi and long_side give", got)
    box = _Box(centre=(row, column), phi=phi, lengths=(along, across), long_side=side, orientation=orientation)
    require_sound(box.corners(), hw, line.file, line.where)
    return box.label(category, hw)


def _orientation(line: _Line) -> Orientation | None:
    """Return the orientation that a line states; None: it states none."""
    angle, symmetry = line.cell(_ANGLE), line.cell(_SYMMETRY)
    if not angle and not symmetry:
        return None
    order = int(symmetry) if symmetry.isdigit() else symmetry or 1
    return sound_orientation(line.number(_ANGLE) if angle else None, order, line.file, line.where)
