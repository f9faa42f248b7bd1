"""What the page and the data card show of angles: tables, charts, sentences. Source: own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from generator.core.geometry import stated_deg
from generator.health.angle.count import AngleCount
from generator.health.angle.turned import Turned, bins_said, degrees, spans_said
from generator.report.figure.chart import bars
from generator.report.figure.rose import rose

_WIDE_DEG = 90.0  # angles on less of the circle are drawn along a line
_SECTORS = ((48, 30.0), (144, 15.0), (720, 10.0))  # of so few angles so wide
_FINEST_DEG, _MOST_DEG = 5.0, 45.0
_WIDTHS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # of bars
_MOST_BARS, _MOST_TICKS, _MOST_KINDS = 60, 7, 8
_LISTED = 12
Row = tuple[str, list[int | str]]


def angle_facts(turned: Turned) -> list[tuple[str, int | str]]:
    """Return the numbers at the top of the page; none where nothing has an angle."""
    if not turned:
        return []
    facts: list[tuple[str, int | str]] = [("parts", turned.part_count)] if turned.parts else []
    counts = list(turned.together().values())
    if len(counts) > 1 or not counts[0].count:
        return facts
    bins = counts[0].bins()
    each = f"{bins.least}" if bins.least == bins.most else f"{bins.least} to {bins.most}"
    facts.append(("degrees", spans_said(counts[0]) or "all round"))
    return facts + ([(f"in {degrees(bins.width_deg)}° each", each)] if bins.counts else [])


def angle_rows(turned: Turned, splits: Sequence[str]) -> list[tuple[str, list[Row]]]:
    """Return a table a kind of thing: its name, and rows of cells per split and for all of them."""
    return [(name, _rows(by_split, splits)) for name, by_split in list(turned.kinds().items())[:_MOST_KINDS]]


def part_rows(turned: Turned, splits: Sequence[str]) -> list[Row]:
    """Return a row a class of parts: its name, its parts per split and of all of them."""
    rows: list[Row] = []
    for name, by_split in turned.parts.items():
        numbers = [_number(by_split.get(split)) for split in splits]
        rows.append((name, [*numbers, sum(numbers)]))
    return rows


def angle_section(turned: Turned, splits: Sequence[str]) -> dict[str, Any] | None:
    """Return what the page's section on angles is made of; None: nothing has an angle."""
    if not turned:
        return None
    kinds = list(turned.kinds().items())
    charts = [chart for name, by_split in kinds[:_MOST_KINDS] for chart in _charts(name, by_split, splits)]
    return {
        "tables": angle_rows(turned, splits),
        "parts": part_rows(turned, splits),
        "per_image": sorted(turned.per_image.items())[:_LISTED] if turned.parts else [],
        "charts": charts,
        "has_roses": any(chart["is_rose"] for chart in charts),
        "left_out": max(0, len(kinds) - _MOST_KINDS),
        "said": _said(turned),
    }


def angle_sentence(turned: Turned) -> str:
    """Return which angles a data set has, as sentences of its card."""
    return " ".join(_sentence(kind, count) for kind, count in turned.together().items())


def _sentence(kind: str, every: AngleCount) -> str:
    if not every.count:
        return f"Angles of {kind}: none, as they look the same at every one."
    where = f"{spans_said(every)} degrees" if spans_said(every) else "all round the circle"
    step = f", on a grid of {degrees(every.step_deg)}" if every.step_deg else ", on no grid"
    orders = ", ".join(str(order) for order in sorted(every.orders) if order)
    even = f"; {bins_said(every)}" if bins_said(every) else ""
    return f"Angles of {kind}: {where}{step}{even}; symmetry {orders}."


