"""A plate on an image: ink and owners through one map, change scaled to the contrast that was drawn.

The strong change of a text (the 90th percentile under its ink) is brought to a contrast from the marking's band, in
closed form and within what the surface leaves free, so that no text is faint by accident. Where a plain ink lies on one
flat colour, unturned, the same is done by a table of 256 values. Source: own.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.geometry import Rect
from generator.core.text import NO_BOXES, Moved, TextLine, Word
from generator.imaging.warp import Warp, outline
from generator.text.plate import Plate
from generator.text.port import Field, Marking

_HALF = 0.5
_DOWN, _RIGHT = (np.array(way)[:, None] for way in ((0, 0, 1, -1, 1, -1, 1, -1), (1, -1, 0, 0, 1, -1, -1, 1)))
_SPILL = 8  # of 255: fainter ink than this decides nothing
_FULL = np.ones((1, 1), np.float32)
_SHARES = np.linspace(0.0, 1.0, 256)
_MOST_CHANGES = 4096
_changes: dict[tuple[Any, ...], tuple[float, ...]] = {}
_CORNERS = [0, 1, 2, 1, 2, 3, 0, 3]  # of u0, v0, u1, v1: clockwise from the top left
_POLYGON_STEP = 0.5  # distance of a bent outline's points, share of a capital's height


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ink:
    """A plate's ink on the grid of the image.

    Attributes:
        rect: which pixels; within the image.
        cover: (rect.h, rect.w) uint8, 0..255.
        owner: (rect.h, rect.w): numbers of characters on the plate, 0 beyond it.
    """

    rect: Rect
    cover: np.ndarray
    owner: np.ndarray


def pull_ink(plate: Plate, warp: Warp, hw: tuple[int, int], reach_px: int) -> Ink:
    """Return a plate's ink as it lies on an image of a size, with ``reach_px`` of room around it."""
    shift = warp.whole_shift()
    if shift is not None and reach_px == 0:
        laid = Rect(*shift, *plate.wh)
        rect = laid.clipped(hw)
        if rect == laid:
            return Ink(rect=rect, cover=plate.cover, owner=plate.owner)
        inside = rect.inside(laid)
        return Ink(rect=rect, cover=plate.cover[inside], owner=plate.owner[inside])
    rect = warp.window(plate.wh).grown(reach_px).clipped(hw)
    grid = warp.grid(rect, plate.wh)
    cover = warp.pull(plate.cover, rect, grid=grid)
    owner = warp.pull(plate.owner, rect, cv2.INTER_NEAREST, grid)
    owner = _extended(owner, cover, reach_px)
    if len(plate.chars) > 1:
        _give_spill_back(owner, cover, warp.pull(plate.cover * (plate.owner & 1 == 0), rect, grid=grid))
    return Ink(rect=rect, cover=cover, owner=owner)


def _give_spill_back(owner: np.ndarray, cover: np.ndarray, even: np.ndarray) -> None:
    """Give pixels that interpolation filled with a neighbour's ink to that neighbour, in place.

    Args:
        owner: (h, w) numbers of the nearest characters.
        cover: (h, w) uint8 ink of all of them.
        even: (h, w) uint8 ink of those with even numbers; neighbours' numbers are odd and even in turn.
    """
    of_even = owner & 1 == 0
    spilt = np.flatnonzero(((even > cover >> 1) != of_even) & (cover > _SPILL))
    if not spilt.size:
        return
    rows, columns = np.divmod(spilt, owner.shape[1])
    near = (
        np.minimum(np.abs(rows + _DOWN), owner.shape[0] - 1),
        np.minimum(np.abs(columns + _RIGHT), owner.shape[1] - 1),
    )
    there, mine = owner[near], owner.ravel()[spilt]
    fits = (there > 0) & ((there ^ mine) & 1 == 1)
    taken = there[fits.argmax(axis=0), np.arange(spilt.size)]
    owner[rows, columns] = np.where(fits.any(axis=0), taken, mine)


