"""A plate on an image: ink and owners through one map, change scaled to the contrast that was drawn.

The strong change of a text (the 90th percentile under its ink) is brought to a contrast from the marking's band, in
closed form and within what the surface leaves free, so that no text is faint by accident. Where a plain ink lies on one
flat colour, unturned, the same is done by a table of 256 values. Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.geometry import Rect
from generator.core.text import NO_BOXES, TextLine, Word
from generator.imaging.warp import Warp, outline
from generator.text.plate import Plate, PlateLine
from generator.text.port import Field, Marking

_CORE = 0.5
_FULL = np.ones((1, 1), np.float32)
_SHARES = np.linspace(0.0, 1.0, 256, dtype=np.float32)[:, None]
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
    cover = warp.pull(plate.cover, rect)
    owner = warp.pull(plate.owner, rect, cv2.INTER_NEAREST)
    return Ink(rect=rect, cover=cover, owner=_extended(owner, cover, reach_px))


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


def strength_of(change: np.ndarray, ground: np.ndarray, cover: np.ndarray, contrast: float) -> Strength:
    """Return the scale that brings a change's strong part to a contrast, or as near as the surface allows.

    Args:
        change: (h, w, C) float32, at any scale.
        ground: (h, w, C) float32, [0, 1] of full scale.
        cover: (h, w) float32, [0, 1].
        contrast: share of full scale, (0, 1].
    """
    core = cover >= min(_CORE, float(cover.max(initial=0.0)))
    if not core.any():
        return Strength(scale=0.0, contrast=0.0)
    inside, below = change[core], ground[core]
    largest = np.abs(inside).max(axis=1)
    strong = float(np.quantile(largest, 0.9))
    if strong <= 0:
        return Strength(scale=0.0, contrast=0.0)
    at = np.abs(largest - strong) <= 0.25 * strong
    channel = np.abs(inside[at]).argmax(axis=1)
    rows = np.arange(channel.size)
    moved, base = inside[at][rows, channel], below[at][rows, channel]
    free = float(np.median(np.where(moved > 0, 1.0 - base, base)))
    reached = min(contrast, free)
    return Strength(scale=reached / strong, contrast=reached)


def put(image: np.ndarray, change: np.ndarray, rect: Rect, scale: float, white: int) -> None:
    """Add a change, in shares of full scale, to an (H, W, C) image in place."""
    window = image[rect.slices]
    window[:] = np.clip(np.rint(window + change * np.float32(scale * white)), 0, white).astype(image.dtype)


def text_lines(
    plate: Plate,
    warp: Warp,
    field: Field,
    readable: np.ndarray,
    first_number: int,
    params: Mapping[str, Any],
    has_boxes: bool,
) -> list[TextLine]:
    """Return the labels of a plate's lines on the image.

    Args:
        plate: with the ink that was written.
        warp: where it went.
        field: that it fills.
        readable: (n,) bool, per character of the plate.
        first_number: of the plate's first character on the image.
        params: of the text (JSON).
        has_boxes: whether the plate's boxes are those of the ink on the image, moved by whole px; else they are
            measured later.
    """
    step = _POLYGON_STEP * plate.height_px if warp.bend is not None else 0.0
    return [
        _text_line(plate, line, warp, field, readable, first_number, params, step, has_boxes)
        for line in plate.lines
        if line.stop > line.first
    ]


def _text_line(
    plate: Plate,
    line: PlateLine,
    warp: Warp,
    field: Field,
    readable: np.ndarray,
    first_number: int,
    params: Mapping[str, Any],
    step: float,
    has_boxes: bool,
) -> TextLine:
    boxes = plate.boxes_uv[line.first : line.stop]
    count = len(boxes)
    whole = _union(boxes)
    unions = [_union(plate.boxes_uv[start:stop]) for _, start, stop in line.words]
    corners = np.array([*boxes, *unions, whole], np.float32)[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2)
    bent = outline(*(float(value) for value in whole), step) if step else None
    base = line.baseline_uv
    if step:
        ends = np.linspace(base[0], base[1], max(2, int(np.ceil((base[1, 0] - base[0, 0]) / step)) + 1))
        base = ends
    points = np.concatenate([corners, base] if bent is None else [corners, base, bent])
    there = points + np.array(warp.whole_shift(), np.float32) if has_boxes else warp.forward(points).astype(np.float32)
    quads = there[: len(corners)].reshape(-1, 4, 2)
    after = len(corners) + len(base)
    ok = readable[line.first : line.stop]
    return TextLine(
        text=line.text,
        quad_xy=quads[-1],
        polygon_xy=None if bent is None else there[after:],
        baseline_xy=there[len(corners) : after],
        words=tuple(
            Word(text=word, quad_xy=quads[count + i], first=start - line.first, stop=stop - line.first)
            for i, (word, start, stop) in enumerate(line.words)
        ),
        chars=plate.chars[line.first : line.stop],
        char_quads_xy=quads[:count],
        char_boxes_xywh=_boxes_xywh(quads[:count]) if has_boxes else NO_BOXES,
        char_readable=ok,
        first_number=first_number + line.first,
        is_readable=bool(ok.all()),
        kind=field.kind,
        name=field.name,
        params=params,
    )


def _boxes_xywh(quads_xy: np.ndarray) -> np.ndarray:
    """Return upright quads of whole px as (n, 4) int32 boxes."""
    boxes = quads_xy[:, [0, 2]].reshape(-1, 4).astype(np.int32)
    boxes[:, 2:] -= boxes[:, :2]
    return boxes


def _union(boxes: np.ndarray) -> np.ndarray:
    if len(boxes) == 1:
        return boxes[0]
    low, high = boxes.min(axis=0), boxes.max(axis=0)
    return np.array([low[0], low[1], high[2], high[3]], np.float32)


def height_on_image(plate: Plate, warp: Warp) -> float:
    """Return the height in px of a capital in the middle of a plate, as it stands on the image."""
    if warp.whole_shift() is not None:
        return plate.height_px
    u, v = plate.wh[0] / 2.0, plate.wh[1] / 2.0
    half = plate.height_px / 2.0
    top, bottom = warp.forward(np.array([[u, v - half], [u, v + half]]))
    return float(np.hypot(*(bottom - top)))


def flat_table(
    marking: Marking, colour: np.ndarray, drawn: Mapping[str, Any], contrast: float, white: int
) -> tuple[np.ndarray, float]:
    """Return the 256 values that each coverage gives on a flat colour, (256, C), and the contrast that they reach."""
    ground = np.multiply(colour, np.float32(1.0 / white), dtype=np.float32).reshape(1, 1, -1)
    change = marking.change(ground, _FULL, drawn, 0.0, 1.0)[0, 0]
    at = int(np.abs(change).argmax())
    strong, below = float(change[at]), float(ground[0, 0, at])
    if strong == 0:
        return np.repeat(colour[None], 256, axis=0), 0.0
    reached = min(contrast, 1.0 - below if strong > 0 else below)
    values = colour + _SHARES * (change * np.float32(reached / abs(strong) * white))
    return np.clip(np.rint(values), 0, white).astype(colour.dtype), reached
