"""Where pixels move or are spread: supports of defects and owners of characters follow. Source: own."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from generator.core.annotation import Instance, Region
from generator.core.geometry import Rect
from generator.imaging.move.turn import Turn

_GROWN_PX = 2  # owners grow by so much at once


def grown_owners(owner: np.ndarray, reach_px: int) -> np.ndarray:
    """Return a map of numbers whose free pixels within ``reach_px`` of one have got the nearest one."""
    grown = owner
    for done in range(0, reach_px, _GROWN_PX):
        side = 2 * min(_GROWN_PX, reach_px - done) + 1
        grown = np.where(grown == 0, cv2.dilate(grown, np.ones((side, side), np.uint8)), grown)
    return grown


def moved_support(region: Region, turn: Turn) -> Region:
    """Return the pixels of a canvas that hold a pixel of a region, or its middle; none of the region is lost.

    It reaches beyond the canvas by as much as the kernel spreads, as what lies there is spread onto the canvas.
    """
    reach, wide = turn.spread_px, region.rect.grown(1)
    onto = turn.window(wide).intersection(Rect(0, 0, *turn.wh).grown(reach))
    if onto.is_empty or not region.bits.size:
        return Region.tight(np.zeros((0, 0), bool))
    padded = cv2.copyMakeBorder(region.bits.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    bits = turn.part(wide, onto).numbers(padded) > 0
    rows, columns = np.nonzero(region.bits)
    middles = np.stack([columns + (region.rect.x + 0.5), rows + (region.rect.y + 0.5)], axis=1)
    x, y = (np.floor(turn.points(middles)).astype(np.intp) - (onto.x, onto.y)).T
    on = (x >= 0) & (y >= 0) & (x < onto.w) & (y < onto.h)
    bits[y[on], x[on]] = True
    return Region.tight(bits, onto.x, onto.y)


def grown_supports(
    instances: tuple[Instance, ...], reach_px: int, hw: tuple[int, int], roi: np.ndarray | None
) -> tuple[Instance, ...]:
    """Return the instances with supports that reach ``reach_px`` further, within image and roi.

    What one defect painted stays its own: the support of another never grows over it.
    """
    if reach_px <= 0:
        return instances
    box = np.ones((2 * reach_px + 1, 2 * reach_px + 1), np.uint8)
    grown = []
    for number, instance in enumerate(instances):
        support = instance.support
        wide = support.rect.grown(reach_px)
        part = wide.clipped(hw)
        if support.rect.is_empty or part.is_empty:  # it has left the image
            grown.append(replace(instance, support=Region.tight(np.zeros((0, 0), bool))))
            continue
        padded = cv2.copyMakeBorder(support.bits.view(np.uint8), *(reach_px,) * 4, cv2.BORDER_CONSTANT)
        own = padded[part.inside(wide)] > 0
        bits = cv2.dilate(padded, box)[part.inside(wide)] > 0
        for other in instances[:number] + instances[number + 1 :]:
            common = part.intersection(other.support.rect)
            if not common.is_empty:
                bits[common.inside(part)] &= ~other.support.bits[common.inside(other.support.rect)]
        bits |= own
        if roi is not None:
            bits &= roi[part.slices]
        grown.append(replace(instance, support=Region(part, bits)))
    return tuple(grown)
