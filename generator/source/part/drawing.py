"""What a product's ``draw`` gives back, and the few steps all products share.

A picture is kept as float32 planes of linear brightness in [0, 1], one plane (mono, or tinted later) or three (RGB):
planes are three times faster to work on than interleaved pixels. Source: own.
"""

from __future__ import annotations

import colorsys
import math
from dataclasses import dataclass

import cv2
import numpy as np

Planes = tuple[np.ndarray, ...]
Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """A product as light reaches the lens, before the camera.

    Attributes:
        planes: one or three (H, W) float32, about [0, 1]; red, green, blue.
        light_deg: azimuth that the light comes from, degrees, counter-clockwise as displayed.
        roi: (H, W) bool silhouette of the part; None where it fills the image.
    """

    planes: Planes
    light_deg: float
    roi: np.ndarray | None = None


def hsv(hue_deg: float, saturation: float, value: float) -> Colour:
    """Return red, green, blue in [0, 1]."""
    return colorsys.hsv_to_rgb((hue_deg % 360.0) / 360.0, min(max(saturation, 0.0), 1.0), value)


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Return a number drawn uniformly from [low, high]."""
    return low + (high - low) * rng.random()


def grid(hw: tuple[int, int], centre_xy: tuple[float, float], turn_deg: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return each pixel's place in a frame that is shifted and turned.

    Args:
        hw: height and width in px.
        centre_xy: the frame's origin in the image, px.
        turn_deg: the frame's turn, counter-clockwise as displayed.

    Returns:
        u to the frame's right and v to its bottom, (H, W) float32 in px.
    """
    x = (np.arange(hw[1], dtype=np.float32) + np.float32(0.5 - centre_xy[0]))[None, :]
    y = (np.arange(hw[0], dtype=np.float32) + np.float32(0.5 - centre_xy[1]))[:, None]
    c, s = np.float32(math.cos(math.radians(turn_deg))), np.float32(math.sin(math.radians(turn_deg)))
    return c * x - s * y, s * x + c * y


def step(distance_px: np.ndarray, softness_px: float = 1.0) -> np.ndarray:
    """Return 0 where a signed distance is negative, 1 where positive, with an edge as soft as a lens makes it."""
    return np.clip(distance_px * np.float32(1.0 / softness_px) + np.float32(0.5), 0.0, 1.0)


def tinted(plane: np.ndarray, colour: Colour) -> Planes:
    """Return three planes: one brightness in one colour."""
    return tuple(plane * np.float32(c) for c in colour)


def mixed(low: Colour, high: Colour, share: np.ndarray) -> Planes:
    """Return three planes that go from one colour (share 0) to another (share 1)."""
    planes = tinted(share, tuple(b - a for a, b in zip(low, high, strict=True)))
    for plane, a in zip(planes, low, strict=True):
        plane += np.float32(a)
    return planes


def lit(planes: Planes, factor: np.ndarray, highlight: np.ndarray | float = 0.0) -> Planes:
    """Return the planes times a brightness, plus a colourless highlight."""
    shown = tuple(plane * factor for plane in planes)
    for plane in shown:
        plane += highlight
    return shown


def over(planes: Planes, top: Planes | Colour, alpha: np.ndarray) -> Planes:
    """Return ``top`` laid over ``planes`` where ``alpha`` is 1."""
    laid = []
    for below, above in zip(planes, top, strict=True):
        plane = np.float32(above) - below if isinstance(above, float) else above - below
        plane *= alpha
        plane += below
        laid.append(plane)
    return tuple(laid)


def disc_shadow(
    hw: tuple[int, int], centre_xy: tuple[float, float], radius_px: float, softness_px: float
) -> np.ndarray:
    """Return a round part's soft shadow, 0 to 1, (H, W) float32; it is drawn as coarsely as it is soft."""
    coarse = max(1, int(softness_px / 5))
    small = max(1, round(hw[0] / coarse)), max(1, round(hw[1] / coarse))
    x = (np.arange(small[1], dtype=np.float32) + np.float32(0.5)) * np.float32(hw[1] / small[1]) - np.float32(
        centre_xy[0]
    )
    y = (np.arange(small[0], dtype=np.float32) + np.float32(0.5)) * np.float32(hw[0] / small[0]) - np.float32(
        centre_xy[1]
    )
    r = np.sqrt((x * x)[None, :] + (y * y)[:, None])
    return cv2.resize(step(np.float32(radius_px) - r, softness_px), (hw[1], hw[0]), interpolation=cv2.INTER_LINEAR)


def radial(hw: tuple[int, int], centre_xy: tuple[float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each pixel's distance from a centre and the unit vector away from it.

    Returns:
        r in px, x / r and y / r; (H, W) float32.
    """
    x = (np.arange(hw[1], dtype=np.float32) + np.float32(0.5 - centre_xy[0]))[None, :]
    y = (np.arange(hw[0], dtype=np.float32) + np.float32(0.5 - centre_xy[1]))[:, None]
    r = cv2.sqrt(x * x + y * y)
    inverse = np.float32(1.0) / cv2.max(r, 1e-3)
    return r, x * inverse, y * inverse
