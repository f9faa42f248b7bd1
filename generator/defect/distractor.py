"""The stage that puts harmless look-alikes on a sample: hair, dust, water, glare.

They lie on image and twin alike, before the defects, so nothing of them is labelled and a model learns that they do not
count. Any kind that can be chosen as a defect can be one; a kind that is labelled elsewhere in the run must not be, as
the same look would then be both. They choose a place on the part but may reach beyond it. Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from generator.core.errors import require
from generator.core.sample import Sample
from generator.core.units import Range
from generator.defect.outline import Outline, Patch, Room
from generator.defect.stage import Defect, write


@dataclass(frozen=True, slots=True, kw_only=True)
class PutDistractors:
    """Put harmless look-alikes on image and twin.

    Attributes:
        kinds: what may lie there, by their configured names; none: nothing does.
        per_image: least and most on an image, each 0..100.
        labelled: the kinds that are labelled.
        ends_part: names of kinds beneath which the part has ended, such as a gap beside it: no defect lies there.
        name: what its random numbers hang on.
    """

    kinds: Mapping[str, Defect]
    per_image: Range = Range(0.0, 3.0)
    labelled: Mapping[str, Defect] = field(default_factory=dict)
    ends_part: tuple[str, ...] = ()
    name: str = "distractors"

    def __post_init__(self) -> None:
        fits = self.per_image.within(0, 100) and self.per_image.low % 1 == self.per_image.high % 1 == 0
        require(fits, "per_image", "(low, high), whole numbers within [0, 100]", str(self.per_image))
        known = {defect.category for defect in self.labelled.values()}
        both = sorted({kind.category for kind in self.kinds.values()} & known)
        expected = "kinds that defect=[...] does not label in the same data set"
        require(not both, "kinds", expected, ", ".join(both))

    @property
    def uses_light(self) -> bool:
        """Whether the direction of the light is asked for: only where there are kinds to shade."""
        return bool(self.kinds)

    @property
    def is_idle(self) -> bool:
        """Whether it changes no sample: no kind was chosen."""
        return not self.kinds

    def __call__(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Return the sample with its distractors; its image must not yet differ from its twin."""
        if self.is_idle:
            return sample
        if sample.instances:
            raise ValueError("distractors come before the defects, as they lie on the twin too")
        count = self.per_image.draw_int(rng)
        names = list(self.kinds)
        weights = np.array([kind.weight for kind in self.kinds.values()])
        image, roi, drawn = sample.good.copy(), sample.roi, []
        for name in (names[int(i)] for i in rng.choice(len(names), count, p=weights / weights.sum())):
            painted = _paint(self.kinds[name], sample, image, rng)
            if painted is None:
                continue
            outline, params = painted
            drawn.append({"distractor": name, "bbox_xywh": list(outline.rect.xywh), **params})
            if name in self.ends_part:
                roi = np.ones(sample.hw, bool) if roi is None else roi.copy()
                roi[outline.rect.slices] &= ~outline.support
        if not drawn:
            return sample
        return sample.with_(image=image, good=image, roi=roi, params={**sample.params, self.name: drawn})


def _paint(
    kind: Defect, sample: Sample, image: np.ndarray, rng: np.random.Generator
) -> tuple[Outline, dict[str, Any]] | None:
    """Paint one distractor into ``image`` in place; return its outline and what was drawn, or None without room."""
    view = image.view()
    view.setflags(write=False)
    white, scale, light_deg = sample.source.white, sample.scale, sample.light_deg
    on_part = Room(image=view, white=white, roi=sample.roi, scale=scale, light_deg=light_deg)
    anywhere = Room(image=view, white=white, roi=None, scale=scale, light_deg=light_deg)
    site = kind.placement.draw(on_part, rng)
    outline = None if site is None else kind.shape.draw(on_part, site, rng).fitted(anywhere, kind.appearance.reach_px)
    if outline is None:
        return None
    patch = Patch(image=view, rect=outline.rect, white=white, roi=None, scale=scale, light_deg=light_deg)
    params = kind.appearance.draw(patch, outline, rng)
    write(image, outline, kind.appearance.render(patch, outline, params), white)
    return outline, {"shape": dict(outline.params), "appearance": params}
