"""The largest crop that shows nothing beyond the image, of one size for all angles of a run.

At any angle a crop lies within the image if its corners do: two linear conditions on its half width and half height,
each of which is tightest at an end of a span or where the crop's diagonal lies along an axis of the image. Every whole
width is tried, and the one with the largest area is taken; over a full circle it is the square in the circle of the
shorter side. Source: own.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import RangeError
from generator.imaging.move.carry import Beyond
from generator.imaging.move.turn import Turn, cos_sin
from generator.rotation.port import Frame, Spans

_SLACK = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Inscribed:
    """The crop within the image at every angle of the run; its size says nothing about the angle."""

    def canvas(self, frame: Frame) -> tuple[int, int]:
        """Return the largest crop, of the asked aspect if there is one.

        Raises:
            RangeError: nothing is left of the image.
        """
        return _largest(
            frame.wh,
            frame.spans,
            min(1.0, frame.scales[0]),
            frame.most_shift_px,
            frame.reach_px,
            frame.aspect,
        )

    def beyond(
        self, surface: np.ndarray, turn: Turn, white: int, split: str, rng: np.random.Generator
    ) -> Beyond | None:
        """Return nothing: the crop shows the image alone."""
        return None

    def digest(self) -> str:
        """Return nothing: no file is read."""
        return ""

    def findings(self) -> tuple[Finding, ...]:
        """Return nothing."""
        return ()


@functools.lru_cache(maxsize=64)
def _largest(
    wh: tuple[int, int], spans: Spans, scale: float, shift_px: float, reach_px: float, aspect: float | None
) -> tuple[int, int]:
    """Return the largest crop, px, that lies ``reach_px`` within an image at every angle, scaled and shifted."""
    quarter = _folded(spans)
    halves = tuple(scale * (side / 2.0 - reach_px) for side in wh)
    is_full = any(low <= 0.0 and high >= 90.0 for low, high in quarter)
    is_square = aspect is None and is_full
    widths = np.arange(1, max(1, math.floor(2.0 * math.hypot(*halves))) + 1)
    heights = 2.0 * (_half_height(widths / 2.0 + shift_px, halves, quarter) - shift_px) + _SLACK
    if aspect is not None or is_square:
        ratio = aspect or 1.0
        fits = np.flatnonzero(widths / ratio <= heights)
        width = 0 if not fits.size else int(widths[fits[-1]])
        width = _alike(width, wh[0]) if is_square else width
        height = max(1, round(width / ratio))
    else:
        whole = np.floor(np.maximum(heights, 0.0))
        best = int(np.argmax(widths * whole))
        width, height = int(widths[best]), int(whole[best])
        width, height = (_alike(made, side) for made, side in zip((width, height), wh, strict=True))
    if min(halves) <= 0 or width < 1 or height < 1:
        least = math.ceil(2.0 * reach_px + 2.0 * math.sqrt(2.0) * (shift_px + 1.0) / scale)
        expected = f"images of which a crop free of border is left at every angle, about {least} px a side or more"
        raise RangeError("fill", expected, f"{wh[0]} x {wh[1]} px")
    return width, height


def _half_height(half_width: np.ndarray, halves: tuple[float, float], quarter: Spans) -> np.ndarray:
    """Return how high crops of these half widths may be at most, half heights; -inf: no height fits.

    Args:
        half_width: (n,) px.
        halves: half width and half height that the image has, px.
        quarter: intervals of angles in [0, 90] degrees.
    """
    best = np.full(half_width.shape, math.inf)
    for half, has_sine in ((halves[0], True), (halves[1], False)):
        share = np.clip(half_width / max(half, _SLACK), 0.0, 1.0)
        along = np.degrees(np.arccos(share) if has_sine else np.arcsin(share))  # the diagonal lies along an axis
        for low, high in quarter:
            meets = (low <= along) & (along <= high) & (low < high)
            bound = np.sqrt(np.maximum(half**2 - half_width**2, 0.0))
            best = np.minimum(best, np.where(meets, bound, math.inf))
            for at_deg in (low, high):
                best = np.minimum(best, _limit(half_width, half, at_deg, has_sine))
    return best


def _limit(half_width: np.ndarray, half: float, at_deg: float, has_sine: bool) -> np.ndarray:
    """Return the half height at which a corner meets one pair of the image's sides at an angle."""
    cos, sin = cos_sin(at_deg)
    own, other = (sin, cos) if has_sine else (cos, sin)
    left = half + _SLACK - half_width * other
    return np.where(left < 0, -math.inf, math.inf if own < 1e-12 else left / max(own, 1e-12))


def _folded(spans: Spans) -> Spans:
    """Return intervals of angles folded to [0, 90], where cosine and sine are the absolute ones."""
    folded = []
    for low, high in spans:
        if high - low >= 90.0:
            return ((0.0, 90.0),)
        start = low % 180.0
        end = start + (high - low)
        for first, is_mirrored in ((0.0, False), (90.0, True), (180.0, False)):
            a, b = max(start, first) - first, min(end, first + 90.0) - first
            if a <= b:
                folded.append((90.0 - b, 90.0 - a) if is_mirrored else (a, b))
    return tuple(folded)


def _alike(made: int, side: int) -> int:
    """Return a length as odd or even as the image's, so that their middles are one pixel's or none's alike."""
    return made - 1 if (side - made) % 2 and made > 1 else made
