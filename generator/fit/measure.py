"""What one defect measures, from its image and its mask; the same for real and for made ones.

The mask is taken as it is, with all of its parts. Contrast is the mean change, within 10 px below the mask's border,
against the surface that is filled in from around. Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from generator.defect.fitted.draw import length_px
from generator.defect.fitted.own import deviations
from generator.fit.through import Evidence, evidence_of
from generator.fit.trace import thinned
from generator.imaging.lab import to_lab
from generator.imaging.surround import FINE_PX, band, beside, depth_px, relative_change

AROUND_PX = 24
_LINE_SOFTEST_PX = 0.9
_LEAST_OWN_PX = 12  # pixels within a change that tell its own texture
_LINE_TEXTURE = 0.7  # of the surface's texture goes on in a line, whose own edges hide how much


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One defect in numbers.

    Attributes:
        area_px: pixels of the mask.
        length_px: longer side of the smallest turned rectangle around it.
        width_px: width of the strip whose pixels lie as deep, on average, as those of the mask.
        elongation: length by width.
        angle_deg: direction of its longer axis, (-90, 90], counter-clockwise as displayed.
        contrast: mean change near its border relative to the surface around; -0.3 is 30 % darker.
        x, y: middle of its box, as shares of the image.
    """

    area_px: float
    length_px: float
    width_px: float
    elongation: float
    angle_deg: float
    contrast: float
    x: float
    y: float


def measure(pixels: np.ndarray, mask: np.ndarray, white: int, others: np.ndarray | None = None) -> Measured:
    """Return what a defect measures.

    Args:
        pixels: (H, W, C) uint8 or uint16.
        mask: (H, W) bool with at least one true pixel.
        white: full scale of the pixels.
        others: (H, W) bool, other defects, which do not show the surface; None: there are none.
    """
    window = around(mask)
    grey = grey_of(pixels[window], white)
    drawn = np.ascontiguousarray(mask[window])
    change, _ = relative_change(grey, drawn, None if others is None else others[window])
    length = length_px(drawn)
    width = 4.0 * float(depth_px(drawn)[drawn].mean())
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return Measured(
        area_px=float(np.count_nonzero(drawn)),
        length_px=length,
        width_px=width,
        elongation=length / max(width, 1.0),
        angle_deg=angle_deg(drawn),
        contrast=float(change[band(drawn)].mean()),
        x=(columns[0] + columns[-1] + 1) / 2.0 / mask.shape[1],
        y=(rows[0] + rows[-1] + 1) / 2.0 / mask.shape[0],
    )


