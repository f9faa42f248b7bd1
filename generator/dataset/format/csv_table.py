"""A table of good and bad parts: a line an image.

    labels.csv    images/<split>/<key>.png

Written: the columns file_name, label (OK or NG), class, split, group, and synthetic: 1 where the image was made.

Read: a table with commas, semicolons or tabs in UTF-8. The image's column is file_name, filename, file, image, path or
image_path, the verdict's label, result, ok_ng, verdict, judgement, status or class; without a header they are the first
two. OK, good, pass and 0 are good, NG, NOK, bad, fail and 1 are not; any other word is the class. A bad part's class
stands in the column class, defect or defect_type if there is one, and is ``defect`` if nobody says it. Optional are
split, synthetic, and group, part or part_id. The label's box is the whole image.

What it cannot state: place and mask, whole parts, more than one class an image (the one with the most pixels is
written, of equals the one painted first), and classes that no image has.
Source: own.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from generator.core.errors import FormatError
from generator.dataset.format.reading.gather import Gathered, split_named, split_of
from generator.dataset.format.reading.shape import whole_image
from generator.dataset.format.reading.table_rows import table_rows
from generator.dataset.format.reading.verdict import BAD_WORDS, DEFECT, GOOD_WORDS, UNCLEAR_WORDS
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import as_line, original_name, safe_name
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import IMAGE_SUFFIXES, Defects, bare, defects_only, largest_category, source_image

FILE = "labels.csv"
SUFFIXES = (".csv", ".tsv")
_BLANK = {"", "-", "none", "no defect", "null", "nan", "n/a"}
_FILE, _LABEL, _CLASS, _SPLIT, _GROUP = "file_name", "label", "class", "split", "group"
_SYNTHETIC = "synthetic"
_COLUMNS = {
    _FILE: ("file_name", "filename", "file", "image", "path", "image_path"),
    _LABEL: ("label", "result", "ok_ng", "ok/ng", "verdict", "judgement", "judgment", "status"),
    _CLASS: ("class", "defect", "defect_type", "defect_class", "category"),
    _SPLIT: ("split", "subset"),
    _GROUP: ("group", "part", "part_id"),
    _SYNTHETIC: ("synthetic",),
}


def express(record: Record) -> Record:
    """Return what a table states of a record: one class for the whole image, its group, whether it was made."""
    record = defects_only(record)
    labels = [whole_image(largest_category(record.labels), (record.width, record.height))] if record.labels else []
    return replace(bare(record, labels), group=record.group, synthetic=record.synthetic)


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as a table.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks, whose areas decide: ``exact``, ``visible`` or ``annotator``.

    Raises:
        ConfigError: the flavour was not kept, or ``path`` cannot be replaced.
    """
    with fresh_folder(path, data.root) as folder, (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        (folder / "images").mkdir()
        table = csv.writer(file, lineterminator="\n")
        table.writerow(_COLUMNS)
        for record in Defects(data, flavour):
            name = f"images/{record.split}/{safe_name(record.key)}{record.suffix}"
            place(source_image(data, record), folder / name)
            category = as_line(largest_category(record.labels)) if record.labels else ""
            known = {_FILE: name, _LABEL: "NG" if category else "OK", _CLASS: category}
            known |= {_SPLIT: record.split, _GROUP: as_line(record.group) if record.group else ""}
            known[_SYNTHETIC] = f"{record.synthetic:d}"
            table.writerow([known[column] for column in _COLUMNS])


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read a table of good and bad parts.

    Args:
        path: the table, or a folder with labels.csv or a single table; images lie beside it or below.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no such table, or it does not hold what it should; the line is named.
    """
    file = _table_file(path)
    rows = table_rows(file)
    if not rows:
        raise FormatError(file, "", "a table with a header", "an empty file")
    columns, has_header = _columns(rows[0][1], file)
    gathered = Gathered(file.parent, problems)
    for line, cells in rows[1:] if has_header else rows:
        with left_out(problems):
            if len(cells) != len(rows[0][1]):
                raise FormatError(file, f"line {line}", f"{len(rows[0][1])} cells, as in the first line", len(cells))
            _read_row({name: cells[at].strip() for name, at in columns.items()}, gathered, file, f"line {line}")
    return gathered.done()


def _table_file(path: Path) -> Path:
    if not path.is_dir():
        return path
    files = sorted(file for file in path.glob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
    if path / FILE in files:
        return path / FILE
    if len(files) != 1:
        raise FormatError(path, "", f"{FILE}, or a single table", ", ".join(file.name for file in files) or "none")
    return files[0]


def _columns(first: Sequence[str], file: Path) -> tuple[dict[str, int], bool]:
    """Return where each known column stands, and whether the first line is a header."""
    words = [cell.strip().lower().replace(" ", "_") for cell in first]
    found = {name: words.index(word) for name, known in _COLUMNS.items() for word in known[::-1] if word in words}
    if _LABEL not in found and _CLASS in found:
        found[_LABEL] = found.pop(_CLASS)
    if _FILE in found and _LABEL in found:
        return found, True
    is_data = len(first) >= 2 and Path(words[0]).suffix in IMAGE_SUFFIXES
    if found or not is_data:
        missing = ", ".join(name for name in (_FILE, _LABEL) if name not in found)
        raise FormatError(file, "line 1", f"a header with {missing}", ", ".join(first)[:60])
    return {_FILE: 0, _LABEL: 1}, False


def _read_row(cells: Mapping[str, str], gathered: Gathered, file: Path, where: str) -> None:
    category = _category(cells, file, where)
    folders = [gathered.root, gathered.root / "images"]
    if not cells[_FILE]:
        raise FormatError(file, where, "the image's file name", "an empty cell")
    image = gathered.find_image(cells[_FILE], folders, file, where)
    split = split_named(cells[_SPLIT]) if cells.get(_SPLIT) else split_of(image, gathered.root)
    if split is None:
        raise FormatError(file, where, "the split train, val or test", f"'{cells[_SPLIT]}'")
    hw = gathered.measured(image, None, file, where)
    group = original_name(cells.get(_GROUP, ""))

    def to_label(name: str) -> Label:
        return whole_image(name, (hw[1], hw[0]))

    shapes = [] if category is None else [category]
    is_synthetic = cells.get(_SYNTHETIC, "").lower() in ("1", "true", "yes")
    gathered.add(image, hw, split, shapes, to_label, synthetic=is_synthetic, group=group)


def _category(cells: Mapping[str, str], file: Path, where: str) -> str | None:
    """Return the class of a line; None: its part is good."""
    verdict, kind = cells[_LABEL], cells.get(_CLASS, "")
    word = verdict.lower()
    if not word or word in UNCLEAR_WORDS:
        raise FormatError(file, where, "OK, NG or a class", f"'{verdict}'" if word else "an empty cell")
    if word in GOOD_WORDS:
        if kind.lower() not in GOOD_WORDS | _BLANK:
            raise FormatError(file, where, f"no class beside '{verdict}'", f"'{kind}'")
        return None
    if word in BAD_WORDS:
        return original_name(kind) if kind else DEFECT
    if kind and kind != verdict:
        raise FormatError(file, where, f"OK, NG or '{kind}' beside the class '{kind}'", f"'{verdict}'")
    return original_name(verdict)
