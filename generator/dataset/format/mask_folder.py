"""Images beside masks of 0 and 255, one folder a class.

    images/<split>/<key>.png    masks/<split>/<class>/<key>.png

An image has a mask for each class that is on it: no file, no defect of that class. Every class has its folder in every
split. Tools that import masks by equal file names take these folders.

What it cannot state: instances: those of one class on an image become one.
Source: own.
"""

from __future__ import annotations

from pathlib import Path

from generator.core.annotation import Region
from generator.core.errors import FormatError
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import original_name, safe_name, unique_keys
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import (
    SPLITS,
    bare,
    find_images,
    flavoured,
    image_wh,
    mask_of,
    read_mask,
    source_image,
    united,
    write_mask,
)


def express(record: Record) -> Record:
    """Return what masks a class state of a record: one label a class with all its pixels, in the names' order."""
    labels = []
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
    splits = set()
    with fresh_folder(path, data.root) as folder:
        for record in map(express, flavoured(data, flavour)):
            splits.add(record.split)
            stem = safe_name(record.key)
            place(source_image(data, record), folder / "images" / record.split / f"{stem}{record.suffix}")
            for label in record.labels:
                mask = folder / "masks" / record.split / safe_name(label.category) / f"{stem}.png"
                write_mask(mask, label.mask.full(record.hw))
        for split in splits or {SPLITS[0]}:
            (folder / "images" / split).mkdir(parents=True, exist_ok=True)
            for category in data.classes:
                (folder / "masks" / split / safe_name(category)).mkdir(parents=True, exist_ok=True)


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read images and a mask a class.

    Args:
        path: its folder.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no images/<split>, a mask has no image, is empty, or is no mask of the image's size.
    """
    splits = [split for split in SPLITS if (path / "images" / split).is_dir()]
    if not splits:
        raise FormatError(path / "images", "", f"at least one of the folders {', '.join(SPLITS)}", "none")
    folders = {
        split: sorted(folder for folder in (path / "masks" / split).glob("*") if folder.is_dir()) for split in splits
    }
    files = [(split, file) for split in splits for file in find_images(path / "images" / split)]
    names = [file.relative_to(path).as_posix() for _, file in files]
    waiting = {mask for parts in folders.values() for folder in parts for mask in find_images(folder)}
    records = []
    for index, (key, name, (split, file)) in enumerate(zip(unique_keys(names), names, files, strict=True)):
        with left_out(problems):
            width, height = image_wh(file)
            labels = []
            for folder in folders[split]:
                mask_path = (folder / file.relative_to(path / "images" / split)).with_suffix(".png")
                if mask_path not in waiting:
                    continue
                waiting.discard(mask_path)
                region = Region.tight(read_mask(mask_path, (height, width)) > 0)
                if region.area_px:  # some tools write a mask for every class, black where there is none
                    labels.append(Label.of_region(original_name(folder.name), region))
            labels.sort(key=lambda label: label.category)
            record = Record(
                key=key, split=split, image=name, width=width, height=height, labels=tuple(labels), index=index
            )
            records.append(record)
    for mask_path in sorted(waiting):
        with left_out(problems):
            raise FormatError(mask_path, "", f"an image in {path / 'images'} that it belongs to", "none")
    classes = sorted({original_name(folder.name) for parts in folders.values() for folder in parts})
    return Records.gathered(path, classes, records)
