"""DOTA's text files of oriented boxes.

    images/<split>/<key>.png    labelTxt/<split>/<key>.txt    classes.txt

    imagesource:synthetic;symmetry=1,-,0
    gsd:null
    x1 y1 x2 y2 x3 y3 x4 y4 class difficulty          absolute px, clockwise as displayed

A part's corners begin at its own top left, so that their order tells its angle; consumers of DOTA ignore it. The first
line says so: after ``symmetry=`` stands, for each row, how often the part looks the same in a full turn, 0 for one that
does at every angle, and - for a defect, whose corners are those of the smallest rotated rectangle around its mask and
begin at the one nearest to the image's first pixel. Corners may lie beyond the image. White space in a class is written
as %20; classes.txt lists the classes, which the format itself does not. difficulty is 0. Numbers are kept to a
millionth of a px. A good image has the two header lines alone.

What it cannot state: the mask.

Read: such a folder, or <split>/images with <split>/labelTxt, or images with labelTxt. Angles are read only where the
first line has symmetry=, as others begin anywhere; then rows that are not as many as it says are left out. An image
without a text file has not been looked at, and is left out.
Source: own; the format is that of https://captain-whu.github.io/DOTA/dataset.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from generator.core.annotation import Orientation
from generator.core.errors import FormatError
from generator.core.geometry import stated_deg
from generator.dataset.format.angle.convention import write_probe
from generator.dataset.format.box.class_list import read_classes, write_classes
from generator.dataset.format.box.quad import (
    any_quad,
    from_first_pixel,
    heading_deg,
    label_of_quad,
    records_with_parts,
    require_sound,
)
from generator.dataset.format.reading.gather import Gathered, split_of
from generator.dataset.format.reading.text_rows import rows_of
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import SPLITS, bare, find_images, source_image

LABELS = "labelTxt"
_SOURCE, _SIZE = "imagesource:", "gsd:"
_SYNTHETIC, _PHOTO = "synthetic", "photo"
_NONE = "-"
_STATED = re.compile(r"symmetry=(.*)", re.IGNORECASE)
_COLUMNS = "10 columns: x1 y1 x2 y2 x3 y3 x4 y4 class difficulty"
_DIGITS = 6


def express(record: Record) -> Record:
    """Return what rows state of a record: corners, angles and symmetry of parts, and whether the image was made."""
    return replace(bare(record, [_express(label, record) for label in record.labels]), synthetic=record.synthetic)


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as DOTA.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects: ``exact``, ``visible`` or ``annotator``.

    Raises:
        ConfigError: images are turned and nothing on them is labelled, a part's corners are not known, the flavour was
            not kept, or ``path`` cannot be replaced.
    """
    has_parts, splits = False, {SPLITS[0]}
    with fresh_folder(path, data.root) as folder:
        for record in records_with_parts(data, flavour):
            has_parts = has_parts or any(label.orientation is not None for label in record.labels)
            splits.add(record.split)
            name = safe_name(record.key)
            place(source_image(data, record), folder / "images" / record.split / f"{name}{record.suffix}")
            text = folder / LABELS / record.split / f"{name}.txt"
            text.parent.mkdir(parents=True, exist_ok=True)
            text.write_text(_text(express(record)), "utf-8", newline="\n")
        (folder / "images").mkdir(exist_ok=True)
        (folder / LABELS).mkdir(exist_ok=True)
        write_classes(folder, data.classes)
        if has_parts:
            write_probe(folder)


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read a data set in DOTA's layout.

    Args:
        path: its folder.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no folder of labels.
    """
    folders = [path / LABELS] if (path / LABELS).is_dir() else sorted(path.glob(f"*/{LABELS}"))
    if not folders:
        raise FormatError(path, "", f"the folder {LABELS}, or <split>/{LABELS}", "none")
    classes = read_classes(path)
    names = None if classes is None else {word_of(name): name for name in classes}
    gathered = Gathered(path, problems)
    for labels in folders:
        images = labels.parent / "images"
        stems = {image.relative_to(images).with_suffix(""): image for image in find_images(images)}
        texts = {text.relative_to(labels).with_suffix(""): text for text in sorted(labels.rglob("*.txt"))}
        for stem, text in texts.items():
            with left_out(problems):
                if stem not in stems:
                    raise FormatError(text, "", f"an image of that name in {images}", "none")
                _read_image(stems[stem], text, gathered, names)
        for stem, image in stems.items():
            with left_out(problems):
                if stem not in texts:
                    raise FormatError(image, "", f"its labels {stem}.txt in {labels}", "no such file")
    return gathered.done(classes)


def word_of(name: str) -> str:
    """Return a class as one word of a row: white space, % and what cannot be printed become %XX."""
    escaped = (c if c.isprintable() and not c.isspace() and c != "%" else _escaped(c) for c in name)
    return "".join(escaped) or "%"


def _escaped(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


def _express(label: Label, record: Record) -> Label:
    quad = any_quad(label, record)
    if label.orientation is None:
        return label_of_quad(label.category, from_first_pixel(np.round(quad, _DIGITS)), record.hw)
    return _label_of_part(label.category, quad, record.hw, label.orientation.symmetry)


def _label_of_part(category: str, quad: np.ndarray, hw: tuple[int, int], symmetry: int) -> Label:
    """Return the label of a part, its angle told by the order of its corners."""
    label = label_of_quad(category, quad, hw)
    angle = stated_deg(heading_deg(np.asarray(label.quad_xy)), symmetry) if symmetry else None
    return replace(label, orientation=Orientation(angle_deg=angle, symmetry=symmetry))


def _text(record: Record) -> str:
    """Return the file of a record as it is expressed."""
    source = f"{_SOURCE}{_SYNTHETIC if record.synthetic else _PHOTO}"
    if any(label.orientation is not None for label in record.labels):
        stated = (_NONE if label.orientation is None else str(label.orientation.symmetry) for label in record.labels)
        source += f";symmetry={','.join(stated)}"
    rows = []
    for label in record.labels:
        assert label.quad_xy is not None
        numbers = (f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".") for point in label.quad_xy for value in point)
        rows.append(f"{' '.join(numbers)} {word_of(label.category)} 0")
    return "".join(f"{line}\n" for line in (source, f"{_SIZE}null", *rows))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a file: its words, the name of its line, and what the first line says of it."""

    words: list[str]
    where: str
    symmetry: str = _NONE


