"""Shapes that people drew, as labels.

Polygons hold the pixels whose centres lie inside them, a circle too; a bitmap is its pixels; a rectangle stays a box
without a mask, a turned one with its corners. Numbers are kept to a millionth of a pixel, so that percents and sums
come back as they were.
Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from generator.core.annotation import Region
from generator.core.errors import FormatError
from generator.core.geometry import Rect
from generator.dataset.record import Label, Record
from generator.dataset.sound import TOLERANCE_PX, sound_box, sound_region

_DIGITS = 6
Ring = Sequence[Sequence[float]]


def stated(label: Label, record: Record) -> Label:
    """Return the mask of a label with its box, or its box alone, cut to the image: what most tools can hold."""
    if label.mask is not None:
        return Label.of_region(label.category, label.mask)
    x, y, w, h = label.bbox_xywh
    box = _box(max(0.0, x), max(0.0, y), min(record.width, x + w), min(record.height, y + h))
    return Label(category=label.category, bbox_xywh=box)


def stated_whole(label: Label, record: Record) -> Label:
    """Return the same as ``stated``, a box without a mask grown to whole pixels."""
    kept = stated(label, record)
    if kept.mask is not None:
        return kept
    x, y, w, h = kept.bbox_xywh
    left, top, right, bottom = math.floor(x), math.floor(y), math.ceil(_kept(x + w)), math.ceil(_kept(y + h))
    return Label(category=kept.category, bbox_xywh=(left, top, right - left, bottom - top))


def box_label(category: str, corners: Sequence[float], hw: tuple[int, int], file: Path, where: str) -> Label:
    """Return the label of a rectangle.

    Args:
        category: its class.
        corners: x, y, x, y of two opposite corners in px, half-open.
        hw: the image's height and width in px.
        file: what an error names.
        where: the place in it.

    Raises:
        FormatError: it has no area, or lies outside the image by more than tools round.
    """
    (left, right), (top, bottom) = sorted(corners[::2]), sorted(corners[1::2])
    x, y, w, h = sound_box(_box(left, top, right, bottom), hw, file, where)
    return Label(category=category, bbox_xywh=_box(x, y, x + w, y + h))


def quad_label(category: str, corners: Ring, hw: tuple[int, int], file: Path, where: str) -> Label:
    """Return the label of a turned rectangle: its corners, and the box around them.

    Args:
        category: its class.
        corners: four points x, y in px, in their order around it.
        hw: the image's height and width in px.
        file: what an error names.
        where: the place in it.

    Raises:
        FormatError: it is broken (``dataset.sound``), or holds no pixel.
    """
    polygon_region(corners, hw, file, where)
    quad = np.round(np.clip(np.asarray(corners, float), 0, (hw[1], hw[0])), _DIGITS)
    following = np.roll(quad, -1, axis=0)
    if np.sum(quad[:, 0] * following[:, 1] - following[:, 0] * quad[:, 1]) < 0:
        quad = quad[::-1]  # clockwise as displayed
    box = box_label(category, (*quad.min(axis=0), *quad.max(axis=0)), hw, file, where)
    return replace(box, quad_xy=tuple((float(x), float(y)) for x, y in quad))


def turned_corners(xywh: Sequence[float], centre: Sequence[float], clockwise_deg: float) -> np.ndarray:
    """Return the corners of a box turned about a point, (4, 2) px."""
    x, y, w, h = xywh
    angle = math.radians(clockwise_deg)
    turn = np.array([(math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))])
    return (np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)]) - centre) @ turn + centre


def polygon_region(outer: Ring, hw: tuple[int, int], file: Path, where: str, holes: Sequence[Ring] = ()) -> Region:
    """Return the pixels of a polygon without its holes.

    Args:
        outer: points x, y in px.
        hw: the image's height and width in px.
        file: what an error names.
        where: the place in it.
        holes: rings of points x, y in px.

    Raises:
        FormatError: a ring is broken (``dataset.sound``), or no pixel is left.
    """
    region = sound_region([np.asarray(outer, float)], hw, file, where)
    for hole in holes:
        inner = sound_region([np.asarray(hole, float)], hw, file, where)
        region = Region(region.rect, region.bits & ~_seen_from(inner, region.rect))
    return filled(region, file, where)


def ellipse_region(
    centre: Sequence[float], radii: Sequence[float], hw: tuple[int, int], file: Path, where: str
) -> Region:
    """Return the pixels whose centres lie in an upright ellipse.

    Args:
        centre: x, y in px.
        radii: along x and y in px.
        hw: the image's height and width in px.
        file: what an error names.
        where: the place in it.

    Raises:
        FormatError: it holds none, or lies outside the image by more than tools round.
    """
    (x, y), (rx, ry) = centre, radii
    sound_box((x - rx, y - ry, 2 * rx, 2 * ry), hw, file, where)
    rows, columns = np.ogrid[: hw[0], : hw[1]]
    inside = ((columns + 0.5 - x) / rx) ** 2 + ((rows + 0.5 - y) / ry) ** 2 <= 1
    return filled(Region.tight(inside), file, where)


def bitmap_region(bits: np.ndarray, x: int, y: int, hw: tuple[int, int], file: Path, where: str) -> Region:
    """Return the pixels of a bitmap.

    Args:
        bits: (h, w) bool.
        x: the column of its first pixel in the image.
        y: its row.
        hw: the image's height and width in px.
        file: what an error names.
        where: the place in it.

    Raises:
        FormatError: it has no true pixel, or one further outside the image than tools round.
    """
    region = filled(Region.tight(bits, x, y), file, where)
    left, top, w, h = region.rect.xywh
    right, bottom = left + w - hw[1], top + h - hw[0]
    if max(-left, right) > TOLERANCE_PX[0] or max(-top, bottom) > TOLERANCE_PX[1]:
        shown = f"the pixels x {left} to {left + w - 1}, y {top} to {top + h - 1}"
        raise FormatError(file, where, f"a mask within the image's {hw[1]} x {hw[0]} px", shown)
    if max(-left, right, -top, bottom) <= 0:
        return region
    return filled(Region.tight(region.full(hw)), file, where)


def filled(region: Region, file: Path, where: str) -> Region:
    """Return a region without empty borders.

    Raises:
        FormatError: it has no pixel.
    """
    if region.area_px == 0:
        raise FormatError(file, where, "a shape that holds at least one pixel", "an empty one")
    return Region.tight(region.bits, region.rect.x, region.rect.y)


def whole_image(category: str, wh: tuple[int, int]) -> Label:
    """Return the label of a whole image: what a class without a place means."""
    return Label(category=category, bbox_xywh=(0, 0, *wh))


def _seen_from(region: Region, rect: Rect) -> np.ndarray:
    """Return which pixels of a rectangle a region holds, (rect.h, rect.w) bool."""
    bits = np.zeros((rect.h, rect.w), bool)
    part = region.rect.intersection(rect)
    bits[part.inside(rect)] = region.bits[part.inside(region.rect)]
    return bits


def _box(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    left, top = _kept(left), _kept(top)
    return left, top, _kept(_kept(right) - left), _kept(_kept(bottom) - top)


def _kept(value: float) -> float:
    return round(float(value), _DIGITS)
