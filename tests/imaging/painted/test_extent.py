"""What a model is shown of an outline."""

from __future__ import annotations

import cv2
import numpy as np

from generator.imaging.painted.extent import GROW_PX, REACH_PX, extent_of, outlined
from generator.imaging.painted.window import windows


def test_half_of_what_is_strongest_nearby_is_outlined_so_a_faint_tip_stays_on():
    alpha = np.zeros((21, 60), np.float32)
    alpha[10] = np.linspace(1.0, 0.25, 60)
    alpha[9] = alpha[11] = 0.3 * alpha[10]
    mask = outlined(alpha)
    assert mask[10].all() and np.count_nonzero(mask) == 60


def test_a_soft_edge_is_cut_where_it_is_half():
    alpha = cv2.GaussianBlur(np.pad(np.ones((20, 20), np.float32), 10), (0, 0), 1.5)
    assert np.count_nonzero(outlined(alpha)[20]) == 20
    assert not outlined(np.zeros((4, 4), np.float32)).any()


def test_an_extent_falls_as_that_of_a_harvest_and_ends_within_the_reach():
    mask = np.zeros((1, 15), bool)
    mask[0, 7] = True
    everywhere = np.ones_like(mask)
    falling = extent_of(mask, everywhere, ~everywhere)[0]
    assert np.allclose(falling[7 : 7 + REACH_PX + 1], [1.0, 0.8, 0.4, 0.0], atol=1e-6) and GROW_PX == 2
    assert np.array_equal(falling, falling[::-1])


def test_an_extent_is_cut_sharply_where_the_part_ends_and_fades_where_the_support_does():
    mask = np.ones((9, 20), bool)
    support = np.zeros_like(mask)
    support[:, 5:15] = True
    beyond = np.zeros_like(mask)
    beyond[:, :5] = True
    row = extent_of(mask, support, beyond)[4]
    assert row[4] == 0 and row[5] == 1 and np.allclose(row[12:16], [1.0, 0.6, 0.2, 0.0], atol=1e-6)


def test_a_defect_larger_than_a_window_is_shown_in_parts_along_it():
    surface = np.random.default_rng(0).random((40, 200, 1), np.float32)
    extent = np.zeros((40, 200), np.float32)
    extent[18:22, 10:190] = 1
    assert len(windows(surface, surface, extent, 1.0, 64)) == 3
    assert len(windows(surface[:, :70], surface[:, :70], extent[:, :70], 0.5, 64)) == 1


def test_beyond_the_image_a_window_shows_the_surface_mirrored_without_the_defect():
    surface = np.random.default_rng(0).uniform(0.4, 0.6, (40, 40, 1)).astype(np.float32)
    extent = np.zeros((40, 40), np.float32)
    extent[18:22, :8] = 1
    ((crop, change, part),) = windows(surface, surface - 0.3 * extent[..., None], extent, 1.0, 64)
    mirrored = np.abs(np.arange(-28, 36))  # the defect's middle, x = 4, lies in the middle of the window
    rows = slice(12, 52)
    assert np.count_nonzero(part) == 4 * 8 and np.allclose(part[rows, 28:36], extent[:, :8])
    assert np.allclose(change[..., 0], -0.3 * part) and np.allclose(crop - change, crop + 0.3 * part[..., None])
    assert np.allclose((crop - change)[rows], surface[:, mirrored], atol=1e-6)
