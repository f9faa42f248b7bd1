"""YOLO's text labels: detection boxes, segments and oriented boxes, in the files of ``yolo_folder``.

One row an instance, class id from 0, coordinates as parts of the image's width and height in [0, 1]:

    detect   class  cx cy w h
    segment  class  x1 y1 x2 y2 ...               one ring, see generator/imaging/ring.py
    obb      class  x1 y1 x2 y2 x3 y3 x4 y4       clockwise as displayed

What the task cannot state. detect: the mask. segment: nothing; holes and parts are joined into the ring by bridges of
no width, which even-odd filling undoes; a fill that also paints outlines (the trainer's) is exact but for a line of
one pixel along a bridge between parts. obb: the mask, and how a box is turned. A defect's corners are those of the
smallest rotated rectangle, a whole part's those of its own box (``box/quad.py``), from its own top left. They may lie
beyond the image: the trainer judges the upright box around them, whose middle must lie in the image and which may not
be larger than it. Corners cut to the frame would be no longer those of a rectangle, the one made of them may be turned
by ten degrees more, and what they hold may lie outside. So a defect that the trainer would leave out has the upright
box around its mask, and such a part is refused. The trainer turns corners into
middle, size and an angle by the smallest rectangle around them, the longer side first, within half a turn: which end of
a part is its top is lost. ``yolo_pose`` and ``rectangle2`` keep it.

Boxes and corners are kept to 1/1000 px. Two rows that are equal count as one to the trainer. It caches labels beside
them (labels/*.cache): a new export starts without.

Read: a polygon stands for the pixels whose centres lie inside (``imaging.masks.polygons_to_region``), one too thin to
hold any for its box. What lies up to 1 % outside the image is cut off, what lies further out is broken. Corners of an
oriented box stay as they are stated; as nobody promises their order, no angle is read from them.

Source: own; the format is that of https://docs.ultralytics.com/datasets, checked against ultralytics 8.4.190.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from generator.core.errors import ConfigError, FormatError
from generator.dataset.format.box.quad import any_quad, from_first_pixel, records_with_parts, require_sound
from generator.dataset.format.yolo_folder import Folder, Rows, read_rows, write_rows
from generator.dataset.problem import Problems
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.sound import box_around, sound_box, sound_region
from generator.dataset.view import bare, flavoured, mask_of
from generator.imaging.ring import region_to_ring

Task = Literal["detect", "segment", "obb"]
TOLERANCE = 0.01  # how far outside [0, 1] the trainer lets a coordinate lie
_DIGITS = 8  # of a coordinate in [0, 1]: 1/1000 px is kept up to 100,000 px
_KEPT = 3  # digits of a px
_NOTE = """Corners of a part go clockwise as displayed from its own top left corner: turned by +90 (counter-clockwise as
displayed), its first side points up. The trainer does not keep which side is first. See ANGLES.txt."""


def express(record: Record, *, task: Task) -> Record:
    """Return what a row of the task states of each label of a record."""
    return bare(record, [_TASKS[task].express(label, record) for label in record.labels])


def write(data: DataSet, path: Path, *, flavour: str = "exact", task: Task) -> None:
    """Write a data set for a task.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks: ``exact``, ``visible`` or ``annotator``.
        task: what a row holds.

    Raises:
        ConfigError: the flavour was not kept, a mask is needed and missing, ``path`` cannot be replaced, or, for obb,
            images are turned and nothing on them is labelled, or the trainer would not take a part's box.
    """
    records = records_with_parts(data, flavour) if task == "obb" else flavoured(data, flavour)
    write_rows(data, records, path, _TASKS[task])


def read(path: Path, problems: Problems | None = None, *, task: Task) -> Records:
    """Read a data set of a task.

    Args:
        path: the folder that holds data.yaml or classes.txt, or a yaml file.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.
        task: what a row holds.

    Raises:
        FormatError: data.yaml is missing or does not hold what it promises.
    """
    return read_rows(Folder.at(path), problems, _TASKS[task])


def express_box(label: Label, record: Record) -> Label:
    """Return the box of a label, cut to the image."""
    x, y, w, h = label.bbox_xywh
    left, top = max(0.0, _kept(x)), max(0.0, _kept(y))
    right, bottom = min(record.width, _kept(x + w)), min(record.height, _kept(y + h))
    return Label(category=label.category, bbox_xywh=(left, top, _kept(right - left), _kept(bottom - top)))


def box_words(label: Label, record: Record) -> list[str]:
    """Return middle and size of a label's box as words of a row."""
    x, y, w, h = label.bbox_xywh
    return _words([(x + w / 2, y + h / 2), (w, h)], record)


def box_label(category: str, numbers: list[float], record: Record, text: Path, where: str) -> Label:
    """Return the label of a row's middle and size, parts of the image's width and height.

    Raises:
        FormatError: it is broken, or lies further outside than the trainer allows.
    """
    (cx, cy), (w, h) = _points(numbers, record, text, where)
    box = (_kept(cx - w / 2), _kept(cy - h / 2), _kept(w), _kept(h))
    box = sound_box(box, record.hw, text, where, _tolerance_px(record))
    return express_box(Label(category=category, bbox_xywh=box), record)


