"""Places on print: a word, a mark or a symbol of one ink on its ground. Source: own."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import ClassVar, Literal

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.geometry import Rect
from generator.core.units import Length, LengthRange, Scale
from generator.defect.outline import Room, Site
from generator.defect.structure.matte import matte_of
from generator.defect.structure.on_component import site_on
from generator.defect.structure.segment import Copy, Found, ground, reduced, standing_out

_SIDE_PX = 400  # the shorter side of the copy: strokes are thin
_WINDOW = 0.16  # of the ground's median, as a share of the shorter side
_LINE = 3.5  # a few strokes longer than this many times their width are no sign
_UNEVEN = 0.4  # largest deviation of the ground between the strokes, as a share of the ink's contrast
_BORDER = 0.25  # of a stroke's surroundings that may be neither its ground nor other strokes
_RULE = 8.0  # a stroke longer than this many times its width, and half as long as the sign, is a rule or an edge
_MOTLEY = 14.0  # largest deviation of the ink's own colour, in CIELAB


@dataclass(frozen=True, slots=True, kw_only=True)
class OnInk:
    """On strokes that stand out from their ground in one colour, those that are near each other taken together.

    Attributes:
        size: longer side of what is taken together: a sign, a word, a line.
        stroke: largest width of a stroke; what is thicker is no print.
        gap: strokes that are nearer than this belong together.
        tone: ``dark`` or ``bright`` ink, or ``any``.
        contrast: least distance of the ink from its ground in CIELAB, > 0.
    """

    size: LengthRange
    stroke: Length = Length(3.0, "%")
    gap: Length = Length(1.6, "%")
    tone: Literal["any", "dark", "bright"] = "any"
    contrast: float = 14.0
    sought: ClassVar[str] = "print"

    def __post_init__(self) -> None:
        require(0 < self.contrast <= 100, "contrast", "a number in (0, 100]", self.contrast)

    def draw(self, room: Room, rng: np.random.Generator) -> Site | None:
        """Return the middle of a print with its direction and its matte; None if there is no print."""
        copy = reduced(room.image, room.white, room.roi, _SIDE_PX)
        found = _remembered(self, copy, room.scale)
        if not found:
            return None
        thing = found[int(rng.integers(len(found)))]
        matte = matte_of(room.image, room.white, copy, thing, solid=False)
        return None if matte is None else site_on((matte,))

    def found_on(self, copy: Copy, scale: Scale) -> tuple[Found, ...]:
        """Return the prints of the right size, in the order of their places."""
        lab, step = copy.lab, copy.step
        split = standing_out(lab, copy.inside, ground(lab, copy.inside, _WINDOW, 1.4), self.contrast)
        if split is None:
            return ()
        low, high = (end.px(scale) / step for end in (self.size.low, self.size.high))
        thick, gap = max(2.5, self.stroke.px(scale) / step), max(1.0, self.gap.px(scale) / step)
        found: list[Found] = []
        for mask, tone in ((split.bright, 1), (split.dark, -1)):
            if self.tone in ("any", "bright" if tone > 0 else "dark"):
                other = split.dark if tone > 0 else split.bright
                found += _prints(*_strokes(mask, thick), other, tone, (low, high), gap, lab, copy.inside)
        return tuple(found)


@functools.lru_cache(maxsize=16)
def _remembered(placement: OnInk, copy: Copy, scale: Scale) -> tuple[Found, ...]:
    """Return the prints on a copy; many samples start from the same good image, and tries from the same sample."""
    return placement.found_on(copy, scale)


def _strokes(mask: np.ndarray, thick: float) -> tuple[np.ndarray, np.ndarray]:
    """Return what is nowhere thicker than a stroke, and what is, two (h, w) uint8."""
    bits = mask.view(np.uint8)
    depth = cv2.distanceTransform(bits, cv2.DIST_L2, 3)
    _, labels = cv2.connectedComponents(bits, connectivity=8, ltype=cv2.CV_16U)
    too_thick = np.zeros(int(labels.max()) + 1, bool)
    too_thick[labels[2.0 * depth > thick + 1.0]] = True
    bulky = too_thick[labels].view(np.uint8)
    return bits & (1 - bulky), bits & bulky


def _prints(
    strokes: np.ndarray,
    bulky: np.ndarray,
    other: np.ndarray,
    tone: int,
    size: tuple[float, float],
    gap: float,
    lab: np.ndarray,
    inside: np.ndarray,
) -> list[Found]:
    """Return strokes of one colour that lie near each other, as one thing each.

    Args:
        strokes: (h, w) uint8, what may be print.
        bulky: (h, w) uint8, what is of the same tone but too thick.
        other: (h, w) bool, what is of the other tone: amid dense print ink and ground cannot be told apart.
        tone: of the print.
        size: least and largest longer side, px of the copy.
        gap: px of the copy.
        lab: (h, w, 3) of the copy.
        inside: (h, w) bool, where print may lie.
    """
    height, width = strokes.shape
    side = 2 * max(1, round(gap / 2.0)) + 1
    grown = cv2.dilate(strokes, np.ones((side, side), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(grown, connectivity=8, ltype=cv2.CV_16U)
    half = side // 2
    found = []
    left, top, wide, high = stats.T[:4]
    longer = np.maximum(wide, high) - 2 * half
    fits = (longer >= size[0]) & (longer <= size[1])
    fits &= (left > half) & (top > half) & (left + wide < width - half) & (top + high < height - half)
    fits[:1] = False
    for label in np.flatnonzero(fits).tolist():
        x, y, w, h = (int(v) for v in stats[label, :4])
        own = labels[y : y + h, x : x + w] == label
        if (own & ~inside[y : y + h, x : x + w]).any():
            continue
        bits = own & (strokes[y : y + h, x : x + w] > 0)
        area = int(np.count_nonzero(bits))
        if area < 8 or area > 0.75 * w * h or np.count_nonzero(own & other[y : y + h, x : x + w]) > 0.3 * area:
            continue
        if max(w, h) > _LINE * min(w, h) and cv2.connectedComponents(bits.view(np.uint8))[0] < 4:
            continue  # a ruled line
        depth = cv2.distanceTransform(bits.view(np.uint8), cv2.DIST_L2, 3)
        core = bits & (depth >= min(1.5, float(depth.max())))
        colours = lab[y : y + h, x : x + w]
        ink = colours[core]
        beside = own & ~bits
        apart = own & (cv2.dilate(bits.view(np.uint8), np.ones((3, 3), np.uint8)) == 0)
        paper = colours[apart if np.count_nonzero(apart) >= 16 else beside]
        if not paper.size or (own & (bulky[y : y + h, x : x + w] > 0)).any():
            continue
        contrast = float(np.abs(np.median(ink, axis=0) - np.median(paper, axis=0)).sum())
        if float(ink.std(axis=0).sum()) > max(_MOTLEY, _UNEVEN * contrast):
            continue
        if float(paper.std(axis=0).sum()) > _UNEVEN * contrast:
            continue
        if _at_border(bits, lab, Rect(x, y, w, h), np.median(paper, axis=0), contrast):
            continue
        found.append(Found(Rect(x, y, w, h), bits, area, 2.0 * float(depth.max()), tone))
    return found


def _at_border(bits: np.ndarray, lab: np.ndarray, box: Rect, paper: np.ndarray, contrast: float) -> bool:
    """Say whether one of the strokes is a rule, or lies on the border of two grounds: of a band or a label."""
    around = box.grown(3).clipped(lab.shape[:2])
    strokes = np.zeros((around.h, around.w), np.uint8)
    strokes[box.inside(around)] = bits
    other = np.abs(lab[around.slices] - paper).sum(axis=2) > 0.5 * contrast
    count, labels = cv2.connectedComponents(strokes, connectivity=8)
    near = cv2.dilate(strokes, np.ones((3, 3), np.uint8))
    for label in range(1, count):
        own = (labels == label).view(np.uint8)
        ring = (cv2.dilate(own, np.ones((7, 7), np.uint8)) > 0) & (near == 0)
        if ring.any() and float(other[ring].mean()) > _BORDER:
            return True
        if count <= 8:  # of a bar code there are more
            ys, xs = np.nonzero(own)
            sides = cv2.minAreaRect(np.stack([xs, ys], 1).astype(np.float32))[1]
            if max(sides) + 1 > max(_RULE * (min(sides) + 1), 0.5 * max(box.w, box.h)):
                return True
    return False
