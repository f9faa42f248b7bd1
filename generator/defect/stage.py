"""The stage that puts the planned defects on a sample.

A defect is a shape times an appearance. The stage decides places one after another, quantises what the appearance gives
to the image's own depth, and records the support; masks are derived after the last stage. Source: own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from generator.core.annotation import Finding, Instance, Region
from generator.core.errors import require
from generator.core.names import require_safe_name
from generator.core.sample import GoodImage, Sample
from generator.defect.outline import Appearance, Learning, Outline, Patch, Placement, Room, Shape
from generator.defect.placement import OnPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One kind of defect.

    Attributes:
        category: the class name it is labelled with.
        shape: its outline.
        appearance: its look.
        placement: where it may lie.
        weight: how often it is taken among the defects of the same category, > 0.
    """

    category: str
    shape: Shape
    appearance: Appearance
    placement: Placement = field(default_factory=OnPart)
    weight: float = 1.0
    _learned: Mapping[str, Learning] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_safe_name(self.category, "category")
        require(
            self.category.lower() != "good", "category", "another name than that of images without defects", "'good'"
        )
        require(self.weight > 0, "weight", "a number > 0", self.weight)
        parts = {"shape": self.shape, "appearance": self.appearance}
        learned = {key: part for key, part in parts.items() if isinstance(part, Learning)}
        object.__setattr__(self, "_learned", learned)  # asked for at each defect, and isinstance takes its time

    @property
    def learned(self) -> Mapping[str, Learning]:
        """Those of its parts, by field, that draw with a trained model."""
        return self._learned


@dataclass(frozen=True, slots=True, kw_only=True)
class PutDefects:
    """Put the defects that the plan asks for on the image.

    Attributes:
        defects: the kinds there are, by their configured names.
        gap_px: least distance between two defects, px; -1 lets them overlap.
        tries: how many places are tried for a defect before the sample is given up.
        name: what its random numbers hang on.
    """

    defects: Mapping[str, Defect]
    gap_px: int = 2
    tries: int = 8
    name: str = "defects"

    def __post_init__(self) -> None:
        require(self.gap_px >= -1, "gap_px", "px >= -1", self.gap_px)
        require(self.tries >= 1, "tries", "a whole number >= 1", self.tries)

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that can be asked for, in configured order, each once."""
        return tuple(dict.fromkeys(defect.category for defect in self.defects.values()))

    @property
    def uses_light(self) -> bool:
        """Whether the direction of the light is asked for: only where there are kinds to shade."""
        return bool(self.defects)

    @property
    def is_idle(self) -> bool:
        """Whether it changes no sample: no kind was chosen."""
        return not self.defects

    def prepared(self, goods: Iterable[GoodImage]) -> PutDefects:
        """Return the stage itself, once every model that it paints with was loaded and knows its class.

        Raises:
            AssetError, ConfigError: one cannot be loaded, or has not learned the class.
        """
        for defect, part in self._learned():
            part.require_class(defect.category)
        return self

    def digest(self) -> str:
        """Return a hash of the models that it paints with; empty: none."""
        return "\n".join(part.digest() for _, part in self._learned())

    def _learned(self) -> Iterator[tuple[Defect, Learning]]:
        for defect in self.defects.values():
            for part in defect.learned.values():
                yield defect, part

    def __call__(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Return the sample with the defects of ``sample.spec.categories``; a finding for one that found no place."""
        own = set(self.categories)  # the others are for another stage
        asked = [category for category in sample.spec.categories if category in own]
        if not asked:
            return sample
        image = sample.image.copy()
        instances, findings = list(sample.instances), list(sample.findings)
        for category in asked:
            name, defect = self._choose(category, rng)
            instance = self._put(name, defect, sample, image, instances, rng)
            if isinstance(instance, str):
                findings.append(Finding(severity="error", code="no_room", message=instance))
                break
            instances.append(instance)
            for key, part in defect.learned.items():
                findings.extend(part.noticed(instance.params[key]))
        return sample.with_(image=image, instances=tuple(instances), findings=tuple(findings))

    def _choose(self, category: str, rng: np.random.Generator) -> tuple[str, Defect]:
        kinds = [(name, defect) for name, defect in self.defects.items() if defect.category == category]
        if len(kinds) == 1:
            return kinds[0]
        weights = np.array([defect.weight for _, defect in kinds])
        return kinds[int(rng.choice(len(kinds), p=weights / weights.sum()))]

    def _put(
        self,
        name: str,
        defect: Defect,
        sample: Sample,
        image: np.ndarray,
        instances: list[Instance],
        rng: np.random.Generator,
    ) -> Instance | str:
        """Paint one defect into ``image`` in place and return its instance, or why no place was found for it."""
        view = image.view()
        view.setflags(write=False)
        room = Room(
            image=view,
            white=sample.source.white,
            roi=sample.roi,
            scale=sample.scale,
            light_deg=sample.light_deg,
            taken=tuple(instance.support for instance in instances),
            category=defect.category,
        )
        sites = 0
        for _ in range(self.tries):
            site = defect.placement.draw(room, rng)
            if site is None:
                continue
            sites += 1
            outline = defect.shape.draw(room, site, rng).fitted(room, defect.appearance.reach_px)
            if outline is None:
                continue
            support = Region(outline.rect, outline.support)
            if self.gap_px >= 0 and not room.is_free(support, self.gap_px):
                continue
            patch = Patch(
                image=view,
                rect=outline.rect,
                white=room.white,
                roi=room.roi,
                scale=room.scale,
                light_deg=room.light_deg,
                category=defect.category,
            )
            params = defect.appearance.draw(patch, outline, rng)
            values = defect.appearance.render(patch, outline, params)
            write(image, outline, values, room.white)
            return Instance(
                category=defect.category,
                support=support,
                params={"defect": name, "shape": dict(outline.params), "appearance": params},
                drawn=None if outline.drawn is None else Region(outline.rect, np.ascontiguousarray(outline.drawn)),
            )
        if sites:
            return (
                f"{defect.category} found no free place in {self.tries} tries; ask for fewer or smaller defects an "
                f"image, or for a larger roi"
            )
        sought = getattr(defect.placement, "sought", "place for it")
        return (
            f"{defect.category} found no place: the surface shows no {sought} that could be found; take images that "
            f"show one, or leave {defect.category} out"
        )


def write(image: np.ndarray, outline: Outline, values: np.ndarray, white: int) -> None:
    """Write (N, C) float values in [0, 1] under the outline's support, rounded to the image's depth."""
    levels = values * np.float32(white)
    np.clip(levels, 0, white, out=levels)
    levels = np.rint(levels, out=levels).astype(image.dtype)
    pixel = np.dtype((np.void, image.shape[2] * image.itemsize))  # whole pixels move four times faster than rows
    np.put(image.reshape(-1).view(pixel), outline.index_in(image.shape[1]), levels.reshape(-1).view(pixel))
