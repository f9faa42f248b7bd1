"""CIELAB: there and back, and what it means for a mono image."""

from __future__ import annotations

import numpy as np
import pytest

from generator.imaging.lab import from_lab, shifted_lab, to_lab


@pytest.mark.parametrize("channels", [1, 3])
def test_there_and_back_is_near_and_no_step_changes_nothing(channels):
    values = np.random.default_rng(0).random((500, channels), np.float32)
    assert np.abs(from_lab(to_lab(values), channels) - values).max() < 4e-3
    assert np.array_equal(shifted_lab(values, np.zeros(3, np.float32)), values)


def test_a_mid_grey_has_the_lightness_of_the_standard():
    assert to_lab(np.full((1, 3), 119 / 255, np.float32))[0] == pytest.approx([50.0, 0.0, 0.0], abs=0.2)


def test_a_mono_pixel_takes_lightness_and_leaves_colour():
    grey = np.full((1, 1), 0.5, np.float32)
    assert np.array_equal(shifted_lab(grey, np.float32([0, 40, 40])), grey)
    assert shifted_lab(grey, np.float32([10, 0, 0]))[0, 0] > 0.5


def test_a_tint_keeps_the_lightness():
    grey = np.full((1, 3), 0.5, np.float32)
    tinted = shifted_lab(grey, np.float32([0, 15, 20]))
    assert tinted[0, 0] > tinted[0, 2]
    assert to_lab(tinted)[0, 0] == pytest.approx(to_lab(grey)[0, 0], abs=0.3)
