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
from generator.core.text import TextLine, Word
from generator.imaging.warp import Warp, outline
from generator.text.plate import Plate, PlateLine
from generator.text.port import Field, Marking

_CORE = 0.5
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
    rect = warp.window(plate.wh).grown(reach_px).clipped(hw)
    shift = warp.whole_shift()
    if shift is not None and rect == Rect(*shift, *plate.wh):
        return Ink(rect=rect, cover=plate.cover, owner=plate.owner)
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
    plate: Plate, warp: Warp, field: Field, readable: np.ndarray, first_number: int, params: Mapping[str, Any]
) -> list[TextLine]:
    """Return the labels of a plate's lines on the image; boxes of ink are measured later."""
    step = _POLYGON_STEP * plate.height_px if warp.bend is not None else 0.0
    return [
        _text_line(plate, line, warp, field, readable, first_number, params, step)
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
    there = warp.forward(points).astype(np.float32)
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
        char_readable=ok,
        first_number=first_number + line.first,
        is_readable=bool(ok.all()),
        kind=field.kind,
        name=field.name,
        params=params,
    )


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


def flat_table(marking: Marking, colour: np.ndarray, drawn: Mapping[str, Any], contrast: float, white: int) -> Any:
    """Return the 256 values that each coverage gives on a flat colour, (256, C), and its strength."""
    ground = np.asarray(colour, np.float32).reshape(1, 1, -1) / white
    full = np.ones((1, 1), np.float32)
    change = marking.change(ground, full, drawn, 0.0, 1.0)
    strength = strength_of(change, ground, full, contrast)
    shares = np.linspace(0.0, 1.0, 256, dtype=np.float32)[:, None]
    values = ground[0] + shares * (change[0, 0] * np.float32(strength.scale))
    table = np.clip(np.rint(values * white), 0, white).astype(np.uint16 if white > 255 else np.uint8)
    return table, strength
