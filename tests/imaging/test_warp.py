"""A map moves whole pixels exactly, points and pixels agree, and the way back undoes the way there."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from generator.core.geometry import Rect
from generator.imaging.warp import Warp, outline, quad_to_quad

RNG = np.random.default_rng(0)
PLATE = RNG.integers(0, 256, (6, 9)).astype(np.uint8)


@dataclass(frozen=True)
class Half:
    """A bend that squeezes to half the width and ends beyond x = 3."""

    def forward(self, uv: np.ndarray) -> np.ndarray:
        return uv * [0.5, 1.0]

    def backward(self, xy: np.ndarray) -> np.ndarray:
        uv = xy * [2.0, 1.0]
        uv[xy[:, 0] > 3.0] = np.nan
        return uv


def test_a_shift_by_whole_pixels_is_recognised_and_moves_them_unchanged():
    warp = Warp.shift(4, -2)
    assert warp.whole_shift() == (4, -2) and warp.window((9, 6)) == Rect(4, -2, 9, 6)
    assert np.array_equal(warp.pull(PLATE, Rect(4, -2, 9, 6)), PLATE)
    assert np.array_equal(warp.pull(PLATE, Rect(3, -3, 11, 8)), np.pad(PLATE, 1))


@pytest.mark.parametrize(
    "warp",
    [
        Warp.shift(0.5, 0),
        Warp(np.diag([2.0, 1.0, 1.0])),
        Warp(np.array([[1, 0, 0], [0, 1, 0], [1e-3, 0, 1]])),
        Warp(np.eye(3), Half()),
    ],
)
def test_other_maps_are_no_whole_shift(warp):
    assert warp.whole_shift() is None


def test_a_turn_by_a_quarter_moves_pixels_as_points():
    quarter = Warp(np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 9.0], [0.0, 0.0, 1.0]]))  # counter-clockwise
    assert quarter.window((9, 6)) == Rect(0, 0, 6, 9)
    assert np.array_equal(quarter.pull(PLATE, Rect(0, 0, 6, 9)), np.rot90(PLATE))
    assert quarter.forward(np.array([[0.0, 0.0]])).tolist() == [[0.0, 9.0]]


def test_a_homography_carries_four_corners_onto_four_others_and_back():
    source = np.array([[0, 0], [9, 0], [9, 6], [0, 6]], np.float64)
    target = np.array([[3, 1.3], [20.4, 4], [18, 15.2], [1.5, 11]], np.float64)
    warp = Warp(quad_to_quad(source, target))
    assert np.allclose(warp.forward(source), target, atol=1e-5)
    assert np.allclose(warp.backward(warp.forward(source)), source, atol=1e-9)
    assert warp.window((9, 6)) == Rect(1, 1, 20, 15)


def test_a_bend_is_pulled_and_leaves_nothing_where_its_surface_ends():
    flat = np.full((6, 12), 200, np.uint8)
    seen = Warp(np.eye(3), Half()).pull(flat, Rect(0, 0, 8, 6))
    assert (seen[1:-1, 1:3] == 200).all() and not seen[:, 3:].any()


def test_a_grid_is_the_same_for_numbers_and_ink():
    warp, rect = Warp.shift(0.25, 0.5), Rect(-1, -1, 12, 9)
    assert warp.grid(rect, (9, 6)) is None
    bent = Warp(warp.matrix, Half())
    grid = bent.grid(rect, (9, 6))
    assert grid.shape == (9, 12, 2) and grid.dtype == np.float32
    owners = bent.pull(PLATE.astype(np.uint16), rect, cv2.INTER_NEAREST, grid)
    assert set(np.unique(owners)) <= {0, *np.unique(PLATE)}


def test_an_outline_runs_along_the_top_and_back_along_the_bottom():
    assert outline(1, 2, 5, 4).tolist() == [[1, 2], [5, 2], [5, 4], [1, 4]]
    steps = outline(0, 0, 10, 4, 5.0)
    assert steps.tolist() == [[0, 0], [5, 0], [10, 0], [10, 4], [5, 4], [0, 4]]