def _rows(by_split: dict[str, AngleCount], splits: Sequence[str]) -> list[Row]:
    every = AngleCount.merged(by_split.values())
    columns = [*(by_split.get(split, AngleCount()) for split in splits), every]
    spans = every.spans()
    bins = [column.bins(every) for column in columns]
    blank = ["" for _ in splits]
    where, step = spans_said(every) or "all round", degrees(every.step_deg) if every.step_deg else "none"
    wide = f"{len(bins[-1].counts)} of {degrees(bins[-1].width_deg)}°" if bins[-1].counts else "-"
    rows: list[Row] = [
        ("with an angle", [column.count for column in columns]),
        ("angles, degrees", [*blank, where if every.count else "-"]),
        ("grid, degrees", [*blank, step if every.count else "-"]),
        ("bins", [*blank, wide]),
        ("least in a bin", [b.least if b.counts else "-" for b in bins]),
        ("most in a bin", [b.most if b.counts else "-" for b in bins]),
        ("largest gap, degrees", [degrees(c.largest_gap_deg(spans)) if c.count else "-" for c in columns]),
    ]
    orders = ", ".join(str(order) if order else "every angle" for order in sorted(every.orders))
    if set(every.orders) != {1}:
        rows.append(("symmetry", [*blank, orders]))
    if every.undefined:
        rows.append(("without one: alike at every angle", [column.undefined for column in columns]))
    if every.out_of_range:
        rows.append(("not stated as they should be", [column.out_of_range for column in columns]))
    return rows


def _charts(name: str, by_split: dict[str, AngleCount], splits: Sequence[str]) -> list[dict[str, Any]]:
    every = AngleCount.merged(by_split.values())
    if not every.count:
        return []
    shown = [(name, every)]
    if len(by_split) > 1:
        shown += [(split, by_split[split]) for split in splits if split in by_split and by_split[split].count]
    spans = every.spans()
    is_wide = not spans or sum(high - low for low, high in spans) >= _WIDE_DEG
    draw = _rose if is_wide and every.period_deg == 360.0 else _line
    return [
        {
            "title": f"Angles of {title}" if place == 0 else title,
            "note": f"{count.count}, largest gap {degrees(count.largest_gap_deg(spans))}°",
            "svg": draw(count, every, f"angles of {title}"),
            "is_rose": draw is _rose,
        }
        for place, (title, count) in enumerate(shown)
    ]


def _rose(count: AngleCount, every: AngleCount, title: str) -> str:
    width = next((width for most, width in _SECTORS if count.count < most), _FINEST_DEG)
    step = every.step_deg
    if step is not None:
        fitting = (step * times for times in range(1, 1 + int(_MOST_DEG / step)))
        width = next((wide for wide in fitting if wide >= width and (360.0 / wide).is_integer()), max(width, step))
    sectors: dict[int, int] = {}
    for place, number in count.in_sectors(width).items():
        at = round(stated_deg(place * width) / width)
        sectors[at] = sectors.get(at, 0) + number
    return rose(sectors, width, title)


def _line(count: AngleCount, every: AngleCount, title: str) -> str:
    """Return a histogram over the angles from the first to the last of all splits."""
    spans = every.spans() or ((-every.period_deg / 2.0, every.period_deg / 2.0),)
    low, high = min(low for low, _ in spans), max(high for _, high in spans)
    least = max((high - low) / _MOST_BARS, every.step_deg or 0.0)
    width = next(wide for wide in (*_WIDTHS, max(least, _WIDTHS[-1])) if wide >= least)
    if every.step_deg:
        width = every.step_deg * math.ceil(width / every.step_deg - 1e-9)
    first, last = round(low / width), round(high / width)
    found = count.in_sectors(width)
    period = round(every.period_deg / width)
    numbers = [found.get(place, 0) + found.get(place - period, 0) for place in range(first, last + 1)]
    apart = next(step for step in (1, 2, 5, 10, 20, len(numbers) + 1) if len(numbers) <= _MOST_TICKS * step)
    ticks = {
        place + 0.5: degrees(stated_deg((first + place) * width))
        for place in range(len(numbers))
        if (first + place) % apart == 0
    }
    return bars(numbers, ticks, title, "degrees, counter-clockwise as displayed")


def _said(turned: Turned) -> list[str]:
    said = []
    if turned.parts and turned.images:
        lie = "lies as its image does" if turned.lie_alike else "lies in its own way"
        said.append(f"{turned.part_count} parts; each {lie}.")
    if turned.images and not turned.parts:
        said.append("No part is labelled: roi=auto finds them and gives them oriented boxes.")
    return said


def _number(count: AngleCount | None) -> int:
    return 0 if count is None else count.count + count.undefined
