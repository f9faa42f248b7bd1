"""The part that fills the frame: dark gaps at its sides are not it."""

from __future__ import annotations

import numpy as np
import pytest

from generator.core.sample import GoodImage
from generator.source.roi.trimmed import Trimmed


def image(gap_px: int, white: int = 255) -> GoodImage:
    """Return a bright surface with a dark strip at its left."""
    rng = np.random.default_rng(0)
    levels = np.full((60, 80, 1), 0.5) + 0.03 * rng.standard_normal((60, 80, 1))
    levels[:, :gap_px] = 0.05
    pixels = (np.clip(levels, 0, 1) * white).astype(np.uint8 if white == 255 else np.uint16)
    return GoodImage(source_id="x", pixels=pixels, white=white)


@pytest.mark.parametrize("white", [255, 4095])
def test_a_dark_strip_at_the_side_is_trimmed_to_the_pixel_or_two(white):
    roi, findings = Trimmed().find(image(6, white))
    assert findings == ()
    assert not roi[:, :4].any() and roi[:, 8:].all()


def test_a_surface_without_gaps_is_the_place_as_a_whole():
    assert Trimmed().find(image(0)) == (None, ())


def test_a_dark_spot_inside_the_part_is_no_gap():
    good = image(0)
    pixels = good.pixels.copy()
    pixels[20:35, 30:45] = 10
    assert Trimmed().find(GoodImage(source_id="x", pixels=pixels, white=255)) == (None, ())


def test_gaps_that_take_too_much_are_not_believed():
    roi, findings = Trimmed(max_gap=0.05).find(image(6))
    assert roi is None and [f.code for f in findings] == ["roi_whole"]
