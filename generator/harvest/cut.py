"""Real defects cut off their surface.

The surface is filled in from around, smoothly, under the mask and a few pixels beyond, where edges spill over what
people draw; the face is what the real pixels are relative to it. Source: own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.geometry import Rect, mask_to_rect
from generator.defect.bank.cutout import FLOOR, LEAST, MOST, CutOut
from generator.imaging.lab import to_lab
from generator.imaging.surround import filled

LEAST_PX = 6
_AROUND_PX = 24
_APART_PX = 4
"""Pieces nearer than twice this belong together."""
_SCATTER = 12
"""More pieces than these are one scatter."""
_SLIVER = 3.0
"""A defect whose cut by the image's side is longer than so many times its depth shows little but the cut."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Photo:
    """A real image with a defect on it.

    Attributes:
        pixels: (H, W, C) uint8 or uint16.
        white: full scale.
        mask: (H, W) bool, the defect.
        others: (H, W) bool, other defects, which are no surface.
    """

    pixels: np.ndarray
    white: int
    mask: np.ndarray
    others: np.ndarray


def cut_outs(photo: Photo, category: str, grow_px: int = 2, apart: bool = False) -> Iterator[CutOut]:
    """Yield the cut-outs of a defect; facts hold where it lay and what surface was around.

    Args:
        photo: image and mask.
        category: the defect's class.
        grow_px: how far beyond the mask its edge goes on, >= 0.
        apart: whether pieces of one mask that lie apart are defects of their own; a scatter of many stays together.
    """
    for piece in pieces(photo.mask) if apart else [photo.mask]:
        yield _cut(photo, piece, category, grow_px)


def pieces(mask: np.ndarray) -> list[np.ndarray]:
    """Return the pieces of an (H, W) bool mask that lie apart, each of ``LEAST_PX`` or more; of too many, the whole."""
    reach = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _APART_PX + 1, 2 * _APART_PX + 1))
    count, labels = cv2.connectedComponents(cv2.dilate(mask.astype(np.uint8), reach))
    if count - 1 > _SCATTER or count <= 2:
        found = [mask] if mask.any() else []
    else:
        found = [mask & (labels == number) for number in range(1, count)]
    return [piece for piece in found if np.count_nonzero(piece) >= LEAST_PX]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bare:
    """A defect with its surroundings, and the surface under it.

    Attributes:
        around: the part of the image that is shown.
        here: (h, w, C) float32 in [0, 1], its real pixels.
        surface: (h, w, C) float32, the same filled in under the defect and a little beyond.
        alpha: (h, w) float32 in [0, 1], how far each pixel belongs to the defect: 1 within the mask, then falling.
        inside: (h, w) bool, the mask.
        known: (h, w) bool, what no defect reaches.
    """

    around: Rect
    here: np.ndarray
    surface: np.ndarray
    alpha: np.ndarray
    inside: np.ndarray
    known: np.ndarray


def laid_bare(photo: Photo, mask: np.ndarray, grow_px: int, around_px: int = _AROUND_PX) -> Bare:
    """Return a defect and the surface under it.

    Args:
        photo: the image.
        mask: (H, W) bool, the defect, not empty; a piece of ``photo.mask``, or all of it.
        grow_px: how far beyond the mask its edge goes on, >= 0.
        around_px: how much of the surroundings is shown beyond that.
    """
    hw = mask.shape[0], mask.shape[1]
    around = mask_to_rect(mask).grown(grow_px + around_px).clipped(hw)
    here = photo.pixels[around.slices].astype(np.float32) * np.float32(1.0 / photo.white)
    inside = mask[around.slices]
    other = (photo.others | (photo.mask & ~mask))[around.slices]
    alpha = extent_of(inside, grow_px)
    alpha[other] = 0.0
    alpha = np.rint(alpha * 255).astype(np.float32) / np.float32(255)
    known = (alpha == 0) & (cv2.dilate(other.astype(np.uint8), np.ones((2 * grow_px + 1,) * 2, np.uint8)) == 0)
    surface = filled(here, known if known.any() else alpha == 0)
    return Bare(around=around, here=here, surface=surface, alpha=alpha, inside=inside, known=known)


