"""The matte of a found thing at full size, and the thing's own colours without the ground that shines through its edge.

Well inside and well outside are certain; in the band between, a pixel's share is where its colour lies between the
colours of both sides, measured nearby. Source: own; alpha by projection, as in Bayesian matting (Chuang et al. 2001).
"""

from __future__ import annotations

import functools

import cv2
import numpy as np

from generator.core.geometry import Rect
from generator.defect.outline import Matte
from generator.defect.structure.segment import Copy, Found
from generator.imaging.poisson import times

_MAX_HOLE = 0.02  # an opening in a thing is a part of it up to this share of its area


def matte_of(image: np.ndarray, white: int, copy: Copy, thing: Found, solid: bool = True) -> Matte | None:
    """Return the matte of a thing at full size; None if it does not stand out there.

    Args:
        image: (H, W, C) uint8 or uint16.
        white: full scale.
        copy: the reduced image on which it was found.
        thing: what was found.
        solid: whether it is one body, whose small openings are a part of it; ink is not.
    """
    rect = _full_rect(thing.box, copy.step).grown(int(np.ceil(copy.step + 1.0)) + 4).clipped(image.shape[:2])
    levels = np.ascontiguousarray(image[rect.slices])
    return _remembered(thing, levels.tobytes(), levels.shape, levels.dtype.str, white, copy.step, rect, solid)


@functools.lru_cache(maxsize=64)
def _remembered(
    thing: Found, levels: bytes, hwc: tuple[int, ...], depth: str, white: int, step: float, rect: Rect, solid: bool
) -> Matte | None:
    """Return the matte of a thing from the levels around it; many samples start from the same good image."""
    band = int(np.ceil(step + 1.0))
    rough = _brought_up(thing, step, rect)
    inner = cv2.distanceTransform(rough, cv2.DIST_L2, 3)
    outer = cv2.distanceTransform(1 - rough, cv2.DIST_L2, 3)
    core = inner > min(float(band) if solid else 1.0, 0.6 * float(inner.max()))
    outside = outer > band
    if not core.any() or not outside.any():
        return None
    pixels = np.frombuffer(levels, depth).reshape(hwc).astype(np.float32) * np.float32(1.0 / white)
    own, other = spread(pixels, core, 2 * band + 1), spread(pixels, outside, 2 * band + 1)
    towards = own - other
    far = np.maximum(_over_channels(towards, towards), np.float32(1e-5))
    away = pixels - other
    share = _over_channels(away, towards) / far
    if thing.tone == 0:  # a part may have more than one colour: what is far from the ground belongs to it
        share = np.maximum(share, np.sqrt(_over_channels(away, away) / far))
    share = np.where(core, np.float32(1), np.where(outside, np.float32(0), np.clip(share, 0, 1)))
    if not solid:
        ramp = np.clip((share - 0.05) / 0.9, 0, 1).astype(np.float32)
        return _kept(rect, cv2.GaussianBlur(ramp, (0, 0), 0.6))
    line_px = int(min(2.0 * step + 1.0, 0.3 * thing.thickness * step))
    return _cleaned(share.astype(np.float32), core, rect, line_px)


def spread(pixels: np.ndarray, known: np.ndarray, reach_px: int) -> np.ndarray:
    """Return the colours of what is known carried into its surroundings, (h, w, C) float32."""
    size = (2 * reach_px + 1, 2 * reach_px + 1)
    weight = known.astype(np.float32)
    share = cv2.blur(cv2.blur(weight, size, borderType=cv2.BORDER_CONSTANT), size, borderType=cv2.BORDER_CONSTANT)
    summed = times(pixels, weight)
    summed = cv2.blur(cv2.blur(summed, size, borderType=cv2.BORDER_CONSTANT), size, borderType=cv2.BORDER_CONSTANT)
    faint = np.float32(1e-4)
    mean = cv2.mean(pixels, known.view(np.uint8) if known.any() else None)[: pixels.shape[2]]
    near = cv2.add(summed, tuple(float(faint) * level for level in mean)).reshape(pixels.shape)
    return times(near, np.float32(1) / (share + faint))


