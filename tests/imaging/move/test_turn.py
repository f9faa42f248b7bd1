"""The map that moves images: quarters are copies, free angles are what the definition says, points and pixels agree."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.core.errors import RangeError
from generator.core.geometry import Rect
from generator.imaging.move.turn import Turn, cos_sin
from tests.imaging.move.reference import TAPS, canvas_xy, covered, forth, mirrored, turned

SIZES = ((1, 1), (1, 7), (6, 1), (2, 2), (5, 5), (6, 6), (7, 4), (4, 9), (9, 6))  # width, height
DEPTHS = ((np.uint8, 255), (np.uint16, 4095), (np.uint16, 65535))
RIPPLE_PX = {"linear": 0.0, "cubic": 0.0482, "lanczos": 0.0146}  # so far these kernels move a ramp between two pixels
SCALES = (1.0, 0.45, 2.6)
ANGLES = (-179.9, -123.4, -90.5, -45.0, -0.05, 0.3, 10.0, 37.0, 89.99, 135.0)


def noise(wh, dtype=np.uint8, white=255, channels=1):
    rng = np.random.default_rng(wh[0] * 100 + wh[1])
    return rng.integers(0, white + 1, (wh[1], wh[0], channels)).astype(dtype)


def smooth(wh, white=255, dtype=np.uint8, channels=1, period_px=9.0):
    """Return waves in several directions, none shorter than a period, from 10 % to 90 % of full scale."""
    x, y = np.moveaxis(canvas_xy(wh)[:, 0, :, 0], -1, 0)
    turns = [np.cos(2 * np.pi * (np.cos(t) * x + np.sin(t) * y) / period_px + t) for t in (0.2, 1.1, 2.3)]
    planes = [0.5 + 0.4 * np.mean(turns, axis=0) * (-1) ** k for k in range(channels)]
    return np.rint(np.dstack(planes) * white).astype(dtype)


def middle(wh):
    return wh[0] / 2, wh[1] / 2


def test_angles_are_counter_clockwise_as_displayed():
    turn = Turn.about_centre(90, (5, 5), (5, 5))
    top, left = (2.5, 0.5), (0.5, 2.5)
    assert np.allclose(turn.points(np.array([top])), [left])
    marked = np.zeros((5, 5, 1), np.uint8)
    marked[0, 2] = 255
    assert np.argwhere(turn.pixels(marked, 255)[..., 0]).tolist() == [[2, 0]]


@pytest.mark.parametrize("kernel", TAPS)
@pytest.mark.parametrize(("dtype", "white"), DEPTHS)
def test_quarter_turns_are_rot90_to_the_byte_on_every_size_and_canvas(dtype, white, kernel):
    for wh, channels, count in itertools.product(SIZES, (1, 3), range(-3, 5)):
        image = noise(wh, dtype, white, channels)
        for angle in (count * 90, count * 90.0, count * 90 - 360):
            upright = np.rot90(image, count)
            own = upright.shape[1], upright.shape[0]
            made = Turn.about_centre(angle, wh, own, kernel=kernel).pixels(image, white)
            assert made.dtype == dtype and np.array_equal(made, upright)
            for canvas in (wh, (own[0] + 5, own[1] + 2), (own[0] + 4, max(1, own[1] - 3)), (1, 1)):
                turn = Turn.about_centre(angle, wh, canvas, kernel=kernel)
                left, top = turn.points(np.array([(0, 0), wh])).min(axis=0)  # of the turned image on the canvas
                assert left % 1 == 0 and top % 1 == 0
                assert abs(left + own[0] / 2 - canvas[0] / 2) <= 0.5 and abs(top + own[1] / 2 - canvas[1] / 2) <= 0.5
                rows = mirrored(np.arange(canvas[1]) - int(top), own[1])
                columns = mirrored(np.arange(canvas[0]) - int(left), own[0])
                assert np.array_equal(turn.pixels(image, white), upright[rows[:, None], columns])


@settings(max_examples=60, deadline=None)
@given(
    wh=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    canvas=st.tuples(st.integers(1, 15), st.integers(1, 15)),
    count=st.integers(-4, 4),
    shift=st.tuples(st.integers(-6, 6), st.integers(-6, 6)),
    channels=st.sampled_from((1, 3)),
)
def test_a_copied_pixel_lies_where_its_middle_goes(wh, canvas, count, shift, channels):
    image = np.arange(wh[0] * wh[1] * channels, dtype=np.uint16).reshape(wh[1], wh[0], channels)
    turn = Turn.about_centre(90.0 * count, wh, canvas, shift_xy=shift)
    if turn.quarters() is None:  # half a pixel off: only an unshifted turn is moved by that half
        assert any(at % 1 for at in turn.matrix[:2, 2])
        return
    made, numbers = turn.pixels(image, 65535), turn.numbers(image[..., 0] + 1)
    share = turn.share((wh[1], wh[0]))
    for row, column in itertools.product(range(wh[1]), range(wh[0])):
        x, y = turn.points(np.array([(column + 0.5, row + 0.5)]))[0] - 0.5
        if 0 <= x < canvas[0] and 0 <= y < canvas[1]:
            assert np.array_equal(made[int(y), int(x)], image[row, column])
            assert numbers[int(y), int(x)] == image[row, column, 0] + 1 and share[int(y), int(x)] == 1.0
    assert np.array_equal(numbers > 0, share == 1.0) and np.array_equal(numbers == 0, share == 0.0)


def test_cosines_of_quarters_are_exact_and_those_of_other_angles_are_pythons():
    for count in range(-8, 9):
        assert cos_sin(count * 90.0) == ((1, 0, -1, 0)[count % 4], (0, 1, 0, -1)[count % 4])
    for angle in (1e-12, -1e-300, 90.0000001, 719.5):
        assert sum(value**2 for value in cos_sin(angle)) == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize("kernel", ["linear", "cubic"])
@pytest.mark.parametrize(("dtype", "white"), DEPTHS)
def test_free_angles_are_within_rounding_of_the_definition_even_for_noise(dtype, white, kernel):
    for wh, angle, scale, shift in zip(
        ((18, 23), (23, 18), (1, 9), (8, 1), (1, 1), (16, 16), (17, 17)),
        (0.3, 37.0, -123.4, 90.5, 45.0, 179.0, -0.01),
        (1.0, 1.3, 1.0, 2.2, 1.0, 1.0, 3.0),
        ((0, 0), (0.3, -0.7), (2, 0), (0, 0.25), (0, 0), (-5.5, 9), (0, 0)),
        strict=True,
    ):
        image, canvas = noise(wh, dtype, white, 3), (wh[0] + 5, wh[1] + 2)
        to = canvas[0] / 2 + shift[0], canvas[1] / 2 + shift[1]
        turn = Turn.about_centre(angle, wh, canvas, scale=scale, shift_xy=shift, kernel=kernel)
        placed = kernel == "cubic" and scale == 1.0 and abs(angle - 90 * round(angle / 90)) < 5
        true = np.clip(turned(image, canvas, angle, scale, middle(wh), to, kernel, placed=placed), 0, white)
        made = turn.pixels(image, white)
        assert made.dtype == dtype and made.shape == (canvas[1], canvas[0], 3)
        assert np.abs(made - true).max() <= 0.5 + (2e-4 if placed else 4e-6) * white, (wh, angle)


@pytest.mark.parametrize("kernel", ["linear", "cubic"])
@pytest.mark.parametrize("side", [32, 65, 120])
def test_a_small_turn_is_as_large_as_it_says(side, kernel):
    at = np.arange(side) + 0.5 - side / 2
    spots = 0.3 * side * np.array([(0.9, 0.2), (-0.4, 0.8), (-0.7, -0.6), (0.1, -0.9), (0.3, 0.4)])

    def drawn(angle_deg):
        turn = np.exp(1j * np.radians(angle_deg)) * (spots[:, 0] - 1j * spots[:, 1])
        return sum(np.exp(-((at - z.real) ** 2 + (at[:, None] + z.imag) ** 2) / 18) for z in turn)

    image = np.rint(drawn(0.0) * 20_000).astype(np.uint16)[..., None]
    for said in (0.1, 0.5, -1.0, 90.3):
        made = Turn.about_centre(said, (side, side), (side, side), kernel=kernel).pixels(image, 65535)[..., 0] / 20_000
        slope = (drawn(said + 0.01) - drawn(said - 0.01)) / 0.02
        off = ((made - drawn(said)) * slope).sum() / (slope**2).sum()
        assert abs(off) < 0.04, (said, off)


@pytest.mark.parametrize(("dtype", "white"), DEPTHS)
@pytest.mark.parametrize("angle", ANGLES)
def test_the_widest_kernel_is_off_by_a_64th_of_a_pixel_at_most(dtype, white, angle):
    wh = (40, 33)
    image = smooth(wh, white, dtype)
    made = Turn.about_centre(angle, wh, wh, kernel="lanczos").pixels(image, white)
    true = turned(image, wh, angle, 1.0, middle(wh), middle(wh), "lanczos")
    steepest = 0.4 * white * 2 * np.pi / 9  # levels a px
    assert np.abs(made - true).max() <= 0.5 + steepest * 2 / 64


@pytest.mark.parametrize(("kernel", "share"), [("linear", 0.045), ("cubic", 0.022), ("lanczos", 0.008)])
def test_every_kernel_finds_what_lies_between_pixels_of_smooth_content(kernel, share):
    """The waves are known everywhere: no interpolation is the reference. Tolerance: a share of their swing."""
    wh, white = (48, 41), 65535
    for angle, scale in ((33.0, 1.0), (-71.3, 1.4)):
        turn = Turn.about_centre(angle, wh, wh, scale=scale, kernel=kernel)
        points = canvas_xy(wh)[:, 0, :, 0].reshape(-1, 2)
        x, y = (forth(points, -angle, 1 / scale, middle(wh), middle(wh))).T
        inside = (x > 4) & (x < wh[0] - 4) & (y > 4) & (y < wh[1] - 4)
        waves = [np.cos(2 * np.pi * (np.cos(t) * x + np.sin(t) * y) / 9.0 + t) for t in (0.2, 1.1, 2.3)]
        true = (0.5 + 0.4 * np.mean(waves, axis=0)) * white
        made = turn.pixels(smooth(wh, white, np.uint16), white).reshape(-1)
        assert inside.sum() > 500
        assert np.abs(made - true)[inside].max() <= share * 0.8 * white


@pytest.mark.parametrize("kernel", TAPS)
@pytest.mark.parametrize("wh", [(40, 40), (41, 41), (40, 41), (57, 40)])
def test_a_dot_is_found_where_points_say_it_goes(wh, kernel):
    """The half-pixel test: pixels and points share one origin, for every angle, scale, shift and parity."""
    rng = np.random.default_rng(wh[0])
    for angle in (*ANGLES, *rng.uniform(-180, 180, 12), 0.0, 90.0, 180.0, -90.0):
        dot = np.array(middle(wh)) + rng.uniform(-4, 4, 2)
        canvas = wh[0] + int(rng.integers(0, 4)), wh[1] + int(rng.integers(0, 4))
        scale, shift = float(rng.choice([1.0, 1.37, 0.6, 0.31])), tuple(rng.uniform(-3, 3, 2))
        still = rng.random() < 0.3
        turn = Turn.about_centre(
            angle, wh, canvas, scale=1.0 if still else scale, shift_xy=(0, 0) if still else shift, kernel=kernel
        )
        at = canvas_xy(wh)[:, 0, :, 0]
        image = np.rint(60000 * np.exp(-((at - dot) ** 2).sum(axis=-1) / 2 / 2.2**2)).astype(np.uint16)
        made = turn.pixels(image[..., None], 65535)[..., 0].astype(float)
        seen = canvas_xy(canvas)[:, 0, :, 0]
        there = turn.points(dot[None])[0]
        weight = np.where(np.linalg.norm(seen - there, axis=-1) < 11 * turn.scale, made, 0)[..., None]
        found = (seen * weight).sum(axis=(0, 1)) / weight.sum()
        assert np.abs(found - there).max() < 0.02 + RIPPLE_PX[kernel] * turn.scale, (angle, turn.scale)
        if not still:
            own = forth(dot[None], angle, scale, middle(wh), np.array(canvas) / 2 + shift)
            assert np.allclose(there, own[0], atol=1e-9)


def test_no_kernel_moves_a_dot_to_one_side_on_the_whole():
    """Single places between pixels may be off by the cubic kernel's ripple; over all of them nothing is left."""
    wh, at = (40, 40), canvas_xy((40, 40))[:, 0, :, 0]
    image = np.rint(60000 * np.exp(-((at - 20.0) ** 2).sum(axis=-1) / 2 / 2.2**2)).astype(np.uint16)[..., None]
    for kernel in TAPS:
        off = []
        for step in range(100):
            turn = Turn.about_centre(0, wh, wh, shift_xy=(step / 100 + 0.001, -step / 100), kernel=kernel)
            made = turn.pixels(image, 65535)[..., :1].astype(float)
            off.append((at * made).sum(axis=(0, 1)) / made.sum() - turn.to_xy)
        assert np.abs(np.mean(off, axis=0)).max() < 0.002, kernel


