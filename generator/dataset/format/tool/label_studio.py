"""Label Studio: one JSON list of tasks.

    tasks.json    label_config.xml    images/<split>/<key>.png

Written: masks as brush labels (``brush_rle``), boxes as rectangles in percent; split and ``synthetic`` as data of the
task; images as /data/local-files/?d=..., which the tool finds with this folder as its document root; the labelling
configuration that shows it all.

Read: rectanglelabels (a turned one keeps its corners), polygonlabels, brushlabels, ellipselabels without rotation, and
choices: a class without a place, whose box is the whole image. A task without an annotation has not been looked at and
is left out; of several annotations the one marked as ground truth is read, or the only one that was not cancelled. If
there is a label_config.xml, a label that is not in it is broken.
Source: own; https://labelstud.io/guide/task_format, checked against label-studio-sdk 2.1.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import numpy as np
import orjson
from lxml import etree

from generator.core.annotation import Region
from generator.core.errors import FormatError, nearest
from generator.dataset.format.reading.gather import Gathered, split_named
from generator.dataset.format.reading.json_entry import JsonEntry
from generator.dataset.format.reading.shape import (
    box_label,
    ellipse_region,
    filled,
    polygon_region,
    quad_label,
    stated,
    turned_corners,
    whole_image,
)
from generator.dataset.format.reading.verdict import GOOD_WORDS
from generator.dataset.format.reading.xml_entry import XmlEntry
from generator.dataset.format.tool.brush_rle import brush_to_mask, mask_to_brush
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import as_line, original_name, safe_name
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import SPLITS, bare, flavoured, source_image

TASKS, CONFIG = "tasks.json", "label_config.xml"
_LOCAL = "/data/local-files/?d="
_UPLOADED = 9  # "1a2b3c4d-" before the name of an uploaded file


def express(record: Record) -> Record:
    """Return what Label Studio states of a record: category, and the mask with its box, or the box alone."""
    kept = bare(record, [stated(label, record) for label in record.labels])
    return replace(kept, synthetic=record.synthetic)


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as tasks of Label Studio.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks: ``exact``, ``visible`` or ``annotator``.

    Raises:
        ConfigError: the flavour was not kept, or ``path`` cannot be replaced.
    """
    with fresh_folder(path, data.root) as folder, (folder / TASKS).open("wb") as file:
        (folder / "images").mkdir()
        file.write(b"[")
        for number, record in enumerate(flavoured(data, flavour), 1):
            name = f"images/{record.split}/{safe_name(record.key)}{record.suffix}"
            place(source_image(data, record), folder / name)
            results = [_result(n, stated(label, record), record) for n, label in enumerate(record.labels, 1)]
            known = {"image": _LOCAL + quote(name), "split": record.split, "synthetic": record.synthetic}
            task = {"id": number, "data": known, "annotations": [{"id": number, "result": results}]}
            file.write((b"\n" if number == 1 else b",\n") + orjson.dumps(task))
        file.write(b"\n]\n")
        (folder / CONFIG).write_bytes(_config(data.classes))


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read an export of Label Studio in its format JSON.

    Args:
        path: the JSON file, or a folder with tasks.json or a single JSON; images lie beside it or below.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no such file, or it does not hold what Label Studio promises; the line is named.
    """
    file = _tasks_file(path)
    top = JsonEntry.top(file)
    if type(top.value) is not list:
        raise top.error("a list of tasks", top.value)
    config = file.parent / CONFIG
    classes = _read_config(config) if config.is_file() else None
    gathered = Gathered(file.parent, problems)
    for task in top.items():
        with left_out(problems):
            _read_task(task, gathered, classes)
    return gathered.done(classes)


def _result(number: int, label: Label, record: Record) -> dict[str, Any]:
    category = as_line(label.category)
    common = {
        "id": f"{number}",
        "to_name": "image",
        "original_width": record.width,
        "original_height": record.height,
        "image_rotation": 0,
    }
    if label.mask is not None:
        value = {"format": "rle", "rle": mask_to_brush(label.mask.full(record.hw)), "brushlabels": [category]}
        return common | {"from_name": "brush", "type": "brushlabels", "value": value}
    x, y, w, h = label.bbox_xywh
    box = {"x": 100 * x / record.width, "y": 100 * y / record.height}
    box |= {"width": 100 * w / record.width, "height": 100 * h / record.height, "rotation": 0}
    return common | {"from_name": "box", "type": "rectanglelabels", "value": box | {"rectanglelabels": [category]}}


def _config(classes: tuple[str, ...]) -> bytes:
    view = etree.Element("View")
    etree.SubElement(view, "Image", name="image", value="$image")
    for name, tag in (("brush", "BrushLabels"), ("box", "RectangleLabels"), ("polygon", "PolygonLabels")):
        control = etree.SubElement(view, tag, name=name, toName="image")
        for category in classes:
            etree.SubElement(control, "Label", value=as_line(category))
    etree.indent(view)
    return etree.tostring(view, encoding="utf-8") + b"\n"


def _read_config(file: Path) -> tuple[str, ...]:
    top = XmlEntry.top(file, "View")
    labels, choices = (top.element.xpath(f"//{tag}/@value") for tag in ("Label", "Choice"))
    values = [*labels, *(choice for choice in choices if choice.strip().lower() not in GOOD_WORDS)]
    return tuple(dict.fromkeys(original_name(str(value)) for value in values))


def _tasks_file(path: Path) -> Path:
    if not path.is_dir() or (path / TASKS).is_file():
        return path / TASKS if path.is_dir() else path
    files = sorted(path.glob("*.json"))
    if len(files) != 1:
        found = ", ".join(file.name for file in files) or "none"
        raise FormatError(path, "", f"{TASKS}, or a single JSON file", found)
    return files[0]


def _read_task(task: JsonEntry, gathered: Gathered, classes: tuple[str, ...] | None) -> None:
    if not isinstance(task.value, Mapping) or "data" not in task.value:
        raise task.error("a task with data and annotations, exported as JSON (not JSON-MIN)", task.value)
    data = task.below("data")
    name = _image_name(data)
    root = gathered.root
    with data.at() as where:
        image = _find(name, gathered, data.path, where)
        hw = gathered.measured(image, None, data.path, where)
    annotation = _annotation(task)
    known = [data.value.get("split"), task.value.get("split"), *image.relative_to(root).parts[:-1]]
    splits = [word for part in known if isinstance(part, str) and (word := split_named(part))]
    shapes = [result for result in annotation.items("result") if not _is_no_label(result)]

    def to_label(result: JsonEntry) -> Label:
        return _to_label(result, hw, classes)

    is_synthetic = data.value.get("synthetic") is True
    gathered.add(image, hw, splits[0] if splits else SPLITS[0], shapes, to_label, synthetic=is_synthetic)


def _image_name(data: JsonEntry) -> str:
    """Return the path or name of a task's image: its key image, or the only text that ends like one."""
    if "image" in data.value:
        return data.take("image", str)
    names = [value for value in data.value.values() if isinstance(value, str) and "." in value]
    if len(names) != 1:
        raise data.error("image: text", "no such key")
    return names[0]


