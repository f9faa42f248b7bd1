"""What lies behind a part that is taken away: the surroundings' own texture moved in, on a smooth membrane.

One shift is sought by which the hole's collar meets its own likeness and which brings in neither the hole nor anything
that stands out from the ground; the pixels moved in keep their noise and grain, a membrane takes out the difference in
brightness. Nothing but the ground that the hole's own collar is made of is moved in, no ink and no other band. A hole
too large for any shift is filled half by half, at last with the membrane and grain like that nearby.
Source: own; shifts after Pritch et al. (2009).
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.core.geometry import Rect, mask_to_rect
from generator.core.seeds import texture_rng
from generator.imaging.poisson import fill, times

_SOUGHT_PX = 40  # the hole's longer side on the copy on which its shift is sought
_MEMBRANE_PX = 48  # the hole's longer side on the grid of its membrane
_COLLAR_PX = 3  # of the copy
_INNER = 0.6  # weight of the hole's own pixels, as the membrane foretells them, against those of its collar
_WORST = 2.5  # a shift must not meet its collar worse than this many times the surroundings' variance
_SEEN_PX = 4096  # from which the ground's colour is taken
_FOREIGN = 4.0  # sigmas from the ground's median beyond which a pixel is of something else
_STRANGE = 4.0  # what a pixel of something else costs, in variances of the surroundings
_HALVINGS = 4
_RING_PX = 5  # around a hole: what its ground is read from
_PATTERN = 0.3  # a collar of which more than this is not of its median's colour is a pattern, not one ground
_BROUGHT = 0.02  # share of a shift's pixels that may be of something else, beyond what the collar has


def inpaint(pixels: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Return pixels with the hole filled from what is around it.

    Args:
        pixels: (h, w, C) float32 in any range: the hole with as much of its surroundings as may be drawn from.
        hole: (h, w) bool; what lies under it is not looked at.

    Returns:
        (h, w, C) float32, the same to the bit outside the hole.
    """
    if hole.all() or not hole.any():
        return pixels.copy()
    foreign = _foreign(pixels, hole) & ~hole
    low = smooth_ground(pixels, hole | foreign)
    out = pixels.copy()
    _fill_part(out, low, foreign, hole, hole.copy(), _HALVINGS)
    return out


