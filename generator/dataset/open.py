"""Any data set by its path: the layout is recognised by what lies there, or named.

Source: own.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import orjson

from generator.core.errors import ConfigError, closest
from generator.core.names import MARKER
from generator.dataset.format.angle import angle_csv, angle_folders
from generator.dataset.format.angle.angle_table import ANGLE
from generator.dataset.format.box import dota, rectangle2
from generator.dataset.format.table import FORMATS
from generator.dataset.problem import Problems
from generator.dataset.record import DataSet
from generator.dataset.store import RECORDS, Store
from generator.dataset.view import IMAGE_SUFFIXES, SPLITS, find_images

AUTO, CANONICAL = "auto", "canonical"
KNOWN = (AUTO, CANONICAL, *FORMATS)
_LOOKED_AT = 50  # label files whose rows or keys are looked at
_TEXT_FILES = (
    ("text.jsonl", "text_jsonl"),
    ("rec_gt*.txt", "paddleocr_rec"),
    ("Label.txt", "paddleocr_det"),
    ("data.mdb", "lmdb"),
    ("metadata.jsonl", "hf_text"),
    ("labels.txt", "trdg"),
    ("angles.jsonl", "angle_jsonl"),
)


def open_data(path: Path, format_name: str = AUTO, problems: Problems | None = None, where: str = "data") -> DataSet:
    """Return the data set at a path.

    Args:
        path: its folder, or the file that describes it.
        format_name: a name of ``KNOWN``; ``auto`` recognises it.
        problems: where broken labels are listed, which are left out; None: the first one is raised.
        where: the key that named the path, for messages.

    Raises:
        ConfigError: there is no such path or format, or nothing known lies there.
        FormatError: the data set does not hold what its format promises.
    """
    if format_name not in KNOWN:
        raise ConfigError("format", "one of " + ", ".join(KNOWN), f"'{format_name}'", closest(format_name, KNOWN))
    if not path.exists():
        raise ConfigError(where, "a data set", f"'{path}', which does not exist")
    _require_finished(path, where)
    name = recognise(path, where) if format_name == AUTO else format_name
    return Store.open(path) if name == CANONICAL else FORMATS[name].read(path, problems)


def _require_finished(path: Path, where: str) -> None:
    """Raise ``ConfigError`` for a run that was stopped or is not done: its masks would be read as somebody else's."""
    if (path / MARKER).is_file() and (path / "images").is_dir() and not (path / RECORDS).is_file():
        hint = "Repeat the command that began it, which goes on from there."
        raise ConfigError(where, "a finished data set", f"'{path}', which is still being made or was stopped", hint)


def recognise(path: Path, where: str = "data") -> str:
    """Return the name of the layout that lies at a path.

    Signs that leave no doubt are looked for first, then those that also lie beside other data, such as a CSV file.

    Args:
        path: a folder, or the file that describes a data set.
        where: the key that named the path, for messages.

    Raises:
        ConfigError: none is recognised, or several are.
    """
    found: list[str] = []
    if path.is_file():
        found = [name for name in (_of_file(path),) if name in KNOWN]
    elif path.is_dir():
        found = [name for name in _clear_signs(path) if name in KNOWN]
        found = found or [name for name in _weak_signs(path) if name in KNOWN]
    if not found:
        hint = "Name it with format=... if it is one of them."
        raise ConfigError(where, "a data set as " + ", ".join(KNOWN[1:]), f"none of them at '{path}'", hint)
    if len(found) > 1:
        shown = f"{' and '.join(found)} at '{path}'"
        raise ConfigError(where, "a data set in one layout", shown, "Name the one to read with format=...")
    return found[0]


def _of_file(file: Path) -> str:
    """Return the format that a file describes; empty: none is known."""
    suffix = file.suffix.lower()
    text = next((name for pattern, name in _TEXT_FILES if file.match(pattern)), "")
    if text:
        return text
    if suffix in (".yaml", ".yml"):
        return _yolo_task(file.parent)
    if suffix == ".json":
        return _of_json(file)
    if suffix in (".csv", ".tsv"):
        return _of_table(file)
    return "cvat" if suffix == ".xml" else ""


