"""The box of a part in its own frame, and rectangles of any label.

A part's corners begin at the one that is its top left when it lies upright and go clockwise as displayed, so that their
order tells its angle. Of a part that looks the same n times in a full turn only one of n angles is stated; its corners
are turned along, about the point it is symmetric about (the middle of its box; for an odd n the centroid of its
pixels), and those of a part that looks the same at every angle lie upright: two images that look alike get one label,
not several.
Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from generator.core.annotation import Orientation, Part, Region
from generator.core.errors import ConfigError, FormatError
from generator.core.geometry import stated_deg
from generator.dataset.record import DataSet, Label, Record
from generator.dataset.sound import box_around, sound_box, sound_region
from generator.dataset.view import flavoured
from generator.imaging.masks import region_to_quad_xy
from generator.imaging.move.turn import cos_sin

_ANYWHERE_PX = (1e6, 1e6)
_OFF_PX = 0.01
_DIGITS = 6  # of a px: what a label read from corners is kept to


def records_with_parts(data: DataSet, flavour: str, *, needs_heading: bool = False) -> Iterator[Record]:
    """Yield the records of a data set for a format of oriented boxes.

    Args:
        data: what to write.
        flavour: of the masks: ``exact``, ``visible`` or ``annotator``.
        needs_heading: whether every image that is turned as a whole must hold a part.

    Raises:
        ConfigError: images are turned as a whole, but no part on them is labelled, so that nothing could be stated;
            or the flavour was not kept.
    """
    turned, has_labels = "", False
    for record in flavoured(data, flavour):
        has_labels = has_labels or bool(record.labels)
        if record.orientation is not None:
            turned = turned or record.key
            if needs_heading and all(label.orientation is None for label in record.labels):
                raise _no_part(record.key)
        yield record
    if turned and not has_labels:
        raise _no_part(turned)


def _no_part(key: str) -> ConfigError:
    hint = "Generate the data set with roi=auto, so that the part is known, or export angles of images: angle_csv."
    return ConfigError(f"image {key}", "a labelled part", "an angle of the image as a whole", hint)


def part_quad(label: Label, record: Record) -> np.ndarray:
    """Return the corners of a part's box in its own frame, as its angle is stated.

    Args:
        label: with an orientation.
        record: the image it lies on, for messages.

    Returns:
        (4, 2) float64 px, clockwise as displayed from its own top left; they may lie beyond the image.

    Raises:
        ConfigError: neither corners nor a mask is known.
    """
    orientation = label.orientation
    assert orientation is not None
    if label.quad_xy is None:
        if label.mask is None:
            hint = "Export to a format that states boxes, such as coco."
            got = f"a {label.category} with an angle and a box alone"
            raise ConfigError(f"image {record.key}", "parts with corners or a mask", got, hint)
        return _box_at(label.mask, orientation.angle_deg or 0.0)
    quad = np.asarray(label.quad_xy, np.float64)
    return stated_quad(quad, orientation, None if label.mask is None else label.mask.centre_xy)


def stated_part(part: Part) -> Part:
    """Return a part with the corners that its angle states."""
    return replace(part, quad_xy=stated_quad(part.quad_xy, part.orientation, part.centre_xy))


def stated_quad(quad: np.ndarray, orientation: Orientation, centre_xy: np.ndarray | None) -> np.ndarray:
    """Return a part's corners turned to the angle that is stated of it.

    Args:
        quad: (4, 2) px, as the part lies.
        orientation: how it is stated to lie.
        centre_xy: (2,) px, the mean of its pixels, about which it is alike where its symmetry is odd; None: the middle
            of its box.
    """
    order = orientation.symmetry
    if order == 1:
        return quad
    by = (orientation.angle_deg or 0.0) - heading_deg(quad)
    if order:
        by = stated_deg(round(by * order / 360.0) * 360.0 / order)
    if by == 0.0:
        return quad
    about = quad.mean(axis=0) if order % 2 == 0 or centre_xy is None else centre_xy
    return (quad - about) @ _turn(by).T + about


def any_quad(label: Label, record: Record) -> np.ndarray:
    """Return the corners of any label, (4, 2) float64 px clockwise as displayed.

    A part's are ``part_quad``; a defect's are those stated for it, or of the smallest rotated rectangle around its
    mask, or of its box.
    """
    if label.orientation is not None:
        return part_quad(label, record)
    if label.quad_xy is not None and label.mask is None:
        return np.asarray(label.quad_xy, np.float64)
    if label.mask is not None:
        return region_to_quad_xy(label.mask)
    x, y, w, h = label.bbox_xywh
    return np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], np.float64)


def from_first_pixel(quad: np.ndarray) -> np.ndarray:
    """Return corners in their order, beginning with the one nearest to the image's first pixel."""
    return np.roll(quad, -int(np.lexsort((quad[:, 1], quad.sum(axis=1)))[0]), axis=0)


