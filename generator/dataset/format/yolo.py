"""YOLO's text labels: detection boxes, segments and oriented boxes.

    data.yaml    images/<split>/<key>.png    labels/<split>/<key>.txt

One row an instance, class id from 0, coordinates as parts of the image's width and height in [0, 1]:

    detect   class  cx cy w h
    segment  class  x1 y1 x2 y2 ...               one ring, see generator/imaging/ring.py
    obb      class  x1 y1 x2 y2 x3 y3 x4 y4       clockwise as displayed

A good image has an empty file. ``data.yaml`` names no ``path``: the folder it lies in is the root then, wherever the
data set is moved (a relative ``path`` would start from the current folder). ``train`` and ``val`` are demanded by the
trainer, so a split that is not there is given another's images.

What the task cannot state. detect: the mask. segment: nothing; holes and parts are joined into the ring by bridges of
no width, which even-odd filling undoes; a fill that also paints outlines (the trainer's) is exact but for a line of
one pixel along a bridge between parts. obb: the mask; the corners are those of the smallest rotated rectangle, cut to
the frame, because labels outside [0, 1] are refused. Boxes and corners are kept to 1/1000 px. Two rows that are equal
count as one to the trainer. It caches labels beside them (labels/*.cache): a new export starts without.

Read: where there is no data.yaml, the only other yaml, or classes.txt, a name a line, beside images/ and labels/ (with
folders for the splits or without). A polygon stands for the pixels whose centres lie inside
(``imaging.masks.polygons_to_region``), one too thin to hold any for its box. What lies up to 1 % outside the image is
cut off, what lies further out is broken; an image without a text file is a good one, as it is to the trainer.

Source: own; the format is that of https://docs.ultralytics.com/datasets, checked against ultralytics 8.4.190.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml

from generator.core.errors import FormatError
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name, unique_keys
from generator.dataset.problem import Problems, findings_of, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.sound import box_around, sound_box, sound_region
from generator.dataset.view import SPLITS, bare, find_images, flavoured, image_wh, mask_of, source_image
from generator.imaging.masks import region_to_quad_xy
from generator.imaging.ring import region_to_ring

Task = Literal["detect", "segment", "obb"]
DATA, CLASSES = "data.yaml", "classes.txt"
_DIGITS = 8  # of a coordinate in [0, 1]: 1/1000 px is kept up to 100,000 px
_KEPT = 3  # digits of a px
_TOLERANCE = 0.01  # how far outside [0, 1] the trainer lets a coordinate lie


def express(record: Record, *, task: Task) -> Record:
    """Return what a row of the task states of each label of a record."""
    return bare(record, [_TASKS[task][0](label, record) for label in record.labels])


def write(data: DataSet, path: Path, *, flavour: str = "exact", task: Task) -> None:
    """Write a data set for a task.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks: ``exact``, ``visible`` or ``annotator``.
        task: what a row holds.

    Raises:
        ConfigError: the flavour was not kept, a mask is needed and missing, or ``path`` cannot be replaced.
    """
    express_label, to_row, _ = _TASKS[task]
    splits = set()
    with fresh_folder(path, data.root) as folder:
        for record in flavoured(data, flavour):
            splits.add(record.split)
            name = safe_name(record.key)
            place(source_image(data, record), folder / "images" / record.split / f"{name}{record.suffix}")
            rows = []
            for label in record.labels:
                values = np.asarray(to_row(express_label(label, record))).reshape(-1, 2) / (record.width, record.height)
                numbers = (f"{value:.{_DIGITS}f}" for value in values.ravel())
                rows.append(f"{data.classes.index(label.category)} {' '.join(numbers)}\n")
            text = folder / "labels" / record.split / f"{name}.txt"
            text.parent.mkdir(parents=True, exist_ok=True)
            text.write_text("".join(rows), "ascii")
        splits = splits or {SPLITS[0]}
        for split in splits:
            for kind in ("images", "labels"):
                (folder / kind / split).mkdir(parents=True, exist_ok=True)
        (folder / DATA).write_text(_data_yaml(data.classes, splits), "utf-8")


def read(path: Path, problems: Problems | None = None, *, task: Task) -> Records:
    """Read a data set of a task.

    Args:
        path: the folder that holds data.yaml or classes.txt, or a yaml file.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.
        task: what a row holds.

    Raises:
        FormatError: data.yaml is missing or does not hold what it promises.
    """
    file = _yaml_in(path) if path.is_dir() else path
    root, classes, folders = _read_names(path) if file is None else _read_yaml(file)
    found: list[tuple[str, Path]] = []
    for split, folder in folders.items():
        images = find_images(folder)
        stems = {image.relative_to(folder).with_suffix("") for image in images}
        labels = _labels_beside(folder)
        for text in sorted(labels.rglob("*.txt")):
            if text.name != CLASSES and text.relative_to(labels).with_suffix("") not in stems:
                with left_out(problems):
                    raise FormatError(text, "", f"an image of that name in {folder}", "none")
        found.extend((split, image) for image in images)
    names = [(image.relative_to(root) if image.is_relative_to(root) else image).as_posix() for _, image in found]
    records = []
    for index, (key, name, (split, image)) in enumerate(zip(unique_keys(names), names, found, strict=True)):
        with left_out(problems):
            width, height = image_wh(image)
            record = Record(key=key, split=split, image=name, width=width, height=height, index=index)
            text = (_labels_beside(folders[split]) / image.relative_to(folders[split])).with_suffix(".txt")
            known, rows = len(problems or ()), []
            if text.is_file():
                with left_out(problems):
                    rows = _read_rows(text, record, classes, task, problems)
            findings = findings_of((problems or [])[known:], root)
            records.append(replace(record, labels=tuple(rows), findings=findings))
    return Records.gathered(root, classes, records)


def _express_detect(label: Label, record: Record) -> Label:
    x, y, w, h = label.bbox_xywh
    left, top = max(0.0, _kept(x)), max(0.0, _kept(y))
    right, bottom = min(record.width, _kept(x + w)), min(record.height, _kept(y + h))
    return Label(category=label.category, bbox_xywh=(left, top, _kept(right - left), _kept(bottom - top)))


def _detect_to_row(label: Label) -> list[float]:
    x, y, w, h = label.bbox_xywh
    return [x + w / 2, y + h / 2, w, h]


def _detect_from_row(category: str, values: np.ndarray, record: Record, text: Path, where: str) -> Label:
    (cx, cy), (w, h) = values
    box = (_kept(cx - w / 2), _kept(cy - h / 2), _kept(w), _kept(h))
    box = sound_box(box, record.hw, text, where, _tolerance_px(record))
    return _express_detect(Label(category=category, bbox_xywh=box), record)


def _express_segment(label: Label, record: Record) -> Label:
    return Label.of_region(label.category, mask_of(label, record))


def _segment_to_row(label: Label) -> np.ndarray:
    return region_to_ring(label.mask)


def _segment_from_row(category: str, values: np.ndarray, record: Record, text: Path, where: str) -> Label:
    region = sound_region([values], record.hw, text, where, _tolerance_px(record))
    if region.area_px:
        return Label.of_region(category, region)
    box = tuple(map(_kept, box_around([values])))  # a ring too thin to hold a pixel's centre
    return Label(category=category, bbox_xywh=sound_box(box, record.hw, text, where, _tolerance_px(record)))


def _express_obb(label: Label, record: Record) -> Label:
    if label.quad_xy is not None and label.mask is None:
        quad = np.asarray(label.quad_xy)
    elif label.mask is not None:
        quad = region_to_quad_xy(label.mask)
    else:
        x, y, w, h = label.bbox_xywh
        quad = np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)])
    quad = np.clip(np.round(quad, _KEPT), 0, (record.width, record.height))
    first = int(np.lexsort((quad[:, 1], quad.sum(axis=1)))[0])  # the corner nearest to the image's first pixel
    return _label_of_quad(label.category, np.roll(quad, -first, axis=0))


def _obb_to_row(label: Label) -> np.ndarray:
    return np.asarray(label.quad_xy)


def _obb_from_row(category: str, values: np.ndarray, record: Record, text: Path, where: str) -> Label:
    sound_region([values], record.hw, text, where, _tolerance_px(record))
    label = _label_of_quad(category, np.clip(np.round(values, _KEPT), 0, (record.width, record.height)))
    sound_box(label.bbox_xywh, record.hw, text, where)
    return label


def _label_of_quad(category: str, quad: np.ndarray) -> Label:
    (x, y), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    corners = tuple((float(a), float(b)) for a, b in quad)
    box = (float(x), float(y), _kept(right - x), _kept(bottom - y))
    return Label(category=category, bbox_xywh=box, quad_xy=corners)


_TASKS: dict[str, tuple[Callable[..., Label], Callable[..., Any], Callable[..., Label]]] = {
    "detect": (_express_detect, _detect_to_row, _detect_from_row),
    "segment": (_express_segment, _segment_to_row, _segment_from_row),
    "obb": (_express_obb, _obb_to_row, _obb_from_row),
}
_COLUMNS = {"detect": "5 columns", "segment": "7 columns or more, of an odd number", "obb": "9 columns"}


def _read_rows(
    text: Path, record: Record, classes: tuple[str, ...], task: Task, problems: Problems | None
) -> list[Label]:
    try:
        lines = text.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FormatError(text, "", "text", error.reason) from error
    labels = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            with left_out(problems):
                labels.append(_read_row(line.split(), record, classes, task, text, f"line {number}"))
    return labels


def _read_row(words: list[str], record: Record, classes: tuple[str, ...], task: Task, text: Path, where: str) -> Label:
    count = len(words)
    if not {"detect": count == 5, "segment": count >= 7 and count % 2 == 1, "obb": count == 9}[task]:
        raise FormatError(text, where, _COLUMNS[task], count)
    try:
        class_id, *values = (float(word) for word in words)
    except ValueError as error:
        raise FormatError(text, where, "numbers", str(error).partition(": ")[2]) from error
    if not 0 <= class_id < len(classes) or class_id != int(class_id):
        known = f"a class id from 0 to {len(classes) - 1}" if classes else "a class id, of which there is none"
        raise FormatError(text, where, known, words[0])
    outside = [v for v in values if not (math.isfinite(v) and -_TOLERANCE <= v <= 1 + _TOLERANCE)]
    if outside:
        raise FormatError(text, where, "coordinates in [0, 1]", f"{outside[0]:g}")
    points = np.array(values).reshape(-1, 2) * (record.width, record.height)
    return _TASKS[task][2](classes[int(class_id)], points, record, text, where)


def _tolerance_px(record: Record) -> tuple[float, float]:
    return _TOLERANCE * record.width, _TOLERANCE * record.height


def _kept(value: float) -> float:
    return round(float(value), _KEPT)


def _labels_beside(folder: Path) -> Path:
    """Return the folder of a folder of images' labels: its last part named images, replaced by labels."""
    parts = list(folder.parts)
    for number in range(len(parts) - 1, -1, -1):
        if parts[number] == "images":
            return Path(*parts[:number], "labels", *parts[number + 1 :])
    return folder


