"""Where pixels are spread: supports of defects and owners of characters reach further. Source: own."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from generator.core.annotation import Instance, Region

_GROWN_PX = 2  # owners grow by so much at once


def grown_owners(owner: np.ndarray, reach_px: int) -> np.ndarray:
    """Return a map of numbers whose free pixels within ``reach_px`` of one have got the nearest one."""
    grown = owner
    for done in range(0, reach_px, _GROWN_PX):
        side = 2 * min(_GROWN_PX, reach_px - done) + 1
        grown = np.where(grown == 0, cv2.dilate(grown, np.ones((side, side), np.uint8)), grown)
    return grown


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
