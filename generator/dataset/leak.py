"""What stands on two sides of a split: the same file, pixels, part, source image, twin or cut-out.

Every record has keys of provenance and of content: the hashes of its file and pixels, those of its twin, the hash of
the image it was made from, its group, the cut-outs pasted on it, and the images that these were cut from or that its
fitted defects were measured on. A key that is met in two splits is a leak; but two images whose defects were measured
on one image are none, as each was drawn anew. Likeness of images is not judged here. Source: own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from generator.core.errors import AssetError
from generator.dataset.record import Record
from generator.imaging.codec import decode_image

HELD_OUT = ("val", "test")
LEARNED = "learned"
_SAYS = {
    "bytes": "the same file",
    "pixels": "the same pixels",
    "twin": "an image and the good twin of another, or one good twin",
    "source": "made from one image, or that image itself",
    "group": "the same part",
    "cutout": "the same cut-out, or the image it was cut from",
    LEARNED: "a defect fitted to one of an image, and that image",
}
KINDS = (*_SAYS, "synthetic")
"""Kinds of leaks, the plainest first: what one kind says of some images, a later kind does not repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Images that must not stand where they stand.

    Attributes:
        kind: one of ``KINDS``.
        images: split -> the paths of the images on that side, relative to the data set's root.
        keys: the keys of the same images' records, in the order of ``images``.
        message: one sentence with both sides.
    """

    kind: str
    images: Mapping[str, tuple[str, ...]]
    keys: tuple[str, ...]
    message: str


class Fingerprint(NamedTuple):
    """Hashes of an image file: of its bytes (sha256), and of its decoded pixels (empty: not decoded)."""

    file: str
    pixels: str


class _Image(NamedTuple):
    split: str
    image: str
    key: str


def fingerprint(path: Path, pixels: bool = True) -> Fingerprint:
    """Return the hashes of an image file.

    Raises:
        AssetError: it cannot be read, or, with ``pixels``, not be decoded.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AssetError(path, "an image of the data set", error.strerror or "a file that cannot be read") from error
    return Fingerprint(file_hash(data), pixel_hash(decode_image(data, str(path)).pixels) if pixels else "")


