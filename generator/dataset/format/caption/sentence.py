"""A sentence for a defect and for an image, from what its record states.

    a small faint scratch, 24 px long, running horizontally, in the upper left of a ground metal tile
    a ground metal tile with two scratches and a pit
    a ground metal tile without a defect

Sizes are lengths along the defect's longest direction. It is small below 10 % and large from 30 % of the image's
shorter side on; long from 2.5 times as long as wide on; faint below 5 % and clear from 15 % of full scale on, by the
change that a tenth of its pixels exceed. What is not known is not said. Source: own.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from generator.dataset.format.caption.noun import a, listed, noun_of, several
from generator.dataset.record import Label, Record

SURFACE = "surface"
PRODUCTS = {
    "ground_tile": "ground metal tile",
    "brushed_plate": "brushed metal plate",
    "turned_disc": "turned metal disc",
    "wood_board": "wooden board",
    "leather": "leather hide",
    "woven_textile": "woven cloth",
    "plastic_cap": "plastic cap",
    "circuit_board": "circuit board",
    "printed_label": "printed label",
    "glass_vial": "glass vial",
    "cast_housing": "cast metal housing",
    "bare_board": "bare circuit board",
    "plain_label": "label",
    "plain_board": "circuit board",
    "packaging_film": "packaging film",
    "meter_panel": "panel meter",
}
"""What drawn parts are called."""
_DRAWN = re.compile(r"(?:.*/)?([a-z_]+)-\d+")
_SMALL, _LARGE = 0.1, 0.3
_FAINT, _CLEAR = 0.05, 0.15
_LONG = 2.5
_MOST_PX = 4096
_COURSES = (
    "running horizontally",
    "running from lower left to upper right",
    "running vertically",
    "running from upper left to lower right",
)
_PLACES = (
    ("in the upper left", "at the top", "in the upper right"),
    ("on the left", "in the centre", "on the right"),
    ("in the lower left", "at the bottom", "in the lower right"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How far a defect reaches.

    Attributes:
        length_px, width_px: along and across its longest direction.
        angle_deg: of that direction, counter-clockwise as displayed, 0 right, in [0, 180).
    """

    length_px: float
    width_px: float
    angle_deg: float

    @property
    def is_long(self) -> bool:
        """Whether it has a direction worth a word."""
        return self.length_px >= _LONG * self.width_px


def surface_of(record: Record, surface: str = SURFACE) -> str:
    """Return what a record's image shows: the drawn part, or else the word given for photos."""
    drawn = _DRAWN.fullmatch(record.source_id) if record.synthetic and not record.source_sha256 else None
    return PRODUCTS.get(drawn[1], surface) if drawn else surface


def sentence_of_image(record: Record, surface: str = SURFACE) -> str:
    """Return one sentence for an image."""
    shown = a(surface_of(record, surface))
    if not record.labels:
        return f"{shown} without a defect"
    if len(record.labels) == 1:
        (label,) = record.labels
        return f"{shown} with {a(_described(label, record))} {_place(label, record)}"
    counts = Counter(noun_of(label.category) for label in record.labels)
    return f"{shown} with {listed([several(count, noun) for noun, count in counts.items()])}"


def sentence_of_label(label: Label, record: Record, surface: str = SURFACE) -> str:
    """Return one sentence for a defect on an image."""
    extent = extent_of(label)
    size = f"{_length(extent.length_px, record)} {'long' if extent.is_long else 'across'}"
    parts = [a(_described(label, record)), size]
    if extent.is_long:
        parts.append(_COURSES[int((extent.angle_deg + 22.5) // 45) % 4])
    return f"{', '.join(parts)}, {_place(label, record)} of {a(surface_of(record, surface))}"


def extent_of(label: Label) -> Extent:
    """Return how far a defect reaches: along the main axis of its mask, or along its box where there is no mask."""
    _, _, width, height = label.bbox_xywh
    if label.mask is None or min(width, height) <= 1:
        return Extent(length_px=max(width, height), width_px=min(width, height), angle_deg=0 if width >= height else 90)
    rows, columns = np.nonzero(label.mask.bits)
    step = -(-rows.size // _MOST_PX)
    points = np.stack([columns[::step], -rows[::step]]).astype(np.float64)
    points -= points.mean(axis=1, keepdims=True)
    xx, xy, yy = (points[0] ** 2).mean(), (points[0] * points[1]).mean(), (points[1] ** 2).mean()
    angle = 0.5 * math.atan2(2 * xy, xx - yy)
    along = points[0] * math.cos(angle) + points[1] * math.sin(angle)
    across = points[1] * math.cos(angle) - points[0] * math.sin(angle)
    length, breadth = np.ptp(along) + 1, np.ptp(across) + 1
    if breadth > length:
        length, breadth, angle = breadth, length, angle + math.pi / 2
    return Extent(length_px=float(length), width_px=float(breadth), angle_deg=math.degrees(angle) % 180)


def _described(label: Label, record: Record) -> str:
    """Return size, contrast and kind, without an article."""
    share = extent_of(label).length_px / min(record.hw)
    size = "small" if share < _SMALL else "large" if share >= _LARGE else "medium-sized"
    change = label.params.get("measured", {}).get("change_p90")
    contrast = "" if change is None else "faint" if change < _FAINT else "clear" if change >= _CLEAR else ""
    return " ".join(word for word in (size, contrast, noun_of(label.category)) if word)


def _place(label: Label, record: Record) -> str:
    x, y, width, height = label.bbox_xywh
    column, row = (x + width / 2) / record.width, (y + height / 2) / record.height
    return _PLACES[min(2, max(0, int(row * 3)))][min(2, max(0, int(column * 3)))]


def _length(length_px: float, record: Record) -> str:
    """Return a length in mm where the pixel's size is known, else in px."""
    mm = record.params.get("pixel_size_mm")
    return f"{max(1, round(length_px))} px" if mm is None else f"{float(f'{length_px * mm:.2g}'):g} mm"
