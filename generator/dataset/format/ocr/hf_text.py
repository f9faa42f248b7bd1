"""Hugging Face's image folder with text.

    <split>/metadata.jsonl    <split>/<key>.png

Written: a line of JSON an image with the columns file_name; text: its lines that are to be read, apart by line breaks;
lines: each of them; quads: eight numbers each, clockwise from the text's own top left, none where the whole image holds
the line; words, with word_lines (the number of the line each stands in, from 0) and boxes (x, y, w, h in px); ignored:
eight numbers for each text that is a distractor or that nobody could read. Every column has one type in all lines; an
image without text has the text "" and empty lists.

Read: such a folder, or one split's. A line without the columns lines and ignored, as others write them, is one line of
the whole image.

What it cannot state: characters, how lines are bent, why a text is not to be read; a line break within a line.
Source: own; the format is that of https://huggingface.co/docs/datasets/image_dataset.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
import orjson

from generator.core.errors import FormatError
from generator.core.text import TextLine, Word
from generator.dataset.format.ocr.line import (
    box_corners,
    ignored,
    is_to_be_read,
    kept,
    place_of,
    require_one_row,
    sound_outline,
    text_records,
    with_text,
    word_box,
)
from generator.dataset.format.reading.gather import Gathered, split_named
from generator.dataset.format.reading.json_entry import shown
from generator.dataset.format.reading.text_rows import rows_of
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Record, Records
from generator.dataset.view import SPLITS, source_image

FILE = "metadata.jsonl"
_ROW = '{"file_name": ..., "text": ...}'


def express(record: Record) -> Record:
    """Return what a line of JSON states of an image: lines with their words' boxes, then the places to be ignored."""
    return with_text(
        record,
        [
            TextLine(
                text=line.text,
                quad_xy=None if line.quad_xy is None else kept(line.quad_xy).astype(np.float32),
                words=tuple(Word(text=w.text, quad_xy=box_corners(word_box(w, record))) for w in line.words),
            )
            for line in _read_ones(record)
        ]
        + [ignored(quad.astype(np.float32)) for quad in _ignored(record)],
    )


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as an image folder with text.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects, of which nothing is written.

    Raises:
        ConfigError: an image has no text labels, or a text cannot stand in a row; ``path`` cannot be replaced.
    """
    with fresh_folder(path, data.root) as folder, ExitStack() as stack:
        files: dict[str, IO[bytes]] = {}
        for record in text_records(data, flavour):
            name = f"{safe_name(record.key)}{record.suffix}"
            place(source_image(data, record), folder / record.split / name)
            lines = _read_ones(record)
            numbered = [(number, word) for number, line in enumerate(lines) for word in line.words]
            row = {
                "file_name": name,
                "text": "\n".join(require_one_row(line, record) for line in lines),
                "lines": [line.text for line in lines],
                "quads": [[] if line.quad_xy is None else kept(line.quad_xy).ravel().tolist() for line in lines],
                "words": [word.text for _, word in numbered],
                "word_lines": [number for number, _ in numbered],
                "boxes": [list(word_box(word, record)) for _, word in numbered],
                "ignored": [quad.ravel().tolist() for quad in _ignored(record)],
            }
            file = _opened(files, record.split, folder, stack)
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        if not files:
            _opened(files, SPLITS[0], folder, stack)


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read an image folder with text.

    Args:
        path: the folder that holds metadata.jsonl, itself or a folder below, or one such file.
        problems: where broken rows and lines are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no such file.
    """
    files = sorted(path.glob(f"**/{FILE}")) if path.is_dir() else [path]
    if not files:
        raise FormatError(path, "", f"files {FILE}", "none")
    gathered = Gathered(path if path.is_dir() else path.parent, problems)
    for file in files:
        split = split_named(file.parent.name) or SPLITS[0]
        for where, row in rows_of(file, problems, _ROW):
            with left_out(problems):
                _Row(row, file, where).add_to(gathered, split)
    return gathered.done()


