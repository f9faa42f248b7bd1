"""What lies behind a part that is taken away: the surroundings' own texture moved in, on a smooth membrane.

One shift is sought, on a small copy, by which the hole's collar meets its own likeness and which brings in neither the
hole nor anything that stands out from the ground; the pixels moved in keep their noise and grain, a membrane takes out
the difference in brightness. The ground is what the hole's own collar is made of, or, where pads and tracks surround
it, the one colour that is most common there: no ink, no pad and no other band is moved in. A hole too large for any
shift is filled half by half, at last with the membrane and the texture of the largest clear spot nearby.
Source: own; shifts after Pritch et al. (2009).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.geometry import Rect, mask_to_rect
from generator.core.seeds import texture_rng
from generator.imaging.poisson import times
from generator.imaging.surround import filled

_SOUGHT_PX = 26  # the hole's longer side on the copy on which its shift is sought
_MEMBRANE_PX = 24  # the hole's longer side on the grid of its membrane
_COLLAR_PX = 3  # of the copy
_LOW_PX = 6  # how far low frequencies are gathered
_INNER = 0.6  # weight of the hole's own pixels, as the membrane foretells them, against those of its collar
_WORST = 2.5  # a shift must not meet its collar worse than this many times the surroundings' variance
_SEEN_PX = 1024  # from which the ground's colour is taken
_FOREIGN = 4.0  # sigmas from the ground's median beyond which a pixel is of something else
_STRANGE = 4.0  # what a pixel of something else costs, in variances of the surroundings
_HALVINGS = 2  # of a pattern; one ground is carried on as well by a membrane, and halved once
_RING_PX = 5  # around a hole: what its ground is read from
_PATTERN = 0.3  # a collar of which more than this is not of its median's colour is a pattern, not one ground
_BROUGHT = 0.03  # share of a shift's pixels that may be of something else; they are painted over
_MIXED = 0.2  # of all levels: a ring whose limits are wider is of several things
_TRIED = 32  # colours tried for the most common one
_COMMON = 0.35  # share of the surroundings that one colour must have to be the ground of all
_RIVAL = 0.5  # of that share: what no other colour may reach, or the surroundings are a pattern
_SPOT_PX = 8  # the least half side of a clear spot whose texture is carried on
_MENDED_PX = 128  # of the collar on which a shift is mended


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """What a hole may be filled from.

    Attributes:
        foreign: (h, w) bool, what is not of the ground's colour.
        is_one: whether the ground has one colour, so that nothing else belongs in the hole.
    """

    foreign: np.ndarray
    is_one: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Copy:
    """The surroundings on a small grid, on which shifts are sought.

    Attributes:
        step: px to one of the copy.
        pixels: (h, w, C) float32, the hole under a membrane.
        blocked: (h, w) float32, 1 where something is of the hole.
        strange: (h, w) float32, the share that is foreign.
        spread: the variance of the ground, summed over the channels.
    """

    step: int
    pixels: np.ndarray
    blocked: np.ndarray
    strange: np.ndarray
    spread: float


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
    ground = _ground(pixels, hole)
    _fill_part(
        out := pixels.copy(), ground, _copy(pixels, hole, ground), hole, hole.copy(), 1 if ground.is_one else _HALVINGS
    )
    return out


def _ground(pixels: np.ndarray, hole: np.ndarray) -> _Ground:
    """Return what near the hole is not of the ground's colour: it must not flow into the hole."""
    box = mask_to_rect(hole).grown(_RING_PX + 1).clipped(hole.shape)
    near = cv2.dilate(hole[box.slices].view(np.uint8), np.ones((2 * _RING_PX + 1,) * 2, np.uint8)) > 0
    ring = pixels[box.slices][near & ~hole[box.slices]]
    apart = max(1, round(np.sqrt(hole.size / _SEEN_PX)))
    some = pixels[::apart, ::apart][~hole[::apart, ::apart]]
    if some.shape[0] < 8:
        some = pixels[~hole]
    reach = float(some.max()) - float(some.min())
    if ring.shape[0] >= 16:
        ring = ring[:: -(-ring.shape[0] // _SEEN_PX)]
        middle = np.median(ring, axis=0)
        deviation = 1.4826 * np.median(np.abs(ring - middle), axis=0)
        limit = np.maximum(_FOREIGN * deviation, 0.06 * reach + 1e-6)
        is_plain = float((np.abs(ring - middle) > limit).any(axis=1).mean()) <= _PATTERN
        if not is_plain or float(limit.max()) > _MIXED * reach:
            common = _common_colour(np.concatenate([some, ring]), ring, 0.06 * reach + 1e-6)
            if common is not None:
                return _Ground(_other(pixels, hole, *common), True)
        if is_plain:
            return _Ground(_other(pixels, hole, middle, limit), True)
    middle = np.median(some, axis=0)
    spread = 1.4826 * np.median(np.abs(some - middle), axis=0)
    limit = np.maximum(_FOREIGN * spread, 0.04 * reach + 1e-6)
    return _Ground((_apart(pixels, middle, limit) > 0) & ~hole, False)


def _common_colour(values: np.ndarray, ring: np.ndarray, limit: float) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the one colour most common among values, and its limits; None if there is none or there are two.

    Args:
        values: (N, C) of the surroundings.
        ring: (M, C) of those at the hole, where the colour must be found too.
        limit: how far from it, in each channel, a pixel is of the colour.
    """
    values = values[:: -(-values.shape[0] // _SEEN_PX)]
    tried = values[:: -(-values.shape[0] // _TRIED)]
    alike = (np.abs(values[None] - tried[:, None]) <= limit).all(axis=2)
    best = int(np.argmax(alike.sum(axis=1)))
    share = float(alike[best].mean())
    rival = float((alike & ~alike[best]).mean(axis=1).max())
    if share < _COMMON or rival > _RIVAL * share:
        return None
    own = values[alike[best]]
    middle = np.median(own, axis=0)
    deviation = 1.4826 * np.median(np.abs(own - middle), axis=0)
    limits = np.maximum(_FOREIGN * deviation, np.float32(limit))
    if float((np.abs(ring - middle) <= limits).all(axis=1).mean()) < _COMMON / 3.0:
        return None
    return middle, limits


def _apart(pixels: np.ndarray, middle: np.ndarray, limit: np.ndarray) -> np.ndarray:
    low, high = tuple((middle - limit).tolist()), tuple((middle + limit).tolist())
    return (cv2.inRange(pixels, low, high) == 0).view(np.uint8)


def _other(pixels: np.ndarray, hole: np.ndarray, middle: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """Return what is not of a colour, its soft edge too."""
    apart = _apart(pixels, middle, limit)
    apart[hole] = 0
    return (cv2.dilate(apart, np.ones((3, 3), np.uint8)) > 0) & ~hole


def _copy(pixels: np.ndarray, hole: np.ndarray, ground: _Ground) -> _Copy:
    height, width = hole.shape
    box = mask_to_rect(hole)
    step = min(-(-max(box.w, box.h) // _SOUGHT_PX), height, width)
    wh = (width // step, height // step)
    seen = slice(0, wh[1] * step), slice(0, wh[0] * step)  # whole steps are averaged several times faster
    known = (~hole[seen]).view(np.uint8)
    small_known = cv2.resize(known.astype(np.float32), wh, interpolation=cv2.INTER_AREA)
    clear = cv2.copyTo(pixels[seen], known)
    small = cv2.resize(clear, wh, interpolation=cv2.INTER_AREA).reshape(wh[1], wh[0], -1)
    small /= np.maximum(small_known, np.float32(1e-3))[..., None]
    blocked = small_known < 0.999
    strange = cv2.resize(ground.foreign[seen].astype(np.float32), wh, interpolation=cv2.INTER_AREA)
    clear = ~blocked & (strange < 0.5)
    seen = small[clear if ground.is_one and np.count_nonzero(clear) >= 16 else ~blocked]
    spread = float(seen.var(axis=0).sum()) if seen.size else 0.0
    unknown = blocked | (strange >= 0.5) if ground.is_one else blocked
    if unknown.all():
        unknown = blocked
    return _Copy(step, _foretold(small.astype(np.float32), unknown), blocked.astype(np.float32), strange, spread)


def _foretold(small: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """Return a small copy with its unknown pixels as the mean of what is known around them, nearer ones more."""
    if unknown.all() or not unknown.any():
        return small
    known, size = (~unknown).astype(np.float32), (_SOUGHT_PX + 1, _SOUGHT_PX + 1)
    share, summed = known, times(small, known)
    mean = summed.sum(axis=(0, 1)) / known.sum()
    for _ in range(2):
        share, summed = (cv2.blur(values, size, borderType=cv2.BORDER_CONSTANT) for values in (share, summed))
    near = (summed.reshape(small.shape) + np.float32(1e-4) * mean) / (share + np.float32(1e-4))[..., None]
    return np.where(unknown[..., None], near, small).astype(np.float32)


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
    out: np.ndarray, ground: _Ground, copy: _Copy, part: np.ndarray, unknown: np.ndarray, halvings: int
) -> None:
    """Fill one part of the hole in place, and take it off ``unknown``."""
    box = mask_to_rect(part)
    barred = unknown | ground.foreign
    shift = best_shift(out, part, unknown, barred if ground.is_one else unknown, ground, copy, box)
    if shift is None and halvings > 0 and max(box.w, box.h) >= 8:
        first = part.copy()
        if box.w >= box.h:
            first[:, box.x + box.w // 2 :] = False
        else:
            first[box.y + box.h // 2 :] = False
        for half in (first, part & ~first):
            if half.any():
                _fill_part(out, ground, copy, half, unknown, halvings - 1)
        return
    around = box.grown(_COLLAR_PX + _LOW_PX).clipped(part.shape)
    inside = part[around.slices]
    target = smooth_ground(out[around.slices], barred[around.slices])
    if shift is None:
        made = membrane(target, inside) + _texture(out, barred, (around.h, around.w))
    else:
        texture, other = (_moved(values, around, shift) for values in (out, barred))
        texture_low = smooth_ground(texture, other)
        if ground.is_one:
            texture = np.where(other[..., None], texture_low, texture)
        made = texture + membrane(target - texture_low, inside)
    out[around.slices][inside] = made[inside]
    unknown[part] = False


def _texture(pixels: np.ndarray, barred: np.ndarray, hw: tuple[int, int]) -> np.ndarray:
    """Return fine texture, (h, w, C) float32 about 0: that of the largest clear square nearby, mirrored on and on.

    Where no square is large enough it is noise as strong and as fine as the ground's; the same at each call.
    """
    clear = cv2.copyMakeBorder((~barred).view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    depth = cv2.distanceTransform(clear, cv2.DIST_C, 3)[1:-1, 1:-1]
    row, column = divmod(int(np.argmax(depth)), depth.shape[1])
    half = int(depth[row, column]) - 2
    if half < _SPOT_PX:
        return _grain(pixels, barred, hw)
    spot = pixels[row - half : row + half + 1, column - half : column + half + 1]
    spot = spot - cv2.GaussianBlur(spot, (0, 0), half / 3.0).reshape(spot.shape)
    rows, columns = (np.abs((np.arange(n) + half) % (4 * half) - 2 * half) for n in hw)
    return spot[rows][:, columns]


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
        return filled(values, ~hole)
    wh = (max(4, round(width / step)), max(4, round(height / step)))
    known = (~hole).astype(np.float32)
    share = cv2.resize(known, wh, interpolation=cv2.INTER_AREA)
    summed = cv2.resize(values * known[..., None], wh, interpolation=cv2.INTER_AREA).reshape(wh[1], wh[0], -1)
    solved = filled(summed / np.maximum(share, np.float32(1e-3))[..., None], share >= 0.05)
    return cv2.resize(solved, (width, height), interpolation=cv2.INTER_LINEAR).reshape(values.shape)


def best_shift(
    pixels: np.ndarray,
    part: np.ndarray,
    unknown: np.ndarray,
    barred: np.ndarray,
    ground: _Ground,
    copy: _Copy,
    box: Rect,
) -> tuple[int, int] | None:
    """Return the shift (dx, dy) from which a part of the hole is filled best; None if every shift brings in unknown.

    Args:
        pixels: (h, w, C) float32.
        part: (h, w) bool, what is filled.
        unknown: (h, w) bool, what must not be moved in.
        barred: (h, w) bool, what is not compared.
        ground: what is not of the ground's colour: no more of it is moved in than the collar of a pattern has.
        copy: all of it on a small grid.
        box: the part's box.
    """
    step, small_part = copy.step, np.zeros(copy.blocked.shape, bool)
    cells = slice(box.y // step, -(-(box.y + box.h) // step)), slice(box.x // step, -(-(box.x + box.w) // step))
    small_part[cells] = copy.blocked[cells] > 0
    if not small_part.any():
        return None
    rect = mask_to_rect(small_part).grown(_COLLAR_PX).clipped(small_part.shape)
    inside, blocked, strange = small_part[rect.slices], copy.blocked[rect.slices], copy.strange[rect.slices]
    area = float(np.count_nonzero(inside))
    collar = ~inside & (blocked < 0.5)
    usual = float(strange[collar].mean()) if collar.any() and not ground.is_one else 0.0
    if ground.is_one:
        collar &= strange < 0.5
    moved_part = inside.astype(np.float32)
    brought = cv2.matchTemplate(copy.blocked, moved_part, cv2.TM_CCORR)
    moved_in = cv2.matchTemplate(copy.strange, moved_part, cv2.TM_CCORR)
    may = (brought < 0.5) & (not ground.is_one or moved_in <= _BROUGHT * area)
    if not may.any():
        return None
    weight = np.where(inside, np.float32(_INNER), collar.astype(np.float32))
    mask = np.ascontiguousarray(np.repeat(weight[..., None], copy.pixels.shape[2], axis=2))
    cost = cv2.matchTemplate(copy.pixels, copy.pixels[rect.slices], cv2.TM_SQDIFF, mask=mask)
    worst = _WORST * copy.spread * float(weight.sum())
    cost += np.maximum(moved_in - usual * area, 0) * np.float32(_STRANGE * copy.spread)
    cost = np.where(may & (cost <= worst), cost, np.inf)
    order = np.argsort(cost, axis=None, kind="stable")[:6]
    for place in order.tolist():
        row, column = divmod(place, cost.shape[1])
        if not np.isfinite(cost[row, column]):
            return None
        away = ((column - rect.x) * step, (row - rect.y) * step)
        shift = _mended(pixels, part, unknown, barred, box, away, step)
        if shift is not None:
            return shift
    return None


def _mended(
    pixels: np.ndarray,
    part: np.ndarray,
    unknown: np.ndarray,
    barred: np.ndarray,
    box: Rect,
    away: tuple[int, int],
    step: int,
) -> tuple[int, int] | None:
    """Return a shift moved by up to a pixel of the copy so that the collar meets best; None: it brings in unknown.

    Every other px is tried first, then the neighbours of the best.
    """
    around = box.grown(2).clipped(part.shape)
    collar = (cv2.dilate(part[around.slices].view(np.uint8), np.ones((5, 5), np.uint8)) > 0) & ~barred[around.slices]
    rows, columns = np.nonzero(collar)
    thin = max(1, rows.size // _MENDED_PX)
    rows, columns = rows[::thin] + around.y, columns[::thin] + around.x
    at = pixels[rows, columns]
    height, width = part.shape
    flat, at_flat = pixels.reshape(-1, pixels.shape[2]), rows * width + columns
    lowest, highest = (-box.x, -box.y), (width - box.x - box.w, height - box.y - box.h)
    reach = step if step > 1 else 0

    def best_of(shifts: list[tuple[int, int]]) -> tuple[int, int] | None:
        kept = [(x, y) for x, y in shifts if lowest[0] <= x <= highest[0] and lowest[1] <= y <= highest[1]]
        if not kept:
            return None
        offsets = np.array([y * width + x for x, y in kept])
        there = np.take(flat, at_flat[None] + offsets[:, None], axis=0, mode="clip")
        cost = np.square(there - at).sum(axis=(1, 2))
        for place in np.argsort(cost, kind="stable").tolist():
            x, y = kept[place]
            moved = Rect(box.x + x, box.y + y, box.w, box.h)
            if not (unknown[moved.slices] & part[box.slices]).any():
                return x, y
        return None

    wide = range(-reach, reach + 1, 2)
    found = best_of([(away[0] + x, away[1] + y) for y in wide for x in wide])
    if found is None or reach == 0:
        return found
    return best_of([(found[0] + x, found[1] + y) for y in (-1, 0, 1) for x in (-1, 0, 1)])


def _moved(values: np.ndarray, rect: Rect, shift: tuple[int, int]) -> np.ndarray:
    """Return values as they lie ``shift`` away from a rectangle, (h, w, C); beyond the array its border goes on."""
    height, width = values.shape[:2]
    rows = np.clip(np.arange(rect.y, rect.y + rect.h) + shift[1], 0, height - 1)
    columns = np.clip(np.arange(rect.x, rect.x + rect.w) + shift[0], 0, width - 1)
    return values[np.ix_(rows, columns)]
