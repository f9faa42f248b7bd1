"""PaddleOCR's texts to be found on images.

    <split>/Label.txt    <split>/<key>.png

Written: a row an image, its path below the folder, a tab, and a JSON list of its lines, each with ``transcription`` and
``points`` clockwise from the text's own top left; an image without text has an empty list. A bent line's points are its
polygon's, others have four. Distractors and lines that nobody could read have the transcription "###", which trainers
do not care for; so has a text that is "*", as trainers take it for the same. In the trainer's configuration
``data_dir`` is the folder and ``label_file_list`` its Label.txt; the labelling tool opens a split's folder.

Read: such a folder, a split's folder, or one file of rows; images lie below its folder or beside that.

What it cannot state: words, characters, why a text is not to be read.
Source: own; the format is that of PaddleOCR's docs/datasets/ocr_datasets and ppocr/data/simple_dataset.py.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
import orjson

from generator.core.errors import FormatError
from generator.core.text import TextLine
from generator.dataset.format.ocr.line import (
    IGNORED,
    ignored,
    is_ignored,
    outline_of,
    placed_by,
    sound_outline,
    text_records,
    with_text,
)
from generator.dataset.format.reading.gather import Gathered, split_named
from generator.dataset.format.reading.json_entry import shown
from generator.dataset.format.reading.text_rows import rows_of
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Record, Records
from generator.dataset.view import SPLITS, source_image

ROWS = "Label.txt"
_ROW = 'a row: the path of an image, a tab, [{"transcription": ..., "points": ...}, ...]'


def express(record: Record) -> Record:
    """Return what a row states of an image: the outline of each line, and the text of those that are to be read."""
    return with_text(record, [_stated(line, outline_of(line, record)) for line in record.text])


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set for PaddleOCR's detection.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects, of which nothing is written.

    Raises:
        ConfigError: an image has no text labels, or ``path`` cannot be replaced.
    """
    with fresh_folder(path, data.root) as folder, ExitStack() as stack:
        files: dict[str, IO[bytes]] = {}
        for record in text_records(data, flavour):
            name = f"{record.split}/{safe_name(record.key)}{record.suffix}"
            place(source_image(data, record), folder / name)
            row = [
                {
                    "transcription": IGNORED if is_ignored(line) else line.text,
                    "points": outline_of(line, record).tolist(),
                }
                for line in record.text
            ]
            file = _opened(files, record.split, folder, stack)
            file.write(name.encode() + b"\t" + orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        if not files:
            _opened(files, SPLITS[0], folder, stack)


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read rows of PaddleOCR's detection.

    Args:
        path: the folder that holds Label.txt, itself or a folder below, or one file of rows.
        problems: where broken rows and lines are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no such file.
    """
    files = sorted(path.glob(f"**/{ROWS}")) if path.is_dir() else [path]
    if not files:
        raise FormatError(path, "", f"files {ROWS}", "none")
    gathered = Gathered(path if path.is_dir() else path.parent, problems)
    for file in files:
        words = (*re.findall("[a-z]+", file.stem.lower()), file.parent.name)
        split = next((split for split in map(split_named, words) if split), SPLITS[0])
        for where, row in rows_of(file, problems, _ROW):
            with left_out(problems):
                _read_row(row, gathered, split, file, where)
    return gathered.done()


def _stated(line: TextLine, outline: np.ndarray) -> TextLine:
    places = placed_by(outline)
    return ignored(**places) if is_ignored(line) else TextLine(text=line.text, **places)


def _opened(files: dict[str, IO[bytes]], split: str, folder: Path, stack: ExitStack) -> IO[bytes]:
    if split not in files:
        (folder / split).mkdir(exist_ok=True)
        files[split] = stack.enter_context((folder / split / ROWS).open("wb"))
    return files[split]


def _read_row(row: str, gathered: Gathered, split: str, file: Path, where: str) -> None:
    name, tab, content = row.partition("\t")
    if not tab:
        raise FormatError(file, where, _ROW, "no tab")
    try:
        lines = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise FormatError(file, where, "JSON after the tab", error.msg) from error
    if not isinstance(lines, list):
        raise FormatError(file, where, "a list of lines after the tab", shown(lines))
    image = gathered.find_image(name, [file.parent.parent, file.parent], file, where)
    hw = gathered.measured(image, None, file, where)

    def to_line(entry: Any) -> TextLine:
        if not isinstance(entry, dict) or not isinstance(entry.get("transcription"), str):
            raise FormatError(file, where, 'an object with "transcription": text', shown(entry))
        points = entry.get("points")
        if not isinstance(points, list) or not all(_is_point(point) for point in points):
            raise FormatError(file, where, '"points": a list of [x, y]', shown(points))
        outline = sound_outline(np.array(points, float).reshape(-1, 2), hw, file, where)
        return _stated(TextLine(text=entry["transcription"]), outline)

    gathered.add_text(image, hw, split, lines, to_line)


def _is_point(point: object) -> bool:
    return isinstance(point, list) and len(point) == 2 and all(type(value) in (int, float) for value in point)
