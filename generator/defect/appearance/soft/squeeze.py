"""Squeeze: a wall that was pressed in. It sinks, folds, and drags along what is printed or moulded on it.

A height map under the outline, a hollow with a few folds across it, is shaded by the image's light and displaces the
surface down its slopes, as a soft wall gives way towards the middle. Source: own; Lambert's law, Blinn (1977).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.defect.lighting import times
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds
from generator.imaging.relief import Light, shade, slopes

_FADE_PX = 3.0  # before the part's contour the displacement ends, so that the contour stays closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Squeeze:
    """A hollow with folds.

    Attributes:
        depth: of the hollow, as a share of the outline's shorter side, [0, 0.5].
        folds: height of the folds, as a share of the depth, [0, 2].
        fold_size: distance from fold to fold, as a share of the outline's shorter side, [0.05, 2].
        drag: how far the surface moves for each px of depth and slope, px, [0, 20].
        gloss: strength of the highlights on the folds, relative to full scale, [0, 1].
        elevation_deg: of the light above the surface, degrees, [10, 90].
    """

    depth: Range = Range(0.05, 0.12)
    folds: Range = Range(0.1, 0.3)
    fold_size: Range = Range(0.5, 1.1)
    drag: Range = Range(3.0, 8.0)
    gloss: Range = Range(0.05, 0.25)
    elevation_deg: Range = Range(35.0, 60.0)

    def __post_init__(self) -> None:
        require_within(
            self, depth=(0, 0.5), folds=(0, 2), fold_size=(0.05, 2), drag=(0, 20), gloss=(0, 1), elevation_deg=(10, 90)
        )

    @property
    def reach_px(self) -> int:
        """1: the slope of the outermost pixels."""
        return 1

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return the relief; depth_px and fold_px are those on this outline."""
        side = _shorter_side(outline.alpha)
        return {
            "depth_px": self.depth.draw(rng) * side,
            "folds": self.folds.draw(rng),
            "fold_px": max(2.0, self.fold_size.draw(rng) * side),
            "drag": self.drag.draw(rng),
            "gloss": self.gloss.draw(rng),
            "elevation_deg": self.elevation_deg.draw(rng),
            "texture": int(rng.integers(1 << 31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface displaced and shaded anew, (N, C) float32."""
        height = _height(outline.alpha, params)
        rise_x, rise_y = slopes(height)
        held = _held(patch, outline) * np.float32(params["drag"])
        columns = np.arange(patch.rect.x, patch.rect.x + patch.rect.w, dtype=np.float32)[None] + rise_x * held
        rows = np.arange(patch.rect.y, patch.rect.y + patch.rect.h, dtype=np.float32)[:, None] + rise_y * held
        reach = math.ceil(float(np.abs(held * np.sqrt(rise_x * rise_x + rise_y * rise_y)).max())) + 3
        around = patch.rect.grown(reach).clipped(patch.image.shape[:2])
        pixels = patch.image[around.slices].astype(np.float32) * np.float32(1.0 / patch.white)
        moved = cv2.remap(
            pixels, columns - around.x, rows - around.y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        ).reshape(patch.rect.h, patch.rect.w, -1)
        factor, shine = shade(height, Light(patch.light_deg, params["elevation_deg"]), 16)
        values = times(outline.pick(moved), outline.pick(np.clip(factor, 0.25, 2.0)))
        gloss = outline.pick(np.maximum(shine * np.float32(params["gloss"]), -0.1))
        for channel in range(values.shape[1]):
            values[:, channel] += gloss
        return np.maximum(values, 0)


def _shorter_side(alpha: np.ndarray) -> float:
    """Return the shorter side of the smallest rotated box about an outline, px."""
    ys, xs = np.nonzero(alpha > 0.5)
    if xs.size < 3:
        return 3.0
    (_, _), sides, _ = cv2.minAreaRect(np.stack([xs, ys], 1).astype(np.float32))
    return max(3.0, min(sides) + 1.0)


def _height(alpha: np.ndarray, params: Mapping[str, Any]) -> np.ndarray:
    """Return the hollow with its folds, (h, w) float32 in px towards the camera, 0 at the outline's border."""
    field = clouds(alpha.shape, params["fold_px"], params["texture"], octaves=2, gain=0.4)
    creases = np.float32(1.0) - cv2.min(np.abs(field), 1.5) * np.float32(2.0)  # ridges where the clouds cross zero
    creases = cv2.GaussianBlur(creases, (0, 0), max(0.8, 0.06 * params["fold_px"]))
    soft = alpha * alpha * (3.0 - 2.0 * alpha)
    return (soft * (np.float32(params["folds"]) * creases - 1.0) * np.float32(params["depth_px"])).astype(np.float32)


def _held(patch: Patch, outline: Outline) -> np.ndarray:
    """Return how freely the surface moves, (h, w) float32 in [0, 1]: not at all at the roi's contour."""
    if patch.roi is None:
        return np.ones(outline.alpha.shape, np.float32)
    inside = patch.roi[patch.rect.slices].view(np.uint8)
    if inside.all():
        return np.ones(outline.alpha.shape, np.float32)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 3)
    return np.clip(distance / np.float32(4 * _FADE_PX), 0, 1)
