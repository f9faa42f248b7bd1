"""A detector's results on a validation set, in COCO's form.

    [{"image_id": 7, "category_id": 1, "bbox": [x, y, w, h], "score": 0.9}, ...]

``image_id`` and ``category_id`` are those of the data set's own COCO files, where it has them. In any other layout an
image is named by its key, its file's name or its stem (7 for 000007.png), and classes count from 1 in their order.
Source: own; the format is that of https://cocodataset.org/#format-results.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from generator.core.errors import FormatError, nearest
from generator.dataset.record import DataSet, Record

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One box that a detector drew.

    Attributes:
        image: key of its image.
        category: its class.
        xywh: px, w and h > 0.
        score: how sure it was.
    """

    image: str
    category: str
    xywh: Box
    score: float


def read_predictions(path: Path, data: DataSet, files: Path, split: str, least_score: float) -> list[Prediction]:
    """Return a detector's predictions on one split of a data set.

    Args:
        path: of the JSON.
        data: the data set.
        files: where it lies, whose COCO files say the ids.
        split: of the images.
        least_score: predictions that are less sure are left out.

    Raises:
        FormatError: it is no list of results, or names an image or a class that the split does not have.
    """
    entries = _content(path)
    images = {record.key: record for record in data}
    keys = _keys_by_id(images.values(), files, split)
    elsewhere = _keys_by_id(images.values(), files, "")
    classes = _classes_by_id(data, files, split)
    found = []
    for number, entry in enumerate(entries):
        where = f"entry {number}"
        if not isinstance(entry, Mapping):
            raise FormatError(path, where, "an object", repr(entry)[:60])
        image_id, category_id = entry.get("image_id"), entry.get("category_id")
        key = keys.get(_word(image_id))
        if key is None:
            raise _unknown_image(path, where, image_id, split, elsewhere, images)
        if isinstance(category_id, bool) or category_id not in classes:
            known = ", ".join(f"{n} {name}" for n, name in list(classes.items())[:8])
            raise FormatError(path, where, f"a category_id of the data set ({known})", repr(category_id))
        box, score = entry.get("bbox"), entry.get("score")
        if not _are_numbers(box, 4) or min(box[2:]) <= 0:
            raise FormatError(path, where, "a bbox of four numbers x, y, w > 0, h > 0", repr(box)[:60])
        if not _are_numbers([score], 1):
            raise FormatError(path, where, "score: a number", repr(score)[:60])
        if score >= least_score:
            found.append(Prediction(image=key, category=classes[category_id], xywh=tuple(box), score=float(score)))
    return found


def _content(path: Path) -> list[Any]:
    try:
        content = orjson.loads(path.read_bytes())
    except OSError as error:
        raise FormatError(path, "", "a JSON file of COCO results", error.strerror or "no such file") from error
    except orjson.JSONDecodeError as error:
        raise FormatError(path, f"line {error.lineno}, column {error.colno}", "JSON", error.msg) from error
    if not isinstance(content, list):
        expected = "COCO results, a list of {image_id, category_id, bbox, score}"
        raise FormatError(path, "", expected, f"{type(content).__name__} {repr(content)[:40]}")
    return content


def _keys_by_id(records: Iterable[Record], files: Path, split: str) -> dict[str, str]:
    """Return the keys of a split's images (empty: of all) by every id that results may name them with."""
    found: dict[str, set[str]] = defaultdict(set)
    for record in records:
        if split and record.split != split:
            continue
        path = PurePosixPath(record.image)
        below = ("/".join(path.parts[first:]) for first in range(len(path.parts)))
        for word in (record.key, *below, path.stem, *((str(int(path.stem)),) if path.stem.isdecimal() else ())):
            found[word].add(record.key)
    by_name = {word: min(keys) for word, keys in found.items() if len(keys) == 1}  # two images of a name: neither
    own = {}
    for content in _coco_files(files, split):
        for image in _objects(content, "images"):
            path = PurePosixPath(str(image.get("file_name", "")).replace("\\", "/"))
            key = by_name.get(path.as_posix(), by_name.get(path.name))
            if key is not None and "id" in image:
                own[_word(image["id"])] = key
    return own or by_name


def _classes_by_id(data: DataSet, files: Path, split: str) -> dict[int, str]:
    own = {
        category["id"]: category["name"]
        for content in _coco_files(files, split)
        for category in _objects(content, "categories")
        if isinstance(category.get("id"), int) and category.get("name") in data.classes
    }
    return own or dict(enumerate(data.classes, 1))


def _coco_files(path: Path, split: str) -> Iterator[Mapping[str, Any]]:
    """Yield what a data set's COCO files hold; of several those of the split, whose ids may be met in others too."""
    below = ("annotations/*.json", "_annotations.coco.json", "*/_annotations.coco.json")
    places = (path,) if path.is_file() else tuple(file for pattern in below for file in path.glob(pattern))
    named = [file for file in sorted(places) if split and split in f"{file.parent.name} {file.stem}"]
    for file in named or sorted(places):
        try:
            content = orjson.loads(file.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            continue  # the data set's own reader has said what is wrong with it
        if isinstance(content, Mapping):
            yield content


def _objects(content: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    entries = content.get(key)
    return (entry for entry in entries if isinstance(entry, Mapping)) if isinstance(entries, list) else iter(())


def _unknown_image(
    path: Path, where: str, image_id: object, split: str, elsewhere: Mapping[str, str], images: Mapping[str, Record]
) -> FormatError:
    key = elsewhere.get(_word(image_id))
    expected = f"an image_id of the {split} images"
    if key is not None and images[key].split != split:
        return FormatError(path, where, expected, f"{image_id!r}, which is {key}, an image of {images[key].split}")
    words = [word for word in elsewhere if images[elsewhere[word]].split == split]
    return FormatError(path, where, expected, f"{image_id!r}. {nearest(_word(image_id), words[:20])}".rstrip(". "))


def _word(value: object) -> str:
    """Return an id as text: that of a whole number, or the last part of a path."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return PurePosixPath(value).name if isinstance(value, str) else ""


def _are_numbers(values: object, count: int) -> bool:
    return (
        isinstance(values, list)
        and len(values) == count
        and all(type(value) in (int, float) and math.isfinite(value) for value in values)
    )
