"""A hole is filled with what is around it, grain and all."""

from __future__ import annotations

import numpy as np
import pytest

from generator.imaging.inpaint import inpaint


def a_hole(hw: tuple[int, int], box: tuple[int, int, int, int]) -> np.ndarray:
    hole = np.zeros(hw, bool)
    x, y, w, h = box
    hole[y : y + h, x : x + w] = True
    return hole


@pytest.mark.parametrize("channels", [1, 3])
def test_noise_goes_on_through_the_hole(channels):
    rng = np.random.default_rng(0)
    pixels = rng.normal(0.5, 0.05, (60, 70, channels)).astype(np.float32)
    hole = a_hole((60, 70), (25, 20, 18, 16))
    damaged = pixels.copy()
    damaged[hole] = 9
    made = inpaint(damaged, hole)
    assert np.array_equal(made[~hole], pixels[~hole])
    assert abs(float(made[hole].mean()) - 0.5) < 0.04
    assert 0.035 < float(made[hole].std()) < 0.07


def test_a_slope_in_brightness_goes_on_through_the_hole():
    x = np.linspace(0.2, 0.8, 90, dtype=np.float32)
    pixels = np.broadcast_to(x[None, :, None], (60, 90, 1)).copy()
    hole = a_hole((60, 90), (35, 20, 20, 20))
    damaged = pixels.copy()
    damaged[hole] = 0
    assert np.abs(inpaint(damaged, hole) - pixels).max() < 0.05


def test_a_pattern_goes_on_in_step():
    stripes = (np.arange(96) // 6 % 2).astype(np.float32)
    pixels = np.broadcast_to(stripes[None, :, None], (80, 96, 1)).copy()
    hole = a_hole((80, 96), (40, 30, 18, 18))
    damaged = pixels.copy()
    damaged[hole] = 0.5
    assert np.abs(inpaint(damaged, hole)[hole] - pixels[hole]).mean() < 0.15


def test_another_part_nearby_is_not_moved_in():
    rng = np.random.default_rng(1)
    pixels = rng.normal(0.5, 0.02, (60, 100, 1)).astype(np.float32)
    pixels[24:36, 20:34] = pixels[24:36, 60:74] = 0.05
    hole = a_hole((60, 100), (18, 22, 18, 16))
    assert inpaint(pixels, hole)[hole].min() > 0.35


@pytest.mark.parametrize("white", [255, 65535])
def test_levels_of_any_depth_are_filled_alike(white):
    rng = np.random.default_rng(2)
    pixels = rng.random((40, 40, 3)).astype(np.float32)
    hole = a_hole((40, 40), (14, 12, 10, 12))
    scaled = inpaint(pixels * np.float32(white), hole) / np.float32(white)
    assert np.abs(scaled - inpaint(pixels, hole)).max() < 1e-3


def test_a_hole_that_leaves_too_little_is_still_filled():
    pixels = np.full((20, 20, 1), 0.25, np.float32)
    hole = a_hole((20, 20), (1, 1, 18, 18))
    assert np.abs(inpaint(pixels, hole) - 0.25).max() < 0.01
    everything = np.ones((20, 20), bool)
    assert np.array_equal(inpaint(pixels, everything), pixels)


def test_ink_and_another_band_are_not_moved_into_a_hole_on_a_band():
    rng = np.random.default_rng(3)
    pixels = rng.normal(0.9, 0.01, (90, 120, 3)).astype(np.float32)
    pixels[50:, 10:110:6] = 0.05
    pixels[:40] = rng.normal(0.3, 0.01, (40, 120, 3))
    hole = a_hole((90, 120), (30, 12, 50, 18))
    damaged = pixels.copy()
    damaged[hole] = 0.95
    made = inpaint(damaged, hole)[hole]
    assert 0.25 < float(made.min()) <= float(made.max()) < 0.35
    assert 0.005 < float(made.std()) < 0.02
