"""The files of YOLO's text labels, whatever a row of the task holds.

    data.yaml    images/<split>/<key>.png    labels/<split>/<key>.txt

One row an instance, class id from 0; a good image has an empty file. ``data.yaml`` names no ``path``: the folder it
lies in is the root then, wherever the data set is moved (a relative ``path`` would start from the current folder).
``train`` and ``val`` are demanded by the trainer, so a split that is not there is given another's images. Where rows
hold corners or heading of parts, the convention of angles lies beside data.yaml (``angle/convention.py``).

Read: where there is no data.yaml, the only other yaml, or classes.txt, a name a line, beside images/ and labels/ (with
folders for the splits or without). An image without a text file is a good one, as it is to the trainer.
Source: own; the format is that of https://docs.ultralytics.com/datasets, checked against ultralytics 8.4.190.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from generator.core.errors import FormatError
from generator.dataset.format.angle.convention import write_probe
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name, unique_keys
from generator.dataset.problem import Problems, findings_of, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import SPLITS, find_images, image_wh, source_image

DATA, CLASSES = "data.yaml", "classes.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What the rows of a task hold.

    Attributes:
        express: ``express(label, record)``, what a row states of a label.
        words: ``words(label, record)``, the words after the class id, of a label as it is expressed.
        label: ``label(category, numbers, record, file, where)`` of the numbers after the class id; raises FormatError.
        fits: whether a number of columns, the class id included, is the task's.
        columns: that number, for messages.
        note: comment lines of data.yaml where a row is that of a part.
        keys: ``keys(number of classes)``, further keys of data.yaml.
    """

    express: Callable[[Label, Record], Label]
    words: Callable[[Label, Record], Sequence[str]]
    label: Callable[[str, list[float], Record, Path, str], Label]
    fits: Callable[[int], bool]
    columns: str
    note: str = ""
    keys: Callable[[int], str] = lambda count: ""


@dataclass(frozen=True, slots=True)
class Folder:
    """A data set as data.yaml describes it.

    Attributes:
        file: the yaml; None: classes.txt names the classes instead.
        root: the folder that relative paths start from.
        classes: by their ids.
        images: the folder of images of each split.
        content: of the yaml.
    """

    file: Path | None
    root: Path
    classes: tuple[str, ...]
    images: Mapping[str, Path]
    content: Mapping[str, Any]

    @classmethod
    def at(cls, path: Path) -> Folder:
        """Return the data set at a folder or a yaml file.

        Raises:
            FormatError: data.yaml is missing or does not hold what it promises.
        """
        file = _yaml_in(path) if path.is_dir() else path
        return _read_names(path) if file is None else _read_yaml(file)


def write_rows(data: DataSet, records: Iterable[Record], path: Path, rows: Rows) -> None:
    """Write a data set.

    Args:
        data: what the records come from.
        records: of the data set, with the masks asked for.
        path: the folder to make; what is there is replaced.
        rows: of the task.

    Raises:
        ConfigError: ``path`` cannot be replaced, or the records raised it.
    """
    splits, has_parts = set(), False
    with fresh_folder(path, data.root) as folder:
        for record in records:
            splits.add(record.split)
            name = safe_name(record.key)
            place(source_image(data, record), folder / "images" / record.split / f"{name}{record.suffix}")
            lines = []
            for label in record.labels:
                has_parts = has_parts or label.orientation is not None
                words = rows.words(rows.express(label, record), record)
                lines.append(f"{data.classes.index(label.category)} {' '.join(words)}\n")
            text = folder / "labels" / record.split / f"{name}.txt"
            text.parent.mkdir(parents=True, exist_ok=True)
            text.write_text("".join(lines), "ascii")
        splits = splits or {SPLITS[0]}
        for split in splits:
            for kind in ("images", "labels"):
                (folder / kind / split).mkdir(parents=True, exist_ok=True)
        note = "".join(f"# {line}\n" for line in rows.note.splitlines()) if has_parts else ""
        content = note + _data_yaml(data.classes, splits) + rows.keys(len(data.classes))
        (folder / DATA).write_text(content, "utf-8")
        if has_parts:
            write_probe(folder)


def read_rows(folder: Folder, problems: Problems | None, rows: Rows) -> Records:
    """Read the images and rows of a data set.

    Args:
        folder: as data.yaml describes it.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.
        rows: of the task.
    """
    root, found = folder.root, []
    for split, images in folder.images.items():
        files = find_images(images)
        stems = {image.relative_to(images).with_suffix("") for image in files}
        labels = _labels_beside(images)
        for text in sorted(labels.rglob("*.txt")):
            if text.name != CLASSES and text.relative_to(labels).with_suffix("") not in stems:
                with left_out(problems):
                    raise FormatError(text, "", f"an image of that name in {images}", "none")
        found.extend((split, image) for image in files)
    names = [(image.relative_to(root) if image.is_relative_to(root) else image).as_posix() for _, image in found]
    records = []
    for index, (key, name, (split, image)) in enumerate(zip(unique_keys(names), names, found, strict=True)):
        with left_out(problems):
            width, height = image_wh(image)
            record = Record(key=key, split=split, image=name, width=width, height=height, index=index)
            images = folder.images[split]
            text = (_labels_beside(images) / image.relative_to(images)).with_suffix(".txt")
            known, kept = len(problems or ()), []
            if text.is_file():
                with left_out(problems):
                    kept = _read_labels(text, record, folder.classes, rows, problems)
            findings = findings_of((problems or [])[known:], root)
            records.append(replace(record, labels=tuple(kept), findings=findings))
    return Records.gathered(root, folder.classes, records)


def _read_labels(
    text: Path, record: Record, classes: tuple[str, ...], rows: Rows, problems: Problems | None
) -> list[Label]:
    try:
        lines = text.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FormatError(text, "", "text", error.reason) from error
    labels = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            with left_out(problems):
                labels.append(_read_label(line.split(), record, classes, rows, text, f"line {number}"))
    return labels


def _read_label(
    words: list[str], record: Record, classes: tuple[str, ...], rows: Rows, text: Path, where: str
) -> Label:
    if not rows.fits(len(words)):
        raise FormatError(text, where, rows.columns, len(words))
    try:
        class_id, *values = (float(word) for word in words)
    except ValueError as error:
        raise FormatError(text, where, "numbers", str(error).partition(": ")[2]) from error
    if not 0 <= class_id < len(classes) or class_id != int(class_id):
        known = f"a class id from 0 to {len(classes) - 1}" if classes else "a class id, of which there is none"
        raise FormatError(text, where, known, words[0])
    return rows.label(classes[int(class_id)], values, record, text, where)


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


def _read_names(root: Path) -> Folder:
    """Return the data set of a folder of images, labels and classes.txt."""
    file = _names_file(root)
    try:
        names = [name.strip() for name in file.read_text("utf-8-sig").splitlines()]
    except UnicodeDecodeError as error:
        raise FormatError(file, "", "text", error.reason) from error
    folders = {split: root / "images" / split for split in SPLITS if (root / "images" / split).is_dir()}
    return Folder(None, root, tuple(name for name in names if name), folders or {SPLITS[0]: root / "images"}, {})


def _read_yaml(file: Path) -> Folder:
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
    return Folder(file, root, tuple(str(name) for name in names), folders, content)
