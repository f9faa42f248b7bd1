"""Domes, displaced views and strands, by hand on small arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from generator.defect.dome import axis_xy, depth_inside, displaced
from generator.defect.outline import Outline
from generator.defect.strand import Strand
from tests.defect.kinds import patch_of, room_of

RAMP = np.tile(np.arange(64, dtype=np.uint8)[None, :, None] * 3, (48, 1, 1))


def disc(radius: float, hw: tuple[int, int] = (41, 41)) -> np.ndarray:
    y, x = np.mgrid[: hw[0], : hw[1]]
    return (np.hypot(x - hw[1] // 2, y - hw[0] // 2) <= radius).astype(np.float32)


def test_a_disc_is_deepest_in_its_middle_and_flat_outside():
    depth, half = depth_inside(Outline.of(disc(15), 0, 0), 0.3)
    assert np.unravel_index(depth.argmax(), depth.shape) == (20, 20) and np.isclose(depth.max(), 1)
    assert 14 <= half <= 17
    assert depth[0].max() < 0.01 and np.all(np.diff(depth[20, 5:21]) >= 0)


def test_an_outline_that_fills_its_rectangle_is_deep_everywhere():
    depth, half = depth_inside(Outline.of(np.ones((8, 12), np.float32), 0, 0), 0.3)
    assert np.all(depth == 1) and half == 4


def test_a_displaced_view_is_the_image_so_far_to_the_right():
    room = room_of(RAMP)
    outline = Outline.of(np.ones((10, 10), np.float32), 20, 20)
    patch, count = patch_of(room, outline), 100
    still = displaced(patch, outline, np.zeros(count), np.zeros(count), 8)
    assert np.array_equal(still, patch.under(outline))
    moved = displaced(patch, outline, np.full(count, 5.0), np.full(count, -3.0), 8)
    assert np.allclose(moved, patch.under(outline) + 5 * 3 / 255, atol=1e-6)


def test_a_view_is_displaced_no_farther_than_its_reach():
    room = room_of(RAMP)
    outline = Outline.of(np.ones((4, 4), np.float32), 20, 20)
    patch = patch_of(room, outline)
    far = displaced(patch, outline, np.full(16, 30.0), np.zeros(16), 6)
    assert np.allclose(far, patch.under(outline) + 6 * 3 / 255, atol=1e-6)


def test_the_axis_of_a_lying_bar_lies():
    alpha = np.zeros((20, 40), np.float32)
    alpha[9:11, 5:35] = 1
    assert abs(axis_xy(Outline.of(alpha, 3, 4))[0]) > 0.999


def test_a_strand_tells_how_far_along_and_beside_its_line_a_pixel_lies():
    line = np.array([[12.5, 30.5], [42.5, 30.5]])
    outline = replace(Outline.of(np.ones((11, 40), np.float32), 8, 25), line=line)
    strand = Strand.of(outline)
    at = (33 - 25) * 40 + (22 - 8)  # pixel (22, 33): 10 px from the root, 3 px below
    assert abs(strand.along[at] - 10) < 0.6 and abs(strand.aside[at] - 3) < 0.01
    assert np.allclose(strand.heading_x, 1) and np.allclose(strand.heading_y, 0, atol=1e-6)


def test_a_strand_whose_line_lies_outside_its_rectangle_still_has_a_frame():
    outline = replace(Outline.of(disc(5, (12, 12)), 0, 0), line=np.array([[-40.0, -40.0], [-20.0, -20.0]]))
    strand = Strand.of(outline)
    assert np.isfinite(strand.along).all() and strand.along.size == outline.index.size
