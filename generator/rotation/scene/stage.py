"""The stage that lays parts on a scene, each at its own angle.

The part is what the roi shows. It is cut out with a soft edge and brought onto the scene by one map that turns, scales
and places it; the label is that map. Light and shade on the part turn with it, as the photo holds them; only the shadow
that it casts falls the way the scene's light says. Source: own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from generator.core.annotation import Finding, Orientation, Part
from generator.core.errors import ConfigError, require
from generator.core.geometry import Rect, mask_to_rect
from generator.core.sample import GoodImage, Sample
from generator.core.units import Length, Range, Scale
from generator.imaging.move.turn import Kernel, Turn
from generator.rotation.angles import Angles
from generator.rotation.kept import Kept
from generator.rotation.scene.compose import Copy, composed
from generator.rotation.scene.cutout import Cutout, cut
from generator.rotation.scene.ground import Ground
from generator.rotation.scene.place import Room
from generator.rotation.scene.shadow import Shadow, cast
from generator.rotation.stage import box_at
from generator.rotation.symmetry import STATED_ONCE, Symmetry

_KEPT = 8
_LEAST_SHOWN = 0.7  # share of a part that stays on the scene where parts may be cut
_AT_BORDER = 0.02  # of the shorter side: a part may touch the image's border so far
_FITTING = 0.98  # of the scale at which a part too large for the scene would just fit


@dataclass(frozen=True, slots=True, kw_only=True)
class LayParts:
    """Copies of the part on a ground, whole and without overlap.

    Attributes:
        angles: which angle each part gets.
        ground: what they lie on.
        shadow: how they darken it; None: not at all.
        count: least and most parts on a scene, whole numbers >= 1.
        gap: least distance between two parts.
        scale: px of the scene a px of the source, (0, 16]; drawn anew for each part. A part too large for the scene is
            made as small as needed.
        size_wh: width and height of a scene, px; None: those of the image.
        kernel: what is laid through the pixels: ``linear``, ``cubic`` or ``lanczos``.
        edge: how far the true edge of the part may lie from the outline of the roi.
        symmetry: how often the part looks the same in a full turn: 1..360, ``circular``, or ``auto``, which measures it
            on good images.
        allow_cut: whether parts may reach beyond the image, by three tenths of their pixels at most.
        category: class of the parts.
        name: what its random numbers hang on.
    """

    uses_light: ClassVar[bool] = True

    angles: Angles
    ground: Ground
    shadow: Shadow | None
    count: Range = Range(1, 1)
    gap: Length = Length(2.0, "px")
    scale: Range = Range(1.0, 1.0)
    size_wh: tuple[int, int] | None = None
    kernel: Kernel = "cubic"
    edge: Length = Length(0.5, "%")
    symmetry: Symmetry = STATED_ONCE
    allow_cut: bool = False
    category: str = "part"
    name: str = "parts"
    _kept: Kept = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        whole = all(bound % 1 == 0 for bound in (self.count.low, self.count.high))
        require(whole and self.count.within(1, 1000), "count", "whole numbers in 1..1000", str(self.count))
        require(0 < self.scale.low <= self.scale.high <= 16, "scale", "a range in (0, 16]", str(self.scale))
        size = self.size_wh
        require(size is None or all(1 <= side <= 16384 for side in size), "size_wh", "null or px in 1..16384", size)
        require(bool(self.category), "category", "a name", self.category)
        object.__setattr__(self, "_kept", Kept(_KEPT))

    @property
    def part_categories(self) -> tuple[str, ...]:
        """The class of the parts."""
        return (self.category,)

    def prepared(self, goods: Iterable[GoodImage]) -> LayParts:
        """Return the stage with its symmetry known: measured on good images where it is ``auto``."""
        return replace(self, symmetry=self.symmetry.measured(goods))

    def digest(self) -> str:
        """Return a hash of the files that the ground reads, with the symmetry where it was measured."""
        return self.ground.digest() + self.symmetry.digest

    def findings(self) -> tuple[Finding, ...]:
        """Return what was noticed about the files that the ground reads, and what was measured of the symmetry."""
        return (*self.ground.findings(), *self.symmetry.findings)

    def summary(self, count: int) -> str:
        """Return one line on the angles of a plan of so many scenes."""
        low, high = int(self.count.low), int(self.count.high)
        if low == high:
            return f"angles of {low * count} parts: {self.angles.summary(low * count)}"
        return f"angles of {low * count} to {high * count} parts, each part its own"

    def __call__(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Return the sample as a scene, its parts labelled.

        Raises:
            ConfigError: no part is known, or there are labelled ones already.
        """
        _require_part(sample)
        spec, white = sample.spec, sample.source.white
        part = self._cutout(sample)
        hw = sample.hw if self.size_wh is None else (self.size_wh[1], self.size_wh[0])
        scale = Scale(min(hw), sample.source.pixel_size_mm)
        ground = self.ground.lay(part, hw, white, spec.split, rng)
        copies, asked = self._copies(sample, part, hw, rng)
        drawn: dict[str, Any] = {"asked": asked, "laid": len(copies)}
        if not copies:
            message = f"no part found room on a scene of {hw[1]} x {hw[0]} px"
            return sample.with_(findings=(*sample.findings, Finding(severity="error", code="no_room", message=message)))
        if self.shadow is not None:
            drawn["shadow"] = self.shadow.draw(scale, rng)
            ground = cast(ground, _cover(copies, hw), sample.light_deg, drawn["shadow"])
        made = composed(sample, ground, part, copies)
        parts = self._parts(sample, part, copies, hw)
        findings = (*sample.findings, *_at_border(sample))
        if len(copies) < asked:
            message = f"{asked} parts were to be laid, {len(copies)} found room"
            findings = (*findings, Finding(severity="info", code="no_room", message=message))
        return made.with_(
            source=_scaled(sample, copies),
            parts=parts,
            orientation=parts[0].orientation if len(parts) == 1 else None,
            findings=findings,
            params={**sample.params, self.name: drawn},
        )

    def _cutout(self, sample: Sample) -> Cutout:
        """Return the part; that of an image which no stage has changed is kept."""
        surface = sample.good if sample.blank is None else sample.blank
        assert sample.roi is not None
        band = max(1.0, self.edge.px(sample.scale))
        if surface is not sample.source.pixels or sample.roi is not sample.source.roi:
            return cut(surface, sample.source.white, sample.roi, band)
        made = self._kept.get(id(surface), lambda: cut(surface, sample.source.white, sample.roi, band))
        return made if made.roi is sample.roi else cut(surface, sample.source.white, sample.roi, band)

    def _copies(
        self, sample: Sample, part: Cutout, hw: tuple[int, int], rng: np.random.Generator
    ) -> tuple[list[Copy], int]:
        """Return the parts where they lie, and how many were asked for."""
        spec, most, asked = sample.spec, int(self.count.high), self.count.draw_int(rng)
        gap = round(self.gap.px(Scale(min(hw), sample.source.pixel_size_mm)))
        room = Room(hw, gap, _LEAST_SHOWN if self.allow_cut else 1.0)
        copies = []
        for number in range(asked):
            angle = self.angles.draw(spec.index * most + number, spec.seed, rng)
            turn, share = self._turned(part, angle, self.scale.draw(rng), rng.random(2) - 0.5, hw)
            box = mask_to_rect(share > 0)
            at = room.find(share[box.slices] > 0, rng)
            if at is not None:
                rect = Rect(at[0], at[1], box.w, box.h)
                local = turn.part(Rect(0, 0, part.rect.w, part.rect.h), box)
                copies.append(Copy(turn=local, rect=rect, share=share[box.slices], applied_deg=angle))
        return copies, asked

    def _turned(
        self, part: Cutout, angle_deg: float, scale: float, phase: np.ndarray, hw: tuple[int, int]
    ) -> tuple[Turn, np.ndarray]:
        """Return the map of a part onto a canvas that holds it, and its share of each pixel there."""
        wh = (part.rect.w, part.rect.h)
        while True:
            lying = Turn(angle_deg=angle_deg, scale=scale, pivot_xy=(0.0, 0.0), to_xy=(0.0, 0.0), wh=(1, 1))
            box = lying.window(Rect(0, 0, *wh))
            lossless = scale == 1.0 and angle_deg % 90.0 == 0.0
            shift = (0.0, 0.0) if lossless else (float(phase[0]), float(phase[1]))
            canvas = (box.w + 2, box.h + 2)
            turn = Turn.about_centre(angle_deg, wh, canvas, scale=scale, shift_xy=shift, kernel=self.kernel)
            share = turn.weights(part.alpha)
            seen = mask_to_rect(share > 0)
            if self.allow_cut or (seen.w <= hw[1] and seen.h <= hw[0]):
                return turn, share
            scale *= _FITTING * min(hw[1] / seen.w, hw[0] / seen.h, 1.0)

    def _parts(self, sample: Sample, part: Cutout, copies: list[Copy], hw: tuple[int, int]) -> tuple[Part, ...]:
        order = self.symmetry.known
        own, whole = sample.source.angle_deg or 0.0, part.region
        if sample.orientation is not None:
            own = sample.orientation.angle_deg or 0.0
        quad, centre = box_at(whole, own), whole.centre_xy
        return tuple(
            Part(
                category=self.category,
                region=copy.region(hw),
                quad_xy=copy.points(part)(quad),
                orientation=Orientation.at(own + copy.applied_deg, order),
                centre_xy=copy.points(part)(centre)[0],
                params={"applied_deg": copy.applied_deg, "own_deg": own, "scale": copy.turn.scale},
            )
            for copy in copies
        )


