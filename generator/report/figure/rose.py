"""A rose: counts of angles as wedges that point where the top of an upright thing points once it is turned.

0 is at the top and 90 to the left, as angles are stated: degrees, counter-clockwise as displayed. The area of a wedge
is its count. Source: own; after Nightingale's diagrams (1858).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

_SIDE, _MARGIN = 300.0, 26.0
_GRID = 4  # sectors with a name
_ARC_DEG = 5.0


def rose(counts: Mapping[int, int], width_deg: float, title: str) -> str:
    """Draw a rose.

    Args:
        counts: of sectors: sector i is as wide as ``width_deg`` and lies about ``i * width_deg``.
        width_deg: of a sector.
        title: what a screen reader says.
    """
    middle, most = _SIDE / 2.0, max(counts.values(), default=0)
    radius = middle - _MARGIN
    parts = [f'<svg viewBox="0 0 {_SIDE:g} {_SIDE:g}" role="img" aria-label="{escape(title)}">']
    parts.append(f'<circle class="plane" cx="{middle:g}" cy="{middle:g}" r="{radius:g}"/>')
    for place, number in sorted(counts.items()):
        if number:
            reach = radius * math.sqrt(number / most)
            outline = _wedge(middle, reach, (place - 0.5) * width_deg, (place + 0.5) * width_deg)
            parts.append(f'<path class="bar" d="{outline}"><title>{place * width_deg:g}°: {number}</title></path>')
    for quarter in range(_GRID):
        angle = 360.0 * quarter / _GRID
        (x, y), (u, v) = _at(middle, radius, angle), _at(middle, radius + 13, angle)
        parts.append(f'<line class="guide" x1="{middle:g}" y1="{middle:g}" x2="{x:.1f}" y2="{y:.1f}"/>')
        said = math.remainder(angle, 360.0)
        name = f"{180 if said == -180 else said:g}°"
        parts.append(f'<text x="{u:.1f}" y="{v + 4:.1f}" text-anchor="middle">{name}</text>')
    parts.append(f'<text class="soft" x="4" y="12">most: {most}</text>')
    return "".join(parts) + "</svg>"


def _wedge(middle: float, reach: float, low_deg: float, high_deg: float) -> str:
    """Return the path of a wedge, its arc in short chords."""
    steps = max(1, math.ceil((high_deg - low_deg) / _ARC_DEG))
    angles = [low_deg + (high_deg - low_deg) * step / steps for step in range(steps + 1)]
    points = [(middle, middle), *(_at(middle, reach, angle) for angle in angles)]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def _at(middle: float, reach: float, angle_deg: float) -> tuple[float, float]:
    """Return where an angle points to, so far from the middle; y is down."""
    radians = math.radians(angle_deg)
    return middle - reach * math.sin(radians), middle - reach * math.cos(radians)
