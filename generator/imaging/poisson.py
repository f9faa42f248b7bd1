"""A membrane over a hole, and a patch whose own steps go on in it.

Laplace's equation on the hole's pixels, every pixel outside it fixed (Dirichlet); where the hole meets the array's end
nothing flows (Neumann). Solved from coarse to fine with multigrid cycles; a coarse pixel belongs to the hole if all
its four do. Blending is the same equation for the difference between target and source.
Source: own; Pérez, Gangnet, Blake (2003); multigrid after Brandt (1977), with Chebyshev's two weights for Jacobi steps.
"""

from __future__ import annotations

import cv2
import numpy as np

_WEIGHTS = (1.3893, 0.5617)  # damp the upper half of the Laplacian's spectrum to 22 % in two steps
_SMALLEST_PX = 4
_MEAN_OF_FOUR = np.array([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]], np.float32)


def fill(values: np.ndarray, mask: np.ndarray, cycles: int = 3) -> np.ndarray:
    """Return values with a smooth membrane over the mask.

    Args:
        values: (h, w, C) float32; what lies under the mask does not matter.
        mask: (h, w) bool, the hole; where it is everything, values are returned as they are.
        cycles: of multigrid on the finest grid; each takes the error to less than a fifth.

    Returns:
        (h, w, C) float32, the same as ``values`` to the bit outside the mask.
    """
    if mask.all() or not mask.any():
        return values.copy()
    known = ~mask
    start = np.where(known[..., None], values, np.float32(0))
    start[mask] = start.sum(axis=(0, 1)) / np.float32(known.sum())
    solved = _refined(start, mask.astype(np.float32), cycles)
    return np.where(mask[..., None], solved, values)


def blend(target: np.ndarray, source: np.ndarray, mask: np.ndarray, cycles: int = 3) -> np.ndarray:
    """Return the target with the source's own steps from pixel to pixel under the mask, met at its border.

    Args:
        target: (h, w, C) float32.
        source: (h, w, C) float32, known under the mask and 1 px around it.
        mask: (h, w) bool.
        cycles: as for ``fill``.

    Returns:
        (h, w, C) float32, the same as ``target`` to the bit outside the mask.
    """
    difference = fill(target - source, mask, cycles)
    return np.where(mask[..., None], source + difference, target)


def _refined(values: np.ndarray, inside: np.ndarray, cycles: int) -> np.ndarray:
    """Return the membrane: first on a coarser grid, then brought to this one and mended by cycles.

    Args:
        values: (h, w, C) float32, the mean of what is known where ``inside`` is 1.
        inside: (h, w) float32, 1 in the hole, 0 outside.
        cycles: on this grid.
    """
    height, width = inside.shape
    if min(height, width) >= 2 * _SMALLEST_PX:
        half_wh = ((width + 1) // 2, (height + 1) // 2)
        coarse_inside = cv2.resize(_even(inside), half_wh, interpolation=cv2.INTER_AREA)
        share = np.float32(1) - coarse_inside
        known = cv2.resize(_even(times(values, np.float32(1) - inside)), half_wh, interpolation=cv2.INTER_AREA)
        coarse = _as_3d(known) / np.maximum(share, np.float32(1e-6))[..., None]
        hole = (coarse_inside > 0.999).astype(np.float32)
        if hole.any() and hole.min() == 0:
            level = values[inside > 0][0]
            coarse = np.where(hole[..., None] > 0, level, coarse)
            coarse = _refined(coarse, hole, max(1, cycles - 1))
        elif hole.any():
            coarse = np.broadcast_to(values[inside > 0][0], coarse.shape)
        fine = _as_3d(cv2.resize(np.ascontiguousarray(coarse), half_to_even(width, height)))[:height, :width]
        values = np.where(inside[..., None] > 0, fine, values)
    zero = np.zeros_like(values)
    for _ in range(cycles):
        values = _cycle(values, zero, inside)
    return values


def _cycle(values: np.ndarray, load: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return values after one V-cycle for: mean of the four neighbours - value = load, within the hole."""
    height, width = inside.shape
    steps = 2 if min(height, width) >= 2 * _SMALLEST_PX else 16
    values = _relaxed(values, load, inside, steps)
    if steps == 16:
        return values
    left = times(load - (_mean(values) - values), inside)
    half_wh = ((width + 1) // 2, (height + 1) // 2)
    coarse_inside = (cv2.resize(_even(inside), half_wh, interpolation=cv2.INTER_AREA) > 0.999).astype(np.float32)
    if coarse_inside.any():
        # twice the pitch: four times the load for the same bend
        coarse_left = _as_3d(cv2.resize(_even(left), half_wh, interpolation=cv2.INTER_AREA)) * np.float32(4)
        coarse_left = times(coarse_left, coarse_inside)
        mend = _cycle(np.zeros_like(coarse_left), coarse_left, coarse_inside)
        fine = _as_3d(cv2.resize(mend, half_to_even(width, height)))[:height, :width]
        values = values + times(fine, inside)
    return _relaxed(values, load, inside, steps)


def _relaxed(values: np.ndarray, load: np.ndarray, inside: np.ndarray, steps: int) -> np.ndarray:
    """Return values after an even number of weighted Jacobi steps."""
    for step in range(steps):
        change = _mean(values) - values - load
        values = values + times(change, inside * np.float32(_WEIGHTS[step % 2]))
    return values


def _mean(values: np.ndarray) -> np.ndarray:
    """Return the mean of the four neighbours, (h, w, C); beyond the array its border goes on."""
    return _as_3d(cv2.filter2D(values, cv2.CV_32F, _MEAN_OF_FOUR, borderType=cv2.BORDER_REPLICATE))


def times(values: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Return (h, w, C) float32 values times an (h, w) float32 factor; faster than broadcasting over few channels."""
    if values.shape[2] == 1:
        return values * factor[..., None]
    return cv2.multiply(values, cv2.merge((factor,) * values.shape[2]))


def half_to_even(width: int, height: int) -> tuple[int, int]:
    """Return the even size, (width, height), that half an odd or even size was made from."""
    return width + width % 2, height + height % 2


def _even(values: np.ndarray) -> np.ndarray:
    """Return an array of even size: an odd one's last row and column twice."""
    return cv2.copyMakeBorder(values, 0, values.shape[0] % 2, 0, values.shape[1] % 2, cv2.BORDER_REPLICATE)


def _as_3d(values: np.ndarray) -> np.ndarray:
    """Return (h, w, C); cv2 drops the axis of a single channel."""
    return values[..., None] if values.ndim == 2 else values
