"""YOLO's boxes with two key points, which keep the heading of a part: in the files of ``yolo_folder``.

    class  cx cy w h  tail_x tail_y tail_v  head_x head_y head_v        parts of the image's width and height

head is the middle of the part's own top edge (the edge of its box that is on top when it lies upright), tail the
middle of its bottom edge; from tail to head is up on the part. So it is turned by
atan2(tail_x - head_x, tail_y - head_y) in px, counter-clockwise as displayed. Of a part that looks the same n times in
a full turn, head and tail are those at the angle that is stated (``box/quad.py``). The box is the upright one around
the part's pixels.

Visibility is 2 for a point on the image and 0, with 0 0 for its place, for one that is not, as the trainer leaves out
an image with a point outside. Both are 0 for a part that looks the same at every angle, and for a defect, which has no
heading. ``data.yaml`` has kpt_shape: [2, 3], flip_idx: [0, 1] (in a mirror, head stays head) and kpt_names. Points are
kept to a millionth of a px, boxes to 1/1000 px. An image that is turned as a whole and has no labelled part is refused.

What it cannot state: mask, corners, symmetry (what is read looks different at every angle), and the angle where not
both points are visible.

Read: kpt_names must name the two points tail and head, in any order, as nobody could tell otherwise which end is which;
kpt_shape may be [2, 2], without visibility, where a negative place means a point that is not labelled.
Source: own; the format is that of https://docs.ultralytics.com/datasets/pose, checked against ultralytics 8.4.190.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from generator.core.annotation import Orientation
from generator.core.errors import FormatError
from generator.core.geometry import stated_deg
from generator.dataset.format.box.quad import part_quad, records_with_parts
from generator.dataset.format.yolo import box_label, box_words, express_box, require_in_frame
from generator.dataset.format.yolo_folder import Folder, Rows, read_rows, write_rows
from generator.dataset.problem import Problems
from generator.dataset.record import DataSet, Label, Record, Records
from generator.dataset.view import bare

TAIL, HEAD = "tail", "head"
_DIGITS = 12  # of a coordinate in [0, 1]: a millionth of a px is kept up to 100,000 px
_KEPT = 6  # digits of a px
_HIDDEN, _VISIBLE = 0, 2
_NOTE = """# Two points of each part: tail is the middle of its own bottom edge, head that of its top edge.
# Upright, head is above tail. Angle: atan2(tail_x - head_x, tail_y - head_y) in px (x right, y down),
# counter-clockwise positive as displayed: turned by +90, head is to the left of tail. See ANGLES.txt.
"""


def express(record: Record) -> Record:
    """Return what rows state of a record: boxes, the two points on the image, and the angle where both are there."""
    return bare(record, [_express(label, record) for label in record.labels])


def write(data: DataSet, path: Path, *, flavour: str = "exact") -> None:
    """Write a data set of boxes with two points.

    Args:
        data: what to write.
        path: the folder to make; what is there is replaced.
        flavour: of the masks of defects, whose boxes are written: ``exact``, ``visible`` or ``annotator``.

    Raises:
        ConfigError: an image is turned as a whole and no part on it is labelled, a part's corners are not known, the
            flavour was not kept, or ``path`` cannot be replaced.
    """
    write_rows(data, records_with_parts(data, flavour, needs_heading=True), path, _rows(3, {}))


def read(path: Path, problems: Problems | None = None) -> Records:
    """Read a data set of boxes with two points.

    Args:
        path: the folder that holds data.yaml, or a yaml file.
        problems: where broken images and labels are listed, which are left out; None: the first one is raised.

    Raises:
        FormatError: data.yaml is missing, does not hold what it promises, or does not name tail and head.
    """
    folder = Folder.at(path)
    file = folder.file or folder.root / "data.yaml"
    shape = folder.content.get("kpt_shape")
    if shape not in ([2, 3], [2, 2]):
        raise FormatError(file, "kpt_shape", "[2, 3] or [2, 2], two points", _shown(folder.content, "kpt_shape"))
    names = folder.content.get("kpt_names")
    lists = dict(enumerate([names] * len(folder.classes))) if isinstance(names, list) else names
    if not isinstance(lists, dict) or any(_order(lists.get(n)) is None for n in range(len(folder.classes))):
        expected = "the names tail and head of the two points of each class"
        raise FormatError(file, "kpt_names", expected, _shown(folder.content, "kpt_names"))
    is_head_first = {name: _order(lists[n]) == [HEAD, TAIL] for n, name in enumerate(folder.classes)}
    return read_rows(folder, problems, _rows(shape[1], is_head_first))


def _rows(size: int, is_head_first: Mapping[str, bool]) -> Rows:
    """Return the rows of points of 2 or 3 numbers."""
    count = 5 + 2 * size
    return Rows(
        express=_express,
        words=_words,
        label=partial(_label, size, is_head_first),
        fits=lambda columns: columns == count,
        columns=f"{count} columns",
        keys=_keys,
    )


def _express(label: Label, record: Record) -> Label:
    return _with_points(express_box(label, record), _points(label, record))


def _points(label: Label, record: Record) -> dict[str, list[float]]:
    """Return where tail and head of a label lie, px, without one that lies outside the image."""
    orientation = label.orientation
    found = {name: label.params[f"{name}_xy"] for name in (TAIL, HEAD) if f"{name}_xy" in label.params}
    if not found or label.quad_xy is not None or label.mask is not None:
        if orientation is None or orientation.angle_deg is None:
            return {}
        quad = part_quad(label, record)
        found = {TAIL: (quad[2] + quad[3]) / 2, HEAD: (quad[0] + quad[1]) / 2}
    kept = {name: [round(float(value), _KEPT) + 0.0 for value in point] for name, point in found.items()}
    return {name: [x, y] for name, (x, y) in kept.items() if 0 <= x <= record.width and 0 <= y <= record.height}


def _with_points(label: Label, points: Mapping[str, list[float]]) -> Label:
    """Return a label with the points, and the angle that they state."""
    orientation = None
    if len(points) == 2:
        (x, y), (tail_x, tail_y) = points[HEAD], points[TAIL]
        orientation = Orientation(angle_deg=stated_deg(math.degrees(math.atan2(tail_x - x, tail_y - y))))
    return replace(label, orientation=orientation, params={f"{name}_xy": point for name, point in points.items()})


def _words(label: Label, record: Record) -> list[str]:
    words = box_words(label, record)
    for name in (TAIL, HEAD):
        point = label.params.get(f"{name}_xy")
        if point is None:
            words += ["0", "0", str(_HIDDEN)]
        else:
            places = (value / side for value, side in zip(point, (record.width, record.height), strict=True))
            words += [*(f"{place:.{_DIGITS}f}" for place in places), str(_VISIBLE)]
    return words


def _label(
    size: int,
    is_head_first: Mapping[str, bool],
    category: str,
    numbers: list[float],
    record: Record,
    text: Path,
    where: str,
) -> Label:
    label = box_label(category, numbers[:4], record, text, where)
    names = (HEAD, TAIL) if is_head_first[category] else (TAIL, HEAD)
    points = {}
    for number, name in enumerate(names):
        x, y, *more = numbers[4 + number * size :][:size]
        if more and more[0] not in (0, 1, 2):
            raise FormatError(text, where, f"a visibility of 0, 1 or 2 for {name}", f"{more[0]:g}")
        if (more and not more[0]) or (not more and (x < 0 or y < 0)):
            continue
        require_in_frame((x, y), text, where)
        points[name] = [round(x * record.width, _KEPT) + 0.0, round(y * record.height, _KEPT) + 0.0]
    if len(points) == 2 and points[HEAD] == points[TAIL]:
        raise FormatError(text, where, "tail and head at two places", "both at one")
    return _with_points(label, points)


def _keys(count: int) -> str:
    names = "".join(f"  {number}: [{TAIL}, {HEAD}]\n" for number in range(count))
    return f"{_NOTE}kpt_shape: [2, 3]\nflip_idx: [0, 1]\n" + ("kpt_names:\n" + names if count else "kpt_names: {}\n")


def _order(names: Any) -> list[str] | None:
    """Return the names of the two points of a class in their order; None: they are not tail and head."""
    words = [str(name).strip().lower() for name in names] if isinstance(names, list) else []
    return words if sorted(words) == [HEAD, TAIL] else None


def _shown(content: Mapping[str, Any], key: str) -> str:
    return repr(content[key])[:60] if key in content else "no such key"
