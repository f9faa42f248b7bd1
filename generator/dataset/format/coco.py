"""COCO instances.

    annotations/instances_<split>.json    images/<split>/<key>.png

Written: one JSON a split that has images, piece by piece; ids from 1 (from 0 the same detections score 0.25 instead of
1.0) and never used twice in the data set; iscrowd 0; box and area from the mask; a good image has no annotation.
Segmentations are compressed RLE, or polygons along the pixels' edges, holes joined in by a bridge of no width, which
pycocotools fills exactly. A box without a mask has the segmentation []. Standard keys only, so the parameters of a
defect stay in the canonical data set; but for an image's "synthetic": true where a run made it, false for a real photo.

Angles, where they are known: images have "angle_deg" and "symmetry"; whole parts have "rotation" (degrees,
counter-clockwise as displayed), "symmetry" and "quad_xy", the corners of the box in the part's own frame; ``info`` says
the convention, and probes lie beside. There is no "attributes.rotation": CVAT turns the annotation's box or mask by it,
clockwise, and ours lie on the image as they are. What looks the same at every angle has symmetry 0 and null.

Read: such a folder, or one JSON with its images beside it, in images/<split>/ or in images/; also a folder with
<split>/_annotations.coco.json beside the images. RLE of both kinds, polygons and boxes, by the rules of
``dataset/sound.py``: a polygon stands for the pixels whose centres lie inside (``imaging.masks.polygons_to_region``);
one too thin to hold any is its box. A broken annotation is left out, a broken image with all that is on it; ids that
two images or two categories have are neither's.
Source: own; the format is that of https://cocodataset.org/#format-data.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

import orjson

from generator.core.annotation import Orientation, Region
from generator.core.errors import FormatError
from generator.dataset.format.angle.convention import CONVENTION, write_probe
from generator.dataset.json_file import JsonFile
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import safe_name, unique_keys
from generator.dataset.problem import Problems, findings_of, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.sound import sound_box, sound_orientation, sound_quad, sound_region
from generator.dataset.view import SPLITS, bare, flavoured, image_wh, source_image
from generator.imaging.masks import region_to_rle, rle_to_region
from generator.imaging.ring import region_to_rings

_SPLIT_NAMES = {"valid": "val", "validation": "val"}
_SECTIONS = ("categories", "images", "annotations")
_BESIDE = "_annotations.coco.json"
_KINDS = {int: "a whole number", str: "text", list: "a list"}


def express(record: Record) -> Record:
    """Return what COCO states of a record: if it was made, category, mask and box, or the box alone, and angles."""
    stated = bare(record, [_stated(label) for label in record.labels])
    return replace(stated, synthetic=record.synthetic, orientation=record.orientation)


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
        annotation_id, parts = 0, set()
        for image_id, record in enumerate(flavoured(data, flavour), 1):
            if record.split not in writers:
                writers[record.split] = _SplitWriter(folder, record.split, files)
            writer = writers[record.split]
            file_name = f"{safe_name(record.key)}{record.suffix}"
            place(source_image(data, record), folder / "images" / record.split / file_name)
            size = {"width": record.width, "height": record.height}
            image = {"id": image_id, "file_name": file_name, **size, "synthetic": record.synthetic}
            writer.add_image(image | _turned("angle_deg", record.orientation))
            for label in record.labels:
                annotation_id += 1
                category_id = data.classes.index(label.category) + 1
                if label.orientation is not None:
                    parts.add(label.category)
                writer.add_annotation(
                    {
                        "id": annotation_id,
                        "image_id": image_id,
                        "category_id": category_id,
                        "iscrowd": 0,
                        "bbox": list(label.bbox_xywh),
                        "area": label.area_px,
                        "segmentation": _segmentation(label, record, segmentation),
                        **_turned("rotation", label.orientation),
                        **({} if label.orientation is None or label.quad_xy is None else {"quad_xy": label.quad_xy}),
                    }
                )
        for writer in writers.values() or [_SplitWriter(folder, SPLITS[0], files)]:
            writer.finish(data.classes, parts)
        if any(writer.has_angles for writer in writers.values()):
            write_probe(folder)


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read a COCO data set.

    Args:
        path: a folder with annotations/*.json, or one JSON file.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: a file is missing, is not JSON, or does not hold what COCO promises.
    """
    root, files = _files_of(path)
    parts = [_Annotations(file, root, problems) for file in files]
    records = [record for part in parts for record in part.records()]
    keys = unique_keys([record.image for record in records])
    named = (
        replace(record, key=key, index=index) for index, (key, record) in enumerate(zip(keys, records, strict=True))
    )
    numbered = sorted((number, name) for part in parts for number, name in part.categories.items())
    return Records.gathered(root, dict.fromkeys(name for _, name in numbered), named)


