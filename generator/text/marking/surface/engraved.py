"""Text that is cut or struck into the surface.

The walls fall at one angle from the edge of the ink, so thin strokes are V grooves and wide ones have a floor. Beside
the cut stands a lip of burr, or of material that a die has pushed up. The floor is rough and scatters light its own
way. The cut may be filled with paint.
Source: own; what a V cutter leaves is the inward offset of the outline.
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
from generator.text.marking.surface.shading import SLOPE_PX, inward, is_dark, relief, shared, spread, with_tone
from generator.text.plate import Plate


@dataclass(frozen=True, slots=True, kw_only=True)
class Engraved:
    """A cut.

    Attributes:
        kinds: of faces, the most fitting first.
        contrast: strong change, share of full scale.
        wall: width of a wall, share of a capital's height, [0.01, 0.3]; strokes up to twice as wide are V grooves.
        wall_deg: how steep the walls are, degrees, [5, 75].
        lip: height of the lip beside the cut, share of a wall's depth, [0, 0.6].
        lip_width: how far the lip reaches, share of a capital's height, [0.01, 0.3].
        floor: how much the rough cut changes the surface by itself, share of its light, [0, 1].
        grain: roughness of the cut, px of height, [0, 1].
        glint: brightness of walls that mirror the light, [0, 1].
        elevation_deg: of the light above the surface, degrees, [15, 85]; low light shades strongly.
        uneven: how much shallower the shallowest character and its shallow side are, share of the depth, [0, 0.4].
        fill: paint in the cut: ``none``, ``dark``, ``light``; ``both``: the one that stands off more from the surface.
    """

    kinds: tuple[Literal["outline", "dots", "strokes", "segments"], ...] = ("strokes", "outline")
    contrast: Range = Range(0.15, 0.5)
    wall: Range = Range(0.03, 0.1)
    wall_deg: Range = Range(30.0, 55.0)
    lip: Range = Range(0.0, 0.15)
    lip_width: Range = Range(0.03, 0.06)
    floor: Range = Range(0.4, 0.6)
    grain: Range = Range(0.03, 0.12)
    glint: Range = Range(0.2, 0.7)
    elevation_deg: Range = Range(35.0, 60.0)
    uneven: Range = Range(0.0, 0.0)
    fill: Literal["none", "dark", "light", "both"] = "none"

    def __post_init__(self) -> None:
        require_within(self, contrast=(0.01, 1), wall=(0.01, 0.3), wall_deg=(5, 75), lip=(0, 0.6))
        require_within(self, lip_width=(0.01, 0.3), floor=(0, 1), grain=(0, 1), glint=(0, 1), elevation_deg=(15, 85))
        require_within(self, uneven=(0, 0.4))

    def is_flat(self, drawn: Mapping[str, Any]) -> bool:
        """Say no: a relief has a bright and a dark side."""
        return False

    @property
    def sign(self) -> str:
        """``both``: a cut has a bright and a dark wall; what paint is in it decides otherwise."""
        return "both" if self.fill == "none" else self.fill

    def strike(self, plate: Plate, rng: np.random.Generator) -> Plate:
        """Return the plate with ink that is thinner where the cut is shallower."""
        if self.uneven.high <= 0:
            return plate
        return struck_unevenly(plate, self.uneven.draw(rng), rng)

    def draw(self, rng: np.random.Generator) -> Mapping[str, Any]:
        """Return the shape of the cut, its light and the numbers of its grain and paint."""
        wall, lip_width = self.wall.draw(rng), self.lip_width.draw(rng)
        drawn: dict[str, Any] = {
            "wall": wall,
            "wall_deg": self.wall_deg.draw(rng),
            "lip": self.lip.draw(rng),
            "lip_width": lip_width,
            "floor": self.floor.draw(rng),
            "grain": self.grain.draw(rng),
            "glint": self.glint.draw(rng),
            "elevation_deg": self.elevation_deg.draw(rng),
            "texture": int(rng.integers(1 << 16)),
        }
        if self.fill != "none":
            drawn["paints"] = [paint for paint in self._paints(rng.random()) if paint is not None]
        return drawn

    def _paints(self, chance: float) -> tuple[float | None, float | None]:
        dark, light = 0.02 + 0.1 * chance, 0.82 + 0.15 * chance
        return (None if self.fill == "light" else dark), (None if self.fill == "dark" else light)

    def reach_px(self, drawn: Mapping[str, Any], height_px: float) -> int:
        """Return the lip's reach and that of slopes."""
        return _lip_px(drawn, height_px) + SLOPE_PX

    def change(
        self, ground: np.ndarray, cover: np.ndarray, drawn: Mapping[str, Any], light_deg: float, height_px: float
    ) -> np.ndarray:
        """Return the shading of the cut, its rough floor, and the paint on it."""
        wall_px = max(1.0, drawn["wall"] * height_px)
        steep = math.tan(math.radians(drawn["wall_deg"]))
        depth = inward(cover, wall_px)
        around = spread(cover, _lip_px(drawn, height_px))
        lip = cv2.subtract(around, cv2.multiply(around, cover))
        rough = cv2.multiply(cover, grain(cover.shape, drawn["texture"]), scale=drawn["grain"])
        height = cv2.scaleAdd(depth, -steep, rough)
        height = cv2.scaleAdd(lip, 2.0 * steep * drawn["lip"] * wall_px, height)
        light = Light(light_deg, drawn["elevation_deg"])
        share = relief(height, light, drawn["glint"], 0.3)
        on_dark = is_dark(ground, drawn)
        # half of a cut's own tone lies on all of it, half grows with the depth, where less light finds its way out
        tone = cv2.addWeighted(cover, 0.5, depth, 0.5 / wall_px, 0.0)
        share = with_tone(share, tone * np.float32(drawn["floor"]), 1.0 if on_dark else -1.0, on_dark)
        change = shared(ground, share)
        if "paints" in drawn:
            level = drawn["paints"][-1 if on_dark else 0]
            lit = cv2.min(level * (1.0 + np.float32(0.25) * share), 1.0)
            inside = cv2.min(tone * np.float32(1.6), 0.94)
            paint, inside = (_on_all(plane, ground) for plane in (cv2.multiply(inside, lit), inside))
            change = paint + change - inside * (change + ground)
        return change


