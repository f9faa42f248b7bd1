"""Areas, contrasts, places and sizes of defects: a row of a table a class, charts over all and class by class.

Source: own.
"""

from __future__ import annotations

from typing import Any

from generator.report import stats as limits
from generator.report.concerns import MAX_CLIPPED, MAX_FAINT, MAX_TINY
from generator.report.figure.chart import bars, heat_map, octave_ticks
from generator.report.figure.histogram import LinearHistogram
from generator.report.stats import ClassStats, Stats

_WIDE_TICKS = {0: "≤ -1", 10: "-0.5", 20: "0", 30: "0.5", 40: "≥ 1"}
_NARROW_TICKS = {0: "-0.5", 10: "0", 20: "0.5"}
_CHART_HEIGHT, _SMALL_HEIGHT = 272, 104


def spread_row(numbers: ClassStats) -> list[dict[str, Any]]:
    """Return the cells of a class in the table of spreads."""
    share = numbers.area_share.quantile(0.5)
    counts = (
        (numbers.tiny, numbers.count, MAX_TINY),
        (numbers.faint, numbers.measured, MAX_FAINT),
        (numbers.clipped, numbers.count, MAX_CLIPPED),
        (numbers.covered, numbers.count, 1.0),
    )
    texts = [px(numbers.area.quantile(q)) for q in (0.1, 0.5, 0.9)]
    texts += [f"{share / 1e4:.2g} %" if share is not None else "-", signed(numbers.contrast.quantile(0.5))]
    return [{"text": text, "off": False} for text in texts] + [
        {"text": str(count), "off": whole > 0 and count > limit * whole} for count, whole, limit in counts
    ]


def charts(stats: Stats) -> list[dict[str, Any]]:
    """Return the charts over all defects."""
    area, contrast = stats.every.area.octaves(2), stats.every.contrast
    widest = max((max(w, h) for w, h in stats.sizes), default=1)
    aspect = min(3.0, max(1 / 3, next(iter(stats.sizes), (1, 1))[0] / next(iter(stats.sizes), (1, 1))[1]))
    cells = 2 * max(2, min(limits.SIZE_CELLS // 2, (widest - 1).bit_length()))
    box = [row[:cells] for row in stats.size.rows[:cells]][::-1]
    edges = octave_ticks(cells, 2)
    drawn = [
        (
            "Area",
            "one bin is half an octave",
            bars(area, octave_ticks(len(area), 2), "defects by area", "px of the exact mask", _CHART_HEIGHT),
        ),
        (
            "Contrast",
            "mean change over the surface's mean; below zero is darker",
            _contrast_bars(contrast, "defects by contrast", _CHART_HEIGHT) if contrast.count else "not known",
        ),
        (
            "Position",
            "middles of the boxes over the image",
            heat_map(stats.position.rows, "defects by position", ("width of the image", "height"), aspect=aspect),
        ),
        (
            "Box size",
            "the diagonal is as wide as high",
            heat_map(
                box,
                "defects by width and height of their box",
                ("width, px", "height, px"),
                (edges, {cells - place: text for place, text in edges.items()}),
                diagonal=True,
            ),
        ),
    ]
    return [{"title": title, "note": note, "svg": svg} for title, note, svg in drawn]


def class_charts(name: str, numbers: ClassStats, bins: int) -> tuple[str, str, str]:
    """Return a class's histograms of area, over the same ``bins`` for every class, and of contrast."""
    area = numbers.area.octaves(2)
    drawn = bars(area + [0] * (bins - len(area)), octave_ticks(bins, 2), f"{name} by area", "area, px", _SMALL_HEIGHT)
    if not numbers.contrast.count:
        return name, drawn, ""
    return name, drawn, _contrast_bars(numbers.contrast, f"{name} by contrast", _SMALL_HEIGHT)


def _contrast_bars(contrast: LinearHistogram, title: str, height: int) -> str:
    """Return a histogram of contrast over -1 to 1, or over the inner half where all values lie there."""
    every = contrast.coarse(limits.CONTRAST_STEP)
    inner = every[10:30]
    if sum(inner) == contrast.count:
        return bars(inner, _NARROW_TICKS, title, "relative contrast", height)
    return bars(every, _WIDE_TICKS, title, "relative contrast", height)


def px(area: float | None) -> str:
    """Return an area to three digits."""
    return "-" if area is None else f"{area:.0f}" if area < 1000 else f"{float(f'{area:.3g}'):.0f}"


def signed(value: float | None) -> str:
    """Return a contrast with its sign."""
    return "-" if value is None else f"{value:+.2f}"
