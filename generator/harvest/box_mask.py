"""The mask of a defect that is known by its box alone.

Masks are sought in different ways, judged alike, and the one that is trusted most is taken; its score foretells how
much of it a person would have drawn. A poor one is flagged for review with the reasons in words, never silently used.
Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from generator.core.geometry import Rect
from generator.harvest.candidate import WAYS, View, find, look_at, on_grid, on_image
from generator.harvest.guard import choose, evidence, faults

GIVEN, MODEL = "given", "model"
REVIEW_BELOW = 0.45
"""The score below which a mask is flagged. Of boxes drawn where there is no defect one in ten scores higher."""
_WIDER_PX = 2


class Segmenter(Protocol):
    """A model that finds a mask in a box."""

    def __call__(self, pixels: np.ndarray, white: int, bbox_xywh: tuple[int, int, int, int]) -> np.ndarray:
        """Return an (H, W) bool mask; ``bbox_xywh`` is in px, half-open, within the image."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoxMask:
    """A mask, and how far it can be trusted.

    Attributes:
        mask: (H, W) bool; None: none was found.
        score: the overlap that it is likely to have with what a person would draw, in [0, 1].
        method: the way in which it was found; ``given``: it was not sought.
        reasons: what speaks against it, in words; may be empty.
        review: whether a person must look at it before it is used.
    """

    mask: np.ndarray | None
    score: float
    method: str
    reasons: tuple[str, ...] = ()
    review: bool = False

    @classmethod
    def given(cls, mask: np.ndarray) -> BoxMask:
        """Return a mask that the data set holds."""
        return cls(mask=mask, score=1.0, method=GIVEN)


def mask_of_box(
    pixels: np.ndarray,
    white: int,
    bbox_xywh: tuple[float, float, float, float],
    others: np.ndarray | None = None,
    segmenter: Segmenter | None = None,
) -> BoxMask:
    """Find the mask of what a box was drawn around.

    Args:
        pixels: (H, W, C) uint8 or uint16, C in {1, 3}.
        white: full scale of the pixels.
        bbox_xywh: px, half-open; may lie partly off the image.
        others: (H, W) bool, what other defects cover: no surface to compare with.
        segmenter: a model whose mask is judged like the others.

    Returns:
        Its mask lies within the box, rounded to whole pixels.
    """
    hw = pixels.shape[0], pixels.shape[1]
    box = _whole_px(bbox_xywh).clipped(hw)
    if box.is_empty:
        return _nothing("the box lies off the image")
    view = look_at(pixels, white, box, others)
    masks = {way: mask for way in WAYS if (mask := find(view, way)).any()}
    asked = None if segmenter is None else segmenter(pixels, white, box.xywh) & on_image(view.inside, view, box, hw)
    if asked is not None and (mask := on_grid(asked, view)).any():
        masks[MODEL] = mask
    if not masks:
        return _nothing("nothing in the box differs from what is around")
    seen = evidence(view, masks)
    way, trusted = choose(seen)
    full = asked if way == MODEL else on_image(masks[way], view, box, hw)
    reasons, is_grave = faults(seen[way], box, hw, 1.0 if way == MODEL else _steadiness(view, way, masks[way]))
    review = is_grave or trusted < REVIEW_BELOW
    if review and not reasons:
        reasons = ("little speaks for it",)
    return BoxMask(mask=full, score=trusted, method=way, reasons=reasons, review=review)


def _whole_px(bbox_xywh: tuple[float, float, float, float]) -> Rect:
    """Return a box on whole pixels, of at least one."""
    x, y, w, h = bbox_xywh
    left, top = math.floor(x + 0.5), math.floor(y + 0.5)
    return Rect(left, top, max(1, math.floor(x + w + 0.5) - left), max(1, math.floor(y + h + 0.5) - top))


def _steadiness(view: View, way: str, mask: np.ndarray) -> float:
    """Return the overlap with the mask that is found in the same way in a slightly wider box, in [0, 1]."""
    wider = find(view.grown(_WIDER_PX), way)
    return np.count_nonzero(mask & wider) / np.count_nonzero(mask | wider)


def _nothing(reason: str) -> BoxMask:
    return BoxMask(mask=None, score=0.0, method="none", reasons=(reason,), review=True)