@pytest.mark.parametrize("kernel", ["cubic", "lanczos"])
def test_no_value_leaves_the_sensors_range_where_a_kernel_overshoots(kernel):
    for dtype, white in DEPTHS:
        image = np.zeros((24, 24, 3), dtype)
        image[6:18, 6:18] = white
        image[11:13] = 0
        for angle, scale, soft in ((17.0, 1.0, 0.0), (17.0, 0.7, 0.0), (45.0, 1.6, 0.6), (0.0, 1.0, 0.6)):
            turn = Turn.about_centre(angle, (24, 24), (24, 24), scale=scale, kernel=kernel, softness_px=soft)
            made = turn.pixels(image, white)
            true = turned(image, (24, 24), angle, scale, (12, 12), (12, 12), kernel)
            assert int(made.max()) <= white
            if not soft and scale >= 1:  # wrapped values would be off by the whole range
                assert np.abs(made - np.clip(true, 0, white)).max() < 0.06 * white


@pytest.mark.parametrize("scale", [0.97, 0.75, 0.5, 0.4, 0.23])
def test_shrinking_takes_the_mean_over_a_pixels_own_area(scale):
    """Against a brute-force mean over 12 x 12 points a canvas pixel; noise and a zone plate hold every frequency."""
    side = 72
    x, y = np.moveaxis(canvas_xy((side, side))[:, 0, :, 0] - side / 2, -1, 0)
    plate = np.rint(127.5 + 127.5 * np.cos(np.pi * (x**2 + y**2) / side)).astype(np.uint8)[..., None]
    small = (int(side * scale), int(side * scale))
    for image, angle in itertools.product((plate, noise((side, side))), (0.0, 10.0, 45.0, 90.0)):
        turn = Turn.about_centre(angle, (side, side), small, scale=scale)
        made = turn.pixels(image, 255).astype(float)
        true = turned(image, small, angle, scale, (side / 2, side / 2), middle(small), "cubic", grid=12)
        assert abs(made.mean() - true.mean()) < 0.2
        assert np.std(made - true) < 0.06 * image.std(), (angle, np.std(made - true))


