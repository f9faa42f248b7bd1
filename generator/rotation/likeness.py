"""How much a part looks like itself when it is turned.

The part is brought to a canvas of its own, its centroid at the centre. Turned copies are shifted onto it by Lucas and
Kanade's steps and compared at several sharpnesses, from a fifteenth of the radius down to a pixel, so that a small
dark mark counts as much as a large faint one. A pixel differs by how far it leaves what the other image shows within a
pixel around: parts are not made more exact than that. An even slope of brightness over the part is the lamp's, not the
part's, and is taken off. What noise allows is read off the median difference, which no single mark can move; coarser
images are held to what noise leaves in them. A grain that runs one way looks alike after half a turn only, whatever
its noise. Source: own; alignment after Lucas and Kanade (1981), the grain's tensor after Bigun and Granlund (1987).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.sample import GoodImage
from generator.imaging.move.turn import Turn

_MOST_PX = 180.0  # diameter of a part on its canvas
_LEAST_PX = 12  # of an image that can be judged
_MARGIN_PX = 10
_RIM_PX = 6  # beyond the part that is looked at
_SHARP = (8.0, 4.0, 2.0, 1.0)  # deviations of the Gaussians, canvas px
_BAND = 0.67  # deviation of white noise between a sharpness and half of it, by that at the first
_SIGMAS, _FAINTEST = 6.0, 0.02  # what noise allows: so many deviations, and a share of the contrast
_OUTLINE = 0.012  # of its diameter that an outline may be off
_OFF = 0.1  # of the correlation that parts of one kind may lose beside noise
_ONE_WAY, _GRAIN = 0.3, 5e-4  # coherence of a grain from which it runs one way; its least slope a px
_ALIGNED = (6.0, 1.0)  # deviations at which two images are shifted onto each other
_WAYS = ((1, 0), (0, 1))  # of a gradient
_EVEN, _LEAST_CONTRAST = 0.1, 0.004  # spread of an even ground by the contrast; a share of full scale
_FEW, _ENOUGH = 100, 3000  # pixels that a slope can be read off, and so many that more do not tell more
_AROUND = 1024  # angles at which a part is read for its spectrum
_REDUCED_PX, _BORDER_SHARE, _JOINED_PX = 256, 0.03, 5
_STANDS_OUT, _MOST_BORDER, _LEAST_AREA = 0.12, 0.2, 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """A part compared with itself turned.

    Attributes:
        correlation: of both, <= 1.
        noise: the correlation that noise alone would leave, [0, 1].
        difference: the largest one, as a share of the contrast.
        allowed: the largest one that noise allows, as a share of the contrast.
    """

    correlation: float
    noise: float
    difference: float
    allowed: float

    @property
    def strain(self) -> float:
        """How far it is from being alike: at most 1 is."""
        return max(self.difference / self.allowed, (1.0 - self.correlation) / (1.0 - self.noise + _OFF))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Portrait:
    """A part on a canvas of its own, its centroid at the centre.

    Attributes:
        pixels: (s, s, C) float32 in [0, 1].
        part: (s, s) float32, 1 where the part is.
        known: (s, s) float32, 1 where the image shows the canvas.
        is_part: whether a part stands out; False: ``part`` is the largest disc in the image.
        runs_one_way: whether its grain does.
    """

    pixels: np.ndarray
    part: np.ndarray
    known: np.ndarray
    is_part: bool
    runs_one_way: bool

    @classmethod
    def of(cls, good: GoodImage) -> Portrait | None:
        """Return the portrait of the part that a good image shows; None: the image is too small to judge."""
        height, width = good.pixels.shape[:2]
        if min(height, width) < _LEAST_PX:
            return None
        part = good.roi if good.roi is not None and good.roi.any() else _standing_out(good.pixels)
        if part is None:
            centre, reach = (width / 2.0, height / 2.0), min(height, width) / 2.0
        else:
            centre, reach = _extent(part)
        pixels, part, centre, shrunk = _around(good.pixels, part, centre, reach)
        scale = min(1.0, _MOST_PX / (2.0 * reach)) * shrunk
        side = 2 * math.ceil(reach / shrunk * scale) + 2 * _MARGIN_PX
        onto = Turn(angle_deg=0.0, scale=scale, pivot_xy=centre, to_xy=(side / 2.0,) * 2, wh=(side, side))
        canvas = onto.pixels(pixels, good.white).astype(np.float32) / good.white
        known = (onto.share(pixels.shape[:2]) > 0.999).astype(np.float32)
        if part is None:
            shown = np.zeros((side, side), np.uint8)
            cv2.circle(shown, (side // 2, side // 2), int(reach / shrunk * scale) - 1, 1, -1)
            shown &= known > 0
        else:
            shown = onto.numbers(part).view(np.uint8)
        runs = _runs_one_way(canvas, shown)
        if part is not None:
            canvas = _cut_out(canvas, shown > 0)
        shown = shown.astype(np.float32)
        return cls(pixels=canvas, part=shown, known=known, is_part=part is not None, runs_one_way=runs)

    def likeness(self, angle_deg: float) -> Likeness:
        """Return how much it looks like itself after a turn, counter-clockwise as displayed."""
        shift = np.zeros(2)
        for softness in _ALIGNED:
            shift = self._shifted(angle_deg, shift, softness)
        onto = self._onto(angle_deg, shift)
        turned, part = _warped(self.pixels, onto), _warped(self.part, onto) > 0.5
        known = cv2.erode(np.minimum(_warped(self.known, onto), self.known), np.ones((3, 3), np.uint8)) > 0.999
        mine = self.part > 0.5
        either, both = (mine | part) & known, mine & part & known
        if not both.any():
            return Likeness(correlation=0.0, noise=1.0, difference=1.0, allowed=_FAINTEST)
        looked_at = _grown(either, _RIM_PX) & known if self.is_part else either
        lit = _relit(self.pixels, turned, both, looked_at & ~either)
        return _compared(self.pixels, lit, looked_at, both, 0.25 if self.runs_one_way else 1.0)

    def spectrum(self, most: int) -> np.ndarray:
        """Return the share of the power around the centre, beyond noise, at 0..most waves a turn, (most + 1,) float64.

        At 0 and 1 it is 0: these are the part's mean and the lamp's slope. It is all 0 where nothing stands out.
        """
        centre, reach = (self.part.shape[0] - 1) / 2.0, self.part.shape[0] // 2 - _MARGIN_PX
        flags = cv2.INTER_LINEAR | cv2.WARP_POLAR_LINEAR
        grey = cv2.warpPolar(self.pixels.mean(axis=2), (reach, _AROUND), (centre, centre), reach, flags)
        waves = np.abs(np.fft.rfft(grey.astype(np.float64), axis=0)[: most + 1]) ** 2
        power = waves @ (np.arange(reach) + 0.5)
        power[:2] = 0.0
        power[2:] = np.maximum(power[2:] - 2.0 * np.median(power[2:]), 0.0)
        return power / max(float(power.sum()), 1e-12)

    def has_outline_like(self, angle_deg: float) -> bool:
        """Say whether the part's outline lies on itself after a turn, but for a few pixels across it."""
        turned = _warped(self.part, self._onto(angle_deg, np.zeros(2))) > 0.5
        mine, most = self.part > 0.5, max(2, round(_OUTLINE * self.part.shape[0]))
        return not ((mine & ~_grown(turned, most)) | (turned & ~_grown(mine, most))).any()

    def _onto(self, angle_deg: float, shift: np.ndarray) -> np.ndarray:
        """Return the (2, 3) matrix of a turn about the centre and a shift, in OpenCV's coordinates."""
        side = self.part.shape[0]
        to = (side / 2.0 + shift[0], side / 2.0 + shift[1])
        turn = Turn(angle_deg=angle_deg, pivot_xy=(side / 2.0,) * 2, to_xy=to, wh=(side, side))
        matrix = turn.matrix[:2]
        matrix[:, 2] += 0.5 * (matrix[:, :2].sum(axis=1) - 1.0)  # OpenCV counts from the middle of the first pixel
        return matrix

    def _shifted(self, angle_deg: float, shift: np.ndarray, softness_px: float) -> np.ndarray:
        """Return a shift of the turned part after two steps towards the least difference of brightness."""
        soft = _soft(self.pixels.mean(axis=2), softness_px)
        for _ in range(2):
            onto = self._onto(angle_deg, shift)
            turned, part = _warped(soft, onto), _warped(self.part, onto) > 0.5
            at = _grown((self.part > 0.5) | part, _RIM_PX) & (self.known > 0) & (_warped(self.known, onto) > 0.999)
            dx, dy = (cv2.Scharr(turned, cv2.CV_32F, *way, scale=1 / 32)[at] for way in _WAYS)
            rest = (soft - turned)[at]
            tensor = np.array([[np.vdot(dx, dx), np.vdot(dx, dy)], [np.vdot(dx, dy), np.vdot(dy, dy)]], np.float64)
            if np.linalg.det(tensor) <= 1e-6 * np.trace(tensor) ** 2:
                return shift  # nothing to hold on to
            step = np.linalg.solve(tensor, -np.array([np.vdot(dx, rest), np.vdot(dy, rest)], np.float64))
            shift = np.clip(shift + step, -_RIM_PX, _RIM_PX)
        return shift


