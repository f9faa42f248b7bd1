"""All that is known about angles, a line of JSON an image.

    angles.jsonl    classes.json    images/<split>/<key>.png    ANGLES.txt    probe_upright.png    probe_plus_90.png

Written: an image's file_name, split, width, height; angle_deg, sin and cos of the whole image and its symmetry; the
convention; parts, each with category, angle_deg, sin, cos, symmetry, quad_xy (corners of its box in its own frame,
clockwise from the one that is its top left when it lies upright; they may lie beyond the image), center_xy and size_wh
of that box, bbox_xywh and rle of its pixels; defects, each with category, bbox_xywh and rle; texts to be read, each
with text and quad_xy, null where nobody looked for text; synthetic and group. Coordinates are px from the outer corner
of the first pixel. What looks the same at every angle has symmetry 0 and no angle; where symmetry is null, nobody knows
the angle. ``classes.json`` lists the classes in the order of their ids.

Read: the same; sin, cos, center_xy and size_wh follow from the rest.

What it cannot state: the good twin, where the good image came from, what was drawn to make it, masks of more than one
flavour, words and characters.
Source: own.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from generator.core.annotation import Orientation
from generator.core.text import TextLine
from generator.dataset.format.angle.angle_table import require_same, sin_cos
from generator.dataset.format.angle.convention import CONVENTION, write_probe
from generator.dataset.format.ocr.line import is_to_be_read
from generator.dataset.format.reading.json_entry import JsonEntry, shown
from generator.dataset.format.reading.json_row import JsonRow
from generator.dataset.format.reading.text_rows import rows_of
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name, unique_keys
from generator.dataset.problem import Problems, findings_of, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.sound import sound_orientation, sound_quad
from generator.dataset.view import bare, flavoured, source_image
from generator.imaging.masks import region_to_rle

FILE, CLASSES = "angles.jsonl", "classes.json"
_DIGITS = 6
_ROW = "a line of JSON an image"


def express(record: Record) -> Record:
    """Return what a line of JSON states of an image: its angle, parts, then defects, and texts that are to be read."""
    kept = [
        replace(_bare(label), quad_xy=label.quad_xy, orientation=label.orientation) if _is_part(label) else _bare(label)
        for label in sorted(record.labels, key=lambda label: not _is_part(label))
    ]
    return replace(
        bare(record, kept),
        synthetic=record.synthetic,
        group=record.group,
        orientation=record.orientation,
        text=tuple(TextLine(text=line.text, quad_xy=line.quad_xy) for line in record.text if is_to_be_read(line)),
        has_text_labels=record.has_text_labels,
    )


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write all that a data set knows about angles.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects: ``exact``, ``visible`` or ``annotator``.

    Raises:
        ConfigError: the flavour was not kept, or ``path`` cannot be replaced.
    """
    with fresh_folder(path, data.root) as folder, (folder / FILE).open("wb") as lines:
        (folder / "images").mkdir()
        for record in map(express, flavoured(data, flavour)):
            file_name = f"images/{record.split}/{safe_name(record.key)}{record.suffix}"
            place(source_image(data, record), folder / file_name)
            lines.write(orjson.dumps(_line(record, file_name), option=orjson.OPT_APPEND_NEWLINE))
        classes = orjson.dumps({"classes": list(data.classes)}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        (folder / CLASSES).write_bytes(classes)
        write_probe(folder)


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read all that is known about angles.

    Args:
        path: the folder that holds angles.jsonl, or that file.
        problems: where broken images, parts and defects are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no such file, or classes.json is broken.
    """
    file = path / FILE if path.is_dir() else path
    records: dict[str, Record] = {}
    for where, text in rows_of(file, problems, _ROW):
        with left_out(problems):
            row = JsonRow(file, where, text, problems)
            record = _read_row(row)
            if record.image in records:
                raise row.error("an image that no other line names", repr(record.image))
            records[record.image] = record
    named = zip(unique_keys([*records]), records.values(), strict=True)
    found = [replace(record, key=key, index=index) for index, (key, record) in enumerate(named)]
    met = sorted({label.category for record in found for label in record.labels})
    listed = _classes(file.parent / CLASSES) if (file.parent / CLASSES).is_file() else []
    return Records.gathered(file.parent, dict.fromkeys([*listed, *met]), found)


def _is_part(label: Label) -> bool:
    return label.orientation is not None


def _bare(label: Label) -> Label:
    if label.mask is not None:
        return Label.of_region(label.category, label.mask)
    return Label(category=label.category, bbox_xywh=label.bbox_xywh)


def _line(record: Record, file_name: str) -> dict[str, Any]:
    return {
        "file_name": file_name,
        "split": record.split,
        "width": record.width,
        "height": record.height,
        **_turned(record.orientation),
        "convention": CONVENTION,
        "parts": [_part(label, record) for label in record.labels if _is_part(label)],
        "defects": [_shape(label, record) for label in record.labels if not _is_part(label)],
        "texts": [_text(line) for line in record.text] if record.has_text_labels else None,
        "synthetic": record.synthetic,
        "group": record.group,
    }


def _turned(orientation: Orientation | None) -> dict[str, Any]:
    angle = None if orientation is None else orientation.angle_deg
    sin, cos = (None, None) if angle is None else sin_cos(angle)
    symmetry = None if orientation is None else orientation.symmetry
    return {"angle_deg": angle, "sin": sin, "cos": cos, "symmetry": symmetry}


def _part(label: Label, record: Record) -> dict[str, Any]:
    quad = label.quad_xy
    center = size = None
    if quad is not None:
        center = [round(sum(values) / 4, _DIGITS) for values in zip(*quad, strict=True)]
        size = [round(math.dist(quad[0], quad[corner]), _DIGITS) for corner in (1, 3)]
    shape = _shape(label, record)
    return {
        "category": shape.pop("category"),
        **_turned(label.orientation),
        "quad_xy": quad,
        "center_xy": center,
        "size_wh": size,
        **shape,
    }


def _shape(label: Label, record: Record) -> dict[str, Any]:
    rle = None if label.mask is None else region_to_rle(label.mask, record.hw)
    return {"category": label.category, "bbox_xywh": list(label.bbox_xywh), "rle": rle}


def _text(line: TextLine) -> dict[str, Any]:
    return {"text": line.text, "quad_xy": None if line.quad_xy is None else line.quad_xy.tolist()}


def _read_row(row: JsonRow) -> Record:
    image, split, hw = row.image()
    convention = row.take("convention", str)
    if convention != CONVENTION:
        raise row.error(f'convention: "{CONVENTION}"', shown(convention))
    orientation = None
    if row.entry.get("symmetry") is not None or row.entry.get("angle_deg") is not None:
        orientation = _orientation(row, row.entry)
    parts, lost_parts = row.kept("parts", lambda entry: _read_part(row, entry, hw))
    defects, lost_defects = row.kept("defects", lambda entry: row.label(entry, hw))
    has_text = row.entry.get("texts") is not None
    texts, lost_texts = row.kept("texts", lambda entry: _read_text(row, entry)) if has_text else ((), [])
    return Record(
        key="",
        split=split,
        image=image,
        width=hw[1],
        height=hw[0],
        labels=(*parts, *defects),
        synthetic=row.take("synthetic", bool),
        group=row.take("group", str),
        findings=findings_of((*lost_parts, *lost_defects, *lost_texts), row.file.parent),
        text=texts,
        has_text_labels=has_text,
        orientation=orientation,
    )


def _orientation(row: JsonRow, entry: dict[str, Any]) -> Orientation:
    found = sound_orientation(entry.get("angle_deg"), entry.get("symmetry"), row.file, row.where)
    stated = [entry.get("sin"), entry.get("cos")]
    if not all(value is None or type(value) in (int, float) for value in stated):
        raise row.error("sin and cos: numbers", shown(stated))
    require_same(entry.get("angle_deg"), stated, row.file, row.where)
    return found


def _read_part(row: JsonRow, entry: Any, hw: tuple[int, int]) -> Label:
    label = row.label(entry, hw)
    return replace(label, orientation=_orientation(row, entry), quad_xy=_quad(row, entry))


def _read_text(row: JsonRow, entry: Any) -> TextLine:
    if not isinstance(entry, dict):
        raise row.error("an object with text and quad_xy", shown(entry))
    quad = _quad(row, entry)
    return TextLine(text=row.take("text", str, entry), quad_xy=None if quad is None else np.asarray(quad, np.float32))


def _quad(row: JsonRow, entry: dict[str, Any]) -> tuple[tuple[float, float], ...] | None:
    quad = entry.get("quad_xy")
    return None if quad is None else sound_quad(quad, row.file, row.where)


def _classes(file: Path) -> list[str]:
    top = JsonEntry.top(file)
    classes = top.take("classes", list)
    if not all(isinstance(name, str) for name in classes):
        raise top.error("classes: a list of texts", shown(classes))
    return classes
