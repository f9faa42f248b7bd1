"""Small data sets on disk for the tests of formats: masks are drawn with characters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from generator.core.annotation import Region
from generator.dataset.record import Label, Record, Records

CLASSES = ("scratch", "pit")


def pixels(drawing: str) -> np.ndarray:
    """Return the (H, W) bool mask of a drawing in which # is a pixel of the mask."""
    return np.array([[c == "#" for c in row] for row in drawing.split()])


def label(mask: np.ndarray | str, category: str = "scratch") -> Label:
    """Return the label of an (H, W) bool mask or a drawing of one."""
    bits = pixels(mask) if isinstance(mask, str) else mask
    return Label.of_region(category, Region.tight(bits))


def record(root: Path, key: str, split: str, wh: tuple[int, int], labels: Sequence[Label] = ()) -> Record:
    """Return a record whose image has been written below ``root``; its pixels tell it from all others."""
    image = root / "images" / split / f"{key}.png"
    image.parent.mkdir(parents=True, exist_ok=True)
    seed = sum(ord(c) * 31**n for n, c in enumerate(key)) % 2**32
    cv2.imwrite(str(image), np.random.default_rng(seed).integers(0, 255, (wh[1], wh[0], 3), np.uint8))
    return Record(
        key=key, split=split, image=f"images/{split}/{key}.png", width=wh[0], height=wh[1], labels=tuple(labels)
    )


def data_set(root: Path, *records: Record, classes: tuple[str, ...] = CLASSES) -> Records:
    """Return the data set of records."""
    return Records.gathered(root, classes, records)


def stated(one: Record) -> tuple:
    """Return what two equal records share whatever file they were read from."""
    return one.key, one.split, one.width, one.height, one.labels


def file_bytes(root: Path) -> dict[str, bytes]:
    """Return the bytes of every file below a folder, by its path."""
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}
