"""Free places: never taken twice, and found whenever there are any on the grid."""

from __future__ import annotations

import numpy as np
import pytest

from generator.rotation.scene.place import Room


def disc(side: int) -> np.ndarray:
    y, x = np.mgrid[:side, :side] - (side - 1) / 2.0
    return np.hypot(x, y) <= side / 2.0


@pytest.mark.parametrize("hw", [(40, 50), (300, 410), (701, 333)])
def test_parts_lie_apart_and_whole_until_there_is_no_room(hw):
    rng = np.random.default_rng(0)
    room, part, taken = Room(hw, 2, 1.0), disc(max(hw) // 7), np.zeros(hw, int)
    while (at := room.find(part, rng)) is not None:
        x, y = at
        assert 0 <= x <= hw[1] - part.shape[1] and 0 <= y <= hw[0] - part.shape[0]
        taken[y : y + part.shape[0], x : x + part.shape[1]] += part
    assert taken.max() == 1
    assert taken.sum() >= 6 * part.sum()


@pytest.mark.parametrize("hw", [(40, 50), (1000, 700)])
def test_a_part_as_large_as_the_scene_has_one_place(hw):
    assert Room(hw, 0, 1.0).find(np.ones(hw, bool), np.random.default_rng(1)) == (0, 0)
    assert Room(hw, 0, 1.0).find(np.ones((hw[0], hw[1] + 1), bool), np.random.default_rng(1)) is None


def test_outlines_count_and_not_boxes():
    """A square that fills the hole of a frame lies within the frame's box."""
    frame = np.ones((60, 60), bool)
    frame[8:52, 8:52] = False
    rng = np.random.default_rng(2)
    room = Room((60, 60), 1, 1.0)
    assert room.find(frame, rng) == (0, 0)
    x, y = room.find(np.ones((30, 30), bool), rng)
    assert 9 <= x <= 21 and 9 <= y <= 21


def test_every_place_is_as_likely_as_any_other():
    part, rng = np.ones((4, 4), bool), np.random.default_rng(3)
    places = [Room((8, 8), 0, 1.0).find(part, rng) for _ in range(2000)]
    counts = np.unique(np.array(places), axis=0, return_counts=True)[1]
    assert len(counts) == 25
    assert counts.min() > 40 and counts.max() < 130


def test_a_part_that_may_be_cut_shows_its_share():
    part, rng = disc(30), np.random.default_rng(4)
    shown = []
    for _ in range(200):
        x, y = Room((60, 60), 0, 0.7).find(part, rng)
        rows, columns = np.nonzero(part)
        inside = (rows + y >= 0) & (rows + y < 60) & (columns + x >= 0) & (columns + x < 60)
        shown.append(inside.mean())
    assert min(shown) >= 0.69 and min(shown) < 0.9 and max(shown) == 1.0
