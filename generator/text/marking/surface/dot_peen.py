"""Dents that a stylus hammers into the surface, one beside the other.

Each dent is a cone with a round tip; its far wall catches the light, the near one lies in shade, and what was pushed
out stands around it as a low rim. A face of dots is struck dot by dot; the strokes of a stroke face are struck at
equal steps along the pen's path, and an outline is filled with dents on a grid.
Source: own; pin spacing and cone of usual dot-peen markers (styli of 60 to 120 degrees).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.imaging.noise import grain
from generator.imaging.relief import Light
from generator.text.marking.grid import dots_of
from generator.text.marking.surface.shading import SLOPE_PX, is_dark, relief, shared, spread, with_tone
from generator.text.plate import Marks, Plate

_TIP = 1.5  # a dent is deepest over the inner third of its radius
_LEAST_PX = 0.9  # no dent is drawn smaller
_MOST_LOST = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class DotPeen:
    """Rows of dents.

    Attributes:
        kinds: of faces, the most fitting first.
        contrast: strong change, share of full scale.
        rows: dents on the height of a capital, for faces that are not made of dots, [5, 40].
        diameter: of a dent, share of the pitch, [0.4, 2]; from about 1 on dents touch.
        jitter: how far a dent lies off its place, sigma as a share of the pitch, [0, 0.3].
        unevenness: how much dents differ in depth and width, sigma as a share, [0, 0.3].
        missed: share of dents that the stylus did not make, [0, 0.3]; at most a quarter of a character's.
        wall_deg: how steep a dent's wall is, degrees, [5, 75].
        rim: height of the rim, share of a dent's depth, [0, 0.6].
        floor: how much a dent changes the surface by itself, share of its light, [0, 1].
        glint: brightness of walls that mirror the light, [0, 1].
        elevation_deg: of the light above the surface, degrees, [15, 85].
    """

    kinds: tuple[Literal["outline", "dots", "strokes", "segments"], ...] = ("dots", "strokes", "outline")
    contrast: Range = Range(0.15, 0.5)
    rows: Range = Range(9.0, 14.0)
    diameter: Range = Range(0.8, 1.25)
    jitter: Range = Range(0.01, 0.06)
    unevenness: Range = Range(0.02, 0.1)
    missed: Range = Range(0.0, 0.01)
    wall_deg: Range = Range(30.0, 55.0)
    rim: Range = Range(0.05, 0.2)
    floor: Range = Range(0.35, 0.55)
    glint: Range = Range(0.3, 0.8)
    elevation_deg: Range = Range(35.0, 60.0)

    def __post_init__(self) -> None:
        require_within(self, contrast=(0.01, 1), rows=(5, 40), diameter=(0.4, 2), jitter=(0, 0.3))
        require_within(self, unevenness=(0, 0.3), missed=(0, 0.3), wall_deg=(5, 75), rim=(0, 0.6), floor=(0, 1))
        require_within(self, glint=(0, 1), elevation_deg=(15, 85))

    @property
    def sign(self) -> str:
        """``both``: a dent has a bright and a dark wall."""
        return "both"

    def is_flat(self, drawn: Mapping[str, Any]) -> bool:
        """Say no: a relief has a bright and a dark side."""
        return False

    def strike(self, plate: Plate, rng: np.random.Generator) -> Plate:
        """Return the plate with dents for ink; how deep one is, is how much ink there is."""
        rows, diameter = self.rows.draw_int(rng), self.diameter.draw(rng)
        jitter, uneven, missed = self.jitter.draw(rng), self.unevenness.draw(rng), self.missed.draw(rng)
        if not plate.chars:
            return plate
        dots, pitch_px = _dents_of(plate, rows, diameter)
        radius_px = max(_LEAST_PX, 0.5 * diameter * pitch_px)
        chance = rng.standard_normal((len(dots), 3), np.float32).clip(-2.5, 2.5)
        room = math.ceil(radius_px * (1.0 + 2.5 * uneven) + 2.5 * jitter * pitch_px) + 1
        plate = plate.padded(room)
        dots[:, :2] += chance[:, :2] * np.float32(jitter * pitch_px) + np.float32(room)
        size = 1.0 + chance[:, 2] * np.float32(uneven)
        lost = rng.random(len(dots)) < missed
        if lost.any():
            numbers = dots[:, 2].astype(np.intp)
            had, loses = np.bincount(numbers), np.bincount(numbers, weights=lost)
            lost &= (loses <= _MOST_LOST * had)[numbers]  # else the character keeps them all
            dots, size = dots[~lost], size[~lost]
        return _dented(plate, dots, size, radius_px, pitch_px)

    def draw(self, rng: np.random.Generator) -> Mapping[str, Any]:
        """Return the shape of the dents and their light."""
        return {
            "wall_deg": self.wall_deg.draw(rng),
            "rim": self.rim.draw(rng),
            "floor": self.floor.draw(rng),
            "glint": self.glint.draw(rng),
            "elevation_deg": self.elevation_deg.draw(rng),
            "texture": int(rng.integers(1 << 16)),
        }

    def reach_px(self, drawn: Mapping[str, Any], height_px: float) -> int:
        """Return the rim's reach and that of slopes."""
        return _rim_px(height_px) + SLOPE_PX

    def change(
        self, ground: np.ndarray, cover: np.ndarray, drawn: Mapping[str, Any], light_deg: float, height_px: float
    ) -> np.ndarray:
        """Return the shading of the dents."""
        # a dent is about a twentieth of the height in radius, whatever the face
        deep_px = math.tan(math.radians(drawn["wall_deg"])) * max(1.2, 0.07 * height_px) / _TIP
        around = spread(cover, _rim_px(height_px))
        rim = cv2.subtract(around, cv2.multiply(around, cover))
        height = cv2.addWeighted(cover, -deep_px, rim, 2.0 * deep_px * drawn["rim"], 0.0)
        rough = cv2.multiply(cover, grain(cover.shape, drawn["texture"]), scale=0.05)
        height = cv2.add(height, rough)
        share = relief(height, Light(light_deg, drawn["elevation_deg"]), drawn["glint"], 0.6)
        on_dark = is_dark(ground, drawn)
        tone = cv2.min(cover * np.float32(2.0), 1.0) * np.float32(drawn["floor"])
        share = with_tone(share, tone, 1.0 if on_dark else -1.0, on_dark)
        return shared(ground, share)