def struck_unevenly(plate: Plate, uneven: float, rng: np.random.Generator) -> Plate:
    """Return the plate with each character struck at its own depth and tilt.

    Args:
        plate: with an owner for every pixel.
        uneven: share of the depth that is lost at most.
        rng: source of chance.
    """
    count = len(plate.chars) + 1
    centres = np.zeros((count, 2), np.float32)
    centres[1:] = plate.boxes_uv.reshape(-1, 2, 2).mean(axis=1)
    span = np.maximum((plate.boxes_uv[:, 2:] - plate.boxes_uv[:, :2]).max(axis=1, initial=1.0), 1.0)
    loss = uneven * rng.random((count, 1), np.float32)
    tilt = (rng.random((count, 2), np.float32) - np.float32(0.5)) * np.float32(uneven)
    tilt[1:] /= span[:, None]
    rows, columns = plate.cover.shape
    owner = plate.owner
    v, u = np.arange(rows, dtype=np.float32)[:, None], np.arange(columns, dtype=np.float32)[None]
    flat = (np.float32(1.0) - loss[:, 0] - (tilt * centres).sum(axis=1)).astype(np.float32)
    gain = flat[owner] + tilt[:, 0][owner] * u + tilt[:, 1][owner] * v
    np.clip(gain, 1.0 - uneven, 1.0, out=gain)
    return plate.with_(cover=cv2.multiply(plate.cover, gain, dtype=cv2.CV_8U))


def _lip_px(drawn: Mapping[str, Any], height_px: float) -> int:
    return max(1, math.ceil(drawn["lip_width"] * height_px))


def _on_all(plane: np.ndarray, ground: np.ndarray) -> np.ndarray:
    return plane[..., None] if ground.shape[2] == 1 else cv2.merge((plane,) * ground.shape[2])