def _require_part(sample: Sample) -> None:
    if sample.roi is None or not sample.roi.any() or sample.roi.all():
        hint = "Choose roi=auto for parts that stand out from their background, or roi=mask_dir or roi=polygons."
        raise ConfigError("roi", "the part's pixels on every image", f"none on {sample.source.source_id}", hint)
    if sample.parts:
        got = f"{len(sample.parts)} labelled before"
        raise ConfigError("recipe.stages", "one stage that labels whole parts", got, "Lay parts first, or only once.")


def _at_border(sample: Sample) -> tuple[Finding, ...]:
    """Return a warning where the image does not show all of its part."""
    assert sample.roi is not None
    length = sum(int(np.count_nonzero(edge)) for edge in (sample.roi[[0, -1]], sample.roi[:, [0, -1]]))
    if length <= _AT_BORDER * min(sample.hw):
        return ()
    message = (
        f"{sample.source.source_id}: {length} px of the part lie at the image's border, where its copies end straight"
    )
    return (Finding(severity="warning", code="part_at_border", message=message),)


def _cover(copies: list[Copy], hw: tuple[int, int]) -> np.ndarray:
    """Return how much of each pixel of the scene parts cover, (H, W) float32."""
    cover = np.zeros(hw, np.float32)
    for copy in copies:
        inner = copy.rect.clipped(hw)
        np.maximum(cover[inner.slices], copy.share[inner.inside(copy.rect)], out=cover[inner.slices])
    return cover


def _scaled(sample: Sample, copies: list[Copy]) -> Any:
    """Return the source with the size of a pixel of the scene, as the mean of its parts has it."""
    size = sample.source.pixel_size_mm
    if size is None:
        return sample.source
    return replace(sample.source, pixel_size_mm=size * len(copies) / sum(copy.turn.scale for copy in copies))
