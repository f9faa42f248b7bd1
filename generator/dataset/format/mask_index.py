"""Images beside semantic index masks.

    images/<split>/<key>.png    masks/<split>/<key>.png    classes.json

A mask is grey, 8 bit (16 bit from 256 classes on): 0 is background, class id + 1 is a defect, so that a mask looks
black to the eye; where two overlap, the last one painted has the pixel. Every image has a mask, good ones an empty one.
``classes.json`` is ``{"background": 0, "<class>": 1, ...}``.

Read: of a number that no class has, its pixels are broken; an image without a mask is.

What it cannot state: instances: those of one class on an image become one; and what another class covers.
Source: own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson

from generator.core.annotation import Region
from generator.core.errors import FormatError
from generator.dataset.format.mask_files import ImageNames, MaskFiles
from generator.dataset.link import fresh_folder, place
from generator.dataset.names import require_other_names, safe_name, unique_keys
from generator.dataset.problem import Problems, findings_of, left_out
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
    write_mask,
)

BACKGROUND = "background"


def express(record: Record) -> Record:
    """Return what an index mask states of a record: one label a class with the pixels that no later one covers."""
    categories = sorted({label.category for label in record.labels})
    mask = _painted(record, categories)
    return bare(record, _labels_of(mask, categories))


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set as images and index masks.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks: ``exact``, ``visible`` or ``annotator``.

    Raises:
        ConfigError: the flavour was not kept, a label has no mask, a class has the name of the background, or
            ``path`` cannot be replaced.
    """
    require_other_names(data.classes, (BACKGROUND,), "mask_index")
    splits = set()
    with fresh_folder(path, data.root) as folder:
        for record in flavoured(data, flavour):
            splits.add(record.split)
            stem = safe_name(record.key)
            place(source_image(data, record), folder / "images" / record.split / f"{stem}{record.suffix}")
            write_mask(folder / "masks" / record.split / f"{stem}.png", _painted(record, data.classes))
        for split in splits or {SPLITS[0]}:
            for kind in ("images", "masks"):
                (folder / kind / split).mkdir(parents=True, exist_ok=True)
        numbers = {BACKGROUND: 0, **{name: number for number, name in enumerate(data.classes, 1)}}
        layout = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        (folder / "classes.json").write_bytes(orjson.dumps(numbers, option=layout))


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read images and index masks.

    Args:
        path: its folder.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: classes.json is missing or wrong, or there is no images/<split>.
    """
    classes = _read_classes(path / "classes.json")
    splits = [split for split in SPLITS if (path / "images" / split).is_dir()]
    if not splits:
        raise FormatError(path / "images", "", f"at least one of the folders {', '.join(SPLITS)}", "none")
    found = [(split, file) for split in splits for file in find_images(path / "images" / split)]
    names = [file.relative_to(path).as_posix() for _, file in found]
    masks = {split: MaskFiles(path / "masks" / split, ImageNames(path / "images" / split)) for split in splits}
    records = []
    for index, (key, name, (split, file)) in enumerate(zip(unique_keys(names), names, found, strict=True)):
        claimed = masks[split].claim(file)
        with left_out(problems):
            width, height = image_wh(file)
            labels, known = [], len(problems or ())
            with left_out(problems):
                mask_path = masks[split].sound(file, claimed)
                mask = read_mask(mask_path, (height, width))
                for number in np.unique(mask[mask > len(classes)]).tolist():
                    with left_out(problems):
                        raise FormatError(mask_path, "", f"numbers up to {len(classes)}, the classes", number)
                labels = _labels_of(np.where(mask > len(classes), 0, mask), classes)
            record = Record(
                key=key, split=split, image=name, width=width, height=height, labels=tuple(labels), index=index,
                findings=findings_of((problems or [])[known:], path),
            )  # fmt: skip
            records.append(record)
    for waiting in masks.values():
        waiting.report_unclaimed(problems)
    return Records.gathered(path, classes, records)


def _painted(record: Record, classes: tuple[str, ...] | list[str]) -> np.ndarray:
    """Return the (H, W) index mask of a record, later labels on top."""
    mask = np.zeros(record.hw, np.uint8 if len(classes) < 256 else np.uint16)
    for label in record.labels:
        region = mask_of(label, record)
        part = region.rect.clipped(record.hw)
        mask[part.slices][region.bits[part.inside(region.rect)]] = classes.index(label.category) + 1
    return mask


def _labels_of(mask: np.ndarray, classes: tuple[str, ...] | list[str]) -> list[Label]:
    """Return a label for each class in a mask, in the names' order."""
    numbers = sorted((int(n) for n in np.unique(mask) if n), key=lambda number: classes[number - 1])
    return [Label.of_region(classes[number - 1], Region.tight(mask == number)) for number in numbers]


def _read_classes(file: Path) -> tuple[str, ...]:
    try:
        numbers = orjson.loads(file.read_bytes())
    except FileNotFoundError as error:
        raise FormatError(file, "", '{"background": 0, "<class>": 1, ...}', "no such file") from error
    except orjson.JSONDecodeError as error:
        raise FormatError(file, f"line {error.lineno}, column {error.colno}", "JSON", error.msg) from error
    if not isinstance(numbers, dict) or sorted(map(str, numbers.values())) != sorted(map(str, range(len(numbers)))):
        raise FormatError(file, "", '{"background": 0, "<class>": 1, ...}', repr(numbers)[:60])
    return tuple(name for name in sorted(numbers, key=lambda name: numbers[name]) if numbers[name] != 0)
