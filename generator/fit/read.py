"""Real defective images with their masks, from any data set that can be read.

Beside the formats of ``generator.dataset.format`` a plain layout is known: ``<class>/x.png`` or
``defect/<class>/x.png`` with ``masks/<class>/x.png`` (above 127 is defect; a mask of 0 and 1 works too), and good
images in ``good/``.
Source: own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from generator.core.errors import AssetError, ConfigError, FormatError, closest
from generator.core.geometry import Rect
from generator.dataset.format.table import FORMATS
from generator.dataset.record import DataSet, Record
from generator.dataset.store import RECORDS, Store
from generator.dataset.view import find_images, read_mask
from generator.imaging.codec import decode_image

PLAIN, CANONICAL = "plain", "canonical"
_BOXES = ("yolo", "yolo_detect", "yolo_obb", "yolo_classify", "captions")
KNOWN = ("auto", PLAIN, CANONICAL, *(name for name in FORMATS if name not in _BOXES))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RealDefect:
    """One real defect.

    Attributes:
        category: its class.
        name: its image's path below the data set's folder.
        pixels: (H, W, C) uint8 or uint16.
        white: full scale of the pixels.
        mask: (H, W) bool; empty where the data set holds an empty one.
        mask_name: where the mask stands: its file's path below the folder, or the image's, whose labels hold it.
        others: (H, W) bool, what other defects cover on the same image.
    """

    category: str
    name: str
    pixels: np.ndarray
    white: int
    mask: np.ndarray
    mask_name: str
    others: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class RealData:
    """A data set of real images: an entry an image.

    Attributes:
        format: the layout it was read as.
        root: its folder.
        entries: image file and its defects as pairs of category and mask source; good images have none.
        classes: the categories that the data set names.
    """

    format: str
    root: Path
    entries: tuple[tuple[Path, tuple[tuple[str, object], ...]], ...]
    classes: tuple[str, ...]

    def defects(self) -> Iterator[RealDefect]:
        """Yield every defect, its image decoded once; those with an empty mask too.

        Raises:
            AssetError, FormatError: an image or mask cannot be read, or their sizes differ.
        """
        for path, labels in self.entries:
            if not labels:
                continue
            pixels = read_pixels(path)
            masks = [(category, _mask(source, pixels.shape[:2], path)) for category, source in labels]
            everything = np.logical_or.reduce([mask for _, mask in masks])
            for (category, source), (_, mask) in zip(labels, masks, strict=True):
                yield RealDefect(
                    category=category, name=self.name_of(path), pixels=pixels, white=white_of(pixels), mask=mask,
                    mask_name=self.name_of(source if isinstance(source, Path) else path), others=everything & ~mask,
                )  # fmt: skip

    def name_of(self, path: Path) -> str:
        """Return an image's path below the data set's folder, with ``/``."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name

    def good_images(self) -> list[Path]:
        """Return the files of images without a defect."""
        return [path for path, labels in self.entries if not labels]


def read_real(path: Path, format_name: str = "auto") -> RealData:
    """Read a data set of real images.

    Args:
        path: its folder, or COCO's JSON file.
        format_name: a name of ``KNOWN``; ``auto`` recognises it.

    Raises:
        ConfigError: there is no such path or format, or nothing known lies there.
        FormatError: the data set does not hold what its format promises.
    """
    if format_name not in KNOWN:
        raise ConfigError("format", "one of " + ", ".join(KNOWN), f"'{format_name}'", closest(format_name, KNOWN))
    if not path.exists():
        raise ConfigError("data", "a folder of real images with masks", f"'{path}', which does not exist")
    name = recognise(path) if format_name == "auto" else format_name
    if name == PLAIN:
        return _read_plain(path)
    data: DataSet = Store.open(path) if name == CANONICAL else FORMATS[name].read(path)
    entries = tuple((data.root / record.image, _labels(record)) for record in data)
    return RealData(format=name, root=data.root, entries=entries, classes=tuple(data.classes))


