"""The good images that made defects lie on: those of train, or defective ones whose defects are filled in.

They are hard-linked into one folder with names of their own, and it is remembered which real image each came from, so
that what is made on it belongs to the same part, has the same licence and never stands on the other side. Source: own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from generator.core.annotation import Orientation
from generator.core.errors import AssetError, ConfigError
from generator.dataset.leak import Fingerprint, fingerprint
from generator.dataset.link import place
from generator.dataset.names import safe_name
from generator.dataset.real import RealData, RealDefect
from generator.dataset.record import DataSet, Label, Record
from generator.dataset.view import find_images, is_good
from generator.imaging.codec import encode_png
from generator.imaging.inpaint import inpaint
from generator.imaging.surround import GAP_PX

_MOST_COVERED = 0.5  # of an image; of less surface too little is left to fill in from


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a good image came from.

    Attributes:
        source_id: path of the real image below its data set.
        sha256: of the real image's file.
        group, licence: those of the real image.
        orientation: how it is turned as a whole, if known.
        parts: labels of whole parts on it; what is made on it shows them too.
    """

    source_id: str
    sha256: str
    group: str = ""
    licence: str = ""
    orientation: Orientation | None = None
    parts: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surfaces:
    """The folder of good images.

    Attributes:
        root: its path.
        origins: of each file, by its path below the folder.
        mended: whether they are defective ones with their defects filled in.
        left_out: files of the user's own folder that the data set holds too.
    """

    root: Path
    origins: Mapping[str, Origin]
    mended: bool
    left_out: tuple[str, ...] = ()


def gather_surfaces(train: DataSet, root: Path, more: Path | None, prints: Mapping[str, Fingerprint]) -> Surfaces:
    """Fill a folder with good images.

    Args:
        train: the real images of train.
        root: the folder, new.
        more: folder of good images of the user's own; None: none.
        prints: hashes of the images of all sides, by key; of ``more``, what is equal to one of them is left out: it
            stands in train already, shows a defect, or is held out.

    Raises:
        AssetError, ConfigError: there is no image that a defect could be put on.
    """
    root.mkdir(parents=True)
    origins: dict[str, Origin] = {}
    for record in train:
        if is_good(record):
            name = f"real/{safe_name(record.key)}{record.suffix}"
            place(train.root / record.image, root / name)
            origins[name] = _origin(record, prints[record.key].file)
    left_out = _add_own(more, root, origins, prints.values()) if more is not None else []
    if origins:
        return Surfaces(root=root, origins=origins, mended=False, left_out=tuple(left_out))
    records = {record.key: record for record in train}
    for key, pixels in _mended(train):
        name = f"mended/{safe_name(key)}.png"
        (root / "mended").mkdir(exist_ok=True)
        (root / name).write_bytes(encode_png(pixels))
        origins[name] = _origin(records[key], prints[key].file)
    if not origins:
        raise ConfigError("good", "good images in train, or a folder of some", "none", "Add good=DIR.")
    return Surfaces(root=root, origins=origins, mended=True, left_out=tuple(left_out))


def _origin(record: Record, sha256: str) -> Origin:
    return Origin(
        source_id=record.image,
        sha256=sha256,
        group=record.group,
        licence=record.licence,
        orientation=record.orientation,
        parts=tuple(label for label in record.labels if label.orientation is not None),
    )


def _add_own(folder: Path, root: Path, origins: dict[str, Origin], known: Collection[Fingerprint]) -> list[str]:
    """Add the images of the user's own folder that are not known already; return the others."""
    if not folder.is_dir():
        raise ConfigError("good", "a folder of good images", f"'{folder}', which is none")
    files = find_images(folder)
    if not files:
        raise AssetError(folder, "a folder with good images", "none")
    files_out, pixels_out = {one.file for one in known}, {one.pixels for one in known if one.pixels}
    left_out = []
    for file in files:
        name = file.relative_to(folder).as_posix()
        own = fingerprint(file, pixels=bool(pixels_out))
        if own.file in files_out or own.pixels in pixels_out:
            left_out.append(name)
            continue
        place(file, root / "own" / name)
        origins[f"own/{name}"] = Origin(source_id=name, sha256=own.file)
    return left_out


def _mended(train: DataSet) -> list[tuple[str, np.ndarray]]:
    """Return each defective image, by its key, with all its defects filled in from around."""
    first: dict[str, RealDefect] = {}
    for defect in RealData(format="", data=train).defects(boxes=True):
        first.setdefault(defect.record_key, defect)
    found = []
    for key, defect in first.items():
        covered = defect.others.copy()
        if defect.mask is not None:
            covered |= defect.mask
        else:
            x, y, w, h = (round(v) for v in defect.bbox_xywh)
            covered[max(0, y) : y + h, max(0, x) : x + w] = True
        if covered.mean() <= _MOST_COVERED:
            found.append((key, _filled(defect, covered)))
    return found


def _filled(defect: RealDefect, covered: np.ndarray) -> np.ndarray:
    """Return the pixels with what is covered, and the edge that spills over it, taken from the surface around."""
    hole = cv2.dilate(covered.view(np.uint8), np.ones((2 * GAP_PX + 1,) * 2, np.uint8)) > 0
    filled = inpaint(defect.pixels.astype(np.float32), hole)
    return np.clip(np.rint(filled), 0, defect.white).astype(defect.pixels.dtype)
