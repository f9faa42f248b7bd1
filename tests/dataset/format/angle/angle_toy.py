"""Small data sets of turned images and parts."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from generator.core.annotation import Orientation
from generator.dataset.record import Label, Record
from tests.dataset.toy import label, record

SQUARE = "........\n.####...\n.####...\n........\n........\n........"
CORNER = "#.......\n........\n........\n........\n........\n........"
QUAD = ((1.25, 0.5), (5.0, 1.0), (4.75, 3.0), (-1.0, 2.5))


def turned(root: Path, key: str, split: str, angle_deg: float | None, symmetry: int = 1, labels=()) -> Record:
    """Return a record of 8 x 6 px that is turned as a whole, its image written below ``root``."""
    orientation = Orientation(angle_deg=angle_deg, symmetry=symmetry)
    return dataclasses.replace(record(root, key, split, (8, 6), labels), orientation=orientation)


def part(angle_deg: float | None, symmetry: int = 1, drawing: str = SQUARE, category: str = "nut") -> Label:
    """Return the label of a whole part, with its box in its own frame."""
    return dataclasses.replace(
        label(drawing, category),
        quad_xy=QUAD,
        orientation=Orientation(angle_deg=angle_deg, symmetry=symmetry),
    )
