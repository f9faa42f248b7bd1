"""Measures of defects whose size and contrast are known."""

from __future__ import annotations

import numpy as np
import pytest

from generator.fit.distribution import ks_distance
from generator.fit.measure import look_of, measure
from generator.fit.trace import courses, rings


def bar(contrast: float, core: int = 6, size: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Return a surface with a bar of ``core`` px in the middle of a mask ``size`` px wide and 40 px long."""
    image, mask = np.full((60, 80, 1), 100.0), np.zeros((60, 80), bool)
    mask[30 - size // 2 : 30 + size // 2, 20:60] = True
    image[30 - core // 2 : 30 + core // 2, 20:60] *= 1 + contrast
    return image.round().astype(np.uint8), mask


@pytest.mark.parametrize("contrast", [-0.4, 0.3])
def test_a_bar_measures_what_it_is(contrast):
    found = measure(*bar(contrast), 255)
    assert found.area_px == 240 and found.length_px == pytest.approx(40, abs=0.5)
    assert found.width_px == pytest.approx(6, abs=1) and found.contrast == pytest.approx(contrast, abs=0.02)
    assert found.angle_deg == pytest.approx(0, abs=0.1) and (found.x, found.y) == (0.5, 0.5)


def test_a_line_within_a_wide_mask_is_known_to_be_thin():
    look = look_of(*bar(-0.6, core=2, size=8), 255, "line")
    assert look.share == pytest.approx(0.25, abs=0.08) and look.contrast == pytest.approx(-0.15, abs=0.02)


def test_a_change_that_stays_within_its_mask_is_known_to():
    look = look_of(*bar(-0.4, core=6, size=10), 255, "region")
    assert look.shift_px == pytest.approx(-2, abs=0.6)


def test_the_colour_of_a_defect_is_measured():
    image, mask = np.full((40, 40, 3), 120, np.uint8), np.zeros((40, 40), bool)
    mask[15:25, 15:25] = True
    image[mask] = (140, 90, 90)
    assert look_of(image, mask, 255, "blob").tint[0] > 8


def test_a_fork_becomes_two_courses_and_a_ragged_border_none():
    mask = np.zeros((40, 60), bool)
    mask[19:22, 2:58] = True
    mask[4:20, 28:31] = True
    assert len(courses(mask)) == 2
    mask[4:17] = False
    assert len(courses(mask)) == 1


def test_rings_of_a_ring_are_its_two_borders():
    mask = np.zeros((30, 30), bool)
    mask[5:25, 5:25] = True
    mask[10:20, 10:20] = False
    outer, inner = rings(mask)
    assert np.ptp(outer, axis=0).max() > 18 and np.ptp(inner, axis=0).max() < 12


def test_the_distance_of_distributions_is_that_of_kolmogorov_and_smirnov():
    assert ks_distance([1, 2, 3, 4], [1, 2, 3, 4]) == 0
    assert ks_distance([1, 2], [3, 4]) == 1
    assert ks_distance([1, 2, 3, 4], [3, 4, 5, 6]) == 0.5
