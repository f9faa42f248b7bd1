"""A plain surface where a part lay: its shade carried over smoothly, its grain made anew.

A membrane over the hole carries on what is coarser than a few px; on it lies noise with the spectrum of the known
surface: the Fourier transform of its deviations with other phases, the same ones for every channel, so that colours go
together as they did. Coarse noise begins gently at the rim, where the membrane still follows the surface. So no seam,
no repetition and no trace of what lay there is left. Source: own; random phases after Galerne, Gousseau, Morel (2011).
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.core.seeds import texture_rng
from generator.imaging import poisson

_FINE_PX = 2.0  # sigma of what the membrane follows
_COARSE = 0.05  # of the longer side: sigma of the widest noise
_CLIPPED = 4.0  # robust deviations beyond which something is no grain
_LEAST = 64  # known pixels from which a spectrum is read
_LOOKED_PX = 192  # longer side of the copy on which the shadow is sought
_REACH = 0.2  # of the longer side: how far from the part its shadow may reach
_TAIL = 0.015  # of the longer side: sigma of what a shadow's tail may be
_RIM = 0.012  # of the longer side: what lies so near the part is never ground
_DARKER, _BRIGHTER = 1.5, 3.0  # robust deviations within which a pixel tells the ground's own shade
_SHADOW = 3.0  # and beyond which it is the shadow, or something of the part
_ROUNDS = 5


def smoothed_over(pixels: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Return pixels with a plain surface in the hole.

    Args:
        pixels: (H, W, C) float32 in any range.
        hole: (H, W) bool; what lies under it is not looked at.

    Returns:
        (H, W, C) float32, the same to the bit outside the hole.
    """
    known = (~hole).astype(np.float32)
    if not hole.any() or np.count_nonzero(known) < _LEAST:
        return pixels.copy()
    coarse_px = max(4.0 * _FINE_PX, _COARSE * max(hole.shape))
    smooth = _mean(pixels, known, _FINE_PX)
    made = poisson.fill(smooth, hole) + _anew((pixels - smooth) * known[..., None], known, 0)
    step = max(1, int(coarse_px / 4))
    wh = (-(-hole.shape[1] // step), -(-hole.shape[0] // step))
    share = cv2.resize(known, wh, interpolation=cv2.INTER_AREA)
    small = cv2.resize(pixels * known[..., None], wh, interpolation=cv2.INTER_AREA).reshape(wh[1], wh[0], -1)
    small /= np.maximum(share, np.float32(1e-4))[..., None]
    clear = (share > 0.999).astype(np.float32)
    if np.count_nonzero(clear) >= _LEAST:
        coarse = _anew((small - _mean(small, clear, coarse_px / step)) * clear[..., None], clear, 1)
        coarse = cv2.resize(coarse, hole.shape[::-1], interpolation=cv2.INTER_CUBIC).reshape(pixels.shape)
        deep = cv2.distanceTransform(hole.view(np.uint8), cv2.DIST_L2, 5)[..., None]
        made += np.minimum(deep / np.float32(coarse_px), 1) * coarse
    return np.where(hole[..., None], made, pixels)


def _mean(pixels: np.ndarray, known: np.ndarray, sigma_px: float) -> np.ndarray:
    """Return the mean of what is known about each pixel, (H, W, C) float32."""
    share = cv2.GaussianBlur(known, (0, 0), sigma_px)
    summed = cv2.GaussianBlur(pixels * known[..., None], (0, 0), sigma_px).reshape(pixels.shape)
    return summed / np.maximum(share, np.float32(1e-4))[..., None]


def _anew(deviations: np.ndarray, known: np.ndarray, number: int) -> np.ndarray:
    """Return noise like deviations that are 0 where nothing is known, (H, W, C) float32."""
    seen = deviations[known > 0]
    seen = seen[:: -(-seen.shape[0] // 4096)]
    limit = _CLIPPED * 1.4826 * np.median(np.abs(seen), axis=0)
    clipped = np.clip(deviations, -limit, limit)
    noise = np.fft.rfft2(texture_rng(number).standard_normal(known.shape))
    phases = noise / np.maximum(np.abs(noise), 1e-12)
    made = np.fft.irfft2(
        np.fft.rfft2(clipped.astype(np.float64), axes=(0, 1)) * phases[..., None], s=known.shape, axes=(0, 1)
    )
    return (made / np.sqrt(float(known.mean()))).astype(np.float32)


def unshaded(image: np.ndarray, covered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return an image without the shadow around what is covered, and what has to be made anew.

    The ground's own shade is a surface of second order through the pixels that are not darker than it. Where the image
    is clearly off it, up to the part, it is made anew; the tail of a shadow, or the glow of a coloured part, is taken
    off, and its grain stays.

    Args:
        image: (H, W, C) uint8 or uint16.
        covered: (H, W) uint8, 1 where the part is.

    Returns:
        (H, W, C) float32, and (H, W) bool.
    """
    height, width, channels = image.shape
    longer = max(height, width)
    rim = max(2, round(_RIM * longer))
    near = cv2.dilate(covered, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1,) * 2)) > 0
    ratio = min(1.0, _LOOKED_PX / longer)
    wh = max(1, round(width * ratio)), max(1, round(height * ratio))
    small = cv2.resize(image, wh, interpolation=cv2.INTER_AREA).reshape(wh[1], wh[0], channels).astype(np.float32)
    free = cv2.resize((~near).astype(np.float32), wh, interpolation=cv2.INTER_AREA) > 0.999
    if np.count_nonzero(free) < _LEAST:
        return image.astype(np.float32), near
    apart, is_ground = _apart(small, free)
    reach = _REACH * max(wh)
    away = cv2.distanceTransform((cv2.dilate((~free).view(np.uint8), np.ones((3, 3))) == 0).view(np.uint8), 2, 5)
    grey = cv2.GaussianBlur(apart.mean(axis=2), (0, 0), 1.0)
    spread = 1.4826 * float(np.median(np.abs(grey[is_ground]))) + 0.004 * float(small.mean()) + 0.1
    dark = free & (away < reach) & (np.abs(grey) > _SHADOW * spread)
    _, labels = cv2.connectedComponents((dark | ~free).view(np.uint8))
    touching = np.unique(labels[~free])
    shadow = (dark & np.isin(labels, touching)).view(np.uint8)
    shadow = cv2.dilate(shadow, np.ones((5, 5), np.uint8))
    known = (free & (shadow == 0)).astype(np.float32)
    tail = _mean(apart, known, max(1.0, _TAIL * max(wh)))
    weight = np.clip(2.0 - 2.0 * away / np.float32(reach), 0, 1)
    taken = cv2.resize(tail * (weight * (away < reach))[..., None], (width, height), interpolation=cv2.INTER_LINEAR)
    hole = near | (cv2.resize(shadow, (width, height), interpolation=cv2.INTER_NEAREST) > 0)
    return image.astype(np.float32) - taken.reshape(image.shape), hole


def _apart(small: np.ndarray, free: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each pixel lies from the ground's own shade, (h, w, C), and which pixels told that shade."""
    height, width = free.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)
    used = free
    for _ in range(_ROUNDS):
        factors, *_ = np.linalg.lstsq(terms[used], small[used].astype(np.float64), rcond=None)
        # rounded: the last bits of a solution hang on the machine
        apart = small - (terms @ np.round(factors, 4)).astype(np.float32)
        grey = apart.mean(axis=2)
        spread = 1.4826 * float(np.median(np.abs(grey[used]))) + 1e-3
        kept = free & (grey > -_DARKER * spread) & (grey < _BRIGHTER * spread)
        if np.count_nonzero(kept) < _LEAST:
            break
        used = kept
    return apart, used