def _compared(mine: np.ndarray, turned: np.ndarray, at: np.ndarray, both: np.ndarray, fades: float) -> Likeness:
    """Return the comparison of two images, (s, s, C), at some pixels.

    Noise is read off what two neighbouring sharpnesses do not share, within both parts, so that a difference over a
    whole surface is none. It fades with the softness to the power of ``fades``.
    """
    sharp = {softness: (_soft(mine, softness), _soft(turned, softness)) for softness in _SHARP}
    rest = {softness: a - b for softness, (a, b) in sharp.items()}
    fine, less = (_spread((rest[softness] - rest[2.0 * softness])[both]) / _BAND for softness in (1.0, 2.0))
    noise = {1.0: fine, 2.0: max(fine / 2.0**fades, less)}
    values = sharp[1.0][0][at][:: max(1, np.count_nonzero(at) // _ENOUGH)]
    contrast = max(
        float((np.percentile(values, 99.5, axis=0) - np.percentile(values, 0.5, axis=0)).max()), _LEAST_CONTRAST
    )
    worst, difference, allowed = -1.0, 0.0, 1.0
    for softness, (a, b) in sharp.items():
        deviation = noise[softness] if softness in noise else noise[2.0] * (2.0 / softness) ** fades
        most = _SIGMAS * deviation + _FAINTEST * contrast
        off = float(max(_beyond(a, b)[at].max(), _beyond(b, a)[at].max()))
        if off / most > worst:
            worst, difference, allowed = off / most, off / contrast, most / contrast
    a, b = (image[at].astype(np.float64) for image in sharp[1.0])
    power = float(((a - a.mean(axis=0)) ** 2).sum() + ((b - b.mean(axis=0)) ** 2).sum())
    power = max(power, _LEAST_CONTRAST**2 * a.size)
    lost, noisy = float(((a - b) ** 2).sum()) / power, min(1.0, fine * fine * a.size / power)
    return Likeness(correlation=1.0 - lost, noise=1.0 - noisy, difference=difference, allowed=allowed)


def _beyond(image: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return how far each pixel leaves the range of another image within a pixel around, (s, s, C), >= 0."""
    around = np.ones((3, 3), np.uint8)
    above, below = image - cv2.dilate(other, around).reshape(image.shape), cv2.erode(other, around).reshape(image.shape)
    return np.maximum(np.maximum(above, below - image), 0.0)


def _relit(mine: np.ndarray, turned: np.ndarray, part: np.ndarray, around: np.ndarray) -> np.ndarray:
    """Return a turned image with the lamp's slope as in the other: one over the part, one over what lies around it."""
    made = turned * (1.0 + _slope(mine, turned, part))
    if np.count_nonzero(around) < _FEW:
        return made
    share = cv2.GaussianBlur(part.astype(np.float32), (0, 0), 1.0)[..., None]
    return share * made + (1.0 - share) * turned * (1.0 + _slope(mine, turned, around))


def _slope(mine: np.ndarray, turned: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the even slope, (s, s, C), by which one image is brighter than another; single marks do not move it."""
    rows, columns = np.indices(at.shape, np.float32) / at.shape[0] - 0.5
    plane = np.stack([np.ones_like(rows), columns, rows], axis=2)
    every = max(1, np.count_nonzero(at) // _ENOUGH)
    points, rest, level = (values[at][::every].astype(np.float64) for values in (plane, mine - turned, turned))
    found = np.zeros((3, mine.shape[2]))
    weight = np.ones(rest.shape)
    for _ in range(4):
        for channel in range(rest.shape[1]):
            factors = points * level[:, channel, None]
            weighted = factors * weight[:, channel, None]
            solved = np.linalg.lstsq(weighted.T @ factors, weighted.T @ rest[:, channel], rcond=1e-9)
            found[:, channel] = solved[0]
        off = np.abs(rest - level * (points @ found))
        weight = 1.0 / np.maximum(off, 1.5 * np.median(off, axis=0) + 1e-4)
    return (plane @ found).astype(np.float32)


def _standing_out(pixels: np.ndarray) -> np.ndarray | None:
    """Return the (H, W) pixels that differ from an even border; None: the border is not even, or nothing does."""
    height, width = pixels.shape[:2]
    ratio = min(1.0, _REDUCED_PX / max(height, width))
    wh = max(_LEAST_PX, round(width * ratio)), max(_LEAST_PX, round(height * ratio))
    small = cv2.resize(pixels, wh, interpolation=cv2.INTER_AREA).reshape(wh[1], wh[0], -1).astype(np.float32)
    small = _soft(small, 1.0)
    edge = max(1, round(_BORDER_SHARE * min(wh)))
    border = np.ones(small.shape[:2], bool)
    border[edge:-edge, edge:-edge] = False
    distance = np.abs(small - np.median(small[border], axis=0)).max(axis=2)
    most = float(np.percentile(distance, 99.0))
    limit = max(_STANDS_OUT * most, 4.0 * float(np.median(distance[border])))
    out = distance > limit
    if most <= 0 or limit > most / 2 or out[border].mean() > _MOST_BORDER or out.mean() < _LEAST_AREA:
        return None
    out = cv2.morphologyEx(out.view(np.uint8), cv2.MORPH_CLOSE, np.ones((_JOINED_PX,) * 2, np.uint8)) > 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(out.view(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    kept = (areas >= 0.05 * areas.max())[labels] if count > 1 else out
    return cv2.resize(kept.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) > 0.5


def _extent(part: np.ndarray) -> tuple[tuple[float, float], float]:
    """Return the centroid of true pixels, x and y in px, and how far the farthest of them reaches from it, px."""
    bits = part.view(np.uint8)
    moments = cv2.moments(bits, binaryImage=True)
    x, y = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]  # of the pixels' middles
    edges = np.concatenate(cv2.findContours(bits, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]).reshape(-1, 2)
    return (x + 0.5, y + 0.5), float(np.hypot(edges[:, 0] - x, edges[:, 1] - y).max()) + 0.71


def _around(
    pixels: np.ndarray, part: np.ndarray | None, centre: tuple[float, float], reach: float
) -> tuple[np.ndarray, np.ndarray | None, tuple[float, float], int]:
    """Return what lies around a part, made smaller by a whole number, with its centre, and that number."""
    shrunk = max(1, int(reach / _MOST_PX))
    wide = reach * (1.0 + 2.0 * _MARGIN_PX / _MOST_PX) + _MARGIN_PX
    height, width = pixels.shape[:2]
    x, y = (max(0, math.floor(at - wide)) for at in centre)
    right, bottom = (min(size, math.ceil(at + wide)) for size, at in ((width, centre[0]), (height, centre[1])))
    right, bottom = right - (right - x) % shrunk, bottom - (bottom - y) % shrunk
    pixels, part = pixels[y:bottom, x:right], None if part is None else part[y:bottom, x:right]
    if shrunk > 1:
        wh = (right - x) // shrunk, (bottom - y) // shrunk
        pixels = cv2.resize(pixels, wh, interpolation=cv2.INTER_AREA).reshape(wh[1], wh[0], -1)
        if part is not None:
            part = cv2.resize(part.astype(np.float32), wh, interpolation=cv2.INTER_AREA) > 0.5
    return pixels, part, ((centre[0] - x) / shrunk, (centre[1] - y) / shrunk), shrunk


def _cut_out(pixels: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Return a part on an even ground, with what lies right around it where that is even, so that its edge shows."""
    ring = _grown(part, _RIM_PX + 2) & ~_grown(part, 2)
    if not ring.any():
        return pixels
    level = np.median(pixels[ring], axis=0)
    contrast = float(np.abs(np.median(pixels[part], axis=0) - level).max())
    is_even = _spread(pixels[ring]) < _EVEN * contrast
    if is_even:
        kept = cv2.GaussianBlur(_grown(part, _RIM_PX + 2).astype(np.float32), (0, 0), 1.0)
    else:  # the last pixels within a roi are half ground
        kept = cv2.GaussianBlur(cv2.erode(part.astype(np.float32), np.ones((3, 3), np.uint8)), (0, 0), 1.5)
    return level.astype(np.float32) + kept[..., None] * (pixels - level.astype(np.float32))


def _runs_one_way(pixels: np.ndarray, part: np.ndarray) -> bool:
    """Say whether the fine grain within a part runs one way; edges, which are few, have no say."""
    inner = cv2.erode(part, np.ones((2 * _RIM_PX + 1,) * 2, np.uint8)) > 0
    if np.count_nonzero(inner) < _FEW:
        return False
    grey = pixels.mean(axis=2)
    fine = _soft(grey, 1.0) - _soft(grey, 4.0)
    dx, dy = (cv2.Scharr(fine, cv2.CV_32F, *way, scale=1 / 32)[inner].astype(np.float64) for way in _WAYS)
    size = np.hypot(dx, dy)
    middle = float(np.median(size))
    if middle < _GRAIN:
        return False
    weight = np.minimum(1.0, middle / np.maximum(size, 1e-9)) ** 2
    xx, yy, xy = (weight * dx * dx).mean(), (weight * dy * dy).mean(), (weight * dx * dy).mean()
    return bool(np.hypot(xx - yy, 2.0 * xy) > _ONE_WAY * (xx + yy))


def _soft(image: np.ndarray, softness_px: float) -> np.ndarray:
    return cv2.GaussianBlur(image, (0, 0), softness_px, borderType=cv2.BORDER_REPLICATE).reshape(image.shape)


def _warped(image: np.ndarray, onto: np.ndarray) -> np.ndarray:
    side = image.shape[:2]
    made = cv2.warpAffine(image, onto, side, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return made.reshape(image.shape)


def _grown(bits: np.ndarray, by_px: int) -> np.ndarray:
    return cv2.dilate(bits.view(np.uint8), np.ones((2 * by_px + 1,) * 2, np.uint8)) > 0


def _spread(values: np.ndarray) -> float:
    """Return the deviation that the median distance from the median stands for; of channels, the largest."""
    some = values[:: max(1, len(values) // _ENOUGH)]
    return float((1.4826 * np.median(np.abs(some - np.median(some, axis=0)), axis=0)).max())
