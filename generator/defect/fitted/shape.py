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
from generator.defect.fitted.draw import core_of_line, core_of_rings, fill_lines, fill_rings, length_px
from generator.defect.fitted.heat_map import frame_of, kernel_mass
from generator.defect.fitted.row import Row
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import folded_deg

_LOOPS = 3  # corrections of length and area
_SIZE_SPREAD = 0.15  # of the logarithm of the image's size, for rows that span their image
_BEYOND_PX = 12  # how far a mask that reaches a side of the image goes on beyond it


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
        size = math.exp(self.size_jitter * rng.standard_normal())
        wider = math.exp(self.width_jitter * rng.standard_normal())
        contrast = row.contrast * math.exp(self.contrast_jitter * rng.standard_normal())
        turn = self.angle_jitter_deg * rng.standard_normal() * (0.5 if row.touches else 1.0)
        parts = _reaching(row)
        parts = _bent(parts, self.bend, max(row.length_px, 6.0), rng)
        parts = _turned(parts, row, turn, rng)
        parts, drawn, x, y = _corrected(parts, row, size, wider, site, room)
        softness = float(np.clip(row.softness_px, 0.5, 4.0))
        if row.kind == "line":
            alpha = core_of_line(parts, (x, y), drawn.shape, row.share, softness, rng)
        else:
            alpha = core_of_rings(drawn, row.share, row.shift_px, softness, rng)
        look = {
            "contrast": contrast,
            "clouds": row.clouds,
            "clouds_px": row.clouds_px * size,
            "texture": row.texture,
            "tint": list(row.tint),
            "share": row.share,
        }
        params = {"kind": row.kind, "row": number, "angle_deg": folded_deg(row.angle_deg + turn), "look": look}
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
        """Return how badly each row goes on an image of this size: one that spans its own wants one as large."""
        seen, size = self._seen, np.array([hw[1], hw[0]], float)
        apart = np.where(seen.spans, np.log(size / seen.wh), np.log(np.maximum(seen.extents / size, 1.0)))
        return np.minimum((apart / _SIZE_SPREAD) ** 2, 60.0).sum(axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """All rows at once: (R, 2) middles, image sizes and extents, and whether each spans its image, across and down."""

    centres: np.ndarray
    wh: np.ndarray
    extents: np.ndarray
    spans: np.ndarray

    @classmethod
    def of(cls, rows: tuple[Row, ...]) -> _Seen:
        points = [np.concatenate([part[:, :2] for part in row.points()]) for row in rows]
        return cls(
            centres=np.array([row.centre for row in rows]),
            wh=np.array([row.wh for row in rows], float),
            extents=np.array([np.maximum(np.ptp(one, axis=0), 1.0) for one in points]),
            spans=np.array([[set(sides) <= set(row.touches) for sides in ("lr", "tb")] for row in rows]),
        )


def _reaching(row: Row) -> list[np.ndarray]:
    """Return the row's parts, those points that lie at a side of the image pushed beyond it."""
    parts = row.points()
    if not row.touches:
        return parts
    everything = np.concatenate([part[:, :2] for part in parts])
    low, high = everything.min(axis=0), everything.max(axis=0)
    reach = _BEYOND_PX + 0.08 * row.length_px
    for side in row.touches:
        axis, sign = (0 if side in "lr" else 1), (-1.0 if side in "lt" else 1.0)
        edge = low[axis] if sign < 0 else high[axis]
        at_side = max(1.5, row.width_px * 0.5) if row.kind == "line" else 1.5
        for part in parts:
            part[np.abs(part[:, axis] - edge) <= at_side, axis] += sign * reach
    return parts


def _bent(parts: list[np.ndarray], bend: float, length: float, rng: np.random.Generator) -> list[np.ndarray]:
    """Return the parts moved by a smooth random field of several wavelengths."""
    for share, strength in ((1.6, 0.10), (0.7, 0.035), (0.3, 0.015)):
        turns = rng.uniform(0.0, 2.0 * np.pi, (4, 2))
        wave = 2.0 * np.pi / (share * length)
        for direction, phase in turns:
            move = rng.standard_normal(2) * (bend * strength * length * 0.5)
            for part in parts:
                along = part[:, 0] * math.cos(direction) + part[:, 1] * math.sin(direction)
                part[:, :2] += np.sin(wave * along + phase)[:, None] * move
    return parts


def _turned(parts: list[np.ndarray], row: Row, turn_deg: float, rng: np.random.Generator) -> list[np.ndarray]:
    """Return the parts turned; those of a row that touches no side also mirrored along and across their own axis."""
    angle = math.radians(row.angle_deg)
    along, across = np.array([math.cos(angle), -math.sin(angle)]), np.array([math.sin(angle), math.cos(angle)])
    flips = np.where(rng.random(2) < 0.5, -1.0, 1.0)
    if row.touches:
        flips[:] = 1.0
    cos, sin = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    for part in parts:
        u, v = part[:, :2] @ along * flips[0], part[:, :2] @ across * flips[1]
        points = u[:, None] * along + v[:, None] * across
        part[:, 0] = points[:, 0] * cos + points[:, 1] * sin
        part[:, 1] = -points[:, 0] * sin + points[:, 1] * cos
    return parts


def _corrected(
    parts: list[np.ndarray], row: Row, size: float, wider: float, site: Site, room: Room
) -> tuple[list[np.ndarray], np.ndarray, int, int]:
    """Return the parts in image coordinates and the mask they fill, with the length and area that were drawn.

    Returns:
        The parts; the mask (h, w) bool and x, y of its first pixel; it may reach a little beyond the image.
    """
    length, area = row.length_px * size, row.area_px * size * size * wider
    angle = math.radians(row.angle_deg)
    across = np.array([math.sin(angle), math.cos(angle)])
    for part in parts:
        part *= size
        if row.kind == "line":
            part[:, 2] *= wider
    mask, x, y = np.zeros((1, 1), bool), 0, 0
    for loop in range(_LOOPS + 1):
        placed = _placed(parts, row, site, room)
        mask, x, y = fill_lines(placed, room.hw) if row.kind == "line" else fill_rings(placed, room.hw)
        inside = _inside(mask, x, y, room.hw)
        if loop == _LOOPS or not inside.any():
            break
        longer = float(np.clip(length / length_px(inside), 0.7, 1.4))
        more = float(np.clip(area / np.count_nonzero(inside) / longer, 0.5, 2.0))
        if row.kind != "line":
            more = float(np.clip(more, 0.75, 1.33))
        for part in parts:
            part[:, :2] *= longer
            if row.kind == "line":
                part[:, 2] *= more
            else:
                part[:, :2] += ((more - 1.0) * (part[:, :2] @ across))[:, None] * across
    return placed, mask, x, y


def _placed(parts: list[np.ndarray], row: Row, site: Site, room: Room) -> list[np.ndarray]:
    """Return the parts about the site, moved so that they reach the sides that the row touched and no other."""
    everything = np.concatenate([part[:, :2] for part in parts])
    low, high = everything.min(axis=0), everything.max(axis=0)
    reach = _BEYOND_PX + 0.08 * row.length_px
    move = np.zeros(2)
    for axis, (first, last, extent, at) in enumerate((("l", "r", room.hw[1], site.x), ("t", "b", room.hw[0], site.y))):
        move[axis] = at - (low[axis] + high[axis]) / 2.0
        starts, ends = first in row.touches, last in row.touches
        if starts and ends:
            move[axis] = extent / 2.0 - (low[axis] + high[axis]) / 2.0
        elif starts:
            move[axis] = -reach - low[axis]
        elif ends:
            move[axis] = extent + reach - high[axis]
        else:
            least, most = 2.0 - low[axis], extent - 2.0 - high[axis]
            move[axis] = np.clip(move[axis], least, most) if least <= most else (least + most) / 2.0
    return [np.concatenate([part[:, :2] + move, part[:, 2:]], axis=1) for part in parts]


def _inside(mask: np.ndarray, x: int, y: int, hw: tuple[int, int]) -> np.ndarray:
    rect = Rect(x, y, mask.shape[1], mask.shape[0])
    part = rect.clipped(hw)
    return mask[part.inside(rect)] if not part.is_empty else np.zeros((1, 1), bool)
