"""Any data set by its path: the layout is recognised by what lies there, or named.

Source: own.
"""

from __future__ import annotations

from pathlib import Path

from generator.core.errors import ConfigError, closest
from generator.dataset.format.table import FORMATS
from generator.dataset.problem import Problems
from generator.dataset.record import DataSet
from generator.dataset.store import RECORDS, Store

AUTO, CANONICAL = "auto", "canonical"
KNOWN = (AUTO, CANONICAL, *FORMATS)


def open_data(path: Path, format_name: str = AUTO, problems: Problems | None = None, where: str = "data") -> DataSet:
    """Return the data set at a path.

    Args:
        path: its folder, or the file that describes it.
        format_name: a name of ``KNOWN``; ``auto`` recognises it.
        problems: where broken labels are listed, which are left out; None: the first one is raised.
        where: the key that named the path, for messages.

    Raises:
        ConfigError: there is no such path or format, or nothing known lies there.
        FormatError: the data set does not hold what its format promises.
    """
    if format_name not in KNOWN:
        raise ConfigError("format", "one of " + ", ".join(KNOWN), f"'{format_name}'", closest(format_name, KNOWN))
    if not path.exists():
        raise ConfigError(where, "a data set", f"'{path}', which does not exist")
    name = recognise(path, where) if format_name == AUTO else format_name
    return Store.open(path) if name == CANONICAL else FORMATS[name].read(path, problems)


def recognise(path: Path, where: str = "data") -> str:
    """Return the name of the layout that lies at a path.

    Raises:
        ConfigError: none is recognised.
    """
    if path.is_file() and path.suffix.lower() == ".json":
        return "coco"
    signs = (
        (CANONICAL, (path / RECORDS).is_file()),
        ("captions", (path / "captions.jsonl").is_file()),
        ("coco", any((path / "annotations").glob("*.json"))),
        ("yolo_segment", (path / "data.yaml").is_file()),
        ("mvtec", (path / "ground_truth").is_dir() or any(path.glob("*/ground_truth"))),
        ("mask_index", (path / "classes.json").is_file() and (path / "images").is_dir()),
        ("mask_folder", (path / "images").is_dir() and (path / "masks").is_dir()),
    )
    for name, found in signs:
        if found:
            return name
    hint = "Name it with format=... if it is one of them."
    raise ConfigError(where, "a data set as " + ", ".join(name for name, _ in signs), f"none of them at '{path}'", hint)
