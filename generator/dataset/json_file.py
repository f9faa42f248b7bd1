"""JSON files of data sets, with the line of anything that is broken.

The text is parsed once; where a thing stands is looked for only when an error is reported, and each list is gone
through at most once. What Python writes beyond JSON (NaN, Infinity) and a byte order mark are read. Source: own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from json.decoder import scanstring
from pathlib import Path
from typing import Any

import orjson

from generator.core.errors import FormatError

_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True, eq=False)
class JsonFile:
    """A JSON file.

    Attributes:
        path: of the file.
        content: what it holds.
    """

    path: Path
    content: Any
    _text: str
    _places: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> JsonFile:
        """Read a file.

        Raises:
            FormatError: it cannot be read or is no JSON.
        """
        try:
            data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        except OSError as error:
            raise FormatError(path, "", "a JSON file", error.strerror or "a file that cannot be read") from error
        try:
            content = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            if b"NaN" not in data and b"Infinity" not in data:
                raise FormatError(path, f"line {error.lineno}, column {error.colno}", "JSON", error.msg) from error
            content = _loose(data, path)
        return cls(path, content, data.decode("utf-8"))

    @contextmanager
    def at(self, *keys: str | int) -> Iterator[str]:
        """Yield the name of a place, such as ``annotations[3]``; an error about it in the block also gets its line.

        Args:
            keys: the way from the top, such as ``"annotations", 3``; it must be there.

        Raises:
            FormatError: the block raised it; where it is about this file, its line is added.
        """
        place = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")
        try:
            yield place
        except FormatError as error:
            if error.path != str(self.path):
                raise
            where = ", ".join(part for part in (error.where, f"line {self.line(*keys)}") if part)
            raise FormatError(error.path, where, error.expected, error.got) from error

    def line(self, *keys: str | int) -> int:
        """Return the line, from 1, in which the value at the end of ``keys`` begins; it must be there."""
        return self._text.count("\n", 0, self._start(keys)) + 1

    def _start(self, keys: tuple[str | int, ...]) -> int:
        if not keys:
            return _after_space(self._text, 0)
        if keys not in self._places:
            parent = keys[:-1]
            for key, start in _children(self._text, self._start(parent)):
                self._places[(*parent, key)] = start
        return self._places[keys]


def _loose(data: bytes, path: Path) -> Any:
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        raise FormatError(path, f"line {error.lineno}, column {error.colno}", "JSON", error.msg) from error
    except UnicodeDecodeError as error:
        raise FormatError(path, "", "JSON", error.reason) from error


def _children(text: str, start: int) -> Iterator[tuple[str | int, int]]:
    """Yield the key or number of each child of the object or list that starts at ``start``, and where it starts."""
    is_object, number = text[start] == "{", 0
    at = _after_space(text, start + 1)
    while text[at] not in "]}":
        key: str | int = number
        if is_object:
            key, at = scanstring(text, at + 1, False)
            at = _after_space(text, _after_space(text, at) + 1)
        yield key, at
        _, at = _DECODER.raw_decode(text, at)
        at = _after_space(text, at)
        if text[at] == ",":
            at = _after_space(text, at + 1)
        number += 1


def _after_space(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at
