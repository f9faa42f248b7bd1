"""A quick trial: fitted defects painted in memory and measured as the real ones were. Source: own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from generator.core.sample import GoodImage, Sample, SampleSpec
from generator.core.seeds import stage_rng
from generator.dataset.real import RealDefect
from generator.defect.stage import PutDefects
from generator.fit.learn import FittedKind
from generator.fit.measure import Measured, measure
from generator.imaging.surround import filled


def try_out(kind: FittedKind, surfaces: Sequence[GoodImage], count: int, seed: int = 0) -> list[Measured]:
    """Return what ``count`` defects of a kind measure on good surfaces, taken in turn.

    Places without room are left out. The mask that is measured is the annotator-like one, which is what people drew on
    the real ones.
    """
    stage = PutDefects(defects={kind.category: kind.defect})
    found = []
    for index in range(count):
        good = surfaces[index % len(surfaces)]
        spec = SampleSpec(
            index=index, key=str(index), split="train", recipe="fit", source_id=good.source_id, seed=seed,
            categories=(kind.category,),
        )  # fmt: skip
        sample = Sample(spec=spec, source=good, image=good.pixels, good=good.pixels, roi=good.roi)
        made = stage(sample, stage_rng(seed, index, 0, stage.name))
        for instance in made.instances:
            if instance.drawn is not None and instance.drawn.area_px:
                found.append(measure(made.image, instance.drawn.full(made.hw), good.white))
    return found


def mended(defect: RealDefect) -> GoodImage:
    """Return a real defective image with its defects filled from around: a surface to try on where none is good."""
    everything = defect.mask | defect.others
    pixels = np.stack(
        [filled(channel.astype(np.float32), ~everything) for channel in np.moveaxis(defect.pixels, 2, 0)], axis=2
    )
    pixels = np.clip(np.rint(pixels), 0, defect.white).astype(defect.pixels.dtype)
    return GoodImage(source_id=defect.name, pixels=pixels, white=defect.white)
