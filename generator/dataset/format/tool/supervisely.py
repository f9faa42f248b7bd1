"""Supervisely project: meta.json, and a folder a data set with images and their annotations.

    meta.json    <split>/img/<key>.png    <split>/ann/<key>.png.json

Written: masks as bitmaps (base64 of a zlib-packed PNG of the mask's box), boxes as rectangles of whole pixels, whose
corners both belong to them; the image's tag ``synthetic`` where it was made. The data set is the split. Where it is
known how an image or a whole part is turned, it has the tags ``angle`` (degrees, counter-clockwise as displayed) and
``symmetry``; ``symmetry`` alone, 0, where it looks the same at every angle. The image's description says the
convention, and probes lie beside meta.json.

Read: bitmap, alpha mask, polygon with holes, rectangle. The split is the data set's name, or else the image's tag
train, val or test. A class that meta.json does not have is broken. Angles are read where meta.json has both tags as
numbers: another project's angle may mean something else.
What it cannot state: boxes of parts of pixels; they grow to whole ones. The corners of a part's own box.
Source: own; https://developer.supervisely.com, supervisely-annotation-format, checked against the SDK 6.74.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from generator.core.annotation import Orientation
from generator.core.errors import AssetError, FormatError, nearest
from generator.dataset.format.angle.convention import CONVENTION, write_probe
from generator.dataset.format.reading.gather import Gathered, split_named
from generator.dataset.format.reading.json_entry import JsonEntry
from generator.dataset.format.reading.shape import bitmap_region, box_label, polygon_region, stated_whole
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.sound import sound_orientation
from generator.dataset.view import MAX_PIXELS, SPLITS, bare, find_images, flavoured, source_image
from generator.imaging.codec import decode_bitmap, encode_palette_png, index_colours

META = "meta.json"
SYNTHETIC = "synthetic"
ANGLE, SYMMETRY = ANGLE_TAGS = ("angle", "symmetry")
_BLACK_WHITE = np.array([(0, 0, 0), (255, 255, 255)], np.uint8)
_LINES = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


def express(record: Record) -> Record:
    """Return what Supervisely states of a record: category, the mask, or the box in whole pixels, and angles."""
    kept = bare(record, [_stated(label, record) for label in record.labels])
    return replace(kept, synthetic=record.synthetic, orientation=record.orientation)


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as a Supervisely project.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks: ``exact``, ``visible`` or ``annotator``.

    Raises:
        ConfigError: the flavour was not kept, or ``path`` cannot be replaced.
    """
    shapes: dict[str, set[str]] = {name: set() for name in data.classes}
    splits, has_angles = set(), False
    with fresh_folder(path, data.root) as folder:
        for record in map(express, flavoured(data, flavour)):
            splits.add(record.split)
            name = f"{safe_name(record.key)}{record.suffix}"
            place(source_image(data, record), folder / record.split / "img" / name)
            objects = [_object(label) for label in record.labels]
            for entry in objects:
                shapes[entry["classTitle"]].add(entry["geometryType"])
            is_turned = any(one.orientation is not None for one in (record, *record.labels))
            has_angles = has_angles or is_turned
            made = [{"name": SYNTHETIC, "value": None}] if record.synthetic else []
            content = {
                "description": f"angle: {CONVENTION}" if is_turned else "",
                "tags": [*made, *_angle_tags(record.orientation)],
                "size": {"height": record.height, "width": record.width},
                "objects": objects,
            }
            file = folder / record.split / "ann" / f"{name}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(orjson.dumps(content, option=_LINES))
        for split in splits or {SPLITS[0]}:
            for part in ("img", "ann"):
                (folder / split / part).mkdir(parents=True, exist_ok=True)
        (folder / META).write_bytes(orjson.dumps(_meta(shapes, has_angles), option=_LINES))
        if has_angles:
            write_probe(folder)


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read a Supervisely project.

    Args:
        path: its folder, or a folder that holds one project.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no meta.json, or a file does not hold what Supervisely promises; file and line are named.
    """
    root = _project(path)
    meta = JsonEntry.top(root / META)
    classes = tuple(dict.fromkeys(entry.take("title", str) for entry in meta.items("classes")))
    numbers = _number_tags(meta)
    gathered = Gathered(root, problems)
    for folder in sorted(folder for folder in root.rglob("ann") if folder.is_dir()):
        images = {image.name: image for image in find_images(folder.parent / "img")}
        for file in sorted(folder.rglob("*.json")):
            with left_out(problems):
                image = images.pop(file.name.removesuffix(".json"), None) or _by_stem(file, images)
                if image is None:
                    raise FormatError(file, "", f"its image {file.stem} in {folder.parent / 'img'}", "no such file")
                _read_file(JsonEntry.top(file), image, gathered, classes, set(ANGLE_TAGS) <= numbers)
        for image in images.values():
            with left_out(problems):
                raise FormatError(image, "", f"its labels in {folder / (image.name + '.json')}", "no such file")
    return gathered.done(classes)


def _stated(label: Label, record: Record) -> Label:
    return replace(stated_whole(label, record), orientation=label.orientation)


def _angle_tags(orientation: Orientation | None) -> list[dict[str, Any]]:
    if orientation is None:
        return []
    values = zip(ANGLE_TAGS, (orientation.angle_deg, orientation.symmetry), strict=True)
    return [{"name": name, "value": value} for name, value in values if value is not None]


def _object(label: Label) -> dict[str, Any]:
    x, y, w, h = label.bbox_xywh
    entry: dict[str, Any] = {"classTitle": label.category, "description": "", "tags": _angle_tags(label.orientation)}
    if label.mask is None:
        points = {"exterior": [[x, y], [x + w - 1, y + h - 1]], "interior": []}
        return entry | {"geometryType": "rectangle", "points": points}
    png = encode_palette_png(label.mask.bits.astype(np.uint8), _BLACK_WHITE, has_clear=True)
    packed = base64.b64encode(zlib.compress(png)).decode("ascii")
    return entry | {"geometryType": "bitmap", "bitmap": {"data": packed, "origin": [x, y]}}


def _meta(shapes: Mapping[str, set[str]], has_angles: bool) -> dict[str, Any]:
    colours = [f"#{bytes(colour).hex().upper()}" for colour in index_colours(len(shapes) + 1)[1:].tolist()]
    classes = []
    for number, (name, kinds) in enumerate(shapes.items()):
        kind = "any" if len(kinds) > 1 else next(iter(kinds), "bitmap")
        classes.append({"title": name, "shape": kind, "color": colours[number]})
    tags = [{"name": SYNTHETIC, "value_type": "none", "color": "#808080"}]
    if has_angles:
        tags += [{"name": name, "value_type": "any_number", "color": "#808080"} for name in ANGLE_TAGS]
    return {"classes": classes, "tags": tags}


def _project(path: Path) -> Path:
    if (path / META).is_file():
        return path
    found = sorted(file.parent for file in path.glob(f"*/{META}"))
    if len(found) != 1:
        raise FormatError(path, "", META, ", ".join(folder.name for folder in found) or "none")
    return found[0]


def _by_stem(file: Path, images: dict[str, Path]) -> Path | None:
    """Return the image of an annotation named without the image's suffix, as older projects have it."""
    names = [name for name in images if Path(name).stem == file.stem]
    return images.pop(names[0]) if len(names) == 1 else None


