"""Captions for models that learn from words.

    images/<split>/<key>.png    annotations/captions_<split>.json    captions.jsonl    prompts.txt    prompts.json

``captions_<split>.json`` is COCO's, a caption an image. A line of ``captions.jsonl`` is an image: its file, split and
caption, and its instances with category, box and a caption each. ``prompts.txt`` is what an open-vocabulary detector is
asked for, a line a class in the order of class ids, and ``prompts.json`` says which class each prompt stands for.

What it cannot state: masks, whole parts. Source: own; the format of the JSON is that of https://cocodataset.org
(captions).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import IO, Any

import orjson

from generator.core.errors import FormatError
from generator.dataset.format.caption.noun import noun_of
from generator.dataset.format.caption.sentence import SURFACE, sentence_of_image, sentence_of_label
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name, unique_keys
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import SPLITS, Defects, bare, defects_only, image_wh, source_image

LINES = "captions.jsonl"
PROMPTS = "prompts.json"


def express(record: Record) -> Record:
    """Return what captions state of a record: boxes."""
    labels = defects_only(record).labels
    return bare(record, [Label(category=label.category, bbox_xywh=label.bbox_xywh) for label in labels])


def write(data: DataSet, path: Path, *, flavour: str = "exact", caption_surface: str = SURFACE) -> None:
    """Write a data set's captions.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks that boxes, sizes and places are taken from: ``exact``, ``visible`` or ``annotator``.
        caption_surface: what photos show, a singular noun; drawn parts are called by their name.

    Raises:
        ConfigError: the flavour was not kept, or ``path`` cannot be replaced.
    """
    defects = Defects(data, flavour)
    with fresh_folder(path, data.root) as folder, ExitStack() as files:
        (folder / "annotations").mkdir()
        lines = files.enter_context((folder / LINES).open("wb"))
        splits: dict[str, _SplitWriter] = {}
        for number, record in enumerate(defects, 1):
            if record.split not in splits:
                splits[record.split] = _SplitWriter(folder, record.split, files)
            name = f"{safe_name(record.key)}{record.suffix}"
            file = f"images/{record.split}/{name}"
            place(source_image(data, record), folder / file)
            line = _line(record, file, caption_surface)
            lines.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            splits[record.split].add(number, name, record, line["caption"])
        for writer in splits.values() or [_SplitWriter(folder, SPLITS[0], files)]:
            writer.finish()
        prompts = {name: noun_of(name) for name in defects.classes}
        (folder / PROMPTS).write_bytes(orjson.dumps(prompts, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        (folder / "prompts.txt").write_text("".join(f"{noun}\n" for noun in prompts.values()), encoding="utf-8")


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read the images, boxes and classes of captions.

    Args:
        path: the folder.
        problems: where broken lines are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: a file is missing, or does not hold what ``write`` puts there.
    """
    prompts = _json_of(path / PROMPTS)
    if not isinstance(prompts, dict):
        raise FormatError(path / PROMPTS, "", '{"<class>": "<prompt>", ...}', repr(prompts)[:60])
    try:
        content = (path / LINES).read_bytes()
    except OSError as error:
        raise FormatError(path / LINES, "", "a line of JSON an image", error.strerror or "no such file") from error
    found: list[Record] = []
    for number, line in enumerate(content.splitlines(), 1):
        with left_out(problems):
            found.append(_read_line(line, path, f"line {number}", tuple(prompts)))
    keys = unique_keys([record.image for record in found])
    records = [
        Record(
            key=key,
            split=one.split,
            image=one.image,
            width=one.width,
            height=one.height,
            labels=one.labels,
            index=index,
        )
        for index, (key, one) in enumerate(zip(keys, found, strict=True))
    ]
    return Records.gathered(path, prompts, records)


def _line(record: Record, file: str, surface: str) -> dict[str, Any]:
    return {
        "file": file,
        "split": record.split,
        "caption": sentence_of_image(record, surface),
        "instances": [
            {
                "category": label.category,
                "bbox_xywh": list(label.bbox_xywh),
                "caption": sentence_of_label(label, record, surface),
            }
            for label in record.labels
        ],
    }


class _SplitWriter:
    """One of COCO's JSON files, written image by image; captions wait in a second file until all images stand."""

    def __init__(self, folder: Path, split: str, files: ExitStack) -> None:
        (folder / "images" / split).mkdir(parents=True, exist_ok=True)
        path = folder / f"annotations/captions_{split}.json"
        self._waiting_path = path.with_suffix(".waiting")
        self._images: IO[bytes] = files.enter_context(path.open("wb"))
        self._waiting: IO[bytes] = files.enter_context(self._waiting_path.open("w+b"))
        self._images.write(b'{"info":{},"licenses":[],"images":[')
        self._between = b"\n"

    def add(self, number: int, name: str, record: Record, caption: str) -> None:
        image = {"id": number, "file_name": name, "width": record.width, "height": record.height}
        self._images.write(self._between + orjson.dumps(image))
        self._waiting.write(self._between + orjson.dumps({"id": number, "image_id": number, "caption": caption}))
        self._between = b",\n"

    def finish(self) -> None:
        self._images.write(b'\n],\n"annotations":[')
        self._waiting.seek(0)
        shutil.copyfileobj(self._waiting, self._images)
        self._images.write(b"\n]}\n")
        self._waiting_path.unlink()


def _json_of(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except OSError as error:
        raise FormatError(file, "", "a JSON file", error.strerror or "no such file") from error
    except orjson.JSONDecodeError as error:
        raise FormatError(file, f"line {error.lineno}, column {error.colno}", "JSON", error.msg) from error


def _read_line(line: bytes, root: Path, where: str, classes: tuple[str, ...]) -> Record:
    file = root / LINES
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise FormatError(file, where, "a line of JSON", error.msg) from error
    name, split = (_text(entry, key, file, where) for key in ("file", "split"))
    if split not in SPLITS:
        raise FormatError(file, where, f"split: one of {', '.join(SPLITS)}", repr(split))
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or not (root / name).is_file():
        raise FormatError(file, where, "an image file below the data set's folder", repr(name))
    instances = entry.get("instances")
    if not isinstance(instances, list):
        raise FormatError(file, where, "instances: a list", repr(instances)[:60])
    width, height = image_wh(root / name)
    labels = tuple(_read_label(instance, file, where, classes) for instance in instances)
    return Record(key="", split=split, image=name, width=width, height=height, labels=labels)


def _read_label(instance: object, file: Path, where: str, classes: tuple[str, ...]) -> Label:
    category = _text(instance, "category", file, where)
    if category not in classes:
        raise FormatError(file, where, f"a category that {PROMPTS} names", repr(category))
    box = instance.get("bbox_xywh")  # type: ignore[attr-defined]
    numbers = isinstance(box, list) and len(box) == 4 and all(type(value) in (int, float) for value in box)
    if not numbers or min(box[2:]) <= 0:
        raise FormatError(file, where, "a bbox_xywh of four numbers x, y, w > 0, h > 0", repr(box)[:60])
    return Label(category=category, bbox_xywh=tuple(box))


def _text(entry: object, key: str, file: Path, where: str) -> str:
    value = entry.get(key) if isinstance(entry, Mapping) else None
    if not isinstance(value, str):
        raise FormatError(file, where, f"an object with {key}: text", repr(entry if value is None else value)[:60])
    return value
