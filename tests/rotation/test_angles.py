"""Which angle each image gets: balance in every run of samples, exact values, sub-ranges, and what is refused."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from generator.core.errors import RangeError
from generator.core.geometry import stated_deg
from generator.core.seeds import stage_rng
from generator.rotation.angles import Angles
from generator.rotation.deck import Deck, stride

SEED = 7


def drawn(angles: Angles, count: int, first: int = 0, seed: int = SEED, attempt: int = 0) -> list[float]:
    return [
        angles.draw(index, seed, stage_rng(seed, index, attempt, "rotation")) for index in range(first, first + count)
    ]


def spread(counts: Counter, keys) -> int:
    """Return how much the counts of the keys differ, those that never came included."""
    numbers = [counts[key] for key in keys]
    return max(numbers) - min(numbers)


WINDOWS = [(0, 1), (0, 97), (13, 360), (350, 20), (359, 361), (1000, 777), (12_345, 3_600), (99, 5_000)]
STEPS = [(None, 360), (1.0, 360), (0.5, 720), (0.1, 3600), (7.5, 48), (0.25, 1440), (2.0, 180), (0.72, 500)]


@pytest.mark.parametrize(("first", "count"), WINDOWS)
@pytest.mark.parametrize(("step", "values"), STEPS)
def test_any_run_of_samples_has_degrees_and_values_whose_counts_differ_by_at_most_one(step, values, first, count):
    angles = Angles(step_deg=step)
    got = drawn(angles, count, first)
    if step is None or (1 / step).is_integer():
        floors = Counter((math.ceil(at) - 1 if step is None else math.floor(at)) % 360 for at in got)
        assert spread(floors, range(360)) <= 1
    if step is not None:
        steps = Counter(round(at / step) % values for at in got)
        assert spread(steps, range(values)) <= 1


@pytest.mark.parametrize(("low", "high"), [(-5, 5), (170, 190), (-190, -170), (0, 90), (-2.5, 2.5), (30, 30.5)])
@pytest.mark.parametrize("step", [0.1, 0.5, 0.25])
def test_a_sub_range_in_steps_has_both_ends_and_every_value_equally_often(low, high, step):
    angles = Angles(range_deg=(low, high), step_deg=step)
    values = round((high - low) / step) + 1
    for first, count in ((0, values), (31, values), (17, 3 * values + 5), (5, values // 2)):
        counts = Counter(drawn(angles, count, first))
        wanted = {stated_deg(round(low * 20 + k * step * 20) / 20) for k in range(values)}
        assert set(counts) <= wanted
        assert spread(counts, wanted) <= 1


@pytest.mark.parametrize(("low", "high"), [(-5, 5), (170, 190), (-180, -170)])
def test_a_sub_range_in_tenths_has_degrees_whose_counts_differ_by_at_most_one_besides_its_last_value(low, high):
    angles = Angles(range_deg=(low, high), step_deg=0.1)
    for first, count in ((0, 20), (77, 53), (300, 404)):
        got = [at for at in drawn(angles, count, first) if at != stated_deg(high)]
        degrees = Counter(math.floor(at) % 360 for at in got)
        assert spread(degrees, [at % 360 for at in range(low, high)]) <= 1


@pytest.mark.parametrize(("low", "high", "bins"), [(-5, 5, 10), (170, 190, 20), (-0.5, 0.25, 1), (10, 12.5, 3)])
def test_a_continuous_sub_range_has_equal_bins_whose_counts_differ_by_at_most_one(low, high, bins):
    angles = Angles(range_deg=(low, high))
    for first, count in ((0, 10 * bins), (7, 33), (501, 40 * bins)):
        got = [low + (at - low) % 360 for at in drawn(angles, count, first)]
        assert all(low < at <= high for at in got)
        assert spread(Counter(math.ceil((at - low) / (high - low) * bins) for at in got), range(1, bins + 1)) <= 1


@pytest.mark.parametrize("count", [5, 8, 20, 50, 144, 360])
def test_a_short_run_lies_spread_over_the_circle(count):
    for first in (0, 100, 2_777):
        at = np.sort(np.mod(drawn(Angles(step_deg=1.0), count, first), 360.0))
        gaps = np.diff(np.append(at, at[0] + 360.0))
        assert gaps.max() <= 3.0 * 360.0 / count


def test_continuous_angles_are_uniform_within_a_degree():
    within = np.mod(drawn(Angles(), 7_200), 1.0)
    counts, _ = np.histogram(within, bins=20, range=(0, 1))
    assert abs(counts - 360).max() < 5 * math.sqrt(360)
    assert len(set(within.tolist())) == 7_200


@pytest.mark.parametrize(("step", "divisor"), [(0.1, 10), (0.2, 5), (0.01, 100), (1.0, 1), (0.5, 2), (7.5, 2)])
def test_steps_are_the_floats_nearest_to_their_values(step, divisor):
    for at in drawn(Angles(step_deg=step), 500):
        assert at == round(at * divisor) / divisor
        assert -180 < at <= 180
        assert math.copysign(1, at) == 1 or at < 0


def test_a_whole_circle_states_180_once_and_never_minus_180_nor_minus_zero():
    for low in (-180, 0, -360, -350):
        got = drawn(Angles(range_deg=(low, low + 360), step_deg=0.5), 720)
        assert sorted(got) == [k / 2 for k in range(-359, 361)]
        assert all(math.copysign(1, at) == 1 for at in got if at == 0)


def test_the_bin_of_a_sample_depends_on_its_place_and_the_seed_alone():
    angles = Angles()
    bins = [math.ceil(10 * at) for at in drawn(angles, 100)]
    assert [math.ceil(10 * at) for at in drawn(angles, 100, attempt=3)] == bins
    assert [math.ceil(10 * at) for at in drawn(angles, 50, first=50)] == bins[50:]
    assert drawn(angles, 100) == drawn(angles, 100)
    assert drawn(angles, 100, attempt=3) != drawn(angles, 100)
    assert drawn(Angles(step_deg=1.0), 20) != drawn(Angles(step_deg=1.0), 20, seed=SEED + 1)


def test_given_angles_come_equally_often():
    got = Counter(drawn(Angles(angles_deg=(0.0, 90.0, -180.0, 12.25)), 402, first=3))
    assert set(got) == {0.0, 90.0, 180.0, 12.25}
    assert spread(got, got) <= 1


def test_mountings_are_met_equally_often_with_a_normal_jitter_of_at_most_four_deviations():
    mountings = (0.0, 90.0, 180.0, 270.0)
    angles = Angles(mountings_deg=mountings, jitter_deg=2.0)
    got = np.array(drawn(angles, 8_000))
    nearest = np.round(np.mod(got, 360.0) / 90.0) % 4
    assert np.bincount(nearest.astype(int)).tolist() == [2_000] * 4
    away = np.mod(got, 360.0) - 90.0 * np.round(np.mod(got, 360.0) / 90.0)
    assert abs(away.mean()) < 0.1
    assert abs(away.std() - 2.0) < 0.1
    assert abs(away).max() <= 8.0
    assert angles.spans()[3] == (262.0, 278.0)
    assert all(any(low <= at + turn <= high for low, high in angles.spans() for turn in (0, 360)) for at in got)


@pytest.mark.parametrize(
    "angles",
    [
        Angles(),
        Angles(range_deg=(170, 190)),
        Angles(range_deg=(-190, -175), step_deg=0.5),
        Angles(angles_deg=(3.0, 300.0)),
        Angles(mountings_deg=(0.0, 350.0), jitter_deg=5.0, balanced=False),
        Angles(range_deg=(5, 6), balanced=False),
    ],
)
def test_the_spans_hold_every_angle(angles):
    for at in drawn(angles, 600):
        assert any(low <= at + turn <= high for low, high in angles.spans() for turn in (-360, 0, 360))


def test_angles_that_are_not_balanced_are_drawn_on_their_own():
    got = Counter(drawn(Angles(step_deg=7.5, balanced=False), 480))
    assert spread(got, got) > 1
    assert len(got) == 48


@pytest.mark.parametrize("count", [*range(1, 60), 90, 180, 360, 361, 500, 3600, 36_001])
def test_a_stride_meets_every_number_once(count):
    step = stride(count)
    assert math.gcd(step, count) == 1
    assert len({place * step % count for place in range(count)}) == count


def test_a_deck_with_a_rest_shows_every_number_once_before_any_comes_again():
    deck = Deck(10, 10, 1)
    for first in (0, 1, 55, 1_000):
        assert {deck.at(first + place, SEED) for place in range(101)} == set(range(101))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"step_deg": 7.0}, "step_deg: expected a step of which 360 degrees are a whole number, such as 7.2, got 7.0"),
        ({"range_deg": (-5, 5), "step_deg": 3.0}, "10 degrees are a whole number, such as 2.5, got 3.0"),
        ({"step_deg": 0.33}, "such as 0.32, got"),
        ({"step_deg": 0.0}, "step_deg: expected null, or degrees in [0.001, 360]"),
        ({"range_deg": (5, 5)}, "range_deg"),
        ({"range_deg": (-200, 200)}, "range_deg"),
        ({"angles_deg": ()}, "angles_deg: expected at least one angle"),
        ({"angles_deg": (0.0, 360.0)}, "angles_deg: expected each angle once"),
        ({"angles_deg": (0.0,), "mountings_deg": (0.0,)}, "either angles or mountings"),
        ({"angles_deg": (0.0,), "step_deg": 1.0}, "step_deg: expected null where angles"),
        ({"mountings_deg": (0.0,), "range_deg": (-5, 5)}, "range_deg: expected [-180, 180] where"),
        ({"jitter_deg": 2.0}, "jitter_deg: expected 0, or mountings"),
        ({"mountings_deg": (0.0,), "jitter_deg": 60.0}, "jitter_deg"),
    ],
)
def test_angles_that_cannot_be_are_refused_with_what_to_do(fields, said):
    with pytest.raises(RangeError) as caught:
        Angles(**fields)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("angles", "said"),
    [
        (Angles(), "continuous from -180 to 180 degrees, 10 images in each of 360 degrees"),
        (Angles(step_deg=0.1), "3600 from -179.9 to 180 degrees in steps of 0.1, 1 image each, 10 images in each"),
        (Angles(range_deg=(-5, 5), step_deg=0.1), "101 from -5 to 5 degrees in steps of 0.1, 35 or 36 images each"),
        (Angles(angles_deg=(0.0, 90.0)), "2 given (0, 90 degrees), 1800 images each"),
        (Angles(mountings_deg=(0.0, 90.0), jitter_deg=2), "about 2 mountings (0, 90 degrees, deviation 2), 1800"),
    ],
)
def test_a_summary_says_how_many_images_each_angle_gets(angles, said):
    assert angles.summary(3_600).startswith(said)
