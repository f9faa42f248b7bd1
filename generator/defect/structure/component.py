"""Components: the outline is that of a part or of ink that the place names, whole or one side of it. Source: own."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.units import Length, Range
from generator.defect.outline import Outline, Room, Site
from generator.defect.structure.layer import cut_share, hole_of, nothing, spared


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """The thing at the place, with a little of what is around it.

    Attributes:
        margin: how far beyond the thing's edge the outline reaches, so that its own shade goes too.
        share: how much of the thing is taken, [0.05, 1]; less than 1 takes one side of it.
        wave: how far the border of a part that is taken wanders, as a share of the thing's size, [0, 1].
    """

    margin: Length = Length(2.0, "px")
    share: Range = Range(1.0, 1.0)
    wave: float = 0.08

    def __post_init__(self) -> None:
        require(self.share.within(0.05, 1), "share", "(low, high) within [0.05, 1]", self.share)
        require(0 <= self.wave <= 1, "wave", "a share in [0, 1]", self.wave)

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of the thing; one without strength where the place names none."""
        if not site.things:
            return nothing()
        thing = site.things[0]
        hole = spared(hole_of(thing, self.margin.px(room.scale), room.hw), thing, room.image, room.white)
        share = self.share.draw(rng)
        alpha = hole.alpha
        if share < 0.999:
            alpha = cv2.GaussianBlur(alpha * cut_share(hole, share, self.wave, rng), (0, 0), 0.6)
        params = {"kind": "component", "share": share, "w_px": hole.rect.w, "h_px": hole.rect.h}
        whole = Outline.of(alpha, hole.rect.x, hole.rect.y, **params)
        return Outline(rect=whole.rect, alpha=alpha, support=whole.support, params=params, mattes={"hole": hole})
