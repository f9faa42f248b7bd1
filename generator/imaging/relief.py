"""Shading of a height map under one distant light.

Heights are in px towards the camera, which looks straight down. A flat surface has Lambert factor 1, so a patch of an
image times its factor is the same image with a relief; the specular part is added on top.
Source: Lambert's law; Blinn (1977), with (n.h)^s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True, slots=True)
class Light:
    """A distant light.

    Attributes:
        azimuth_deg: where it comes from, counter-clockwise as displayed, 0 to the right, 90 from above in the image.
        elevation_deg: above the surface, in (0, 90]; 90 is the camera's own direction.
    """

    azimuth_deg: float
    elevation_deg: float

    @property
    def direction(self) -> tuple[float, float, float]:
        """The unit vector to the light: x right, y down, z to the camera."""
        azimuth, elevation = math.radians(self.azimuth_deg), math.radians(self.elevation_deg)
        flat = math.cos(elevation)
        return flat * math.cos(azimuth), -flat * math.sin(azimuth), math.sin(elevation)

    @property
    def halfway(self) -> tuple[float, float, float]:
        """The unit vector halfway between the light and the camera."""
        x, y, z = self.direction
        norm = math.sqrt(x * x + y * y + (z + 1.0) ** 2)
        return x / norm, y / norm, (z + 1.0) / norm


def slopes(height: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rise per px to the right and downwards, by central differences; 0 across the border.

    Args:
        height: (H, W) float32 in px.

    Returns:
        Two (H, W) float32 arrays: dz/dx, dz/dy.
    """
    rise_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=1, scale=0.5, borderType=cv2.BORDER_REFLECT_101)
    rise_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=1, scale=0.5, borderType=cv2.BORDER_REFLECT_101)
    return rise_x, rise_y


def _facing(rise_x: np.ndarray, rise_y: np.ndarray, towards: tuple[float, float, float]) -> np.ndarray:
    """Return max(0, n . towards) for the normals of the slopes."""
    x, y, z = (np.float32(v) for v in towards)
    facing = rise_x * -x
    facing -= rise_y * y
    facing += z
    length = rise_x * rise_x
    length += rise_y * rise_y
    length += np.float32(1.0)
    facing /= cv2.sqrt(length)
    return cv2.max(facing, 0.0)


def lambert(rise_x: np.ndarray, rise_y: np.ndarray, light: Light) -> np.ndarray:
    """Return the diffuse brightness relative to a flat surface.

    Args:
        rise_x: (H, W) float32, dz/dx.
        rise_y: (H, W) float32, dz/dy.
        light: elevation above 0.

    Returns:
        (H, W) float32, >= 0; 1 where flat, 0 where turned away from the light.
    """
    factor = _facing(rise_x, rise_y, light.direction)
    factor *= np.float32(1.0 / light.direction[2])
    return factor


def blinn(rise_x: np.ndarray, rise_y: np.ndarray, light: Light, shininess: float) -> np.ndarray:
    """Return the specular highlight.

    Args:
        rise_x: (H, W) float32, dz/dx.
        rise_y: (H, W) float32, dz/dy.
        light: where it comes from.
        shininess: exponent, > 0; 5 is satin, 200 is polished.

    Returns:
        (H, W) float32 in [0, 1]; 1 where the surface mirrors the light into the camera.
    """
    return cv2.pow(_facing(rise_x, rise_y, light.halfway), float(shininess))


def shade(height: np.ndarray, light: Light, shininess: float = 20.0) -> tuple[np.ndarray, np.ndarray]:
    """Return a height map's diffuse factor and its highlight beyond that of a flat surface.

    Args:
        height: (H, W) float32 in px towards the camera.
        light: where it comes from.
        shininess: exponent of the highlight, > 0.

    Returns:
        The Lambert factor (H, W) float32, 1 where flat; the highlight (H, W) float32, 0 where flat, in [-1, 1].
    """
    rise_x, rise_y = slopes(height)
    highlight = blinn(rise_x, rise_y, light, shininess)
    highlight -= np.float32(light.halfway[2] ** shininess)
    return lambert(rise_x, rise_y, light), highlight
