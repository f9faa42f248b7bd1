"""A blank surface is even, is what its id says anywhere, and holds to its mode."""

import numpy as np
import pytest

from generator.core.errors import AssetError, RangeError
from generator.core.units import Range
from generator.source.blank import Blank


def test_a_surface_is_one_pixel_of_a_level_in_the_range():
    levels = {int(Blank(level=Range(0.5, 0.9)).load(f"blank-{rank:06d}").pixels.item()) for rank in range(50)}
    assert min(levels) >= round(0.5 * 255) and max(levels) <= round(0.9 * 255) and len(levels) > 20


def test_the_same_id_gives_the_same_level_and_another_seed_another():
    one, again, other = (Blank(seed=seed).load("blank-000007").pixels.item() for seed in (1, 1, 2))
    assert one == again != other


@pytest.mark.parametrize(
    ("mode", "shape", "dtype", "white"),
    [
        ("mono8", (4, 6, 1), np.uint8, 255),
        ("rgb8", (4, 6, 3), np.uint8, 255),
        ("mono16", (4, 6, 1), np.uint16, 4095),
    ],
)
def test_a_mode_decides_channels_depth_and_white(mode, shape, dtype, white):
    good = Blank(mode=mode, size_wh=(6, 4), level=Range(1, 1), light_deg=90).load("blank-000000")
    assert good.pixels.shape == shape and good.pixels.dtype == dtype
    assert good.white == white and (good.pixels == white).all() and good.light_deg == 90 and good.roi is None


def test_there_are_as_many_as_are_asked_for():
    assert Blank().count is None and Blank(count=3).count == 3 and Blank().source_id(1234567) == "blank-1234567"


def test_another_name_is_refused():
    with pytest.raises(AssetError, match="blank-000000"):
        Blank().load("blank-7")


@pytest.mark.parametrize(
    ("field", "value"), [("size_wh", (0, 5)), ("level", Range(0, 1.5)), ("count", 0), ("light_deg", 400.0)]
)
def test_what_is_out_of_range_is_named(field, value):
    with pytest.raises(RangeError) as caught:
        Blank(**{field: value})
    assert caught.value.field == field
