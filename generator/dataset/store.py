"""The canonical store: images, twins, masks and records.jsonl.

Every format, report, mix and evaluation reads this and nothing else. Source: own.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from generator.core.annotation import Region
from generator.core.errors import AssetError, ConfigError, FormatError
from generator.core.sample import Sample
from generator.dataset.record import FLAVOURS, Record
from generator.imaging.codec import encode_jpeg, encode_mask_png, encode_png
from generator.imaging.masks import index_mask

RECORDS = "records.jsonl"
CLASSES = "classes.json"
_KEPT_SOURCES = 4


class SampleWriter:
    """Writes samples below a folder and returns their records.

    A good image's PNG is encoded once while its samples follow each other, and its twins are hard links to one file.

    Attributes:
        files: bytes and sha256 of each file written, by its path below the root.

    Args:
        root: where images/, twins/ and masks/ go; made as needed.
        twins: whether good twins are written.
        flavours: mask flavours kept beside the exact one.
        jpeg_quality: images are JPEGs of this quality, in [1, 100]; None: lossless PNGs. All else stays lossless.
    """

    def __init__(
        self, root: Path, twins: bool, flavours: tuple[str, ...] = (), jpeg_quality: int | None = None
    ) -> None:
        self._root, self._twins, self._flavours, self._jpeg = root, twins, flavours, jpeg_quality
        self._encoded: dict[str, bytes] = {}
        self._twin_paths: dict[tuple[str, str], Path] = {}
        self._folders: set[str] = set()
        self.files: dict[str, tuple[int, str]] = {}  # path below root -> bytes, sha256

    def write(self, sample: Sample) -> Record:
        """Write one finished sample; nothing of the source photo but its pixels reaches the files."""
        spec = sample.spec
        name = f"{spec.split}/{spec.key}.png"
        image = self._put_image(sample)
        files: dict[str, str] = {}
        if sample.instances or sample.parts:
            if self._twins and sample.instances:
                files["twin"] = f"twins/{name}"
                self._put_twin(files["twin"], sample)
            files["mask"] = f"masks/{name}"
            self._put_masks(name, sample)
        if sample.text and sample.blank is not None and sample.char_mask is not None:
            if self._twins:
                files["blank"] = f"blanks/{name}"
                self._put(files["blank"], encode_png(sample.blank))
            files["char_mask"] = f"masks_char/{name}"
            self._put(files["char_mask"], encode_mask_png(sample.char_mask))
        return Record.of_sample(sample, image=image, **files)

    def _put_image(self, sample: Sample) -> str:
        """Write the image and return its path.

        Raises:
            ConfigError: JPEG is asked for and it has more than 8 bits.
        """
        stem = f"images/{sample.spec.split}/{sample.spec.key}"
        if self._jpeg is not None:
            if sample.image.dtype != np.uint8:
                raise ConfigError("jpeg_quality", "null, as JPEG holds 8 bits", f"{self._jpeg} and 16-bit images")
            self._put(f"{stem}.jpg", encode_jpeg(sample.image, self._jpeg))
            return f"{stem}.jpg"
        is_source = sample.image is sample.source.pixels
        self._put(f"{stem}.png", self._source_png(sample) if is_source else encode_png(sample.image))
        return f"{stem}.png"

    def _put_masks(self, name: str, sample: Sample) -> None:
        for flavour in ("exact", *self._flavours):
            attribute, folder = ("mask", "masks") if flavour == "exact" else (flavour, f"masks_{flavour}")
            regions: list[Region] = [part.region for part in sample.parts]
            regions += [getattr(instance, attribute) for instance in sample.instances]
            self._put(f"{folder}/{name}", encode_mask_png(index_mask(regions, sample.hw)))

    def _put_twin(self, path: str, sample: Sample) -> None:
        if sample.good is not sample.source.pixels:
            self._put(path, encode_png(sample.good))
            return
        key = (sample.spec.split, sample.source.source_id)
        first = self._twin_paths.get(key)
        target = self._root / path
        if first is not None:
            self._make_folder(path)
            link_or_copy(first, target)
            self.files[path] = self.files[first.relative_to(self._root).as_posix()]
            return
        self._put(path, self._source_png(sample))
        _keep(self._twin_paths, key, target)

    def _source_png(self, sample: Sample) -> bytes:
        """Return the source image's PNG, from memory where the last few samples had the same one."""
        source_id = sample.source.source_id
        if source_id not in self._encoded:
            _keep(self._encoded, source_id, encode_png(sample.source.pixels))
        return self._encoded[source_id]

    def _put(self, path: str, data: bytes) -> None:
        self._make_folder(path)
        with open(f"{self._root}/{path}", "wb") as stream:  # noqa: PTH123 a Path a file costs more than the write
            stream.write(data)
        self.files[path] = len(data), hashlib.sha256(data).hexdigest()

    def _make_folder(self, path: str) -> None:
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            (self._root / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)


