"""Good images from a folder of photographs.

When the source is built, every file is judged by its head and tail: what is no whole image is named, skipped and
counted, up to a limit. The list that results travels with the object, so all workers see the same images. A file whose
damage shows only when it is decoded ends the run with its name, for any number of workers alike; ``check: whole``
decodes every file beforehand and skips such files too. Source: own.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import AssetError, require
from generator.core.names import MARKER
from generator.core.sample import GoodImage
from generator.core.seeds import stable_hash
from generator.imaging.codec import decode_image
from generator.imaging.file.header import ALPHA_DROPPED, CMYK_CONVERTED, FIRST_PAGE, inspect
from generator.source.file_tree import FileTree, fingerprint

EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
_CODES = {ALPHA_DROPPED: "alpha_dropped", CMYK_CONVERTED: "cmyk_converted", FIRST_PAGE: "first_page"}
_AUTO_WHITES = (1023, 4095, 16383, 65535)
_SHOWN = 5
_GOOD_OUTPUT = ("twins", "blanks")  # of a data set that this tool made
_ALL = "*"
# folders of a labelled data set; those of masks are a sign alone, those of defective images beside good ones
_MASKS = frozenset({"masks", "mask", "ground_truth", "segmentationclass", "segmentationobject"})
_DEFECTIVE = frozenset({"defect", "defects", "defective", "ng", "nok", "bad", "anomaly", "anomalous"})
_GOOD = frozenset({"good", "ok", "normal", "anomaly_free"})


@dataclass(frozen=True, slots=True)
class _Listing:
    """What was found: ids in provenance order, where parts begin, notes, what was skipped, copies, a hash of it all."""

    tree: FileTree
    ids: tuple[str, ...]
    parts: Sequence[int]
    notes: tuple[tuple[str, int], ...]
    skipped: tuple[tuple[str, str], ...]
    copies: tuple[tuple[str, str], ...]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """Images below a folder: PNG, JPEG, BMP, TIFF, WebP.

    Attributes:
        path: the folder, a single image, or a path with a scheme that fsspec knows.
        pattern: which of them, as a shell pattern on the path below the folder, such as ``good/*``.
        group: searched in an image's path below the folder; what its first bracket finds, or else all that is found, is
            the part that the image shows. Images of one part go to one split. None: each image stands alone.
        max_skipped: how many unreadable files are skipped before the run is refused, >= 0.
        check: ``ends`` looks at the head and tail of every file beforehand; ``whole`` decodes every file.
        bits: bits of the sensor in 16-bit files; ``auto``: the least of 10, 12, 14, 16 that holds the image's maximum.
        pixel_size_mm: one pixel in mm, > 0; None: not known.
        light_deg: azimuth the light comes from, degrees, counter-clockwise as displayed, 0 right; None: not known, so
            that it is read off each image where that shows it.
        max_pixels: an image with more pixels is unreadable, >= 1.
    """

    path: str
    pattern: str = _ALL
    group: str | None = None
    max_skipped: int = 20
    check: Literal["ends", "whole"] = "ends"
    bits: Literal["auto", 8, 10, 12, 14, 16] = "auto"
    pixel_size_mm: float | None = None
    light_deg: float | None = None
    max_pixels: int = 512_000_000
    _listing: _Listing = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require(self.max_skipped >= 0, "max_skipped", ">= 0", self.max_skipped)
        require(self.max_pixels >= 1, "max_pixels", ">= 1", self.max_pixels)
        known = self.pixel_size_mm is None or self.pixel_size_mm > 0
        require(known, "pixel_size_mm", "null or > 0", self.pixel_size_mm)
        turned = self.light_deg is None or -360 <= self.light_deg <= 360
        require(turned, "light_deg", "null or degrees in -360..360", self.light_deg)
        if self.group is not None:
            try:
                re.compile(self.group)
            except re.error as error:
                require(
                    False, "group", "null or a regular expression such as '(board\\d+)'", f"{self.group!r}: {error}"
                )
        object.__setattr__(self, "_listing", self._list())

    @property
    def count(self) -> int:
        """The number of readable images."""
        return len(self._listing.ids)

    def source_id(self, rank: int) -> str:
        """Return the path below the folder of the image at ``rank``; more images do not change the others' order."""
        return self._listing.ids[rank]

    @property
    def parts(self) -> Sequence[int]:
        """The rank of each part's first image; without ``group`` each image stands alone."""
        return self._listing.parts

    def load(self, source_id: str) -> GoodImage:
        """Read and decode an image.

        Raises:
            AssetError: it is gone or damaged, or holds values above what ``bits`` allows.
        """
        name = f"{self._listing.tree.root}/{source_id}"
        try:
            data = self._listing.tree.read(source_id)
        except OSError as error:
            raise AssetError(name, "a readable image", error.strerror or str(error)) from error
        try:
            decoded = decode_image(data, name, self.max_pixels)
        except AssetError as error:
            advice = f"{error.cause}; remove it, or set source.check=whole, which skips such files"
            raise AssetError(name, error.needed_for, advice) from error
        findings = tuple(
            Finding(severity="info", code=_CODES[note], message=f"{source_id}: {note}") for note in decoded.notes
        )
        return GoodImage(
            source_id=source_id,
            pixels=decoded.pixels,
            white=self._white(decoded.pixels, name),
            pixel_size_mm=self.pixel_size_mm,
            light_deg=self.light_deg,
            sha256=hashlib.sha256(data).hexdigest(),
            group=self._group_of(source_id),
            findings=findings,
        )

    def findings(self) -> tuple[Finding, ...]:
        """Return one warning a skipped file, and how many images lose something when they are decoded."""
        listing = self._listing
        skipped = (
            Finding(severity="warning", code="skipped_file", message=f"{name} is skipped: {cause}")
            for name, cause in listing.skipped
        )
        noted = (
            Finding(severity="info", code=_CODES[note], message=f"{number} of {len(listing.ids)} images: {note}")
            for note, number in listing.notes
        )
        noted = (*noted, *_own_output(listing.tree.root))
        if not listing.copies:
            return (*skipped, *noted)
        name, first = listing.copies[0]
        more = f" and {len(listing.copies) - 1} more" if len(listing.copies) > 1 else ""
        message = f"{name}{more}: a byte copy of another image ({first}), left out"
        return (*skipped, Finding(severity="warning", code="byte_copy", message=message), *noted)

    def digest(self) -> str:
        """Return a hash of the files' names, sizes, and bytes at their start, middle and end."""
        return self._listing.digest

    def _white(self, pixels: np.ndarray, name: str) -> int:
        if pixels.dtype == np.uint8:
            return 255
        largest = int(pixels.max())
        if self.bits == "auto":
            return next(white for white in _AUTO_WHITES if white >= largest)
        white = (1 << self.bits) - 1
        if largest > white:
            raise AssetError(name, f"values up to {white} (source.bits: {self.bits})", str(largest))
        return white

    def _group_of(self, name: str) -> str:
        """Return the part that an image shows; empty: not known."""
        found = None if self.group is None else re.search(self.group, name)
        if found is None:
            return ""
        return (found[1] or "") if found.re.groups else found[0]

    def _list(self) -> _Listing:
        wanted = "a folder with PNG, JPEG, BMP, TIFF or WebP images"
        try:
            tree = FileTree.at(self.path)
            names = [name for name in tree.names() if fnmatchcase(name, self.pattern)]
        except OSError as error:
            place = f" ({error.filename})" if error.filename else ""
            require(False, "path", wanted, f"{self.path}: {error.strerror or error}{place}")
        except (ImportError, ValueError) as error:
            require(False, "path", wanted, f"{self.path}: {error}")
        names = [name for name in names if tree.only or name.lower().endswith(EXTENSIONS)]
        require(len(names) > 0, "path", wanted, f"{self.path} without a single one matching {self.pattern!r}")
        if self.pattern == _ALL:
            _require_good(self.path, names)
        good, skipped, notes = [], [], Counter()
        for name, verdict in zip(names, self._verdicts(tree, names), strict=True):
            if isinstance(verdict, str):
                skipped.append((name.encode("utf-8", "backslashreplace").decode(), verdict))
            else:
                good.append((stable_hash(name), name, verdict[0]))
                notes.update(verdict[1])
        shown = "; ".join(f"{name}: {cause}" for name, cause in skipped[:_SHOWN])
        more = f"; and {len(skipped) - _SHOWN} more" if len(skipped) > _SHOWN else ""
        few = f"at most {self.max_skipped} unreadable images (max_skipped)"
        require(len(skipped) <= self.max_skipped, "path", few, f"{len(skipped)} of {len(names)}: {shown}{more}")
        require(len(good) > 0, "path", "at least one readable image", f"none of {len(names)}: {shown}{more}")
        good, copies = self._without_copies(tree, good)
        groups = {name: self._group_of(name) for _, name, _ in good}
        found = self.group is None or any(groups.values())
        require(found, "group", f"a pattern that is found in the images' paths, such as {good[0][1]}", self.group)
        good.sort(key=lambda image: (stable_hash(groups[image[1]] or image[1]), groups[image[1]], *image))
        digest = hashlib.sha256()
        for _, name, print_ in good:
            digest.update(f"{name}\n".encode() + print_)
        ids = tuple(name for _, name, _ in good)
        parts = range(len(ids))
        if self.group is not None:
            parts = tuple(n for n in parts if not n or not groups[ids[n]] or groups[ids[n]] != groups[ids[n - 1]])
        return _Listing(tree, ids, parts, tuple(sorted(notes.items())), tuple(skipped), copies, digest.hexdigest())

    def _without_copies(
        self, tree: FileTree, good: list[tuple[int, str, bytes]]
    ) -> tuple[list[tuple[int, str, bytes]], tuple[tuple[str, str], ...]]:
        """Return the images without byte copies of others, and each copy's name with that of the one that stays.

        Two names of one image could stand on two sides of a split.
        """
        alike: dict[bytes, list[tuple[int, str, bytes]]] = defaultdict(list)
        for image in good:
            alike[image[2]].append(image)
        kept, copies = [], []
        for images in alike.values():
            first: dict[bytes, str] = {}
            for image in images:
                whole = hashlib.sha256(tree.read(image[1])).digest() if len(images) > 1 else b""
                if whole in first:
                    copies.append((image[1], first[whole]))
                else:
                    first[whole] = image[1]
                    kept.append(image)
        return kept, tuple(sorted(copies))

    def _verdicts(self, tree: FileTree, names: list[str]) -> Iterator[tuple[bytes, tuple[str, ...]] | str]:
        """Yield for each file its fingerprint and notes, or why it cannot be used."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield from tree.each(lambda name: self._verdict(tree, name), names, is_long=self.check == "whole")

    def _verdict(self, tree: FileTree, name: str) -> tuple[bytes, tuple[str, ...]] | str:
        try:
            name.encode("utf-8")
            with tree.open(name) as stream:
                print_ = fingerprint(stream)
                notes = inspect(stream, name, self.max_pixels).notes
                if self.check == "whole":
                    stream.seek(0)
                    decode_image(stream.read(), name, self.max_pixels)
            return print_, notes
        except AssetError as error:
            return error.cause
        except UnicodeEncodeError:
            return "a name that is not text"
        except OSError as error:
            return error.strerror or str(error)


def _require_good(path: str, names: list[str]) -> None:
    """Refuse a labelled data set, whose masks and defective images would become good surfaces."""
    folders = Counter(folder.lower() for name in names for folder in set(name.split("/")[:-1]))
    found = [folder for folder in folders if folder in _MASKS]
    if _GOOD & folders.keys():
        found += [folder for folder in folders if folder in _DEFECTIVE]
    said = " and ".join(f"{folders[folder]} in {folder}/" for folder in sorted(found))
    expected = "a folder of good images alone (name it, such as PATH/good, or choose by source.pattern='good/*')"
    require(not found, "path", expected, f"'{path}', a labelled data set with images {said}")


def _own_output(root: str) -> tuple[Finding, ...]:
    """Return a warning where the images of a folder are of a data set that this tool made, and may bear its labels."""
    if "://" in root:
        return ()
    for folder in Path(root).parents:
        if (folder / MARKER).is_file() and (folder / "masks").is_dir():
            if Path(root).relative_to(folder).parts[0] in _GOOD_OUTPUT:
                return ()
            message = (
                f"the images are of a data set that defectgen made ({folder}); what is labelled on them there, such as "
                "defects, is not labelled here"
            )
            if (folder / "twins").is_dir():
                message += f"; good twins of those with defects lie in {folder / 'twins'}"
            return (Finding(severity="warning", code="own_output", message=message),)
    return ()
