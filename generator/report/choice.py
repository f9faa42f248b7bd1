"""Which option of a config group a part of a configuration came from.

A configuration holds what was chosen, not its name. The option is the shipped one of the same class that differs in the
fewest keys. Source: own.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
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


def chosen_for_all(config: Mapping[str, Any]) -> dict[str, str]:
    """Return ``appearance`` and ``shape`` with the option of a trained model that all kinds of defects have."""
    found = {}
    for group in ("appearance", "shape"):
        parts = [kind.get(group) for kind in _kinds(config.get("defect"))]
        option = _of_model(parts[0], group) if parts and all(part == parts[0] for part in parts) else ""
        if option:
            found[group] = option
    return found


def _of_model(part: object, group: str) -> str:
    """Return the option that loads a model as a part of a kind does; empty: none, or it has a class of its own."""
    if not isinstance(part, Mapping) or part.get("category", "") is not None:
        return ""
    loaders = _loaders(part)
    return next((name for name, option in _options(group).items() if loaders and _loaders(option) == loaders), "")


def _loaders(part: Mapping[str, Any]) -> list[str]:
    return [str(inner[TARGET]) for inner in part.values() if isinstance(inner, Mapping) and TARGET in inner]


def _kinds(node: object) -> Iterator[Mapping[str, Any]]:
    """Yield the components below a node of families."""
    for inner in node.values() if isinstance(node, Mapping) else ():
        if isinstance(inner, Mapping) and TARGET in inner:
            yield inner
        else:
            yield from _kinds(inner)


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