def _find(name: str, gathered: Gathered, file: Path, where: str) -> Path:
    """Return the image of a task: a local file, an uploaded one (8 letters before its name) or any other path."""
    address = urlsplit(name)
    folders = [gathered.root, gathered.root / "images"]
    if "/local-files" in address.path:
        name = (parse_qs(address.query).get("d") or [""])[0]
    elif address.scheme or "/data/upload/" in name:
        name = "/" + unquote(address.path).lstrip("/")
    path = Path(name)
    is_uploaded = path.name[_UPLOADED - 1 : _UPLOADED] == "-" and _is_hex(path.name[: _UPLOADED - 1])
    try:
        return gathered.find_image(name, folders, file, where)
    except FormatError:
        if not is_uploaded:
            raise
        return gathered.find_image(path.name[_UPLOADED:], folders, file, where)


def _is_hex(text: str) -> bool:
    return bool(text) and all(c in "0123456789abcdef" for c in text)


def _annotation(task: JsonEntry) -> JsonEntry:
    """Return the annotation that counts."""
    entries = [entry for entry in task.items("annotations") if entry.take("result", list) is not None]
    kept = [entry for entry in entries if not entry.value.get("was_cancelled")]
    true = [entry for entry in kept if entry.value.get("ground_truth")]
    chosen = true if len(true) == 1 else kept
    if len(chosen) != 1:
        got = f"{len(chosen)}, none of them marked alone" if chosen else "none: nobody has looked at the image yet"
        raise task.error("one annotation, or one that is marked as ground truth", got)
    return chosen[0]


