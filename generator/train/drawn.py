"""Defects drawn for a model to begin with: by kinds of the catalogue, and by kinds fitted to the real ones.

They are many where the real ones are few, and their good twins are known, so a model learns from them what an extent is
and how a defect sits in a surface before it learns the look of the real ones. Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from generator.core.annotation import Instance
from generator.core.geometry import mask_to_rect
from generator.core.sample import GoodImage, Sample, SampleSpec
from generator.core.seeds import stage_rng
from generator.defect.stage import Defect, PutDefects
from generator.harvest.cut import extent_of
from generator.model.patches import Example

_STANDS_OUT = 0.024  # least change of a pixel that a person would outline, a share of full scale
_AROUND_PX = 96
_LEAST_PX = 6


def drawn_examples(
    kinds: Mapping[str, Sequence[Defect]], goods: Sequence[np.ndarray], count: int, grow_px: int, seed: int
) -> list[Example]:
    """Return drawn defects, classes and kinds in turn; a place without room gives none.

    Args:
        kinds: by class.
        goods: (H, W, C) float32 in [0, 1], what they are drawn on, in turn.
        count: how many are tried.
        grow_px: how far beyond its mask the edge of a defect goes on, px.
        seed: every number drawn follows from it.
    """
    classes = [name for name in kinds if kinds[name]]
    found = []
    for index in range(count if classes and goods else 0):
        category = classes[index % len(classes)]
        choice = kinds[category]
        kind = choice[index // len(classes) % len(choice)]
        one = _drawn(category, kind, goods[index % len(goods)], index, grow_px, seed)
        if one is not None:
            found.append(one)
    return found


def _drawn(category: str, kind: Defect, good: np.ndarray, index: int, grow_px: int, seed: int) -> Example | None:
    white = 65535  # what is painted shows finer than in 256 levels
    pixels = np.rint(good * white).astype(np.uint16)
    stage = PutDefects(defects={kind.category: kind}, name="drawn")
    rng = stage_rng(seed, index, 0, stage.name)
    spec = SampleSpec(
        index=index, key=str(index), split="train", recipe="train", source_id=str(index), seed=seed,
        categories=(kind.category,),
    )  # fmt: skip
    source = GoodImage(source_id=str(index), pixels=pixels, white=white)
    sample = Sample(spec=spec, source=source, image=pixels, good=pixels, light_deg=float(rng.uniform(-180, 180)))
    made = stage(sample, rng)
    return _example(category, made, made.instances[0], grow_px) if made.instances else None


def _example(category: str, made: Sample, instance: Instance, grow_px: int) -> Example | None:
    mask = _seen(made, instance)
    if np.count_nonzero(mask) < _LEAST_PX:
        return None
    part = mask_to_rect(mask).grown(_AROUND_PX + grow_px).clipped(made.hw)
    alpha = extent_of(mask[part.slices], grow_px)
    image, twin = (
        array[part.slices].astype(np.float32) * np.float32(1.0 / made.source.white) for array in (made.image, made.good)
    )
    inside = (alpha > 0)[..., None]
    return Example(
        category=category, name=f"drawn {made.spec.index}", pixels=np.where(inside, image, twin), surface=twin,
        alpha=alpha,
    )  # fmt: skip


def _seen(made: Sample, instance: Instance) -> np.ndarray:
    """Return what a person would outline, (H, W) bool: what the shape knows of it, or what stands out, gaps closed."""
    if instance.drawn is not None and instance.drawn.area_px:
        return instance.drawn.full(made.hw)
    least = round(_STANDS_OUT * made.source.white)
    change = cv2.absdiff(made.image, made.good).reshape(*made.hw, -1).max(axis=2)
    seen = ((change >= least) & instance.support.full(made.hw)).astype(np.uint8)
    return cv2.morphologyEx(seen, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)) > 0
