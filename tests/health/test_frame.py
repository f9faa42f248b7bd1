"""Frames of one part are found by content, and images of two parts are not taken for one."""

import numpy as np
import pytest

from generator.health.frame import find_frames, joined
from generator.health.look import look_at
from tests.health.toy import SIDE, frame, surface, write


def pairs(folder, images):
    looks = [look_at(write(folder / f"{number:03d}.png", grey), SIDE) for number, grey in enumerate(images)]
    return {tuple(sorted(p)) for p in find_frames([k.thumb for k in looks], [k.texture for k in looks]).pairs}


@pytest.mark.parametrize("layout", [0.0, 60.0], ids=["plain", "with a shared print"])
def test_frames_of_one_part_are_paired_through_noise_exposure_and_small_shifts(tmp_path, layout):
    parts = [surface(number, layout) for number in range(12)]
    frames = [frame(parts[2], 1, 0.8, (1, 0)), frame(parts[2], 2, 1.2, (0, -2)), frame(parts[5], 3, 1.1, (1, 2))]
    assert pairs(tmp_path, [*parts, *frames]) == {(2, 12), (2, 13), (12, 13), (5, 14)}


@pytest.mark.parametrize("layout", [0.0, 60.0], ids=["plain", "with a shared print"])
def test_products_of_one_kind_are_not_frames(tmp_path, layout):
    assert pairs(tmp_path, [surface(number, layout) for number in range(24)]) == set()


def test_good_products_that_noise_alone_tells_apart_are_not_grouped(tmp_path):
    same = surface(0, 60.0)
    assert pairs(tmp_path, [frame(same, seed) for seed in range(16)]) == set()


def test_flat_images_are_not_frames(tmp_path):
    assert pairs(tmp_path, [np.full((SIDE, SIDE), 90.0 + number) for number in range(6)]) == set()


def test_images_too_small_for_a_texture_are_left_out(tmp_path):
    assert pairs(tmp_path, [surface(0)[:6, :6], surface(0)[:6, :6] * 1.1]) == set()


def test_what_links_hold_together_is_one_set():
    assert joined(6, [(0, 1), (1, 2), (4, 5)]) == [[0, 1, 2], [4, 5]]


def test_one_wrong_link_joins_no_two_parts():
    one = [(a, b) for a in range(5) for b in range(a)]
    other = [(a + 5, b + 5) for a, b in one]
    assert joined(10, [*one, *other, (2, 7)]) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
