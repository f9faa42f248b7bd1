"""Nets of fine cracks: the polygons that a brittle coating breaks into, with gaps where cracks have not met yet.

The cells are Voronoi's about jittered points; a side is a slightly bent band, thinner and more often missing towards
the rim of the net. Source: own; cells of Voronoi (1908), as OpenCV's Subdiv2D finds them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from generator.core.units import LengthRange, Range, require_within
from generator.defect.fill import fill_bands
from generator.defect.outline import Outline, Room, Site
from generator.defect.shape.path import across, axis_deg, direction_xy, folded_deg

_POINTS = 6  # of a side
_MOST_CELLS = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """A net of cracks.

    Attributes:
        diameter: of the net's longer axis.
        cell: pitch of its cells.
        width: of its widest cracks; thinner than 1 px is drawn fainter.
        aspect: longer by shorter axis of the net and of its cells, [1, 10].
        gaps: share of the sides that are missing in the middle of the net, [0, 0.9]; towards its rim all go.
        irregularity: how unevenly the cells lie, [0, 1]; 0 is a honeycomb.
        bend: departure of a side from the straight line, as a share of its length, [0, 0.5].
        angle_deg: direction of the longer axis where the place suggests none.
        follow: ``any`` takes ``angle_deg``; ``along`` and ``across`` turn it relative to the place's own direction.
        softness_px: sigma of the optical edge, px.
    """

    diameter: LengthRange
    cell: LengthRange
    width: LengthRange
    aspect: Range = Range(1.0, 1.8)
    gaps: Range = Range(0.05, 0.3)
    irregularity: Range = Range(0.6, 1.0)
    bend: Range = Range(0.03, 0.12)
    angle_deg: Range = Range(-180.0, 180.0)
    follow: Literal["any", "along", "across"] = "any"
    softness_px: Range = Range(0.5, 0.7)

    def __post_init__(self) -> None:
        require_within(self, aspect=(1, 10), gaps=(0, 0.9), irregularity=(0, 1), bend=(0, 0.5), softness_px=(0, 20))

    def draw(self, room: Room, site: Site, rng: np.random.Generator) -> Outline:
        """Return the outline of a net about the site."""
        diameter, width = max(6.0, self.diameter.draw_px(rng, room.scale)), self.width.draw_px(rng, room.scale)
        cell, aspect = max(3.0, self.cell.draw_px(rng, room.scale)), self.aspect.draw(rng)
        gaps, uneven, bend = self.gaps.draw(rng), self.irregularity.draw(rng), self.bend.draw(rng)
        angle, softness = axis_deg(self.angle_deg.draw(rng), self.follow, site), self.softness_px.draw(rng)
        radius = diameter / 2.0
        cell = min(max(cell, 2.0 * radius / math.sqrt(_MOST_CELLS)), radius)
        sides = _sides(radius, cell, uneven, rng)
        middle = sides.mean(axis=1)
        rim = np.hypot(middle[:, 0], middle[:, 1]) / radius + rng.normal(0.0, 0.12, len(sides))
        kept = (rng.random(len(sides)) > gaps + (1.0 - gaps) * np.clip(2.2 * rim - 1.2, 0.0, 1.0)) | _nearest(middle)
        sides, rim = sides[kept], rim[kept]
        axis = direction_xy(angle)
        across_axis = across(axis) / aspect
        points = _bent(sides, bend, rng)
        points = points[..., :1] * axis + points[..., 1:] * across_axis + (site.x, site.y)
        strengths = width * np.exp(0.4 * rng.standard_normal(len(sides)) - 0.3) * (1.0 - 0.6 * np.clip(rim, 0.0, 1.0))
        ends = rng.uniform(0.6, 1.0, (len(sides), 2))
        taper = ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * np.linspace(0.0, 1.0, _POINTS)
        alpha, x, y = fill_bands([(points, strengths[:, None] * taper)], softness, room.hw, floor=0.3)
        return Outline.of(
            alpha,
            x,
            y,
            kind="net",
            diameter_px=diameter,
            cell_px=cell,
            width_px=width,
            sides=len(sides),
            angle_deg=folded_deg(angle),
        )


def _sides(radius_px: float, cell_px: float, uneven: float, rng: np.random.Generator) -> np.ndarray:
    """Return the sides of the cells that touch a disc about the origin, (N, 2, 2) px, each once."""
    count = max(2, math.ceil(radius_px / cell_px) + 1)
    columns, rows = np.meshgrid(np.arange(-count, count + 1), np.arange(-count, count + 1))
    grid = np.stack([columns + 0.5 * (rows % 2), rows * math.sqrt(0.75)], axis=-1).reshape(-1, 2).astype(np.float64)
    grid += 0.45 * uneven * rng.uniform(-1.0, 1.0, grid.shape)
    reach = count + 4
    division = cv2.Subdiv2D((-reach, -reach, 2 * reach, 2 * reach))
    division.insert(grid.astype(np.float32).tolist())
    facets, _ = division.getVoronoiFacetList([])
    starts = np.concatenate([np.asarray(facet) for facet in facets])
    ends = np.concatenate([np.roll(np.asarray(facet), -1, axis=0) for facet in facets])
    ordered = (starts[:, 0] < ends[:, 0]) | ((starts[:, 0] == ends[:, 0]) & (starts[:, 1] < ends[:, 1]))
    sides = (
        np.stack([starts, ends], axis=1)[ordered].astype(np.float64) * cell_px
    )  # a side's other cell has it reversed
    inside = (np.hypot(sides[..., 0], sides[..., 1]) < radius_px).any(axis=1)
    return sides[inside] if inside.any() else sides[:1]


def _nearest(middle: np.ndarray) -> np.ndarray:
    """Return which of (N, 2) points is the nearest to the origin, (N,) bool with one true value: it always stays."""
    return np.arange(len(middle)) == np.argmin(np.hypot(middle[:, 0], middle[:, 1]))


def _bent(sides: np.ndarray, bend: float, rng: np.random.Generator) -> np.ndarray:
    """Return the sides as lines of a few points, bowed and jagged between their corners, (N, points, 2) px."""
    at = np.linspace(0.0, 1.0, _POINTS)
    along = sides[:, 1] - sides[:, 0]
    straight = sides[:, :1] + along[:, None, :] * at[:, None]
    bow = 4.0 * at * (1.0 - at)
    off = bend * (rng.standard_normal((len(sides), 1)) + 0.6 * rng.standard_normal((len(sides), _POINTS))) * bow
    normal = np.stack([-along[:, 1], along[:, 0]], axis=-1)
    return straight + off[..., None] * normal[:, None, :]
