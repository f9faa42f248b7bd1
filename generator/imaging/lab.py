"""CIELAB, for tints that look alike on any surface: L* 0..100, a* towards red, b* towards yellow.

Values are taken as sRGB with a D65 white. A mono value is a grey: it has L* alone. Source: CIE 15; OpenCV's conversion.
"""

from __future__ import annotations

import cv2
import numpy as np


def to_lab(values: np.ndarray) -> np.ndarray:
    """Return CIELAB of pixels.

    Args:
        values: (N, C) float32 in [0, 1], C in {1, 3}, RGB.

    Returns:
        (N, 3) float32: L* in [0, 100], a*, b*.
    """
    rgb = np.repeat(values, 3, axis=1) if values.shape[1] == 1 else values
    return cv2.cvtColor(np.ascontiguousarray(rgb, np.float32)[None], cv2.COLOR_RGB2Lab)[0]


def from_lab(lab: np.ndarray, channels: int) -> np.ndarray:
    """Return the pixels of CIELAB values; what no screen can show is cut to [0, 1].

    Args:
        lab: (N, 3) float32.
        channels: 1 (the grey of L* alone) or 3.

    Returns:
        (N, channels) float32 in [0, 1].
    """
    if channels == 1:
        lab = lab * np.array([1, 0, 0], np.float32)
    rgb = cv2.cvtColor(np.ascontiguousarray(lab, np.float32)[None], cv2.COLOR_Lab2RGB)[0]
    np.clip(rgb, 0.0, 1.0, out=rgb)
    return rgb[:, 1:2].copy() if channels == 1 else rgb


def shifted_lab(values: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Return pixels moved by (N, 3) or (3,) float32 steps of L*, a*, b*; a mono image takes the step of L* alone.

    The conversion is good to 0.004; only its difference is added, so a step of 0 leaves every bit depth untouched.
    """
    lab, channels = to_lab(values), values.shape[1]
    before = from_lab(lab, channels)
    return np.clip(values + (from_lab(lab + shift, channels) - before), 0.0, 1.0)
