"""Lines of a table that say how images are turned: an image, its angle, sine and cosine, symmetry, split, convention.

An angle is written with as many digits as it takes to read the very same number back, never -180 and never -0.0; one
that is not defined (symmetry 0) is an empty cell. Sine and cosine have nine digits, and an angle they contradict is
broken: a wrong sign is found out. Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from generator.core.annotation import Orientation
from generator.core.errors import ConfigError, FormatError, closest
from generator.dataset.format.angle.convention import CONVENTION_WORD
from generator.dataset.format.reading.table_rows import table_rows
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import FLAVOURS, DataSet, Record
from generator.dataset.sound import sound_orientation
from generator.dataset.view import bare

FILE_NAME, ANGLE, SIN, COS, SYMMETRY, SPLIT, CONVENTION = COLUMNS = (
    "file_name", "angle_deg", "sin", "cos", "symmetry", "split", "convention",
)  # fmt: skip
_NEEDED = (FILE_NAME, ANGLE)
_TOLERANCE = 1e-5


def turned_records(data: DataSet, flavour: str) -> Iterator[Record]:
    """Yield the records of a data set, each with the angle of its image.

    Args:
        data: what to write.
        flavour: of the masks of defects, of which nothing is written; checked alone.

    Raises:
        ConfigError: there is no such flavour, or the angle of an image is not known.
    """
    if flavour not in FLAVOURS:
        raise ConfigError("export_mask", f"one of {', '.join(FLAVOURS)}", flavour, closest(flavour, FLAVOURS))
    for record in data:
        if record.orientation is None:
            parts = sum(label.orientation is not None for label in record.labels)
            got, hint = "one whose angle nobody knows", "Generate it with recipe=rotation, which states the angle."
            if parts:
                got = f"one of {parts} part{'s' * (parts > 1)}, each with an angle of its own"
                hint = "Export to a format that states parts, such as angle_jsonl, coco or yolo_obb."
            raise ConfigError(f"image {record.key}", "an image that is turned as a whole", got, hint)
        yield record


def angle_alone(record: Record) -> Record:
    """Return a record with no more than its image and how it is turned."""
    return replace(bare(record, ()), orientation=record.orientation)


def sin_cos(angle_deg: float) -> tuple[float, float]:
    """Return sine and cosine of an angle, nine digits, exact for quarter turns and never -0.0."""
    quarters = round(angle_deg / 90.0)
    rest = math.radians(angle_deg - 90.0 * quarters)
    sin, cos = math.sin(rest), math.cos(rest)
    sin, cos = ((sin, cos), (cos, -sin), (-sin, -cos), (-cos, sin))[quarters % 4]
    return float(f"{sin:.9g}") + 0.0, float(f"{cos:.9g}") + 0.0


def cells_of(orientation: Orientation, file_name: str, split: str) -> list[str]:
    """Return the line of an image, a cell for each of ``COLUMNS``."""
    numbers = [""] * 3
    if orientation.angle_deg is not None:
        numbers = [repr(float(value)) for value in (orientation.angle_deg, *sin_cos(orientation.angle_deg))]
    return [file_name, *numbers, str(orientation.symmetry), split, CONVENTION_WORD]


def angle_lines(file: Path, problems: Problems | None) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the lines of a table, each after its name: the cells by their columns, white space cut off.

    Args:
        file: the table.
        problems: where lines with too many or too few cells are listed; None: the first one is raised.

    Raises:
        FormatError: it cannot be read, or its first line does not name the columns.
    """
    rows = table_rows(file)
    if not rows:
        raise FormatError(file, "", f"a table with the columns {', '.join(_NEEDED)}", "an empty file")
    head = _head(rows[0][1], file)
    for line, cells in rows[1:]:
        with left_out(problems):
            if len(cells) != len(head):
                raise FormatError(file, f"line {line}", f"{len(head)} cells, as in the first line", len(cells))
            yield f"line {line}", {name: cell.strip() for name, cell in zip(head, cells, strict=True)}


def orientation_of(cells: Mapping[str, str], file: Path, where: str) -> Orientation:
    """Return the orientation that a line states; a symmetry that it does not state is 1.

    Raises:
        FormatError: it is broken, its sine and cosine are another angle's, or it follows another convention.
    """
    convention = cells.get(CONVENTION)
    if convention is not None and convention != CONVENTION_WORD:
        raise FormatError(file, where, f"the convention {CONVENTION_WORD}", _shown(convention))
    symmetry = cells.get(SYMMETRY, "1")
    order = int(symmetry) if symmetry.isascii() and symmetry.isdigit() else symmetry
    angle = _number(cells, ANGLE, file, where) if cells[ANGLE] else None
    found = sound_orientation(angle, order, file, where)
    stated = [_number(cells, name, file, where) if cells.get(name) else None for name in (SIN, COS)]
    require_same(angle, stated, file, where)
    return found


def require_same(angle_deg: float | None, stated: Sequence[float | None], file: Path, where: str) -> None:
    """Raise ``FormatError`` where sine and cosine, as far as they are stated, are not those of an angle."""
    if angle_deg is None or None in stated:
        return
    own = sin_cos(angle_deg)
    if any(abs(one - other) > _TOLERANCE for one, other in zip(own, stated, strict=True)):  # type: ignore[operator]
        expected = f"sin {own[0]:g} and cos {own[1]:g}, those of {angle_deg:g} degrees"
        raise FormatError(file, where, expected, " and ".join(f"{value:g}" for value in stated))


def _head(cells: Sequence[str], file: Path) -> list[str]:
    words = [cell.strip().lower() for cell in cells]
    missing = [name for name in _NEEDED if name not in words]
    if missing:
        raise FormatError(file, "line 1", f"the columns {', '.join(missing)}", _shown(", ".join(cells)))
    twice = sorted({word for word in words if words.count(word) > 1 and word in COLUMNS})
    if twice:
        raise FormatError(file, "line 1", f"one column {twice[0]}", words.count(twice[0]))
    return words


def _number(cells: Mapping[str, str], name: str, file: Path, where: str) -> float:
    try:
        return float(cells[name])
    except ValueError as error:
        raise FormatError(file, where, f"{name}: a number with a decimal point", _shown(cells[name])) from error


def _shown(text: str) -> str:
    return f"'{text}'" if len(text) <= 60 else f"'{text[:57]}...'"