def _data_yaml(classes: Iterable[str], splits: set[str]) -> str:
    instead = next(split for split in ("train", "test", "val") if split in splits)
    used = {"train": "train" if "train" in splits else "val" if "val" in splits else instead}
    used["val"] = "val" if "val" in splits else "test" if "test" in splits else instead
    if "test" in splits:
        used["test"] = "test"
    lines = [f"{split}: images/{folder}\n" for split, folder in used.items()]
    names = [f"  {number}: {_quoted(name)}\n" for number, name in enumerate(classes)]
    return "".join((*lines, "names:\n" if names else "names: {}\n", *names))


def _quoted(text: str) -> str:
    """Return text in YAML's double quotes; what cannot be printed is escaped."""
    return '"' + "".join(f"\\{c}" if c in '"\\' else c if c.isprintable() else f"\\U{ord(c):08x}" for c in text) + '"'


def _yaml_in(folder: Path) -> Path | None:
    """Return data.yaml, or the only other yaml there is; None: classes.txt names the classes instead."""
    found = sorted(file for suffix in ("yaml", "yml") for file in folder.glob(f"*.{suffix}"))
    if (folder / DATA) in found or (len(found) != 1 and not _names_file(folder)):
        return folder / DATA
    return found[0] if len(found) == 1 else None