def around(mask: np.ndarray) -> tuple[slice, slice]:
    """Return the rows and columns of a mask with its surroundings, cut to the image."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        slice(max(0, rows[0] - AROUND_PX), min(mask.shape[0], rows[-1] + 1 + AROUND_PX)),
        slice(max(0, columns[0] - AROUND_PX), min(mask.shape[1], columns[-1] + 1 + AROUND_PX)),
    )


def grey_of(pixels: np.ndarray, white: int) -> np.ndarray:
    """Return the mean of the channels, (h, w) float32 in [0, 1]."""
    return pixels.mean(axis=2, dtype=np.float32) * np.float32(1.0 / white)


def angle_deg(mask: np.ndarray) -> float:
    """Return the direction of a mask's longer axis, (-90, 90] degrees counter-clockwise as displayed."""
    rows, columns = np.nonzero(mask)
    xx, yy, xy = np.var(columns), np.var(rows), np.mean((columns - columns.mean()) * (rows - rows.mean()))
    angle = -math.degrees(0.5 * math.atan2(2.0 * xy, xx - yy))  # y points down
    return 90.0 if angle <= -90.0 else angle


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a defect changes the surface; the fields are those of a row.

    Attributes:
        evidence: whether the surface's texture goes on, which several defects of a class tell together.
    """

    contrast: float
    share: float
    shift_px: float
    softness_px: float
    clouds: float
    clouds_px: tuple[float, float]
    grain: float
    texture: float
    own: tuple[float, ...]
    tint: tuple[float, float]
    evidence: Evidence


def look_of(pixels: np.ndarray, mask: np.ndarray, white: int, kind: str, others: np.ndarray | None = None) -> Look:
    """Return how a defect changes the surface.

    Of a line, mean and mean square of the change under the mask tell, with the surface's own deviation taken off, how
    much of the mask changes and how strongly; where noise blurs that, the share with half of the strongest change is
    the bound. Of others, the change has its edge where its profile across the border
    has half of its inner strength; what varies within goes to its own texture if it is fine, else to clouds.

    Args:
        pixels: (H, W, C) uint8 or uint16.
        mask: (H, W) bool with at least one true pixel.
        white: full scale.
        kind: ``line``, ``blob`` or ``region``.
        others: (H, W) bool, other defects, which do not show the surface; None: there are none.
    """
    window = around(mask)
    drawn = np.ascontiguousarray(mask[window])
    apart = None if others is None else others[window]
    change, _ = relative_change(grey_of(pixels[window], white), drawn, apart)
    sound = beside(drawn, apart)
    near, ring = band(drawn), ring_of(drawn) & sound
    mean = float(change[near].mean())
    shift, clouds, clouds_px, texture, grain = _shift(change, drawn), 0.0, (4.0, 4.0), _LINE_TEXTURE, 0.0
    own, evidence = (), Evidence()
    if kind == "line":
        noise = float(change[ring].var()) if ring.any() else 0.0
        power = max(float((change[near] ** 2).mean()) - noise, 1e-8)
        least = min(1.0, max(0.15, 0.9 / (4.0 * float(depth_px(drawn)[drawn].mean()))))
        share = float(np.clip(min(mean * mean / power, _strong_share(change * np.sign(mean), near)), least, 1.0))
        grain = _grain(change * np.float32(np.sign(mean)), drawn)
        clouds, clouds_px = 0.5 * grain * abs(mean) / share, (3.0, 3.0)
    else:
        depth = depth_px(drawn)
        core = near & (depth > min(-shift, 0.6 * float(depth.max())))
        share = float(np.clip(np.count_nonzero(core) / np.count_nonzero(near), 0.2, 1.0))
        inner = near & (depth > min(1.5 - shift, 0.6 * float(depth.max())))
        clouds, clouds_px, texture = _within(change, inner, ring)
        if np.count_nonzero(inner) >= _LEAST_OWN_PX:
            own, evidence = deviations(change, inner), evidence_of(change, sound, inner)
    step = mean / share
    softness = _softness(change, drawn, ring, step)
    return Look(
        contrast=mean,
        share=share,
        shift_px=shift,
        softness_px=min(softness, _LINE_SOFTEST_PX) if kind == "line" else softness,
        clouds=clouds,
        clouds_px=clouds_px,
        grain=grain,
        texture=texture,
        own=own,
        tint=_tint(pixels[window], white, drawn, ring, change, step),
        evidence=evidence,
    )


def _strong_share(strength: np.ndarray, near: np.ndarray) -> float:
    """Return the share of a mask whose change has half of the strongest."""
    inside = cv2.GaussianBlur(strength, (0, 0), 0.5)[near]
    return float(np.mean(inside > 0.5 * np.percentile(inside, 95)))


def _grain(strength: np.ndarray, drawn: np.ndarray) -> float:
    """Return how much a line's strength varies along it: the strongest change near each point of its middle."""
    strongest = cv2.dilate(cv2.GaussianBlur(strength, (0, 0), 0.6), np.ones((3, 3), np.uint8))[thinned(drawn)]
    if strongest.size < 4 or strongest.mean() <= 0:
        return 0.2
    return float(np.clip(strongest.std() / strongest.mean(), 0.05, 0.8))


def _within(change: np.ndarray, inner: np.ndarray, ring: np.ndarray) -> tuple[float, tuple[float, float], float]:
    """Return deviation and size (across, down; px) of the clouds within a change, and its texture by that beside it."""
    calm = {name: _calm(change, where) for name, where in (("inner", inner), ("ring", ring))}
    own, usual = _deviation(change - calm["inner"], inner), _deviation(change - calm["ring"], ring)
    texture = float(np.clip(own / usual, 0.3, 2.5)) if usual > 1e-4 and inner.any() else 1.0
    rest = float(calm["inner"][inner].var()) - (float(calm["ring"][ring].var()) if ring.any() else 0.0)
    return float(np.clip(math.sqrt(max(rest, 0.0)), 0.0, 0.6)), _cloud_size(calm["inner"], inner), texture


