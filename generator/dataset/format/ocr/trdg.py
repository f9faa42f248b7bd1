"""Lines to be recognised in TRDG's layout, with boxes of their characters.

    <split>/labels.txt    <split>/<key>.png    <split>/<key>_boxes.txt    <split>/<key>.box

Written: every split is a folder as TRDG writes it. labels.txt: an image's name, a tab, its text. TRDG itself writes a
space there, which leaves open where a name ends. <key>_boxes.txt: x1 y1 x2 y2 of each character's ink, whole px, y
down, half-open. <key>.box, as Tesseract is trained with: the character, left, bottom, right, top, page 0, y going up
from the image's lower edge. Images by the rule of ``format/ocr/part.py``; where a line was rectified, boxes are those
around the characters' quads. Where characters are not known there are no boxes.

Read: such a folder, a split's, or TRDG's own; names and texts apart by a tab, or by the first space after the name of
an image that is there. Boxes from <key>.box, else from <key>_boxes.txt, which must hold as many as the text has
letters. An image that labels.txt names and that TRDG dropped is listed.

What it cannot state: where the line is; images without text; text with tabs or line breaks, which is refused.
Source: own; the format is that of https://github.com/Belval/TextRecognitionDataGenerator, read in version 1.8.0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import numpy as np

from generator.core.errors import FormatError
from generator.core.text import TextLine
from generator.dataset.format.ocr.line import box_corners, char_box, require_one_row, text_records, with_text
from generator.dataset.format.ocr.part import line_parts, put_parts
from generator.dataset.format.reading.gather import Gathered, split_named
from generator.dataset.format.reading.text_rows import rows_of
from generator.dataset.link import fresh_folder
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Record, Records
from generator.dataset.view import SPLITS

LABELS = "labels.txt"
BOXES, TESSERACT = "_boxes.txt", ".box"
_ROW = "a row: the name of an image, a tab or space, its text"
Box = tuple[int, int, int, int]


def express(record: Record) -> tuple[Record, ...]:
    """Return what the files state of an image: its lines that are to be read, their text and characters' boxes."""
    return tuple(
        with_text(part.record, [_boxed(require_one_row(part.line, record), part.line.chars, _boxes(part.line))])
        for part in line_parts(record)
    )


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write the lines of a data set in TRDG's layout.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects, of which nothing is written.

    Raises:
        ConfigError: an image has no text labels, or a text cannot stand in a row; ``path`` cannot be replaced.
    """
    with fresh_folder(path, data.root) as folder, ExitStack() as stack:
        files: dict[str, IO[str]] = {}
        for record in text_records(data, flavour):
            parts = line_parts(record)
            texts = [require_one_row(part.line, record) for part in parts]
            names = put_parts(data, record, parts, folder / record.split)
            file = _opened(files, record.split, folder, stack)
            for part, name, text in zip(parts, names, texts, strict=True):
                file.write(f"{name}\t{text}\n")
                boxes = _boxes(part.line)
                if boxes:
                    _write_boxes(folder / record.split / part.stem, part.line.chars, boxes, part.record.height)
        if not files:
            _opened(files, SPLITS[0], folder, stack)


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read a folder of TRDG's, or several.

    Args:
        path: the folder that holds labels.txt, itself or a folder below.
        problems: where broken rows and boxes are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no such file.
    """
    files = sorted(path.glob(f"**/{LABELS}")) if path.is_dir() else [path]
    if not files:
        raise FormatError(path, "", f"files {LABELS}", "none")
    gathered = Gathered(path if path.is_dir() else path.parent, problems)
    for file in files:
        split = split_named(file.parent.name) or SPLITS[0]
        for where, row in rows_of(file, problems, _ROW):
            with left_out(problems):
                _read_row(row, gathered, split, file, where)
    return gathered.done()


def _opened(files: dict[str, IO[str]], split: str, folder: Path, stack: ExitStack) -> IO[str]:
    if split not in files:
        (folder / split).mkdir(exist_ok=True)
        files[split] = stack.enter_context((folder / split / LABELS).open("w", encoding="utf-8", newline="\n"))
    return files[split]


def _boxes(line: TextLine) -> list[Box]:
    """Return the whole px around each character; none unless the characters are all of the text's letters."""
    if "".join(line.chars) != "".join(line.text.split()):
        return []
    boxes = []
    for x, y, w, h in map(char_box, line.each_char()):
        left, top = math.floor(x), math.floor(y)
        boxes.append((left, top, math.ceil(x + w) - left, math.ceil(y + h) - top))
    return boxes


