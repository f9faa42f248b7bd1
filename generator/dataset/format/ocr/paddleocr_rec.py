"""PaddleOCR's lines to be recognised.

    rec_gt_<split>.txt    <split>/<key>.png    dict.txt

Written: a row an image, its path below the folder, a tab, its text; UTF-8 without a mark. dict.txt holds the characters
of all splits, one a line in the order of their code points, a space too where there is one. Images by the rule of
``format/ocr/part.py``: one that is a line is linked, lines of others are cut out; distractors and lines that nobody
could read are left out. In the trainer's configuration ``data_dir`` is the folder, ``character_dict_path`` dict.txt.

Read: such a folder, or one file of rows with its images below the file's folder; the split is the last word of the
file's name.

What it cannot state: places; images without text; text with tabs or line breaks, which is refused.
Source: own; the format is that of PaddleOCR's docs/datasets/ocr_datasets and ppocr/data/simple_dataset.py.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import IO

from generator.core.errors import FormatError
from generator.core.text import TextLine
from generator.dataset.format.ocr.line import require_one_row, text_records, with_text
from generator.dataset.format.ocr.part import line_parts, put_parts
from generator.dataset.format.reading.gather import Gathered, split_named
from generator.dataset.format.reading.text_rows import rows_of
from generator.dataset.link import fresh_folder
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Record, Records
from generator.dataset.view import SPLITS

DICT = "dict.txt"
ROWS = "rec_gt_*.txt"
_ROW = "a row: the path of an image, a tab, its text"


def express(record: Record) -> tuple[Record, ...]:
    """Return what rows state of an image: its lines that are to be read, each with its own image and its text alone."""
    return tuple(
        with_text(part.record, [TextLine(text=require_one_row(part.line, record))]) for part in line_parts(record)
    )


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write the lines of a data set for PaddleOCR's recognition.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects, of which nothing is written.

    Raises:
        ConfigError: an image has no text labels, or a text cannot stand in a row; ``path`` cannot be replaced.
    """
    letters: set[str] = set()
    with fresh_folder(path, data.root) as folder, ExitStack() as stack:
        files: dict[str, IO[str]] = {}
        for record in text_records(data, flavour):
            parts = line_parts(record)
            texts = [require_one_row(part.line, record) for part in parts]
            names = put_parts(data, record, parts, folder / record.split)
            file = _opened(files, record.split, folder, stack)
            for name, text in zip(names, texts, strict=True):
                file.write(f"{record.split}/{name}\t{text}\n")
                letters.update(text)
        if not files:
            _opened(files, SPLITS[0], folder, stack)
        (folder / DICT).write_text("".join(f"{letter}\n" for letter in sorted(letters)), "utf-8", newline="\n")


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read rows of PaddleOCR's recognition.

    Args:
        path: the folder that holds rec_gt_*.txt, or one such file.
        problems: where broken rows are listed, which are left out with their images; None: the first one is raised.

    Raises:
        FormatError: there is no such file.
    """
    files = sorted(path.glob(ROWS)) or sorted(path.glob("rec_gt.txt")) if path.is_dir() else [path]
    if not files:
        raise FormatError(path, "", f"files {ROWS}", "none")
    gathered = Gathered(files[0].parent, problems)
    for file in files:
        split = split_named(file.stem.rpartition("_")[2]) or SPLITS[0]
        for where, row in rows_of(file, problems, _ROW):
            with left_out(problems):
                _read_row(row, gathered, split, file, where)
    return gathered.done()


def _opened(files: dict[str, IO[str]], split: str, folder: Path, stack: ExitStack) -> IO[str]:
    if split not in files:
        file = folder / f"rec_gt_{split}.txt"
        files[split] = stack.enter_context(file.open("w", encoding="utf-8", newline="\n"))
    return files[split]


def _read_row(row: str, gathered: Gathered, split: str, file: Path, where: str) -> None:
    name, tab, text = row.partition("\t")
    if not tab or "\t" in text:
        raise FormatError(file, where, _ROW, f"{row.count(chr(9))} tabs")
    if not text.strip():
        raise FormatError(file, where, "a text after the tab", "nothing")
    image = gathered.find_image(name, [file.parent], file, where)
    hw = gathered.measured(image, None, file, where)
    gathered.add_text(image, hw, split, [text], lambda text: TextLine(text=text))
