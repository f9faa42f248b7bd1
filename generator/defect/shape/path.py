"""Directions, smooth noise and noisy rings that the shapes are made of. Source: own."""

from __future__ import annotations

import functools
import math
from typing import Literal

import numpy as np

from generator.defect.outline import Site

_WAVES = 24  # harmonics of a noisy ring


def axis_deg(angle_deg: float, follow: Literal["any", "along", "across"], site: Site) -> float:
    """Return the direction of a shape's axis: the angle alone, or relative to the direction that the place suggests."""
    if follow == "any" or site.along_deg is None:
        return angle_deg
    return angle_deg + site.along_deg + (90.0 if follow == "across" else 0.0)


def folded_deg(angle_deg: float) -> float:
    """Return the angle of an axis in (-90, 90] degrees."""
    folded = math.fmod(angle_deg, 180.0)
    return folded - 180.0 if folded > 90.0 else folded + 180.0 if folded <= -90.0 else folded


def direction_xy(angle_deg: float | np.ndarray) -> np.ndarray:
    """Return the unit vectors of angles, (..., 2): x right, y down."""
    turn = np.radians(angle_deg)
    return np.stack([np.cos(turn), -np.sin(turn)], axis=-1)


def across(axis: np.ndarray) -> np.ndarray:
    """Return the unit vector to the right of ``axis`` as displayed."""
    return np.array([-axis[1], axis[0]])


def smooth_noise(count: int, knots: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``count`` values of piecewise linear noise, mean 0 and deviation about 1 at its ``knots`` knots."""
    at = np.linspace(0.0, knots - 1.0, count)
    return np.interp(at, np.arange(knots), rng.standard_normal(knots))


def noisy_ring(
    x: float,
    y: float,
    radius_px: float,
    aspect: float,
    angle_deg: float,
    roughness: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return a closed ring whose radius is noisy at every scale, (N, 2) px, not closed.

    Args:
        x: centre, px.
        y: centre, px.
        radius_px: mean radius: half the length of the longer axis for a ring that is not round.
        aspect: longer by shorter axis, >= 1.
        angle_deg: direction of the longer axis.
        roughness: relative deviation of the radius, [0, 1].
        rng: source of chance.
    """
    count = int(np.clip(radius_px * 4.0, 10, 240))
    waves, decay = _waves(count)
    shape = (rng.standard_normal((2, 1, _WAVES)) * decay * waves).sum(axis=(0, 2))
    radius = radius_px * np.exp(roughness * shape)
    angles = np.arange(count) * (2.0 * np.pi / count)
    longer, shorter = radius * np.cos(angles), radius * np.sin(angles) / aspect
    axis = direction_xy(angle_deg)
    return longer[:, None] * axis + shorter[:, None] * across(axis) + (x, y)


@functools.lru_cache(maxsize=256)
def _waves(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return cosines and sines (2, count, waves) of the harmonics 2, 3, ... and their strengths, falling as k^-1.2."""
    numbers = np.arange(2, _WAVES + 2)
    phases = np.arange(count)[:, None] * (2.0 * np.pi / count) * numbers
    decay = numbers**-1.2 * (numbers < count / 2)
    decay = decay / max(float(np.sqrt((decay**2).sum())), 1e-9)
    return np.stack([np.cos(phases), np.sin(phases)]), decay
