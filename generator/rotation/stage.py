"""The stage that turns whole images. Turn, scale, shift and crop are one map; the label is what was applied.

The angle that a source image already has is added. Where the part is known (roi=auto) it becomes a labelled part with
an oriented box, unless another stage has laid parts before. Source: own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from generator.core.annotation import Finding, Orientation, Part, Region
from generator.core.errors import require
from generator.core.sample import GoodImage, Sample
from generator.core.units import Length, Range
from generator.imaging.move.carry import carried
from generator.imaging.move.turn import Kernel, Turn, reach_px
from generator.rotation.angles import Angles
from generator.rotation.port import Fill, Frame
from generator.rotation.symmetry import STATED_ONCE, Symmetry

_MOST_PX = 16_384  # a side of what is made
_LEAST_SCALE = 1.0 / 32.0
_PHASE_PX = 0.5
# deviation of the Gaussian before a kernel by which noise of single px comes out equally strong wherever between the
# pixels it is fetched: to 0.1 % behind cubic, 1 % behind lanczos; behind linear it would vary by a fifth
_SOFTNESS_PX = {"cubic": 0.8, "lanczos": 0.9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotate:
    """Whole images turned about their centre.

    Attributes:
        angles: which angle each image gets.
        fill: the canvas, and what it shows beyond the turned image.
        kernel: what is laid through the pixels: ``linear``, ``cubic`` or ``lanczos``.
        scale: canvas px a source px, (0, 16]; drawn anew for each image.
        shift: how far the centre is moved along each axis at most, either way, source px.
        size_wh: width and height of every finished image, px; None: as the fill decides.
        symmetry: how often the part looks the same in a full turn: 1..360, ``circular``, or ``auto``, which measures
            it on good images.
        resample_upright: whether quarter turns go through the kernel too and all images get the same softness, so
            that sharpness does not give an angle away.
        category: class of the part that a roi shows; None: no part is labelled.
        max_cut: largest share of the part that may lie outside the image, [0, 1].
        name: what its random numbers hang on.
    """

    angles: Angles
    fill: Fill
    kernel: Kernel = "cubic"
    scale: Range = Range(1.0, 1.0)
    shift: Length = Length(0.0, "px")
    size_wh: tuple[int, int] | None = None
    symmetry: Symmetry = STATED_ONCE
    resample_upright: bool = False
    category: str | None = "part"
    max_cut: float = 0.02
    name: str = "rotation"

    def __post_init__(self) -> None:
        require(0 < self.scale.low <= self.scale.high <= 16, "scale", "a range in (0, 16]", str(self.scale))
        size = self.size_wh
        require(
            size is None or 1 <= min(size) <= max(size) <= _MOST_PX, "size_wh", f"null or px in 1..{_MOST_PX}", size
        )
        soft = not self.resample_upright or self.kernel in _SOFTNESS_PX
        require(soft, "kernel", "cubic or lanczos where resample_upright is on", self.kernel)
        require(self.category is None or bool(self.category), "category", "null or a name", self.category)
        require(0 <= self.max_cut <= 1, "max_cut", "a share in [0, 1]", self.max_cut)

    @property
    def part_categories(self) -> tuple[str, ...]:
        """The classes of parts that it can label."""
        return () if self.category is None else (self.category,)

    def prepared(self, goods: Iterable[GoodImage]) -> Rotate:
        """Return the stage with its symmetry known: measured on good images where it is ``auto``."""
        return replace(self, symmetry=self.symmetry.measured(goods))

    def digest(self) -> str:
        """Return a hash of the files that the fill reads, with the symmetry where it was measured."""
        return self.fill.digest() + self.symmetry.digest

    def findings(self) -> tuple[Finding, ...]:
        """Return what was noticed about the files that the fill reads, and what was measured of the symmetry."""
        return (*self.fill.findings(), *self.symmetry.findings)

    def summary(self, count: int) -> str:
        """Return one line on the angles of a plan of so many images."""
        return f"angles: {self.angles.summary(count)}"

    def __call__(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Return the sample turned, with its angle."""
        spec, white = sample.spec, sample.source.white
        angle = self.angles.draw(spec.index, spec.seed, rng)
        scale, shift = self.scale.draw(rng), self._shift(sample, rng)
        turn = self._turn(sample, angle, scale, shift, rng)
        surface = sample.good if sample.blank is None else sample.blank
        beyond = self.fill.beyond(surface, turn, white, spec.split, rng)
        order = self.symmetry.known
        own = (sample.source.angle_deg or 0.0) if sample.orientation is None else 0.0
        before = Orientation.at(own, order) if sample.orientation is None else sample.orientation
        parts = sample.parts or self._part(sample, own, order)
        drawn: dict[str, Any] = {
            "applied_deg": angle,
            "own_deg": own,
            "scale": turn.scale,
            "shift_xy_px": [turn.to_xy[0] - turn.wh[0] / 2.0, turn.to_xy[1] - turn.wh[1] / 2.0],
        }
        upright = sample.with_(
            orientation=before,
            parts=parts,
            source=_scaled(sample, turn.scale),
            params={**sample.params, self.name: drawn},
        )
        made = carried(upright, turn, beyond)
        cut = self._cut(parts, made.parts, turn.scale)
        return made.with_(findings=(*sample.findings, *cut)) if cut else made

    def _shift(self, sample: Sample, rng: np.random.Generator) -> tuple[float, float]:
        most = self.shift.px(sample.scale)
        if most <= 0:
            return 0.0, 0.0
        half = min(sample.hw) / 2.0
        require(most <= half, "shift", f"at most half of the image's shorter side ({half:g} px)", str(self.shift))
        right, down = (rng.uniform(-most, most, 2)).tolist()
        return right, down

    def _turn(
        self, sample: Sample, angle: float, scale: float, shift: tuple[float, float], rng: np.random.Generator
    ) -> Turn:
        wh, size = (sample.hw[1], sample.hw[0]), self.size_wh
        softness = _SOFTNESS_PX[self.kernel] if self.resample_upright else 0.0
        frame = Frame(
            wh=wh,
            angle_deg=angle,
            spans=self.angles.spans(),
            scale=scale,
            scales=(self.scale.low, self.scale.high),
            most_shift_px=self.shift.px(sample.scale) * self.scale.high + (_PHASE_PX if self.resample_upright else 0.0),
            reach_px=reach_px(self.kernel, softness),
            aspect=None if size is None else size[0] / size[1],
        )
        canvas = self.fill.canvas(frame)
        zoom = 1.0 if size is None else size[0] / canvas[0]
        expected = "images that are made less than 32 times smaller: a larger scale, or an aspect nearer to theirs"
        require(scale * zoom >= _LEAST_SCALE, "scale" if size is None else "size_wh", expected, size or scale)
        shift = shift[0] * scale, shift[1] * scale
        if self.resample_upright:  # the same mixture of phases between pixels as any other turn
            right, down = rng.uniform(-_PHASE_PX, _PHASE_PX, 2).tolist()
            shift = shift[0] + right, shift[1] + down
        return Turn.about_centre(
            angle,
            wh,
            canvas if size is None else size,
            scale=scale * zoom,
            shift_xy=(shift[0] * zoom, shift[1] * zoom),
            kernel=self.kernel,
            softness_px=softness,
            is_exact=not self.resample_upright,
        )

    def _part(self, sample: Sample, own_deg: float, order: int) -> tuple[Part, ...]:
        """Return the part that the roi shows, with its box in its own frame."""
        if sample.roi is None or self.category is None or not sample.roi.any():
            return ()
        region = Region.tight(sample.roi)
        quad = box_at(region, own_deg)
        lies, centre = Orientation.at(own_deg, order), region.centre_xy
        return (Part(category=self.category, region=region, quad_xy=quad, orientation=lies, centre_xy=centre),)

    def _cut(self, before: tuple[Part, ...], after: tuple[Part, ...], scale: float) -> tuple[Finding, ...]:
        """Return an error for each part of which the image shows too little."""
        findings = []
        for old, new in zip(before, after, strict=True):
            lost = 1.0 - new.region.area_px / (old.region.area_px * scale**2)
            if lost > self.max_cut + 2.0 / max(1.0, min(old.region.rect.w, old.region.rect.h) * scale):
                message = (
                    f"{lost:.0%} of the {old.category} lies outside the image, at most {self.max_cut:.0%} may "
                    "(rotation/fill=expand holds all of it, rotation.scale=0.7 makes it smaller)"
                )
                findings.append(Finding(severity="error", code="part_cut", message=message))
        return tuple(findings)


