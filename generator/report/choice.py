"""Which option of a config group a part of a configuration came from.

A configuration holds what was chosen, not its name. The option is the shipped one of the same class that differs in the
fewest keys. Source: own.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from generator.core.assets import conf_dir

TARGET = "_target_"
_HERE = "@_here_"


def option_of(node: object, group: str) -> str:
    """Return the option of a group, such as ``drawn/leather`` of ``source``; empty: none is of its class."""
    if not isinstance(node, Mapping):
        return ""
    fitting = {name: option for name, option in _options(group).items() if option.get(TARGET) == node.get(TARGET)}
    return min(fitting, key=lambda name: (_differing(fitting[name], node), name), default="")


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    return sum(one.get(key) != other.get(key) for key in one.keys() | other.keys())


@functools.cache
def _options(group: str) -> dict[str, dict[str, Any]]:
    folder = conf_dir() / group
    files = sorted(folder.rglob("*.yaml"))
    return {path.relative_to(folder).with_suffix("").as_posix(): _read(path) for path in files}


def _read(path: Path) -> dict[str, Any]:
    """Return an option's keys, with those of the options that it builds on in the same place."""
    own = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    keys: dict[str, Any] = {}
    for base in own.pop("defaults", ()):
        if isinstance(base, str) and base.endswith(_HERE):
            name = base.removesuffix(_HERE)
            keys |= _read((conf_dir() if name.startswith("/") else path.parent) / f"{name.strip('/')}.yaml")
    return keys | own
