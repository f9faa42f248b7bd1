"""Domes: the height of what stands up inside an outline, and the image seen displaced through or on it.

The height comes from the distance to the outline's border, so that a narrow part stands lower than a wide one.
Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from generator.defect.outline import Outline, Patch

_COLUMNS = 256


def depth_inside(outline: Outline, rounding: float) -> tuple[np.ndarray, float]:
    """Return how deep each pixel lies inside the outline, about 0 at its border and 1 at its thickest place.

    Args:
        outline: its alpha is 1 inside; where it meets the image's border it is taken to go on.
        rounding: how far the crest where both sides meet is rounded, as a share of the half thickness, [0, 1].

    Returns:
        (h, w) float32 in [0, 1], and half of the largest thickness in px, >= 1.
    """
    inside = cv2.copyMakeBorder((outline.alpha > 0.5).view(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    if inside.all():
        return np.ones(outline.alpha.shape, np.float32), max(1.0, min(outline.alpha.shape) / 2.0)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1]
    half = max(1.0, float(distance.max()))
    # two passes make a smooth kernel; at least 3 px, as the border is known to a whole pixel only
    size = 2 * max(int(rounding * half / 2.0), 1) + 1
    for _ in range(2):
        distance = cv2.blur(distance, (size, size), borderType=cv2.BORDER_REPLICATE)
    return distance * np.float32(1.0 / max(float(distance.max()), 0.5)), half


def displaced(patch: Patch, outline: Outline, dx: np.ndarray, dy: np.ndarray, reach_px: int) -> np.ndarray:
    """Return the image seen at other places than the support's own.

    Args:
        patch: what is looked at.
        outline: its support's N pixels are given.
        dx: (N,) how far to the right of each pixel it is looked up, px.
        dy: (N,) how far below, px.
        reach_px: farther displacements are cut to this.

    Returns:
        (N, C) float32 in [0, 1]; beyond the image its border goes on.
    """
    part = outline.rect.grown(reach_px + 2).clipped(patch.image.shape[:2])
    count, width = outline.index.size, outline.rect.w
    rows = -(-count // _COLUMNS)
    maps = np.zeros((2, rows * _COLUMNS), np.float32)  # cv2.remap takes no row of any length
    np.add(outline.index % width, np.clip(dx, -reach_px, reach_px), out=maps[0, :count], casting="unsafe")
    np.add(outline.index // width, np.clip(dy, -reach_px, reach_px), out=maps[1, :count], casting="unsafe")
    maps[0] += np.float32(outline.rect.x - part.x)
    maps[1] += np.float32(outline.rect.y - part.y)
    x, y = maps.reshape(2, rows, _COLUMNS)
    seen = cv2.remap(patch.image[part.slices], x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    seen = seen.reshape(-1, patch.image.shape[2])[:count]
    return np.multiply(seen, np.float32(1.0 / patch.white), dtype=np.float32)


def axis_xy(outline: Outline) -> tuple[float, float]:
    """Return the unit vector along the outline's longer axis, x right and y down, from its moments."""
    moments: Mapping[str, float] = cv2.moments(outline.alpha)
    turn = 0.5 * np.arctan2(2.0 * moments["mu11"], moments["mu20"] - moments["mu02"])
    return float(np.cos(turn)), float(np.sin(turn))