def _boxed(text: str, chars: Sequence[str], boxes: Sequence[Box]) -> TextLine:
    if not boxes:
        return TextLine(text=text)
    return TextLine(
        text=text,
        chars=tuple(chars),
        char_quads_xy=np.stack([box_corners(box) for box in boxes]),
        char_boxes_xywh=np.array(boxes, np.int32),
    )


def _write_boxes(stem: Path, chars: Sequence[str], boxes: Sequence[Box], height: int) -> None:
    plain = "".join(f"{x} {y} {x + w} {y + h}\n" for x, y, w, h in boxes)
    upward = (
        f"{letters} {x} {height - y - h} {x + w} {height - y} 0\n"
        for letters, (x, y, w, h) in zip(chars, boxes, strict=True)
    )
    stem.with_name(stem.name + BOXES).write_text(plain, "ascii", newline="\n")
    stem.with_name(stem.name + TESSERACT).write_text("".join(upward), "utf-8", newline="\n")


def _read_row(row: str, gathered: Gathered, split: str, file: Path, where: str) -> None:
    name, mark, text = row.partition("\t")
    if not mark:
        name, text = _by_space(row, file.parent)
    if not text.strip():
        raise FormatError(file, where, "a text after the image's name", "nothing")
    image = gathered.find_image(name, [file.parent], file, where, is_anywhere=False)
    hw = gathered.measured(image, None, file, where)
    lost: Problems = []
    chars: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    with left_out(None if gathered.problems is None else lost):
        chars, boxes = _read_boxes(image, text, hw)
    gathered.add_text(image, hw, split, [text], lambda text: _boxed(text, chars, boxes), lost=lost)


def _by_space(row: str, folder: Path) -> tuple[str, str]:
    """Return name and text of a row: apart at the first space after the name of an image that is there."""
    ends = [at for at, letter in enumerate(row) if letter == " "]
    at = next((at for at in ends if (folder / row[:at]).is_file()), ends[0] if ends else len(row))
    return row[:at], row[at + 1 :]


def _read_boxes(image: Path, text: str, hw: tuple[int, int]) -> tuple[tuple[str, ...], tuple[Box, ...]]:
    """Return the characters beside an image and their boxes; none where there is no file of them.

    Raises:
        FormatError: a row is broken, or they are not the text's letters.
    """
    letters = "".join(text.split())
    file = image.with_suffix(TESSERACT)
    if file.is_file():
        found = [_upward(row, hw, file, where) for where, row in rows_of(file, None, "c left bottom right top page")]
        chars, boxes = tuple(char for char, _ in found), tuple(box for _, box in found)
        if "".join(chars) != letters:
            raise FormatError(file, "", f"the letters of '{text}'", f"'{''.join(chars)}'")
        return chars, boxes
    file = image.with_name(image.stem + BOXES)
    if not file.is_file():
        return (), ()
    boxes = tuple(_box(row.split(), hw, file, where) for where, row in rows_of(file, None, "x1 y1 x2 y2"))
    if len(boxes) != len(letters):
        raise FormatError(file, "", f"{len(letters)} boxes, one a letter of '{text}'", len(boxes))
    return tuple(letters), boxes


def _upward(row: str, hw: tuple[int, int], file: Path, where: str) -> tuple[str, Box]:
    letters, *numbers = row.rsplit(" ", 5)
    if len(numbers) != 5 or not letters:
        raise FormatError(file, where, "a character and five numbers: left, bottom, right, top, page", f"'{row[:60]}'")
    left, bottom, right, top = numbers[:4]
    return letters, _box([left, top, right, bottom], hw, file, where, is_upward=True)


def _box(words: Sequence[str], hw: tuple[int, int], file: Path, where: str, *, is_upward: bool = False) -> Box:
    """Return a box of left, top, right, bottom; TRDG's reach a px beyond the image, which is cut off."""
    try:
        left, top, right, bottom = (int(word) for word in words)
    except ValueError as error:
        raise FormatError(file, where, "four whole numbers of a box", f"'{' '.join(words)[:60]}'") from error
    if is_upward:
        top, bottom = hw[0] - top, hw[0] - bottom
    left, top, right, bottom = max(0, left), max(0, top), min(hw[1], right), min(hw[0], bottom)
    if right <= left or bottom <= top:
        got = f"'{' '.join(words)}'"
        raise FormatError(file, where, f"a box with an area on the image of {hw[1]} x {hw[0]} px", got)
    return left, top, right - left, bottom - top
