"""Coordinates of labels, judged by one rule for every format.

Tools round, so what lies up to 1 px outside the image (or what a format grants) is cut off at its border; what lies
further out is broken. So are boxes without area, rings of fewer than three corners and rings that cross themselves.
A polygon stands for the pixels whose centres lie inside it (``imaging.masks.polygons_to_region``), even-odd within a
ring, any of several rings. An angle is a finite number of at most a whole turn either way; it is folded to the range
that its symmetry leaves, and one in that range stays as it is to the last bit. Source: own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from generator.core.annotation import Orientation, Region
from generator.core.errors import FormatError
from generator.imaging.masks import polygons_to_region
from generator.imaging.ring import crosses_itself

TOLERANCE_PX = (1.0, 1.0)
_MOST_DEG = 360.0


def sound_box(
    xywh: Sequence[float],
    hw: tuple[int, int],
    file: Path,
    where: str,
    tolerance_px: tuple[float, float] = TOLERANCE_PX,
) -> tuple[float, float, float, float]:
    """Return a box, cut to the image.

    Args:
        xywh: px, half-open.
        hw: the image's height and width in px.
        file: what an error names.
        where: the place in it.
        tolerance_px: how far it may lie outside, along x and y.

    Raises:
        FormatError: it has no area in the image, or lies further outside than tools round.
    """
    x, y, w, h = xywh
    if not (w > 0 and h > 0):
        raise FormatError(file, where, "a box with a width and a height above 0", f"{w:g} x {h:g}")
    corners = np.array([(x, y), (x + w, y + h)], float)
    _require_inside(corners, hw, file, where, tolerance_px)
    (left, top), (right, bottom) = np.clip(corners, 0, (hw[1], hw[0])).tolist()
    if right <= left or bottom <= top:
        raise FormatError(file, where, f"a box within the image's {hw[1]} x {hw[0]} px", f"x, y, w, h {_shown(xywh)}")
    inside = x >= 0 and y >= 0 and x + w <= hw[1] and y + h <= hw[0]
    return (x, y, w, h) if inside else (left, top, right - left, bottom - top)


def sound_region(
    rings: Sequence[Sequence[float] | np.ndarray],
    hw: tuple[int, int],
    file: Path,
    where: str,
    tolerance_px: tuple[float, float] = TOLERANCE_PX,
) -> Region:
    """Return the pixels of a polygon; none if it is too thin to hold a pixel's centre.

    Args:
        rings: each flat as x, y, x, y, ... or (N, 2), px.
        hw: the image's height and width in px.
        file: what an error names.
        where: the place in it.
        tolerance_px: how far it may lie outside, along x and y.

    Raises:
        FormatError: a ring has fewer than three corners, crosses itself, or lies further outside than tools round.
    """
    corners = [np.asarray(ring, np.float64).reshape(-1, 2) for ring in rings]
    for ring in corners:
        _require_inside(ring, hw, file, where, tolerance_px)
        if _different(ring) < 3:
            raise FormatError(file, where, "a polygon of at least three different points", _different(ring))
        if crosses_itself(ring):
            got = f"one of {len(ring)} points that does"
            raise FormatError(file, where, "a polygon that does not cross itself", got)
    return polygons_to_region(corners, hw)


def box_around(rings: Sequence[Sequence[float] | np.ndarray]) -> tuple[float, float, float, float]:
    """Return the box x, y, w, h in px around the corners of all rings."""
    corners = np.concatenate([np.asarray(ring, np.float64).reshape(-1, 2) for ring in rings])
    (x, y), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return x, y, right - x, bottom - y


def sound_orientation(angle_deg: object, symmetry: object, file: Path, where: str) -> Orientation:
    """Return the orientation that a file states.

    Args:
        angle_deg: degrees, counter-clockwise as displayed; None: it has none.
        symmetry: how often it looks the same in a full turn; 0: at every angle.
        file: what an error names.
        where: the place in it.

    Raises:
        FormatError: one of them is no such number, an angle is missing, or there is one although symmetry is 0.
    """
    if type(symmetry) is not int or symmetry < 0:
        raise FormatError(file, where, "a symmetry that is a whole number from 0", _quoted(symmetry))
    if angle_deg is None:
        if symmetry:
            raise FormatError(file, where, "an angle, or symmetry 0 where there is none", f"symmetry {symmetry} alone")
        return Orientation(angle_deg=None, symmetry=0)
    if type(angle_deg) not in (int, float) or not abs(angle_deg) <= _MOST_DEG:  # type: ignore[arg-type]
        raise FormatError(file, where, "an angle in degrees, from -360 to 360", _quoted(angle_deg))
    if not symmetry:
        raise FormatError(file, where, "no angle beside symmetry 0", f"{angle_deg:g}")
    return Orientation.at(float(angle_deg), symmetry)  # type: ignore[arg-type]


def sound_quad(corners: object, file: Path, where: str) -> tuple[tuple[float, float], ...]:
    """Return the corners of a part's box, which may lie beyond the image.

    Args:
        corners: four points x, y in px, as a file states them.
        file: what an error names.
        where: the place in it.

    Raises:
        FormatError: they are no four points.
    """
    points = corners if isinstance(corners, list) and len(corners) == 4 else [None]
    if not all(isinstance(point, list) and len(point) == 2 and all(map(_is_finite, point)) for point in points):
        raise FormatError(file, where, "quad_xy: four points [x, y]", _quoted(corners))
    return tuple((float(x), float(y)) for x, y in points)


def _is_finite(value: object) -> bool:
    return type(value) in (int, float) and abs(value) < float("inf")  # type: ignore[arg-type]


def _quoted(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _require_inside(
    points: np.ndarray, hw: tuple[int, int], file: Path, where: str, tolerance_px: tuple[float, float]
) -> None:
    tolerance = np.asarray(tolerance_px)
    outside = ~((points >= -tolerance) & (points <= np.array((hw[1], hw[0])) + tolerance)).all(axis=1)
    if outside.any():
        expected = f"coordinates within the image's {hw[1]} x {hw[0]} px"
        raise FormatError(file, where, expected, f"the point {_shown(points[outside][0])}")


def _different(points: np.ndarray) -> int:
    """Return how many of (N, 2) points differ, or 3 for more."""
    if len(points) == 0:
        return 0
    second = (points != points[0]).any(axis=1)
    third = second & (points != points[int(second.argmax())]).any(axis=1)
    return 1 + int(second.any()) + int(third.any())


def _shown(values: Sequence[float] | np.ndarray) -> str:
    return ", ".join(f"{value:g}" for value in values)
