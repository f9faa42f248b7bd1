"""Class folders beside masks with the same names: what people make by hand.

    defect/<class>/<key>.png    masks/<class>/<key>.png    good/<key>.png

Written: masks of 0 and 255, a folder of masks for every class. An image with several classes goes to the one with the
most pixels (of equals, the one painted first), and its mask shows all of its defects together.

Read: the class folders may also lie beside ``masks`` and ``good``, without ``defect`` above; a mask may be named
<key>_mask and have any image suffix. Above 127 is defect; in a mask that has nothing above 127, all above 0 is. An
empty mask, or none, is broken. Every image belongs to ``train``; other files, such as ``splits.json``, are not read.

What it cannot state: splits, several instances or classes on an image, whole parts.
Source: own.
"""

from __future__ import annotations

from pathlib import Path

from generator.core.errors import FormatError
from generator.dataset.format.mask_files import ImageNames, MaskFiles, filled_region_of
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import GOOD, original_name, safe_name, unique_keys
from generator.dataset.problem import Problems, findings_of, left_out
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import (
    SPLITS,
    Defects,
    bare,
    defects_only,
    find_images,
    image_wh,
    largest_category,
    mask_of,
    source_image,
    united,
    write_mask,
)

DEFECT, MASKS = "defect", "masks"


def express(record: Record) -> Record:
    """Return what class folders with masks state of a record: one label with all the pixels, the split train."""
    record = defects_only(record)
    moved = Record(key=record.key, split=SPLITS[0], image=record.image, width=record.width, height=record.height)
    if not record.labels:
        return moved
    mask = united([mask_of(label, record) for label in record.labels])
    return bare(moved, [Label.of_region(largest_category(record.labels), mask)])


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as class folders beside masks.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks: ``exact``, ``visible`` or ``annotator``.

    Raises:
        ConfigError: the flavour was not kept, a label has no mask, or ``path`` cannot be replaced.
    """
    defects = Defects(data, flavour)
    with fresh_folder(path, data.root) as folder:
        for record in map(express, defects):
            stem = safe_name(record.key)
            part = Path(DEFECT) / safe_name(record.labels[0].category) if record.labels else Path(GOOD)
            place(source_image(data, record), folder / part / f"{stem}{record.suffix}")
            for label in record.labels:
                write_mask(folder / MASKS / part.name / f"{stem}.png", label.mask.full(record.hw))
        for category in defects.classes:
            for kind in (DEFECT, MASKS):
                (folder / kind / safe_name(category)).mkdir(parents=True, exist_ok=True)
        for kind in (MASKS, GOOD):
            (folder / kind).mkdir(exist_ok=True)


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read class folders beside masks.

    Args:
        path: the folder that holds ``masks``.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: there is no folder of masks, or no folder of images for one of them.
    """
    if not (path / MASKS).is_dir():
        raise FormatError(path, "", f"a folder {MASKS} with a folder of masks for each class", "none")
    folders = _class_folders(path, problems)
    found = [(part, file) for part, folder in folders.items() for file in find_images(folder)]
    found += [(GOOD, file) for file in find_images(path / GOOD)]
    names = [file.relative_to(path).as_posix() for _, file in found]
    masks = {part: MaskFiles(path / MASKS / part, ImageNames(folder)) for part, folder in folders.items()}
    records = []
    for index, (key, name, (part, file)) in enumerate(zip(unique_keys(names), names, found, strict=True)):
        mask = masks[part].claim(file) if part != GOOD else None
        with left_out(problems):
            width, height = image_wh(file)
            labels, known = [], len(problems or ())
            if part != GOOD:
                with left_out(problems):
                    region = filled_region_of(masks[part].sound(file, mask), (height, width))
                    labels.append(Label.of_region(original_name(part), region))
            record = Record(
                key=key, split=SPLITS[0], image=name, width=width, height=height, labels=tuple(labels), index=index,
                findings=findings_of((problems or [])[known:], path),
            )  # fmt: skip
            records.append(record)
    for waiting in masks.values():
        waiting.report_unclaimed(problems)
    return Records.gathered(path, map(original_name, folders), records)


def _class_folders(path: Path, problems: Problems | None) -> dict[str, Path]:
    """Return the folder of images of each class by the name of its folder of masks, in the names' order."""
    names = {
        folder.name for above in (MASKS, DEFECT) for folder in (path / above).glob("*") if folder.is_dir()
    }  # fmt: skip
    folders = {}
    for name in sorted(names):
        places = [folder for folder in (path / DEFECT / name, path / name) if folder.is_dir()]
        with left_out(problems):
            if not places:
                expected = f"the images of the masks in {path / MASKS / name}, at {name} or {DEFECT}/{name}"
                raise FormatError(path, "", expected, "no such folder")
            folders[name] = places[0]
    return folders
