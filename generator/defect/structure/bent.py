"""Bent parts: one of the part's outermost corners is pushed aside, what hangs on it follows. Source: own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.errors import require
from generator.core.units import Length, Range
from generator.defect.outline import Matte, Outline, Room, Site
from generator.defect.structure.layer import carried, hole_of, landing, nothing, origins, united


@dataclass(frozen=True, slots=True, kw_only=True)
class Bent:
    """A part one of whose ends is out of its place.

    Attributes:
        radius: how far the bend reaches, as a share of the part's longer side, [0.05, 2].
        push: how far its end is moved, as a share of the radius, [0, 0.6]; more would fold it.
        inward: how far the push points into the part instead of along its contour, [0, 1].
        margin: how far beyond the part's edge the ground is uncovered, so that its own shade goes too.
    """

    radius: Range = Range(0.35, 0.8)
    push: Range = Range(0.2, 0.5)
    inward: Range = Range(0.0, 0.5)
    margin: Length = Length(2.0, "px")

    def __post_init__(self) -> None:
        require(self.radius.within(0.05, 2), "radius", "(low, high) within [0.05, 2]", self.radius)
        require(self.push.within(0, 0.6), "push", "(low, high) within [0, 0.6]", self.push)
        require(self.inward.within(0, 1), "inward", "(low, high) within [0, 1]", self.inward)

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of what the bend uncovers and covers; without strength where no part was found."""
        if not site.things:
            return nothing()
        thing = site.things[0]
        move = {"matrix": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0], "bend": self._draw_bend(thing, rng)}
        rect = landing(thing.rect, move)
        columns, rows = origins(rect, move)
        moved = Matte(rect=rect, alpha=carried(thing.alpha, thing.rect, (columns, rows), cv2.BORDER_CONSTANT))
        hole = hole_of(thing, self.margin.px(room.scale), room.hw)
        shifted = np.hypot(
            columns - np.arange(rect.x, rect.x + rect.w), rows - np.arange(rect.y, rect.y + rect.h)[:, None]
        )
        both = united([moved, hole])
        felt = np.zeros_like(both.alpha)  # nothing changes where the bend does not reach
        felt[rect.inside(both.rect)] = np.clip(shifted * np.float32(2.0), 0, 1)
        alpha = both.alpha * cv2.GaussianBlur(cv2.dilate(felt, np.ones((7, 7), np.uint8)), (0, 0), 1.5)
        whole = Outline.of(alpha, both.rect.x, both.rect.y)
        params = {"kind": "bent", **move}
        mattes = {"piece": thing, "hole": hole}
        return Outline(rect=whole.rect, alpha=alpha, support=whole.support, params=params, mattes=mattes)

    def _draw_bend(self, thing: Matte, rng: np.random.Generator) -> dict[str, Any]:
        """Return a bend about one of the points of the contour that lie farthest out."""
        bits = (thing.alpha > 0.5).view(np.uint8)
        contours, _ = cv2.findContours(bits, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        points = max(contours, key=len)[:, 0, :].astype(np.float64)
        middle = points.mean(axis=0)
        away = np.hypot(*(points - middle).T)
        outer = np.flatnonzero(away >= np.quantile(away, 0.85))
        at = int(outer[rng.integers(outer.size)])
        step = max(1, len(points) // 40)
        tangent = points[(at + step) % len(points)] - points[at - step]
        inward = middle - points[at]
        tangent, inward = (v / max(math.hypot(*v), 1e-6) for v in (tangent, inward))
        share = self.inward.draw(rng)
        way = tangent * (1.0 if rng.random() < 0.5 else -1.0) * (1.0 - share) + inward * share
        way /= max(math.hypot(*way), 1e-6)
        radius = max(3.0, self.radius.draw(rng) * float(np.ptp(points, axis=0).max()))
        push = self.push.draw(rng) * radius
        x, y = points[at] + (thing.rect.x, thing.rect.y)
        return {"x": float(x), "y": float(y), "dx": float(way[0] * push), "dy": float(way[1] * push), "radius": radius}