def _read_file(top: JsonEntry, image: Path, gathered: Gathered, classes: tuple[str, ...], has_angles: bool) -> None:
    height, width = top.below("size").numbers("height", "width")
    with top.at() as where:
        hw = gathered.measured(image, (width, height), top.path, where)
    tags = _tags(top.items("tags")) if top.has("tags") else ()
    dataset = image.relative_to(gathered.root).parts[:-1]
    named = [word for part in (*dataset, *tags) if (word := split_named(part))]
    split = named[0] if named else SPLITS[0]

    def to_label(entry: JsonEntry) -> Label:
        label = _to_label(entry, hw, classes)
        return replace(label, orientation=_orientation(entry)) if has_angles else label

    orientation = _orientation(top) if has_angles else None
    objects = top.items("objects")
    gathered.add(image, hw, split, objects, to_label, synthetic=SYNTHETIC in tags, orientation=orientation)


def _tags(entries: Iterable[JsonEntry]) -> tuple[str, ...]:
    return tuple(entry.take("name", str) for entry in entries)


def _number_tags(meta: JsonEntry) -> set[str]:
    entries = meta.items("tags") if meta.has("tags") else ()
    kinds = {entry.take("name", str): entry.value.get("value_type") for entry in entries}
    return {name for name, kind in kinds.items() if kind == "any_number"}