def extent_of(mask: np.ndarray, grow_px: int) -> np.ndarray:
    """Return how far each pixel may belong to a defect, (h, w) float32: 1 within its mask, falling to 0 beyond.

    Args:
        mask: (h, w) bool.
        grow_px: how far beyond it the edge of the defect goes on, >= 0.
    """
    outside_px = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    alpha = np.clip(1.0 - (outside_px - 0.5) / (grow_px + 0.5), 0.0, 1.0).astype(np.float32)
    alpha[mask] = 1.0
    return alpha


def _cut(photo: Photo, mask: np.ndarray, category: str, grow_px: int) -> CutOut:
    hw, box, bare = (mask.shape[0], mask.shape[1]), mask_to_rect(mask), laid_bare(photo, mask, grow_px)
    face = _face(bare.here, bare.surface) * (bare.alpha > 0)[..., None]
    part = mask_to_rect(bare.alpha > 0).grown(1).clipped((bare.around.h, bare.around.w))
    facts: dict[str, Any] = {
        "xywh": list(box.xywh),
        "wh": [hw[1], hw[0]],
        "touches": _touches(box, hw),
        "sliver": _is_sliver(mask[box.slices], _touches(box, hw)),
        "area_px": int(np.count_nonzero(mask)),
        "rect": [bare.around.x + part.x, bare.around.y + part.y, part.w, part.h],
        "surface": _facts_of(bare.here, bare.surface, bare.inside, bare.known),
        "contrast": round(float(face[..., 0][bare.inside].mean()), 4),
    }
    return CutOut(
        category=category,
        face=np.ascontiguousarray(face[part.slices]),
        alpha=np.ascontiguousarray(bare.alpha[part.slices]),
        mask=np.ascontiguousarray(bare.inside[part.slices]),
        facts=facts,
    )


def _face(here: np.ndarray, surface: np.ndarray) -> np.ndarray:
    """Return the change of brightness relative to the surface, and the steps of a* and b* beside it, (h, w, 1 or 3)."""
    floor = np.float32(FLOOR)
    change = np.mean(here + floor, axis=2) / np.mean(surface + floor, axis=2) - 1
    change = np.clip(change, LEAST, MOST)[..., None].astype(np.float32)
    if here.shape[2] == 1:
        return change
    steps = to_lab(here.reshape(-1, 3)) - to_lab(np.ascontiguousarray(surface.reshape(-1, 3)))
    return np.concatenate([change, steps[:, 1:].reshape(*here.shape[:2], 2)], axis=2)


def _facts_of(here: np.ndarray, surface: np.ndarray, inside: np.ndarray, known: np.ndarray) -> dict[str, Any]:
    """Return the surface's mean colour under the defect in CIELAB, and the noise around, a share of full scale."""
    lab = to_lab(np.ascontiguousarray(surface[inside])).mean(axis=0)
    grey = here.mean(axis=2)
    steps = (grey[:, 1:] - grey[:, :-1])[known[:, 1:] & known[:, :-1]]
    noise = float(np.median(np.abs(steps)) * 1.4826 / np.sqrt(2.0)) if steps.size else 0.0
    return {"lab": [round(float(v), 2) for v in lab], "noise": round(noise, 5)}


def _touches(box: Rect, hw: tuple[int, int]) -> str:
    """Return the sides of the image that a box reaches, of l, r, t, b."""
    reached = (box.x == 0, box.x + box.w == hw[1], box.y == 0, box.y + box.h == hw[0])
    return "".join(side for side, reaches in zip("lrtb", reached, strict=True) if reaches)


def _is_sliver(shown: np.ndarray, touches: str) -> bool:
    """Return whether a side of the image cut a defect along its length; ``shown`` is its box, (h, w) bool."""
    height, width = shown.shape
    cuts = {"l": (shown[:, 0], width), "r": (shown[:, -1], width), "t": (shown[0], height), "b": (shown[-1], height)}
    return any(np.count_nonzero(cuts[side][0]) > _SLIVER * cuts[side][1] for side in touches)
