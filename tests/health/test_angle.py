"""Tests of angles counted in bounded memory."""

from __future__ import annotations

import numpy as np
import pytest

from generator.core.annotation import Orientation
from generator.core.geometry import stated_deg
from generator.health.angle.count import AngleCount
from generator.health.angle.turned import Turned, angles_said, bins_said, spans_said


def counted(angles, symmetry: int = 1) -> AngleCount:
    count = AngleCount()
    for angle in angles:
        count.add(stated_deg(float(angle), max(1, symmetry)) if symmetry else None, symmetry)
    return count


def random(low: float, high: float, number: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(low, high, number)


def test_a_degree_step_all_round_has_a_bin_for_each_degree():
    count = counted(list(range(-179, 181)) * 10)
    bins = count.bins()
    assert (count.step_deg, count.spans(), count.largest_gap_deg()) == (1.0, (), 1.0)
    assert (len(bins.counts), bins.width_deg, bins.least, bins.most) == (360, 1.0, 10, 10)
    assert bins_said(count) == "360 bins of 1 degree, 10 each"


@pytest.mark.parametrize(
    ("angles", "symmetry", "step", "bins", "each"),
    [
        (np.arange(3600) * 0.1, 1, 0.1, 360, 10),
        (np.arange(-50, 51) * 0.1, 1, 0.1, 10, 10),
        (np.arange(-5, 6), 1, 1.0, 11, 1),
        (np.arange(-12, 13) * 0.25, 1, 0.25, 6, 4),
        ([0, 90, 180, 270] * 30, 1, 90.0, 4, 30),
        (np.arange(16) * 22.5, 1, 22.5, 16, 1),
        (np.arange(90, 271), 1, 1.0, 181, 1),
        (np.arange(900) * 0.1, 4, 0.1, 90, 10),
        (np.arange(0.5, 360), 1, 1.0, 360, 1),
    ],
)
def test_a_balanced_grid_is_found_balanced(angles, symmetry, step, bins, each):
    count = counted(angles, symmetry)
    found = count.bins()
    assert count.step_deg == pytest.approx(step)
    assert (len(found.counts), found.least, found.most) == (bins, each, each)
    assert not found.is_uneven


def test_chance_lies_on_no_grid_and_is_not_uneven():
    count = counted(random(-180, 180, 5000))
    assert count.step_deg is None
    assert count.spans() == ()
    assert not count.has_hole()
    assert not count.bins().is_uneven
    assert count.largest_gap_deg() == pytest.approx(_widest(random(-180, 180, 5000)), abs=1e-9)


def _widest(angles: np.ndarray) -> float:
    ordered = np.sort(angles)
    return float(max(np.diff(ordered).max(), ordered[0] + 360 - ordered[-1]))


def test_spans_cross_the_end_of_the_range():
    (span,) = counted(random(150, 210, 500)).spans()
    assert span[0] == pytest.approx(150, abs=1)
    assert span[1] == pytest.approx(210, abs=1)
    assert spans_said(counted(range(170, 191))) == "170 to -170"


def test_mountings_with_play_are_four_spans_with_uneven_angles():
    rng = np.random.default_rng(2)
    count = counted(np.concatenate([rng.normal(middle, 2, 250) for middle in (0, 90, 180, 270)]))
    assert len(count.spans()) == 4
    assert count.bins().is_uneven


def test_a_part_of_the_circle_that_a_split_lacks_is_a_hole():
    every = counted(random(-180, 180, 1000))
    half = counted(random(0, 180, 300, seed=4))
    assert half.has_hole(every.spans())
    assert half.largest_gap_deg() > 179
    assert not counted([3.0]).has_hole()  # of one angle nothing can be said
    assert AngleCount().has_hole(every.spans())


def test_a_gap_within_a_span_is_no_gap_around_it():
    count = counted([*range(-10, 0), *range(4, 11)] * 3)
    assert count.spans() == ((-10.0, 10.0),)
    assert count.largest_gap_deg(count.spans()) == 5.0
    assert count.largest_gap_deg() == 340.0


def test_what_looks_alike_at_every_angle_has_none():
    count = counted([1, 2, 3], symmetry=0)
    assert (count.count, count.undefined, count.bins().counts, count.spans()) == (0, 3, (), ())


def test_angles_that_are_not_stated_as_they_should_be_are_counted():
    count = AngleCount()
    for angle, symmetry in ((-180.0, 1), (200.0, 1), (180.0, 1), (60.0, 4), (45.0, 4)):
        count.add(angle, symmetry)
    assert (count.out_of_range, count.count) == (3, 5)
    with pytest.raises(ValueError, match="NaN"):
        count.add(float("nan"), 1)


def test_counts_that_are_merged_are_those_of_all():
    angles = random(-180, 180, 300)
    every = counted(angles)
    merged = AngleCount.merged([counted(angles[:100]), AngleCount(), counted(angles[100:])])
    assert merged.bins() == every.bins()
    assert merged.largest_gap_deg() == every.largest_gap_deg()
    assert AngleCount.merged([counted([0, 4, 8]), counted([2, 6, 10])]).step_deg == 2.0


def test_memory_does_not_grow_with_the_angles():
    count = counted(random(-180, 180, 20_000))
    assert len(count._tenths) <= 3600


def turned_set() -> Turned:
    turned = Turned()
    for index in range(360):
        lies = Orientation.at(index)
        turned.add(("train", "val")[index % 2], lies, [("part", lies)])
    return turned


def test_parts_that_lie_as_their_images_say_nothing_more():
    turned = turned_set()
    assert list(turned.kinds()) == ["images"]
    turned.add("train", Orientation.at(3.0), [("bolt", Orientation.at(9.0))])
    assert list(turned.kinds()) == ["images", "parts: part", "parts: bolt"]
    assert turned.part_count == 361


def test_a_set_is_told_in_a_line_a_kind():
    assert angles_said(turned_set()) == ["360 images, 360 bins of 1 degree, 1 each"]
    few = Turned()
    for angle in np.arange(-20, 21) * 0.25:
        few.add("train", Orientation.at(angle), [])
    assert angles_said(few) == ["41 images, -5 to 5 degrees, 10 bins of 1 degree, 4 each"]
    ring = Turned()
    ring.add("train", None, [("ring", Orientation.at(5.0, 0)), ("ring", Orientation.at(5.0, 0))])
    assert angles_said(ring) == ["2 parts, all without an angle, as they look the same at every one"]
    ring.add("train", None, [("bolt", Orientation.at(5.0))])
    assert [said.split(",")[0] for said in angles_said(ring)] == ["2 parts of class ring", "1 part of class bolt"]


def test_a_split_is_counted_in_the_bins_of_all():
    numbers = turned_set().to_json(["train", "val", "test"])
    assert numbers["parts_per_image"] == {"1": 360}
    train, test = (numbers["images"]["splits"][split] for split in ("train", "test"))
    assert (len(train["bins"]), train["least"], train["most"], train["largest_gap_deg"]) == (360, 0, 1, 2.0)
    assert (test["count"], test["most"]) == (0, 0)
    assert numbers["parts"]["part"]["all"]["symmetry"] == {"1": 360}
