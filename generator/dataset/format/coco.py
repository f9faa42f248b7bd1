"""COCO instances.

    annotations/instances_<split>.json    images/<split>/<key>.png

Written: one JSON a split that has images, piece by piece; ids from 1 (from 0 the same detections score 0.25 instead of
1.0) and never used twice in the data set; iscrowd 0; box and area from the mask; a good image has no annotation.
Segmentations are compressed RLE, or polygons along the pixels' edges, holes joined in by a bridge of no width, which
pycocotools fills exactly. A box without a mask has the segmentation []. Standard keys only, so the parameters of a
defect stay in the canonical data set; but for an image's "synthetic": true where a run made it, false for a real photo.

Read: such a folder, or one JSON with its images beside it, in images/<split>/ or in images/. RLE of both kinds,
polygons (the pixels whose centres lie inside; even-odd within one ring, any of several rings) and boxes.
Source: own; the format is that of https://cocodataset.org/#format-data.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

import orjson

from generator.core.errors import FormatError
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name, unique_keys
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import SPLITS, bare, flavoured, image_wh, source_image
from generator.imaging.masks import polygons_to_region, region_to_rle, rle_to_region
from generator.imaging.ring import region_to_rings

_SPLIT_NAMES = {"valid": "val", "validation": "val"}


def express(record: Record) -> Record:
    """Return what COCO states of a record: if it was made, category, and the mask with its box, or the box alone."""
    stated = bare(
        record,
        [
            Label.of_region(label.category, label.mask)
            if label.mask is not None
            else Label(category=label.category, bbox_xywh=label.bbox_xywh)
            for label in record.labels
        ],
    )
    return replace(stated, synthetic=record.synthetic)


def write(data: DataSet, path: Path, *, flavour: str = "exact", segmentation: str = "rle") -> None:
    """Write a data set as COCO.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks: ``exact``, ``visible`` or ``annotator``.
        segmentation: ``rle`` or ``polygon``.

    Raises:
        ConfigError: the flavour was not kept, or ``path`` cannot be replaced.
    """
    with fresh_folder(path, data.root) as folder, ExitStack() as files:
        writers: dict[str, _SplitWriter] = {}
        annotation_id = 0
        for image_id, record in enumerate(flavoured(data, flavour), 1):
            if record.split not in writers:
                writers[record.split] = _SplitWriter(folder, record.split, files)
            writer = writers[record.split]
            file_name = f"{safe_name(record.key)}{record.suffix}"
            place(source_image(data, record), folder / "images" / record.split / file_name)
            size = {"width": record.width, "height": record.height}
            writer.add_image({"id": image_id, "file_name": file_name, **size, "synthetic": record.synthetic})
            for label in record.labels:
                annotation_id += 1
                category_id = data.classes.index(label.category) + 1
                writer.add_annotation(
                    {
                        "id": annotation_id,
                        "image_id": image_id,
                        "category_id": category_id,
                        "iscrowd": 0,
                        "bbox": list(label.bbox_xywh),
                        "area": label.area_px,
                        "segmentation": _segmentation(label, record, segmentation),
                    }
                )
        for writer in writers.values() or [_SplitWriter(folder, SPLITS[0], files)]:
            writer.finish(data.classes)


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read a COCO data set.

    Args:
        path: a folder with annotations/*.json, or one JSON file.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: a file is missing, is not JSON, or does not hold what COCO promises.
    """
    folder = path / "annotations"
    files = [path] if path.is_file() else sorted(folder.glob("instances_*.json")) or sorted(folder.glob("*.json"))
    if not files:
        raise FormatError(path, "", "a JSON file, or a folder with annotations/*.json", "neither")
    root = path if path.is_dir() else path.parent.parent if path.parent.name == "annotations" else path.parent
    parts = [_read_json(file, root, problems) for file in files]
    categories: dict[int, str] = {}
    for file, part in zip(files, parts, strict=True):
        for number, name in part.categories.items():
            known = categories.setdefault(number, name)
            if known != name:
                raise FormatError(file, f"category {number}", f"the name it has elsewhere, {known!r}", repr(name))
    records = [record for part in parts for record in part.records]
    keys = unique_keys([record.image for record in records])
    named = (
        Record(
            key=key,
            split=record.split,
            image=record.image,
            width=record.width,
            height=record.height,
            labels=record.labels,
            index=index,
            synthetic=record.synthetic,
        )
        for index, (key, record) in enumerate(zip(keys, records, strict=True))
    )
    classes = dict.fromkeys(categories[number] for number in sorted(categories))
    return Records.gathered(root, classes, named)


