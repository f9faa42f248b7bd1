"""A whole sample through one map of the plane: image, twin, roi, supports, text, parts.

Image and twin go through the same map and get the same filling, so they are equal beyond what defects changed.
Supports follow and then grow by as much as the kernel spreads, so that the labels, which are derived last, find every
pixel that a defect reached. What a mirror shows once more beyond the source is no defect:
labels set it back. Source: own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from generator.core.annotation import Instance, Part, Region
from generator.core.sample import Sample
from generator.core.text import TextLine
from generator.imaging.move.covered import Cover
from generator.imaging.move.support import grown_owners, grown_supports, moved_support
from generator.imaging.move.turn import Turn

_LEAST_SHOWN = 0.9  # share of a character that must be on the image for it to be read
_ALONG = (np.arange(16) + 0.5) / 16
_WITHIN = np.array([((1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v) for v in _ALONG for u in _ALONG])
"""(256, 4): points spread over a quad, as means of its corners."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beyond:
    """What a canvas shows where the turned image is not meant to be seen.

    Attributes:
        pixels: (h, w, C) of the image's dtype.
        cover: how much of the turned image each pixel shows.
        of: the image before the turn that the pixels were made from, where ``turned`` is known.
        turned: that image on the canvas, so that it need not be turned again.
    """

    pixels: np.ndarray
    cover: Cover
    of: np.ndarray | None = None
    turned: np.ndarray | None = None

    def shown(self, image: np.ndarray, turn: Turn, white: int) -> np.ndarray:
        """Return an image, (H, W, C), on the canvas of a turn, what it shows beyond laid under it."""
        is_known = image is self.of and self.turned is not None
        turned = self.turned if is_known else turn.pixels(image, white, mirrored=False)
        return self.cover.laid(turned.copy() if is_known or np.may_share_memory(turned, image) else turned, self.pixels)


def carried(sample: Sample, turn: Turn, beyond: Beyond | None = None) -> Sample:
    """Return the sample on the canvas of a turn.

    Args:
        sample: its orientation, if it has one, is turned along, and so is its light.
        turn: from its pixels to the canvas.
        beyond: what the canvas shows where the image is not; None: the image's mirror image.
    """
    white = sample.source.white

    def picture(image: np.ndarray) -> np.ndarray:
        return turn.pixels(image, white) if beyond is None else beyond.shown(image, turn, white)

    hw = (turn.wh[1], turn.wh[0])
    seen = None if beyond is None else beyond.cover.seen
    roi = seen if sample.roi is None else turn.numbers(sample.roi)
    if sample.roi is not None and seen is not None:
        roi = roi & seen
    text = _text(sample, turn, picture, seen)
    good = picture(sample.good)
    if text.get("owner") is not None:  # the mirrored border shows no text
        good = np.where((text["owner"] == 0)[..., None], text["blank"], good)
    image, instances = good, sample.instances
    if instances:
        moved = tuple(_instance(instance, turn) for instance in instances)
        instances = grown_supports(moved, turn.spread_px, hw, roi)
        image = picture(sample.image)
    orientation = sample.orientation
    return sample.with_(
        image=image,
        good=good,
        roi=roi,
        instances=instances,
        parts=tuple(_part(part, turn, seen) for part in sample.parts),
        orientation=None if orientation is None else orientation.turned(turn.angle_deg),
        light_deg=(sample.light_deg + turn.angle_deg) % 360.0,
        touched_everywhere=bool(instances),
        **text,
    )


def _text(
    sample: Sample, turn: Turn, picture: Callable[[np.ndarray], np.ndarray], seen: np.ndarray | None
) -> dict[str, Any]:
    """Return what text changes of a sample: its blank, owners and lines moved."""
    if sample.blank is None:
        return {}
    owner, alone, reach = sample.owner, sample.alone, turn.spread_px
    if owner is not None and alone is None and reach:  # neighbours' ink is mixed: odd and even numbers go apart
        odd, even = (np.where((owner % 2 == part)[..., None], sample.good, sample.blank) for part in (1, 0))
        alone = odd, even
    return {
        "blank": picture(sample.blank),
        "owner": None if owner is None else grown_owners(turn.numbers(owner), reach),
        "alone": None if alone is None else (picture(alone[0]), picture(alone[1])),
        "char_mask": None,
        "text": tuple(cut_line(line.moved(turn.points), (turn.wh[1], turn.wh[0]), seen) for line in sample.text),
    }


def cut_line(line: TextLine, hw: tuple[int, int], seen: np.ndarray | None = None) -> TextLine:
    """Return a line whose characters cannot be read where the image shows too little of them.

    Args:
        line: on the image.
        hw: height and width of the image, px.
        seen: (h, w) bool, where it shows what the line was drawn on; None: everywhere.
    """
    quads = line.char_quads_xy
    if not len(quads) or (seen is None and quads.min() >= 0 and (quads <= (hw[1], hw[0])).all()):
        return line
    points = np.einsum("kp,npc->nkc", _WITHIN, quads)
    at = np.floor(points).astype(np.intp)
    held = ((at >= 0) & (at < (hw[1], hw[0]))).all(axis=2)
    if seen is not None:
        held &= seen[at[..., 1].clip(0, hw[0] - 1), at[..., 0].clip(0, hw[1] - 1)]
    readable = line.char_readable & (held.mean(axis=1) >= _LEAST_SHOWN)
    return line.with_(char_readable=readable, is_readable=line.is_readable and bool(readable.all()))


def _instance(instance: Instance, turn: Turn) -> Instance:
    """Return an instance with its support moved; it is empty where the defect left the image."""
    drawn = None if instance.drawn is None else moved_region(instance.drawn, turn)
    return replace(instance, support=moved_support(instance.support, turn), drawn=drawn)


def moved_region(region: Region, turn: Turn, spare_px: int = 0) -> Region:
    """Return a region on the canvas: the pixels whose nearest source pixel lies in it, or within ``spare_px`` of it."""
    wide = region.rect.grown(spare_px + 1)
    bits = cv2.copyMakeBorder(region.bits.view(np.uint8), *(spare_px + 1,) * 4, cv2.BORDER_CONSTANT)
    if spare_px:
        bits = cv2.dilate(bits, np.ones((2 * spare_px + 1,) * 2, np.uint8))
    onto = turn.window(wide).clipped((turn.wh[1], turn.wh[0]))
    if onto.is_empty or not region.bits.size:
        return Region.tight(np.zeros((0, 0), bool))
    return Region.tight(turn.part(wide, onto).numbers(bits) > 0, onto.x, onto.y)


def _part(part: Part, turn: Turn, seen: np.ndarray | None) -> Part:
    """Return a part moved and turned; its region ends where the canvas does, its corners do not."""
    region = moved_region(part.region, turn)
    if seen is not None:
        region = Region.tight(region.bits & seen[region.rect.slices], region.rect.x, region.rect.y)
    return replace(
        part,
        region=region,
        quad_xy=turn.points(part.quad_xy),
        orientation=part.orientation.turned(turn.angle_deg),
        centre_xy=None if part.centre_xy is None else turn.points(part.centre_xy[None])[0],
    )