def require_in_frame(numbers: Sequence[float], text: Path, where: str) -> None:
    """Check that coordinates, parts of width and height, lie within the image or as far outside as the trainer allows.

    Raises:
        FormatError: one does not.
    """
    outside = [v for v in numbers if not (math.isfinite(v) and -TOLERANCE <= v <= 1 + TOLERANCE)]
    if outside:
        raise FormatError(text, where, "coordinates in [0, 1]", f"{outside[0]:g}")


def _express_segment(label: Label, record: Record) -> Label:
    return Label.of_region(label.category, mask_of(label, record))


def _segment_words(label: Label, record: Record) -> list[str]:
    return _words(region_to_ring(label.mask), record)


def _segment_label(category: str, numbers: list[float], record: Record, text: Path, where: str) -> Label:
    points = _points(numbers, record, text, where)
    region = sound_region([points], record.hw, text, where, _tolerance_px(record))
    if region.area_px:
        return Label.of_region(category, region)
    box = tuple(map(_kept, box_around([points])))  # a ring too thin to hold a pixel's centre
    return Label(category=category, bbox_xywh=sound_box(box, record.hw, text, where, _tolerance_px(record)))


def _express_obb(label: Label, record: Record) -> Label:
    quad = np.round(any_quad(label, record), _KEPT)
    if label.orientation is None:
        if not _is_taken(quad, record):  # cut at the image's sides it would be no rectangle and leave out what it holds
            (x, y), (right, bottom) = (
                np.clip(edge(quad, axis=0), 0, (record.width, record.height)) for edge in (np.min, np.max)
            )
            if label.mask is not None:
                x, y, w, h = label.mask.bbox_xywh
                right, bottom = x + w, y + h
            quad = np.array([(x, y), (right, y), (right, bottom), (x, bottom)], np.float64)
        return _label_of_quad(label.category, from_first_pixel(quad + 0.0), record)
    if not _is_taken(quad, record):
        x, y, w, h = _around(quad, record)
        expected = (
            "parts whose upright box has its middle in the image and is no larger, as the trainer takes no others"
        )
        got = f"a {label.category} with the middle {x:.2f}, {y:.2f} and the size {w:.2f} x {h:.2f} of the image's"
        hint = "Generate with smaller parts or a larger canvas (rotation/fill=expand), or export to dota or rectangle2."
        raise ConfigError(f"image {record.key}", expected, got, hint)
    return _label_of_quad(label.category, quad, record)


def _obb_words(label: Label, record: Record) -> list[str]:
    return _words(np.asarray(label.quad_xy), record)


def _obb_label(category: str, numbers: list[float], record: Record, text: Path, where: str) -> Label:
    points = np.array(numbers).reshape(-1, 2) * (record.width, record.height)
    require_sound(points, record.hw, text, where)
    if not _is_taken(points, record):
        expected = "corners around a box whose middle lies in the image and which is no larger"
        shown = ", ".join(f"{value:g}" for value in _around(points, record))
        raise FormatError(text, where, expected, f"cx, cy, w, h of {shown}")
    return _label_of_quad(category, np.round(points, _KEPT) + 0.0, record)


def _is_taken(quad: np.ndarray, record: Record) -> bool:
    """Say whether the trainer takes an image with a box of such corners."""
    return all(-TOLERANCE <= value <= 1 + TOLERANCE for value in _around(quad, record))


def _around(quad: np.ndarray, record: Record) -> list[float]:
    """Return middle and size of the upright box around corners, parts of the image's width and height."""
    low, high = quad.min(axis=0), quad.max(axis=0)
    return (np.array([(low + high) / 2, high - low]) / (record.width, record.height)).ravel().tolist()


def _label_of_quad(category: str, quad: np.ndarray, record: Record) -> Label:
    low, high = (np.clip(edge(quad, axis=0), 0, (record.width, record.height)) for edge in (np.min, np.max))
    (x, y), (w, h) = low.tolist(), (high - low).tolist()
    corners = tuple((float(a), float(b)) for a, b in quad)
    return Label(category=category, bbox_xywh=(x, y, _kept(w), _kept(h)), quad_xy=corners)


_TASKS = {
    "detect": Rows(
        express=express_box,
        words=box_words,
        label=box_label,
        fits=lambda count: count == 5,
        columns="5 columns",
    ),
    "segment": Rows(
        express=_express_segment,
        words=_segment_words,
        label=_segment_label,
        fits=lambda count: count >= 7 and count % 2 == 1,
        columns="7 columns or more, of an odd number",
    ),
    "obb": Rows(
        express=_express_obb,
        words=_obb_words,
        label=_obb_label,
        fits=lambda count: count == 9,
        columns="9 columns",
        note=_NOTE,
    ),
}


def _words(points: Sequence[tuple[float, float]] | np.ndarray, record: Record) -> list[str]:
    values = np.asarray(points, np.float64) / (record.width, record.height)
    return [f"{value:.{_DIGITS}f}" for value in values.ravel()]


def _points(numbers: list[float], record: Record, text: Path, where: str) -> np.ndarray:
    require_in_frame(numbers, text, where)
    return np.array(numbers).reshape(-1, 2) * (record.width, record.height)


def _tolerance_px(record: Record) -> tuple[float, float]:
    return TOLERANCE * record.width, TOLERANCE * record.height


def _kept(value: float) -> float:
    return round(float(value), _KEPT)