class _SplitWriter:
    """One JSON file, written image by image; annotations wait in a second file until the images are complete."""

    def __init__(self, folder: Path, split: str, files: ExitStack) -> None:
        (folder / "images" / split).mkdir(parents=True, exist_ok=True)
        (folder / "annotations").mkdir(exist_ok=True)
        path = folder / "annotations" / f"instances_{split}.json"
        self._waiting_path = path.with_suffix(".waiting")
        self._images: IO[bytes] = files.enter_context(path.open("wb"))
        self._waiting: IO[bytes] = files.enter_context(self._waiting_path.open("w+b"))
        self._images.write(b'{"info":{},"licenses":[],"images":[')
        self._image_count = self._annotation_count = 0

    def add_image(self, image: Mapping[str, Any]) -> None:
        self._images.write((b",\n" if self._image_count else b"\n") + orjson.dumps(image))
        self._image_count += 1

    def add_annotation(self, annotation: Mapping[str, Any]) -> None:
        self._waiting.write((b",\n" if self._annotation_count else b"\n") + orjson.dumps(annotation))
        self._annotation_count += 1

    def finish(self, classes: tuple[str, ...]) -> None:
        categories = [{"id": n, "name": name, "supercategory": "defect"} for n, name in enumerate(classes, 1)]
        self._images.write(b'\n],\n"categories":' + orjson.dumps(categories) + b',\n"annotations":[')
        self._waiting.seek(0)
        shutil.copyfileobj(self._waiting, self._images)
        self._images.write(b"\n]}\n")
        self._waiting_path.unlink()


def _segmentation(label: Label, record: Record, kind: str) -> dict[str, Any] | list[list[float]]:
    if label.mask is None:
        return []
    if kind == "rle":
        return region_to_rle(label.mask, record.hw)
    return [ring.ravel().tolist() for ring in region_to_rings(label.mask, inset_px=0.0)]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one JSON file holds; the records' keys are not unique yet."""

    categories: dict[int, str]
    records: list[Record]


def _read_json(file: Path, root: Path, problems: Problems | None) -> _Part:
    try:
        content = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise FormatError(file, f"line {error.lineno}, column {error.colno}", "JSON", error.msg) from error
    if not isinstance(content, dict):
        raise FormatError(file, "", "a JSON object", _shown(content))
    split = _split_of(file)
    categories: dict[int, str] = {}
    for where, entry in _entries(content, "categories", file):
        number = _take(entry, "id", int, file, where)
        if number in categories:
            raise FormatError(file, where, "an id of its own", number)
        categories[number] = _take(entry, "name", str, file, where)
    images: dict[int, dict[str, Any]] = {}
    labels: dict[int, list[Label]] = {}
    for where, entry in _entries(content, "images", file):
        with left_out(problems):
            number = _take(entry, "id", int, file, where)
            if number in images:
                raise FormatError(file, where, "an id of its own", number)
            images[number] = {
                "image": _find_image(_take(entry, "file_name", str, file, where), file, where, root, split),
                "width": _take(entry, "width", int, file, where),
                "height": _take(entry, "height", int, file, where),
                "synthetic": entry.get("synthetic") is True,
            }
            width, height = image_wh(root / images[number]["image"])
            if (images[number]["width"], images[number]["height"]) != (width, height):
                stated = f"{images[number]['width']} x {images[number]['height']}"
                raise FormatError(file, where, f"the image file's size {width} x {height}", stated)
            labels[number] = []
    for where, entry in _entries(content, "annotations", file):
        with left_out(problems):
            image_id = _take(entry, "image_id", int, file, where)
            if image_id not in images:
                raise FormatError(file, where, "an image_id that an image has", image_id)
            category_id = _take(entry, "category_id", int, file, where)
            if category_id not in categories:
                known = ", ".join(map(str, sorted(categories))) or "none"
                raise FormatError(file, where, f"a category_id that a category has ({known})", category_id)
            hw = images[image_id]["height"], images[image_id]["width"]
            labels[image_id].append(_read_label(entry, categories[category_id], hw, file, where))
    records = [Record(key="", split=split, labels=tuple(labels[number]), **image) for number, image in images.items()]
    return _Part(categories, records)