def recognise(path: Path) -> str:
    """Return the name of the layout that lies at a path.

    Raises:
        ConfigError: none is recognised.
    """
    if path.is_file() and path.suffix.lower() == ".json":
        return "coco"
    signs = (
        (CANONICAL, (path / RECORDS).is_file()),
        ("coco", any((path / "annotations").glob("*.json"))),
        ("yolo_segment", (path / "data.yaml").is_file()),
        ("mvtec", (path / "ground_truth").is_dir() or any(path.glob("*/ground_truth"))),
        ("mask_index", (path / "classes.json").is_file() and (path / "images").is_dir()),
        ("mask_folder", (path / "images").is_dir() and (path / "masks").is_dir()),
        (PLAIN, (path / "masks").is_dir()),
    )
    for name, found in signs:
        if found:
            return name
    hint = "Beside these, <class>/x.png with masks/<class>/x.png is read. Name it with format=... if it is one of them."
    raise ConfigError(
        "data", "a data set as " + ", ".join(name for name, _ in signs), f"none of them at '{path}'", hint
    )


def read_pixels(path: Path) -> np.ndarray:
    """Return an image file's pixels, (H, W, C) uint8 or uint16.

    Raises:
        AssetError: it cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AssetError(path, "a readable image", error.strerror or "a file that cannot be read") from error
    return decode_image(data, str(path)).pixels


def white_of(pixels: np.ndarray) -> int:
    """Return the full scale of pixels: 255, or the smallest of 10, 12, 14, 16 bit that holds their maximum."""
    if pixels.dtype == np.uint8:
        return 255
    return next(white for white in (1023, 4095, 16383, 65535) if int(pixels.max()) <= white)


def _labels(record: Record) -> tuple[tuple[str, object], ...]:
    without = next((label for label in record.labels if label.mask is None), None)
    if without is not None:
        hint = "Give a data set with masks or polygons."
        raise ConfigError(f"image {record.key}", "defects with masks", f"a {without.category} that is a box only", hint)
    return tuple((label.category, label.mask) for label in record.labels)


def _mask(source: object, hw: tuple[int, int], image: Path) -> np.ndarray:
    if isinstance(source, Path):
        mask = read_mask(source, hw)
        return mask > (127 if mask.max() > 127 else 0)
    rect: Rect = source.rect  # type: ignore[attr-defined]
    if rect.clipped(hw) != rect:
        raise FormatError(image, "", f"a mask within the image's {hw[1]} x {hw[0]} px", f"one at {rect.xywh}")
    return source.full(hw)  # type: ignore[attr-defined]


def _read_plain(path: Path) -> RealData:
    """Read class folders beside a folder of masks with the same names."""
    masks = {folder.name: folder for folder in sorted((path / "masks").glob("*")) if folder.is_dir()}
    if not masks:
        raise FormatError(path / "masks", "", "a folder of masks for each class", "none")
    entries: list[tuple[Path, tuple[tuple[str, object], ...]]] = []
    for category, folder in masks.items():
        images = next((p for p in (path / "defect" / category, path / category) if p.is_dir()), None)
        if images is None:
            raise FormatError(
                path, "", f"the images of the masks in {folder}, at {category} or defect/{category}", "none"
            )
        by_stem = {file.relative_to(folder).with_suffix("").as_posix(): file for file in find_images(folder)}
        for image in find_images(images):
            stem = image.relative_to(images).with_suffix("").as_posix()
            mask = by_stem.pop(stem, None) or by_stem.pop(f"{stem}_mask", None)
            if mask is None:
                raise FormatError(image, "", f"its mask {stem}.png in {folder}", "no such file")
            entries.append((image, ((category, mask),)))
        if by_stem:
            raise FormatError(min(by_stem.values()), "", f"an image in {images} that it belongs to", "none")
    good = [(image, ()) for image in find_images(path / "good")]
    return RealData(format=PLAIN, root=path, entries=(*entries, *good), classes=tuple(masks))