def _keep(cache: dict, key: object, value: object) -> None:
    """Put a value into a small cache, dropping the oldest."""
    cache[key] = value
    while len(cache) > _KEPT_SOURCES:
        del cache[next(iter(cache))]


def link_or_copy(source: Path, target: Path) -> None:
    """Make ``target`` the same file as ``source``, or a copy where links fail; an existing target is replaced."""
    target.unlink(missing_ok=True)
    try:
        os.link(os.path.realpath(source), target)  # the file itself where a link leads to it
    except OSError:
        shutil.copyfile(source, target)


@dataclass(frozen=True, slots=True)
class Store:
    """A canonical data set on disk, read line by line.

    Attributes:
        root: its folder.
        classes: category names; the position is the class id.
        count: number of records.
    """

    root: Path
    classes: tuple[str, ...]
    count: int

    @classmethod
    def open(cls, root: Path) -> Store:
        """Open a finished data set.

        Raises:
            FormatError: it is not one.
        """
        if not (root / RECORDS).is_file():
            raise FormatError(root, "", f"a finished data set with {RECORDS}", "none; run generate first")
        try:
            classes = tuple(orjson.loads((root / CLASSES).read_bytes())["classes"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise FormatError(root / CLASSES, "", '{"classes": [...]}', f"{type(error).__name__}: {error}") from None
        with (root / RECORDS).open("rb") as lines:
            count = sum(1 for _ in lines)
        return cls(root, classes, count)

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Record]:
        for number, line in enumerate(self.lines(), 1):
            try:
                yield Record.from_json(line)
            except (KeyError, TypeError, ValueError) as error:
                problem = f"{type(error).__name__}: {error}"
                raise FormatError(self.root / RECORDS, f"line {number}", "a record", problem) from None

    def lines(self) -> Iterator[dict]:
        """Yield the records as they are written, which costs no decoding of masks."""
        with (self.root / RECORDS).open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise FormatError(self.root / RECORDS, f"line {number}", "a line of JSON", error) from None


def record_line(record: Record) -> bytes:
    """Return a record as its line of records.jsonl, newline included.

    Raises:
        AssetError: its image's name is no text.
    """
    try:
        return orjson.dumps(record.to_json(), option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY)
    except TypeError:
        if record.key.isprintable() and record.image.isprintable() and (record.source_id or "").isprintable():
            raise
        raise AssetError(ascii(record.image), "a file name in UTF-8", "bytes that are no text") from None


def flavours_kept(line: dict) -> tuple[str, ...]:
    """Return the mask flavours that a line of records.jsonl holds."""
    instances = [instance for instance in line["instances"] if "angle_deg" not in instance]  # a part has one mask
    return tuple(f for f in FLAVOURS if f == "exact" or (instances and f"rle_{f}" in instances[0]))


def write_text(path: Path, data: bytes) -> None:
    """Write a file under a temporary name and rename it, so that no half of it is ever seen."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(data)
    partial.replace(path)


def measure_bytes(sample: Sample, twins: bool) -> int:
    """Return about how many bytes a sample's image, twin, masks, blank and record take on disk."""
    image = len(encode_png(sample.image))
    size = image + len(record_line(Record.of_sample(sample, image="")))
    if sample.instances or sample.parts:
        regions = [part.region for part in sample.parts]
        regions += [instance.mask for instance in sample.instances if instance.mask is not None]
        size += len(encode_mask_png(index_mask(regions, sample.hw))) + (image if twins and sample.instances else 0)
    if sample.text and sample.blank is not None and sample.char_mask is not None:
        size += len(encode_mask_png(sample.char_mask)) + (len(encode_png(sample.blank)) if twins else 0)
    return size
