"""Labels, derived last.

Law 1: an instance's mask is the set of pixels where the finished image differs from its good twin by at least
``min_delta`` in any channel, inside the instance's support; where two defects overlap, the last one painted owns the
pixel. What differs outside every mask is set back to the twin, so that "changed" equals "labelled" by construction.
Beside the exact mask stand a *visible* one (what stands out from the surface's noise) and an *annotator-like* one
(visible, closed, grown), because people who label by hand include the soft edge; a kind that was fitted to masks which
people drew brings its own.
Source: own; that visibility grows with the root of the area is Rose's criterion (1948).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from generator.core.annotation import Instance, Region
from generator.core.errors import require
from generator.core.geometry import Rect
from generator.core.sample import Sample
from generator.dataset.format.box.quad import stated_part

_MEASURED_PX = 4096
_ROSE_PX = 16.0  # an eye averages a defect's noise over blocks of this many px, over as many blocks at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """How masks are derived.

    Attributes:
        min_delta: least change of a channel that counts as changed, in grey levels of the image's depth, >= 1.
        visible_sigma: k of the visible mask: change >= max(visible_floor x white, k x local noise / s), where s grows
            with the square root of the defect's area from 1 at 16 px to 4 at 256 px, as what can be seen does.
        visible_floor: least visible change, as a share of full scale.
        grow_px: how far the annotator-like mask goes beyond the visible one.
        close_px: gaps up to about twice this width are closed in the annotator-like mask.
        keep: which masks are kept beside the exact one: ``visible``, ``annotator``.
    """

    min_delta: int = 1
    visible_sigma: float = 2.0
    visible_floor: float = 0.024
    grow_px: int = 1
    close_px: int = 2
    keep: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(self.min_delta >= 1, "min_delta", "a whole number >= 1", self.min_delta)
        require(self.visible_sigma >= 0, "visible_sigma", "a number >= 0", self.visible_sigma)
        require(0 <= self.visible_floor <= 1, "visible_floor", "a share in [0, 1]", self.visible_floor)
        require(0 <= self.grow_px <= 64, "grow_px", "px in 0..64", self.grow_px)
        require(0 <= self.close_px <= 64, "close_px", "px in 0..64", self.close_px)
        unknown = set(self.keep) - {"visible", "annotator"}
        require(not unknown, "keep", "some of visible, annotator", list(self.keep))


def derive_labels(sample: Sample, labelling: Labelling) -> Sample:
    """Return the sample with every instance's mask derived and everything unlabelled set back to the twin.

    Corners of parts are those that their stated angles say.
    """
    if sample.parts:
        sample = sample.with_(parts=tuple(stated_part(part) for part in sample.parts))
    if not sample.instances and not sample.touched_everywhere:
        return sample
    image = sample.image
    deltas = [_largest_change(image, sample.good, instance.support.rect) for instance in sample.instances]
    changed = [(d >= labelling.min_delta) & i.support.bits for i, d in zip(sample.instances, deltas, strict=True)]
    areas = [int(np.count_nonzero(mask)) for mask in changed]
    owned = _owned(sample.instances, changed)
    if labelling.min_delta > 1 or sample.touched_everywhere:
        image = _set_back(sample, owned)
    instances = tuple(
        _labelled(instance, area, delta, mask, sample, labelling)
        for instance, delta, mask, area in zip(sample.instances, deltas, owned, areas, strict=True)
    )
    return sample.with_(image=image, instances=instances, touched_everywhere=False)


def _largest_change(image: np.ndarray, good: np.ndarray, rect: Rect) -> np.ndarray:
    """Return the largest change over the channels, (h, w) of the image's dtype, in grey levels."""
    if rect.is_empty:
        return np.zeros((0, 0), image.dtype)
    change = cv2.absdiff(image[rect.slices], good[rect.slices])
    if change.ndim == 2:
        return change
    if change.shape[2] == 1:
        return change[..., 0]
    red, green, blue = cv2.split(change)
    return cv2.max(cv2.max(red, green), blue)


def _owned(instances: tuple[Instance, ...], masks: list[np.ndarray]) -> list[np.ndarray]:
    """Return each instance's (h, w) bool mask in its support's rectangle, without what later ones own, in place."""
    for early in range(len(masks)):
        for late in range(early + 1, len(masks)):
            mine, theirs = instances[early].support.rect, instances[late].support.rect
            common = mine.intersection(theirs)
            if not common.is_empty:
                masks[early][common.inside(mine)] &= ~masks[late][common.inside(theirs)]
    return masks


