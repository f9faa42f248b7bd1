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

Normals = tuple[np.ndarray, np.ndarray, np.ndarray]


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
    def flat(self) -> tuple[float, float]:
        """The unit vector to the light within the image plane: x right, y down."""
        azimuth = math.radians(self.azimuth_deg)
        return math.cos(azimuth), -math.sin(azimuth)

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


def normals(rise_x: np.ndarray, rise_y: np.ndarray) -> Normals:
    """Return the unit normals of a surface with these slopes.

    Args:
        rise_x: (H, W) float32, dz/dx.
        rise_y: (H, W) float32, dz/dy.

    Returns:
        x to the right, y downwards, z to the camera, (H, W) float32 each.
    """
    z = cv2.multiply(rise_x, rise_x)
    z = cv2.accumulateSquare(rise_y, z)
    z += np.float32(1.0)
    z = np.float32(1.0) / cv2.sqrt(z)
    return cv2.multiply(rise_x, z, scale=-1.0), cv2.multiply(rise_y, z, scale=-1.0), z


def _facing(facets: Normals, towards: tuple[float, float, float]) -> np.ndarray:
    """Return max(0, n . towards)."""
    facing = cv2.addWeighted(facets[0], towards[0], facets[1], towards[1], 0.0)
    return cv2.max(cv2.scaleAdd(facets[2], towards[2], facing), 0.0)


def lambert(facets: Normals, light: Light) -> np.ndarray:
    """Return the diffuse brightness relative to a flat surface.

    Args:
        facets: the surface's unit normals, as ``normals`` gives them.
        light: elevation above 0.

    Returns:
        (H, W) float32, >= 0; 1 where flat, 0 where turned away from the light.
    """
    x, y, z = light.direction
    return _facing(facets, (x / z, y / z, 1.0))


def blinn(facets: Normals, light: Light, shininess: float) -> np.ndarray:
    """Return the specular highlight.

    Args:
        facets: the surface's unit normals, as ``normals`` gives them.
        light: where it comes from.
        shininess: exponent, > 0; 5 is satin, 200 is polished.

    Returns:
        (H, W) float32 in [0, 1]; 1 where the surface mirrors the light into the camera.
    """
    return cv2.pow(_facing(facets, light.halfway), float(shininess))


def shade(height: np.ndarray, light: Light, shininess: float = 20.0) -> tuple[np.ndarray, np.ndarray]:
    """Return a height map's diffuse factor and its highlight beyond that of a flat surface.

    Args:
        height: (H, W) float32 in px towards the camera.
        light: where it comes from.
        shininess: exponent of the highlight, > 0.

    Returns:
        The Lambert factor (H, W) float32, 1 where flat; the highlight (H, W) float32, 0 where flat, in [-1, 1].
    """
    facets = normals(*slopes(height))
    highlight = blinn(facets, light, shininess)
    highlight -= np.float32(light.halfway[2] ** shininess)
    return lambert(facets, light), highlight
