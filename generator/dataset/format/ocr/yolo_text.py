"""YOLO boxes of characters, or of words.

    data.yaml    images/<split>/<key>.png    labels/<split>/<key>.txt

Files, rows and names are those of ``format/yolo.py``, task detect. Characters: a class a character, in the order of
code points, a box around its ink; words: the one class ``word``, a box around each. Distractors have no box: a detector
learns to pass them over. Neither have characters that nobody could read, such as one that was not printed, nor words
of which no character can be read.

Read: each box is a line of its own, a character's with its text, a word's without.

What it cannot state: which characters are a word or a line, how they are turned, a word's text.
Source: own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from generator.core.text import TEXT, TextLine
from generator.dataset.format import yolo
from generator.dataset.format.ocr.line import (
    box_corners,
    char_box,
    chars_of,
    text_records,
    with_text,
    word_box,
    words_of,
)
from generator.dataset.problem import Problems
from generator.dataset.record import DataSet, Label, Record, Records

Unit = Literal["char", "word"]
WORD = "word"


def express(record: Record, *, unit: Unit) -> Record:
    """Return what rows state of an image: a box for each character or word that can be read."""
    return _as_text(yolo.express(_as_boxes(record, unit), task="detect"), unit)


def write(data: DataSet, path: Path, *, flavour: str = "exact", unit: Unit) -> None:
    """Write a data set's characters or words for YOLO.

    Args:
        data: what to write; it is gone through twice.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects, of which nothing is written.
        unit: what has a box.

    Raises:
        ConfigError: an image has no text labels, or the places are not known; ``path`` cannot be replaced.
    """
    classes: tuple[str, ...] = (WORD,)
    if unit == "char":
        found = (label.category for record in text_records(data, flavour) for label in _as_boxes(record, unit).labels)
        classes = tuple(sorted(set(found)))
    view = _Boxes(data.root, classes, len(data), lambda: (_as_boxes(r, unit) for r in text_records(data, flavour)))
    yolo.write(view, path, task="detect")


def read(path: Path, problems: Problems | None = None, *, unit: Unit) -> Records:
    """Read boxes of characters or words.

    Args:
        path: the folder that holds data.yaml or classes.txt, or a yaml file.
        problems: where broken images and rows are listed, which are left out; None: the first one is raised.
        unit: what has a box.

    Raises:
        FormatError: data.yaml is missing or does not hold what it promises.
    """
    boxes = yolo.read(path, problems, task="detect")
    return Records.gathered(boxes.root, (), (_as_text(record, unit) for record in boxes))


@dataclass(frozen=True, slots=True)
class _Boxes:
    """A data set of which each character or word is a label."""

    root: Path
    classes: tuple[str, ...]
    count: int
    records: Callable[[], Iterator[Record]]

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Record]:
        return self.records()


def _as_boxes(record: Record, unit: Unit) -> Record:
    labels = []
    for line in record.text:
        if line.kind == TEXT:
            for text, (x, y, w, h) in _char_boxes(line, record) if unit == "char" else _word_boxes(line, record):
                if x < record.width and y < record.height and x + w > 0 and y + h > 0 and w > 0 and h > 0:
                    labels.append(Label(category=text, bbox_xywh=(x, y, w, h)))
    return replace(record, labels=tuple(labels), text=())


def _char_boxes(line: TextLine, record: Record) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    for _, char in chars_of(line, record):
        yield char.text, char_box(char)


def _word_boxes(line: TextLine, record: Record) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    for word in words_of(line, record):
        readable = line.char_readable[word.first : word.stop]
        if readable.any() if len(readable) else line.is_readable:
            yield WORD, word_box(word, record)


def _as_text(record: Record, unit: Unit) -> Record:
    stated = with_text(record, [_line_of(label, unit) for label in record.labels])
    return replace(stated, index=record.index, findings=record.findings)


def _line_of(label: Label, unit: Unit) -> TextLine:
    quad = box_corners(label.bbox_xywh)
    if unit == "word":
        return TextLine(text="", quad_xy=quad)
    whole = np.rint(label.bbox_xywh)
    boxes = whole.astype(np.int32)[None] if (whole == label.bbox_xywh).all() else np.zeros((0, 4), np.int32)
    return TextLine(
        text=label.category,
        quad_xy=quad,
        chars=(label.category,),
        char_quads_xy=quad[None],
        char_boxes_xywh=boxes,
    )
