"""Whole parts and defects told apart in a line of records.jsonl: a label with an angle is a part. Source: own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from generator.core.annotation import Orientation
from generator.health.angle.turned import Turned

_ANGLE = "angle_deg"


def defects_of(line: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the labels of defects."""
    return [label for label in line["instances"] if _ANGLE not in label]


def parts_of(line: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the labels of whole parts."""
    return [label for label in line["instances"] if _ANGLE in label]


def orientation_of(entry: Mapping[str, Any]) -> Orientation | None:
    """Return how a line's image, or a label's part, lies; None: it has no angle."""
    return _lying(entry) if _ANGLE in entry else None


def turned_of(lines: Iterable[Mapping[str, Any]]) -> Turned:
    """Return the angles of a data set's record lines."""
    turned = Turned()
    for line in lines:
        add_line(turned, line)
    return turned


def add_line(turned: Turned, line: Mapping[str, Any]) -> None:
    """Count the angles of one line.

    Raises:
        KeyError, TypeError, ValueError: the line is no record.
    """
    if _ANGLE in line or any(_ANGLE in label for label in line["instances"]):
        parts = [(label["category"], _lying(label)) for label in parts_of(line)]
        turned.add(line["split"], orientation_of(line), parts)


def _lying(entry: Mapping[str, Any]) -> Orientation:
    return Orientation(angle_deg=entry[_ANGLE], symmetry=entry["symmetry"])
