"""LabelMe: a JSON beside each image.

    <split>/<key>.png    <split>/<key>.json    labels.txt

Written: masks as the shape ``mask`` (its box's first and last pixel, and a PNG of the pixels in it), boxes as
``rectangle``; the image's flag ``synthetic`` where it was made; labels.txt, the classes as the tool's option --labels
takes them.

Read: the shapes polygon, rectangle (a turned one keeps its corners), circle and mask; shapes of one label and group_id
are one defect; the image that imagePath names, never imageData. An image without a JSON has not been looked at and is
left out, unless a folder named good or ok says what it is. If there is a labels.txt, a label that is not in it is
broken.
Source: own; the format is that of https://github.com/wkentaro/labelme, checked against labelme's own LabelFile.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from generator.core.annotation import Region
from generator.core.errors import AssetError, FormatError, nearest
from generator.dataset.format.reading.gather import Gathered, split_of
from generator.dataset.format.reading.json_entry import JsonEntry
from generator.dataset.format.reading.shape import (
    bitmap_region,
    box_label,
    ellipse_region,
    polygon_region,
    quad_label,
    stated,
)
from generator.dataset.format.reading.verdict import GOOD_WORDS
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import as_line, original_name, require_other_names, safe_name
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import MAX_PIXELS, bare, find_images, flavoured, source_image, united
from generator.imaging.codec import decode_bitmap, encode_mask_png

LABELS = "labels.txt"
_VERSION = "5.5.0"
_UNUSED = ("__ignore__", "_background_")
_LINES = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


def express(record: Record) -> Record:
    """Return what LabelMe states: category, the mask with its box or the box alone, and whether it was made."""
    kept = bare(record, [stated(label, record) for label in record.labels])
    return replace(kept, synthetic=record.synthetic)


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as LabelMe.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks: ``exact``, ``visible`` or ``annotator``.

    Raises:
        ConfigError: the flavour was not kept, a class has a name that stands for none, or ``path`` cannot be replaced.
    """
    require_other_names(data.classes, _UNUSED, "labelme")
    with fresh_folder(path, data.root) as folder:
        for record in flavoured(data, flavour):
            image = folder / record.split / f"{safe_name(record.key)}{record.suffix}"
            place(source_image(data, record), image)
            content = {
                "version": _VERSION,
                "flags": {"synthetic": True} if record.synthetic else {},
                "shapes": [_shape(stated(label, record)) for label in record.labels],
                "imagePath": image.name,
                "imageData": None,
                "imageHeight": record.height,
                "imageWidth": record.width,
            }
            image.with_suffix(".json").write_bytes(orjson.dumps(content, option=_LINES))
        (folder / LABELS).write_text("".join(f"{as_line(name)}\n" for name in data.classes), "utf-8")


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read LabelMe's files.

    Args:
        path: the folder that holds them, in any depth; a folder named train, val or test is a split.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there are none, or one does not hold what LabelMe promises; file and line are named.
    """
    files = sorted(path.rglob("*.json"))
    if not files and not (path / LABELS).is_file():
        raise FormatError(path, "", f"JSON files of LabelMe, or {LABELS}", "neither")
    classes = _read_labels(path / LABELS)
    gathered = Gathered(path, problems, is_one_each=True)
    labelled = {file.with_suffix("") for file in files}
    for file in files:
        with left_out(problems):
            _read_file(JsonEntry.top(file), gathered, classes)
    for image in find_images(path):
        if image.with_suffix("") not in labelled and not gathered.has(image):
            with left_out(problems):
                if not any(part.lower() in GOOD_WORDS for part in image.relative_to(path).parts[:-1]):
                    raise FormatError(image, "", f"its labels in {image.stem}.json", "no such file")
                gathered.add(image, gathered.measured(image, None, image, ""), split_of(image, path))
    return gathered.done(classes)


def _shape(label: Label) -> dict[str, Any]:
    x, y, w, h = label.bbox_xywh
    shape: dict[str, Any] = {
        "label": as_line(label.category),
        "points": [[x, y], [x + w, y + h]],
        "group_id": None,
        "description": "",
        "shape_type": "rectangle",
        "flags": {},
        "mask": None,
    }
    if label.mask is not None:
        shape["points"] = [[float(x), float(y)], [float(x + w - 1), float(y + h - 1)]]
        shape["shape_type"] = "mask"
        shape["mask"] = base64.b64encode(encode_mask_png(label.mask.bits)).decode("ascii")
    return shape


def _read_labels(file: Path) -> tuple[str, ...] | None:
    if not file.is_file():
        return None
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FormatError(file, "", "a class a line in UTF-8", error.reason) from error
    names = (original_name(line.strip()) for line in lines if line.strip() and line.strip() not in _UNUSED)
    return tuple(dict.fromkeys(names))


def _read_file(top: JsonEntry, gathered: Gathered, classes: tuple[str, ...] | None) -> None:
    name = top.take("imagePath", str)
    top.take("shapes", list)
    with top.at() as where:
        image = gathered.find_image(name, [top.path.parent, gathered.root], top.path, where)
        wh = None
        if top.has("imageWidth") or top.has("imageHeight"):
            wh = top.take("imageWidth", int), top.take("imageHeight", int)
        hw = gathered.measured(image, wh, top.path, where)

    def to_label(shapes: list[JsonEntry]) -> Label:
        labels = [_to_label(shape, hw, classes) for shape in shapes]
        if len(labels) == 1:
            return labels[0]
        return Label.of_region(labels[0].category, united([label.mask for label in labels if label.mask is not None]))

    flags = top.value.get("flags")
    is_synthetic = isinstance(flags, Mapping) and flags.get("synthetic") is True
    split = split_of(top.path, gathered.root)
    gathered.add(image, hw, split, _grouped(top.items("shapes")), to_label, synthetic=is_synthetic)


def _grouped(shapes: Iterable[JsonEntry]) -> list[list[JsonEntry]]:
    """Return the shapes by defect: those with area that share label and group_id are one."""
    groups: dict[object, list[JsonEntry]] = {}
    for number, shape in enumerate(shapes):
        value = shape.value if isinstance(shape.value, dict) else {}
        group = value.get("group_id")
        is_part = type(group) is int and value.get("shape_type", "polygon") in ("polygon", "circle", "mask")
        groups.setdefault((group, repr(value.get("label"))) if is_part else number, []).append(shape)
    return list(groups.values())


def _to_label(shape: JsonEntry, hw: tuple[int, int], classes: tuple[str, ...] | None) -> Label:
    category = original_name(shape.take("label", str).strip())
    if classes is not None and category not in classes:
        raise shape.error(f"a label of {LABELS}", f"'{category}'. {nearest(category, classes)}".rstrip(". "))
    kind = shape.take("shape_type", str) if shape.has("shape_type") else "polygon"
    if kind == "rectangle":
        (x, y), (right, bottom) = shape.points("points", 2)
        with shape.at() as where:
            return box_label(category, (x, y, right, bottom), hw, shape.path, where)
    if kind == "oriented_rectangle":
        corners = shape.points("points", 4)
        with shape.at() as where:
            return quad_label(category, corners, hw, shape.path, where)
    return Label.of_region(category, _to_region(shape, kind, hw))


def _to_region(shape: JsonEntry, kind: str, hw: tuple[int, int]) -> Region:
    if kind == "polygon":
        points = shape.points("points")
        with shape.at() as where:
            return polygon_region(points, hw, shape.path, where)
    if kind == "circle":
        centre, edge = shape.points("points", 2)
        with shape.at() as where:
            return ellipse_region(centre, [math.dist(centre, edge)] * 2, hw, shape.path, where)
    if kind == "mask":
        (x, y), (right, bottom) = shape.points("points", 2)
        bits = _decode(shape)
        x, y, right, bottom = (math.trunc(value) if math.isfinite(value) else -1 for value in (x, y, right, bottom))
        if bits.shape != (bottom - y + 1, right - x + 1):
            stated_wh = f"{right - x + 1} x {bottom - y + 1}"
            raise shape.error(f"a mask of its points' size {stated_wh}", f"{bits.shape[1]} x {bits.shape[0]}")
        with shape.at() as where:
            return bitmap_region(bits, x, y, hw, shape.path, where)
    raise shape.error("shape_type polygon, rectangle, oriented_rectangle, circle or mask", f"'{kind}'")


def _decode(shape: JsonEntry) -> np.ndarray:
    try:
        data = base64.b64decode(shape.take("mask", str), validate=True)
        return decode_bitmap(data, "mask", MAX_PIXELS)
    except binascii.Error as error:
        raise shape.error("mask: base64", f"{error}") from error
    except AssetError as error:
        raise shape.error(f"mask: {error.needed_for}", error.cause) from error