@pytest.mark.parametrize("angle", [0.0, 10.0, 30.0, 45.0, 67.0, 90.0])
@pytest.mark.parametrize("scale", [0.6, 0.5, 0.35, 0.2])
def test_a_checkerboard_becomes_grey_as_its_area_says(scale, angle):
    side = 72
    board = (np.indices((side, side)).sum(axis=0) % 2 * 255).astype(np.uint8)[..., None]
    small = (int(side * scale), int(side * scale))
    made = Turn.about_centre(angle, (side, side), small, scale=scale).pixels(board, 255).astype(float)
    true = turned(board, small, angle, scale, (side / 2, side / 2), middle(small), "cubic", grid=12)
    assert abs(made.mean() - 127.5) <= 0.6
    assert made.std() <= true.std() + 7, (made.std(), true.std())


def test_an_even_grey_stays_that_grey():
    for white, kernel, scale, angle in itertools.product((255, 4095), TAPS, (0.3, 1.0, 1.7), (0.0, 31.0)):
        dtype = np.uint8 if white == 255 else np.uint16
        for level in (0, white // 3, white):
            for soft in (0.0, 0.6):
                turn = Turn.about_centre(angle, (13, 10), (13, 10), scale=scale, kernel=kernel, softness_px=soft)
                assert (turn.pixels(np.full((10, 13, 1), level, dtype), white) == level).all()


def test_memory_does_not_grow_with_how_much_an_image_shrinks():
    import tracemalloc

    image = noise((64, 64))
    turn = Turn.about_centre(30.0, (64, 64), (90, 90), scale=0.02)
    tracemalloc.start()
    made = turn.pixels(image, 255)
    largest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert made.shape == (90, 90, 1)
    assert largest < 30e6


@pytest.mark.parametrize("scale", [2.0, 1.0, 0.6, 0.3])
def test_share_is_the_covered_area(scale):
    for wh, angle in itertools.product(((30, 21), (21, 30), (9, 40)), ANGLES):
        canvas, to = (34, 33), (17.3, 16.1)
        turn = Turn(angle_deg=angle, scale=scale, pivot_xy=middle(wh), to_xy=to, wh=canvas)
        made = turn.share((wh[1], wh[0]))
        true = covered((wh[1], wh[0]), canvas, angle, scale, middle(wh), to)
        assert made.dtype == np.float32 and made.min() >= 0 and made.max() <= 1
        assert abs(made.sum() - true.sum()) <= 0.02 * true.sum() + 1.0
        assert np.abs(made - true).max() <= (0.13 if scale <= 1 else 0.3), (wh, angle)


def test_without_its_mirror_image_a_turn_is_the_same_wherever_the_source_is_seen():
    rng = np.random.default_rng(0)
    for wh, angle, scale in itertools.product(((20, 31), (1, 9), (8, 1), (1, 1)), (31.0, -88.0, 90.0), (0.4, 1.0, 2.3)):
        kernel, soft = str(rng.choice(list(TAPS))), float(rng.choice([0.0, 0.6]))
        turn = Turn.about_centre(angle, wh, (33, 30), scale=scale, kernel=kernel, softness_px=soft)
        image, seen = noise(wh), turn.share((wh[1], wh[0])) > 0
        whole, part = (turn.pixels(image, 255, mirrored=way).astype(int) for way in (True, False))
        assert np.abs(whole - part)[seen].max() <= 1  # one level where rounding is a tie


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.uint16])
def test_numbers_are_those_of_the_nearest_pixel_and_none_is_invented(dtype):
    rng = np.random.default_rng(0)
    for wh, angle, scale in itertools.product(
        ((17, 12), (1, 9), (9, 1), (1, 1)), (*ANGLES, 0.0, 90.0), (1.0, 0.45, 2.6)
    ):
        values = rng.choice([0, 1, 7, 200, 255 if dtype == np.uint8 else 40000], (wh[1], wh[0])).astype(dtype)
        turn = Turn.about_centre(angle, wh, (20, 19), scale=scale)
        made = turn.numbers(values)
        assert made.dtype == dtype and set(np.unique(made)) <= {*np.unique(values), 0}
        points = canvas_xy((20, 19))[:, 0, :, 0].reshape(-1, 2)
        to = np.array(turn.to_xy)
        back = forth(points, -angle, 1 / scale, to, middle(wh))
        inside = ((back >= 0) & (back < wh)).all(axis=1)
        at = np.clip(np.floor(back).astype(int), 0, np.array(wh) - 1)
        true = np.where(inside, values[at[:, 1], at[:, 0]], 0)
        near_an_edge = (np.abs(back - np.rint(back)) < 0.02).any(axis=1)  # either neighbour is the nearest
        assert (made.reshape(-1) == true)[~near_an_edge].all(), (wh, angle, scale)