class _SplitWriter:
    """One JSON file, written image by image; images and annotations wait in files of their own until all are there."""

    def __init__(self, folder: Path, split: str, files: ExitStack) -> None:
        (folder / "images" / split).mkdir(parents=True, exist_ok=True)
        (folder / "annotations").mkdir(exist_ok=True)
        self._path = folder / "annotations" / f"instances_{split}.json"
        self._waiting: dict[str, IO[bytes]] = {
            section: files.enter_context(self._path.with_suffix(f".{section}").open("w+b")) for section in _SECTIONS[1:]
        }
        self.has_angles = False

    def add_image(self, image: Mapping[str, Any]) -> None:
        self._add("images", image)

    def add_annotation(self, annotation: Mapping[str, Any]) -> None:
        self._add("annotations", annotation)

    def _add(self, section: str, entry: Mapping[str, Any]) -> None:
        self.has_angles = self.has_angles or "symmetry" in entry
        file = self._waiting[section]
        file.write((b",\n" if file.tell() else b"\n") + orjson.dumps(entry))

    def finish(self, classes: tuple[str, ...], parts: Collection[str]) -> None:
        """Write the file; ``parts`` are the classes of whole parts."""
        categories = [
            {"id": n, "name": name, "supercategory": "part" if name in parts else "defect"}
            for n, name in enumerate(classes, 1)
        ]
        info = {"description": f"Angles (angle_deg, rotation): {CONVENTION}; of a part about its own centre."}
        with self._path.open("wb") as file:
            file.write(b'{"info":' + orjson.dumps(info if self.has_angles else {}) + b',"licenses":[],"images":[')
            self._copy("images", file)
            file.write(b'\n],\n"categories":' + orjson.dumps(categories) + b',\n"annotations":[')
            self._copy("annotations", file)
            file.write(b"\n]}\n")

    def _copy(self, section: str, file: IO[bytes]) -> None:
        self._waiting[section].seek(0)
        shutil.copyfileobj(self._waiting[section], file)
        self._path.with_suffix(f".{section}").unlink()


def _stated(label: Label) -> Label:
    if label.mask is not None:
        kept = Label.of_region(label.category, label.mask)
    else:
        kept = Label(category=label.category, bbox_xywh=label.bbox_xywh)
    return kept if label.orientation is None else replace(kept, quad_xy=label.quad_xy, orientation=label.orientation)


def _turned(key: str, orientation: Orientation | None) -> dict[str, Any]:
    """Return the keys that state an orientation; none where it is not known."""
    return {} if orientation is None else {key: orientation.angle_deg, "symmetry": orientation.symmetry}


def _segmentation(label: Label, record: Record, kind: str) -> dict[str, Any] | list[list[float]]:
    if label.mask is None:
        return []
    if kind == "rle":
        return region_to_rle(label.mask, record.hw)
    return [ring.ravel().tolist() for ring in region_to_rings(label.mask, inset_px=0.0)]


