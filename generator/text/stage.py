"""The stage that writes text: what it says, in which face, how it is marked, and where it stands.

Every text is laid flat, struck, bent and placed; ink, owners and points go to the image by one map. The surface without
the text is kept beside the image. Print defects change the ink of a text after it was struck: the good twin shows the
sound print, the image the harmed one, and masks are derived from the two as for any defect. Source: own.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import ConfigError, require
from generator.core.sample import Sample
from generator.core.text import TEXT
from generator.imaging.warp import Warp
from generator.text.coverage import lacking_faces, never_written
from generator.text.harm import Harmed, harmed
from generator.text.page import Page, Text, framed
from generator.text.port import Ask, Canvas, Corpus, Face, Fault, Field, Font, Layout, Marking, Raster, Warping

_RETRIES = 64
# signs that leave neither ink nor room and change no letter: soft hyphen, zero-width spaces, marks of direction
_UNSEEN = dict.fromkeys(
    (0x00AD, 0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF)
)
_SPARE = 0.6  # room about the ink of a plate that print defects need, share of a capital's height


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """What the texts of an image that one machine wrote have in common.

    Attributes:
        before: the random numbers as they were before the first of them was struck: the others are struck by the same,
            as marks of one machine at one speed.
    """

    font: Font
    marking: Marking
    face: Face
    drawn: Mapping[str, Any]
    contrast: float
    before: np.random.Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class PutText:
    """Texts on a surface.

    Attributes:
        layout: where texts stand.
        corpus: what they say, where a field of the layout does not say otherwise.
        font: the faces, likewise.
        raster: how letters are set side by side.
        marking: how they get onto the surface, where a field does not say otherwise.
        warp: how they are bent and seen.
        faults: print defects by name; which of them a sample gets is planned.
        allow_cut: whether ink may leave the image.
        name: what its random numbers hang on.
    """

    layout: Layout
    corpus: Corpus
    font: Font
    raster: Raster
    marking: Marking
    warp: Warping
    faults: dict[str, Fault] = field(default_factory=dict)
    allow_cut: bool = False
    name: str = "text"
    uses_light: ClassVar[bool] = True

    def __post_init__(self) -> None:
        names = [fault.category for fault in self.faults.values()]
        require(len(set(names)) == len(names), "faults", "categories that differ", names)

    @property
    def categories(self) -> tuple[str, ...]:
        """The print defects that it can make."""
        return tuple(fault.category for fault in self.faults.values())

    def digest(self) -> str:
        """Return a hash of the files that texts are made from."""
        return "\n".join((self.corpus.digest(), self.font.digest(), self.layout.digest()))

    def findings(self) -> tuple[Finding, ...]:
        """Return what was noticed about the fonts as a whole, and which faces lack letters of the texts."""
        lacking = lacking_faces((self.corpus,), self.font)
        return (*self.font.findings(), *lacking, *never_written(self.corpus, self.font))

    def __call__(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Return the sample with text on it."""
        if sample.instances:
            raise ConfigError("recipe.stages", "text before defects", "defects before text", "Change their order.")
        asked = [fault for fault in self.faults.values() if fault.category in sample.spec.categories]
        canvas = Canvas(hw=sample.hw, roi=sample.roi, scale=sample.scale)
        groups: dict[str, _Group] = {}
        texts = [
            self._set(wanted, place, sample, rng, bool(asked), groups)
            for place, wanted in enumerate(self.layout.fields(canvas, rng))
        ]
        plates = [text.plate for text in texts]
        shapes = [self.warp.draw(plate, rng) for plate in plates]
        placed = self.layout.place(plates, shapes, canvas, rng)
        if texts and placed.frame is None and sample.hw == (1, 1):
            hint = "Set source.size_wh=[512,512], or choose source=drawn/plain_label or source=folder."
            raise ConfigError("source", "images to write on, as this layout cuts none", "a blank without a size", hint)
        blank, roi = framed(sample, placed.frame)
        page = Page(blank, sample.source.white, sample.light_deg, is_flat=sample.source.pixels.shape[:2] == (1, 1))
        kept = [(text, warp) for text, warp in zip(texts, placed.warps, strict=True) if warp is not None]
        harms = self._harms(asked, sample, kept, page, rng)
        if groups:
            kept = _on_one_ground(kept, blank, sample.source.white)
        for number, (text, warp) in enumerate(kept):
            contrast = text.marking.contrast.draw(rng) if text.contrast is None else text.contrast
            page.write(text, warp, contrast, harms.get(number, ()))
        if texts and not kept:
            page.problems.append(("no_room", f"none of {len(texts)} text(s) found room"))
        return page.finished(sample, roi, None if self.allow_cut else self.marking.contrast.low)

    def _set(
        self,
        wanted: Field,
        place: int,
        sample: Sample,
        rng: np.random.Generator,
        is_harmed: bool,
        groups: dict[str, _Group],
    ) -> Text:
        """Return a text set and struck; another text is drawn where no face has all of its letters."""
        corpus, font = wanted.corpus or self.corpus, wanted.font or self.font
        marking, group = wanted.marking or self.marking, groups.get(wanted.group)
        if group is not None and group.marking != marking:
            group = None
        spec, said = sample.spec, ""
        for retry in range(_RETRIES):
            ask = Ask(index=spec.index, split=spec.split, seed=spec.seed, place=place, retry=retry)
            said = corpus.draw(ask, rng).translate(_UNSEEN)
            if group is not None and group.font == font and not group.face.missing(said):
                face: Face | None = group.face
            else:
                face = font.draw(said, ask, rng, marking.kinds)
            if face is None:
                continue
            laid, before = self.raster.lay(said, face, wanted.style, rng), copy.deepcopy(rng) if wanted.group else rng
            plate = marking.strike(laid, rng if group is None else copy.deepcopy(group.before))
            if is_harmed:
                plate = plate.padded(int(np.ceil(_SPARE * plate.height_px)))
            drawn = marking.draw(rng) if group is None else group.drawn
            if wanted.group and wanted.group not in groups:
                group = groups[wanted.group] = _Group(font, marking, face, drawn, marking.contrast.draw(rng), before)
            return Text(
                field=wanted,
                face=face.name,
                family=face.family,
                plate=plate,
                marking=marking,
                drawn=drawn,
                contrast=None if group is None else group.contrast,
            )
        hint = f"The last of {_RETRIES} texts was '{said}'. Choose fonts that have its letters, or another corpus."
        raise ConfigError("text.font", "a face that has all letters of a text", "none", hint)

    def _harms(
        self,
        asked: list[Fault],
        sample: Sample,
        kept: list[tuple[Text, Warp]],
        page: Page,
        rng: np.random.Generator,
    ) -> dict[int, tuple[Harmed, ...]]:
        """Return, per text, its plates after each print defect, as often as the plan wants it, not on distractors."""
        done: dict[int, tuple[Harmed, ...]] = {}
        by_category = {fault.category: fault for fault in asked}
        for category in sample.spec.categories:
            fault = by_category.get(category)
            if fault is None:  # another stage's
                continue
            for number in rng.permutation(len(kept)).tolist():
                text, warp = kept[number]
                if text.field.kind != TEXT:
                    continue
                before = done.get(number, ())
                last = before[-1] if before else Harmed.sound(text.plate, warp)
                next_one = harmed(last, fault, page.hw, rng)
                if next_one is not None:
                    done[number] = (*before, next_one)
                    break
            else:
                page.problems.append(("no_room", f"{category}: no text can have it"))
        return done


def _on_one_ground(kept: list[tuple[Text, Warp]], blank: np.ndarray, white: int) -> list[tuple[Text, Warp]]:
    """Return the texts; those of a group know the mean surface under all of them, to be dark or light alike."""
    below: dict[str, list[np.ndarray]] = {}
    for text, warp in kept:
        window = warp.window(text.plate.wh).clipped(blank.shape[:2])
        if text.field.group and not window.is_empty:
            below.setdefault(text.field.group, []).append(blank[window.slices].reshape(-1, blank.shape[2]))
    means = {group: np.concatenate(pixels).mean(axis=0) / white for group, pixels in below.items()}
    grounds = {group: {"ground": mean.round(4).tolist()} for group, mean in means.items()}
    return [(replace(text, drawn={**text.drawn, **grounds.get(text.field.group, {})}), warp) for text, warp in kept]
