"""A membrane is the solution of Laplace's equation, and leaks nowhere."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from generator.imaging.poisson import blend, fill


def solved_directly(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return the membrane by one dense linear system."""
    number = np.cumsum(mask.ravel()).reshape(mask.shape) - 1
    matrix, right = np.zeros((mask.sum(), mask.sum())), np.zeros((mask.sum(), values.shape[2]))
    for y, x in np.argwhere(mask):
        row = number[y, x]
        for to_y, to_x in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if not (0 <= to_y < mask.shape[0] and 0 <= to_x < mask.shape[1]):
                continue
            matrix[row, row] += 1
            if mask[to_y, to_x]:
                matrix[row, number[to_y, to_x]] -= 1
            else:
                right[row] += values[to_y, to_x]
    out = values.astype(np.float64)
    out[mask] = np.linalg.solve(matrix, right)
    return out


def holes(hw: tuple[int, int]) -> dict[str, np.ndarray]:
    """Return holes of different kinds."""
    disc, cross, corner = (np.zeros(hw, np.uint8) for _ in range(3))
    cv2.circle(disc, (hw[1] // 2, hw[0] // 2), min(hw) // 3, 1, -1)
    cross[hw[0] // 3 : hw[0] // 3 + 4, 2:-2] = cross[2:-2, hw[1] // 2 : hw[1] // 2 + 3] = 1
    corner[: hw[0] // 2, : hw[1] // 2] = 1
    return {"disc": disc > 0, "cross": cross > 0, "corner": corner > 0}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", ["disc", "cross", "corner"])
@pytest.mark.parametrize("hw", [(16, 16), (33, 24)])
def test_the_membrane_is_that_of_a_direct_solution(hw, kind, channels):
    values = np.random.default_rng(0).random((*hw, channels)).astype(np.float32)
    mask = holes(hw)[kind]
    assert np.abs(fill(values, mask, cycles=8) - solved_directly(values, mask)).max() < 0.01
    assert np.abs(fill(values, mask) - solved_directly(values, mask)).max() < 0.05


def test_a_membrane_over_a_plane_is_the_plane():
    x, y = np.meshgrid(np.arange(40, dtype=np.float32), np.arange(30, dtype=np.float32))
    plane = (2 * x + 3 * y)[..., None]
    mask = holes((30, 40))["disc"]
    assert np.abs(fill(np.where(mask[..., None], np.float32(0), plane), mask, cycles=6) - plane).max() < 0.2


def test_nothing_outside_the_mask_changes():
    rng = np.random.default_rng(1)
    values, source = rng.random((2, 20, 26, 3)).astype(np.float32)
    mask = rng.random((20, 26)) < 0.4
    for made in (fill(values, mask), blend(values, source, mask)):
        assert np.array_equal(made[~mask], values[~mask])


def test_what_lies_under_the_mask_does_not_matter():
    rng = np.random.default_rng(2)
    values = rng.random((18, 18, 1)).astype(np.float32)
    mask = holes((18, 18))["disc"]
    other = values.copy()
    other[mask] = 9
    assert np.array_equal(fill(values, mask)[mask], fill(other, mask)[mask])


def test_a_blend_keeps_the_sources_steps_and_meets_the_target():
    rng = np.random.default_rng(3)
    target = rng.random((24, 24, 3)).astype(np.float32)
    mask = holes((24, 24))["disc"]
    made = blend(target, target + np.float32(0.3), mask, cycles=8)
    assert np.abs(made - target).max() < 1e-3


def test_a_mask_over_everything_or_nothing_gives_the_values_back():
    values = np.random.default_rng(4).random((9, 9, 1)).astype(np.float32)
    assert np.array_equal(fill(values, np.ones((9, 9), bool)), values)
    assert np.array_equal(fill(values, np.zeros((9, 9), bool)), values)