def box_at(region: Region, angle_deg: float) -> np.ndarray:
    """Return the smallest box at an angle around a region's pixels, (4, 2) px, from its own top left, clockwise."""
    rows = np.flatnonzero(region.bits.any(axis=1))  # the ends of each row decide the box
    ends = region.bits[rows]
    columns = np.concatenate([ends.argmax(axis=1), ends.shape[1] - 1 - ends[:, ::-1].argmax(axis=1)])
    rows = np.concatenate([rows, rows])
    corners = np.concatenate([np.stack([columns + i, rows + j], axis=1) for i in (0, 1) for j in (0, 1)])
    points = corners + np.array([region.rect.x, region.rect.y], np.float64)
    back = Turn(angle_deg=-angle_deg, pivot_xy=(0.0, 0.0), to_xy=(0.0, 0.0), wh=(1, 1))
    (x0, y0), (x1, y1) = (edge(back.points(points), axis=0) for edge in (np.min, np.max))
    forth = Turn(angle_deg=angle_deg, pivot_xy=(0.0, 0.0), to_xy=(0.0, 0.0), wh=(1, 1))
    return forth.points(np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]))


def _scaled(sample: Sample, scale: float) -> Any:
    """Return the source with the size of a pixel after scaling."""
    size = sample.source.pixel_size_mm
    return sample.source if size is None else replace(sample.source, pixel_size_mm=size / scale)
