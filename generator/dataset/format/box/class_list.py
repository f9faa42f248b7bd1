"""The classes of a data set whose own files do not list them: classes.txt, a name a line, in the order of their ids.

Source: own.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from generator.core.errors import FormatError
from generator.dataset.names import as_line, original_name

CLASSES = "classes.txt"


def write_classes(folder: Path, classes: Iterable[str]) -> None:
    """Write the list of classes into a folder."""
    (folder / CLASSES).write_text("".join(f"{as_line(name)}\n" for name in classes), "utf-8")


def read_classes(folder: Path) -> tuple[str, ...] | None:
    """Return the classes that a folder lists; None: it has no list.

    Raises:
        FormatError: the list is no text.
    """
    file = folder / CLASSES
    if not file.is_file():
        return None
    try:
        lines = file.read_text("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError(file, "", "text in UTF-8", error.reason) from error
    return tuple(dict.fromkeys(original_name(line.strip()) for line in lines if line.strip()))