def _foreign(pixels: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Return what near the hole is not of the ground's colour, (h, w) bool: its colour must not flow into the hole."""
    near = cv2.dilate(hole.view(np.uint8), np.ones((2 * _RING_PX + 1,) * 2, np.uint8)) > 0
    ring = pixels[near & ~hole]
    if ring.shape[0] >= 16:
        middle = np.median(ring, axis=0)
        deviation = 1.4826 * np.median(np.abs(ring - middle), axis=0)
        limit = np.maximum(
            _FOREIGN * deviation, 0.06 * (float(pixels[~hole].max()) - float(pixels[~hole].min())) + 1e-6
        )
        if float((np.abs(ring - middle) > limit).any(axis=1).mean()) <= _PATTERN:
            other = cv2.inRange(pixels, tuple((middle - limit).tolist()), tuple((middle + limit).tolist())) == 0
            return cv2.dilate(other.view(np.uint8), np.ones((3, 3), np.uint8)) > 0  # its soft edge too
    apart = max(1, round(np.sqrt(hole.size / _SEEN_PX)))
    some = pixels[::apart, ::apart][~hole[::apart, ::apart]]
    if some.shape[0] < 8:
        some = pixels[~hole]
    middle = np.median(some, axis=0)
    spread = 1.4826 * np.median(np.abs(some - middle), axis=0)
    limit = np.maximum(_FOREIGN * spread, 0.04 * (float(some.max()) - float(some.min())) + 1e-6)
    return cv2.inRange(pixels, tuple((middle - limit).tolist()), tuple((middle + limit).tolist())) == 0


def smooth_ground(pixels: np.ndarray, unknown: np.ndarray, sigma_px: float = 2.0) -> np.ndarray:
    """Return the low frequencies of what is known, (h, w, C) float32; where nothing known is near, its mean."""
    known = (~unknown).astype(np.float32)
    if not known.any():
        return np.broadcast_to(pixels.mean(axis=(0, 1)), pixels.shape).copy()
    clear = times(pixels, known)
    mean = clear.sum(axis=(0, 1)) / known.sum()
    faint = np.float32(0.01)  # of the mean, where nothing known is near
    share = cv2.GaussianBlur(known, (0, 0), sigma_px) + faint
    summed = cv2.GaussianBlur(clear, (0, 0), sigma_px).reshape(pixels.shape)
    summed += faint * mean
    return times(summed, np.float32(1) / share)


def _fill_part(
    out: np.ndarray, low: np.ndarray, foreign: np.ndarray, part: np.ndarray, unknown: np.ndarray, halvings: int
) -> None:
    """Fill one part of the hole in place, and take it off ``unknown``."""
    box = mask_to_rect(part)
    shift = best_shift(out, part, unknown, foreign, box)
    if shift is None and halvings > 0 and max(box.w, box.h) >= 8:
        first = part.copy()
        if box.w >= box.h:
            first[:, box.x + box.w // 2 :] = False
        else:
            first[box.y + box.h // 2 :] = False
        for half in (first, part & ~first):
            if half.any():
                _fill_part(out, low, foreign, half, unknown, halvings - 1)
        return
    around = box.grown(_COLLAR_PX).clipped(part.shape)
    inside, target = part[around.slices], low[around.slices]
    if shift is None:
        filled = membrane(target, inside) + _grain(out, unknown | foreign, (around.h, around.w))
    else:
        texture, texture_low = (_moved(values, around, shift) for values in (out, low))
        filled = texture + membrane(target - texture_low, inside)
    out[around.slices][inside] = filled[inside]
    unknown[part] = False
    if not unknown.any():
        return
    low[around.slices][inside] = smooth_ground(out[around.slices], unknown[around.slices])[inside]


def _grain(pixels: np.ndarray, barred: np.ndarray, hw: tuple[int, int]) -> np.ndarray:
    """Return noise as strong and as fine as that of the ground nearby, (h, w, C) float32; the same at each call."""
    channels = pixels.shape[2]
    steps = pixels - cv2.GaussianBlur(pixels, (0, 0), 2.0).reshape(pixels.shape)
    clear = cv2.erode((~barred).view(np.uint8), np.ones((7, 7), np.uint8)) > 0
    if np.count_nonzero(clear) < 32:
        return np.zeros((*hw, channels), np.float32)
    sigma = 1.4826 * np.median(np.abs(steps[clear]), axis=0)
    both = clear[:, 1:] & clear[:, :-1]
    along = float((steps[:, 1:][both] * steps[:, :-1][both]).mean()) if both.any() else 0.0
    alike = min(0.8, max(0.0, along / max(float(np.square(steps[clear]).mean()), 1e-12)))
    noise = texture_rng(0).standard_normal((*hw, channels)).astype(np.float32)
    if alike > 0.05:
        noise = cv2.GaussianBlur(noise, (0, 0), max(0.3, np.sqrt(-0.25 / np.log(alike)))).reshape(noise.shape)
    return noise * (sigma / max(float(noise.std()), 1e-6)).astype(np.float32)


def membrane(values: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Return smooth values with a membrane over the hole, solved on a grid that suits the hole's size.

    Args:
        values: (h, w, C) float32 without fine detail.
        hole: (h, w) bool.
    """
    height, width = hole.shape
    step = max(height, width) / _MEMBRANE_PX
    if step <= 1.25:
        return fill(values, hole, cycles=2)
    wh = (max(4, round(width / step)), max(4, round(height / step)))
    known = (~hole).astype(np.float32)
    share = cv2.resize(known, wh, interpolation=cv2.INTER_AREA)
    summed = cv2.resize(values * known[..., None], wh, interpolation=cv2.INTER_AREA).reshape(wh[1], wh[0], -1)
    solved = fill(summed / np.maximum(share, np.float32(1e-3))[..., None], share < 0.05, cycles=2)
    return cv2.resize(solved, (width, height), interpolation=cv2.INTER_LINEAR).reshape(values.shape)


def best_shift(
    pixels: np.ndarray, part: np.ndarray, unknown: np.ndarray, foreign: np.ndarray, box: Rect
) -> tuple[int, int] | None:
    """Return the shift (dx, dy) from which a part of the hole is filled best; None if every shift brings in unknown.

    Args:
        pixels: (h, w, C) float32.
        part: (h, w) bool, what is filled.
        unknown: (h, w) bool, what must not be moved in.
        foreign: (h, w) bool, what is not of the ground's colour: no more of it is moved in than the collar has.
        box: the part's box.
    """
    step = max(1.0, max(box.w, box.h) / _SOUGHT_PX)
    height, width = part.shape
    wh = (max(1, round(width / step)), max(1, round(height / step)))
    known = (~unknown).astype(np.float32)
    small_known = cv2.resize(known, wh, interpolation=cv2.INTER_AREA)
    small = cv2.resize(pixels * known[..., None], wh, interpolation=cv2.INTER_AREA).reshape(wh[1], wh[0], -1)
    small /= np.maximum(small_known, np.float32(1e-3))[..., None]
    small_part = cv2.resize(part.astype(np.float32), wh, interpolation=cv2.INTER_AREA) > 0
    blocked = (small_known < 0.999).astype(np.float32)
    if not (blocked < 0.5).any():
        return None
    small = fill(small.astype(np.float32), blocked > 0.5, cycles=1)
    rect = mask_to_rect(small_part).grown(_COLLAR_PX).clipped(small_part.shape)
    inside = small_part[rect.slices]
    template = small[rect.slices]
    collar = (~inside) & (blocked[rect.slices] < 0.5)
    weight = np.where(inside, np.float32(_INNER), collar.astype(np.float32))
    cost = cv2.matchTemplate(
        small, template, cv2.TM_SQDIFF, mask=np.ascontiguousarray(np.repeat(weight[..., None], small.shape[2], axis=2))
    )
    brought = cv2.matchTemplate(blocked, inside.astype(np.float32), cv2.TM_CCORR)
    strange = cv2.resize(foreign.astype(np.float32), wh, interpolation=cv2.INTER_AREA)
    own = (blocked < 0.5) & (strange < 0.5)
    usual = float(strange[rect.slices][collar].mean()) if collar.any() else 0.0
    one_ground = usual <= _PATTERN and np.count_nonzero(own) >= 16
    spread = float(small[own if one_ground else blocked < 0.5].var(axis=0).sum())
    worst = _WORST * spread * float(weight.sum())
    moved_in = cv2.matchTemplate(strange, inside.astype(np.float32), cv2.TM_CCORR)
    cost += np.maximum(moved_in - usual * float(inside.sum()), 0) * np.float32(_STRANGE * spread)
    clean = (moved_in <= (usual + _BROUGHT) * float(inside.sum())) | (not one_ground)
    cost = np.where((brought < 0.5) & (cost <= worst) & clean, cost, np.inf)
    order = np.argsort(cost, axis=None, kind="stable")[:6]
    for place in order.tolist():
        row, column = divmod(place, cost.shape[1])
        if not np.isfinite(cost[row, column]):
            return None
        shift = _mended(pixels, part, unknown, box, round((column - rect.x) * step), round((row - rect.y) * step), step)
        if shift is not None:
            return shift
    return None


def _mended(
    pixels: np.ndarray, part: np.ndarray, unknown: np.ndarray, box: Rect, dx: int, dy: int, step: float
) -> tuple[int, int] | None:
    """Return a shift moved by up to a pixel of the copy so that the collar meets best; None: it brings in unknown."""
    reach = round(step) if step > 1.0 else 0
    around = box.grown(2).clipped(part.shape)
    collar = (cv2.dilate(part[around.slices].view(np.uint8), np.ones((5, 5), np.uint8)) > 0) & ~unknown[around.slices]
    rows, columns = np.nonzero(collar)
    thin = max(1, rows.size // 256)
    rows, columns = rows[::thin] + around.y, columns[::thin] + around.x
    at = pixels[rows, columns]
    best, found = np.inf, None
    height, width = part.shape
    flat, at_flat = pixels.reshape(-1, pixels.shape[2]), rows * width + columns
    lowest, highest = (-box.x, -box.y), (width - box.x - box.w, height - box.y - box.h)
    for ddy in range(-reach, reach + 1):
        for ddx in range(-reach, reach + 1):
            to_x, to_y = dx + ddx, dy + ddy
            moved = Rect(box.x + to_x, box.y + to_y, box.w, box.h)
            if (
                not (lowest[0] <= to_x <= highest[0] and lowest[1] <= to_y <= highest[1])
                or (unknown[moved.slices] & part[box.slices]).any()
            ):
                continue
            there = np.take(flat, at_flat + (to_y * width + to_x), axis=0, mode="clip")
            cost = float(np.square(there - at).sum()) if rows.size else 0.0
            if cost < best:
                best, found = cost, (to_x, to_y)
    return found


def _moved(values: np.ndarray, rect: Rect, shift: tuple[int, int]) -> np.ndarray:
    """Return values as they lie ``shift`` away from a rectangle, (h, w, C); beyond the array its border goes on."""
    height, width = values.shape[:2]
    rows = np.clip(np.arange(rect.y, rect.y + rect.h) + shift[1], 0, height - 1)
    columns = np.clip(np.arange(rect.x, rect.x + rect.w) + shift[0], 0, width - 1)
    return (
        values[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        if _is_run(rows, columns)
        else values[rows][:, columns]
    )


def _is_run(rows: np.ndarray, columns: np.ndarray) -> bool:
    return rows[-1] - rows[0] == rows.size - 1 and columns[-1] - columns[0] == columns.size - 1
