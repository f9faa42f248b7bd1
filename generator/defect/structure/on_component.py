"""Places on parts: one of the parts that stand out from the image's ground. Source: own."""

from __future__ import annotations

import functools
import hashlib
import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.units import Length, LengthRange, Range, Scale
from generator.defect.outline import Matte, Room, Site
from generator.defect.structure.matte import matte_of
from generator.defect.structure.segment import Copy, Found, components, ground, reduced, solidity, standing_out

_WINDOWS = (0.35, 1.0)  # the ground's medians, as shares of the shorter side
_WIDE = 0.06  # share of the shorter side; lines up to this width are cut off large parts
_HOLE_DARKER = 0.12  # of white: the middle of a via or a header's ring against the ring
_REFINED = 4  # things whose matte is looked at before the place is given up


@dataclass(frozen=True, slots=True, kw_only=True)
class OnComponent:
    """On a part that stands out from the ground: found anew on each image, each part as likely as any other.

    Attributes:
        size: the part's longer side.
        thickness: least width of the part at its thickest place; thinner things are lines, not parts.
        solidity: least and largest share of its convex hull that the part fills, [0, 1].
        aspect: its longer side by its shorter, [1, 100].
        tone: ``dark`` or ``bright`` takes what is darker or brighter than the ground for a part by itself, such as
            the body without its leads; ``any`` takes both together.
        contrast: least distance from the ground in CIELAB, > 0.
        pair: whether the place also names another part of about the same size, as swaps need one.
    """

    size: LengthRange
    thickness: Length = Length(2.0, "%")
    solidity: Range = Range(0.75, 1.0)
    aspect: Range = Range(1.0, 6.0)
    tone: Literal["any", "dark", "bright"] = "any"
    contrast: float = 10.0
    pair: bool = False
    sought: ClassVar[str] = "part"

    def __post_init__(self) -> None:
        require(self.solidity.within(0, 1), "solidity", "(low, high) within [0, 1]", self.solidity)
        require(self.aspect.within(1, 100), "aspect", "(low, high) within [1, 100]", self.aspect)
        require(0 < self.contrast <= 100, "contrast", "a number in (0, 100]", self.contrast)

    def draw(self, room: Room, rng: np.random.Generator) -> Site | None:
        """Return the middle of a part with its direction and its matte; None if no part stands out."""
        copy = reduced(room.image, room.white, room.roi)
        found = _remembered(self, copy, room.scale)
        if not found:
            return None
        found = _without_holes(found, Crops.of(room.image, room.white, copy.step, found))
        order = rng.permutation(len(found))[:_REFINED]
        for place in order.tolist():
            matte = matte_of(room.image, room.white, copy, found[place])
            if matte is None or not _is_whole(matte, found[place], copy):
                continue
            things: tuple[Matte, ...] = (matte,)
            if self.pair:
                other = self._other(found, place, rng)
                second = None if other is None else matte_of(room.image, room.white, copy, found[other])
                if second is None:
                    continue
                things = (matte, second)
            return site_on(things)
        return None

    def found_on(self, copy: Copy, scale: Scale) -> tuple[Found, ...]:
        """Return the parts of the right size and form, in the order of their places, without doubles."""
        step = copy.step
        low, high = sorted((self.size.low.px(scale) / step, self.size.high.px(scale) / step))
        thick = max(2.0, self.thickness.px(scale) / step)
        limits = (max(6.0, 0.3 * thick * low), high * high)
        lines = 2 * int(0.35 * thick) + 1  # what is thinner than the parts is cut off them: traces, strips
        wide = 2 * round(_WIDE * min(copy.inside.shape) / 2.0) + 1
        sides = tuple(sorted({min(lines, 3), min(lines, 5), wide}))
        kept: list[Found] = []
        lab = copy.lab
        for window in _WINDOWS:
            split = standing_out(lab, copy.inside, ground(lab, copy.inside, window), self.contrast)
            if split is None:
                continue
            tones = {"any": (split.bright | split.dark, 0), "dark": (split.dark, -1), "bright": (split.bright, 1)}
            mask, tone = tones[self.tone]
            for side in sides:
                opened = mask
                if side > 1:
                    square = np.ones((side, side), np.uint8)
                    opened = cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_OPEN, square)
                    opened = mask & (cv2.dilate(opened, np.ones((3, 3), np.uint8)) > 0)
                for thing in components(opened, tone, limits, copy, split, kept):
                    if side == wide and thing.thickness < 2.0 * wide:
                        continue  # the opening itself made its form
                    if self._fits(thing, low, high, thick):
                        kept.append(thing)
        return tuple(kept)

    def _fits(self, thing: Found, low: float, high: float, thick: float) -> bool:
        if thing.thickness < thick:
            return False
        ys, xs = np.nonzero(thing.bits)
        (_, _), sides, _ = cv2.minAreaRect(np.stack([xs, ys], 1).astype(np.float32))
        longer, shorter = max(sides) + 1.0, min(sides) + 1.0
        if not low <= longer <= high or not self.aspect.low <= longer / shorter <= self.aspect.high:
            return False
        return self.solidity.low <= solidity(thing) <= self.solidity.high

    def _other(self, found: tuple[Found, ...], place: int, rng: np.random.Generator) -> int | None:
        """Return another part of about the same size, None if there is none."""
        here = found[place].area
        others = [i for i, thing in enumerate(found) if i != place and 0.5 <= thing.area / here <= 2.0]
        return others[int(rng.integers(len(others)))] if others else None


