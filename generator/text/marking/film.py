"""A film of ink on a plate: edges that bleed, thickness that varies.

Source: own.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from generator.imaging.noise import smooth
from generator.text.plate import Plate


def bled(plate: Plate, sigma_px: float) -> Plate:
    """Return the plate with an edge that is soft by a Gaussian of ``sigma_px``; the plate grows by its reach."""
    if sigma_px < 0.1:
        return plate
    plate = plate.padded(math.ceil(2 * sigma_px))
    return plate.with_(cover=cv2.GaussianBlur(plate.cover, (0, 0), sigma_px))


def uneven(plate: Plate, strength: float, cell_px: float, rng: np.random.Generator) -> Plate:
    """Return the plate with a film that is thinner here and there.

    Args:
        plate: with ink.
        strength: share of the cover that is lost where the film is thinnest, [0, 1].
        cell_px: size of the clouds.
        rng: source of chance.
    """
    field = smooth(plate.cover.shape, cell_px, rng)
    np.clip(field, 0.0, 2.0, out=field)
    field *= np.float32(-0.5 * strength)
    field += np.float32(1.0)
    return plate.with_(cover=cv2.multiply(plate.cover, field, dtype=cv2.CV_8U))
