"""ICDAR 2015's incidental scene text.

    <split>/images/<key>.png    <split>/gt_<key>.txt

Written: a file an image, a row a line: eight coordinates in whole px, clockwise from the text's own top left, and the
text, which may hold commas: x1,y1,x2,y2,x3,y3,x4,y4,text. Distractors and lines that nobody could read have the text
"###"; an image without text has an empty file.

Read: gt_<name>.txt or <name>.txt anywhere, with a byte order mark or without, and the image <name> anywhere below the
folder; a folder's name says the split, such as ch4_training_images. An image without a file of rows has not been
looked at and is left out.

What it cannot state: parts of a px, how lines are bent, words, characters, why a text is not to be read.
Source: own; the format is that of https://rrc.cvc.uab.es, challenge 4.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from generator.core.errors import FormatError
from generator.core.text import TextLine
from generator.dataset.format.ocr.line import (
    IGNORED,
    ignored,
    is_ignored,
    place_of,
    require_one_row,
    sound_outline,
    text_records,
    with_text,
)
from generator.dataset.format.reading.gather import Gathered, split_named
from generator.dataset.format.reading.text_rows import rows_of
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Record, Records
from generator.dataset.view import SPLITS, find_images, source_image

PREFIX = "gt_"
_ROW = "a row x1,y1,x2,y2,x3,y3,x4,y4,text"


def express(record: Record) -> Record:
    """Return what rows state of an image: the quad of each line in whole px, and the text of those to be read."""
    return with_text(record, [_stated(line, _whole(place_of(line, record))) for line in record.text])


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as ICDAR 2015.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects, of which nothing is written.

    Raises:
        ConfigError: an image has no text labels, or a text cannot stand in a row; ``path`` cannot be replaced.
    """
    with fresh_folder(path, data.root) as folder:
        (folder / SPLITS[0] / "images").mkdir(parents=True)
        for record in text_records(data, flavour):
            name = safe_name(record.key)
            place(source_image(data, record), folder / record.split / "images" / f"{name}{record.suffix}")
            rows = []
            for line in record.text:
                corners = ",".join(str(int(value)) for value in _whole(place_of(line, record)).ravel())
                rows.append(f"{corners},{IGNORED if is_ignored(line) else require_one_row(line, record)}\n")
            text = folder / record.split / f"{PREFIX}{name}.txt"
            text.write_text("".join(rows), "utf-8", newline="\n")


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read the files of ICDAR 2015.

    Args:
        path: the folder that holds images and files of rows, in any depth.
        problems: where broken rows and images are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there are neither images nor files of rows.
    """
    images, files = find_images(path), sorted(path.glob("**/*.txt"))
    if not images and not files and not (path / SPLITS[0] / "images").is_dir():
        raise FormatError(path, "", f"images and files {PREFIX}<image>.txt", "neither")
    gathered = Gathered(path, problems)
    by_stem: dict[str, list[Path]] = {}
    for image in images:
        by_stem.setdefault(image.stem, []).append(image)
    for file in files:
        with left_out(problems):
            _read_file(file, by_stem, gathered)
    for image in images:
        if not gathered.has(image) and not any(problem.path == str(image) for problem in problems or ()):
            with left_out(problems):
                raise FormatError(image, "", f"its rows in {PREFIX}{image.stem}.txt", "no such file")
    return gathered.done()


def _stated(line: TextLine, quad: np.ndarray) -> TextLine:
    quad = quad.astype(np.float32)
    return ignored(quad) if is_ignored(line) else TextLine(text=line.text, quad_xy=quad)


def _whole(quad: np.ndarray) -> np.ndarray:
    """Return a quad in whole px: the nearest ones, or those around it where nothing would be left of it."""
    whole = np.floor(quad + 0.5)
    if (np.ptp(whole, axis=0) > 0).all():
        return whole
    return np.where(quad < quad.mean(axis=0), np.floor(quad), np.ceil(quad))


def _read_file(file: Path, by_stem: dict[str, list[Path]], gathered: Gathered) -> None:
    split = _split_of(file, gathered.root)
    stem = file.stem.removeprefix(PREFIX)
    images = by_stem.get(stem) or by_stem.get(file.stem) or []
    if len(images) > 1:
        images = [image for image in images if _split_of(image, gathered.root) == split]
    if len(images) != 1:
        raise FormatError(file, "", f"an image named {stem}", "none" if not images else f"{len(images)}")
    hw = gathered.measured(images[0], None, file, "")

    def to_line(row: tuple[str, str]) -> TextLine:
        return _read_row(row[1], hw, file, row[0])

    lost: Problems = []
    rows = list(rows_of(file, None if gathered.problems is None else lost, _ROW))
    gathered.add_text(images[0], hw, split, rows, to_line, lost=lost)


def _read_row(row: str, hw: tuple[int, int], file: Path, where: str) -> TextLine:
    *numbers, text = row.split(",", 8)
    if len(numbers) != 8:
        raise FormatError(file, where, _ROW, f"{len(numbers)} commas")
    try:
        quad = np.array([float(number) for number in numbers]).reshape(4, 2)
    except ValueError as error:
        raise FormatError(file, where, "eight numbers", str(error).partition(": ")[2]) from error
    return _stated(TextLine(text=text), sound_outline(quad, hw, file, where))


def _split_of(path: Path, root: Path) -> str:
    """Return the split that a word of a folder's name names, such as ch4_training_images; train if none does."""
    words = (word for part in path.relative_to(root).parts[:-1] for word in re.findall("[a-z]+", part.lower()))
    return next((split for split in map(split_named, words) if split), SPLITS[0])