def _read_ones(record: Record) -> list[TextLine]:
    return [line for line in record.text if is_to_be_read(line)]


def _ignored(record: Record) -> list[np.ndarray]:
    return [place_of(line, record) for line in record.text if not is_to_be_read(line)]


def _opened(files: dict[str, IO[bytes]], split: str, folder: Path, stack: ExitStack) -> IO[bytes]:
    if split not in files:
        (folder / split).mkdir(exist_ok=True)
        files[split] = stack.enter_context((folder / split / FILE).open("wb"))
    return files[split]


class _Row:
    """A line of metadata.jsonl as it is read.

    Raises:
        FormatError: it is no object of JSON.
    """

    def __init__(self, row: str, file: Path, where: str) -> None:
        self._file, self._where = file, where
        try:
            self._entry: Any = orjson.loads(row)
        except orjson.JSONDecodeError as error:
            raise self._error("JSON", error.msg) from error
        if not isinstance(self._entry, dict):
            raise self._error(_ROW, shown(self._entry))

    def add_to(self, gathered: Gathered, split: str) -> None:
        """Add the image with its lines.

        Raises:
            FormatError: the row is broken.
        """
        name, text = self._take("file_name", str), self._take("text", str)
        image = gathered.find_image(name, [self._file.parent], self._file, self._where)
        hw = gathered.measured(image, None, self._file, self._where)
        if "lines" not in self._entry and "ignored" not in self._entry:
            gathered.add_text(image, hw, split, [text] if text.strip() else [], lambda text: TextLine(text=text))
            return
        lines, quads, words, word_lines, boxes = (
            self._take(key, list) for key in ("lines", "quads", "words", "word_lines", "boxes")
        )
        if len(lines) != len(quads) or not len(words) == len(word_lines) == len(boxes):
            counts = f"{len(lines)}, {len(quads)}, {len(words)}, {len(word_lines)}, {len(boxes)}"
            raise self._error("as many lines as quads, and as many words as word_lines and boxes", counts)
        of_line: dict[Any, list[tuple[Any, Any]]] = {}
        for number, word, box in zip(word_lines, words, boxes, strict=True):
            if type(number) is not int or not 0 <= number < len(lines):
                raise self._error("word_lines: numbers of lines", shown(number))
            of_line.setdefault(number, []).append((word, box))
        rows = [
            (line, quad, of_line.get(number, [])) for number, (line, quad) in enumerate(zip(lines, quads, strict=True))
        ]
        rows += [(None, quad, []) for quad in self._take("ignored", list)]
        gathered.add_text(image, hw, split, rows, lambda row: self._line(*row, hw))

    def _line(self, text: Any, quad: Any, words: list[tuple[Any, Any]], hw: tuple[int, int]) -> TextLine:
        corners = None
        if quad != [] or text is None:
            points = np.array(self._numbers(quad, 8)).reshape(4, 2)
            corners = sound_outline(points, hw, self._file, self._where).astype(np.float32)
        if text is None:
            return ignored(corners)
        if not isinstance(text, str) or not text.strip() or not all(isinstance(word, str) for word, _ in words):
            raise self._error("lines and words of text", shown(text))
        stated = tuple(Word(text=word, quad_xy=box_corners(self._numbers(box, 4))) for word, box in words)
        return TextLine(text=text, quad_xy=corners, words=stated)

    def _numbers(self, values: Any, count: int) -> list[float]:
        if not isinstance(values, list) or len(values) != count or not all(type(v) in (int, float) for v in values):
            raise self._error(f"{count} numbers", shown(values))
        return values

    def _take(self, key: str, kind: type) -> Any:
        value = self._entry.get(key)
        if type(value) is not kind:
            expected = f"{key}: {'text' if kind is str else 'a list'}"
            raise self._error(expected, shown(value) if key in self._entry else "no such key")
        return value

    def _error(self, expected: str, got: object) -> FormatError:
        return FormatError(self._file, self._where, expected, got)
