"""Things that stand out from the ground, found by themselves: parts and ink.

On a reduced copy, each pixel's distance from the ground (a wide median: of its neighbourhood, or of the whole image) is
split by Otsu's threshold; the split counts only if it is clean and far above the noise. What is darker and what is
brighter than the ground are told apart, so that a chip is one thing and its pads are others; connected components of
the right size, away from the borders, are what was found. Their matte is then measured at full size.
Source: own; Otsu (1979).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.geometry import Rect

_REDUCED_PX = 288  # the shorter side of the copy
_GROUND_PX = 72  # the shorter side on which medians are taken
_NOISE_LEAST = 1.0  # of L*: a surface without noise still has steps
_EDGE_PX = 7  # within which the edge of a thing rises on the copy
_SEPARABILITY = 0.55


@dataclass(frozen=True, slots=True, eq=False)
class Copy:
    """An image brought to a size on which things are quickly found.

    Two copies are equal if all that was found on one would be found on the other, so that a search can be remembered.

    Attributes:
        pixels: (h, w, C), the image in its own depth.
        white: full scale.
        step: px of the image to one px of the copy.
        inside: (h, w) bool, where things may lie.
        print_: a hash of them.
    """

    pixels: np.ndarray
    white: int
    step: float
    inside: np.ndarray
    print_: bytes

    @property
    def lab(self) -> np.ndarray:
        """The copy's L*, a*, b*, (h, w, 3) float32; a mono image has L* alone."""
        values = self.pixels.astype(np.float32) * np.float32(1.0 / self.white)
        return cv2.cvtColor(np.repeat(values, 3, axis=2) if values.shape[2] == 1 else values, cv2.COLOR_RGB2Lab)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Copy) and self.print_ == other.print_

    def __hash__(self) -> int:
        return hash(self.print_)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A thing on the copy.

    Attributes:
        box: its box on the copy.
        bits: (box.h, box.w) bool, its pixels.
        area: number of pixels on the copy.
        thickness: twice its largest distance from the outside, px of the copy.
        tone: 1 brighter than the ground, -1 darker, 0 either or both.
    """

    box: Rect
    bits: np.ndarray
    area: int
    thickness: float
    tone: int


def reduced(image: np.ndarray, white: int, roi: np.ndarray | None, side_px: int = _REDUCED_PX) -> Copy:
    """Return the copy of an (H, W, C) image; smaller images keep their size."""
    height, width = image.shape[:2]
    step = max(1, round(min(height, width) / side_px))
    wh = (width // step, height // step)
    seen = slice(0, wh[1] * step), slice(0, wh[0] * step)  # whole steps are averaged four times faster
    small = image.copy() if step == 1 else cv2.resize(image[seen], wh, interpolation=cv2.INTER_AREA)
    small = np.ascontiguousarray(small).reshape(wh[1], wh[0], -1)
    inside = np.ones((wh[1], wh[0]), bool)
    if roi is not None:
        inside = np.ascontiguousarray(roi[seen][step // 2 :: step, step // 2 :: step])
    digest = hashlib.blake2b(small, digest_size=16)
    digest.update(np.packbits(inside))
    digest.update(f"{small.shape} {step} {white} {image.dtype}".encode())
    return Copy(small, white, float(step), inside, digest.digest())


def ground(lab: np.ndarray, inside: np.ndarray, window: float, detail: float = 1.0) -> np.ndarray:
    """Return the ground's colour, (h, w, 3) float32: the median over ``window``, a share of the shorter side.

    A window of 1 or more takes the median of the whole image within the roi; ``detail`` takes a finer grid.
    """
    height, width = inside.shape
    if window >= 1.0:
        of_part = lab[inside] if inside.any() else lab.reshape(-1, 3)
        return np.broadcast_to(np.median(of_part[::11], axis=0), lab.shape).astype(np.float32)
    step = max(1.0, min(height, width) / (_GROUND_PX * detail))
    wh = (max(3, round(width / step)), max(3, round(height / step)))
    small = cv2.resize(lab, wh, interpolation=cv2.INTER_AREA)
    levels = np.clip(small * (2.5, 1.0, 1.0) + (0.0, 128.0, 128.0), 0, 255).astype(np.uint8)
    side = max(3, 2 * round(window * min(wh) / 2.0) + 1)
    median = cv2.medianBlur(levels, side).astype(np.float32)
    median = (median - np.array((0.0, 128.0, 128.0), np.float32)) / np.array((2.5, 1.0, 1.0), np.float32)
    return cv2.resize(median, (width, height), interpolation=cv2.INTER_LINEAR)


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """What stands out from the ground.

    Attributes:
        bright: (h, w) bool, what is brighter than the ground.
        dark: (h, w) bool, what is darker.
        distance: (h, w) uint8, the distance from the ground in quarters of a CIELAB unit.
        rise: (h, w) float32, in the same unit, the step in colour of the image itself nearby: where a median leaps
            from one ground to another, nothing ends.
    """

    bright: np.ndarray
    dark: np.ndarray
    distance: np.ndarray
    rise: np.ndarray


def standing_out(lab: np.ndarray, inside: np.ndarray, level: np.ndarray, least_contrast: float) -> Split | None:
    """Return what is brighter and what is darker than the ground; None if nothing clearly is.

    Args:
        lab: (h, w, 3) of the copy.
        inside: (h, w) bool, where things may lie.
        level: (h, w, 3) the ground's L*a*b*.
        least_contrast: least difference in CIELAB, > 0.
    """
    step = lab - level
    lightness, a, b = cv2.split(step)
    distance = np.sqrt(lightness * lightness + a * a + b * b)
    levels = cv2.convertScaleAbs(distance, alpha=4.0)
    levels[~inside] = 0
    seen = levels[inside]
    if seen.size < 16:
        return None
    noise = max(_NOISE_LEAST, float(np.percentile(seen[::7], 35)) / 4.0)
    cut, _ = cv2.threshold(seen[None], 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    above = seen > cut
    share = float(above.mean())
    if share in (0.0, 1.0):
        return None
    between = share * (1.0 - share) * (float(seen[above].mean()) - float(seen[~above].mean())) ** 2
    if between < _SEPARABILITY * float(seen.var()):
        return None
    far = levels > 4.0 * max(cut / 4.0, least_contrast, 3.0 * noise)
    brighter = lightness > 0
    return Split(far & brighter, far & ~brighter, levels, _rise(lab))


def _rise(lab: np.ndarray) -> np.ndarray:
    near = np.ones((_EDGE_PX, _EDGE_PX), np.uint8)
    colours = cv2.merge(
        [cv2.convertScaleAbs(plane + zero) for plane, zero in zip(cv2.split(lab), (0, 128, 128), strict=True)]
    )
    lightness, a, b = cv2.split(cv2.subtract(cv2.dilate(colours, near), cv2.erode(colours, near)).astype(np.float32))
    return np.sqrt(lightness * lightness + a * a + b * b) * np.float32(4.0)


def components(
    mask: np.ndarray,
    tone: int,
    area: tuple[float, float],
    copy: Copy,
    split: Split,
    known: list[Found],
    sharp: float = 0.9,
) -> list[Found]:
    """Return the connected components that lie wholly inside, have the right area and a sharp edge.

    Args:
        mask: (h, w) bool, what stands out.
        tone: 1 brighter, -1 darker, 0 either.
        area: least and largest, px of the copy.
        copy: the reduced image.
        split: what stands out.
        known: what was found already and is not looked at again.
        sharp: share of the edge, [0, 1], that must rise by 40 % of the thing's own contrast within 7 px of the copy; a
            sheen or a shade fades instead.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=4, ltype=cv2.CV_16U)
    height, width = mask.shape
    left, top, wide, high, size = stats.T
    fits = (size >= area[0]) & (size <= area[1])
    fits &= (left > 0) & (top > 0) & (left + wide < width) & (top + high < height)
    fits[:1] = False
    if not fits.any():
        return []
    three = np.ones((3, 3), np.uint8)
    found = []
    for label in np.flatnonzero(fits).tolist():
        x, y, w, h = (int(v) for v in stats[label, :4])
        if any(_same(Rect(x, y, w, h), thing.box) for thing in known):
            continue
        around = slice(y - 1, y + h + 1), slice(x - 1, x + w + 1)
        bits = (labels[around] == label).view(np.uint8)
        if (copy.inside[around] < cv2.dilate(bits, three)).any():
            continue
        edge = bits > cv2.erode(bits, three)
        own = float(np.median(split.distance[around][bits > 0]))
        if float((split.rise[around][edge] >= 0.4 * own).mean()) < sharp:
            continue
        depth = cv2.distanceTransform(bits, cv2.DIST_L2, 3)
        found.append(Found(Rect(x, y, w, h), bits[1:-1, 1:-1] > 0, int(size[label]), 2.0 * float(depth.max()), tone))
    return found


def _same(a: Rect, b: Rect) -> bool:
    w = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    h = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    return w > 0 and h > 0 and w * h > 0.6 * max(a.w * a.h, b.w * b.h)


def solidity(thing: Found) -> float:
    """Return the share of the thing's convex hull that is the thing or enclosed by it, [0, 1]."""
    contours, _ = cv2.findContours(thing.bits.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(contours, key=len)
    hull = cv2.convexHull(outline)
    own = cv2.contourArea(outline) + len(outline) / 2.0
    return min(1.0, own / max(1.0, cv2.contourArea(hull) + len(hull) / 2.0 + cv2.arcLength(hull, True) / 2.0))
