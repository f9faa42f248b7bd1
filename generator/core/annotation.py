"""What is known about an image: instances, parts, their orientation, findings.

A mask is stored as its own rectangle; boxes and areas are derived from it, never stored. Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from generator.core.geometry import Rect, mask_to_rect, stated_deg


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A set of pixels of an image, kept as the bits of its own rectangle.

    Attributes:
        rect: where the bits lie in the image, in px.
        bits: (rect.h, rect.w) bool, read-only.
    """

    rect: Rect
    bits: np.ndarray

    def __post_init__(self) -> None:
        if self.bits.dtype != bool or self.bits.shape != (self.rect.h, self.rect.w):
            raise ValueError(
                f"bits must be bool of shape {(self.rect.h, self.rect.w)}, but got {self.bits.dtype} {self.bits.shape}"
            )
        self.bits.setflags(write=False)

    @classmethod
    def tight(cls, bits: np.ndarray, x: int = 0, y: int = 0) -> Region:
        """Return the region of the true pixels of ``bits``, whose first pixel lies at (x, y), without empty borders."""
        box = mask_to_rect(bits)
        return cls(Rect(box.x + x, box.y + y, box.w, box.h), np.ascontiguousarray(bits[box.slices]))

    @property
    def area_px(self) -> int:
        """The number of pixels."""
        return int(np.count_nonzero(self.bits))

    @property
    def bbox_xywh(self) -> tuple[int, int, int, int]:
        """The smallest box around the pixels, px, half-open."""
        box = mask_to_rect(self.bits)
        return self.rect.x + box.x, self.rect.y + box.y, box.w, box.h

    @property
    def centre_xy(self) -> np.ndarray:
        """(2,) float64, the mean point of the pixels, px; nan where there is none."""
        rows, columns = np.nonzero(self.bits)
        return np.array([columns.mean() + 0.5 + self.rect.x, rows.mean() + 0.5 + self.rect.y])

    def full(self, hw: tuple[int, int]) -> np.ndarray:
        """Return the region as an (H, W) bool mask; what lies outside ``hw`` is dropped."""
        mask = np.zeros(hw, bool)
        part = self.rect.clipped(hw)
        mask[part.slices] = self.bits[part.inside(self.rect)]
        return mask

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Region):
            return NotImplemented
        mine, theirs = Region.tight(self.bits, *self.rect.xywh[:2]), Region.tight(other.bits, *other.rect.xywh[:2])
        return mine.rect == theirs.rect and np.array_equal(mine.bits, theirs.bits)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One defect on one image.

    Attributes:
        category: its kind, as in the plan.
        support: where the defect was allowed to change the image; stages carry it.
        mask: what it did change, derived after the last stage; None before. Owned pixels only: where two defects
            overlap, the last one painted has the pixel.
        visible: the part of ``mask`` that stands out from the surface; None where it was not asked for.
        annotator: what a person would outline; None where it was not asked for.
        own_area_px: changed pixels within ``support``, those lost to later defects included.
        params: what was drawn to make it (JSON).
        drawn: what a person would outline, where that was learned from real masks; stages that move pixels move it.
    """

    category: str
    support: Region
    mask: Region | None = None
    visible: Region | None = None
    annotator: Region | None = None
    own_area_px: int = 0
    params: Mapping[str, Any] = field(default_factory=dict)
    drawn: Region | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Orientation:
    """How something lies.

    Attributes:
        angle_deg: how far it is turned from upright about its centre, degrees, counter-clockwise as displayed, in
            (-180 / symmetry, 180 / symmetry]; None: it looks the same at every angle.
        symmetry: how often it looks the same in a full turn, >= 1; 0: at every angle.
    """

    angle_deg: float | None
    symmetry: int = 1

    @classmethod
    def at(cls, angle_deg: float, symmetry: int = 1) -> Orientation:
        """Return the orientation at any angle, degrees, folded to the range that the symmetry leaves."""
        return cls(angle_deg=stated_deg(angle_deg, symmetry) if symmetry else None, symmetry=symmetry)

    def turned(self, by_deg: float) -> Orientation:
        """Return the orientation after a further turn, degrees, counter-clockwise as displayed."""
        return self if self.angle_deg is None else Orientation.at(self.angle_deg + by_deg, self.symmetry)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """A whole part that lies on an image.

    Attributes:
        category: its class.
        region: its pixels on the image.
        quad_xy: (4, 2) float64 corners of its box in its own frame, px, clockwise as displayed from the corner that is
            the top left one when it lies upright; they may lie beyond the image.
        orientation: how it lies.
        centre_xy: (2,) float64, the mean of all its pixels, px, those beyond the image too; None: not known.
        params: what was drawn to lay it (JSON).
    """

    category: str
    region: Region
    quad_xy: np.ndarray
    orientation: Orientation
    centre_xy: np.ndarray | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a check or a source noticed.

    Attributes:
        severity: ``info``, ``warning``, or ``error`` (the sample is not sound and is drawn again).
        code: a short stable name, such as ``invisible``.
        message: one sentence with the numbers.
    """

    severity: str
    code: str
    message: str
