"""What travels through a run: a spec, a good image, a sample. All frozen; their arrays are read-only. Source: own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from generator.core.annotation import Finding, Instance, Orientation, Part
from generator.core.text import TextLine
from generator.core.units import Scale


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSpec:
    """One line of the plan.

    Attributes:
        index: place in the plan, >= 0.
        key: file stem, unique in the data set.
        split: ``train``, ``val`` or ``test``.
        recipe: the recipe's name.
        source_id: the good image it starts from.
        seed: the run's seed.
        categories: the category of each defect to put on it, in order; empty: the sample stays good.
    """

    index: int
    key: str
    split: str
    recipe: str
    source_id: str
    seed: int
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GoodImage:
    """A good image as a source gives it.

    Attributes:
        source_id: its name within the source; stable.
        pixels: (H, W, C) uint8 or uint16, C in {1, 3}, RGB; read-only.
        white: the sensor's full scale: 255, or 1023, 4095, 16383, 65535 for deeper images.
        roi: (H, W) bool, where the part is, if the source knows; None: it does not.
        pixel_size_mm: one pixel in mm, if known.
        light_deg: azimuth that the light comes from (degrees, counter-clockwise as displayed, 0 right), if known.
        sha256: of the source file's bytes; empty for drawn images.
        group: the part it shows, where other images may show the same one; empty: it stands alone.
        angle_deg: how far the photo is turned from upright, degrees, counter-clockwise as displayed, if known.
        findings: what was noticed while reading.
    """

    source_id: str
    pixels: np.ndarray
    white: int
    roi: np.ndarray | None = None
    pixel_size_mm: float | None = None
    light_deg: float | None = None
    sha256: str = ""
    group: str = ""
    angle_deg: float | None = None
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        _check_image(self.pixels)
        if self.roi is not None:
            _check_roi(self.roi, self.pixels.shape[:2])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """An image on its way through the stages.

    Attributes:
        spec: the line of the plan it fulfils.
        source: the good image it started from.
        image: (H, W, C) uint8 or uint16; read-only.
        good: the defect-free twin, same shape and dtype, to which every stage but defects does what it does to
            ``image``; the same array as ``image`` while nothing differs.
        roi: (H, W) bool, where defects may lie; None: everywhere.
        light_deg: azimuth of the light on this image, degrees.
        instances: the defects so far, in the order they were painted.
        findings: what was noticed.
        params: what stages drew (JSON).
        touched_everywhere: whether image and twin may differ outside the instances' supports.
        text: the lines of text so far, in reading order.
        blank: the surface without its text, same shape and dtype as ``image``; None: no stage wrote text. ``good``
            differs from it where text is, ``image`` from ``good`` where defects are.
        owner: (H, W) uint8 or uint16: the number of the character that each pixel belongs to if anything there is ink;
            0: no text may be there.
        char_mask: (H, W) like ``owner``: the number of the character whose ink it is, 0 none; None: not known yet, or
            no longer since a stage spread or moved pixels.
        alone: two images like ``blank``: one with the characters of odd numbers, one with those of even numbers, so
            that neighbours whose ink was mixed can be told apart; None: nothing has mixed any.
        orientation: how the image as a whole is turned; None: no stage turned it.
        parts: whole parts whose place and angle are labelled.
    """

    spec: SampleSpec
    source: GoodImage
    image: np.ndarray
    good: np.ndarray
    roi: np.ndarray | None = None
    light_deg: float = 135.0
    instances: tuple[Instance, ...] = ()
    findings: tuple[Finding, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    touched_everywhere: bool = False
    text: tuple[TextLine, ...] = ()
    blank: np.ndarray | None = None
    owner: np.ndarray | None = None
    char_mask: np.ndarray | None = None
    alone: tuple[np.ndarray, np.ndarray] | None = None
    orientation: Orientation | None = None
    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        _check_image(self.image)
        if self.good.shape != self.image.shape or self.good.dtype != self.image.dtype:
            raise ValueError(
                f"good must be {self.image.dtype} {self.image.shape}, but got {self.good.dtype} {self.good.shape}"
            )
        self.good.setflags(write=False)
        if self.roi is not None:
            _check_roi(self.roi, self.image.shape[:2])
        for pixels in (self.blank, self.owner, self.char_mask, *(self.alone or ())):
            if pixels is not None:
                pixels.setflags(write=False)

    @property
    def hw(self) -> tuple[int, int]:
        """Height and width in px."""
        return self.image.shape[0], self.image.shape[1]

    @property
    def scale(self) -> Scale:
        """What turns lengths into px on this image."""
        return Scale(min(self.hw), self.source.pixel_size_mm)

    def with_(self, **changes: Any) -> Sample:
        """Return a copy with some fields replaced."""
        return replace(self, **changes)


def _check_image(pixels: np.ndarray) -> None:
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3) or pixels.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"an image must be (H, W, 1 or 3) uint8 or uint16, but got {pixels.dtype} {pixels.shape}")
    pixels.setflags(write=False)


def _check_roi(roi: np.ndarray, hw: tuple[int, int]) -> None:
    if roi.dtype != bool or roi.shape != hw:
        raise ValueError(f"a roi must be bool of shape {hw}, but got {roi.dtype} {roi.shape}")
    roi.setflags(write=False)
