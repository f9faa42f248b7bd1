"""A glyph's box holds all of its ink that the eye sees."""

from __future__ import annotations

import numpy as np

from generator.text.port import Glyph


def test_a_hairline_stem_under_a_full_dot_is_in_the_box():
    cover = np.zeros((14, 3), np.uint8)
    cover[0, 2] = 255
    cover[4:, 1] = 100
    glyph = Glyph.of_cover(cover, 0, 0)
    assert glyph.half == 100
    assert glyph.box == (1.0, 0.0, 3.0, 14.0)


def test_soft_edges_stay_outside_the_box():
    cover = np.full((14, 9), 255, np.uint8)
    cover[[0, -1]] = cover[:, [0, -1]] = 60
    glyph = Glyph.of_cover(cover, 0, 0)
    assert glyph.half == 128
    assert glyph.box == (1.0, 1.0, 8.0, 13.0)