@functools.lru_cache(maxsize=16)
def _remembered(placement: OnComponent, copy: Copy, scale: Scale) -> tuple[Found, ...]:
    """Return the parts on a copy; many samples start from the same good image, and tries from the same sample."""
    return placement.found_on(copy, scale)


def site_on(things: tuple[Matte, ...]) -> Site:
    """Return the site in the middle of the first thing, with the direction of its longer axis."""
    matte = things[0]
    moments = cv2.moments(matte.alpha)
    mass = max(moments["m00"], 1e-6)
    x, y = matte.rect.x + moments["m10"] / mass + 0.5, matte.rect.y + moments["m01"] / mass + 0.5
    across = 0.5 * math.atan2(2.0 * moments["mu11"], moments["mu20"] - moments["mu02"])
    return Site(x=x, y=y, along_deg=-math.degrees(across), things=things)


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """What the image shows of each of the things found, at full size; equal if all of it is the same.

    Attributes:
        pixels: an (h, w, C) array a thing.
        white: full scale.
        print_: a hash of them.
    """

    pixels: tuple[np.ndarray, ...]
    white: int
    print_: bytes

    @classmethod
    def of(cls, image: np.ndarray, white: int, step: float, found: tuple[Found, ...]) -> Crops:
        """Return the things' own pixels."""
        whole = int(step)
        pixels = [
            np.ascontiguousarray(
                image[box.y * whole : (box.y + box.h) * whole, box.x * whole : (box.x + box.w) * whole]
            )
            for box in (thing.box for thing in found)
        ]
        digest = hashlib.blake2b(b"".join([f"{white} {image.dtype}".encode(), *pixels]), digest_size=16)
        return cls(tuple(pixels), white, digest.digest())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Crops) and self.print_ == other.print_

    def __hash__(self) -> int:
        return hash(self.print_)


@functools.lru_cache(maxsize=16)
def _without_holes(found: tuple[Found, ...], crops: Crops) -> tuple[Found, ...]:
    """Return the things that are no drilled holes, nor so small that they may be one of them."""
    ringed = [_is_ringed(thing, pixels, crops.white) for thing, pixels in zip(found, crops.pixels, strict=True)]
    holes = [thing.area for thing, is_hole in zip(found, ringed, strict=True) if is_hole]
    least = 1.3 * float(np.median(holes or [0]))
    return tuple(t for t, is_hole in zip(found, ringed, strict=True) if not is_hole and t.area > least)


def _is_ringed(thing: Found, pixels: np.ndarray, white: int) -> bool:
    """Say whether a thing is a drilled hole with its ring, or a row of them: a round dark spot lies inside."""
    brightest = pixels[..., 0]
    for channel in range(1, pixels.shape[2]):
        brightest = cv2.max(brightest, pixels[..., channel])
    crop = brightest.astype(np.float32) / np.float32(white)
    size = (crop.shape[1], crop.shape[0])
    bits = cv2.resize(thing.bits.view(np.uint8), (crop.shape[1], crop.shape[0]), interpolation=cv2.INTER_NEAREST)
    contours, _ = cv2.findContours(bits, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(bits), contours, -1, 1, cv2.FILLED)
    values = crop[filled > 0]
    if values.size < 16:
        return False
    low, high = np.percentile(values, (3, 80))
    if high - low < _HOLE_DARKER:
        return False
    spots = ((crop < 0.5 * (low + high)) & (filled > 0)).view(np.uint8)
    edge = filled > cv2.erode(filled, np.ones((3, 3), np.uint8), borderValue=0)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(spots, connectivity=4)
    shorter = min(size)
    for label in range(1, count):
        _, _, w, h, area = (int(v) for v in stats[label])
        is_round = 0.7 <= w / h <= 1.43 and area >= 0.6 * w * h
        if is_round and 0.2 * shorter <= min(w, h) <= 0.75 * shorter and not (edge & (labels == label)).any():
            return True
    return False


def _is_whole(matte: Matte, thing: Found, copy: Copy) -> bool:
    """Say whether a matte is what was found, sharply: about as large, and most of it not half ground."""
    solid = int(np.count_nonzero(matte.alpha > 0.8))
    soft = int(np.count_nonzero(matte.alpha > 0.2)) - solid
    here = thing.area * copy.step**2
    edge = 4.0 * math.sqrt(here) * math.sqrt(max(1.0, max(thing.box.w, thing.box.h) / max(1.0, thing.thickness)))
    return 0.5 * here <= solid + soft / 2.0 <= 1.8 * here and soft <= 3.0 * edge
