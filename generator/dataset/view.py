"""Records as a format sees them: one flavour of mask, one class an image, images and masks as files.

Source: own.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from generator.core.annotation import Region
from generator.core.errors import AssetError, ConfigError, FormatError, closest, nearest
from generator.core.geometry import Rect
from generator.dataset.problem import LABEL_LEFT_OUT
from generator.dataset.record import FLAVOURS, DataSet, Label, Record
from generator.imaging.codec import decode_mask, decode_shown_mask, encode_mask_png
from generator.imaging.file.header import inspect

SPLITS = ("train", "val", "test")
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
MAX_PIXELS = 512_000_000
_ORIENTATION_TAG = 274
_TURNED = {5, 6, 7, 8}  # EXIF orientations that swap width and height


def is_good(record: Record) -> bool:
    """Say whether a record shows no defect: it has no label but those of whole parts, and none that is broken."""
    defects = any(label.orientation is None for label in record.labels)
    return not defects and not any(finding.code == LABEL_LEFT_OUT for finding in record.findings)


def flavoured(data: DataSet, flavour: str) -> Iterator[Record]:
    """Yield the records of a data set with the masks of one flavour; a label that has none of it is left out.

    So is an image whose every label was broken: a format would state it as a good one.

    Raises:
        ConfigError: there is no such flavour, or the data set did not keep it.
    """
    if flavour not in FLAVOURS:
        raise ConfigError("export_mask", f"one of {', '.join(FLAVOURS)}", flavour, closest(flavour, FLAVOURS))
    for record in data:
        if not record.labels and not is_good(record):
            continue
        unknown = next((label.category for label in record.labels if label.category not in data.classes), None)
        if unknown is not None:
            raise ConfigError(f"image {record.key}", f"a class of {data.root}", unknown, nearest(unknown, data.classes))
        yield replace(record, labels=labels_in(record, flavour))


def defects_only(record: Record) -> Record:
    """Return a record without its whole parts: to a format that tells good from defective they would be defects."""
    defects = tuple(label for label in record.labels if label.orientation is None)
    return record if len(defects) == len(record.labels) else replace(record, labels=defects)


class Defects:
    """The records of a data set as a format that tells good images from defective ones sees them: without whole parts.

    Args:
        data: what to write.
        flavour: of the masks, as in ``flavoured``.
    """

    def __init__(self, data: DataSet, flavour: str) -> None:
        self._data, self._flavour = data, flavour
        self._parts: set[str] = set()
        self._defects: set[str] = set()

    def __iter__(self) -> Iterator[Record]:
        for record in flavoured(self._data, self._flavour):
            for label in record.labels:
                (self._defects if label.orientation is None else self._parts).add(label.category)
            yield defects_only(record)

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes, without those that only whole parts have; known once all records have been gone through."""
        return tuple(name for name in self._data.classes if name in self._defects or name not in self._parts)


def labels_in(record: Record, flavour: str) -> tuple[Label, ...]:
    """Return the labels of a record with the masks of one flavour; one that has no pixel of it is left out.

    Raises:
        ConfigError: the data set did not keep it.
    """
    try:
        labels = [label.with_flavour(flavour) for label in record.labels]
    except ValueError as error:
        hint = "Generate the data set with these masks, or export the exact ones."
        raise ConfigError("export_mask", "masks that were kept", f"image {record.key}: {error}", hint) from error
    return tuple(label for label in labels if label is not None and not _is_outside(label))


def _is_outside(label: Label) -> bool:
    """Say whether a label is of a part that has left the image."""
    return label.orientation is not None and label.mask is not None and label.mask.area_px == 0


def bare(record: Record, labels: Sequence[Label]) -> Record:
    """Return a record with no more than its image and the labels given: what exported files can state."""
    return Record(
        key=record.key,
        split=record.split,
        image=record.image,
        width=record.width,
        height=record.height,
        labels=tuple(labels),
    )