def _of_json(file: Path) -> str:
    """Return the format of a JSON file by its outermost keys; a broken one is called COCO, whose reader says why."""
    try:
        content = orjson.loads(file.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except (OSError, orjson.JSONDecodeError):
        return "coco"
    if isinstance(content, list):
        is_task = bool(content) and isinstance(content[0], dict) and "data" in content[0]
        return "label_studio" if is_task else ""
    if not isinstance(content, dict):
        return ""
    if {"imgs", "anns"} <= content.keys():
        return "coco_text"
    return "coco" if {"images", "annotations"} & content.keys() else "labelme" if "shapes" in content else ""


def _clear_signs(path: Path) -> Iterator[str]:
    """Yield the formats whose own files lie in a folder; one whose files are also another's hides that one."""
    has = {name: (path / name).is_dir() for name in ("images", "masks", "ground_truth", "labels")}
    if (path / RECORDS).is_file():
        yield CANONICAL
    elif (path / "captions.jsonl").is_file():
        yield "captions"
    else:
        if any(chain(path.glob("annotations/*.json"), path.glob("_annotations.coco.json"))) or any(
            path.glob("*/_annotations.coco.json")
        ):
            yield "coco"
        if (path / "data.yaml").is_file() or (has["labels"] and any(path.glob("labels/**/*.txt"))):
            yield _yolo_task(path)
        if any(chain(path.glob("Annotations/*.xml"), path.glob("*/Annotations/*.xml"))) or any(
            path.glob("VOCdevkit/*/Annotations/*.xml")
        ):
            yield "voc"
        if any((file.parent / "ann").is_dir() or any(file.parent.glob("*/**/ann")) for file in _metas(path)):
            yield "supervisely"
        if any(b"<annotations" in _head(file) for file in sorted(path.glob("*.xml"))):
            yield "cvat"
        if has["ground_truth"] or any(path.glob("*/ground_truth")):
            yield "mvtec"
        if has["images"] and has["masks"]:
            yield "mask_index" if (path / "classes.json").is_file() else "mask_folder"
        elif has["masks"]:
            yield "plain"
        if (path / angle_folders.TABLE).is_file() or any(path.glob("*/deg_[0-3][0-9][0-9]")):
            yield "angle_folders"
        if (path / rectangle2.FILE).is_file():
            yield "rectangle2"
        if (path / dota.LABELS).is_dir() or any(path.glob(f"*/{dota.LABELS}")):
            yield "dota"
        if (path / angle_csv.FILE).is_file() and _of_table(path / angle_csv.FILE) == "angle_csv":
            yield "angle_csv"
        yield from _signs_of_text(path)


def _signs_of_text(path: Path) -> Iterator[str]:
    """Yield the formats of text whose own files lie in a folder or right below."""
    for pattern, name in _TEXT_FILES:
        files = chain(path.glob(pattern), path.glob(f"*/{pattern}"))
        if name == "trdg":
            files = (file for file in files if _names_image(file))
        elif name == "hf_text":
            files = (file for file in files if b'"text"' in _head(file).partition(b"\n")[0])
        if any(files):
            yield name
    if any(chain(path.glob("gt_*.txt"), path.glob("*/gt_*.txt"))):
        yield "icdar2015"
    if any(path.glob("coco_text_*.json")):
        yield "coco_text"
    if any(path.glob("*/char_U+*")):
        yield "char_folders"


def _of_table(file: Path) -> str:
    """Return the format of a table by its columns."""
    row = _head(file).partition(b"\n")[0].decode("utf-8-sig", "replace").lower()
    columns = {cell.strip() for mark in ",;\t" for cell in row.split(mark)}
    if columns.issuperset(rectangle2.NUMBERS):
        return "rectangle2"
    return "angle_csv" if ANGLE in columns else "csv"


def _names_image(file: Path) -> bool:
    """Say whether the first row of a file names an image, as TRDG's does and a list of classes does not."""
    row = _head(file).partition(b"\n")[0].decode("utf-8-sig", "replace").lower()
    return any(f"{suffix}{mark}" in row for suffix in IMAGE_SUFFIXES for mark in ("\t", " "))


def _weak_signs(path: Path) -> Iterator[str]:
    """Yield the format of a folder by signs that may lie beside other data: the first that fits."""
    of_files = [_of_json(file) for file in sorted(path.glob("*.json"))[:_LOOKED_AT]]
    beside = (_of_json(file) for file in sorted(path.glob("*/**/*.json"))[:_LOOKED_AT])
    for name in ("coco", "coco_text", "label_studio", "labelme"):
        if name in of_files:
            yield name
            return
    if "labelme" in beside:
        yield "labelme"
    elif any(b"<annotation>" in _head(file) for file in chain(path.glob("*.xml"), islice(path.glob("*/*.xml"), 1))):
        yield "voc"
    elif any(chain(path.glob("*.csv"), path.glob("*.tsv"))):
        tables = {_of_table(file) for file in chain(path.glob("*.csv"), path.glob("*.tsv"))}
        yield "rectangle2" if tables == {"rectangle2"} else "csv"
    elif any(find_images(folder) for split in SPLITS for folder in (path / split).glob("*") if folder.is_dir()):
        yield "yolo_classify"


def _metas(path: Path) -> list[Path]:
    """Return the descriptions of Supervisely projects in a folder or right below."""
    return sorted(chain(path.glob("meta.json"), path.glob("*/meta.json")))


def _yolo_task(path: Path) -> str:
    """Return YOLO's task: key points in a yaml, or the columns of the first rows.

    5 mostly are boxes, else 9 in every row oriented boxes.
    """
    if any(b"\nkpt_shape:" in b"\n" + _head(file) for file in chain(path.glob("*.yaml"), path.glob("*.yml"))):
        return "yolo_pose"
    labels = sorted(chain(path.glob("labels/**/*.txt"), path.glob("*/labels/**/*.txt")))[:_LOOKED_AT]
    counts = [len(row.split()) for file in labels for row in _head(file).splitlines()[:_LOOKED_AT]]
    polygons = [count for count in counts if count >= 7 and count % 2]
    if len(polygons) <= counts.count(5):
        return "yolo_detect"
    return "yolo_obb" if set(polygons) == {9} else "yolo_segment"


def _head(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(1 << 16)
