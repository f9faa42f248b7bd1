"""A part's corners tell its angle, and parts that look alike get one box."""

import numpy as np
import pytest

from generator.core.annotation import Orientation
from generator.core.errors import ConfigError
from generator.core.geometry import stated_deg
from generator.dataset.format.box.quad import any_quad, heading_deg, label_of_quad, part_quad
from generator.dataset.record import Label, Record
from generator.imaging.masks import polygons_to_region
from tests.dataset.format.box.parts import corners, part

HW = (60, 80)
ON = Record(key="a", split="train", image="a.png", width=80, height=60)


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0, 135.5, 180.0, -30.0, -90.0, -179.9])
def test_the_order_of_corners_tells_the_angle(angle):
    one = part((40, 30), (30, 12), angle, HW)
    assert np.array_equal(part_quad(one, ON), np.array(one.quad_xy))
    assert heading_deg(part_quad(one, ON)) == pytest.approx(angle, abs=1e-9)


def test_a_part_turned_by_30_has_its_right_end_higher_and_its_first_side_on_top():
    quad = part_quad(part((40, 30), (30, 12), 30.0, HW), ON)
    left, right = (quad[0] + quad[3]) / 2, (quad[1] + quad[2]) / 2
    assert right[0] > left[0] and right[1] < left[1]
    assert (quad[0] + quad[1])[1] < (quad[2] + quad[3])[1]


@pytest.mark.parametrize(("order", "wh"), [(2, (30, 12)), (3, (20, 18)), (4, (20, 20)), (6, (22, 20)), (8, (20, 19))])
@pytest.mark.parametrize("turns", [1, 2, -1])
def test_images_that_look_alike_get_the_same_corners(order, wh, turns):
    first = part((40, 30), wh, 10.0, HW, symmetry=order)
    other = part((40, 30), wh, 10.0 + turns * 360 / order, HW, symmetry=order)
    alike = Label.of_region("part", first.mask, quad_xy=other.quad_xy, orientation=other.orientation)
    assert other.orientation.angle_deg == pytest.approx(first.orientation.angle_deg)
    centred = order % 2 == 0
    one, two = part_quad(first, ON), part_quad(alike, ON)
    assert heading_deg(two) == pytest.approx(10.0, abs=1e-9)
    assert np.allclose(one, two, atol=1e-9 if centred else 0.5)


def test_a_part_with_three_arms_is_turned_about_its_centroid_which_is_not_the_middle_of_its_box():
    centroid, arm = np.array([40.0, 30.0]), 20.0
    angles = np.radians([90, 210, 330])
    arms = centroid + arm * np.stack([np.cos(angles), -np.sin(angles)], axis=1)
    region = polygons_to_region([arms], HW)
    low, high = arms.min(axis=0), arms.max(axis=0)
    upright = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    c, s = np.cos(np.radians(120)), np.sin(np.radians(120))
    turned = (upright - centroid) @ np.array([(c, -s), (s, c)]) + centroid
    quad = tuple(map(tuple, turned.tolist()))
    one = Label.of_region("part", region, quad_xy=quad, orientation=Orientation.at(120.0, 3))
    assert one.orientation.angle_deg == 0.0
    assert np.allclose(part_quad(one, ON), upright, atol=0.4)
    assert not np.allclose(upright.mean(axis=0), centroid, atol=2)


def test_a_part_that_looks_the_same_at_every_angle_lies_upright():
    one = part((40, 30), (20, 20), 37.0, HW, symmetry=0)
    assert one.orientation.angle_deg is None
    assert np.allclose(part_quad(one, ON), corners((40, 30), (20, 20), 0.0))


def test_corners_are_found_from_the_mask_where_none_are_stated():
    one = part((40.5, 30.5), (31, 13), 90.0, HW)
    bare = Label.of_region("part", one.mask, orientation=Orientation.at(90.0))
    assert np.allclose(part_quad(bare, ON), part_quad(one, ON))


def test_a_part_of_which_only_an_upright_box_is_known_is_refused():
    one = Label(category="part", bbox_xywh=(1, 2, 3, 4), orientation=Orientation.at(30.0))
    with pytest.raises(ConfigError, match="image a: expected parts with corners or a mask, got a part with an angle"):
        any_quad(one, ON)


def test_the_box_of_corners_beyond_the_image_is_cut_and_the_corners_are_not():
    one = label_of_quad("part", corners((2, 30), (20, 10), 0.0), HW)
    assert one.quad_xy[0] == (-8.0, 25.0)
    assert one.bbox_xywh == (0.0, 25.0, 12.0, 10.0)


def test_stated_angles_are_folded_by_symmetry():
    assert stated_deg(190.0, 2) == 10.0