def _read_label(entry: dict[str, Any], category: str, hw: tuple[int, int], file: Path, where: str) -> Label:
    """Return the label of an annotation; iscrowd, which some tools set on every mask, is kept among its parameters."""
    params = {"iscrowd": 1} if entry.get("iscrowd") else {}
    shape = entry.get("segmentation") or []
    if isinstance(shape, dict):
        if shape.get("size") != list(hw):
            raise FormatError(file, where, f"an RLE of the image's size {list(hw)}", shape.get("size"))
        counts = shape.get("counts")
        if not (isinstance(counts, str) or (isinstance(counts, list) and all(type(run) is int for run in counts))):
            raise FormatError(file, where, "counts that are text or a list of whole numbers", _shown(counts))
        try:
            region = rle_to_region(shape)
        except (ValueError, OverflowError) as error:
            raise FormatError(file, where, "a sound RLE", error) from error
        if region.area_px == 0:
            raise FormatError(file, where, "a mask with at least one pixel", "an empty RLE")
        return Label.of_region(category, region, params=params)
    if not isinstance(shape, list) or not all(
        isinstance(ring, list) and len(ring) >= 6 and len(ring) % 2 == 0 and _are_numbers(ring) for ring in shape
    ):
        raise FormatError(file, where, "a segmentation of RLE or of rings [x, y, x, y, x, y, ...]", _shown(shape))
    region = polygons_to_region(shape, hw) if shape else None
    if region is not None and region.area_px:
        return Label.of_region(category, region, params=params)
    box = _take(entry, "bbox", list, file, where)  # no ring, or one too thin to hold a pixel's centre
    if len(box) != 4 or not _are_numbers(box) or min(box[2:]) <= 0:
        raise FormatError(file, where, "a bbox of four numbers x, y, w > 0, h > 0", _shown(box))
    return Label(category=category, bbox_xywh=tuple(box), params=params)


def _find_image(name: str, file: Path, where: str, root: Path, split: str) -> str:
    """Return the path of an image below the root."""
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or not name:
        raise FormatError(file, where, "a file_name below the data set's folder", repr(name))
    beside = file.parent.relative_to(root)
    for folder in (Path("images") / split, Path("images"), beside, Path()):
        if (root / folder / name).is_file():
            return (folder / name).as_posix()
    places = f"{root}/images/{split}, {root}/images or beside the JSON"
    raise FormatError(file, where, f"an image file in {places}", repr(name))


def _split_of(file: Path) -> str:
    """Return the split that a file's name ends in, such as instances_val2017.json; train if it names none."""
    word = re.sub(r"[\d\W]+$", "", file.stem).rpartition("_")[2].lower()
    word = _SPLIT_NAMES.get(word, word)
    return word if word in SPLITS else SPLITS[0]


def _entries(content: dict[str, Any], key: str, file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each entry of a list with its place, such as ``annotations[3]``."""
    for number, entry in enumerate(_take(content, key, list, file, "")):
        if not isinstance(entry, dict):
            raise FormatError(file, f"{key}[{number}]", "an object", _shown(entry))
        yield f"{key}[{number}]", entry


def _take(entry: dict[str, Any], key: str, kind: type, file: Path, where: str) -> Any:
    names = {int: "a whole number", str: "text", list: "a list"}
    value = entry.get(key)
    if type(value) is not kind:
        raise FormatError(file, where, f"{key}: {names[kind]}", _shown(value) if key in entry else "no such key")
    return value


def _are_numbers(values: list[Any]) -> bool:
    return all(type(value) in (int, float) for value in values)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
