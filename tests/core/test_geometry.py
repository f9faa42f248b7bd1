"""Boxes are half-open; regions are what their bits say."""

import numpy as np
import pytest

from generator.core.annotation import Region
from generator.core.geometry import Rect, mask_to_rect


def test_one_pixel_at_row_2_column_5_is_5_2_1_1():
    mask = np.zeros((4, 8), bool)
    mask[2, 5] = True
    assert mask_to_rect(mask) == Rect(5, 2, 1, 1)


def test_no_pixel_gives_an_empty_box():
    assert mask_to_rect(np.zeros((3, 3), bool)).is_empty


def test_a_box_is_cut_to_the_image():
    assert Rect(-2, 3, 5, 9).clipped((6, 10)) == Rect(0, 3, 3, 3)
    assert Rect(20, 3, 5, 9).clipped((6, 10)).is_empty


def test_a_region_lands_where_it_says():
    region = Region.tight(np.array([[0, 0, 0], [0, 1, 1]], bool), x=4, y=1)
    assert region.rect == Rect(5, 2, 2, 1) and region.area_px == 2 and region.bbox_xywh == (5, 2, 2, 1)
    assert np.argwhere(region.full((4, 8))).tolist() == [[2, 5], [2, 6]]


def test_regions_with_other_borders_but_the_same_pixels_are_equal():
    bits = np.array([[0, 1], [0, 0]], bool)
    assert Region(Rect(0, 0, 2, 2), bits) == Region(Rect(1, 0, 1, 1), np.ones((1, 1), bool))


def test_bits_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="bits must be bool of shape"):
        Region(Rect(0, 0, 2, 2), np.zeros((2, 3), bool))
