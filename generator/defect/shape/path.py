"""Directions, smooth noise and noisy rings that the shapes are made of. Source: own."""

from __future__ import annotations

import functools
import math
from typing import Literal

import numpy as np

from generator.defect.outline import Site

_WAVES = 24  # harmonics of a noisy ring
_NUMBERS = np.arange(2, _WAVES + 2)


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


def smooth_noise(count: int, knots: int, rng: np.random.Generator, rows: int | None = None) -> np.ndarray:
    """Return piecewise linear noise, mean 0 and deviation 1 at its ``knots`` knots: (count,), or (rows, count)."""
    shape = knots if rows is None else (rows, knots)
    return rng.standard_normal(shape) @ _hats(count, knots)


@functools.lru_cache(maxsize=512)
def _hats(count: int, knots: int) -> np.ndarray:
    """Return the weights of the knots at ``count`` even places, (knots, count)."""
    at = np.linspace(0.0, knots - 1.0, count)
    return np.clip(1.0 - np.abs(at - np.arange(knots)[:, None]), 0.0, 1.0)


def noisy_rings(
    centres: np.ndarray,
    radii_px: np.ndarray,
    aspects: np.ndarray,
    angles_deg: np.ndarray,
    roughness: float,
    detail: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return closed rings whose radius is noisy at several scales, (N, points, 2) px, not closed.

    Args:
        centres: (N, 2) x, y in px.
        radii_px: (N,) half the length of the longer axis.
        aspects: (N,) longer by shorter axis, >= 1.
        angles_deg: (N,) direction of the longer axis.
        roughness: relative deviation of the radius, [0, 1].
        detail: 0 gives a few smooth lobes, 1 a ragged outline, [0, 1].
        rng: source of chance.
    """
    count = int(np.clip(float(radii_px.max()) * 4.0, 10, 240))
    waves, (right, down) = _waves(count), _circle(count)
    decay = _NUMBERS ** (1.8 * detail - 2.8) * (count / 2 > _NUMBERS)
    decay /= np.sqrt((decay**2).sum())
    strengths = rng.standard_normal((len(radii_px), 2 * _WAVES)) * np.concatenate([decay, decay])
    radius = radii_px[:, None] * np.exp(roughness * (strengths @ waves))
    longer, shorter = radius * right, radius * down / aspects[:, None]
    axis = direction_xy(angles_deg)[:, None, :]
    sideways = np.stack([-axis[..., 1], axis[..., 0]], axis=-1)
    return longer[..., None] * axis + shorter[..., None] * sideways + centres[:, None, :]


@functools.lru_cache(maxsize=256)
def _circle(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return cosine and sine of ``count`` even angles."""
    angles = np.arange(count) * (2.0 * np.pi / count)
    return np.cos(angles), np.sin(angles)


@functools.lru_cache(maxsize=256)
def _waves(count: int) -> np.ndarray:
    """Return cosines and sines of the harmonics 2, 3, ... at ``count`` even angles, (2 * waves, count)."""
    phases = _NUMBERS[:, None] * (np.arange(count) * (2.0 * np.pi / count))
    return np.concatenate([np.cos(phases), np.sin(phases)])