def _is_no_label(result: JsonEntry) -> bool:
    """Say whether a result is no label: a relation, a text, or a choice that says good."""
    kind = result.value.get("type") if isinstance(result.value, dict) else None
    if kind == "choices":
        choices = result.below("value").take("choices", list)
        return all(isinstance(choice, str) and choice.strip().lower() in GOOD_WORDS for choice in choices)
    return kind in ("relation", "textarea", "rating", "number", "datetime", "pairwise")


def _to_label(result: JsonEntry, hw: tuple[int, int], classes: tuple[str, ...] | None) -> Label:
    kind = result.take("type", str)
    if kind not in _KINDS:
        raise result.error("type " + ", ".join(_KINDS), f"'{kind}'")
    value = result.below("value")
    names = value.take(kind, list)
    if len(names) != 1 or type(names[0]) is not str:
        raise value.error(f"{kind}: one label", names)
    category = original_name(names[0])
    if classes is not None and category not in classes:
        raise value.error(f"a label of {CONFIG}", f"'{category}'. {nearest(category, classes)}".rstrip(". "))
    if kind == "choices":
        return whole_image(category, (hw[1], hw[0]))
    width, height = result.numbers("original_width", "original_height")
    if (height, width) != hw:
        raise result.error(f"the image file's size {hw[1]} x {hw[0]}", f"{width:g} x {height:g}")
    if result.has("image_rotation"):
        raise result.error("image_rotation 0", result.value["image_rotation"])
    return _KINDS[kind](value, category, hw)


def _rectangle(value: JsonEntry, category: str, hw: tuple[int, int]) -> Label:
    x, y, w, h = _px(value.numbers("x", "y", "width", "height"), hw)
    turned = float(value.take("rotation", float)) if value.has("rotation") else 0.0
    with value.at() as where:
        if not turned:
            return box_label(category, (x, y, x + w, y + h), hw, value.path, where)
        corners = turned_corners((x, y, w, h), (x, y), turned)
        return quad_label(category, corners, hw, value.path, where)


def _polygon(value: JsonEntry, category: str, hw: tuple[int, int]) -> Label:
    points = np.array(value.points("points"), float).reshape(-1, 2) * (hw[1] / 100, hw[0] / 100)
    with value.at() as where:
        return Label.of_region(category, polygon_region(points, hw, value.path, where))


def _ellipse(value: JsonEntry, category: str, hw: tuple[int, int]) -> Label:
    if value.has("rotation"):
        raise value.error("an ellipse that is not rotated", value.value["rotation"])
    x, y, rx, ry = _px(value.numbers("x", "y", "radiusX", "radiusY"), hw)
    with value.at() as where:
        return Label.of_region(category, ellipse_region((x, y), (rx, ry), hw, value.path, where))


def _brush(value: JsonEntry, category: str, hw: tuple[int, int]) -> Label:
    if value.value.get("format") != "rle":
        raise value.error("format 'rle'", value.value.get("format"))
    try:
        mask = brush_to_mask(value.take("rle", list), hw)
    except ValueError as error:
        raise value.error("rle: Label Studio's run lengths of the image", f"{error}") from error
    with value.at() as where:
        return Label.of_region(category, filled(Region.tight(mask), value.path, where))


def _px(percents: list[float], hw: tuple[int, int]) -> tuple[float, float, float, float]:
    x, y, w, h = percents
    return x * hw[1] / 100, y * hw[0] / 100, w * hw[1] / 100, h * hw[0] / 100


_KINDS = {
    "rectanglelabels": _rectangle,
    "polygonlabels": _polygon,
    "brushlabels": _brush,
    "ellipselabels": _ellipse,
    "choices": None,
}