def _calm(change: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Return the change without its fine texture, averaged over the pixels of ``where`` alone."""
    share = cv2.GaussianBlur(where.astype(np.float32), (0, 0), FINE_PX, borderType=cv2.BORDER_REPLICATE)
    total = cv2.GaussianBlur(np.where(where, change, np.float32(0)), (0, 0), FINE_PX, borderType=cv2.BORDER_REPLICATE)
    return total / np.maximum(share, 1e-4)


def ring_of(drawn: np.ndarray) -> np.ndarray:
    """Return the surface beside an outline, 4 to 12 px away, (h, w) bool."""
    distance = cv2.distanceTransform((~drawn).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return (distance > 4.0) & (distance < 12.0)


def _deviation(fine: np.ndarray, where: np.ndarray) -> float:
    return 1.4826 * float(np.median(np.abs(fine[where]))) if where.any() else 0.0


def _profile(change: np.ndarray, drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean change by distance from the border, px at -2.5, -1.5, ... (outside is negative)."""
    outside = cv2.distanceTransform((~drawn).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5) - 0.5
    signed = np.where(drawn, depth_px(drawn), -outside)
    at = np.arange(-3, 8)
    levels = [change[(signed > edge) & (signed <= edge + 1)] for edge in at]
    return at + 0.5, np.array([level.mean() if level.size else np.nan for level in levels])


def _shift(change: np.ndarray, drawn: np.ndarray) -> float:
    """Return how far beyond the border the change has half of its inner strength, px."""
    at, level = _profile(change, drawn)
    inner = level[at > 0]
    inner = inner[np.isfinite(inner)]
    if inner.size == 0:
        return 0.0
    half = inner[np.argmax(np.abs(inner))] / 2.0
    sides = level / half if half else np.zeros_like(level)
    for number in range(len(at) - 1):
        low, high = sides[number], sides[number + 1]
        if np.isfinite(low) and np.isfinite(high) and low < 1.0 <= high:
            return float(np.clip(-(at[number] + (1.0 - low) / (high - low)), -4.0, 2.0))
    return 0.0


def _softness(change: np.ndarray, drawn: np.ndarray, ring: np.ndarray, step: float) -> float:
    """Return the sigma of the change's edge: a step's height by its steepest rise, that of the noise taken off."""
    calm = cv2.GaussianBlur(change, (0, 0), 0.6, borderType=cv2.BORDER_REPLICATE)
    rise = np.hypot(cv2.Sobel(calm, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(calm, cv2.CV_32F, 0, 1, scale=0.125))
    near = cv2.dilate(drawn.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    usual = float(np.mean(rise[ring] ** 2)) if ring.any() else 0.0
    steepest = np.sqrt(max(float(np.percentile(rise[near], 90)) ** 2 - usual, 1e-8))
    sigma = abs(step) / (steepest * math.sqrt(2.0 * math.pi))
    return float(np.clip(math.sqrt(max(sigma * sigma - 0.9, 0.25)), 0.5, 3.0))


def _cloud_size(change: np.ndarray, where: np.ndarray) -> tuple[float, float]:
    """Return the size of the clouds within a change, across and down: from the correlation of pixels 3 px apart, px."""
    inside = change - float(change[where].mean())
    power = float((inside[where] ** 2).mean())

    def size(first: tuple[slice, slice], second: tuple[slice, slice]) -> float:
        both = where[first] & where[second]
        if np.count_nonzero(both) < 8 or power <= 0:
            return 4.0
        correlation = float(np.clip((inside[first] * inside[second])[both].mean() / power, 0.02, 0.99))
        return float(np.clip(-6.0 / math.log(correlation), 4.0, 200.0))

    every, later, sooner = slice(None), slice(3, None), slice(None, -3)
    return size((every, later), (every, sooner)), size((later, every), (sooner, every))


def _tint(
    pixels: np.ndarray, white: int, drawn: np.ndarray, ring: np.ndarray, change: np.ndarray, step: float
) -> tuple[float, float]:
    """Return the steps of a* and b* from the surface beside to the changed pixels."""
    changed = drawn & (change * np.sign(step) >= 0.5 * abs(step))
    if pixels.shape[2] == 1 or not changed.any() or not ring.any():
        return 0.0, 0.0
    values = pixels.astype(np.float32) / white
    inside, beside = to_lab(values[changed]).mean(axis=0), to_lab(values[ring]).mean(axis=0)
    return float(inside[1] - beside[1]), float(inside[2] - beside[2])
