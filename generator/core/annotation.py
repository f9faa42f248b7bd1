"""What is known about an image: instances, findings.

A mask is stored as its own rectangle; boxes and areas are derived from it, never stored. Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from generator.core.geometry import Rect, mask_to_rect


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