def _set_back(sample: Sample, owned: list[np.ndarray]) -> np.ndarray:
    """Return the image with every pixel outside all masks taken from the twin."""
    if sample.touched_everywhere:
        image = sample.good.copy()
        for instance, mask in zip(sample.instances, owned, strict=True):
            region = instance.support.rect.slices
            image[region][mask] = sample.image[region][mask]
        return image
    image = sample.image.copy()
    for instance in sample.instances:
        region = instance.support.rect.slices
        image[region][instance.support.bits] = sample.good[region][instance.support.bits]
    for instance, mask in zip(sample.instances, owned, strict=True):
        region = instance.support.rect.slices
        image[region][mask] = sample.image[region][mask]
    return image


def _labelled(
    instance: Instance, own_area_px: int, delta: np.ndarray, mask: np.ndarray, sample: Sample, labelling: Labelling
) -> Instance:
    rect = instance.support.rect
    exact = Region.tight(mask, rect.x, rect.y)
    area_px = exact.area_px
    if area_px == 0:
        return replace(instance, mask=exact, own_area_px=own_area_px)
    measured = _measure(sample, exact)
    seen_as_one = math.sqrt(min(max(area_px / _ROSE_PX, 1.0), _ROSE_PX))
    least = max(
        labelling.visible_floor * sample.source.white, labelling.visible_sigma * measured["noise"] / seen_as_one
    )
    inner = delta[exact.rect.inside(rect)]
    seen = exact.bits & (inner >= least)
    measured["visible_px"] = int(np.count_nonzero(seen))
    kept: dict[str, Region] = {}
    if "visible" in labelling.keep:
        kept["visible"] = Region.tight(seen, exact.rect.x, exact.rect.y)
    if "annotator" in labelling.keep:
        kept["annotator"] = _annotator_like(seen, exact.rect, sample, labelling)
        if instance.drawn is not None:
            kept["annotator"] = Region.tight(instance.drawn.bits, *instance.drawn.rect.xywh[:2])
    params: Mapping[str, Any] = {**instance.params, "measured": measured}
    return replace(instance, mask=exact, own_area_px=own_area_px, params=params, **kept)


def _measure(sample: Sample, mask: Region) -> dict[str, Any]:
    """Return contrast and noise under a mask, from at most 4,096 of its pixels, evenly taken.

    The noise is the twin's, in grey levels: a robust sigma of the steps between neighbours in the middle channel.
    """
    rect, width, white = mask.rect, sample.hw[1], sample.source.white
    inside = np.flatnonzero(mask.bits)
    inside = inside[:: -(-inside.size // _MEASURED_PX)]
    at = inside + inside // rect.w * (width - rect.w) + (rect.y * width + rect.x)
    beside = at + 1 if rect.x + rect.w < width else np.where(at % width < width - 1, at + 1, at - min(width - 1, 1))
    channels = sample.good.shape[2]
    image, good = (pixels.reshape(-1, channels) for pixels in (sample.image, sample.good))
    before, after = np.take(good, at, axis=0), np.take(image, at, axis=0)
    near, own = np.take(sample.good.reshape(-1), beside * channels + channels // 2), before[:, channels // 2]
    noise = _median(np.maximum(near, own) - np.minimum(near, own)) * (1.4826 / math.sqrt(2.0))
    change = np.subtract(after, before, dtype=np.float32) @ np.full(channels, 1.0 / channels, np.float32)
    contrast, level = float(change.mean()), float(before.mean())
    strong = np.partition(np.abs(change), int(0.9 * (change.size - 1)))[int(0.9 * (change.size - 1))]
    return {
        "contrast": round(contrast / white, 6),
        "contrast_rel": round(contrast / max(level, 1.0), 6),
        "change_p90": round(float(strong) / white, 6),
        "noise": round(float(noise), 4),
    }


def _median(values: np.ndarray) -> float:
    """Return the median of (n,) numbers, n >= 1, as ``np.median`` does, at a fifth of its cost."""
    low, high = (values.size - 1) // 2, values.size // 2
    ranked = np.partition(values, (low, high) if low < high else low)
    return (float(ranked[low]) + float(ranked[high])) * 0.5


def _annotator_like(seen: np.ndarray, rect: Rect, sample: Sample, labelling: Labelling) -> Region:
    """Return the visible pixels closed and grown, cut to image and roi, as a person would outline them."""
    if not seen.any():
        return Region.tight(seen)
    margin = labelling.close_px + labelling.grow_px + 1
    bits = np.pad(seen, margin).view(np.uint8)
    if labelling.close_px:
        bits = cv2.morphologyEx(bits, cv2.MORPH_CLOSE, _disc(labelling.close_px), borderValue=0)
    if labelling.grow_px:
        bits = cv2.dilate(bits, _disc(labelling.grow_px))
    grown = rect.grown(margin)
    part = grown.clipped(sample.hw)
    bits = bits[part.inside(grown)] > 0
    if sample.roi is not None:
        bits = bits & sample.roi[part.slices]
    return Region.tight(bits, part.x, part.y)


def _disc(radius_px: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius_px + 1, 2 * radius_px + 1))