def _read_image(image: Path, text: Path, gathered: Gathered, names: Mapping[str, str] | None) -> None:
    hw = gathered.measured(image, None, text, "")
    rows: list[_Row] = []
    source = ""
    for where, row in rows_of(text, None, "labels"):
        if row.lower().startswith((_SOURCE, _SIZE)):
            source = row if row.lower().startswith(_SOURCE) else source
        else:
            rows.append(_Row(row.split(), where))
    is_made = source[len(_SOURCE) :].strip().lower().startswith(_SYNTHETIC)
    add = partial(gathered.add, image, hw, split_of(text, gathered.root), synthetic=is_made)
    found = _STATED.search(source)
    entries = [_NONE] * len(rows) if found is None else [entry.strip() for entry in found[1].split(",")]
    if len(entries) != len(rows):
        expected = f"{len(entries)} rows, one for each entry after symmetry="
        add([FormatError(text, "line 1", expected, len(rows))], _raised)
        return
    stated = [replace(row, symmetry=entry) for row, entry in zip(rows, entries, strict=True)]
    add(stated, partial(_label, hw=hw, text=text, names=names))


def _raised(error: FormatError) -> Label:
    raise error


def _label(row: _Row, hw: tuple[int, int], text: Path, names: Mapping[str, str] | None) -> Label:
    words, where = row.words, row.where
    if len(words) not in (9, 10):
        raise FormatError(text, where, _COLUMNS, len(words))
    try:
        quad = np.array([float(word) for word in words[:8]]).reshape(4, 2)
    except ValueError as error:
        raise FormatError(text, where, "eight numbers before the class", str(error).partition(": ")[2]) from error
    if len(words) == 10 and not words[9].isdigit():
        raise FormatError(text, where, "a difficulty that is a whole number", f"'{words[9]}'")
    if names is not None and words[8] not in names:
        raise FormatError(text, where, "a class of classes.txt", f"'{words[8]}'")
    require_sound(quad, hw, text, where)
    category = words[8] if names is None else names[words[8]]
    if row.symmetry == _NONE:
        return label_of_quad(category, quad, hw)
    if not row.symmetry.isdigit():
        expected = "whole numbers and - after symmetry= in the first line"
        raise FormatError(text, where, expected, f"'{row.symmetry}'")
    following = np.roll(quad, -1, axis=0)
    if np.sum(quad[:, 0] * following[:, 1] - following[:, 0] * quad[:, 1]) < 0:
        raise FormatError(text, where, "corners of a part clockwise as displayed", "corners the other way round")
    return _label_of_part(category, quad, hw, int(row.symmetry))
