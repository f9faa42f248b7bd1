"""One sample from copies of a part on a ground: image, twin, blank and all that lies on them.

Every layer is laid on the same ground with the same shares, so image and twin differ where defects are and nowhere
else. Each copy takes the defects and the text of the part with it. Source: own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from generator.core.annotation import Instance, Region
from generator.core.geometry import Rect
from generator.core.sample import Sample
from generator.imaging.move.carry import cut_line, moved_region
from generator.imaging.move.covered import Cover
from generator.imaging.move.support import grown_owners, grown_supports, moved_support
from generator.imaging.move.turn import Turn
from generator.rotation.scene.cutout import Cutout


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Copy:
    """A part where it lies on a scene.

    Attributes:
        turn: from the pixels of the cut-out to those of ``rect``.
        rect: its box on the scene; it may reach beyond it.
        share: (rect.h, rect.w) float32 in [0, 1], of the part at each pixel.
        applied_deg: by how much it was turned.
    """

    turn: Turn
    rect: Rect
    share: np.ndarray
    applied_deg: float

    def points(self, part: Cutout) -> Callable[[np.ndarray], np.ndarray]:
        """Return what takes points of the part's image, (n, 2) px, to the scene."""
        first, onto = np.array([part.rect.x, part.rect.y]), np.array([self.rect.x, self.rect.y])
        return lambda xy: self.turn.points(np.asarray(xy, np.float64).reshape(-1, 2) - first) + onto

    def region(self, hw: tuple[int, int]) -> Region:
        """Return the pixels of the scene at least half of which are the part's."""
        inner = self.rect.clipped(hw)
        return Region.tight(self.share[inner.inside(self.rect)] >= 0.5, inner.x, inner.y)


def laid(ground: np.ndarray, flats: list[np.ndarray], copies: list[Copy], white: int) -> np.ndarray:
    """Return a scene, (H, W, C): copy by copy the part as it looks there, laid on the ground.

    Args:
        ground: (H, W, C) with its shadows.
        flats: the cut-out that each copy shows, (h, w, C).
        copies: where they lie.
        white: full scale.
    """
    scene = ground.copy()
    for flat, copy in zip(flats, copies, strict=True):
        inner = copy.rect.clipped(scene.shape[:2])
        within = inner.inside(copy.rect)
        turned = copy.turn.pixels(flat, white)[within].copy()
        scene[inner.slices] = Cover.of(copy.share[within]).laid(turned, scene[inner.slices])
    return scene


def composed(sample: Sample, ground: np.ndarray, part: Cutout, copies: list[Copy]) -> Sample:
    """Return the sample as a scene; parts and orientation are left to the stage."""
    white, hw = sample.source.white, (ground.shape[0], ground.shape[1])
    roi = np.zeros(hw, bool)
    for copy in copies:
        region = copy.region(hw)
        roi[region.rect.slices] |= region.bits

    def scene(layer: np.ndarray) -> np.ndarray:
        return laid(ground, [part.of(layer)] * len(copies), copies, white)

    text = with_text(sample, ground, part, copies) if sample.blank is not None else {}
    good = scene(sample.good)
    if text.get("owner") is not None:  # ink ends where its owners do
        good = np.where((text["owner"] == 0)[..., None], text["blank"], good)
    image, instances = good, sample.instances
    if instances:
        moved = [_instance(one, part, copy, hw, k) for k, copy in enumerate(copies) for one in instances]
        instances = grown_supports(tuple(moved), max(copy.turn.spread_px for copy in copies), hw, roi)
        image = scene(sample.image)
    return sample.with_(
        image=image, good=good, roi=roi, instances=instances, touched_everywhere=bool(instances), **text
    )


def _instance(instance: Instance, part: Cutout, copy: Copy, hw: tuple[int, int], number: int) -> Instance:
    """Return an instance on a copy, with the number of that copy among its parameters."""
    drawn = None if instance.drawn is None else _moved(instance.drawn, part, copy, hw, moved_region)
    support = _moved(instance.support, part, copy, hw, moved_support)
    return replace(instance, support=support, drawn=drawn, params={**instance.params, "on_part": number})


def _moved(
    region: Region, part: Cutout, copy: Copy, hw: tuple[int, int], move: Callable[[Region, Turn], Region]
) -> Region:
    """Return where a region of the part's image lies on the scene, as far as a copy shows it."""
    bits = part.of(region.full(part.roi.shape))
    made = move(Region.tight(bits), copy.turn)
    inner = Rect(made.rect.x + copy.rect.x, made.rect.y + copy.rect.y, made.rect.w, made.rect.h)
    inner = inner.intersection(copy.rect).clipped(hw)
    if inner.is_empty:
        return Region.tight(np.zeros((0, 0), bool))
    local = Rect(inner.x - copy.rect.x, inner.y - copy.rect.y, inner.w, inner.h)
    shown = made.bits[local.inside(made.rect)] & (copy.share[local.slices] > 0)
    return Region.tight(shown, inner.x, inner.y)


def with_text(sample: Sample, ground: np.ndarray, part: Cutout, copies: list[Copy]) -> dict[str, Any]:
    """Return what text changes of a scene: each copy has the lines of the part, its characters numbers of their own."""
    assert sample.blank is not None
    white, hw, blank, owner = sample.source.white, (ground.shape[0], ground.shape[1]), sample.blank, sample.owner
    changes: dict[str, Any] = {
        "blank": laid(ground, [part.of(blank)] * len(copies), copies, white),
        "char_mask": None,
    }
    count = 0 if owner is None else sum(len(line.chars) for line in sample.text)
    changes["text"] = tuple(
        cut_line(line.moved(copy.points(part)), hw).with_(
            first_number=line.first_number + k * count if line.first_number else 0
        )
        for k, copy in enumerate(copies)
        for line in sample.text
    )
    if owner is None:
        return changes
    alone, reach = sample.alone, max(copy.turn.spread_px for copy in copies)
    if alone is None and reach:  # neighbours' ink is mixed: odd and even numbers go apart
        odd, even = (np.where((owner % 2 == parity)[..., None], sample.good, blank) for parity in (1, 0))
        alone = odd, even
    if alone is not None:  # of a copy whose numbers begin at an odd one, odd and even have changed places
        flats = [part.of(layer) for layer in alone]
        changes["alone"] = tuple(
            laid(ground, [flats[(which + k * count) % 2] for k in range(len(copies))], copies, white)
            for which in (0, 1)
        )
    numbers = np.zeros(hw, np.uint8 if len(copies) * count < 256 else np.uint16)
    flat = part.of(owner)
    for k, copy in enumerate(copies):
        inner = copy.rect.clipped(hw)
        within = inner.inside(copy.rect)
        local = grown_owners(copy.turn.numbers(flat), reach)[within].astype(numbers.dtype)
        mine = (local > 0) & (copy.share[within] > 0)
        numbers[inner.slices][mine] = local[mine] + numbers.dtype.type(k * count)
    return {**changes, "owner": numbers}
