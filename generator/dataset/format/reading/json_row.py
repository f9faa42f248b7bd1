"""A line of JSON that describes an image, as it is read: each thing taken from it is checked, and named with its line.

Source: own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import orjson

from generator.core.errors import FormatError
from generator.dataset.format.reading.gather import split_named
from generator.dataset.format.reading.json_entry import shown
from generator.dataset.problem import Problems, left_out
from generator.dataset.record import Label
from generator.dataset.view import image_wh
from generator.imaging.masks import rle_to_region

_KINDS = {str: "text", int: "a whole number", bool: "true or false", list: "a list", dict: "an object"}
Stated = TypeVar("Stated")


class JsonRow:
    """A line of a file.

    Args:
        file: the file; paths in the line start from its folder.
        where: the line's name.
        row: its text.
        problems: where broken labels are listed, which are left out; None: the first one is raised.

    Attributes:
        entry: the object.

    Raises:
        FormatError: it is no JSON object.
    """

    def __init__(self, file: Path, where: str, row: str, problems: Problems | None) -> None:
        self.file, self.where, self._problems = file, where, problems
        try:
            self.entry = orjson.loads(row)
        except orjson.JSONDecodeError as error:
            raise self.error("JSON", error.msg) from error
        if not isinstance(self.entry, dict):
            raise self.error("an object", shown(self.entry))

    def error(self, expected: str, got: object) -> FormatError:
        """Return the error of this line."""
        return FormatError(self.file, self.where, expected, got)

    def take(self, key: str, kind: type, entry: dict[str, Any] | None = None) -> Any:
        """Return the value of a key of an object within the line, or of the line itself.

        Raises:
            FormatError: it is of another kind, or there is none.
        """
        entry = self.entry if entry is None else entry
        value = entry.get(key)
        if type(value) is not kind:
            raise self.error(f"{key}: {_KINDS[kind]}", shown(value) if key in entry else "no such key")
        return value

    def image(self) -> tuple[str, str, tuple[int, int]]:
        """Return the image's path below the file's folder, its split, and its height and width in px.

        Raises:
            FormatError: there is no such image or split, or the image has another size than stated.
        """
        image = self.path(self.take("file_name", str))
        split = split_named(self.take("split", str))
        if split is None:
            raise self.error("split: train, val or test", shown(self.entry["split"]))
        width, height = image_wh(self.file.parent / image)
        wh = self.take("width", int), self.take("height", int)
        if wh != (width, height):
            raise self.error(f"the image file's size {width} x {height}", f"{wh[0]} x {wh[1]}")
        return image, split, (height, width)

    def path(self, name: str) -> str:
        """Return the path of a file below this file's folder.

        Raises:
            FormatError: there is none, or it lies elsewhere.
        """
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not (self.file.parent / path).is_file():
            raise self.error("a file below the data set's folder", repr(name))
        return path.as_posix()

    def kept(self, key: str, to: Callable[[Any], Stated]) -> tuple[tuple[Stated, ...], Problems]:
        """Return what the entries of a key's list state, and the errors of those that are broken."""
        kept: list[Stated] = []
        lost: Problems = []
        for entry in self.take(key, list):
            with left_out(None if self._problems is None else lost):
                kept.append(to(entry))
        if self._problems is not None:
            self._problems.extend(lost)
        return tuple(kept), lost

    def label(self, entry: Any, hw: tuple[int, int]) -> Label:
        """Return the label of an object with category, rle, and bbox_xywh where rle is null.

        Raises:
            FormatError: it is broken.
        """
        if not isinstance(entry, dict):
            raise self.error("an object with category, bbox_xywh and rle", shown(entry))
        category, box = self.take("category", str, entry), self.take("bbox_xywh", list, entry)
        if entry.get("rle") is None:
            if len(box) != 4 or not all(type(v) in (int, float) for v in box) or min(box[2:]) <= 0:
                raise self.error("bbox_xywh: x, y, w > 0, h > 0", shown(box))
            return Label(category=category, bbox_xywh=tuple(box))
        try:
            region = rle_to_region(entry["rle"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self.error("a sound RLE", error) from error
        if list(entry["rle"]["size"]) != list(hw) or region.area_px == 0:
            raise self.error(f"an RLE of the image's size {list(hw)} with a pixel", shown(entry["rle"]))
        return Label.of_region(category, region)
