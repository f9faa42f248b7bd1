"""All that is known about text, a line of JSON an image.

    text.jsonl    images/<split>/<key>.png    char_masks/<split>/<key>.png

Written: an image's file_name, split, width, height, synthetic, group, licence and params; lines, each as records.jsonl
holds it: text, kind, name, is_readable, quad_xy, polygon_xy, baseline_xy, words, chars, char_quads_xy, char_boxes_xywh,
char_readable, first_number, params; char_mask_file, the mask in which the character i of a line, from 0, has the value
first_number + i; defects, each with category, bbox_xywh and rle. Corners are clockwise from the text's own top left,
px from the outer corner of the first pixel.

Read: the same.

What it cannot state: the good twin and the surface without text, where the good image came from, the parameters of
defects, masks of more than one flavour.
Source: own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import numpy as np
import orjson

from generator.core.errors import FormatError
from generator.core.text import KINDS, TextLine
from generator.dataset.format.ocr.line import text_records
from generator.dataset.format.reading.gather import split_named
from generator.dataset.format.reading.json_entry import shown
from generator.dataset.format.reading.text_rows import rows_of
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name, unique_keys
from generator.dataset.problem import Problems, findings_of, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import image_wh, labels_in, read_mask, source_image
from generator.imaging.masks import region_to_rle, rle_to_region

FILE = "text.jsonl"
_OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY
_ROW = "a line of JSON an image"
_KINDS = {str: "text", int: "a whole number", bool: "true or false", list: "a list", dict: "an object"}
Stated = TypeVar("Stated")


def express(record: Record) -> Record:
    """Return what a line of JSON states of an image."""
    return Record(
        key=record.key,
        split=record.split,
        image=record.image,
        width=record.width,
        height=record.height,
        labels=tuple(_bare(label) for label in record.labels),
        synthetic=record.synthetic,
        group=record.group,
        licence=record.licence,
        params=record.params,
        text=record.text,
        char_mask=record.char_mask,
        has_text_labels=True,
    )


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write all that a data set knows about text.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects: ``exact``, ``visible`` or ``annotator``.

    Raises:
        ConfigError: an image has no text labels, the flavour was not kept, or ``path`` cannot be replaced.
    """
    with fresh_folder(path, data.root) as folder, (folder / FILE).open("wb") as lines:
        (folder / "images").mkdir()
        for record in text_records(data, flavour):
            name = f"{record.split}/{safe_name(record.key)}"
            file_name = f"images/{name}{record.suffix}"
            place(source_image(data, record), folder / file_name)
            mask_name = None
            if record.char_mask is not None:
                mask_name = f"char_masks/{name}.png"
                place(data.root / record.char_mask, folder / mask_name)
            entry = {
                "file_name": file_name,
                "split": record.split,
                "width": record.width,
                "height": record.height,
                "lines": [line.to_json() for line in record.text],
                "char_mask_file": mask_name,
                "defects": [_defect(label, record) for label in labels_in(record, flavour)],
                "synthetic": record.synthetic,
                "group": record.group,
                "licence": record.licence,
                "params": dict(record.params),
            }
            lines.write(orjson.dumps(entry, option=_OPTIONS))


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read all that is known about text.

    Args:
        path: the folder that holds text.jsonl, or that file.
        problems: where broken images and lines are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no such file.
    """
    file = path / FILE if path.is_dir() else path
    records: dict[str, Record] = {}
    for where, row in rows_of(file, problems, _ROW):
        with left_out(problems):
            record = _Row(file, where, problems).record(row)
            if record.image in records:
                raise FormatError(file, where, "an image that no other line names", repr(record.image))
            records[record.image] = record
    named = zip(unique_keys([*records]), records.values(), strict=True)
    found = [replace(record, key=key, index=index) for index, (key, record) in enumerate(named)]
    classes = sorted({label.category for record in found for label in record.labels})
    return Records.gathered(file.parent, classes, found)


def _bare(label: Label) -> Label:
    if label.mask is not None:
        return Label.of_region(label.category, label.mask)
    return Label(category=label.category, bbox_xywh=label.bbox_xywh)


def _defect(label: Label, record: Record) -> dict[str, Any]:
    rle = None if label.mask is None else region_to_rle(label.mask, record.hw)
    return {"category": label.category, "bbox_xywh": list(label.bbox_xywh), "rle": rle}


class _Row:
    """A line of the file as it is read."""

    def __init__(self, file: Path, where: str, problems: Problems | None) -> None:
        self._file, self._where, self._problems = file, where, problems

    def record(self, row: str) -> Record:
        """Return the image of the line; its key is not known yet.

        Raises:
            FormatError: it is broken.
        """
        try:
            entry = orjson.loads(row)
        except orjson.JSONDecodeError as error:
            raise self._error("JSON", error.msg) from error
        if not isinstance(entry, dict):
            raise self._error("an object", shown(entry))
        image = self._path(self._take(entry, "file_name", str))
        split = split_named(self._take(entry, "split", str))
        if split is None:
            raise self._error("split: train, val or test", shown(entry["split"]))
        width, height = image_wh(self._file.parent / image)
        wh = self._take(entry, "width", int), self._take(entry, "height", int)
        if wh != (width, height):
            raise self._error(f"the image file's size {width} x {height}", f"{wh[0]} x {wh[1]}")
        mask = None
        if entry.get("char_mask_file") is not None:
            mask = self._path(self._take(entry, "char_mask_file", str))
            read_mask(self._file.parent / mask, (height, width))
        lines, lost = self._kept(self._take(entry, "lines", list), self._line)
        labels, lost_too = self._kept(self._take(entry, "defects", list), lambda one: self._label(one, (height, width)))
        return Record(
            key="",
            split=split,
            image=image,
            width=width,
            height=height,
            labels=labels,
            synthetic=self._take(entry, "synthetic", bool),
            group=self._take(entry, "group", str),
            licence=self._take(entry, "licence", str),
            findings=findings_of((*lost, *lost_too), self._file.parent),
            params=self._take(entry, "params", dict),
            text=lines,
            char_mask=mask,
            has_text_labels=True,
        )

    def _kept(self, entries: list[Any], to: Callable[[Any], Stated]) -> tuple[tuple[Stated, ...], Problems]:
        kept: list[Stated] = []
        lost: Problems = []
        for entry in entries:
            with left_out(None if self._problems is None else lost):
                kept.append(to(entry))
        if self._problems is not None:
            self._problems.extend(lost)
        return tuple(kept), lost

    def _line(self, entry: Any) -> TextLine:
        try:
            line = TextLine.from_json(entry)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._error("a line of text", f"{type(error).__name__}: {error}") from error
        words, count = [word.text for word in line.words], len(line.chars)
        if not all(isinstance(text, str) for text in (line.text, line.name, *line.chars, *words)):
            raise self._error("texts", shown(entry))
        if line.kind not in KINDS or type(line.is_readable) is not bool or type(line.first_number) is not int:
            raise self._error(f"a line's kind out of {', '.join(KINDS)}, is_readable and first_number", shown(entry))
        corners = [quad for quad in (line.quad_xy, *(word.quad_xy for word in line.words)) if quad is not None]
        known = [*corners, line.char_quads_xy, *(p for p in (line.polygon_xy, line.baseline_xy) if p is not None)]
        if any(len(quad) != 4 for quad in corners) or not all(np.isfinite(points).all() for points in known):
            raise self._error("quads of four points of numbers", shown(entry))
        if len(line.char_boxes_xywh) not in (0, count) or len(line.char_readable) not in (0, count):
            raise self._error(f"{count} boxes and flags, or none, beside {count} characters", shown(entry))
        return line

    def _label(self, entry: Any, hw: tuple[int, int]) -> Label:
        if not isinstance(entry, dict):
            raise self._error("a defect", shown(entry))
        category, box = self._take(entry, "category", str), self._take(entry, "bbox_xywh", list)
        if entry.get("rle") is None:
            if len(box) != 4 or not all(type(v) in (int, float) for v in box) or min(box[2:]) <= 0:
                raise self._error("bbox_xywh: x, y, w > 0, h > 0", shown(box))
            return Label(category=category, bbox_xywh=tuple(box))
        try:
            region = rle_to_region(entry["rle"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._error("a sound RLE", error) from error
        if list(entry["rle"]["size"]) != list(hw) or region.area_px == 0:
            raise self._error(f"an RLE of the image's size {list(hw)} with a pixel", shown(entry["rle"]))
        return Label.of_region(category, region)

    def _path(self, name: str) -> str:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not (self._file.parent / path).is_file():
            raise self._error("a file below the data set's folder", repr(name))
        return path.as_posix()

    def _take(self, entry: dict[str, Any], key: str, kind: type) -> Any:
        value = entry.get(key)
        if type(value) is not kind:
            raise self._error(f"{key}: {_KINDS[kind]}", shown(value) if key in entry else "no such key")
        return value

    def _error(self, expected: str, got: object) -> FormatError:
        return FormatError(self._file, self._where, expected, got)
