"""Regions that a user states: polygons, a file of polygons, or a folder of masks.

A pixel belongs to a polygon if its centre lies inside, by the even-odd rule. A text is a path: a ``.json`` file holds
what could stand in its place, a folder holds one mask per image under the image's own path, with the ending ``.png``.
Source: own.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from generator.core.errors import AssetError, RangeError
from generator.core.sample import GoodImage
from generator.imaging.codec import decode_mask
from generator.source.file_tree import FileTree

Polygon = tuple[tuple[float, float], ...]
_EXPECTED = (
    "polygons [[[x, y], ...], ...], {unit: px or frac, polygons: ...}, a .json file of these, or a folder of masks"
)


@dataclass(frozen=True, slots=True)
class Zones:
    """Regions of an image: the union of polygons, or the mask of that image.

    Attributes:
        polygons: corners (x, y), in px from the outer corner of the first pixel, or in shares of width and height.
        unit: ``px`` or ``frac``.
        masks: a folder of masks; None: polygons are given.
        print_: a hash of the file they were read from; empty: they were given inline.
    """

    polygons: tuple[Polygon, ...] = ()
    unit: str = "px"
    masks: FileTree | None = None
    print_: str = ""

    @classmethod
    def parse(cls, value: object) -> Zones:
        """Read what a user writes.

        Raises:
            RangeError: it is none of the accepted forms, or cannot be read.
        """
        if isinstance(value, Zones):
            return value
        if isinstance(value, str):
            return cls._from_path(value)
        unit = value.get("unit", "px") if isinstance(value, Mapping) else "px"
        polygons = value.get("polygons") if isinstance(value, Mapping) else value
        if unit not in ("px", "frac") or (isinstance(value, Mapping) and not {"unit", "polygons"} >= set(value)):
            raise RangeError("", _EXPECTED, value)
        if not isinstance(polygons, (list, tuple)) or not polygons:
            raise RangeError("", _EXPECTED, value)
        if _is_corner(polygons[0]):
            raise RangeError("", "a list of polygons, one [[[x, y], [x, y], [x, y]]] too", polygons)
        found = cls(tuple(_polygon(polygon) for polygon in polygons), unit)
        numbers = [number for polygon in found.polygons for corner in polygon for number in corner]
        if unit == "frac" and not all(0 <= number <= 1 for number in numbers):
            raise RangeError("", "polygons with corners in [0, 1], as unit is frac", polygons)
        if unit == "px" and max(numbers) <= 1:
            raise RangeError("", "polygons in px, or {unit: frac, polygons: ...} in shares of the image", polygons)
        return found

    @classmethod
    def _from_path(cls, path: str) -> Zones:
        try:
            tree = FileTree.at(path)
            if not tree.only:
                return cls(masks=tree)
            data = tree.read(tree.only)
            content = json.loads(data)
        except (OSError, ImportError, ValueError) as error:
            raise RangeError("", _EXPECTED, f"{path}: {getattr(error, 'strerror', None) or error}") from error
        try:
            found = cls.parse(content)
        except RangeError as error:
            raise RangeError("", f"{error.expected} in {path}", error.got) from error
        return cls(found.polygons, found.unit, found.masks, hashlib.sha256(data).hexdigest())

    def mask(self, good: GoodImage) -> np.ndarray:
        """Return the regions on an image as (H, W) bool.

        Raises:
            AssetError: the image has no mask, or one of another size.
        """
        hw = good.pixels.shape[:2]
        if self.masks is not None:
            return read_mask(self.masks, good.source_id, hw)
        scale = (hw[1], hw[0]) if self.unit == "frac" else (1, 1)
        mask = np.zeros(hw, bool)
        for polygon in self.polygons:
            mask |= fill_polygon(np.asarray(polygon, np.float64) * scale, hw)
        return mask

    def digest(self) -> str:
        """Return a hash of the files they are read from; empty: none."""
        return tree_digest(self.masks) if self.masks is not None else self.print_


def fill_polygon(corners_xy: np.ndarray, hw: tuple[int, int]) -> np.ndarray:
    """Return the pixels whose centre lies inside a polygon, by the even-odd rule.

    Args:
        corners_xy: (N, 2) float, px.
        hw: height and width of the result.

    Returns:
        (H, W) bool.
    """
    turns = np.zeros((hw[0], hw[1] + 1), np.int64)
    rows_y = np.arange(hw[0]) + 0.5
    for (x0, y0), (x1, y1) in zip(corners_xy, np.roll(corners_xy, -1, axis=0), strict=True):
        rows = np.flatnonzero((y0 <= rows_y) != (y1 <= rows_y))
        crossing_x = x0 + (rows_y[rows] - y0) * (x1 - x0) / (y1 - y0) if rows.size else rows
        turns[rows, np.clip(np.ceil(crossing_x - 0.5), 0, hw[1]).astype(int)] += 1
    return np.cumsum(turns, axis=1)[:, :-1] % 2 == 1


def read_mask(tree: FileTree, source_id: str, hw: tuple[int, int]) -> np.ndarray:
    """Return the mask of an image: the file under its own path, with the ending ``.png``; what is not 0 is true.

    Raises:
        AssetError: missing, unreadable, or not (H, W).
    """
    name = str(PurePosixPath(source_id).with_suffix(".png"))
    path = f"{tree.root}/{name}"
    try:
        data = tree.read(name)
    except OSError as error:
        raise AssetError(path, f"the mask of {source_id}", error.strerror or str(error)) from error
    mask = decode_mask(data, path) > 0
    if mask.shape != hw:
        raise AssetError(path, f"a mask of {hw[1]} x {hw[0]} px", f"{mask.shape[1]} x {mask.shape[0]}")
    return mask


def tree_digest(tree: FileTree) -> str:
    """Return a hash of the names and fingerprints of the masks in a folder."""
    names = [name for name in tree.names() if name.endswith(".png")]
    digest = hashlib.sha256()
    for name, print_ in zip(names, tree.prints(names), strict=True):
        digest.update(f"{name}\n".encode("utf-8", "backslashreplace") + print_)
    return digest.hexdigest()


def without(roi: np.ndarray | None, forbidden: Zones | None, good: GoodImage) -> np.ndarray | None:
    """Return a roi less what is forbidden.

    Raises:
        AssetError: nothing is left.
    """
    if forbidden is None:
        return roi
    free = ~forbidden.mask(good) if roi is None else roi & ~forbidden.mask(good)
    if not free.any():
        raise AssetError(good.source_id, "a place where defects may lie", "a roi that roi.forbidden covers wholly")
    return free


def _polygon(value: object) -> Polygon:
    if not isinstance(value, (list, tuple)) or len(value) < 3 or not all(_is_corner(corner) for corner in value):
        raise RangeError("", "a polygon of at least three corners [x, y]", value)
    return tuple((float(x), float(y)) for x, y in value)


def _is_corner(value: object) -> bool:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return False
    return all(isinstance(n, (int, float)) and not isinstance(n, bool) and math.isfinite(n) for n in value)