def _orientation(entry: JsonEntry) -> Orientation | None:
    """Return the orientation that tags state; None: they do not."""
    values: dict[str, Any] = {}
    for tag in entry.items("tags") if entry.has("tags") else ():
        name = tag.take("name", str)
        if name in ANGLE_TAGS:
            if name in values:
                raise tag.error(f"one tag {name}", "a second one")
            values[name] = tag.take("value", float)
    if not values:
        return None
    symmetry = values.get(SYMMETRY, 1)
    with entry.at() as where:  # the tool may write whole numbers as 4.0
        order = int(symmetry) if type(symmetry) is float and symmetry.is_integer() else symmetry
        return sound_orientation(values.get(ANGLE), order, entry.path, where)


def _to_label(entry: JsonEntry, hw: tuple[int, int], classes: tuple[str, ...]) -> Label:
    category = entry.take("classTitle", str)
    if category not in classes:
        raise entry.error(f"a class of {META}", f"'{category}'. {nearest(category, classes)}".rstrip(". "))
    kind = entry.take("geometryType", str)
    if kind == "rectangle":
        (x, y), (right, bottom) = entry.below("points").points("exterior", 2)
        corners = min(x, right), min(y, bottom), max(x, right) + 1, max(y, bottom) + 1
        with entry.at() as where:
            return box_label(category, corners, hw, entry.path, where)
    if kind == "polygon":
        points = entry.below("points")
        outer = points.points("exterior")
        holes = [_ring(hole) for hole in points.items("interior")] if points.has("interior") else []
        with entry.at() as where:
            return Label.of_region(category, polygon_region(outer, hw, entry.path, where, holes))
    if kind in ("bitmap", "alpha_mask"):
        bitmap = entry.below("bitmap" if entry.has("bitmap") else kind)
        bits = _decode(bitmap)
        origin = bitmap.take("origin", list)
        if len(origin) != 2 or not all(type(value) is int for value in origin):
            raise bitmap.error("origin: two whole numbers x, y", origin)
        with entry.at() as where:
            return Label.of_region(category, bitmap_region(bits, *origin, hw, entry.path, where))
    raise entry.error("geometryType bitmap, polygon or rectangle", f"'{kind}'")


def _ring(hole: JsonEntry) -> list[list[float]]:
    return JsonEntry(hole.file, {"interior": hole.value}, hole.keys[:-2]).points("interior")


def _decode(bitmap: JsonEntry) -> np.ndarray:
    try:
        packed = base64.b64decode(bitmap.take("data", str), validate=True)
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(packed, MAX_PIXELS)
        if not unpacker.eof:
            raise bitmap.error("data: a whole zlib stream", f"{len(packed)} bytes that are cut off")
        return decode_bitmap(data, "data", MAX_PIXELS)
    except binascii.Error as error:
        raise bitmap.error("data: base64", f"{error}") from error
    except zlib.error as error:
        raise bitmap.error("data: a zlib stream", f"{error}") from error
    except AssetError as error:
        raise bitmap.error(f"data: {error.needed_for}", error.cause) from error
