"""What lies on an image moves with it: supports, regions, parts, text, roi, light and label."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from generator.core.annotation import Instance, Orientation, Part, Region
from generator.core.sample import GoodImage, Sample, SampleSpec
from generator.core.text import TextLine, Word
from generator.imaging.move.carry import Beyond, carried, moved_region
from generator.imaging.move.covered import Cover
from generator.imaging.move.turn import Turn
from tests.imaging.move.reference import canvas_xy, covered, forth

SPEC = SampleSpec(index=0, key="000000", split="train", recipe="rotation", source_id="a", seed=0)
KERNELS = ("linear", "cubic", "lanczos")


def sample_of(good, supports=(), white=255, **more) -> Sample:
    """Return a sample whose defects are much darker or brighter than the surface, pixel by pixel."""
    image = good.copy()
    for bits in supports:
        image[bits] = np.where(good[bits] > white // 2, white // 30, white - white // 30).astype(good.dtype)
    instances = tuple(Instance(category="dent", support=Region.tight(bits)) for bits in supports)
    source = GoodImage(source_id="a", pixels=good, white=white)
    return Sample(spec=SPEC, source=source, image=image, good=good, instances=instances, **more)


def noise(hw, rng, dtype=np.uint8, white=255, channels=1):
    return rng.integers(white // 5, 4 * white // 5, (*hw, channels)).astype(dtype)


def bits_of(hw, rows, columns):
    bits = np.zeros(hw, bool)
    bits[rows, columns] = True
    return bits


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("scale", [1.5, 1.0, 0.7, 0.5, 0.3, 0.15])
def test_no_pixel_that_a_defect_changed_lies_outside_its_support(scale, kernel):
    """Before labels are derived, so that nothing is set back: points, diagonals and blots, at the edges too."""
    rng = np.random.default_rng(0)
    line = np.arange(9, 31)
    for at, soft in itertools.product(range(60), (0.0, 0.6)):
        shapes = (
            bits_of((40, 40), rng.integers(8, 32), rng.integers(8, 32)),
            bits_of((40, 40), line, line),
            bits_of((40, 40), slice(18, 24), slice(10, 13)),
        )
        sample = sample_of(noise((40, 40), rng), shapes[at % 3 : at % 3 + 1])
        canvas = (max(3, int(26 * scale)),) * 2
        shift = tuple(rng.uniform(-1, 1, 2))
        angle = float(rng.choice([45.0, rng.uniform(-180, 180)]))
        turn = Turn.about_centre(angle, (40, 40), canvas, scale=scale, shift_xy=shift, kernel=kernel, softness_px=soft)
        made = carried(sample, turn)
        changed = (made.image != made.good).any(axis=2)
        assert not (changed & ~made.instances[0].support.full(made.hw)).any(), (at, angle)
        assert made.touched_everywhere and made.hw == (canvas[1], canvas[0])


@pytest.mark.parametrize("angle", [0.0, 90.0, 180.0, -90.0])
def test_a_quarter_turn_of_a_sample_is_rot90_of_all_it_holds(angle):
    rng, count = np.random.default_rng(1), int(angle // 90)
    hw = (9, 14)
    good, roi, owner = noise(hw, rng, channels=3), rng.random(hw) < 0.7, rng.integers(0, 4, hw).astype(np.uint8)
    supports = (bits_of(hw, slice(2, 5), slice(3, 9)), bits_of(hw, 7, slice(0, 4)))
    sample = sample_of(good, supports, roi=roi, blank=noise(hw, rng, channels=3), owner=owner)
    own = np.rot90(good, count)
    turn = Turn.about_centre(angle, (14, 9), (own.shape[1], own.shape[0]))
    made = carried(sample, turn)
    assert np.array_equal(made.image, np.rot90(sample.image, count))
    assert np.array_equal(made.blank, np.rot90(sample.blank, count))
    assert np.array_equal(made.good, np.where((np.rot90(owner, count) == 0)[..., None], made.blank, own))
    assert np.array_equal(made.roi, np.rot90(roi, count)) and np.array_equal(made.owner, np.rot90(owner, count))
    for before, after in zip(sample.instances, made.instances, strict=True):
        assert np.array_equal(after.support.full(made.hw), np.rot90(before.support.full(hw), count))


@pytest.mark.parametrize(("dtype", "white"), [(np.uint8, 255), (np.uint16, 1023), (np.uint16, 4095)])
@pytest.mark.parametrize("channels", [1, 3])
def test_depth_and_channels_stay_and_image_and_twin_are_alike_where_nothing_was_painted(dtype, white, channels):
    rng = np.random.default_rng(2)
    good = noise((33, 30), rng, dtype, white, channels)
    sample = sample_of(good, [bits_of((33, 30), slice(12, 18), slice(10, 20))], white)
    for angle, scale, kernel in itertools.product((31.7, 90.0, -45.0), (1.0, 0.6), KERNELS):
        turn = Turn.about_centre(angle, (30, 33), (30, 33), scale=scale, kernel=kernel)
        ground = np.full((33, 30, channels), white // 2, dtype)
        made = carried(sample, turn, Beyond(pixels=ground, cover=turn.cover((33, 30))))
        assert made.image.dtype == dtype and made.image.shape == (33, 30, channels)
        assert int(made.image.max()) <= white and int(made.good.max()) <= white
        outside = ~made.instances[0].support.full((33, 30))
        assert np.array_equal(made.image[outside], made.good[outside])
        beyond = turn.share((33, 30)) == 0.0
        assert (made.image[beyond] == white // 2).all() and (made.good[beyond] == white // 2).all()
        assert not made.roi[beyond].any()


def test_what_lies_half_on_the_image_is_mixed_by_its_share():
    image, ground = np.full((1, 3, 1), 200, np.uint8), np.full((1, 3, 1), 100, np.uint8)
    made = Cover.of(np.array([[0.0, 0.25, 1.0]], np.float32)).laid(image, ground)
    assert made[0, :, 0].tolist() == [100, 125, 200]
    deep = np.full((1, 3, 1), 60_000, np.uint16), np.full((1, 3, 1), 1_000, np.uint16)
    assert Cover.of(np.array([[0.0, 0.5, 1.0]], np.float32)).laid(*deep).ravel().tolist() == [1_000, 30_500, 60_000]


def test_a_region_is_where_its_area_is():
    bits = np.zeros((40, 46), bool)
    bits[8:27, 11:34] = True
    region = Region.tight(bits)
    for angle, scale in itertools.product((0.0, 12.3, 45.0, 90.0, -137.0), (1.0, 1.6, 0.6)):
        turn = Turn.about_centre(angle, (46, 40), (50, 50), scale=scale)
        made = moved_region(region, turn).full((50, 50))
        origin = (23 - 11, 20 - 8)  # the pivot, from the outer corner of the region
        true = covered((19, 23), (50, 50), angle, scale, origin, turn.to_xy)
        assert (made[true > 0.75]).all() and not made[true < 0.25].any(), (angle, scale)


def test_a_parts_corners_and_angle_turn_and_its_region_ends_with_the_canvas():
    bits = np.zeros((40, 40), bool)
    bits[10:20, 5:35] = True
    quad = np.array([(5, 10), (35, 10), (35, 20), (5, 20)], float)
    centre, lies = np.array([20.0, 15.0]), Orientation.at(170.0)
    part = Part(category="part", region=Region.tight(bits), quad_xy=quad, orientation=lies, centre_xy=centre)
    sample = sample_of(
        np.zeros((40, 40, 1), np.uint8), parts=(part,), orientation=Orientation.at(170.0), light_deg=350.0
    )
    turn = Turn.about_centre(33.0, (40, 40), (24, 24), shift_xy=(3.0, -2.0))
    made = carried(sample, turn)
    [moved] = made.parts
    assert np.allclose(moved.quad_xy, forth(quad, 33.0, 1.0, (20, 20), (15, 10)))
    assert np.allclose(moved.centre_xy, forth(centre[None], 33.0, 1.0, (20, 20), (15, 10))[0])
    assert moved.orientation.angle_deg == pytest.approx(-157.0) and made.orientation == moved.orientation
    assert made.light_deg == pytest.approx(23.0)
    assert moved.region.rect.clipped((24, 24)) == moved.region.rect
    axis = moved.quad_xy[1] - moved.quad_xy[0]  # along the part's own top edge
    assert np.degrees(np.arctan2(-axis[1], axis[0])) == pytest.approx(33.0)


def test_text_points_turn_and_what_the_canvas_cuts_off_cannot_be_read():
    quads = np.array([[(x, 16), (x + 4, 16), (x + 4, 24), (x, 24)] for x in (2, 10, 18, 26, 34)], float)
    whole = np.array([(2, 16), (38, 16), (38, 24), (2, 24)], float)
    line = TextLine(
        text="ABCDE",
        quad_xy=whole,
        baseline_xy=whole[[3, 2]],
        words=(Word(text="ABCDE", quad_xy=whole, first=0, stop=5),),
        chars=tuple("ABCDE"),
        char_quads_xy=quads,
        char_readable=np.ones(5, bool),
        first_number=1,
    )
    good = np.zeros((40, 40, 1), np.uint8)
    sample = sample_of(good, blank=good, owner=np.zeros((40, 40), np.uint8), text=(line,))
    for angle in (90.0, -33.0, 180.0):
        made = carried(sample, Turn.about_centre(angle, (40, 40), (40, 40)))
        [turned] = made.text
        for before, after in (
            (whole, turned.quad_xy),
            (whole, turned.words[0].quad_xy),
            (whole[[3, 2]], turned.baseline_xy),
            (quads.reshape(-1, 2), turned.char_quads_xy.reshape(-1, 2)),
        ):
            assert np.allclose(after, forth(before, angle, 1.0, (20, 20), (20, 20)))
        assert turned.char_readable.all() and turned.is_readable
    [cut] = carried(sample, Turn.about_centre(90.0, (40, 40), (40, 30))).text
    assert cut.char_readable.tolist() == [False, True, True, True, False] and not cut.is_readable


def test_a_character_that_other_pixels_are_laid_over_cannot_be_read():
    """Of the quads 0, 0.06, 0.19 and 1 of the height lie below what is seen."""
    places = ((1, 4), (11, 9), (21, 11), (30, 24))
    quads = np.array([[(x, y), (x + 8, y), (x + 8, y + 16), (x, y + 16)] for x, y in places])
    line = TextLine(text="ABCD", chars=tuple("ABCD"), char_quads_xy=quads.astype(float), char_readable=np.ones(4, bool))
    seen = np.ones((40, 40), np.float32)
    seen[24:] = 0
    good = np.zeros((40, 40, 1), np.uint8)
    sample = sample_of(good, blank=good, owner=np.zeros((40, 40), np.uint8), text=(line,))
    turn = Turn.about_centre(0.0, (40, 40), (40, 40))
    [hidden] = carried(sample, turn, Beyond(pixels=good, cover=Cover.of(seen))).text
    assert hidden.char_readable.tolist() == [True, True, False, False] and not hidden.is_readable
    [whole] = carried(sample, turn, Beyond(pixels=good, cover=Cover.of(np.ones_like(seen)))).text
    assert whole.char_readable.all() and whole.is_readable


def test_numbers_of_characters_stay_numbers_and_reach_as_far_as_their_ink():
    rng = np.random.default_rng(3)
    blank, owner = noise((40, 40), rng), np.zeros((40, 40), np.uint8)
    owner[14:26, 10:18], owner[14:26, 20:28] = 1, 2
    good = blank.copy()
    good[16:24, 12:16] = good[16:24, 22:26] = 255
    sample = sample_of(good, blank=blank, owner=owner)
    for angle, kernel in itertools.product((17.0, -80.0, 45.0, 150.5), KERNELS):
        turn = Turn.about_centre(angle, (40, 40), (40, 40), kernel=kernel)
        made = carried(sample, turn)
        assert set(np.unique(made.owner)) == {0, 1, 2} and made.owner.dtype == owner.dtype
        assert not ((made.good != made.blank).any(axis=2) & (made.owner == 0)).any()
        ink = (made.good.astype(int) - made.blank)[..., 0] > 60
        seen = canvas_xy((40, 40))[:, 0, :, 0]
        for number, middle in ((1, (14, 20)), (2, (24, 20))):
            there = forth(np.array([middle]), angle, 1.0, (20, 20), (20, 20))[0]
            found = seen[ink & (made.owner == number)].mean(axis=0)
            assert np.abs(found - there).max() < 0.5
        odd, even = made.alone
        assert (odd[made.owner == 2] == made.blank[made.owner == 2]).mean() > 0.8
        assert (even[made.owner == 1] == made.blank[made.owner == 1]).mean() > 0.8


def test_what_moves_nothing_changes_nothing():
    rng = np.random.default_rng(4)
    sample = sample_of(noise((12, 15), rng), orientation=Orientation.at(30.0))
    sample = sample.with_(image=sample.good)
    made = carried(sample, Turn.about_centre(0.0, (15, 12), (15, 12)))
    assert made.image is sample.image and made.good is sample.good and made.orientation == sample.orientation