class _Annotations:
    """One JSON file, its images and annotations as they are read; the records' keys are not unique yet.

    Args:
        file: the JSON.
        root: the data set's folder.
        problems: as in ``read``.
    """

    def __init__(self, file: Path, root: Path, problems: Problems | None) -> None:
        self._file, self._root, self._problems = JsonFile.read(file), root, problems
        if not isinstance(self._file.content, dict):
            raise FormatError(file, "", "a JSON object", _shown(self._file.content))
        self._split = _split_of(file)
        self.categories: dict[int, str] = {}
        self._images: dict[int, Record] = {}
        self._dropped: set[int] = set()
        self._labels: dict[str, list[Label]] = {}
        self._lost: dict[str, Problems] = {}
        sections = [(key, self._take(self._file.content, key, list, "")) for key in _SECTIONS]
        for (key, entries), read_entry in zip(sections, (self._category, self._image, self._annotation), strict=True):
            for number, entry in enumerate(entries):
                own: Problems | None = None if problems is None else []
                with left_out(own), self._file.at(key, number) as where:
                    if not isinstance(entry, dict):
                        raise FormatError(file, where, "an object", _shown(entry))
                    read_entry(entry, where)
                if own:
                    self._lose(key, entry, own)

    def records(self) -> Iterator[Record]:
        """Yield an image after the other with its labels; two entries of one file are one image."""
        for image, record in {record.image: record for record in self._images.values()}.items():
            findings = findings_of(self._lost.get(image, ()), self._root)
            yield replace(record, labels=tuple(self._labels.get(image, ())), findings=findings)

    def _lose(self, key: str, entry: Any, problems: Problems) -> None:
        """Note what is broken: an image goes with its labels, a label leaves a finding on its image."""
        self._problems.extend(problems)
        number = entry.get("id" if key == "images" else "image_id") if isinstance(entry, dict) else None
        if type(number) is int and key == "images":
            self._dropped.add(number)
        elif type(number) is int and key == "annotations" and number in self._images:
            self._lost.setdefault(self._images[number].image, []).extend(problems)

    def _category(self, entry: dict[str, Any], where: str) -> None:
        number = self._take(entry, "id", int, where)
        name = self._take(entry, "name", str, where)
        if number in self.categories:
            del self.categories[number]  # which of the two its labels mean is not known
            raise FormatError(self._file.path, where, "an id of its own", number)
        self.categories[number] = name

    def _image(self, entry: dict[str, Any], where: str) -> None:
        path = self._file.path
        number = self._take(entry, "id", int, where)
        if number in self._images or number in self._dropped:
            self._images.pop(number, None)  # which of the two its labels belong to is not known
            raise FormatError(path, where, "an id of its own", number)
        image = _find_image(self._take(entry, "file_name", str, where), path, where, self._root, self._split)
        stated = tuple(self._take(entry, key, int, where) for key in ("width", "height"))
        width, height = image_wh(self._root / image)
        if stated != (width, height):
            expected = f"the image file's size {width} x {height}"
            raise FormatError(path, where, expected, f"{stated[0]} x {stated[1]}")
        self._images[number] = Record(
            key="",
            split=self._split,
            image=image,
            width=width,
            height=height,
            synthetic=entry.get("synthetic") is True,
            orientation=self._orientation(entry, "angle_deg", where),
        )

    def _annotation(self, entry: dict[str, Any], where: str) -> None:
        image_id = self._take(entry, "image_id", int, where)
        if image_id in self._dropped:
            return
        if image_id not in self._images:
            raise FormatError(self._file.path, where, "an image_id that an image has", image_id)
        category_id = self._take(entry, "category_id", int, where)
        if category_id not in self.categories:
            known = ", ".join(map(str, sorted(self.categories))) or "none"
            raise FormatError(self._file.path, where, f"a category_id that a category has ({known})", category_id)
        image = self._images[image_id]
        label = self._label(entry, self.categories[category_id], image.hw, where)
        orientation = self._orientation(entry, "rotation", where)
        if orientation is not None:
            quad = entry.get("quad_xy")
            quad_xy = None if quad is None else sound_quad(quad, self._file.path, where)
            label = replace(label, orientation=orientation, quad_xy=quad_xy)
        self._labels.setdefault(image.image, []).append(label)

    def _label(self, entry: dict[str, Any], category: str, hw: tuple[int, int], where: str) -> Label:
        """Return the label of an annotation; iscrowd, which some tools set on every mask, is kept as a parameter."""
        params = {"iscrowd": 1} if entry.get("iscrowd") else {}
        path, shape = self._file.path, entry.get("segmentation") or []
        if isinstance(shape, dict):
            return Label.of_region(category, _region_of_rle(shape, hw, path, where), params=params)
        if isinstance(shape, list):
            shape = [ring for ring in shape if ring != []]  # some tools write [[]] for no polygon
        if not isinstance(shape, list) or not all(
            isinstance(ring, list) and len(ring) >= 6 and len(ring) % 2 == 0 and _are_numbers(ring) for ring in shape
        ):
            raise FormatError(path, where, "a segmentation of RLE or of rings [x, y, x, y, x, y, ...]", _shown(shape))
        region = sound_region(shape, hw, path, where) if shape else None
        if region is not None and region.area_px:
            return Label.of_region(category, region, params=params)
        box = self._take(entry, "bbox", list, where)  # no ring, or one too thin to hold a pixel's centre
        if len(box) != 4 or not _are_numbers(box) or min(box[2:]) <= 0:
            raise FormatError(path, where, "a bbox of four numbers x, y, w > 0, h > 0", _shown(box))
        return Label(category=category, bbox_xywh=sound_box(box, hw, path, where), params=params)

    def _orientation(self, entry: dict[str, Any], key: str, where: str) -> Orientation | None:
        """Return the orientation of an entry; None unless it has our two keys: others' angles mean other things."""
        if key not in entry or "symmetry" not in entry:
            return None
        return sound_orientation(entry[key], entry["symmetry"], self._file.path, where)

    def _take(self, entry: dict[str, Any], key: str, kind: type, where: str) -> Any:
        value = entry.get(key)
        if type(value) is not kind:
            got = _shown(value) if key in entry else "no such key"
            raise FormatError(self._file.path, where, f"{key}: {_KINDS[kind]}", got)
        return value


