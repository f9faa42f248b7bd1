"""Tests of the drawings."""

from __future__ import annotations

from xml.etree import ElementTree

from generator.report.figure.chart import bars, heat_map, octave_ticks, short_number


def heights(svg: str) -> list[float]:
    return [float(e.get("height")) for e in ElementTree.fromstring(svg) if e.get("class") == "bar"]


def test_bars_are_as_high_as_their_counts():
    drawn = heights(bars([1, 0, 4, 2], {0: "1", 4: "16"}, "areas", "px"))
    assert len(drawn) == 3
    assert drawn[1] == 2 * drawn[2] == 4 * drawn[0]


def test_empty_counts_are_drawn_without_bars():
    assert heights(bars([], {}, "none", "")) == []
    assert heights(heat_map([[0, 0], [0, 0]], "none", ("x", "y"))) == []


def test_texts_in_a_drawing_are_escaped():
    svg = bars([1], {0: "<b>"}, '"><script>', "<i>")
    assert "<script>" not in svg
    assert ElementTree.fromstring(svg).get("aria-label") == '"><script>'


def test_ticks_stand_at_whole_octaves():
    assert octave_ticks(4, 2) == {0: "1", 2: "2", 4: "4"}
    assert len(octave_ticks(40, 2)) <= 8
    assert [short_number(n) for n in (1, 512, 4096, 1 << 21)] == ["1", "512", "4k", "2M"]
