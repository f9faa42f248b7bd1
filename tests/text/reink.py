"""The re-ink test: the same sample once more with one character's ink alone is the truth about that character.

Everything else (draws, maps, contrast, camera) is replayed. Whose ink a pixel is follows from where its glyph, its dots
or its strokes were laid, by no code that makes labels; what can be seen of it is measured on the finished image.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

import generator.text.page as page
import generator.text.raster.own as own
from generator.cli.compose import compose_config
from generator.core.sample import Sample
from generator.imaging.masks import half_of_strong
from generator.run.pipeline import Pipeline


@dataclass(frozen=True)
class Agreement:
    """How labels agree with the truth, a row a character."""

    boxes: np.ndarray
    masks: np.ndarray
    lines: int
    wrong_counts: int

    def __str__(self) -> str:
        return (
            f"{self.lines} lines, {len(self.boxes)} characters: box IoU {self.boxes.mean():.4f} "
            f"(p5 {np.percentile(self.boxes, 5):.4f}), ink IoU {self.masks.mean():.4f}, "
            f"{self.wrong_counts} wrong counts"
        )


class _Only:
    """A marking whose ink is kept for one character alone, after all of it was struck."""

    def __init__(self, inner: Any, laid: list[Any], number: int) -> None:
        self.inner, self.laid, self.number = inner, laid, number

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def strike(self, plate: Any, rng: np.random.Generator) -> Any:
        struck = self.inner.strike(plate, rng)
        return struck.with_(cover=_alone(plate, struck, self.laid[-1], self.number))


def _alone(plate: Any, struck: Any, laid: Any, number: int) -> np.ndarray:
    """Return the struck ink of one character."""
    marks = struck.marks
    if marks is not None and (len(marks.dots_uvn) or marks.strokes):
        points = [*marks.dots_uvn, *(np.array([u, v, n]) for n, line in marks.strokes for u, v in _dense(line))]
        return np.where(_nearest(np.array(points), struck.cover.shape) == number, struck.cover, 0).astype(np.uint8)
    glyphs, left, top = laid
    inks = np.zeros((len(plate.chars), *plate.cover.shape), np.uint8)
    for glyph, x, y, n in glyphs:
        h, w = glyph.cover.shape
        window = inks[n - 1, y - top : y - top + h, x - left : x - left + w]
        np.maximum(window, glyph.cover, out=window)
    if struck.cover is plate.cover:
        return inks[number - 1]
    pad = (struck.cover.shape[0] - plate.cover.shape[0]) // 2
    inks = np.pad(inks, ((0, 0), (pad, pad), (pad, pad)))
    away = np.stack([cv2.distanceTransform((ink == 0).view(np.uint8), cv2.DIST_L2, 5) for ink in inks])
    return np.where(away[number - 1] <= away.min(axis=0), struck.cover, 0).astype(np.uint8)


def _dense(line: np.ndarray) -> Iterator[np.ndarray]:
    for a, b in itertools.pairwise(line):
        yield from np.linspace(a, b, 12)


def _nearest(points: np.ndarray, hw: tuple[int, int]) -> np.ndarray:
    from scipy.spatial import cKDTree

    y, x = np.mgrid[: hw[0], : hw[1]] + 0.5
    return points[cKDTree(points[:, :2]).query(np.stack([x.ravel(), y.ravel()], 1))[1], 2].reshape(hw)


@contextmanager
def _watched(laid: list[Any], scales: list[Any]) -> Iterator[None]:
    """Note where glyphs are laid and which scale each text gets; no shortcut for plain ink."""
    plate_of, strength_of, is_plain = own._plate, page.strength_of, page.Page._is_plain

    def noted_plate(lines: Any, glyphs: Any, *rest: Any) -> Any:
        plate = plate_of(lines, glyphs, *rest)
        left = min(item[1] for item in glyphs) - own._ROOM_PX
        top = min(item[2] for item in glyphs) - own._ROOM_PX
        laid.append((glyphs, left, top))
        return plate

    def noted_strength(*args: Any) -> Any:
        scales.append(strength_of(*args))
        return scales[-1]

    own._plate, page.strength_of, page.Page._is_plain = noted_plate, noted_strength, lambda *_: False
    try:
        yield
    finally:
        own._plate, page.strength_of, page.Page._is_plain = plate_of, strength_of, is_plain


def replay(pipeline: Pipeline, index: int) -> tuple[Sample, list[Sample]] | None:
    """Return a sample of one text of one line, and the same with each of its characters alone; None: it is rejected."""
    spec = pipeline.plan[index]
    attempt = next((a for a in range(pipeline.attempts) if not _has_error(pipeline._try(spec, a))), None)
    if attempt is None:
        return None
    whole = pipeline._try(spec, attempt)
    laid: list[Any] = []
    scales: list[Any] = []
    stage = pipeline.stages[0]
    alone = []
    with _watched(laid, scales):
        pipeline._try(spec, attempt)
        first = scales[0]
        page.strength_of = lambda *_: first
        for number in range(1, len(whole.text[0].chars) + 1):
            pipeline.stages[0] = _with(stage, marking=_Only(stage.marking, laid, number))
            try:
                alone.append(pipeline._try(spec, attempt))
            finally:
                pipeline.stages[0] = stage
    return whole, alone


def _with(stage: Any, **changes: Any) -> Any:
    return replace(stage, **changes)


def _has_error(sample: Sample) -> bool:
    return any(finding.severity == "error" for finding in sample.findings)


def agreement(overrides: list[str], count: int, more: Mapping[str, Any] | None = None) -> Agreement:
    """Return how the labels of some samples agree with their re-inked truth."""
    pipeline = Pipeline(compose_config("generate", ["recipe=text", f"count={count}", "splits={train: 1}", *overrides]))
    boxes, masks, wrong, lines = [], [], 0, 0
    for index in range(count):
        replayed = replay(pipeline, index)
        if replayed is None:  # such as a burn on a surface that is black already
            continue
        whole, alone = replayed
        lines += 1
        line = whole.text[0]
        wrong += len(line.char_boxes_xywh) != len(line.text.replace(" ", ""))
        for char, single in zip(line.each_char(), alone, strict=True):
            truth = seen(single)
            boxes.append(box_iou(char.bbox_xywh, truth))
            mine = whole.char_mask == char.number
            masks.append(np.count_nonzero(mine & truth) / max(1, np.count_nonzero(mine | truth)))
    return Agreement(np.array(boxes), np.array(masks), lines, wrong)


def seen(sample: Sample) -> np.ndarray:
    """Return the (H, W) bool pixels that a character alone changed by at least half of its strong change."""
    assert sample.blank is not None
    change = np.abs(sample.image.astype(np.int32) - sample.blank).max(axis=2)
    levels = (change * 255 // sample.source.white).astype(np.uint8)
    least = half_of_strong(np.bincount(levels.ravel(), minlength=256)[None])[0]
    return levels >= least


def box_iou(box: tuple[int, int, int, int], truth: np.ndarray) -> float:
    """Return the IoU of a box x, y, w, h with the box around the true pixels."""
    rows, columns = np.flatnonzero(truth.any(axis=1)), np.flatnonzero(truth.any(axis=0))
    if not rows.size:
        return 0.0
    x, y, w, h = box
    left, top, right, bottom = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    common = max(0, min(x + w, right) - max(x, left)) * max(0, min(y + h, bottom) - max(y, top))
    return common / (w * h + (right - left) * (bottom - top) - common)
