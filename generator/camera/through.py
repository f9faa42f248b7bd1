"""Image and twin through the same optics, with the supports carried along.

The twin is sent through whole, in bands that stay in the processor's cache. The image differs from it under the
supports alone, so only their windows are sent through again, and only their pixels are taken: outside the defects image
and twin are equal by construction, and a small defect costs what its window costs. A blur spreads a defect, so its
support grows by the blur's reach, but not into what another defect painted and not beyond the roi. Source: own.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from generator.core.geometry import Rect, mask_to_rect
from generator.core.sample import Sample
from generator.imaging.move.support import grown_owners, grown_supports

_BAND_PX = 128

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
