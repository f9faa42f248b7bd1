"""What a page and a data card say in words: the command, the meaning of the labels, where things lie.

No text keeps the place where it was written: the same data set gives the same page on any machine.

Source: own.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.report.angle.words import angle_choices
from generator.report.choice import TARGET, chosen_for_all, option_of
from generator.report.text.words import text_choices

_WITH_KINDS = ("bank", "learned")  # folders that hold kinds of defects, by the family that these have
_PLAN_KEYS = ("seed", "count", "good_share", "defects_per_image", "shares", "usual_shares", "targets", "splits")
_ENTRY_SUFFIXES = (".json", ".yaml", ".csv")
_MOST_ENTRIES = 4
_DEFECT = "defect"  # the recipe where none is named
_ABSOLUTE = re.compile(r"(?<![\w.:/\\])(?:~?/|[A-Za-z]:[\\/]|\\\\)(?:[^\s/\\'\",;:()<>]+[\\/])+(?=[^\s/\\'\",;:()<>])")
_WHOLE = re.compile(r"^(?:~?/|[A-Za-z]:[\\/]|\\\\)(?:[^\n]*[\\/])?(?=[^/\\\n]+[/\\]*$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A format that was written beside the data set: its name and the files a loader is given, below the root."""

    name: str
    paths: tuple[str, ...]


def find_exports(root: Path) -> list[Export]:
    """Return the formats that lie below ``root/export``, by name."""
    folders = sorted(p for p in (root / "export").glob("*") if p.is_dir() and not p.name.endswith(".partial"))
    exports = []
    for folder in folders:
        entries = sorted(
            p.relative_to(root).as_posix()
            for pattern in ("*", "annotations/*")
            for p in folder.glob(pattern)
            if p.suffix in _ENTRY_SUFFIXES and p.is_file()
        )
        exports.append(Export(name=folder.name, paths=tuple(entries[:_MOST_ENTRIES]) or (f"export/{folder.name}/",)))
    return exports


def defect_names(config: Mapping[str, Any]) -> list[str]:
    """Return the chosen defects as the command line names them, such as ``metal/scratch``."""
    names: list[str] = []

    def walk(node: object, prefix: str) -> None:
        if isinstance(node, Mapping):
            for key, item in node.items():
                if isinstance(item, Mapping) and TARGET in item:
                    names.append(f"{prefix}{key}")
                else:
                    walk(item, f"{prefix}{key}/")

    walk(config.get("defect"), "")
    return names


def command_of(config: Mapping[str, Any]) -> str:
    """Return the command that makes the data set again, up to knobs of single components; empty: not known."""
    if not config:
        return ""
    words, recipe = ["defectgen generate"], (config.get("recipe") or {}).get("name")
    words += [f"recipe={recipe}"] if recipe not in (None, _DEFECT) else []
    for group in ("source", "roi"):
        option = option_of(config.get(group), group)
        words += [f"{group}={option}"] if option else []
        words += ["source.path=DIR"] if group == "source" and option == "folder" else []
    words += text_choices(config) + angle_choices(config)
    if names := defect_names(config):
        words += [f"{folder}=DIR" for folder in _WITH_KINDS if any(name.startswith(f"{folder}/") for name in names)]
        words.append(f"defect=[{','.join(names)}]")
    for group, option in chosen_for_all(config).items():
        words += [f"{group}={option}", f"{group}.checkpoint=DIR"]
    if (config.get("labels") or {}).get("keep"):
        words.append("labels=all")
    words += [f"{key}={_hydra(config[key])}" for key in _PLAN_KEYS if config.get(key) not in (None, {})]
    return " ".join([words[0], *(shlex.quote(word) for word in words[1:])])


def label_law(config: Mapping[str, Any], with_real: bool = False, only: str | None = None) -> list[tuple[str, str]]:
    """Return each mask flavour and what it means, with the numbers of the configuration where they are known.

    Args:
        config: the resolved configuration; empty: not known.
        with_real: whether the data set holds real photos, whose labels came with them.
        only: the one flavour that a mix took; None: all are told of.
    """
    labels = config.get("labels") or {}
    least, keep = labels.get("min_delta", 1), labels.get("keep") or ()
    floor, sigma = labels.get("visible_floor", 0.012), labels.get("visible_sigma", 2.0)
    grown, closed = labels.get("grow_px", 1), labels.get("close_px", 2)

    def kept(flavour: str) -> str:
        return "" if flavour in keep or only else " Not kept here: labels=all keeps it."

    real = "What came with the photo: a mask, a polygon filled, or a box alone, as exact as whoever drew it."
    levels = "one grey level" if least == 1 else f"{least} grey levels"
    laws = [
        (
            "Exact",
            f"The pixels that differ from the good twin by at least {levels} in any channel: no changed pixel is "
            "unlabelled, no labelled pixel unchanged. Where defects overlap, the last one painted has the pixel.",
        ),
        (
            "Visible",
            f"The exact pixels that stand out: they change by at least {sigma:g} times the surface's own noise and "
            f"{floor:.1%} of full scale.{kept('visible')}",
        ),
        (
            "Annotator",
            f"What a person would outline: the visible pixels, gaps up to about {2 * closed} px closed, "
            f"grown by {grown} px.{kept('annotator')}",
        ),
    ]
    laws = [law for law in laws if only in (None, law[0].lower())]
    return laws + ([("Real images", real)] if with_real else [])


def portable(text: str) -> str:
    """Return a sentence in which of every absolute path only the last name is left, after an ellipsis."""
    return _ABSOLUTE.sub("…/", text)


def portable_value(value: Any) -> Any:
    """Return a configuration value in which a text that is an absolute path is cut to its last name."""
    if isinstance(value, Mapping):
        return {str(key): portable_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [portable_value(item) for item in value]
    if isinstance(value, str):
        return _WHOLE.sub("…/", value)
    return value


def _hydra(value: object) -> str:
    """Return a value as an override writes it."""
    value = portable_value(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_hydra(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_hydra(item) for item in value) + "]"
    return (
        {True: "true", False: "false", None: "null"}[value] if value is None or isinstance(value, bool) else str(value)
    )