def _names_file(root: Path) -> Path | None:
    return next((file for file in (root / CLASSES, root / "labels" / CLASSES) if file.is_file()), None)


def _read_names(root: Path) -> tuple[Path, tuple[str, ...], dict[str, Path]]:
    """Return what ``_read_yaml`` does for a folder of images, labels and classes.txt."""
    file = _names_file(root)
    try:
        names = [name.strip() for name in file.read_text("utf-8-sig").splitlines()]
    except UnicodeDecodeError as error:
        raise FormatError(file, "", "text", error.reason) from error
    folders = {split: root / "images" / split for split in SPLITS if (root / "images" / split).is_dir()}
    return root, tuple(name for name in names if name), folders or {SPLITS[0]: root / "images"}


def _read_yaml(file: Path) -> tuple[Path, tuple[str, ...], dict[str, Path]]:
    """Return the root, the classes, and the folder of images of each split."""
    try:
        content = yaml.safe_load(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise FormatError(file, "", "a data.yaml", "no such file") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FormatError(file, "", "YAML", " ".join(str(error).split())) from error
    if not isinstance(content, dict):
        raise FormatError(file, "", "keys and values", repr(content)[:60])
    names = content.get("names")
    if isinstance(names, dict):
        if not all(type(number) is int for number in names) or sorted(names) != list(range(len(names))):
            raise FormatError(file, "names", f"the numbers from 0 to {len(names) - 1} as keys", list(names))
        names = [names[number] for number in range(len(names))]
    if not isinstance(names, list):
        shown = "no such key" if names is None else repr(names)[:60]
        raise FormatError(file, "names", "a list or numbered names", shown)
    root = file.parent / str(content.get("path") or ".")
    root = root if root.is_dir() else file.parent  # the trainer's own data folder, which is not here
    folders: dict[str, Path] = {}
    for split in SPLITS:
        value = content.get(split)
        if value is None:
            continue
        if not isinstance(value, str):
            raise FormatError(file, split, "the folder of its images", repr(value)[:60])
        folder = root / value
        if not folder.is_dir() and value.startswith("../"):  # as the trainer does, for data sets from Roboflow
            folder = root / value[3:]
        if not folder.is_dir():
            raise FormatError(file, split, "a folder of images", f"{folder}, which is none")
        if folder not in folders.values():
            folders[folder.name if folder.name in SPLITS and folder.name not in folders else split] = folder
    if not folders:
        raise FormatError(file, "", f"at least one of the keys {', '.join(SPLITS)}", "none")
    return root, tuple(str(name) for name in names), folders
