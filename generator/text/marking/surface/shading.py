"""Light on a surface that a marker has cut, struck or raised.

A height map is made from the ink by eroding it step by step, which keeps the edge's place within a pixel. Its shading
is a share: below 0 that part of the surface's light is gone, above 0 that part of what lacks to white has come. So
neither a dark nor a bright surface can leave [0, 1] by it. A wall that tilts any way no longer mirrors the wide light
a metal lives on, and is darker for that.
Source: own; Lambert's law and Blinn (1977), as ``imaging.relief`` states them, in one pass.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from generator.imaging.relief import Light, slopes
from generator.text.marking.pigment import mean_of

SLOPE_PX = 2  # how far a change of height is seen beside it: one pixel by its slope, one by the lens
_SQUARE = np.ones((3, 3), np.uint8)
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_SHININESS = 10.0
_OPTICS_PX = 0.65  # sigma of a sharp lens: a wall is never a line of hard pixels
_FLAT = 1e-5  # a highlight this much beyond that of a flat surface is none
_MIDDLE = 0.3  # a surface is dark up to here
_HIDDEN, _MOST = 3.0, 0.75  # how soon a wall of the opposite shade hides a tone; the largest share there is
_DIMMEST = -0.4  # how much of a light tone a wall in the shade loses at most


def inward(cover: np.ndarray, most_px: float) -> np.ndarray:
    """Return how far inside the ink each pixel lies.

    Args:
        cover: (h, w) float32, [0, 1].
        most_px: what is farther inside counts as this, > 0.

    Returns:
        (h, w) float32 px, 0 where there is no ink.
    """
    ink = cv2.convertScaleAbs(cover, alpha=255.0)
    depth = cv2.multiply(cover, 255.0 * min(1.0, most_px))
    steps = math.ceil(most_px - 1e-6) - 1
    for step in range(1, steps + 1):
        # an octagon's step is 1 along the axes and about 1.06 aslant
        ink = cv2.erode(ink, _CROSS if step % 2 else _SQUARE)
        if step < steps:
            cv2.accumulate(ink, depth)
        else:
            depth = cv2.addWeighted(depth, 1.0, ink, min(1.0, most_px - step), 0.0, dtype=cv2.CV_32F)
    depth *= np.float32(1.0 / 255.0)
    return depth


def spread(cover: np.ndarray, reach_px: int) -> np.ndarray:
    """Return the ink blurred so that it reaches ``reach_px`` and not farther, (h, w) float32."""
    side = 2 * reach_px + 1
    return cv2.GaussianBlur(cover, (side, side), max(0.5, reach_px / 2.2), borderType=cv2.BORDER_REPLICATE)


def relief(height: np.ndarray, light: Light, glint: float, dull: float) -> np.ndarray:
    """Return the shading of a height map as a lens shows it, a share, exactly 0 two pixels from where it is not flat.

    Args:
        height: (h, w) float32, px towards the camera.
        light: where it comes from.
        glint: how bright a wall that mirrors the light is, [0, 1].
        dull: how much darker a steep wall is by not mirroring the wide light above, [0, 1].
    """
    rise_x, rise_y = slopes(height)
    x, y, up = light.direction
    middle = light.halfway[2]
    lean = middle / (1.0 + up)
    towards = cv2.addWeighted(rise_x, x, rise_y, y, 0.0)  # how steeply it rises away from the light's side
    size = cv2.multiply(rise_x, rise_x, dst=rise_x)
    size = cv2.accumulateSquare(rise_y, size)
    size += np.float32(1.0)
    z = np.float32(1.0) / cv2.sqrt(size, dst=size)
    facing = cv2.multiply(towards, z, scale=-1.0)
    # n.l over its value where flat is z + facing / up; what is not mirrored grows with 1 - z
    share = cv2.addWeighted(z, 1.0 + 2.0 * dull, facing, 1.0 / up, 0.0)
    share -= np.float32(1.0 + 2.0 * dull)
    if glint > 0:
        shine = cv2.max(cv2.addWeighted(z, middle, facing, lean, 0.0, dst=facing), 0.0, dst=facing)
        shine = cv2.pow(shine, _SHININESS, dst=shine)
        shine -= np.float32(middle**_SHININESS + _FLAT)
        share = cv2.scaleAdd(cv2.max(shine, 0.0, dst=shine), glint, share, dst=share)
    return cv2.GaussianBlur(share, (3, 3), _OPTICS_PX, borderType=cv2.BORDER_REPLICATE)


def is_dark(ground: np.ndarray, drawn: Mapping[str, Any]) -> bool:
    """Say whether shade is hardly seen on a surface, (h, w, C) float32, and a rough cut looks lighter than it."""
    return float(mean_of(ground, drawn).sum()) <= _MIDDLE * ground.shape[2]


def with_tone(share: np.ndarray, tone: np.ndarray, sign: float, on_dark: bool) -> np.ndarray:
    """Return a relief's shading with the surface's own new tone, which walls of the opposite shade hide.

    Very bright and very dark walls are held back, as a wide light and a sensor hold them back, so that the whole of a
    character stands out and not its glints alone. On a dark surface shade is hardly seen, and a wall in the shade shows
    that its lighter tone still scatters some light.

    Args:
        share: (h, w) float32, shading of the relief.
        tone: (h, w) float32, >= 0, how much the surface itself changed.
        sign: 1: it is lighter than before; -1: darker.
        on_dark: whether the surface is dark.

    Returns:
        (h, w) float32 within +-0.75.
    """
    if on_dark and sign > 0:
        dimmed = cv2.max(cv2.min(share, 0.0), _DIMMEST)
        total = cv2.max(share, tone + cv2.multiply(tone, dimmed))
    else:
        left = cv2.multiply(share, sign * _HIDDEN)
        left += np.float32(1.0)
        left = cv2.multiply(cv2.min(cv2.max(left, 0.0), 1.0), tone)
        total = cv2.scaleAdd(left, sign, share)
    size = cv2.multiply(total, total, scale=_MOST**-2)
    size += np.float32(1.0)
    return cv2.divide(total, cv2.sqrt(size))


def shared(ground: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return what a share does to a surface: part of its light is taken, or part of what lacks to white is added.

    Args:
        ground: (h, w, C) float32, [0, 1].
        share: (h, w) float32 in [-1, 1].

    Returns:
        (h, w, C) float32, 0 where the share is.
    """
    gained, size = cv2.max(share, 0.0), np.abs(share)
    channels = ground.shape[2]
    if channels == 1:
        size *= ground[..., 0]
        return cv2.subtract(gained, size)[..., None]
    change = cv2.multiply(cv2.merge((size,) * channels), ground)
    return cv2.subtract(cv2.merge((gained,) * channels), change)
