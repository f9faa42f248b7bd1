"""How far an image is turned against its upright source, measured on the pixels alone.

Both are read out in rings about their middle, radius logarithmic; the phase of their spectra around the rings gives the
angles at which they agree. Those that agree best are refined by Gauss and Newton within the disc that both show: turn
and shift that bring the turned image's brightness, whatever its gain and offset, to the upright one's. Nothing of the
package is called. Source: own; Reddy and Chatterji, An FFT-based technique for registration (1996); Baker and Matthews,
Lucas-Kanade 20 years on (2004), the inverse composition.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import map_coordinates, spline_filter

RAYS, RINGS, CANDIDATES, REFINED = 720, 96, 4, 2
LEAST_SHARE = 0.35  # of the radius, below which a ring has too few pixels to tell an angle by
SOFT_PX = 1.0
STEPS, STILL_DEG = 25, 1e-5


@dataclass(frozen=True)
class Found:
    """An angle, degrees counter-clockwise as displayed in (-180, 180], and how well the images agree there, [-1, 1]."""

    angle_deg: float
    agreement: float


def estimate(upright: np.ndarray, turned: np.ndarray, share: float = 0.84) -> Found:
    """Return how far ``turned`` is turned against ``upright``.

    Args:
        upright, turned: (H, W, C) of any depth; their middles show the same point, but for a px or so.
        share: radius of the disc that is compared, as a share of half of the shortest side of both.
    """
    radius = share * min(*upright.shape[:2], *turned.shape[:2]) / 2
    one, other = (_Softened(image, radius) for image in (upright, turned))
    starts = sorted(((one.agreement(other, turn_by(at)), at) for at in _coarse(one, other)), reverse=True)
    return max((_refined(one, other, at) for _, at in starts[:REFINED]), key=lambda each: each.agreement)


def difference_deg(one: float, other: float) -> float:
    """Return one angle less the other, degrees in [-180, 180]."""
    return math.remainder(one - other, 360.0)


def turn_by(angle_deg: float) -> np.ndarray:
    """Return the matrix that turns counter-clockwise as displayed, where y points down."""
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    return np.array([[cos, sin], [-sin, cos]])


class _Softened:
    """An image in grey, slightly blurred, that can be read anywhere; points are px from its middle."""

    def __init__(self, image: np.ndarray, radius: float) -> None:
        grey = image.astype(np.float64).mean(axis=2)
        height, width = grey.shape
        margin = [max(0, (side - 2 * math.ceil(radius) - 8) // 2) for side in (height, width)]
        cut = grey[margin[0] : height - margin[0], margin[1] : width - margin[1]]
        self.pixels = cv2.GaussianBlur(cut, (0, 0), SOFT_PX)
        self.middle = cut.shape[1] / 2 - 0.5, cut.shape[0] / 2 - 0.5
        self.radius = radius
        self._spline = spline_filter(self.pixels)
        rows, columns = np.indices(cut.shape)
        xy = np.stack([columns - self.middle[0], rows - self.middle[1]], axis=-1)
        self.inside = np.hypot(*np.moveaxis(xy, -1, 0)) <= radius
        self.points = xy[self.inside]

    def at(self, points: np.ndarray) -> np.ndarray:
        """Return its brightness at points (n, 2), (n,)."""
        x, y = points.T
        return map_coordinates(
            self._spline, [y + self.middle[1], x + self.middle[0]], order=3, prefilter=False, mode="mirror"
        )

    def agreement(self, other: _Softened, turn: np.ndarray) -> float:
        """Return how well the other image, turned, agrees: their correlation on every third pixel of the disc."""
        points = self.points[::3]
        return float(np.corrcoef(self.pixels[self.inside][::3], other.at(points @ turn.T))[0, 1])


def _coarse(one: _Softened, other: _Softened) -> list[float]:
    """Return the angles, degrees, at which the rings of both agree best."""
    radius = one.radius
    inner = math.ceil(RINGS * math.log(max(1.0, LEAST_SHARE * radius)) / math.log(radius))
    finest = max(4, int(math.pi * radius * LEAST_SHARE))  # waves around a ring that its pixels can show
    spectra = []
    for image in (one, other):
        flags = cv2.INTER_LINEAR | cv2.WARP_POLAR_LOG
        rings = cv2.warpPolar(image.pixels.astype(np.float32), (RINGS, RAYS), image.middle, radius, flags)
        spectra.append(np.fft.rfft(rings[:, inner:], axis=0))
    cross = spectra[1] * np.conj(spectra[0])
    cross[0] = cross[finest:] = 0
    phase = cross / (np.abs(cross) + 1e-3 * np.abs(cross).max() + 1e-12)
    angles: list[float] = []
    for each in (phase, cross):
        left = np.fft.irfft(each.sum(axis=1), RAYS)
        for _ in range(CANDIDATES):
            at = int(np.argmax(left))
            angles.append(-at * 360.0 / RAYS)  # OpenCV's rays go clockwise as displayed
            left[(np.arange(-4, 5) + at) % RAYS] = -np.inf
    return angles


def _refined(one: _Softened, other: _Softened, angle_deg: float) -> Found:
    """Return the angle at which turn and shift bring the other image to the first one."""
    down, across = (each[one.inside] for each in np.gradient(one.pixels))
    x, y = one.points.T
    slopes = np.stack([across * y - down * x, across, down], axis=1)
    solve, true = np.linalg.pinv(slopes - slopes.mean(axis=0)), one.pixels[one.inside]
    true, shift, seen = true - true.mean(), np.zeros(2), true
    for _ in range(STEPS):
        seen = other.at(one.points @ turn_by(angle_deg).T + shift)
        seen = seen - seen.mean()
        step = solve @ (seen * (seen @ true / max(1e-9, seen @ seen)) - true)
        angle_deg -= math.degrees(step[0])
        shift = shift - turn_by(angle_deg) @ step[1:3]
        if abs(math.degrees(step[0])) < STILL_DEG:
            break
    return Found(math.remainder(angle_deg, 360.0), float(np.corrcoef(true, seen)[0, 1]))
