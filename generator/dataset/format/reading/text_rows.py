"""Rows of a text file, each with its line.

UTF-8 with or without a byte order mark; a row ends at a line feed, so that no other character of a text ends it.
Source: own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from generator.core.errors import FormatError
from generator.dataset.problem import Problems, left_out

_MARK = b"\xef\xbb\xbf"


def rows_of(file: Path, problems: Problems | None, what: str) -> Iterator[tuple[str, str]]:
    """Yield the rows that hold something, each after the name of its line.

    Args:
        file: to read.
        problems: where rows that are no UTF-8 are listed, which are left out; None: the first one is raised.
        what: a row is, for messages.

    Raises:
        FormatError: the file cannot be read.
    """
    try:
        data = file.read_bytes().removeprefix(_MARK)
    except OSError as error:
        raise FormatError(file, "", what, error.strerror or "a file that cannot be read") from error
    for number, row in enumerate(data.split(b"\n"), 1):
        row = row.removesuffix(b"\r")
        if row.strip():
            where = f"line {number}"
            with left_out(problems):
                yield where, _text(row, file, where)


def _text(row: bytes, file: Path, where: str) -> str:
    try:
        return row.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(file, where, "text in UTF-8", error.reason) from error