def file_hash(data: bytes) -> str:
    """Return the sha256 of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def pixel_hash(pixels: np.ndarray) -> str:
    """Return a hash of (H, W, C) pixels; colour of three equal channels is the same as grey."""
    if pixels.shape[2] == 3 and (pixels == pixels[..., :1]).all():
        pixels = pixels[..., :1]
    digest = hashlib.blake2b(f"{pixels.shape} {pixels.dtype.name} ".encode(), digest_size=16)
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()


def find_leaks(
    records: Iterable[Record],
    root: Path,
    *,
    pixels: bool = True,
    prints: Mapping[str, Fingerprint] | None = None,
    synthetic_held_out: bool = False,
) -> tuple[Leak, ...]:
    """Return what stands on two sides of a split.

    Args:
        records: of one data set; gone through once.
        root: what their paths are relative to.
        pixels: whether files are decoded, to find the same pixels in different files.
        prints: hashes that are known already, by a record's ``image`` or ``twin``; the others are made here.
        synthetic_held_out: whether synthetic images may stand in val and test beside real ones.

    Returns:
        The leaks in the order of ``KINDS``, then of the records.

    Raises:
        AssetError: an image or a twin cannot be read.
    """
    reader = Reader(root, pixels, prints or {})
    images: list[_Image] = []
    met: dict[str, dict[str, dict[int, str]]] = {}  # key -> split -> image number -> what it is to the key
    synthetic: list[int] = []
    for number, record in enumerate(records):
        images.append(_Image(record.split, _below(root, record.image), record.key))
        if record.synthetic:
            synthetic.append(number)
        for key, role in keys_of(record, reader):
            met.setdefault(key, {}).setdefault(record.split, {}).setdefault(number, role)
    found: dict[frozenset[int], tuple[int, str]] = {}
    for sides in met.values():
        roles = {role for side in sides.values() for role in side.values()}
        if len(sides) < 2 or roles == {LEARNED}:
            continue
        kind = max(roles, key=KINDS.index)
        members = frozenset(number for side in sides.values() for number in side)
        rank = KINDS.index(kind)
        if members not in found or rank < found[members][0]:
            found[members] = rank, kind
    ordered = sorted((rank, sorted(members), kind) for members, (rank, kind) in found.items())
    leaks = [_leak(kind, [images[number] for number in members]) for _, members, kind in ordered]
    if not synthetic_held_out and len(synthetic) < len(images):
        leaks += _synthetic_held_out([images[number] for number in synthetic])
    return tuple(leaks)


class Reader:
    """Hashes files once: hard links of one file are one file.

    Args:
        root: what paths are relative to.
        pixels: whether files are decoded, for the hash of their pixels.
        known: hashes that are known already, by path.
    """

    def __init__(self, root: Path, pixels: bool, known: Mapping[str, Fingerprint]) -> None:
        self._root, self._pixels, self._known = root, pixels, known
        self._by_inode: dict[tuple[int, int], Fingerprint] = {}

    def __call__(self, path: str) -> Fingerprint:
        """Return the hashes of the file at a path; raise ``AssetError`` where it cannot be read."""
        if path in self._known:
            return self._known[path]
        file = self._root / path
        try:
            stat = file.stat()
        except OSError as error:
            raise AssetError(file, "an image of the data set", error.strerror or "no such file") from error
        inode = stat.st_dev, stat.st_ino
        if stat.st_ino == 0 or inode not in self._by_inode:  # 0: a file system without numbers
            self._by_inode[inode] = fingerprint(file, self._pixels)
        return self._by_inode[inode]


def keys_of(record: Record, reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield the keys of a record, each with the kind of leak it makes; a hash is one key whatever it is the hash of."""
    image = reader(record.image)
    yield f"file {image.file}", "bytes"
    if image.pixels:
        yield f"pixels {image.pixels}", "pixels"
    if record.twin is not None:
        twin = reader(record.twin)
        yield f"file {twin.file}", "twin"
        if twin.pixels:
            yield f"pixels {twin.pixels}", "twin"
    if record.source_sha256:
        yield f"file {record.source_sha256}", "source"
    elif record.source_id:
        yield (
            f"source {record.seed} {record.source_id}",
            "source",
        )  # drawn ones have no file; their seed tells them apart
    if record.group:
        yield f"group {record.group}", "group"
    for label in record.labels:
        shape = label.params.get("shape")
        if not isinstance(shape, Mapping):
            continue
        if shape.get("cutout"):
            yield f"cutout {shape['cutout']}", "cutout"
        if shape.get("cutout_source"):
            yield f"file {shape['cutout_source']}", "cutout"
        if shape.get("learned_from"):
            yield f"file {shape['learned_from']}", LEARNED


def _leak(kind: str, members: list[_Image]) -> Leak:
    sides: dict[str, list[_Image]] = {}
    for member in sorted(members, key=lambda member: (_place(member.split), member.image)):
        sides.setdefault(member.split, []).append(member)
    said = " and ".join(f"{_named(side)} ({split})" for split, side in sides.items())
    return Leak(
        kind=kind,
        images={split: tuple(member.image for member in side) for split, side in sides.items()},
        keys=tuple(member.key for side in sides.values() for member in side),
        message=f"{said}: {_SAYS[kind]}",
    )


def _synthetic_held_out(images: list[_Image]) -> Iterator[Leak]:
    for split in HELD_OUT:
        side = sorted((image for image in images if image.split == split), key=lambda image: image.image)
        if side:
            yield Leak(
                kind="synthetic",
                images={split: tuple(image.image for image in side)},
                keys=tuple(image.key for image in side),
                message=f"{_named(side)} ({split}): synthetic, beside real images",
            )


def _below(root: Path, image: str) -> str:
    path = Path(image)
    return path.relative_to(root).as_posix() if path.is_absolute() and path.is_relative_to(root) else image


def _named(side: list[_Image]) -> str:
    return side[0].image if len(side) == 1 else f"{side[0].image} and {len(side) - 1} more"


def _place(split: str) -> tuple[int, str]:
    known = ("train", *HELD_OUT)
    return (known.index(split) if split in known else len(known)), split
