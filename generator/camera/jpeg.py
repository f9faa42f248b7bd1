"""What JPEG leaves of an image, for cameras that deliver it.

8 bits pass through Albumentations' ImageCompression. Deeper images, which it would cut to 8 bits, pass through the same
steps in floats: blocks of 8 x 8 px, cosine transform, division by the standard's tables, rounding, and back; their
colour keeps its resolution.
Source: ISO/IEC 10918-1, tables K.1 and K.2; the scaling by quality is the Independent JPEG Group's.
"""

from __future__ import annotations

import os
from functools import lru_cache

import cv2
import numpy as np

BLOCK_PX = 16
"""Side of the squares, counted from the image's corner, within which colours are mixed."""

_LUMA = (
    "16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62 "
    "18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99"
)
_CHROMA = "17 18 24 47 18 21 26 66 24 26 56 99 47 66 99 99"  # the upper left quarter; all else is 99
_TO_YCC = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], np.float32)


def compressed(levels: np.ndarray, white: int, quality: int) -> np.ndarray:
    """Return an image as it comes back from JPEG.

    Args:
        levels: (H, W, C) uint8 or uint16.
        white: full scale.
        quality: 1 (worst) to 100.

    Returns:
        (H, W, C) of the same dtype, in [0, white].
    """
    if levels.dtype == np.uint8:
        return _compressed_8_bits(levels, quality)
    height, width, channels = levels.shape
    light = levels.astype(np.float32) * np.float32(255.0 / white)
    light = cv2.copyMakeBorder(light, 0, -height % 8, 0, -width % 8, cv2.BORDER_REPLICATE)
    light = light.reshape(*light.shape[:2], channels)
    planes = light @ _TO_YCC.T if channels == 3 else light
    offset = np.array([128.0, 0.0, 0.0][:channels], np.float32)
    planes -= offset
    for channel in range(channels):
        planes[..., channel] = _rounded(planes[..., channel], _table(channel > 0, quality))
    planes += offset
    light = planes @ np.linalg.inv(_TO_YCC).T.astype(np.float32) if channels == 3 else planes
    light = np.clip(light[:height, :width] * np.float32(white / 255.0), 0, white)
    return np.rint(light).astype(levels.dtype)


def _compressed_8_bits(levels: np.ndarray, quality: int) -> np.ndarray:
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # it would ask a server for its newest version
    import albumentations

    step = albumentations.ImageCompression(quality_range=(quality, quality), p=1.0)
    swapped = np.ascontiguousarray(levels[..., ::-1])  # it hands its image to OpenCV, which expects blue first
    return np.ascontiguousarray(step(image=swapped)["image"].reshape(levels.shape)[..., ::-1])


def _rounded(plane: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return an (H, W) float32 plane, sides multiples of 8, with its cosine coefficients rounded to the table."""
    height, width = plane.shape
    cosine = _cosine()
    blocks = np.ascontiguousarray(plane.reshape(height // 8, 8, width // 8, 8).transpose(0, 2, 1, 3))
    coefficients = cosine @ blocks @ cosine.T
    steps = np.floor(np.abs(coefficients) / table + np.float32(0.5))  # halves away from zero, as encoders round
    coefficients = np.copysign(steps, coefficients) * table
    return (cosine.T @ coefficients @ cosine).transpose(0, 2, 1, 3).reshape(height, width)


@lru_cache(maxsize=1)
def _cosine() -> np.ndarray:
    """Return the orthonormal cosine transform of 8 values, (8, 8) float32."""
    k, n = np.arange(8)[:, None], np.arange(8)[None, :]
    rows = np.cos((2 * n + 1) * k * np.pi / 16) * np.where(k == 0, np.sqrt(1 / 8), 0.5)
    return rows.astype(np.float32)


def _table(colour: bool, quality: int) -> np.ndarray:
    """Return the (8, 8) float32 steps of a quality."""
    table = np.array(_LUMA.split(), np.float32).reshape(8, 8)
    if colour:
        table = np.full((8, 8), 99, np.float32)
        table[:4, :4] = np.array(_CHROMA.split(), np.float32).reshape(4, 4)
    scale = 5000 / quality if quality < 50 else 200 - 2 * quality
    return np.clip(np.floor((table * scale + 50) / 100), 1, 255)
