"""A film of ink on a plate: edges that bleed or fray, thickness that varies, holes, lines without ink.

Source: own.
"""

from __future__ import annotations

import functools
import math

import cv2
import numpy as np

from generator.imaging.noise import grain
from generator.text.plate import Plate


def bled(plate: Plate, sigma_px: float, has_room: bool = False) -> Plate:
    """Return the plate with an edge that is soft by a Gaussian.

    Args:
        plate: with ink.
        sigma_px: of the Gaussian; below 0.1 the edge stays as it is.
        has_room: whether there is room for the edge about the ink; else the plate grows by it.
    """
    if sigma_px < 0.1:
        return plate
    if not has_room:
        plate = plate.padded(math.ceil(2 * sigma_px))
    return plate.with_(cover=blurred(plate.cover, sigma_px))


def blurred(cover: np.ndarray, sigma_px: float) -> np.ndarray:
    """Return (h, w) uint8 blurred by a Gaussian, or where that is wide by two boxes of the same spread."""
    if sigma_px < 1.5:
        side = 2 * math.ceil(2.0 * sigma_px) + 1
        return cv2.GaussianBlur(cover, (side, side), sigma_px, borderType=cv2.BORDER_CONSTANT)
    side = 2 * round((math.sqrt(6.0 * sigma_px * sigma_px + 1.0) - 1.0) / 2.0) + 1
    once = cv2.blur(cover, (side, side), borderType=cv2.BORDER_CONSTANT)
    return cv2.blur(once, (side, side), borderType=cv2.BORDER_CONSTANT)


def clouds(hw: tuple[int, int], cell_px: float, rng: np.random.Generator) -> np.ndarray:
    """Return ready-made noise, (h, w) float32, mean about 0, with clouds of about a size, at most 64 px."""
    cell = 1 << max(0, min(6, round(math.log2(max(cell_px, 1.0)))))
    return grain(hw, int(rng.integers(1 << 30)), cell)


def uneven(plate: Plate, strength: float, field: np.ndarray) -> Plate:
    """Return the plate with a film that is thinner here and there.

    Args:
        plate: with ink.
        strength: share of the cover that is lost where the film is thinnest, [0, 1].
        field: (h, w) float32, mean about 0, standard deviation about 1: thin where it is high.
    """
    thin = np.minimum(np.maximum(field, 0.0), 2.0)
    thin *= np.float32(-0.5 * strength)
    thin += np.float32(1.0)
    return plate.with_(cover=cv2.multiply(plate.cover, thin, dtype=cv2.CV_8U))


def frayed(plate: Plate, pattern: np.ndarray, strength: float) -> Plate:
    """Return the plate with an edge that comes and goes with a pattern; full ink and no ink stay as they are.

    Args:
        plate: with edges that are a pixel or more wide.
        pattern: (h, w) float32, about -1..1.
        strength: how much of an edge's cover comes and goes, [0, 1].
    """
    field = cv2.LUT(plate.cover, _edges())
    field *= pattern
    field *= np.float32(strength)
    return plate.with_(cover=cv2.add(plate.cover, field, dtype=cv2.CV_8U))


@functools.lru_cache(maxsize=1)
def _edges() -> np.ndarray:
    """Return 128 where the cover is one half, 0 where it is none or full: 256 float32."""
    cover = np.arange(256, dtype=np.float32) / 255.0
    return 512.0 * cover * (1.0 - cover)


def pierced(plate: Plate, share: float, left: float, size_px: int, rng: np.random.Generator) -> Plate:
    """Return the plate with small holes in its film.

    Args:
        plate: with ink.
        share: of the plate's pixels at which a hole begins.
        left: share of the ink that is left in a hole.
        size_px: side of the largest holes.
        rng: source of chance.
    """
    height, width = plate.cover.shape
    count = int(rng.poisson(share * height * width))
    if not count:
        return plate
    cover, chance = plate.cover.copy(), rng.random((3, count))
    v, u = (chance[0] * height).astype(np.intp), (chance[1] * width).astype(np.intp)
    side = 1 + (chance[2] * size_px).astype(np.intp)
    for step in range(size_px * size_px):
        down, along = divmod(step, size_px)
        deep = side > max(down, along)
        at = np.minimum(v[deep] + down, height - 1), np.minimum(u[deep] + along, width - 1)
        cover[at] = plate.cover[at] * left
    return plate.with_(cover=cover)


def lineless(
    plate: Plate, count: int, width_px: float, left: float, is_upright: bool, rng: np.random.Generator
) -> Plate:
    """Return the plate with lines that lack ink from end to end; none of them crosses a thin character.

    Args:
        plate: with ink.
        count: how many lines.
        width_px: of a line.
        left: share of the ink that is left on it.
        is_upright: whether the lines run from top to bottom, else from left to right.
        rng: source of chance.
    """
    if not count or not len(plate.boxes_uv):
        return plate
    low, high = (0, 2) if is_upright else (1, 3)
    first, last = plate.boxes_uv[:, low], plate.boxes_uv[:, high]
    length = plate.cover.shape[1 if is_upright else 0]
    free = np.zeros(length, bool)
    free[int(first.min()) : math.ceil(last.max())] = True
    for start, stop in zip(first, last, strict=True):
        if stop - start < 5.0 * width_px:
            free[max(0, int(start - width_px)) : math.ceil(stop + width_px)] = False
    places = np.flatnonzero(free)
    if not len(places):
        return plate
    ink = np.ones(length, np.float32)
    at = np.arange(length) + 0.5
    for middle in rng.choice(places, count) + rng.random(count):
        hidden = np.clip(width_px / 2.0 + 0.5 - np.abs(at - middle), 0.0, min(1.0, width_px))
        ink *= 1.0 - (1.0 - left) * hidden.astype(np.float32)
    gain = np.broadcast_to(ink if is_upright else ink[:, None], plate.cover.shape)
    return plate.with_(cover=cv2.multiply(plate.cover, np.ascontiguousarray(gain), dtype=cv2.CV_8U))
