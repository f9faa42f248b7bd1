"""Lengths and ranges as a user writes them."""

from types import SimpleNamespace

import numpy as np
import pytest

from generator.core.errors import RangeError
from generator.core.units import Length, LengthRange, Range, Scale, require_within


@pytest.mark.parametrize(
    ("text", "px"), [("4px", 4.0), ("12%", 24.0), ("0.3mm", 6.0), (5, 5.0), (" 2.5 px ", 2.5), ("1e1px", 10.0)]
)
def test_a_length_is_read_in_its_unit(text, px):
    assert Length.parse(text).px(Scale(200, 0.05)) == pytest.approx(px)


@pytest.mark.parametrize("text", ["4", "4 cm", "-1px", "", "px", None, True, -3, float("nan"), [1]])
def test_what_is_no_length_is_refused(text):
    with pytest.raises(RangeError, match="length"):
        Length.parse(text)


def test_millimetres_without_a_pixel_size_say_what_is_missing():
    with pytest.raises(RangeError, match="pixel_size_mm"):
        Length.parse("1mm").px(Scale(100))


@pytest.mark.parametrize("value", [["5px", "1px"], ["1px"], ["1px", "2px", "3px"], []])
def test_an_inverted_or_short_length_range_is_refused(value):
    with pytest.raises(RangeError):
        LengthRange.parse(value)


@pytest.mark.parametrize("value", [[2, 1], ["a", 1], [1], None, [0, float("inf")], [True, 2]])
def test_an_inverted_or_foreign_range_is_refused(value):
    with pytest.raises(RangeError):
        Range.parse(value)


def test_draws_stay_inside():
    rng = np.random.default_rng(0)
    lengths = [LengthRange.parse(["2px", "50%"]).draw_px(rng, Scale(100)) for _ in range(500)]
    numbers = [Range.parse([-1, 3]).draw(rng) for _ in range(500)]
    whole = [Range.parse([1, 3]).draw_int(rng) for _ in range(500)]
    assert min(lengths) >= 2 and max(lengths) <= 50
    assert min(numbers) >= -1 and max(numbers) <= 3
    assert set(whole) == {1, 2, 3}


def test_small_lengths_are_as_likely_as_large_ones():
    rng = np.random.default_rng(0)
    lengths = [LengthRange.parse(["1px", "100px"]).draw_px(rng, Scale(100)) for _ in range(2000)]
    assert 0.45 < np.mean(np.array(lengths) < 10) < 0.55


def test_the_field_that_leaves_its_bounds_is_named_as_the_user_wrote_it():
    knobs = SimpleNamespace(gain=Range.parse([0, 1]), tint=Range.parse([0.01, 2]))
    require_within(knobs, gain=(0, 1), tint=(0, 2))
    with pytest.raises(RangeError, match=r"^tint: expected \(low, high\) within \[0.02, 2\], got \(0.01, 2\)$"):
        require_within(knobs, gain=(0, 1), tint=(0.02, 2))
