"""YOLO's classification folders, which any reader of class folders takes.

    <split>/<class>/<key>.png    <split>/good/<key>.png

What it cannot state: the mask and the box, whole parts, and more than one class an image: an image with several goes
to the class with the most pixels (of equals, the one painted first). Readers number the classes by their folders'
alphabet, so that every split has every folder, empty or not. A class that is itself named good has the folder %67ood.
Source: own; the format is that of https://docs.ultralytics.com/datasets/classify, checked against ultralytics 8.4.190.
"""

from __future__ import annotations

from pathlib import Path

from generator.core.errors import FormatError
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import GOOD, original_name, safe_name, unique_keys
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import (
    SPLITS,
    Defects,
    bare,
    defects_only,
    find_images,
    image_wh,
    largest_category,
    source_image,
)


def express(record: Record) -> Record:
    """Return what a class folder states of a record: one class, with the whole image as its box."""
    record = defects_only(record)
    if not record.labels:
        return bare(record, ())
    return bare(record, [_whole_image(largest_category(record.labels), record.width, record.height)])


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as class folders.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks, whose areas decide: ``exact``, ``visible`` or ``annotator``.

    Raises:
        ConfigError: the flavour was not kept, or ``path`` cannot be replaced.
    """
    splits, defects = set(), Defects(data, flavour)
    with fresh_folder(path, data.root) as folder:
        for record in defects:
            splits.add(record.split)
            part = safe_name(largest_category(record.labels)) if record.labels else GOOD
            target = folder / record.split / part / f"{safe_name(record.key)}{record.suffix}"
            place(source_image(data, record), target)
        for split in splits or {SPLITS[0]}:
            for part in (GOOD, *map(safe_name, defects.classes)):
                (folder / split / part).mkdir(parents=True, exist_ok=True)


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read class folders; the folder ``good`` holds images without a defect.

    Args:
        path: its folder.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no split's folder, an image lies in no class folder, or a file is no image.
    """
    splits = [split for split in SPLITS if (path / split).is_dir()]
    if not splits:
        raise FormatError(path, "", f"at least one of the folders {', '.join(SPLITS)}", "none")
    parts = {folder.name for split in splits for folder in (path / split).iterdir() if folder.is_dir()} - {GOOD}
    files = [(split, file) for split in splits for file in find_images(path / split)]
    names = [file.relative_to(path).as_posix() for _, file in files]
    records = []
    for index, (key, name, (split, file)) in enumerate(zip(unique_keys(names), names, files, strict=True)):
        with left_out(problems):
            if file.parent.parent != path / split:
                raise FormatError(file, "", f"an image in a class folder, {split}/<class>/<image>", name)
            width, height = image_wh(file)
            labels = () if file.parent.name == GOOD else (_whole_image(original_name(file.parent.name), width, height),)
            records.append(
                Record(key=key, split=split, image=name, width=width, height=height, labels=labels, index=index)
            )
    return Records.gathered(path, sorted(original_name(part) for part in parts), records)


def _whole_image(category: str, width: int, height: int) -> Label:
    return Label(category=category, bbox_xywh=(0, 0, width, height))
