"""Tests of the numbers that are gathered while record lines pass."""

from __future__ import annotations

import numpy as np
import pytest

from generator.report.figure.histogram import Grid, LinearHistogram, LogHistogram
from generator.report.provenance import KeySample
from generator.report.stats import Stats


def test_quantiles_of_areas_are_right_to_three_percent():
    values = np.random.default_rng(3).lognormal(5, 2, 5000).round() + 1
    histogram = LogHistogram()
    for value in values:
        histogram.add(float(value))
    for share in (0.1, 0.5, 0.9):
        assert histogram.quantile(share) == pytest.approx(np.quantile(values, share), rel=0.03)


def test_half_octaves_hold_powers_of_two_at_their_lower_edge():
    histogram = LogHistogram()
    for value in (1, 1, 2, 3, 4, 8):
        histogram.add(value)
    assert histogram.octaves(2) == [2, 0, 1, 1, 1, 0, 1]
    assert histogram.octaves(1) == [2, 2, 1, 1]


def test_an_empty_histogram_has_no_quantile():
    assert LogHistogram().quantile(0.5) is None
    assert LinearHistogram(-1, 1, 4).quantile(0.5) is None
    assert LogHistogram().octaves(2) == []


def test_values_beyond_the_ends_count_in_the_outermost_bins():
    histogram = LinearHistogram(-1, 1, 4)
    for value in (-7, -1, -0.5, 0.0, 0.99, 1.0, 9):
        histogram.add(value)
    assert histogram.bins == [2, 1, 1, 3]
    assert histogram.coarse(2) == [3, 4]
    grid = Grid(2)
    grid.add(-1, 5)
    assert grid.rows == [[0, 0], [1, 0]]


def test_source_ids_are_counted_exactly_up_to_the_limit():
    sample = KeySample(limit=100)
    for number in range(100):
        sample.add(f"image-{number}", number % 2)
        sample.add(f"image-{number}", number % 2)
    assert (sample.count, sample.is_exact, sample.with_several_flags) == (100, True, 0)
    sample.add("image-0", 1)
    assert sample.with_several_flags == 1


def test_beyond_the_limit_source_ids_are_estimated_in_bounded_memory():
    sample = KeySample(limit=512)
    for number in range(20_000):
        sample.add(f"image-{number}", 0)
        if number % 2:
            sample.add(f"image-{number}", 1)
    assert not sample.is_exact
    assert sample.count == pytest.approx(20_000, rel=0.15)
    assert sample.with_several_flags == pytest.approx(10_000, rel=0.2)


def line(split: str, *instances: dict, source: str = "a", sha256: str = "") -> dict:
    return {
        "key": "0",
        "index": 0,
        "split": split,
        "width": 100,
        "height": 50,
        "source": {"id": source, "sha256": sha256},
        "synthetic": True,
        "licence": "",
        "instances": list(instances),
        "findings": [{"severity": "warning", "code": "roi_whole", "message": "no part"}],
    }


def instance(box: tuple, area: int, own: int = 0, **measured: float) -> dict:
    params = {"measured": measured} if measured else {}
    return {"category": "pit", "bbox_xywh": list(box), "area_px": area, "own_area_px": own, "params": params}


def test_a_defect_is_tiny_faint_clipped_or_covered_by_the_rules_of_the_page():
    stats = Stats(["pit"])
    stats.add(line("train", instance((10, 10, 7, 7), 30, contrast_rel=-0.2, change_p90=0.02)))
    stats.add(line("train", instance((93, 10, 7, 8), 30, own=31, contrast_rel=-0.2, change_p90=0.03)))
    stats.add(line("val", instance((10, 10, 8, 8), 30)))
    pit = stats.classes["pit"]
    assert (pit.tiny, pit.faint, pit.clipped, pit.covered, pit.measured) == (1, 1, 1, 1, 2)
    assert stats.to_json()["sample_findings"][0]["count"] == 3


def test_a_large_image_is_looked_at_as_a_detector_would():
    stats = Stats(["pit"])
    stats.add({**line("train", instance((10, 10, 15, 15), 200)), "width": 1280})
    assert stats.classes["pit"].tiny == 1


def test_files_with_the_same_bytes_are_copies():
    stats = Stats(["pit"])
    stats.add(line("train", source="a.png", sha256="1f"))
    stats.add(line("val", source="b.png", sha256="1f"))
    assert (stats.sources.count, stats.sources.copies, stats.sources.in_several_splits) == (2, 1, 1)


def test_splits_stand_in_their_usual_order():
    stats = Stats([])
    for split in ("test", "holdout", "train"):
        stats.add(line(split))
    assert stats.splits == ["train", "test", "holdout"]
