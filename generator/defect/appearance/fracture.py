"""Fracture: what a broken-out piece leaves: a rough face, and beyond it the background where that can be seen.

The face has facets shaded by the light and is dark under its upper edge. Where the surroundings of the part can be seen
and differ from it, the gap shows them, taken from outside the contour as in a mirror, and the face is a narrow wall
along the break; where the part fills the image, the face fills the gap. Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.geometry import Rect
from generator.core.units import Length, LengthRange, Range, require_within
from generator.defect.dome import displaced
from generator.defect.lighting import Neighbourhood, level_of, mixed, times
from generator.defect.outline import Outline, Patch
from generator.defect.texture import clouds

_REACH_PX = 1
_BEYOND_PX = 3  # the contour's own soft edge is left out of what counts as background
_LEAST_PX = 24
_LEAST_STEP = 0.1  # share of full scale by which both sides of the contour must differ in some channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Fracture:
    """A broken face.

    Attributes:
        gain: its mean brightness relative to the surface, [0, 3].
        facet_size: size of the facets.
        relief: relative deviation of the facets' brightness, [0, 2].
        texture: share of the surface's own texture left, [0, 1].
        edge: how much the edge darkens towards the light and brightens away from it, [0, 2].
        reveal: whether the gap shows what lies beyond the part's contour, where that can be seen.
        wall: width of the face along the break where the gap shows the background.
    """

    gain: Range = Range(0.5, 0.9)
    facet_size: LengthRange
    relief: Range = Range(0.1, 0.35)
    texture: Range = Range(0.0, 0.3)
    edge: Range = Range(0.2, 0.8)
    reveal: bool = True
    wall: LengthRange = LengthRange(Length(1.0, "px"), Length(5.0, "px"))

    def __post_init__(self) -> None:
        require_within(self, gain=(0, 3), relief=(0, 2), texture=(0, 1), edge=(0, 2))

    @property
    def reach_px(self) -> int:
        """The edge's light reaches 1 px outside."""
        return _REACH_PX

    def draw(self, patch: Patch, outline: Outline, rng: np.random.Generator) -> dict[str, Any]:
        """Return gain, facets and edge, and whether the background is seen."""
        return {
            "wall_px": self.wall.draw_px(rng, patch.scale),
            "reveal": self.reveal and _sees_background(patch, outline),
            "gain": self.gain.draw(rng),
            "facet_px": max(2.0, self.facet_size.draw_px(rng, patch.scale)),
            "relief": self.relief.draw(rng),
            "texture": self.texture.draw(rng),
            "edge": self.edge.draw(rng),
            "noise": int(rng.integers(2**31)),
        }

    def render(self, patch: Patch, outline: Outline, params: Mapping[str, Any]) -> np.ndarray:
        """Return the surface with the broken face, (N, C) float32."""
        values, alpha = patch.under(outline), outline.strength()
        level = level_of(values, alpha)
        face = values * np.float32(params["texture"]) + level * np.float32(1.0 - params["texture"])
        # ridges: the creases of |noise| part the face into facets of nearly even slope
        heights = np.abs(clouds(outline.alpha.shape, params["facet_px"], params["noise"], gain=0.4))
        facing = -Neighbourhood.of(outline, heights, 1).rise_towards(patch.light_deg) * np.float32(params["facet_px"])
        facing /= max(float(facing.std()), 1e-6)
        look = np.float32(params["gain"]) * (1.0 + np.float32(params["relief"]) * np.clip(facing, -2.5, 2.5))
        face = times(face, np.maximum(look, 0.05))
        if params["reveal"]:
            gap = (outline.alpha > 0.5) | ~patch.roi[outline.rect.slices]  # the mouth is no edge of the face
            inside = cv2.copyMakeBorder(gap.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
            depth = outline.pick(cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1])
            uneven = outline.pick(clouds(outline.alpha.shape, 2.0 * params["facet_px"], params["noise"] + 1, octaves=2))
            wall = np.float32(params["wall_px"]) * np.clip(1.0 + 0.5 * uneven, 0.2, 2.0)
            face = mixed(_background(patch, outline), face, np.clip((wall - depth) / np.float32(1.5) + 0.5, 0.0, 1.0))
        out = mixed(values, face, alpha)
        rise = Neighbourhood.of(outline, outline.alpha, _REACH_PX).rise_towards(patch.light_deg) * np.float32(2.0)
        return times(out, 1.0 + np.float32(params["edge"]) * np.clip(rise, -0.8, 1.0))


def _part_and_outside(patch: Patch, outline: Outline) -> tuple[Rect, np.ndarray, np.ndarray]:
    """Return a rectangle about the outline, and, (h, w) bool, where it is clearly inside and clearly beyond the roi."""
    part = outline.rect.grown(4 * _BEYOND_PX).clipped(patch.image.shape[:2])
    roi = np.ascontiguousarray(patch.roi[part.slices]).view(np.uint8)
    return part, cv2.erode(roi, _disc(_BEYOND_PX)) > 0, cv2.dilate(roi, _disc(_BEYOND_PX)) == 0


def _disc(radius_px: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius_px + 1, 2 * radius_px + 1))


def _sees_background(patch: Patch, outline: Outline) -> bool:
    """Say whether the image changes at once where the roi ends: the background begins there, and the part is over."""
    if patch.roi is None:
        return False
    part, inside, outside = _part_and_outside(patch, outline)
    near = _disc(3 * _BEYOND_PX)
    within = inside & (cv2.dilate(outside.view(np.uint8), near) > 0)
    beyond = outside & (cv2.dilate(inside.view(np.uint8), near) > 0)
    if min(np.count_nonzero(within), np.count_nonzero(beyond)) < _LEAST_PX:
        return False
    pixels = patch.image[part.slices]
    step = np.abs(pixels[within].mean(axis=0) - pixels[beyond].mean(axis=0)) / patch.white
    return bool(step.max() >= _LEAST_STEP)


def _background(patch: Patch, outline: Outline) -> np.ndarray:
    """Return the background mirrored at the contour, (N, C) float32; its mean where the mirror shows the part."""
    part, _, outside = _part_and_outside(patch, outline)
    inside = (~outside).view(np.uint8)
    _, labels = cv2.distanceTransformWithLabels(inside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    rows, columns = np.nonzero(outside)
    place = np.zeros((2, rows.size + 1), np.float32)
    place[0, labels[rows, columns]], place[1, labels[rows, columns]] = columns, rows
    x = outline.index % outline.rect.w + (outline.rect.x - part.x)
    y = outline.index // outline.rect.w + (outline.rect.y - part.y)
    nearest_x, nearest_y = place[:, labels[y, x]]
    dx, dy = 2.0 * (nearest_x - x), 2.0 * (nearest_y - y)
    seen_x = np.clip(x + dx, 0, part.w - 1).astype(np.intp)
    seen_y = np.clip(y + dy, 0, part.h - 1).astype(np.intp)
    reach = math.ceil(max(1.0, float(np.abs(dx).max()), float(np.abs(dy).max())))
    values = displaced(patch, outline, dx, dy, reach)
    level = (patch.image[part.slices][outside].mean(axis=0) / patch.white).astype(np.float32)
    values[~outside[seen_y, seen_x]] = level
    return values