def _extended(owner: np.ndarray, cover: np.ndarray, reach_px: int) -> np.ndarray:
    """Return the owners with the band of ``reach_px`` about them, and all ink, given to the nearest one."""
    reach = max(reach_px, 1)
    for _ in range(-(-reach // 16)):
        step = 2 * min(reach, 16) + 1
        grown = cv2.dilate(owner, np.ones((step, step), np.uint8))
        owner = np.where(owner == 0, grown, owner)
    return owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """How a marking's change becomes the image's.

    Attributes:
        scale: what the change is multiplied with; negative: dark turned to light.
        contrast: strong change that it gives, share of full scale.
    """

    scale: float
    contrast: float


def strength_of(change: np.ndarray, ground: np.ndarray, contrast: float) -> Strength:
    """Return the scale that brings a change's strong part to a contrast, or as near as the surface allows.

    Strong is what labels call so: the 90th percentile of the changes that are at least half of the largest. Where a
    relief makes one flank darker and the other lighter, the one that the surface has room for decides.

    Args:
        change: (h, w, C) float32, at any scale.
        ground: (h, w, C) float32, [0, 1] of full scale.
        contrast: share of full scale, (0, 1].
    """
    channels = change.shape[2]
    size = np.abs(change[..., 0]) if channels == 1 else functools.reduce(np.maximum, cv2.split(np.abs(change)))
    top = float(size.max(initial=0.0))
    if top == 0.0:
        return Strength(scale=0.0, contrast=0.0)
    core = np.flatnonzero(size >= _HALF * top)
    moved, below = (np.take(part.reshape(-1, channels), core, axis=0) for part in (change, ground))
    channel = 0 if channels == 1 else np.abs(moved).argmax(axis=1)
    rows = np.arange(core.size)
    moved, below = moved[rows, channel], below[rows, channel]
    found = [
        _strength(moved[own] * sign, (1.0 - below if sign > 0 else below)[own], contrast)
        for sign, own in ((1, moved > 0), (-1, moved < 0))
        if 10 * np.count_nonzero(own) >= core.size
    ]
    most = max(strength.contrast for strength in found)
    return min((strength for strength in found if strength.contrast == most), key=lambda strength: strength.scale)


def _strength(sizes: np.ndarray, free: np.ndarray, contrast: float) -> Strength:
    """Return the scale that brings changes of one sign to a contrast, as far as there is room above or below."""
    strong = _ninetieth(sizes)
    near = free[np.abs(sizes - strong) <= 0.25 * strong]
    reached = min(contrast, float(np.partition(near, near.size // 2)[near.size // 2]))
    return Strength(scale=reached / strong, contrast=reached)


def strong_cover(cover: np.ndarray) -> int:
    """Return the coverage, 1..255, that ``strength_of`` would bring to the contrast: less for hairlines."""
    top = int(cover.max(initial=0))
    return max(1, int(_ninetieth(cover[cover >= (top + 1) // 2])))


def _ninetieth(values: np.ndarray) -> float:
    """Return the 90th percentile, one of the values themselves."""
    at = math.ceil(0.9 * values.size) - 1
    return float(np.partition(values, at)[at])


def put(image: np.ndarray, change: np.ndarray, rect: Rect, scale: float, white: int) -> None:
    """Add a change, in shares of full scale, to an (H, W, C) image in place."""
    window = image[rect.slices]
    window[:] = np.clip(np.rint(window + change * np.float32(scale * white)), 0, white).astype(image.dtype)


def text_lines(
    plate: Plate,
    warp: Warp,
    field: Field,
    readable: np.ndarray | None,
    first_number: int,
    params: Mapping[str, Any],
    has_boxes: bool,
) -> list[TextLine]:
    """Return the labels of a plate's lines on the image.

    Args:
        plate: with the ink that was written.
        warp: where it went.
        field: that it fills.
        readable: (n,) bool, per character of the plate; None: all are.
        first_number: of the plate's first character on the image.
        params: of the text (JSON).
        has_boxes: whether the plate's boxes are those of the ink on the image, moved by whole px; else they are
            measured later.
    """
    boxes = plate.boxes_uv.tolist()
    step = _POLYGON_STEP * plate.height_px if warp.bend is not None else 0.0
    shift = warp.whole_shift()
    move = _mover(warp, shift)
    lines = []
    for line in plate.lines:
        first, stop, count = line.first, line.stop, line.stop - line.first
        if not count:
            continue
        own = boxes[first:stop]
        unions = [_union(boxes[start:end]) for _, start, end in line.words]
        whole = unions[0] if len(unions) == 1 else _union(own)
        corners = np.array([*own, *unions, whole], np.float32)[:, _CORNERS].reshape(-1, 2)
        quads = move(corners).reshape(-1, 4, 2)
        base = line.baseline_uv
        if step:
            base = np.linspace(base[0], base[1], max(2, int(np.ceil((base[1, 0] - base[0, 0]) / step)) + 1))
        ok = np.ones(count, bool) if readable is None else readable[first:stop]
        bent = [move(outline(*box, step)) for box in (*unions, whole)] if step else []
        for i, polygon in enumerate(bent):
            quads[count + i] = quad_around(polygon)
        lines.append(
            TextLine(
                text=line.text,
                quad_xy=quads[-1],
                polygon_xy=bent[-1] if bent else None,
                baseline_xy=move(base),
                words=tuple(
                    [
                        Word(
                            text=word,
                            quad_xy=quads[count + i],
                            first=start - first,
                            stop=end - first,
                            polygon_xy=bent[i] if bent else None,
                        )
                        for i, (word, start, end) in enumerate(line.words)
                    ]
                ),
                chars=plate.chars[first:stop],
                char_quads_xy=quads[:count],
                char_boxes_xywh=_moved_boxes(own, shift) if has_boxes and shift is not None else NO_BOXES,
                char_readable=ok,
                first_number=first_number + first,
                is_readable=readable is None or bool(ok.all()),
                kind=field.kind,
                name=field.name,
                params=params,
            )
        )
    return lines


def quad_around(polygon_xy: np.ndarray) -> np.ndarray:
    """Return the smallest turned rectangle around a bent outline, (4, 2) float32.

    Clockwise as displayed; its first side runs as the text does in its middle.

    Args:
        polygon_xy: (2 n, 2): n points along the top, n back along the bottom.
    """
    corners = cv2.boxPoints(cv2.minAreaRect(polygon_xy.astype(np.float32)))
    one, two = corners[1] - corners[0], corners[2] - corners[1]
    if one[0] * two[1] - one[1] * two[0] < 0:
        corners = corners[::-1]
    top = polygon_xy[: len(polygon_xy) // 2]
    middle = len(top) // 2
    along = top[min(middle + 1, len(top) - 1)] - top[max(middle - 1, 0)]
    sides = np.roll(corners, -1, axis=0) - corners
    first = int(np.argmax(sides @ along / np.maximum(np.hypot(sides[:, 0], sides[:, 1]), 1e-6)))
    return np.roll(corners, -first, axis=0)


def _mover(warp: Warp, shift: tuple[int, int] | None) -> Moved:
    """Return what moves float32 points of the plate to the image."""
    if shift is None:
        return lambda points: warp.forward(points).astype(np.float32)
    way = np.array(shift, np.float32)
    return lambda points: points + way


def _moved_boxes(boxes: list[list[float]], shift: tuple[int, int]) -> np.ndarray:
    """Return boxes of whole px, moved, as (n, 4) int32 x, y, w, h."""
    x, y = shift
    return np.array([(u0 + x, v0 + y, u1 - u0, v1 - v0) for u0, v0, u1, v1 in boxes], np.int32)


def _union(boxes: list[list[float]]) -> list[float]:
    if len(boxes) == 1:
        return boxes[0]
    u0, v0, u1, v1 = zip(*boxes, strict=True)
    return [min(u0), min(v0), max(u1), max(v1)]


def height_on_image(plate: Plate, warp: Warp) -> float:
    """Return the height in px of a capital in the middle of a plate, as it stands on the image."""
    if warp.whole_shift() is not None:
        return plate.height_px
    u, v = plate.wh[0] / 2.0, plate.wh[1] / 2.0
    half = plate.height_px / 2.0
    top, bottom = warp.forward(np.array([[u, v - half], [u, v + half]]))
    return float(np.hypot(*(bottom - top)))


def flat_table(
    marking: Marking, colour: tuple[int, ...], drawn: Mapping[str, Any], contrast: float, white: int, full: int
) -> tuple[np.ndarray, float]:
    """Return the value of each coverage on a flat colour, and the contrast that it reaches in whole grey levels.

    Args:
        marking: flat.
        colour: of the surface, per channel.
        drawn: by the marking.
        contrast: share of full scale.
        white: full scale.
        full: coverage that is to reach the contrast, 1..255: less than 255 where strokes are finer than a pixel.

    Returns:
        (256,) for one channel, (256, C) for more, of the image's dtype; share of full scale.
    """
    key = (type(marking), colour, white, str(drawn))
    change = _changes.get(key)
    if change is None:
        ground = np.array([[colour]], np.float32) / np.float32(white)
        change = tuple(marking.change(ground, _FULL, drawn, 0.0, 1.0)[0, 0].tolist())
        if len(_changes) >= _MOST_CHANGES:
            _changes.clear()
        _changes[key] = change
    strong = max(change, key=abs)
    if strong == 0:
        return np.tile(np.array(colour, _dtype(white)), (256, 1)), 0.0
    below = colour[change.index(strong)]
    levels = min(round(contrast * white), white - below if strong > 0 else below)
    unit = 255.0 / (abs(strong) * full)
    return _table(colour, tuple([value * unit for value in change]), levels, white), levels / white


@functools.lru_cache(maxsize=4096)
def _table(colour: tuple[int, ...], direction: tuple[float, ...], levels: int, white: int) -> np.ndarray:
    columns = [
        np.clip(np.rint(base + _SHARES * (part * levels)), 0, white)
        for base, part in zip(colour, direction, strict=True)
    ]
    table = (columns[0] if len(columns) == 1 else np.stack(columns, axis=1)).astype(_dtype(white))
    table.setflags(write=False)
    return table


def _dtype(white: int) -> type:
    return np.uint16 if white > 255 else np.uint8
