"""What shapes and appearances of parts share: the hole a thing leaves, the ground behind it, where a moved thing lands.

A displacement is written as JSON: ``matrix``, two rows of three that take a pixel's place (column, row) to its new one,
and ``bend``, a local push of ``dx, dy`` about ``x, y`` that fades to nothing at ``radius``. Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from generator.core.geometry import Rect
from generator.defect.outline import Matte, Outline, Patch
from generator.imaging.inpaint import inpaint

_LOOK_PX = 88  # how far beyond a hole texture may be drawn from, at most
_UNBENDINGS = 4
_SLIVER_PX = 24  # how far beyond a hole what is left of a letter is looked for
_SLIVER_DEPTH_PX = 2.0  # half the width of a sliver
_SEEN_PX = 2048  # from which the ground's level is read
_LEGEND = 0.12  # of white: how much brighter than the ground a stroke of the legend is


def nothing() -> Outline:
    """Return an outline without any strength, for which no room is found."""
    return Outline.of(np.zeros((1, 1), np.float32), 0, 0)


def hole_of(thing: Matte, margin_px: float, hw: tuple[int, int]) -> Matte:
    """Return the matte of what a thing leaves: the thing and ``margin_px`` around it, where its shade may lie."""
    reach = int(np.ceil(margin_px)) + 3
    grown = thing.rect.grown(reach)
    alpha = cv2.copyMakeBorder(thing.alpha, reach, reach, reach, reach, cv2.BORDER_CONSTANT)
    distance = cv2.distanceTransform((alpha < 0.04).view(np.uint8), cv2.DIST_L2, 3)
    alpha = np.clip((np.float32(margin_px + 1.5) - distance) / np.float32(2.0), 0, 1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), 0.7)
    part = grown.clipped(hw)
    return Matte(rect=part, alpha=np.ascontiguousarray(alpha[part.inside(grown)]))


def spared(hole: Matte, thing: Matte, image: np.ndarray, white: int) -> Matte:
    """Return a hole that cuts no letter of a legend in two.

    Strokes in its margin that go on beyond it stay whole; slivers that would be left of one are taken along.
    """
    around = hole.rect.grown(_SLIVER_PX).clipped(image.shape[:2])
    pixels = image[around.slices].astype(np.float32) * np.float32(1.0 / white)
    gone, own = (np.zeros(pixels.shape[:2], np.float32) for _ in range(2))
    gone[hole.rect.inside(around)] = hole.alpha
    common = thing.rect.intersection(around)
    own[common.inside(around)] = thing.alpha[common.inside(thing.rect)]
    margin = own < np.float32(0.04)
    outside = gone < np.float32(0.01)
    if not outside.any():
        return hole
    seen = pixels[outside]
    level = np.median(seen[:: -(-seen.shape[0] // _SEEN_PX)], axis=0)
    bright = cv2.inRange(pixels, tuple((level + _LEGEND).tolist()), (np.inf,) * pixels.shape[2]) > 0
    near = cv2.dilate((own > 0.3).view(np.uint8), np.ones((5, 5), np.uint8)) > 0
    _, labels = cv2.connectedComponents((bright & margin & ~near).view(np.uint8), connectivity=8)
    goes_on = np.zeros(int(labels.max()) + 1, bool)
    goes_on[labels[outside]] = True
    goes_on[0] = False
    if goes_on.any():
        kept = cv2.dilate(goes_on[labels].view(np.uint8), np.ones((5, 5), np.uint8)).astype(np.float32)
        gone *= np.float32(1) - cv2.GaussianBlur(kept, (0, 0), 0.7) * margin
    slivers = _slivers(bright & (gone < 0.5), gone, 0.35 * min(thing.rect.w, thing.rect.h))
    if slivers is not None:
        grown = cv2.dilate(slivers, np.ones((5, 5), np.uint8)).astype(np.float32)
        gone = np.maximum(gone, cv2.GaussianBlur(grown, (0, 0), 0.7))
        return Matte(rect=around, alpha=gone)
    return Matte(rect=hole.rect, alpha=np.ascontiguousarray(gone[hole.rect.inside(around)]))


def _slivers(left: np.ndarray, gone: np.ndarray, longest: float) -> np.ndarray | None:
    """Return the thin short pieces of what is left that touch the hole, (h, w) uint8; None if there are none."""
    bits = left.view(np.uint8)
    touching = left & (cv2.dilate((gone >= 0.5).view(np.uint8), np.ones((5, 5), np.uint8)) > 0)
    if not touching.any():
        return None
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bits, connectivity=8)
    depth = cv2.distanceTransform(bits, cv2.DIST_L2, 3)
    taken = np.zeros(count, bool)
    height, width = left.shape
    for label in np.unique(labels[touching]).tolist():
        x, y, w, h = (int(v) for v in stats[label, :4])
        if label == 0 or max(w, h) > longest or x == 0 or y == 0 or x + w == width or y + h == height:
            continue
        box = slice(y, y + h), slice(x, x + w)
        taken[label] = float(depth[box][labels[box] == label].max()) <= _SLIVER_DEPTH_PX
    return taken[labels].view(np.uint8) if taken.any() else None


def behind(patch: Patch, hole: Matte) -> np.ndarray:
    """Return what lies behind a hole, (h, w, C) float32 in [0, 1] in the hole's rectangle."""
    look = int(np.clip(np.sqrt(hole.rect.w * hole.rect.h), 24, _LOOK_PX))
    window = hole.rect.grown(look).clipped(patch.image.shape[:2])
    pixels = patch.image[window.slices].astype(np.float32) * np.float32(1.0 / patch.white)
    part = hole.rect.inside(window)
    gone = np.zeros(pixels.shape[:2], bool)
    gone[part] = hole.alpha > 0.01
    return inpaint(pixels, gone)[part]


