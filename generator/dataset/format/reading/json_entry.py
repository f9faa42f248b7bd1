"""Entries of a JSON file that know their place: what is taken from them is checked, what is wrong gets its line.

Source: own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.core.errors import FormatError
from generator.dataset.json_file import JsonFile

_SHOWN = 60
_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}


@dataclass(frozen=True, slots=True)
class JsonEntry:
    """A value within a JSON file.

    Attributes:
        file: the file.
        value: what was parsed.
        keys: the way to it from the top.
    """

    file: JsonFile
    value: Any
    keys: tuple[str | int, ...] = ()

    @classmethod
    def top(cls, path: Path) -> JsonEntry:
        """Return the whole content of a file.

        Raises:
            FormatError: it cannot be read or is no JSON.
        """
        file = JsonFile.read(path)
        return cls(file, file.content)

    @property
    def path(self) -> Path:
        """The file."""
        return self.file.path

    def at(self) -> AbstractContextManager[str]:
        """Yield the name of this place; an error about it that the block raises also gets its line."""
        return self.file.at(*self.keys)

    def error(self, expected: str, got: object) -> FormatError:
        """Return the error of this entry, with file and line; a value that is no text is shown as it was written."""
        try:
            with self.at() as where:
                raise FormatError(self.path, where, expected, got if isinstance(got, str) else shown(got))
        except FormatError as error:
            return error

    def take(self, key: str, kind: type) -> Any:
        """Return the value of a key.

        Args:
            key: of this object.
            kind: ``bool``, ``int``, ``float`` (any number), ``str``, ``list`` or ``dict``.

        Raises:
            FormatError: this is no object, there is no such key, or its value is of another kind.
        """
        if type(self.value) is not dict:
            raise self.error("an object", shown(self.value))
        if key not in self.value:
            raise self.error(f"{key}: {_KINDS[kind]}", "no such key")
        value = self.value[key]
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise self._child(key).error(_KINDS[kind], shown(value))
        return value

    def has(self, key: str) -> bool:
        """Say whether a key of this object is there, with a value that is neither null nor empty."""
        return bool(self.value.get(key))

    def below(self, key: str) -> JsonEntry:
        """Return the object of a key.

        Raises:
            FormatError: there is no such key, or its value is no object.
        """
        self.take(key, dict)
        return self._child(key)

    def items(self, key: str | None = None) -> Iterator[JsonEntry]:
        """Yield each item of a key's list, or of this list.

        Raises:
            FormatError: there is no such key, or its value is no list.
        """
        parent = self if key is None else self._child(key) if self.take(key, list) else None
        if parent is not None:
            for number in range(len(parent.value)):
                yield parent._child(number)

    def points(self, key: str, count: int | None = None) -> list[list[float]]:
        """Return a key's list of points x, y.

        Args:
            key: of this object.
            count: how many there must be; None: any number.

        Raises:
            FormatError: it is something else.
        """
        points = self.take(key, list)
        good = all(type(point) is list and len(point) == 2 and _are_numbers(point) for point in points)
        if not good or (count is not None and len(points) != count):
            wanted = "points [x, y]" if count is None else f"{count} points [x, y]"
            raise self._child(key).error(wanted, shown(points))
        return points

    def numbers(self, *keys: str) -> list[float]:
        """Return the numbers of keys.

        Raises:
            FormatError: one is not there, or no number.
        """
        return [self.take(key, float) for key in keys]

    def _child(self, key: str | int) -> JsonEntry:
        return JsonEntry(self.file, self.value[key], (*self.keys, key))


def shown(value: object) -> str:
    """Return a value as JSON writes it, cut short."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _are_numbers(values: list[Any]) -> bool:
    return all(type(value) in (int, float) for value in values)
