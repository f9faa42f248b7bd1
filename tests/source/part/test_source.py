"""What every drawn product promises, for each product, size and mode that there is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from generator.core.errors import AssetError, RangeError
from generator.source.part.product import turned_disc
from generator.source.part.source import DRAW, EVERY, Part

SIZES_WH = ((16, 16), (48, 32), (64, 64))
MODES = {"rgb8": (3, np.uint8, 255), "mono8": (1, np.uint8, 255), "mono16": (1, np.uint16, 4095)}
WITH_BACKGROUND = {
    "ground_tile",
    "turned_disc",
    "plastic_cap",
    "printed_label",
    "glass_vial",
    "cast_housing",
    "plain_label",
    "meter_panel",
}
IN_SIGHT = [product for product in EVERY if product not in ("plain_board", "packaging_film")]
"""Their roi is all of the part, not what of it is free for print."""


def part(product: str, **fields) -> Part:
    return Part(**{"products": (product,), "size_wh": (64, 64), **fields})


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size_wh", SIZES_WH, ids=str)
@pytest.mark.parametrize("product", EVERY)
def test_an_image_has_the_shape_depth_and_channels_asked_for(product, size_wh, mode):
    channels, dtype, white = MODES[mode]
    good = part(product, size_wh=size_wh, mode=mode).load(f"{product}-000003")
    assert good.pixels.shape == (size_wh[1], size_wh[0], channels)
    assert good.pixels.dtype == dtype
    assert good.white == white
    assert 0.01 * white < good.pixels.mean() < 0.95 * white
    assert not good.pixels.flags.writeable


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size_wh", SIZES_WH, ids=str)
@pytest.mark.parametrize("product", EVERY)
def test_an_image_is_a_function_of_seed_and_id(product, size_wh, mode):
    first = part(product, size_wh=size_wh, mode=mode).load(f"{product}-000002").pixels
    again = part(product, size_wh=size_wh, mode=mode).load(f"{product}-000002").pixels
    other_rank = part(product, size_wh=size_wh, mode=mode).load(f"{product}-000003").pixels
    other_seed = part(product, size_wh=size_wh, mode=mode, seed=1).load(f"{product}-000002").pixels
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other_rank)
    assert not np.array_equal(first, other_seed)


@pytest.mark.parametrize("size_wh", SIZES_WH, ids=str)
@pytest.mark.parametrize("product", [product for product in IN_SIGHT if product != "meter_panel"])
def test_a_surface_is_not_flat(product, size_wh):
    for rank in range(6):
        good = part(product, size_wh=size_wh, mode="mono8").load(f"{product}-{rank:06d}")
        on_part = good.pixels[good.roi]
        assert on_part.std() > 2.0


@pytest.mark.parametrize("size_wh", SIZES_WH, ids=str)
@pytest.mark.parametrize("product", IN_SIGHT)
def test_a_product_with_a_background_tells_its_silhouette(product, size_wh):
    for rank in range(6):
        roi = part(product, size_wh=size_wh).load(f"{product}-{rank:06d}").roi
        assert (not roi.all()) == (product in WITH_BACKGROUND)
        if product in WITH_BACKGROUND:
            assert roi.shape == (size_wh[1], size_wh[0])
            assert 0.2 < roi.mean() < 1.0


def test_print_may_lie_where_a_board_has_no_parts():
    good = part("plain_board", size_wh=(256, 256)).load("plain_board-000001")
    assert 0.3 < good.roi.mean() < 0.95
    assert good.pixels[good.roi].std() < 0.8 * good.pixels[~good.roi].std()


@pytest.mark.parametrize("product", sorted(WITH_BACKGROUND))
def test_pixels_outside_the_silhouette_are_another_surface(product):
    good = part(product, mode="mono8", size_wh=(128, 128)).load(f"{product}-000001")
    assert abs(float(good.pixels[good.roi].mean()) - float(good.pixels[~good.roi].mean())) > 5


@pytest.mark.parametrize("product", EVERY)
def test_the_light_is_told_and_moves_from_image_to_image(product):
    lights = [part(product, size_wh=(16, 16)).load(f"{product}-{rank:06d}").light_deg for rank in range(8)]
    assert all(0 <= light < 360 for light in lights)
    assert len(set(lights)) == 8


@pytest.mark.parametrize("product", EVERY)
def test_the_number_of_threads_does_not_matter(product):
    before = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        alone = part(product, size_wh=(320, 256)).load(f"{product}-000001").pixels
        cv2.setNumThreads(3)
        together = part(product, size_wh=(320, 256)).load(f"{product}-000001").pixels
    finally:
        cv2.setNumThreads(before)
    assert np.array_equal(alone, together)


def test_the_order_of_loading_does_not_matter():
    source = Part(size_wh=(32, 32))
    ids = [source.source_id(rank) for rank in range(10)]
    forwards = {one: source.load(one).pixels for one in ids}
    backwards = {one: source.load(one).pixels for one in reversed(ids)}
    assert all(np.array_equal(forwards[one], backwards[one]) for one in ids)


def test_products_take_turns_by_rank():
    source = Part(products=("leather", "wood_board"))
    assert [source.source_id(rank) for rank in (0, 1, 2)] == ["leather-000000", "wood_board-000001", "leather-000002"]
    assert {Part().source_id(rank).rpartition("-")[0] for rank in range(len(DRAW))} == set(DRAW)


def test_an_image_keeps_its_bytes_when_other_products_are_left_out():
    alone = part("leather", size_wh=(16, 16)).load("leather-000004").pixels
    assert np.array_equal(Part(size_wh=(16, 16)).load("leather-000004").pixels, alone)


def test_a_very_long_image_can_be_drawn():
    for product in DRAW:
        assert part(product, size_wh=(16, 300)).load(f"{product}-000000").pixels.shape == (300, 16, 3)


def test_the_pixel_size_is_passed_on():
    assert part("leather", size_wh=(16, 16), pixel_size_mm=0.05).load("leather-000000").pixel_size_mm == 0.05


def test_a_drawn_source_has_as_many_images_as_asked_for():
    assert Part().count is None
    assert Part(count=12).count == 12
    assert Part().findings() == ()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"products": ()}, "products"),
        ({"products": ("leather", "leather")}, "products"),
        ({"size_wh": (15, 64)}, "size_wh"),
        ({"size_wh": (64, 8193)}, "size_wh"),
        ({"size_wh": (64,)}, "size_wh"),
        ({"seed": -1}, "seed"),
        ({"count": 0}, "count"),
        ({"pixel_size_mm": 0.0}, "pixel_size_mm"),
    ],
)
def test_a_value_out_of_range_is_named(fields, field):
    with pytest.raises(RangeError) as caught:
        Part(**fields)
    assert caught.value.field == field


def test_a_misspelt_product_is_answered_with_the_nearest():
    with pytest.raises(RangeError, match="Did you mean 'leather'"):
        Part(products=("leathr",))


@pytest.mark.parametrize(
    "source_id", ["leather-1", "stone-000001", "leather-", "leather", "leather-00000x", "../leather-000001"]
)
def test_an_id_that_the_source_never_gave_is_refused(source_id):
    with pytest.raises(AssetError):
        Part(products=("leather",)).load(source_id)


@pytest.mark.parametrize("seed", [0, 2])
def test_the_rings_of_a_turned_disc_are_round_and_not_stairs(seed):
    drawing = turned_disc.draw((256, 256), np.random.default_rng(seed))
    rows, columns = np.nonzero(drawing.roi)
    top, middle = int(rows.min()) + 8, round(columns.mean())
    above = drawing.planes[0][top : top + 24, middle - 8 : middle + 9]  # the rings run level here
    along, across = (float(np.abs(np.diff(above, axis=axis)).max()) for axis in (1, 0))
    assert along < 0.4 * across
