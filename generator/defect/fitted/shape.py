"""Outlines like those of measured defects.

A row is drawn among those that were seen near the place and fit the image; its course or contour is bent, turned,
scaled and mirrored a little, and then corrected until the finished mask has the area and length that were drawn. What a
person would have outlined is kept beside the change itself, which is thinner, or spills over, as it was measured.
Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from generator.core.errors import require
from generator.core.geometry import Rect
from generator.defect.fitted.draw import core_of_line, core_of_rings
from generator.defect.fitted.heat_map import frame_of, kernel_mass
from generator.defect.fitted.row import Row
from generator.defect.fitted.vary import Wish, varied
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import folded_deg

_SIZE_SPREAD = 0.15  # of the logarithm of how much larger than the image a row may be


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A new defect after one of the measured rows.

    Attributes:
        rows: what was measured, a row a defect.
        size_jitter: deviation of the logarithm of the size, [0, 1].
        width_jitter: deviation of the logarithm of the width, [0, 1].
        contrast_jitter: deviation of the logarithm of the contrast, [0, 1].
        angle_jitter_deg: deviation of the direction, degrees, [0, 90].
        bend: how far courses and contours are bent, 0 not at all, 1 strongly.
        near: how near to the place a row must have been seen, as a share of the image; 0: any row.
        over: what the rows' places are shares of: ``image``, or ``roi``, the box around the roi.
    """

    rows: tuple[Row, ...]
    size_jitter: float = 0.1
    width_jitter: float = 0.1
    contrast_jitter: float = 0.1
    angle_jitter_deg: float = 5.0
    bend: float = 0.5
    near: float = 0.15
    over: Literal["image", "roi"] = "image"
    _seen: _Seen = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require(len(self.rows) > 0, "rows", "at least one row", "none")
        for name in ("size_jitter", "width_jitter", "contrast_jitter", "bend"):
            require(0 <= getattr(self, name) <= 1, name, "a number in [0, 1]", getattr(self, name))
        require(0 <= self.angle_jitter_deg <= 90, "angle_jitter_deg", "degrees in [0, 90]", self.angle_jitter_deg)
        require(0 <= self.near <= 10, "near", "a share in [0, 10]", self.near)
        object.__setattr__(self, "_seen", _Seen.of(self.rows))

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of one defect about the site, or at the side of the image that its row touched."""
        number = self._choose(room, site, rng)
        row = self.rows[number]
        turn = self.angle_jitter_deg * rng.standard_normal() * (0.5 if row.touches else 1.0)
        size = math.exp(self.size_jitter * rng.standard_normal())
        wider = math.exp(self.width_jitter * rng.standard_normal())
        wish = Wish(size=size, wider=wider, turn_deg=turn, bend=self.bend)
        parts, drawn, x, y = varied(row, wish, site, room, rng)
        softness = float(np.clip(row.softness_px, 0.5, 4.0))
        if row.kind == "line":
            alpha = core_of_line(parts, (x, y), drawn.shape, row.share, softness, row.grain, rng)
        else:
            alpha = core_of_rings(drawn, row.shift_px, softness, rng)
        look = {
            "contrast": row.contrast * math.exp(self.contrast_jitter * rng.standard_normal()),
            "clouds": row.clouds,
            "clouds_px": [each * size for each in row.clouds_px],
            "texture": row.texture,
            "own": list(row.own),
            "turn_deg": turn,
            "tint": list(row.tint),
            "share": row.share,
        }
        params = {"kind": row.kind, "row": number, "angle_deg": folded_deg(row.angle_deg + turn), "look": look}
        if row.source:
            params["learned_from"] = row.source
        rect = Rect(x, y, drawn.shape[1], drawn.shape[0])
        return Outline(rect=rect, alpha=alpha, support=alpha > 1.0 / 255.0, drawn=drawn, params=params)

    def _choose(self, room: Room, site: Site, rng: np.random.Generator) -> int:
        """Return the number of a row that was seen near the site and has room on this image."""
        frame, seen = frame_of(room, self.over), self._seen
        weights = np.exp(-0.5 * self._misfit(room.hw))
        if self.near > 0:
            place = np.array([(site.x - frame.x) / max(frame.w, 1), (site.y - frame.y) / max(frame.h, 1)])
            apart = ((seen.centres - place) ** 2).sum(axis=1) / self.near**2
            weights *= np.exp(-0.5 * np.minimum(apart, 60.0)) / kernel_mass(seen.centres, self.near)
        weights += 1e-30
        return int(rng.choice(len(weights), p=weights / weights.sum()))

    def _misfit(self, hw: tuple[int, int]) -> np.ndarray:
        """Return how badly each row goes on an image of this size; one that spans its own is stretched to any."""
        size = np.array([hw[1], hw[0]], float)
        too_large = np.log(np.maximum(self._seen.extents / size, 1.0)) / _SIZE_SPREAD
        return np.minimum(np.where(self._seen.spans, 0.0, too_large) ** 2, 60.0).sum(axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """All rows at once: (R, 2) middles and extents, and whether each spans its image, across and down."""

    centres: np.ndarray
    extents: np.ndarray
    spans: np.ndarray

    @classmethod
    def of(cls, rows: tuple[Row, ...]) -> _Seen:
        return cls(
            centres=np.array([row.centre for row in rows]),
            extents=np.array([row.extent() for row in rows]),
            spans=np.array([row.spans() for row in rows]),
        )