def test_a_part_of_the_map_is_the_map():
    image = noise((31, 26), channels=3)
    turn = Turn.about_centre(23.0, (31, 26), (35, 30), scale=1.2, shift_xy=(0.4, 1.7))
    onto = Rect(4, 6, 20, 11)
    assert np.array_equal(turn.part(Rect(0, 0, 31, 26), onto).pixels(image, 255), turn.pixels(image, 255)[onto.slices])
    points = np.array([(3.3, 4.4), (20.0, 9.0)])
    part = turn.part(Rect(2, 1, 9, 9), onto)
    assert np.allclose(part.points(points - (2, 1)), turn.points(points) - (4, 6))
    window = turn.window(Rect(2, 1, 9, 9))
    corners = turn.points(np.array([(2, 1), (11, 1), (11, 10), (2, 10)]))
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    assert window.x <= left < window.x + 1 and window.y <= top < window.y + 1
    assert window.x + window.w - 1 < right <= window.x + window.w
    assert window.y + window.h - 1 < bottom <= window.y + window.h


def test_a_side_that_opencv_cannot_hold_is_refused_in_words():
    turn = Turn.about_centre(1.0, (40_000, 1), (4, 4))
    with pytest.raises(RangeError, match="32766"):
        turn.pixels(np.zeros((1, 40_000, 1), np.uint8), 255)


def test_a_side_that_opencv_can_just_hold_is_turned():
    image = np.full((3, 32_766, 1), 7, np.uint8)
    turn = Turn.about_centre(1.0, (32_766, 3), (8, 2))
    assert np.array_equal(turn.pixels(image, 255, mirrored=False), turn.pixels(image, 255))