def _over_channels(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the scalar product of the colours of two (h, w, C) arrays, (h, w); faster than a sum over few channels."""
    total = a[..., 0] * b[..., 0]
    for channel in range(1, a.shape[2]):
        total += a[..., channel] * b[..., channel]
    return total


def own_colours(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Return the thing's colours, (h, w, C) float32, with the ground taken out of its edge pixels.

    Args:
        pixels: (h, w, C) float32, the image with some ground around the thing.
        alpha: (h, w) float32 in [0, 1], its matte.
    """
    sure, none = alpha > 0.97, alpha < 0.03
    if not sure.any():
        sure = alpha >= 0.9 * float(alpha.max())
    near = spread(pixels, sure, 3)
    if not none.any():
        return np.where(sure[..., None], pixels, near)
    behind = spread(pixels, none, 3)
    taken_out = behind + times(pixels - behind, np.float32(1) / np.maximum(alpha, np.float32(0.35)))
    np.clip(taken_out, np.minimum(near, pixels), np.maximum(near, pixels), out=taken_out)
    trust = np.clip((alpha - np.float32(0.35)) / np.float32(0.5), 0, 1)
    return np.where(sure[..., None], pixels, near + times(taken_out - near, trust)).astype(np.float32)


def _full_rect(box: Rect, step: float) -> Rect:
    """Return a box of the copy in px of the image."""
    x, y = int(box.x * step), int(box.y * step)
    right, bottom = int(np.ceil((box.x + box.w) * step)), int(np.ceil((box.y + box.h) * step))
    return Rect(x, y, right - x, bottom - y)


def _brought_up(thing: Found, step: float, rect: Rect) -> np.ndarray:
    """Return the thing's pixels in a rectangle of the image, (h, w) uint8 of 0 and 1."""
    to_copy = np.array(
        [
            [1 / step, 0, (rect.x + 0.5) / step - 0.5 - thing.box.x],
            [0, 1 / step, (rect.y + 0.5) / step - 0.5 - thing.box.y],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    rough = cv2.warpAffine(thing.bits.astype(np.float32), to_copy, (rect.w, rect.h), flags=flags)
    return (rough > 0.5).astype(np.uint8)


def _cleaned(share: np.ndarray, core: np.ndarray, rect: Rect, line_px: int) -> Matte | None:
    """Return the matte without specks and thin lines that touch it, small openings filled, its edge a soft ramp."""
    hard = (share > 0.5).view(np.uint8)
    if line_px >= 2:  # print and traces beside a part are not of it
        thick = cv2.morphologyEx(hard, cv2.MORPH_OPEN, np.ones((line_px, line_px), np.uint8))
        hard = hard & cv2.dilate(thick, np.ones((3, 3), np.uint8))
    _, labels = cv2.connectedComponents(hard, connectivity=4)
    hanging = np.zeros(int(labels.max()) + 1, bool)
    hanging[labels[core & (hard > 0)]] = True
    hanging[0] = False
    body = hanging[labels]
    if not body.any():
        return None
    body |= _openings(body)
    near = cv2.dilate(body.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    within = cv2.erode(body.view(np.uint8), np.ones((3, 3), np.uint8), borderValue=0) > 0
    alpha = np.where(near, share, np.float32(0))
    alpha = np.where(within, np.float32(1), alpha)
    return _kept(rect, cv2.GaussianBlur(alpha, (0, 0), 0.6))


def _kept(rect: Rect, alpha: np.ndarray) -> Matte:
    alpha.setflags(write=False)
    return Matte(rect=rect, alpha=alpha)


def _openings(body: np.ndarray) -> np.ndarray:
    """Return the openings of a body that are a part of it, (h, w) bool."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((~body).view(np.uint8), connectivity=4)
    height, width = body.shape
    left, top, wide, high, size = stats.T
    at_border = (left == 0) | (top == 0) | (left + wide == width) | (top + high == height)
    small = ~at_border & (size <= max(16.0, _MAX_HOLE * np.count_nonzero(body)))
    small[0] = False
    return small[labels] & ~body
