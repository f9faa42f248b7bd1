"""Image and twin through the same optics, with the supports carried along.

The twin is sent through whole, in bands that stay in the processor's cache. The image differs from it under the
supports alone, so only their windows are sent through again, and only their pixels are taken: outside the defects image
and twin are equal by construction, and a small defect costs what its window costs. A blur spreads a defect, so its
support grows by the blur's reach, but not into what another defect painted and not beyond the roi. Source: own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from generator.core.annotation import Instance, Region
from generator.core.geometry import Rect, mask_to_rect
from generator.core.sample import Sample

_BAND_PX = 128
_GROWN_PX = 2  # owners grow by so much at once

Develop = Callable[[np.ndarray, Rect], np.ndarray]
"""From a whole image and a rectangle of it to that rectangle's new pixels, same dtype; local, without chance."""


def through(sample: Sample, develop: Develop, reach_px: int = 0) -> Sample:
    """Return the sample with image and twin developed alike.

    Args:
        sample: its image may differ from its twin under the supports; other differences are set back to the twin.
        develop: what happens to the pixels of a rectangle.
        reach_px: how far it spreads a pixel.
    """
    height, width = sample.hw
    whole = sample.good if sample.blank is None else sample.blank
    good = np.empty_like(whole)
    for top in range(0, height, _BAND_PX):
        band = Rect(0, top, width, _BAND_PX).clipped(sample.hw)
        good[band.slices] = develop(whole, band)
    if sample.blank is not None:
        sample, good = _text_through(sample, good, develop, reach_px)
    if not sample.instances:
        return sample.with_(image=good, good=good, touched_everywhere=False)
    image = good.copy()
    instances = grown_supports(sample.instances, reach_px, sample.hw, sample.roi)
    for instance in instances:
        window, bits = instance.support.rect, instance.support.bits
        if not window.is_empty:
            image[window.slices][bits] = develop(sample.image, window)[bits]
    return sample.with_(image=image, good=good, instances=instances, touched_everywhere=False)


def _text_through(sample: Sample, blank: np.ndarray, develop: Develop, reach_px: int) -> tuple[Sample, np.ndarray]:
    """Return the sample with its developed blank and with owners that reach further, and the developed good twin.

    A blur mixes the ink of neighbours: characters of odd and of even numbers are sent through apart from each other.
    """
    if sample.owner is None:
        return sample.with_(blank=blank), blank
    owner = grown_owners(sample.owner, reach_px)
    window = mask_to_rect(owner > 0)
    bits = (owner[window.slices] > 0).view(np.uint8)

    def developed(pixels: np.ndarray) -> np.ndarray:
        made, there = blank.copy(), window.slices
        made[there] = cv2.copyTo(develop(pixels, window), bits, made[there].copy()).reshape(made[there].shape)
        return made

    alone = sample.alone
    if alone is None and reach_px > 0:
        odd, even = (np.where((sample.owner % 2 == part)[..., None], sample.good, sample.blank) for part in (1, 0))
        alone = odd, even
    if alone is not None:
        alone = developed(alone[0]), developed(alone[1])
    return sample.with_(blank=blank, owner=owner, char_mask=None, alone=alone), developed(sample.good)


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
