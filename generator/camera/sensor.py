"""What the sensor makes of the light: exposure, fall-off, photons, amplifier, colour balance, line stripes.

The good image's values are taken as light, 1 filling a pixel's well. Photon noise grows with the root of the electrons,
read noise does not; the amplifier's gain lifts both. One field of random numbers belongs to the shot, so that image and
twin differ by their light alone. Albumentations' ShotNoise draws another field for each light, and its other transforms
of this kind know neither electrons nor a white of 4095.
Source: own; the noise model is EMVA 1288's, the fall-off that of the cosine law near the axis.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.core.geometry import Rect
from generator.core.seeds import stage_rng, texture_rng
from generator.imaging.noise import normal_of, random_bytes


@dataclass(frozen=True, slots=True, eq=False)
class Readout:
    """One shot's sensor: all that it does to a pixel, ready for any rectangle of the image.

    Attributes:
        white: full scale.
        fall_x, fall_y: the light's factor at (row, column) is their sum, (W * C,) and (H, 1) float32.
        gain_x, gain_y: the amplifier's factor is their product, (W * C,) and (H, 1) float32.
        shot_noise, read_noise: variance a unit of light; deviation, both relative to a full well.
        grain: (H, W * C) uint8 random bytes; None: no noise.
    """

    white: int
    fall_x: np.ndarray
    fall_y: np.ndarray
    gain_x: np.ndarray
    gain_y: np.ndarray
    shot_noise: float
    read_noise: float
    grain: np.ndarray | None

    @classmethod
    def of(cls, shot: Mapping[str, Any], hw: tuple[int, int], channels: int, white: int, seed: int) -> Readout:
        """Return the sensor of a shot, as the camera drew it, for images of one size.

        Args:
            shot: the drawn parameters.
            hw: height and width in px.
            channels: 1 or 3.
            white: full scale.
            seed: the run's; the sensor's own column pattern depends on it alone.
        """
        height, width = hw
        loss = np.float32(shot["vignetting"] * shot["exposure"])
        across, down = (_towards_corner(side) for side in (width, height))
        lines, pixels = (width, height) if shot["travel"] == "right" else (height, width)
        sensor = _stripes(pixels, shot["pixel_gain"], stage_rng(seed, 0, 0, "camera/sensor"))
        rng = texture_rng(shot["noise"])
        flicker = _stripes(lines, shot["line_gain"], rng)
        phase = np.arange(lines, dtype=np.float32) / np.float32(shot["ripple_px"]) + np.float32(shot["ripple_phase"])
        flicker += np.float32(shot["ripple"]) * np.sin(np.float32(2.0 * math.pi) * phase)
        columns, rows = (flicker, sensor) if shot["travel"] == "right" else (sensor, flicker)
        balance = np.array([shot["red_gain"], 1.0, shot["blue_gain"]] if channels == 3 else [1.0], np.float32)
        well = shot["full_well_e"]
        return cls(
            white=white,
            fall_x=np.repeat(np.float32(shot["exposure"]) - loss * across, channels),
            fall_y=(-loss * down)[:, None],
            gain_x=(np.float32(shot["gain"]) * columns[:, None] * balance).ravel(),
            gain_y=rows[:, None].copy(),
            shot_noise=0.0 if well is None else 1.0 / well,
            read_noise=0.0 if well is None else shot["read_noise_e"] / well,
            grain=None if well is None else random_bytes((height, width * channels), rng),
        )

    def read(self, light: np.ndarray, rect: Rect, dtype: np.dtype) -> np.ndarray:
        """Return what is read out.

        Args:
            light: (h, w, C) float32 of the rectangle, in [0, 1]; overwritten.
            rect: where it lies in the image.
            dtype: of the result.

        Returns:
            (h, w, C) in [0, white].
        """
        channels = light.shape[2]
        rows, columns = slice(rect.y, rect.y + rect.h), slice(rect.x * channels, (rect.x + rect.w) * channels)
        flat = light.reshape(rect.h, rect.w * channels)
        flat *= self.fall_x[columns] + self.fall_y[rows]
        if self.grain is not None:
            variance = cv2.max(flat * np.float32(self.shot_noise), 0.0)
            variance += np.float32(self.read_noise**2)
            flat += cv2.sqrt(variance) * normal_of(np.ascontiguousarray(self.grain[rows, columns]))
        np.clip(flat, 0.0, 1.0, out=flat)  # a full well holds no more, however far the amplifier is turned up
        flat *= self.gain_x[columns] * (self.gain_y[rows] * np.float32(self.white))
        np.clip(flat, 0.0, self.white, out=flat)
        return np.rint(flat, out=flat).astype(dtype).reshape(light.shape)


def _towards_corner(side_px: int) -> np.ndarray:
    """Return half the squared distance from the middle along one side, 0.5 at its ends, (side,) float32."""
    place = (np.arange(side_px, dtype=np.float32) + np.float32(0.5)) * np.float32(2.0 / side_px) - np.float32(1.0)
    return place * place * np.float32(0.5)


def _stripes(count: int, deviation: float, rng: np.random.Generator) -> np.ndarray:
    """Return a gain for each line, (count,) float32 about 1."""
    return (1.0 + deviation * np.clip(rng.standard_normal(count), -3.0, 3.0)).astype(np.float32)
