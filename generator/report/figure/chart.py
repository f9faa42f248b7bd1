"""Histograms and heat maps as inline SVG, coloured by the page's own style sheet; texts in them are escaped.

Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _LEFT, _RIGHT, _TOP, _BOTTOM = 300, 8, 8, 16, 30
_PLANE = 232.0


def bars(counts: Sequence[int], ticks: Mapping[float, str], title: str, axis: str, height: int = 150) -> str:
    """Draw a histogram.

    Args:
        counts: of the bins, from left to right.
        ticks: label of the edge before a bin; ``len(counts)`` is the last edge, and half a bin on is a bin's middle.
        title: what a screen reader says.
        axis: what the horizontal axis shows; empty: no line for it.
        height: of the drawing, in units of which it is 300 wide.
    """
    bottom = _BOTTOM if axis else _BOTTOM - 14
    floor, span = height - bottom, _WIDTH - _LEFT - _RIGHT
    step, most = span / max(1, len(counts)), max(counts, default=0)
    parts = [_open(_WIDTH, height, title)]
    for place, number in enumerate(counts):
        if number:
            tall = max(1.0, (floor - _TOP) * number / most)
            x = _LEFT + place * step
            hint = f"<title>{number}</title>"
            parts.append(
                f'<rect class="bar" x="{x + 0.4:.1f}" y="{floor - tall:.1f}" width="{max(0.6, step - 0.8):.1f}" '
                f'height="{tall:.1f}">{hint}</rect>'
            )
    parts.append(f'<line class="axis" x1="{_LEFT}" y1="{floor}" x2="{_WIDTH - _RIGHT}" y2="{floor}"/>')
    if most:
        parts.append(f'<text class="soft" x="{_LEFT}" y="11">most in a bin: {most}</text>')
    for place, text in ticks.items():
        x = _LEFT + place * step
        parts.append(f'<line class="axis" x1="{x:.1f}" y1="{floor}" x2="{x:.1f}" y2="{floor + 3}"/>')
        anchor = "start" if place == 0 else "end" if place == len(counts) else "middle"
        parts.append(f'<text x="{x:.1f}" y="{floor + 13}" text-anchor="{anchor}">{escape(text)}</text>')
    if axis:
        parts.append(_axis_text(axis, _WIDTH / 2, height - 3))
    return "".join(parts) + "</svg>"


def heat_map(
    rows: Sequence[Sequence[int]],
    title: str,
    axes: tuple[str, str],
    ticks: tuple[Mapping[int, str], Mapping[int, str]] = ({}, {}),
    aspect: float = 1.0,
    diagonal: bool = False,
) -> str:
    """Draw counts over a plane, the square root of the count as the depth of colour, so that single ones can be seen.

    Args:
        rows: the counts; the first row is drawn at the top.
        title: what a screen reader says.
        axes: what the horizontal and the vertical axis show.
        ticks: labels of the edges before columns and rows.
        aspect: width of the drawing over its height.
        diagonal: whether the line from the lower left to the upper right is drawn.
    """
    columns = max((len(row) for row in rows), default=0)
    wide, tall = (_PLANE, _PLANE / aspect) if aspect >= 1 else (_PLANE * aspect, _PLANE)
    left, top = 54.0, 8.0
    step_x, step_y = wide / max(1, columns), tall / max(1, len(rows))
    most = max((number for row in rows for number in row), default=0)
    height = top + tall + _BOTTOM + 2
    parts = [_open(_WIDTH, height, title)]
    parts.append(f'<rect class="plane" x="{left}" y="{top}" width="{wide:.1f}" height="{tall:.1f}"/>')
    for y, row in enumerate(rows):
        for x, number in enumerate(row):
            if number:
                parts.append(
                    f'<rect class="bar" x="{left + x * step_x:.1f}" y="{top + y * step_y:.1f}" width="{step_x:.1f}" '
                    f'height="{step_y:.1f}" fill-opacity="{(number / most) ** 0.5:.2f}"><title>{number}</title></rect>'
                )
    if diagonal:
        parts.append(f'<line class="guide" x1="{left}" y1="{top + tall:.1f}" x2="{left + wide:.1f}" y2="{top}"/>')
    for place, text in ticks[0].items():
        x = left + place * step_x
        parts.append(f'<text x="{x:.1f}" y="{top + tall + 13:.1f}" text-anchor="middle">{escape(text)}</text>')
    for place, text in ticks[1].items():
        y = top + place * step_y
        parts.append(f'<text x="{left - 5}" y="{y + 4:.1f}" text-anchor="end">{escape(text)}</text>')
    parts.append(_axis_text(axes[0], left + wide / 2, height - 3))
    middle = top + tall / 2
    parts.append(
        f'<text class="soft" x="14" y="{middle:.1f}" text-anchor="middle" transform="rotate(-90 14 {middle:.1f})">'
        f"{escape(axes[1])}</text>"
    )
    return "".join(parts) + "</svg>"


def columns(counts: Mapping[str, int], title: str, across: int = 48) -> str:
    """Draw a column with its name below for each of some short names, ``across`` of them in a row."""
    step, tall, foot = 20.0, 56.0, 18.0
    names, most = list(counts), max(counts.values(), default=0)
    rows = [names[start : start + across] for start in range(0, len(names), across)]
    width = 2 * _LEFT + step * min(across, max(len(names), 24))
    parts = [_open(width, max(1, len(rows)) * (tall + foot) + 2, title)]
    for place, row in enumerate(rows):
        floor = place * (tall + foot) + tall
        for column, name in enumerate(row):
            x, high = _LEFT + column * step, max(1.0, (tall - 6) * counts[name] / most) if counts[name] else 0.0
            hint = f"<title>{escape(name)}: {counts[name]}</title>"
            if high:
                parts.append(
                    f'<rect class="bar" x="{x + 2:.1f}" y="{floor - high:.1f}" width="{step - 4:.1f}" '
                    f'height="{high:.1f}">{hint}</rect>'
                )
            parts.append(
                f'<text x="{x + step / 2:.1f}" y="{floor + 13:.1f}" text-anchor="middle">{escape(name)}</text>'
            )
        parts.append(f'<line class="axis" x1="{_LEFT}" y1="{floor}" x2="{_LEFT + step * len(row):.1f}" y2="{floor}"/>')
    return "".join(parts) + "</svg>"


def octave_ticks(bins: int, parts: int, most: int = 7) -> dict[int, str]:
    """Return labels for the edges of ``bins`` bins of 1/``parts`` octave from 1 on, about ``most`` of them."""
    every = parts * max(1, -(-bins // (parts * most)))
    return {place: short_number(2 ** (place // parts)) for place in range(0, bins + 1, every)}


def short_number(number: float) -> str:
    """Return a number in a few characters: 950, 2k, 1.5M."""
    for size, suffix in ((1 << 20, "M"), (1 << 10, "k")):
        if number >= size:
            return f"{number / size:.3g}{suffix}"
    return f"{number:.3g}"


def _open(width: float, height: float, title: str) -> str:
    return f'<svg viewBox="0 0 {width:g} {height:.0f}" role="img" aria-label="{escape(title)}">'


def _axis_text(text: str, x: float, y: float) -> str:
    return f'<text class="soft" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(text)}</text>'
