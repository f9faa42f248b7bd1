"""Sheets of samples that show a training's progress, and how near the painted values come to real ones.

A column is a crop; below each other stand the good surface, the extent, what is painted, and a real defect.
Source: own; the nearness is the earth mover's distance of two samples of one size on a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from PIL import Image, ImageDraw

from generator.imaging import panel
from generator.imaging.codec import encode_png
from generator.model.patches import GAIN, Batch

COLUMNS = 8
_CELL_PX, _GAP_PX, _HEAD_PX = 96, 4, 18
_INK, _GROUND = (230, 230, 230), 24


def on_its_own_surface(batch: Batch) -> Batch:
    """Return a batch whose good crops are those the real defects lie on, in the same extents."""
    return replace(batch, good=batch.surface, good_alpha=batch.alpha, good_label=batch.label)


def sheet(batch: Batch, painted: np.ndarray, classes: Sequence[str]) -> bytes:
    """Return a PNG of what was painted on a batch.

    Args:
        batch: n crops, in units of the model.
        painted: (n, C, s, s) float32 on its good crops; or (n, 1, s, s).
        classes: names of the labels.
    """
    extent = np.moveaxis(batch.good_alpha, 1, 3)
    rows = [_pixels(batch.good), extent, _pixels(painted), _pixels(batch.defect)]
    side = max(_CELL_PX, batch.good.shape[3])
    step = side + _GAP_PX
    canvas = np.full((_HEAD_PX * 2 + step * len(rows), step * len(batch.good), 3), _GROUND, np.uint8)
    for number, row in enumerate(rows):
        top = _HEAD_PX + step * number + (_HEAD_PX if number == len(rows) - 1 else 0)
        for column, cell in enumerate(row):
            picture = panel.shown(np.clip(cell, 0.0, 1.0), 1)
            large = cv2.resize(picture, (side, side), interpolation=cv2.INTER_NEAREST)
            canvas[top : top + side, step * column : step * column + side] = large
    picture = Image.fromarray(canvas)
    pen = ImageDraw.Draw(picture)
    for top, labels, kind in ((2, batch.good_label, ""), (_HEAD_PX + step * 3 + 2, batch.label, "real ")):
        for column, label in enumerate(labels):
            text = panel.cut(f"{kind}{classes[label]}", side)
            panel.write(pen, (step * column + 2, top), text, _INK, 12)
    return encode_png(np.asarray(picture))


def distance(batch: Batch, painted: np.ndarray) -> float:
    """Return how far the painted values are from the real ones, in defects' extents.

    Args:
        batch: as ``on_its_own_surface`` gives it.
        painted: (n, C, s, s) float32 on it.

    Returns:
        Mean over the crops of the distance between the changes that were painted and the real ones, as distributions;
        in shares of the distance at which nothing is painted: 0 is alike, 1 no better than nothing.
    """
    apart, undone = [], []
    for real, surface, alpha, made in zip(batch.defect, batch.surface, batch.alpha, painted, strict=True):
        inside = np.broadcast_to(alpha >= 0.5, real.shape)
        true, found = (np.sort((pixels - surface)[inside]) for pixels in (real, made))
        apart.append(float(np.abs(true - found).mean()) if true.size else 0.0)
        undone.append(float(np.abs(true).mean()) if true.size else 0.0)
    return sum(apart) / max(sum(undone), 1e-6)


def _pixels(planes: np.ndarray) -> np.ndarray:
    """Return (n, s, s, C) in [0, 1], the mean of the surface as mid grey."""
    return np.moveaxis(planes, 1, 3) / np.float32(GAIN) + np.float32(0.5)
