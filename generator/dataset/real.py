"""Real defects: the labels of any data set with the pixels of their images.

Images are decoded one by one, each once; what cannot be read is listed and left out. Source: own.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from generator.core.errors import AssetError, ConfigError, FormatError, closest
from generator.core.geometry import Rect
from generator.dataset.open import AUTO, open_data, recognise
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import DataSet, Label, Record
from generator.dataset.view import SPLITS, defects_only, is_good, source_image
from generator.imaging.codec import decode_image

OTHER_SIDE = (
    "If no model is to be tested on them, name that side too: 'splits=[train,test]'. To part them first, without a "
    "leak: defectgen mix."
)
"""What to do where all defects stand on sides that were not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RealDefect:
    """One real defect.

    Attributes:
        category: its class.
        name: its image's path below the data set's folder.
        pixels: (H, W, C) uint8 or uint16.
        white: full scale of the pixels.
        mask: (H, W) bool; None: the data set holds its box alone.
        mask_name: what to call the mask: its image's path, and its number among the image's labels if there are more.
        others: (H, W) bool, what other defects cover on the same image: their masks, or boxes where there are none.
        bbox_xywh: px, half-open.
        record_key: its image's key in the data set.
        split: ``train``, ``val`` or ``test``.
        sha256: of the image file.
        group: the part that the image shows; empty: not known.
    """

    category: str
    name: str
    pixels: np.ndarray
    white: int
    mask: np.ndarray | None
    mask_name: str
    others: np.ndarray
    bbox_xywh: tuple[float, float, float, float]
    record_key: str
    split: str
    sha256: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RealData:
    """A data set of real images.

    Attributes:
        format: the layout it was read as.
        data: its records.
        problems: where images that cannot be decoded are listed too; None: they end the reading.
    """

    format: str
    data: DataSet
    problems: Problems | None = None

    @property
    def root(self) -> Path:
        """The data set's folder."""
        return self.data.root

    @property
    def classes(self) -> tuple[str, ...]:
        """The categories that the data set names."""
        return tuple(self.data.classes)

    def defects(self, *, boxes: bool = False, splits: Sequence[str] = SPLITS) -> Iterator[RealDefect]:
        """Yield every defect, image by image, its image decoded once.

        Args:
            boxes: whether those are yielded too that are a box without a mask.
            splits: the sides that they are taken from.

        Raises:
            FormatError: an image cannot be read or has another size than stated, and there is no list for it.
        """
        for record in map(defects_only, self.data):
            if record.split in splits and any(label.mask is not None or boxes for label in record.labels):
                yield from self._of_record(record, boxes)

    def good_images(self, splits: Sequence[str] = SPLITS) -> list[Path]:
        """Return the files of images without a defect; an image whose label was left out is not one of them."""
        return [source_image(self.data, record) for record in self.data if is_good(record) and record.split in splits]

    def require_defects(self, splits: Sequence[str]) -> None:
        """Check that defects stand on a side that is asked for, or on none at all.

        Raises:
            ConfigError: a side is not known, or all defects stand on others.
        """
        unknown = next((split for split in splits if split not in SPLITS), None)
        if unknown is not None or not splits:
            raise ConfigError("splits", "some of " + ", ".join(SPLITS), f"'{unknown}'", closest(str(unknown), SPLITS))
        met = Counter(record.split for record in map(defects_only, self.data) for _ in record.labels)
        if met and not any(met[split] for split in splits):
            elsewhere = ", ".join(f"{split} {count}" for split, count in sorted(met.items()))
            raise ConfigError(
                "splits", f"defects in {', '.join(splits)}", f"none; there are in {elsewhere}", OTHER_SIDE
            )

    def name_of(self, path: Path) -> str:
        """Return an image's path below the data set's folder, with ``/``."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name

    def _of_record(self, record: Record, boxes: bool) -> list[RealDefect]:
        own: Problems | None = None if self.problems is None else []
        found: list[RealDefect] = []
        path = source_image(self.data, record)
        with left_out(own):
            found = _defects_of(record, path, self.name_of(path), boxes)
        for problem in own or ():
            if str(problem) not in map(str, self.problems or ()):  # the data may be gone through more than once
                self.problems.append(problem)
        return found


def read_real(path: Path, format_name: str = AUTO, problems: Problems | None = None, where: str = "data") -> RealData:
    """Read a data set of real images.

    Args:
        path: its folder, or the file that describes it.
        format_name: a name of ``dataset.open.KNOWN``; ``auto`` recognises it.
        problems: where what is broken is listed, which is left out; None: the first such thing is raised.
        where: the key that named the path, for messages.

    Raises:
        ConfigError: there is no such path or format, or nothing known lies there.
        FormatError: the data set does not hold what its format promises.
    """
    data = open_data(path, format_name, problems, where)
    if any(record.has_text_labels for record in data):
        hint = "Print defects are made where they are wanted: 'text/fault=[smear,blot]'."
        raise ConfigError(where, "a data set of real defects", f"one of text at '{path}'", hint)
    name = recognise(path, where) if format_name == AUTO else format_name
    return RealData(format=name, data=data, problems=problems)


def read_pixels(path: Path) -> np.ndarray:
    """Return an image file's pixels, (H, W, C) uint8 or uint16.

    Raises:
        AssetError: it cannot be read.
    """
    return decode_image(_bytes_of(path), str(path)).pixels


def white_of(pixels: np.ndarray) -> int:
    """Return the full scale of pixels: 255, or the smallest of 10, 12, 14, 16 bit that holds their maximum."""
    if pixels.dtype == np.uint8:
        return 255
    return next(white for white in (1023, 4095, 16383, 65535) if int(pixels.max()) <= white)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AssetError(path, "a readable image", error.strerror or "a file that cannot be read") from error


def _defects_of(record: Record, path: Path, name: str, boxes: bool) -> list[RealDefect]:
    """Return the defects of one image.

    Raises:
        FormatError: it cannot be decoded, has another size than the record says, or a mask lies outside of it.
    """
    try:
        data = _bytes_of(path)
        pixels = decode_image(data, str(path)).pixels
    except AssetError as error:
        raise FormatError(path, "", error.needed_for, error.cause) from error
    hw = pixels.shape[:2]
    if hw != record.hw:
        raise FormatError(path, "", f"an image of {record.width} x {record.height} px", f"{hw[1]} x {hw[0]}")
    outside = next((one for one in record.labels if one.mask and one.mask.rect.clipped(hw) != one.mask.rect), None)
    if outside is not None:
        got = f"one at x, y, w, h {outside.mask.rect.xywh}"
        raise FormatError(path, "", f"masks within the image's {hw[1]} x {hw[0]} px", got)
    covered = [_covered(label, hw) for label in record.labels]
    count = np.sum(covered, axis=0, dtype=np.uint16)
    sha256, white = hashlib.sha256(data).hexdigest(), white_of(pixels)
    return [
        RealDefect(
            category=label.category, name=name, pixels=pixels, white=white,
            mask=pixels_of if label.mask is not None else None,
            mask_name=name if len(record.labels) == 1 else f"{name}, label {number}",
            others=(count > pixels_of) & ~pixels_of if label.mask is not None else count > pixels_of,
            bbox_xywh=label.bbox_xywh, record_key=record.key, split=record.split, sha256=sha256, group=record.group,
        )
        for number, (label, pixels_of) in enumerate(zip(record.labels, covered, strict=True), 1)
        if label.mask is not None or boxes
    ]  # fmt: skip


def _covered(label: Label, hw: tuple[int, int]) -> np.ndarray:
    """Return the pixels of a label, (H, W) bool: its mask, or all that its box touches."""
    if label.mask is not None:
        return label.mask.full(hw)
    x, y, w, h = label.bbox_xywh
    left, top = math.floor(x), math.floor(y)
    box = np.zeros(hw, bool)
    box[Rect(left, top, math.ceil(x + w) - left, math.ceil(y + h) - top).clipped(hw).slices] = True
    return box
