"""A similarity of the plane, written once more: slowly, in float64, from its definition.

Nothing of the package is called, so that a mistake of one hand is not shared by the other. A canvas pixel is a square
of one px; its value is that of the continuous image at its centre, or the mean over ``grid`` x ``grid`` points spread
over the square. The continuous image is what a kernel lays through the source's pixels and, beyond them, through their
mirror image.
Source: own; the cubic kernel is Keys' (1981) with a = -0.75, the other one Lanczos' of order 4, scaled to sum to one.
"""

from __future__ import annotations

import math

import numpy as np

TAPS = {"linear": 2, "cubic": 4, "lanczos": 8}


def weights(kernel: str, at: np.ndarray) -> np.ndarray:
    """Return the weights, (..., taps), of the pixels around positions ``at`` in [0, 1) past a pixel's middle."""
    taps = TAPS[kernel]
    away = np.abs(at[..., None] - np.arange(1 - taps // 2, taps // 2 + 1))
    if kernel == "linear":
        return 1.0 - away
    if kernel == "cubic":
        a = -0.75
        near = ((a + 2.0) * away - (a + 3.0)) * away**2 + 1.0
        far = a * (((away - 5.0) * away + 8.0) * away - 4.0)
        return np.where(away <= 1.0, near, np.where(away < 2.0, far, 0.0))
    found = np.sinc(away) * np.sinc(away / 4.0)
    return found / found.sum(axis=-1, keepdims=True)


def mirrored(at: np.ndarray, length: int) -> np.ndarray:
    """Return the index that a mirror in the middle of the first and of the last pixel shows."""
    reach = int(np.abs(at).max(initial=0)) + length + 1
    return np.pad(np.arange(length), reach, mode="reflect" if length > 1 else "edge")[at + reach]


def asked(kernel: str, at: np.ndarray) -> np.ndarray:
    """Return the positions in [0, 1] at which a kernel lays a ramp as high as it is at the positions ``at``."""
    fine = np.linspace(0.0, 1.0, 20_001)
    taps = np.arange(1 - TAPS[kernel] // 2, TAPS[kernel] // 2 + 1)
    return np.interp(at, weights(kernel, fine) @ taps, fine)


def sampled(image: np.ndarray, xy: np.ndarray, kernel: str, placed: bool = False) -> np.ndarray:
    """Return an (H, W, C) image at points (..., 2), px from the outer corner of its first pixel, (..., C) float64.

    ``placed``: a ramp comes out where it is, so the kernel is asked where it puts it right.
    """
    taps, values = TAPS[kernel], image.astype(np.float64)
    middle = xy - 0.5
    first = np.floor(middle).astype(int)
    past = asked(kernel, middle - first) if placed else middle - first
    across, down = (weights(kernel, past[..., axis]) for axis in (0, 1))
    made = np.zeros((*xy.shape[:-1], image.shape[2]))
    for j in range(taps):
        rows = mirrored(first[..., 1] + j - taps // 2 + 1, image.shape[0])
        for i in range(taps):
            columns = mirrored(first[..., 0] + i - taps // 2 + 1, image.shape[1])
            made += values[rows, columns] * (across[..., i] * down[..., j])[..., None]
    return made


def forth(xy: np.ndarray, angle_deg: float, scale: float, from_xy: tuple, to_xy: tuple) -> np.ndarray:
    """Return where points (n, 2) go that turn about ``from_xy``, counter-clockwise as displayed, and end at ``to_xy``.

    With y upwards that is the school's rotation; the image's y points down, so it is negated before and after.
    """
    turn = complex(math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))) * scale
    x, y = (np.asarray(xy, float) - from_xy).T
    moved = (x - 1j * y) * turn
    return np.stack([moved.real, -moved.imag], axis=-1) + to_xy


def canvas_xy(wh: tuple[int, int], grid: int = 1) -> np.ndarray:
    """Return the points of a canvas that are looked at, (h, grid, w, grid, 2) px."""
    x, y = ((np.arange(side * grid) + 0.5) / grid for side in wh)
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(wh[1], grid, wh[0], grid, 2)


def turned(
    image: np.ndarray,
    wh: tuple,
    angle_deg: float,
    scale: float,
    from_xy: tuple,
    to_xy: tuple,
    kernel: str,
    grid: int = 1,
    placed: bool = False,
) -> np.ndarray:
    """Return an image on a canvas, (h, w, C) float64, neither rounded nor clipped."""
    points = canvas_xy(wh, grid)
    back = forth(points.reshape(-1, 2), -angle_deg, 1.0 / scale, to_xy, from_xy).reshape(points.shape)
    return sampled(image, back, kernel, placed).mean(axis=(1, 3))


def covered(
    hw: tuple, wh: tuple, angle_deg: float, scale: float, from_xy: tuple, to_xy: tuple, grid: int = 16
) -> np.ndarray:
    """Return how much of each canvas pixel an image covers, (h, w), counted on a grid of points."""
    points = canvas_xy(wh, grid)
    x, y = np.moveaxis(
        forth(points.reshape(-1, 2), -angle_deg, 1.0 / scale, to_xy, from_xy).reshape(points.shape), -1, 0
    )
    return ((x >= 0) & (x < hw[1]) & (y >= 0) & (y < hw[0])).mean(axis=(1, 3))
