"""Coordinates up to a pixel outside are cut off; what lies further out, crosses itself or is empty is broken."""

import pytest

from generator.core.errors import FormatError
from generator.dataset.sound import sound_box, sound_region

HW = (6, 8)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((0, 0, 8, 6), (0, 0, 8, 6)),
        ((1, 2, 3, 1), (1, 2, 3, 1)),
        ((-1, -0.5, 4, 3), (0, 0, 3, 2.5)),
        ((6, 5, 3, 2), (6, 5, 2, 1)),
    ],
)
def test_a_box_is_cut_to_the_image(box, expected):
    assert sound_box(box, HW, "a", "line 1") == expected


@pytest.mark.parametrize("box", [(-1.1, 0, 3, 3), (6, 0, 3.1, 1), (0, 0, 0, 1), (-1, 0, 1, 1), (0, 0, float("nan"), 1)])
def test_a_box_without_area_in_the_image_is_broken(box):
    with pytest.raises(FormatError, match="a, line 1: expected"):
        sound_box(box, HW, "a", "line 1")


def test_a_polygon_beyond_the_border_ends_at_it():
    region = sound_region([[-1, -1, 9, -1, 9, 2, -1, 2]], HW, "a", "")
    assert region.bbox_xywh == (0, 0, 8, 2)


def test_a_polygon_too_thin_for_a_pixels_centre_holds_none():
    assert sound_region([[0, 0, 8, 0.1, 0, 0.2]], HW, "a", "").area_px == 0


@pytest.mark.parametrize(
    ("ring", "expected"),
    [
        ([], "at least three different points, got 0"),
        ([0, 0, 4, 4, 0, 0, 4, 4], "at least three different points, got 2"),
        ([0, 0, 6, 4, 6, 0, 0, 4], "a polygon that does not cross itself"),
        ([0, 0, 9.1, 0, 9, 2], "within the image's 8 x 6 px, got the point 9.1, 0"),
        ([0, 0, float("inf"), 0, 9, 2], "got the point inf, 0"),
    ],
)
def test_a_broken_polygon_is_named(ring, expected):
    with pytest.raises(FormatError, match=expected):
        sound_region([[0, 0, 2, 0, 2, 2], ring], HW, "a", "")