def laid_in(values: np.ndarray, rect: Rect, other: np.ndarray, share: np.ndarray, at: Rect) -> None:
    """Mix ``other`` into values in place.

    Args:
        values: (h, w, C) float32 in ``rect``.
        rect: where they lie.
        other: (h2, w2, C) float32 in ``at``.
        share: (h2, w2) float32 in [0, 1].
        at: where the others lie.
    """
    common = rect.intersection(at)
    if common.is_empty:
        return
    part = values[common.inside(rect)]
    part += (other[common.inside(at)] - part) * share[common.inside(at)][..., None]


def landing(rect: Rect, move: Mapping[str, Any]) -> Rect:
    """Return the box in which a rectangle's pixels land."""
    matrix = np.array(move["matrix"]).reshape(2, 3)
    x, y, w, h = rect.xywh
    corners = np.array([(x, y, 1), (x + w - 1, y, 1), (x, y + h - 1, 1), (x + w - 1, y + h - 1, 1)]) @ matrix.T
    bend = move.get("bend")
    spare = 1 if bend is None else 2 + int(np.ceil(np.hypot(bend["dx"], bend["dy"])))
    left, top = (int(v) for v in np.floor(corners.min(axis=0)) - spare)
    right, bottom = (int(v) for v in np.ceil(corners.max(axis=0)) + spare + 1)
    return Rect(left, top, right - left, bottom - top)


def origins(rect: Rect, move: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return where the pixels of a rectangle come from: columns and rows of the image, two (h, w) float32."""
    full = np.vstack([np.array(move["matrix"]).reshape(2, 3), (0, 0, 1)])
    back = np.linalg.inv(full)[:2].astype(np.float32)
    columns = np.arange(rect.x, rect.x + rect.w, dtype=np.float32)[None]
    rows = np.arange(rect.y, rect.y + rect.h, dtype=np.float32)[:, None]
    bend = move.get("bend")
    if bend is not None:
        at_x, at_y = np.broadcast_arrays(columns, rows)
        for _ in range(_UNBENDINGS):
            push = bump(at_x, at_y, bend)
            at_x, at_y = columns - push * np.float32(bend["dx"]), rows - push * np.float32(bend["dy"])
        columns, rows = at_x, at_y
    return back[0, 0] * columns + back[0, 1] * rows + back[0, 2], back[1, 0] * columns + back[1, 1] * rows + back[1, 2]


def bump(x: np.ndarray, y: np.ndarray, bend: Mapping[str, float]) -> np.ndarray:
    """Return how strongly a bend acts at each place, float32: 1 at its middle, 0 from its radius on."""
    away = (np.square(x - np.float32(bend["x"])) + np.square(y - np.float32(bend["y"]))) / np.float32(
        bend["radius"] ** 2
    )
    return np.square(np.maximum(np.float32(1) - away, 0))


def carried(values: np.ndarray, rect: Rect, origin: tuple[np.ndarray, np.ndarray], border: int) -> np.ndarray:
    """Return values at their new place.

    Args:
        values: (h, w) or (h, w, C) float32 in ``rect``.
        rect: where they lie before.
        origin: where each new pixel comes from, as ``origins`` gives it.
        border: cv2's border mode, for what comes from outside.
    """
    method = cv2.INTER_LINEAR if values.ndim == 2 else cv2.INTER_CUBIC
    moved = cv2.remap(values, origin[0] - np.float32(rect.x), origin[1] - np.float32(rect.y), method, borderMode=border)
    return moved.reshape(*origin[0].shape, *values.shape[2:])


def united(mattes: list[Matte]) -> Matte:
    """Return the largest share at each pixel, over all mattes."""
    left, top = min(m.rect.x for m in mattes), min(m.rect.y for m in mattes)
    right, bottom = max(m.rect.x + m.rect.w for m in mattes), max(m.rect.y + m.rect.h for m in mattes)
    rect = Rect(left, top, right - left, bottom - top)
    alpha = np.zeros((rect.h, rect.w), np.float32)
    for matte in mattes:
        part = alpha[matte.rect.inside(rect)]
        np.maximum(part, matte.alpha, out=part)
    return Matte(rect=rect, alpha=alpha)


def cut_share(thing: Matte, share: float, wave: float, rng: np.random.Generator) -> np.ndarray:
    """Return (h, w) float32 in [0, 1] that takes one side of a thing: about ``share`` of it, along a wavy border."""
    height, width = thing.alpha.shape
    if share >= 0.999:
        return np.ones((height, width), np.float32)
    angle = rng.uniform(-np.pi, np.pi)
    size = max(height, width)
    along = np.arange(width)[None] * np.cos(angle) + np.arange(height)[:, None] * np.sin(angle)
    rough = cv2.resize(rng.standard_normal((5, 5)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    along = along.astype(np.float32) + rough * np.float32(wave * size)
    weight = thing.alpha.ravel() > 0.3
    inside = along.ravel()[weight] if weight.any() else along.ravel()
    cut = float(np.quantile(inside, share))
    soft = max(1.0, 0.02 * size)
    return np.clip((np.float32(cut) - along) / np.float32(soft) + np.float32(0.5), 0, 1)