def _rim_px(height_px: float) -> int:
    return max(1, round(0.04 * height_px))


def _dents_of(plate: Plate, rows: int, diameter: float) -> tuple[np.ndarray, float]:
    """Return u, v and character number of each dent, (n, 3) float32, and their distance, px."""
    marks = plate.marks
    if marks is None or not marks.strokes:
        dots, pitch_px = dots_of(plate, rows, diameter)
        return dots.copy(), pitch_px
    pitch_px = max(2.0, plate.height_px / (rows - 1))
    strokes = sorted(marks.strokes, key=lambda stroke: stroke[0])
    return np.concatenate([_along(points, pitch_px, number) for number, points in strokes]), pitch_px


def _along(points: np.ndarray, pitch_px: float, number: int) -> np.ndarray:
    """Return dots at equal steps of about the pitch along a line, both ends included."""
    lengths = np.hypot(*np.diff(points, axis=0).T)
    travelled = np.concatenate([[0.0], np.cumsum(lengths)])
    count = max(1, round(float(travelled[-1]) / pitch_px) + 1)
    at = np.linspace(0.0, travelled[-1], count)
    dots = np.empty((count, 3), np.float32)
    dots[:, 0], dots[:, 1] = np.interp(at, travelled, points[:, 0]), np.interp(at, travelled, points[:, 1])
    dots[:, 2] = number
    return dots


def _dented(plate: Plate, dots: np.ndarray, size: np.ndarray, radius_px: float, pitch_px: float) -> Plate:
    """Return the plate with dents alone; where two overlap the deeper one counts.

    Args:
        plate: with room around all dents.
        dots: (n, 3) float32 u, v and number of the character, in the order of the numbers; at least one.
        size: (n,) float32 width and depth of each, 1 is usual.
        radius_px: of a usual dent.
        pitch_px: distance of dents.
    """
    rows, columns = plate.cover.shape
    radii = np.maximum(size * np.float32(radius_px), np.float32(_LEAST_PX))
    half = math.ceil(float(radii.max()))
    offset = np.arange(-half, half + 1)
    first = np.floor(dots[:, :2]).astype(np.int64)
    off = (first - dots[:, :2] + np.float32(0.5)).astype(np.float32)[..., None] + offset.astype(np.float32)
    off *= off
    depth = off[:, 0, None, :] + off[:, 1, :, None]
    np.sqrt(depth, out=depth)
    deepest = np.minimum(size, 1.0) * np.float32(255.0)
    depth *= (np.float32(-_TIP) * deepest / radii)[:, None, None]
    depth += np.float32(_TIP) * deepest[:, None, None]
    values = np.clip(depth, 0.0, deepest[:, None, None]).astype(np.uint8)
    column = np.clip(first[:, :1] + offset, 0, columns - 1)
    row = np.clip(first[:, 1:] + offset, 0, rows - 1) * columns
    place = row[:, :, None] + column[:, None, :]
    cover = np.zeros(rows * columns, np.uint8)
    np.maximum.at(cover, place.ravel(), values.ravel())
    owner = plate.owner.copy()
    inside = np.flatnonzero(values.reshape(-1))
    inside = inside[np.argsort(values.reshape(-1)[inside], kind="stable")]  # the deepest dent has the pixel
    owner.reshape(-1)[place.reshape(-1)[inside]] = dots[inside // offset.size**2, 2]
    return plate.with_(
        cover=cover.reshape(rows, columns),
        owner=owner,
        boxes_uv=_boxes(dots, radii * np.float32(1.0 - 0.5 / _TIP), plate.boxes_uv),
        marks=Marks(dots_uvn=dots, pitch_px=pitch_px),
    )


def _boxes(dots: np.ndarray, reach: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Return the boxes around each character's dents, which lie in the order of their characters."""
    starts = np.flatnonzero(np.diff(dots[:, 2], prepend=0))
    whose = dots[starts, 2].astype(np.intp) - 1
    boxes = before.copy()
    boxes[whose, :2] = np.minimum.reduceat(dots[:, :2] - reach[:, None], starts)
    boxes[whose, 2:] = np.maximum.reduceat(dots[:, :2] + reach[:, None], starts)
    return boxes
