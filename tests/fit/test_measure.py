"""Measures of defects whose size and contrast are known."""

from __future__ import annotations

import numpy as np
import pytest

from generator.fit.distribution import ks_distance
from generator.fit.measure import look_of, measure
from generator.fit.through import Evidence
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


def streaky(rng: np.random.Generator) -> np.ndarray:
    """Return a surface of 120 x 160 px with streaks that run down all of it."""
    return 100.0 * (1 + 0.06 * rng.standard_normal(160) + 0.01 * rng.standard_normal((120, 160)))


@pytest.mark.parametrize(("stain", "least", "most"), [(True, 0.8, 1.0), (False, 0.0, 0.2)])
@pytest.mark.parametrize("lies", [False, True])
def test_whether_the_surface_goes_on_through_a_defect_is_measured(stain, least, most, lies):
    found = Evidence()
    for seed in range(4):
        rng = np.random.default_rng(seed)
        image, mask = streaky(rng), np.zeros((120, 160), bool)
        mask[40:80, 50:110] = True
        image[mask] = 0.7 * (image if stain else 100 * (1 + 0.05 * rng.standard_normal(image.shape)))[mask]
        image, mask = (image.T, mask.T) if lies else (image, mask)
        found += look_of(image[..., None].round().astype(np.uint8), mask, 255, "region").evidence
    assert least <= found.through <= most


def test_on_a_surface_without_streaks_nothing_is_said_to_go_on():
    image, mask = 100 + 5 * np.random.default_rng(0).standard_normal((120, 160, 1)), np.zeros((120, 160), bool)
    mask[40:80, 50:110] = True
    assert look_of(image.round().astype(np.uint8), mask, 255, "region").evidence == Evidence()


def test_a_texture_of_its_own_is_measured_by_the_ways_it_runs():
    rng = np.random.default_rng(0)
    image, mask = streaky(rng), np.zeros((120, 160), bool)
    mask[40:80, 50:110] = True
    image[mask] = (70 * (1 + 0.08 * rng.standard_normal((120, 1)) + np.zeros((1, 160))))[mask]  # across the streaks
    found = look_of(image[..., None].round().astype(np.uint8), mask, 255, "region").own
    assert found[2] == max(found) and found[2] > 2 * found[3] and found[2] > 3 * max(found[0], found[1], *found[4:])
    assert np.hypot(found[2], found[3]) == pytest.approx(0.7 * 0.08, rel=0.25)


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


def test_another_defect_beside_it_is_not_taken_for_the_surface():
    rng = np.random.default_rng(0)
    image, mask, other = 100 + rng.standard_normal((80, 120, 1)), np.zeros((80, 120), bool), np.zeros((80, 120), bool)
    mask[30:50, 40:60] = True
    other[20:60, 62:90] = True
    alone = image.copy()
    alone[mask] *= 0.7
    both = alone.copy()
    both[other] *= 0.3
    alone, both = alone.round().astype(np.uint8), both.round().astype(np.uint8)
    clean, told = measure(alone, mask, 255), measure(both, mask, 255, other)
    assert told.contrast == pytest.approx(clean.contrast, abs=0.02)
    assert measure(both, mask, 255).contrast > clean.contrast + 0.05
    own, seen = look_of(alone, mask, 255, "region"), look_of(both, mask, 255, "region", other)
    assert seen.contrast == pytest.approx(own.contrast, abs=0.02) and seen.clouds < own.clouds + 0.03