def mask_of(label: Label, record: Record) -> Region:
    """Return a label's mask.

    Raises:
        ConfigError: it is a box without a mask, which a format of masks cannot state.
    """
    if label.mask is None:
        hint = "Export to coco, yolo_detect or yolo_obb instead."
        raise ConfigError(f"image {record.key}", "labels with masks", f"a {label.category} that is a box only", hint)
    return label.mask


def united(regions: Sequence[Region]) -> Region:
    """Return the pixels that lie in any of the regions; at least one region."""
    x, y = min(r.rect.x for r in regions), min(r.rect.y for r in regions)
    right, bottom = max(r.rect.x + r.rect.w for r in regions), max(r.rect.y + r.rect.h for r in regions)
    frame = Rect(x, y, right - x, bottom - y)
    bits = np.zeros((frame.h, frame.w), bool)
    for region in regions:
        bits[region.rect.inside(frame)] |= region.bits
    return Region.tight(bits, x, y)


def largest_category(labels: Sequence[Label]) -> str:
    """Return the category with the most pixels; of equals, the one whose label comes first."""
    areas: dict[str, float] = {}
    for label in labels:
        areas[label.category] = areas.get(label.category, 0) + label.area_px
    return max(areas, key=lambda category: areas[category])


def source_image(data: DataSet, record: Record) -> Path:
    """Return where a record's image lies."""
    return data.root / record.image


def find_images(folder: Path) -> list[Path]:
    """Return the image files in a folder and below, linked folders too, sorted; none if there is no such folder."""
    return [file for file in find_files(folder) if file.suffix.lower() in IMAGE_SUFFIXES]


def find_files(folder: Path) -> list[Path]:
    """Return the files in a folder and below, linked folders too, sorted; none if there is no such folder."""
    found, seen = [], set()
    for place, below, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:  # a link to a folder above it, or a second one to the same
            below.clear()
            continue
        seen.add(real)
        found += [Path(place, name) for name in names]
    return sorted(path for path in found if path.is_file())


def is_turned(path: Path) -> bool:
    """Say whether an image file is displayed otherwise than its pixels lie; False where it cannot be read."""
    try:
        with path.open("rb") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return inspect(stream, path.name, MAX_PIXELS).picture.getexif().get(_ORIENTATION_TAG, 1) in range(2, 9)
    except (AssetError, OSError):
        return False


def image_wh(path: Path) -> tuple[int, int]:
    """Return an image file's width and height in px as displayed, from its head and tail alone.

    Raises:
        FormatError: it is no image, or a part of one.
    """
    try:
        with path.open("rb") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = inspect(stream, path.name, MAX_PIXELS).picture
            width, height = picture.size
            return (height, width) if picture.getexif().get(_ORIENTATION_TAG) in _TURNED else (width, height)
    except AssetError as error:
        raise FormatError(path, "", error.needed_for, error.cause) from error
    except OSError as error:
        raise FormatError(path, "", "an image", error.strerror or "a file that cannot be read") from error


def write_mask(path: Path, mask: np.ndarray) -> None:
    """Write an (H, W) uint8 or uint16 mask as PNG; bool becomes 0 and 255."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_mask_png(mask.astype(np.uint8) * 255 if mask.dtype == bool else mask))


def read_mask(path: Path, hw: tuple[int, int], *, as_shown: bool = False) -> np.ndarray:
    """Return a mask file as (H, W) uint8 or uint16.

    Args:
        path: of the file.
        hw: height and width in px of the image it belongs to.
        as_shown: whether it is of one class, painted bright on dark or on clear ground, not one of numbers.

    Raises:
        FormatError: there is no such file, it is no mask, or its size is another than the image's.
    """
    if not path.is_file():
        raise FormatError(path, "", "a mask", "no such file")
    try:
        mask = (decode_shown_mask if as_shown else decode_mask)(path.read_bytes(), path.name, MAX_PIXELS)
    except AssetError as error:
        raise FormatError(path, "", error.needed_for, error.cause) from error
    if mask.shape != hw:
        raise FormatError(
            path, "", f"a mask of the image's size {hw[1]} x {hw[0]}", f"{mask.shape[1]} x {mask.shape[0]}"
        )
    return mask
