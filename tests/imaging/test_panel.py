"""Small pictures for the eye."""

from __future__ import annotations

import numpy as np

from generator.core.annotation import Region
from generator.core.geometry import Rect
from generator.imaging.panel import cut, mask_in, outline, resized, wrapped


def test_a_long_text_is_cut_with_dots_and_a_short_one_is_not():
    assert cut("pit", 100) == "pit"
    assert cut("a rather long reason", 60).endswith("...")


def test_a_text_is_parted_between_words_and_the_last_line_holds_the_rest():
    lines = wrapped("one two three four five six seven", 60, 2)
    assert len(lines) == 2
    assert " ".join(lines) == "one two three four five six seven"
    assert wrapped("", 60, 2) == [""]


def test_one_pixel_is_not_lost_when_a_mask_shrinks():
    region = Region.tight(np.ones((1, 1), bool), 500, 300)
    assert mask_in(region, Rect(0, 0, 1000, 1000), (50, 50)).sum() >= 1


def test_an_outline_lies_outside_of_what_it_marks():
    picture, mask = np.full((20, 20, 3), 200, np.uint8), np.zeros((20, 20), bool)
    mask[8:12, 8:12] = True
    outline(picture, mask, (255, 0, 0))
    assert (picture[mask] == 200).all()
    assert tuple(picture[7, 9]) == (255, 0, 0)


def test_a_deep_image_is_shown_with_its_white_as_255():
    small = resized(np.full((8, 8, 1), 4095, np.uint16), (4, 4), 4095)
    assert small.shape == (4, 4, 3) and small.min() == 255
