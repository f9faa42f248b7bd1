"""Screen printing: opaque ink pressed through a mesh, as the legend of a circuit board or the scale of an instrument.

The mesh shows at the edges as a fine saw tooth, the ink runs out a little beyond them, and threads or dust leave
pinholes. Source: own.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from generator.core.units import Range, require_within
from generator.text.marking.film import bled, blurred, frayed, pierced
from generator.text.marking.pigment import Pigment
from generator.text.plate import Plate

_TILE_PX = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class SilkScreen(Pigment):
    """Screen ink.

    Attributes:
        kinds: of faces, the most fitting first.
        mesh: pitch of the threads, share of a capital's height, [0.01, 0.3].
        mesh_deg: direction of the threads, degrees, [0, 90].
        saw: how much the edges come and go with the mesh, [0, 1].
        softness: sigma of the edge, share of a capital's height, [0, 0.1].
        halo: strength of the thin ink beyond the edge, share of the ink, [0, 0.4].
        thin: how much the mesh shows as thinner ink within the print, [0, 0.4].
        pinholes: share of the pixels at which a pinhole begins, [0, 0.05].
    """

    kinds: tuple[Literal["outline", "dots", "strokes", "segments"], ...] = ("outline", "strokes")
    mesh: Range = Range(0.04, 0.09)
    mesh_deg: Range = Range(15.0, 45.0)
    saw: Range = Range(0.4, 1.0)
    softness: Range = Range(0.005, 0.014)
    halo: Range = Range(0.0, 0.2)
    thin: Range = Range(0.0, 0.12)
    pinholes: Range = Range(0.0, 0.0015)

    def __post_init__(self) -> None:
        Pigment.__post_init__(self)
        require_within(
            self,
            mesh=(0.01, 0.3),
            mesh_deg=(0, 90),
            saw=(0, 1),
            softness=(0, 0.1),
            halo=(0, 0.4),
            thin=(0, 0.4),
            pinholes=(0, 0.05),
        )

    def strike(self, plate: Plate, rng: np.random.Generator) -> Plate:
        """Return the plate with the mesh at its edges, a thin halo and pinholes."""
        height = plate.height_px
        pitch = max(2.0, self.mesh.draw(rng) * height)
        halo, thin, pinholes = self.halo.draw(rng), self.thin.draw(rng), self.pinholes.draw(rng)
        softness = self.softness.draw(rng) * height
        plate = plate.padded(math.ceil(max(1.2 * pitch, 2.0 * softness)))
        plate = bled(plate, softness, has_room=True)
        pattern = _mesh(plate.cover.shape, pitch, self.mesh_deg.draw(rng), rng)
        plate = frayed(plate, pattern, self.saw.draw(rng))
        if thin > 0:
            ink = pattern * np.float32(0.5 * thin)
            ink += np.float32(1.0 - 0.5 * thin)
            plate = plate.with_(cover=cv2.multiply(plate.cover, ink, dtype=cv2.CV_8U))
        if halo > 0:
            run = blurred(plate.cover, 0.6 * pitch)
            plate = plate.with_(cover=np.maximum(plate.cover, cv2.multiply(run, halo, dtype=cv2.CV_8U)))
        return pierced(plate, pinholes, 0.15, max(1, min(6, round(0.5 * pitch))), rng) if pinholes > 0 else plate


def _mesh(hw: tuple[int, int], pitch_px: float, angle_deg: float, rng: np.random.Generator) -> np.ndarray:
    """Return a woven pattern, (h, w) float32 in [-1, 1], that begins anywhere."""
    tile = _tile(round(4.0 * pitch_px), round(angle_deg / 5.0) * 5)
    top, left = (int(place) for place in rng.integers(0, _TILE_PX, 2))
    if hw[0] <= _TILE_PX and hw[1] <= _TILE_PX:
        return tile[top : top + hw[0], left : left + hw[1]]
    return np.take(np.take(tile, range(top, top + hw[0]), 0, mode="wrap"), range(left, left + hw[1]), 1, mode="wrap")


@functools.lru_cache(maxsize=64)
def _tile(quarter_px: int, angle_deg: int) -> np.ndarray:
    side = np.arange(2 * _TILE_PX, dtype=np.float32)
    turn, step = math.radians(angle_deg), 2.0 * math.pi / (quarter_px / 4.0)
    cos, sin = np.float32(math.cos(turn) * step), np.float32(math.sin(turn) * step)
    warp, weft = side * cos + side[:, None] * sin, side[:, None] * cos - side * sin
    tile = np.sin(warp) * np.sin(weft)
    tile.setflags(write=False)
    return tile
