"""One sample from copies of a part on a ground: image, twin, blank and all that lies on them.

Every layer is laid on the same ground with the same shares, so image and twin differ where defects are and nowhere
else. Each copy takes the defects and the text of the part with it. Source: own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from generator.core.annotation import Instance, Region
from generator.core.errors import ConfigError
from generator.core.geometry import Rect
from generator.core.sample import Sample
from generator.imaging.move.carry import Beyond, moved_region
from generator.imaging.move.support import grown_supports
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


def laid(ground: np.ndarray, part: Cutout, layer: np.ndarray, copies: list[Copy], white: int) -> np.ndarray:
    """Return the scene of a layer, (H, W, C): the part as it looks there, copy by copy, on the ground."""
    scene, flat = ground.copy(), part.of(layer)
    for copy in copies:
        inner = copy.rect.clipped(scene.shape[:2])
        within = inner.inside(copy.rect)
        turned = copy.turn.pixels(flat, white)[within]
        scene[inner.slices] = Beyond(pixels=scene[inner.slices], share=copy.share[within]).under(turned)
    return scene


def composed(sample: Sample, ground: np.ndarray, part: Cutout, copies: list[Copy]) -> Sample:
    """Return the sample as a scene; parts and orientation are left to the stage."""
    white, hw = sample.source.white, (ground.shape[0], ground.shape[1])
    roi = np.zeros(hw, bool)
    for copy in copies:
        region = copy.region(hw)
        roi[region.rect.slices] |= region.bits

    def scene(layer: np.ndarray) -> np.ndarray:
        return laid(ground, part, layer, copies, white)

    text = _text(sample, part, copies, scene, hw)
    good = scene(sample.good)
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
    spare = math.ceil(1.0 / copy.turn.scale) // 2 if copy.turn.scale < 1 else 0  # what is thinner than a pixel stays
    drawn = None if instance.drawn is None else _moved(instance.drawn, part, copy, hw, 0)
    support = _moved(instance.support, part, copy, hw, spare)
    return replace(instance, support=support, drawn=drawn, params={**instance.params, "on_part": number})


def _moved(region: Region, part: Cutout, copy: Copy, hw: tuple[int, int], spare_px: int) -> Region:
    """Return where a region of the part's image lies on the scene, as far as a copy shows it."""
    bits = part.of(region.full(part.roi.shape))
    if not bits.any():
        return Region.tight(np.zeros((0, 0), bool))
    made = moved_region(Region.tight(bits), copy.turn, spare_px)
    inner = Rect(made.rect.x + copy.rect.x, made.rect.y + copy.rect.y, made.rect.w, made.rect.h).clipped(hw)
    if inner.is_empty:
        return Region.tight(np.zeros((0, 0), bool))
    local = Rect(inner.x - copy.rect.x, inner.y - copy.rect.y, inner.w, inner.h)
    shown = made.bits[local.inside(made.rect)] & (copy.share[local.slices] > 0)
    return Region.tight(shown, inner.x, inner.y)


def _text(
    sample: Sample, part: Cutout, copies: list[Copy], scene: Callable[[np.ndarray], np.ndarray], hw: tuple[int, int]
) -> dict[str, Any]:
    if sample.blank is None:
        return {}
    raise ConfigError("recipe.stages", "text after the parts are laid, or none", "text before", "")
