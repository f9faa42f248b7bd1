"""All that is known about text, a line of JSON an image.

    text.jsonl    images/<split>/<key>.png    char_masks/<split>/<key>.png

Written: an image's file_name, split, width, height, synthetic, group, licence and params; lines, each as records.jsonl
holds it: text, kind, name, is_readable, quad_xy, polygon_xy, baseline_xy, words, chars, char_quads_xy, char_boxes_xywh,
char_readable, first_number, params; char_mask_file, the mask in which the character i of a line, from 0, has the value
first_number + i; defects, each with category, bbox_xywh and rle. Corners are clockwise from the text's own top left,
px from the outer corner of the first pixel.

Read: the same.

What it cannot state: the good twin and the surface without text, where the good image came from, the parameters of
defects, masks of more than one flavour; whole parts and angles, which ``angle_jsonl`` states beside the text.
Source: own.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from generator.core.errors import FormatError
from generator.core.text import KINDS, TextLine
from generator.dataset.format.ocr.line import text_records
from generator.dataset.format.reading.json_entry import shown
from generator.dataset.format.reading.json_row import JsonRow
from generator.dataset.format.reading.text_rows import rows_of
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name, unique_keys
from generator.dataset.problem import Problems, findings_of, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import defects_only, labels_in, read_mask, source_image
from generator.imaging.masks import region_to_rle

FILE = "text.jsonl"
_OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY
_ROW = "a line of JSON an image"


def express(record: Record) -> Record:
    """Return what a line of JSON states of an image."""
    return Record(
        key=record.key,
        split=record.split,
        image=record.image,
        width=record.width,
        height=record.height,
        labels=tuple(_bare(label) for label in defects_only(record).labels),
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
                "defects": [_defect(label, record) for label in labels_in(defects_only(record), flavour)],
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
            record = _read_row(JsonRow(file, where, row, problems))
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


def _read_row(row: JsonRow) -> Record:
    """Return the image of a line; its key is not known yet.

    Raises:
        FormatError: it is broken.
    """
    image, split, hw = row.image()
    mask = None
    if row.entry.get("char_mask_file") is not None:
        mask = row.path(row.take("char_mask_file", str))
        read_mask(row.file.parent / mask, hw)
    lines, lost = row.kept("lines", lambda entry: _line(row, entry))
    labels, lost_too = row.kept("defects", lambda entry: row.label(entry, hw))
    return Record(
        key="",
        split=split,
        image=image,
        width=hw[1],
        height=hw[0],
        labels=labels,
        synthetic=row.take("synthetic", bool),
        group=row.take("group", str),
        licence=row.take("licence", str),
        findings=findings_of((*lost, *lost_too), row.file.parent),
        params=row.take("params", dict),
        text=lines,
        char_mask=mask,
        has_text_labels=True,
    )


def _line(row: JsonRow, entry: Any) -> TextLine:
    try:
        line = TextLine.from_json(entry)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise row.error("a line of text", f"{type(error).__name__}: {error}") from error
    words, count = [word.text for word in line.words], len(line.chars)
    if not all(isinstance(text, str) for text in (line.text, line.name, *line.chars, *words)):
        raise row.error("texts", shown(entry))
    if line.kind not in KINDS or type(line.is_readable) is not bool or type(line.first_number) is not int:
        raise row.error(f"a line's kind out of {', '.join(KINDS)}, is_readable and first_number", shown(entry))
    corners = [quad for quad in (line.quad_xy, *(word.quad_xy for word in line.words)) if quad is not None]
    known = [*corners, line.char_quads_xy, *(p for p in (line.polygon_xy, line.baseline_xy) if p is not None)]
    if any(len(quad) != 4 for quad in corners) or not all(np.isfinite(points).all() for points in known):
        raise row.error("quads of four points of numbers", shown(entry))
    if len(line.char_boxes_xywh) not in (0, count) or len(line.char_readable) not in (0, count):
        raise row.error(f"{count} boxes and flags, or none, beside {count} characters", shown(entry))
    return line