def rectangle(quad: np.ndarray, angle_deg: float | None = None) -> np.ndarray:
    """Return corners that are those of a rectangle.

    Args:
        quad: (4, 2) px, clockwise as displayed; returned as it is where no corner is further off than 1/100 px.
        angle_deg: of the rectangle; None: of the smallest one.
    """
    corners = np.concatenate([quad, quad[:1]])
    right, down = (quad[1] - quad[0] + quad[2] - quad[3]) / 2, (quad[3] - quad[0] + quad[2] - quad[1]) / 2
    skew = np.abs(quad[0] + quad[2] - quad[1] - quad[3]).max()
    if skew <= _OFF_PX and abs(right @ down) <= _OFF_PX * max(np.hypot(*right), np.hypot(*down)):
        return quad
    angles = [math.degrees(math.atan2(-y, x)) for x, y in np.diff(corners, axis=0)]
    boxes = [_box_around(quad, angle) for angle in (angles if angle_deg is None else [angle_deg])]
    return min(boxes, key=lambda box: math.dist(box[0], box[1]) * math.dist(box[1], box[2]))


def heading_deg(quad: np.ndarray) -> float:
    """Return how far a box is turned, by the order of its corners, degrees in (-180, 180]."""
    x, y = quad[1] - quad[0] + quad[2] - quad[3]
    return stated_deg(math.degrees(math.atan2(-y, x)))


def label_of_quad(
    category: str, quad: np.ndarray, hw: tuple[int, int], orientation: Orientation | None = None
) -> Label:
    """Return the label of corners, (4, 2) px, to a millionth of a px; its box is cut to the image."""
    quad = np.round(quad, _DIGITS) + 0.0
    low, high = (np.clip(edge(quad, axis=0), 0, (hw[1], hw[0])) for edge in (np.min, np.max))
    (x, y), (w, h) = low.tolist(), np.round(high - low, _DIGITS).tolist()
    corners = tuple((float(a), float(b)) for a, b in quad)
    return Label(category=category, bbox_xywh=(x, y, w, h), quad_xy=corners, orientation=orientation)


def require_sound(quad: Sequence[Sequence[float]] | np.ndarray, hw: tuple[int, int], file: Path, where: str) -> None:
    """Check the corners of a box that may lie partly outside the image.

    Args:
        quad: (4, 2) px.
        hw: the image's height and width in px.
        file: what an error names.
        where: the place in it.

    Raises:
        FormatError: the corners are not four, cross, enclose nothing, or lie outside the image altogether.
    """
    corners = np.asarray(quad, np.float64)
    sound_region([corners], hw, file, where, _ANYWHERE_PX)
    sound_box(box_around([corners]), hw, file, where, _ANYWHERE_PX)
    following = np.roll(corners, -1, axis=0)
    if abs(np.sum(corners[:, 0] * following[:, 1] - following[:, 0] * corners[:, 1])) < 1e-9:
        raise FormatError(file, where, "corners that enclose an area", "corners on one line")


def _box_at(region: Region, angle_deg: float) -> np.ndarray:
    """Return the smallest box at an angle around a region's pixels, (4, 2) px, from its own top left, clockwise."""
    rows, columns = np.nonzero(region.bits)
    corners = np.concatenate([np.stack([columns + i, rows + j], axis=1) for i in (0, 1) for j in (0, 1)])
    return _box_around(corners + np.array([region.rect.x, region.rect.y], np.float64), angle_deg)


def _box_around(points: np.ndarray, angle_deg: float) -> np.ndarray:
    """Return the smallest box at an angle around (n, 2) points, (4, 2) px, from its own top left, clockwise."""
    turn = _turn(angle_deg)
    upright = points @ turn
    (x, y), (right, bottom) = upright.min(axis=0), upright.max(axis=0)
    return np.array([(x, y), (right, y), (right, bottom), (x, bottom)]) @ turn.T


def _turn(angle_deg: float) -> np.ndarray:
    """Return the (2, 2) map of x, y that turns counter-clockwise as displayed."""
    cos, sin = cos_sin(angle_deg)
    return np.array([(cos, sin), (-sin, cos)])
