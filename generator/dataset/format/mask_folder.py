"""Images beside masks of 0 and 255, one folder a class.

    images/<split>/<key>.png    masks/<split>/<class>/<key>.png

An image has a mask for each class that is on it: no file, no defect of that class. Every class has its folder in every
split. Tools that import masks by equal file names take these folders.

Read: without splits too, images/<key>.png beside masks/<class>/<key>.png, all of which is ``train``; masks right in
masks/ or masks/<split>/, without a class above, are of the class ``defect``. A mask may be named <key>_mask and have
any image suffix. Above 127 is defect; where nothing is above 127, all above 0 is. A black mask is none.

What it cannot state: instances: those of one class on an image become one; whole parts.
Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.core.errors import FormatError
from generator.dataset.format.mask_files import ImageNames, MaskFiles, region_of
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import original_name, safe_name, unique_keys
from generator.dataset.problem import Problems, findings_of, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import (
    SPLITS,
    Defects,
    bare,
    defects_only,
    find_images,
    image_wh,
    mask_of,
    source_image,
    united,
    write_mask,
)

ONE_CLASS = "defect"


def express(record: Record) -> Record:
    """Return what masks a class state of a record: one label a class with all its pixels, in the names' order."""
    record, labels = defects_only(record), []
    for category in sorted({label.category for label in record.labels}):
        regions = [mask_of(label, record) for label in record.labels if label.category == category]
        labels.append(Label.of_region(category, united(regions)))
    return bare(record, labels)


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as images and a mask a class.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks: ``exact``, ``visible`` or ``annotator``.

    Raises:
        ConfigError: the flavour was not kept, a label has no mask, or ``path`` cannot be replaced.
    """
    splits, defects = set(), Defects(data, flavour)
    with fresh_folder(path, data.root) as folder:
        for record in map(express, defects):
            splits.add(record.split)
            stem = safe_name(record.key)
            place(source_image(data, record), folder / "images" / record.split / f"{stem}{record.suffix}")
            for label in record.labels:
                mask = folder / "masks" / record.split / safe_name(label.category) / f"{stem}.png"
                write_mask(mask, label.mask.full(record.hw))
        for split in splits or {SPLITS[0]}:
            (folder / "images" / split).mkdir(parents=True, exist_ok=True)
            for category in defects.classes:
                (folder / "masks" / split / safe_name(category)).mkdir(parents=True, exist_ok=True)


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read images and a mask a class.

    Args:
        path: its folder.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there are no images.
    """
    sides = _sides(path)
    found = [(side, file) for side in sides for file in find_images(side.images)]
    names = [file.relative_to(path).as_posix() for _, file in found]
    records = []
    for index, (key, name, (side, file)) in enumerate(zip(unique_keys(names), names, found, strict=True)):
        claimed = [(category, masks, masks.claim(file)) for category, masks in side.masks.items()]
        with left_out(problems):
            width, height = image_wh(file)
            labels, known = [], len(problems or ())
            for category, masks, mask in claimed:
                with left_out(problems):
                    region = region_of(masks.sound(file, mask), (height, width)) if mask is not None else None
                    if region is not None and region.area_px:  # some tools write a black mask for every class
                        labels.append(Label.of_region(category, region))
            labels.sort(key=lambda label: label.category)
            record = Record(
                key=key, split=side.split, image=name, width=width, height=height, labels=tuple(labels), index=index,
                findings=findings_of((problems or [])[known:], path),
            )  # fmt: skip
            records.append(record)
    for masks in (masks for side in sides for masks in side.masks.values()):
        masks.report_unclaimed(problems)
    return Records.gathered(path, sorted({category for side in sides for category in side.masks}), records)


@dataclass(frozen=True, slots=True)
class _Side:
    """A split: its folder of images, and the masks of each class."""

    split: str
    images: Path
    masks: dict[str, MaskFiles]


def _sides(path: Path) -> list[_Side]:
    """Return the splits of a data set.

    Raises:
        FormatError: there are no images.
    """
    splits = [split for split in SPLITS if (path / "images" / split).is_dir()]
    places = [(split, path / "images" / split, path / "masks" / split) for split in splits]
    if not places and find_images(path / "images"):
        places = [(SPLITS[0], path / "images", path / "masks")]
    if not places:
        raise FormatError(path / "images", "", f"images, or at least one of the folders {', '.join(SPLITS)}", "none")
    sides = []
    for split, images, masks in places:
        folders = {original_name(folder.name): folder for folder in sorted(masks.glob("*")) if folder.is_dir()}
        if not folders and find_images(masks):
            folders = {ONE_CLASS: masks}
        images_there = ImageNames(images)
        by_class = {name: MaskFiles(folder, images_there) for name, folder in folders.items()}
        sides.append(_Side(split, images, by_class))
    return sides
