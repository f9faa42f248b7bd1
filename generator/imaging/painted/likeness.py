"""How near a painted defect is to real ones, by a small description that says the same of it on any surface.

Described is what the defect does to the surface that is filled in from around: how much darker or brighter it is from
its border inwards and how unevenly, its tint, how strong its texture is beside that of the surface at three scales, and
how its edges lie. Differences count in units of how much real ones differ, and the distance to the nearest real one in
units of how far real ones lie from each other. Source: own.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.imaging.surround import filled

_OUTLINED = 0.9
_DARK = 0.1  # added to a surface's brightness before changes are divided by it
_DEPTHS = (0.4, 0.8)  # of the deepest: where the edge ends, where the middle begins
_LEAST_APART = 0.35  # few real ones may happen to lie close together
_FINE = 0.01  # contrast of a texture that is none
_FLOORS = np.array([0.03] * 8 + [0.02] * 2 + [0.03] * 2 + [0.3] * 3 + [0.15] * 2, np.float64)
"""Differences that count as none, by feature: real ones may happen to be alike."""


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """Descriptions of real defects of one class.

    Attributes:
        real: (n, F) float64, a description each.
        unit: (F,) how much they differ.
        apart: usual distance of one to the nearest other.
    """

    real: np.ndarray
    unit: np.ndarray
    apart: float

    @classmethod
    def of(cls, crops: np.ndarray, extents: np.ndarray) -> Likeness:
        """Return what real crops, (n, s, s, C) float32 in [0, 1], with extents, (n, s, s), are described as."""
        whole = [(crop, extent) for crop, extent in zip(crops, extents, strict=True) if extent.any()]
        real = np.stack([described(crop, extent) for crop, extent in whole])
        unit = np.sqrt(real.var(axis=0) + _FLOORS**2)
        between = _distances(real[:, None], real[None], unit)
        np.fill_diagonal(between, np.inf)
        apart = float(np.median(between.min(axis=1))) if len(real) > 1 else 1.0
        return cls(real, unit, max(apart, _LEAST_APART))

    def score(self, pixels: np.ndarray, extent: np.ndarray) -> float:
        """Return how near a painted defect, (s, s, C) as the real ones, is to the nearest of them, in [0, 1]."""
        near = float(_distances(self.real, described(pixels, extent), self.unit).min()) / self.apart
        return 1.0 / (1.0 + (near / 2.0) ** 2)


def described(pixels: np.ndarray, extent: np.ndarray) -> np.ndarray:
    """Return what a defect does to the surface around it.

    Args:
        pixels: (h, w, C) float32 in [0, 1], C in {1, 3}.
        extent: (h, w) float32 in [0, 1], not all zero.

    Returns:
        (17,) float64: mean and deviation of the relative change at the feather, the edge, between and in the middle;
        two tints; how dark and how bright; texture at three scales; directedness and lie of its edges.
    """
    inside = extent >= _OUTLINED * extent.max()
    outside = extent <= 0
    surface = filled(pixels, outside)
    change = (pixels - surface) / (surface.mean(axis=2, keepdims=True) + np.float32(_DARK))
    grey = np.ascontiguousarray(change.mean(axis=2))
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    np.minimum(depth, np.float32(max(depth.shape)), out=depth)  # where all is inside there is no border
    rank = depth / max(float(depth.max()), 1.0)
    edges = (~inside & ~outside, inside & (rank <= _DEPTHS[0]),
             inside & (rank > _DEPTHS[0]) & (rank <= _DEPTHS[1]), rank > _DEPTHS[1])  # fmt: skip
    profile = [np.array((grey[band].mean(), grey[band].std())) if band.any() else np.zeros(2) for band in edges]
    tint = change[inside].mean(axis=0)
    tints = (tint[0] - tint[1], tint[2] - tint[1]) if len(tint) == 3 else (0.0, 0.0)
    sides = (np.maximum(-grey[inside], 0).mean(), np.maximum(grey[inside], 0).mean())
    return np.concatenate([*profile, tints, sides, _texture(grey, inside, outside), _edges(grey, depth, extent)])


def _texture(grey: np.ndarray, inside: np.ndarray, outside: np.ndarray) -> list[float]:
    """Return how much stronger the texture is inside than outside at sigmas about 1, 2 and 4 px, natural logarithm."""
    found, finer = [], grey
    for sigma in (1.0, 2.0, 4.0):
        coarser = cv2.GaussianBlur(grey, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
        detail = np.abs(finer - coarser)
        own = float(detail[outside].mean()) if np.count_nonzero(outside) > 16 else _FINE
        found.append(float(np.log((float(detail[inside].mean()) + _FINE) / (own + _FINE))))
        finer = coarser
    return found


def _edges(grey: np.ndarray, depth: np.ndarray, extent: np.ndarray) -> list[float]:
    """Return how much of all steps goes one way, and how much goes inwards, both in [0, 1]."""
    calm = cv2.GaussianBlur(grey, (0, 0), 1.0, borderType=cv2.BORDER_REFLECT)
    gx, gy = cv2.Sobel(calm, cv2.CV_32F, 1, 0), cv2.Sobel(calm, cv2.CV_32F, 0, 1)
    here = extent > 0
    inwards = cv2.GaussianBlur(depth + extent, (0, 0), 1.5, borderType=cv2.BORDER_REFLECT)
    nx, ny = cv2.Sobel(inwards, cv2.CV_32F, 1, 0), cv2.Sobel(inwards, cv2.CV_32F, 0, 1)
    xx, yy, xy = (float((a * b)[here].sum()) for a, b in ((gx, gx), (gy, gy), (gx, gy)))
    directed = float(np.hypot(xx - yy, 2 * xy) / max(xx + yy, 1e-9))
    length = np.maximum(np.hypot(nx, ny), 1e-6)
    along = float(np.abs((gx * nx + gy * ny) / length)[here].sum() / max(float(np.hypot(gx, gy)[here].sum()), 1e-9))
    return [directed, along]


def _distances(one: np.ndarray, other: np.ndarray, unit: np.ndarray) -> np.ndarray:
    return np.sqrt((((one - other) / unit) ** 2).mean(axis=-1))