def _region_of_rle(rle: dict[str, Any], hw: tuple[int, int], file: Path, where: str) -> Region:
    if rle.get("size") != list(hw):
        raise FormatError(file, where, f"an RLE of the image's size {list(hw)}", rle.get("size"))
    counts = rle.get("counts")
    is_text = isinstance(counts, str) and counts.isascii()
    is_list = isinstance(counts, list) and all(type(run) is int and abs(run) < 2**62 for run in counts)
    if not is_text and not is_list:
        raise FormatError(file, where, "counts that are ASCII text or a list of whole numbers", _shown(counts))
    try:
        region = rle_to_region(rle)
    except ValueError as error:
        raise FormatError(file, where, "a sound RLE", error) from error
    if region.area_px == 0:
        raise FormatError(file, where, "a mask with at least one pixel", "an empty RLE")
    return region


def _files_of(path: Path) -> tuple[Path, list[Path]]:
    """Return the root and the JSON files of a data set."""
    if path.is_file():
        return path.parent.parent if path.parent.name == "annotations" else path.parent, [path]
    for pattern in ("annotations/instances_*.json", "annotations/*.json", f"**/{_BESIDE}", "*.json"):
        files = sorted(path.glob(pattern))
        if files:
            return path, files
    raise FormatError(path, "", "a JSON file, or a folder with annotations/*.json", "neither")


def _find_image(name: str, file: Path, where: str, root: Path, split: str) -> str:
    """Return the path of an image below the root."""
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or not name:
        raise FormatError(file, where, "a file_name below the data set's folder", repr(name))
    subset = file.stem.removeprefix("instances_")  # such as train2017, the name of a folder too
    beside = file.parent.relative_to(root)
    for folder in (Path("images") / split, Path("images") / subset, Path("images"), Path(subset), beside, Path()):
        if (root / folder / name).is_file():
            return (folder / name).as_posix()
    places = f"{root}/images/{split}, {root}/images or beside the JSON"
    raise FormatError(file, where, f"an image file in {places}", repr(name))


def _split_of(file: Path) -> str:
    """Return the split that a file's name ends in, such as instances_val2017.json, or its folder's; train if none."""
    for name in (file.stem, file.parent.name):
        word = re.sub(r"[\d\W]+$", "", name).rpartition("_")[2].lower()
        word = _SPLIT_NAMES.get(word, word)
        if word in SPLITS:
            return word
    return SPLITS[0]


def _are_numbers(values: list[Any]) -> bool:
    return all(type(value) in (int, float) for value in values)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
