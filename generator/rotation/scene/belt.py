"""A drawn conveyor belt: rubber or woven cloth, worn along the way it runs.

A colour, a weave of two waves, wear as streaks along the way, clouds of dirt, a lamp that is nearer to one side, grain.
Nothing on it has an edge, so it teaches nobody to see one. Source: own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from generator.core.annotation import Finding
from generator.core.errors import require
from generator.core.units import LengthRange, Range, Scale, require_within
from generator.imaging import noise
from generator.rotation.scene.cutout import Cutout

_LUMA = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True, slots=True, kw_only=True)
class Belt:
    """A surface of one colour with the marks of use.

    Attributes:
        colours: of belts, red, green and blue as shares of full scale, [0, 1]; each scene draws one.
        level: what its brightness is multiplied by, within [0.2, 2].
        direction_deg: which way it runs, degrees, counter-clockwise as displayed, 0 to the right.
        weave: contrast of the weave, within [0, 0.3].
        pitch: of the weave.
        wear: contrast of the streaks, within [0, 0.3].
        dirt: contrast of the clouds, within [0, 0.3].
        falloff: how much darker the side away from the lamp is, within [0, 0.8].
        grain: sigma of the grain, share of the level, within [0, 0.2].
    """

    colours: tuple[tuple[float, float, float], ...] = ((0.2, 0.21, 0.22),)
    level: Range = Range(0.8, 1.25)
    direction_deg: Range = Range(-2, 2)
    weave: Range = Range(0.0, 0.05)
    pitch: LengthRange = LengthRange.parse(("0.8%", "1.6%"))
    wear: Range = Range(0.004, 0.02)
    dirt: Range = Range(0.02, 0.06)
    falloff: Range = Range(0.0, 0.2)
    grain: Range = Range(0.01, 0.025)

    def __post_init__(self) -> None:
        require(len(self.colours) > 0, "colours", "at least one colour", self.colours)
        for colour in self.colours:
            require(all(0 <= part <= 1 for part in colour), "colours", "shares of full scale in [0, 1]", colour)
        require_within(self, level=(0.2, 2), direction_deg=(-360, 360), weave=(0, 0.3), wear=(0, 0.3))
        require_within(self, dirt=(0, 0.3), falloff=(0, 0.8), grain=(0, 0.2))

    def lay(self, part: Cutout, hw: tuple[int, int], white: int, split: str, rng: np.random.Generator) -> np.ndarray:
        """Return a belt at the depth and with the channels of the part's image."""
        colour = np.array(self.colours[int(rng.integers(len(self.colours)))]) * self.level.draw(rng)
        channels = part.surface.shape[2]
        shades = colour if channels == 3 else np.array([float(colour @ _LUMA)])
        relief = self._relief(hw, rng)
        made = cv2.merge([relief * np.float32(min(shade, 0.97) * white) for shade in shades])
        made = np.clip(np.rint(made), 0, white).astype(part.surface.dtype)
        return made.reshape(*hw, channels)

    def _relief(self, hw: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
        """Return how bright each place is, (H, W) float32 about 1."""
        (height, width), scale = hw, Scale(min(hw))
        along = self.direction_deg.draw(rng)
        side = max(hw)
        relief = 1 + noise.fractal(hw, side / 3, rng, octaves=5, gain=0.6) * np.float32(self.dirt.draw(rng))
        relief += noise.streaks(hw, side / 1.5, max(1.0, side / 70), along, rng) * np.float32(self.wear.draw(rng))
        weave, pitch = self.weave.draw(rng), self.pitch.draw_px(rng, scale)
        phases = rng.random(2) * (2 * math.pi)
        cos, sin = math.cos(math.radians(along)), math.sin(math.radians(along))
        turn = 2 * math.pi / max(2.0, pitch)
        x, y = np.arange(width, dtype=np.float32)[None, :], np.arange(height, dtype=np.float32)[:, None]
        # sin(a + b) from one row and one column each: a wave along the way, another across it
        warp = _wave(x * (cos * turn), y * (-sin * turn) + phases[0])
        weft = _wave(x * (sin * turn), y * (cos * turn) + phases[1])
        relief += warp * weft * np.float32(weave)
        lamp = rng.random() * 2 * math.pi
        slope = (x / width - 0.5) * math.cos(lamp) + (y / height - 0.5) * math.sin(lamp)
        fall = self.falloff.draw(rng)
        relief *= np.float32(1 - 0.5 * fall) + slope.astype(np.float32) * np.float32(fall)
        return relief + noise.white(hw, rng) * np.float32(self.grain.draw(rng))

    def digest(self) -> str:
        """Return nothing: no file is read."""
        return ""

    def findings(self) -> tuple[Finding, ...]:
        """Return nothing."""
        return ()


def _wave(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Return the sine of a sum of a row and a column, (H, W) float32."""
    return np.sin(across) * np.cos(down) + np.cos(across) * np.sin(down)
