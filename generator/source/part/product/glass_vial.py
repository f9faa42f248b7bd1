"""A glass vial or ampoule standing before a lit panel: dark edges, bright rims, a meniscus, window highlights.

The vessel is turned about its axis, so everything follows from its radius at each height. Seen against a panel of
finite width, glass bends light away near its edges: a wall shows as dark and bright lines whose places are given in
wall thicknesses from the silhouette; liquid makes a solid lens of the vessel and widens the dark edge. Source: own;
line places after the ray fan through a tube in the textbook, tuned by eye.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from generator.imaging import noise
from generator.source.part.drawing import Colour, Drawing, Planes, between, lit, step, tinted

# what a path of one radius lets through: red, green, blue
LIQUIDS: tuple[Colour, ...] = (
    (0.98, 0.985, 0.985),
    (0.97, 0.94, 0.80),
    (0.95, 0.84, 0.58),
    (0.95, 0.74, 0.76),
    (0.74, 0.86, 0.94),
)
GLASSES: dict[str, Colour] = {"clear": (0.965, 0.985, 0.975), "amber": (0.80, 0.52, 0.20)}
RINGS: tuple[Colour, ...] = ((0.10, 0.30, 0.62), (0.75, 0.62, 0.12), (0.62, 0.12, 0.14), (0.12, 0.45, 0.28))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Vessel:
    """A vessel along its axis, from its top.

    Attributes:
        radius: (N,) float32 px, outer radius at each px from the top.
        wall: thickness of the glass, px.
        floor: thickness of its bottom, px.
        level: where the liquid ends, px from the top; the vessel's length: it is empty.
        necks: where the radius turns, px from the top.
        ring: where a printed ring runs, px from the top; 0: there is none.
    """

    radius: np.ndarray
    wall: float
    floor: float
    level: float
    necks: tuple[float, ...]
    ring: float


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a vessel, upright unless the image is much wider than high: three (H, W) planes, roi its silhouette."""
    lying = hw[1] > 1.25 * hw[0]
    tall_hw = (hw[1], hw[0]) if lying else hw
    unit = min(hw) / 512
    half = min(0.42 * tall_hw[1], tall_hw[0] * between(rng, 0.2, 0.245))
    vessel = (_vial if rng.random() < 0.55 else _ampoule)(half, min(0.94 * tall_hw[0], 4.2 * half), rng)
    top = (tall_hw[0] - len(vessel.radius)) * between(rng, 0.35, 0.65)
    middle = tall_hw[1] * between(rng, 0.47, 0.53)
    lamp_left = rng.random() < 0.5
    planes, inside = _seen(tall_hw, vessel, (middle, top), lamp_left, unit, rng)
    light_deg = (between(rng, 150, 210) if lamp_left else between(rng, -30, 30)) - (90 if lying else 0)
    if lying:  # turned clockwise: its top points to the right
        planes, inside = tuple(np.ascontiguousarray(np.rot90(p, -1)) for p in planes), np.rot90(inside, -1)
    return Drawing(planes=planes, light_deg=light_deg % 360, roi=np.ascontiguousarray(inside > 0))


def _vial(half: float, length: float, rng: np.random.Generator) -> _Vessel:
    """Return an open vial: a rolled lip, a neck, a shoulder, a body with a rounded heel."""
    neck, lip = half * between(rng, 0.5, 0.62), half * between(rng, 0.64, 0.74)
    lip_end, neck_end = length * 0.085, length * between(rng, 0.15, 0.2)
    shoulder_end = neck_end + (half - neck) * between(rng, 0.8, 1.2)
    y = np.arange(round(length), dtype=np.float32)
    radius = np.where(y < lip_end, lip, neck)
    rise = np.clip((y - neck_end) / (shoulder_end - neck_end), 0, 1)
    radius = np.where(y > neck_end, neck + (half - neck) * rise * rise * (3 - 2 * rise), radius)
    radius = _rounded(_softened(radius, 0.05 * half), 0.5 * lip_end, 0.16 * half)
    wall = half * between(rng, 0.075, 0.11)
    full = rng.random() < 0.6
    level = shoulder_end + between(rng, 0.05, 0.45) * (length - shoulder_end) if full else float(length)
    return _Vessel(
        radius=radius, wall=wall, floor=1.6 * wall, level=level, necks=(lip_end, neck_end, shoulder_end), ring=0.0
    )


def _ampoule(half: float, length: float, rng: np.random.Generator) -> _Vessel:
    """Return a sealed ampoule: a drawn tip, a bulb, a narrow neck, a shoulder, a body."""
    y = np.arange(round(length), dtype=np.float32)
    tip, bulb, neck = half * between(rng, 0.2, 0.26), half * between(rng, 0.42, 0.5), half * between(rng, 0.3, 0.36)
    heights = np.array([0.0, 0.17, 0.27, 0.345, 0.375, 0.46, 1.0]) * length
    radius = np.interp(y, heights, [tip * 0.8, tip, bulb, neck * 1.08, neck, half, half])
    radius = _rounded(_softened(radius, 0.1 * half), 0.7 * tip, 0.14 * half)
    wall = half * between(rng, 0.05, 0.075)
    level = length * between(rng, 0.5, 0.62)
    ring = float(heights[4]) if rng.random() < 0.7 else 0.0
    return _Vessel(radius=radius, wall=wall, floor=1.2 * wall, level=level, necks=(float(heights[4]),), ring=ring)


def _softened(radius: np.ndarray, sigma_px: float) -> np.ndarray:
    """Return a profile with its corners rounded."""
    column = np.ascontiguousarray(radius, np.float32)[:, None]
    return cv2.GaussianBlur(column, (0, 0), max(0.6, sigma_px), borderType=cv2.BORDER_REPLICATE)[:, 0]


def _rounded(radius: np.ndarray, top_px: float, bottom_px: float) -> np.ndarray:
    """Return a profile whose ends are quarter ellipses."""
    count = len(radius)
    y = np.arange(count, dtype=np.float32) + np.float32(0.5)
    radius = radius.astype(np.float32)
    for away, reach in ((y, max(1.0, top_px)), (count - y, max(1.0, bottom_px))):
        dip = np.clip(1 - away / reach, 0.0, 1.0)
        radius = radius - (1 - np.sqrt(1 - dip * dip)) * np.float32(reach)
    return np.maximum(radius, 0.0).astype(np.float32)


def _seen(
    hw: tuple[int, int],
    vessel: _Vessel,
    at: tuple[float, float],
    lamp_left: bool,
    unit: float,
    rng: np.random.Generator,
) -> tuple[Planes, np.ndarray]:
    """Return the panel with an upright vessel before it, and the signed distance to its silhouette."""
    x = (np.arange(hw[1], dtype=np.float32) + np.float32(0.5 - at[0]))[None, :]
    y = (np.arange(hw[0], dtype=np.float32) + np.float32(0.5 - at[1]))[:, None]
    length = len(vessel.radius)
    row = np.clip(y, 0, length - 1)
    index = row.astype(np.intp)[:, 0]
    radius = vessel.radius[index][:, None]
    slope = np.gradient(vessel.radius)[index][:, None].astype(np.float32)
    facing = np.float32(1.0) / np.sqrt(slope * slope + np.float32(1.0))
    inside = cv2.min((radius - np.abs(x)) * facing, np.broadcast_to(cv2.min(y, length - y), hw).astype(np.float32))
    across = np.clip(np.abs(x) / np.maximum(radius, 1e-3), 0.0, 1.0)
    chord = cv2.sqrt(np.float32(1.0) - across * across)
    bulge = chord * radius * ((y - np.float32(0.45 * length)) * np.float32(0.16 / length))  # nearer is lower or higher
    height = y + bulge

    wet = step(height - np.float32(vessel.level) + _climb(across, radius, vessel), max(1.0, unit))
    wet *= step(np.float32(length - vessel.floor) - y, max(1.0, 2 * unit))
    wet *= step(inside - np.float32(0.8 * vessel.wall), max(1.0, unit))
    brightness = _wall_lines(inside, vessel.wall, wet)
    brightness *= _turns(height, vessel, chord, unit)
    brightness *= _bottom(y, across, vessel, length, unit)
    if vessel.level < length:
        brightness *= _meniscus(
            height - np.float32(vessel.level) + _climb(across, radius, vessel), inside, vessel, unit
        )
    drawn = noise.streaks(hw, 300 * unit, max(1.0, 3 * unit), 90, rng) * np.float32(0.006) + np.float32(1.0)
    brightness *= drawn

    panel = _panel(x, y, hw, unit, rng)
    tilt = x * np.float32(between(rng, -0.12, 0.12) / hw[1])
    planes = _through(panel, tilt, wet, chord, radius, vessel, rng)
    cover = step(inside, 1.3)
    shine = _highlights(x, y, vessel, index, lamp_left, unit, rng)
    planes = lit(planes, brightness, shine)
    if vessel.ring:
        planes = _with_ring(planes, height, vessel, unit, RINGS[rng.integers(len(RINGS))])
    behind = panel * (np.float32(1.0) + tilt)
    white = between(rng, 0.0, 0.02)
    shown = []
    for plane, tint in zip(planes, (1.0 - white, 1.0, 1.0 + white), strict=True):
        below = behind * np.float32(tint)
        shown.append(below + (plane - below) * cover)
    return tuple(shown), inside


def _panel(x: np.ndarray, y: np.ndarray, hw: tuple[int, int], unit: float, rng: np.random.Generator) -> np.ndarray:
    """Return the lit panel: brightest near its middle, very even."""
    off = between(rng, -0.15, 0.15)
    far = (x * np.float32(1 / hw[1]) + np.float32(off)) ** 2 + (y * np.float32(1 / hw[0]) - np.float32(0.5)) ** 2
    panel = np.float32(1.0) - far * np.float32(between(rng, 0.05, 0.25))
    panel += noise.fractal(hw, 220 * unit, rng, octaves=3) * np.float32(0.004)
    return panel * np.float32(between(rng, 0.72, 0.9))


def _through(
    panel: np.ndarray,
    tilt: np.ndarray,
    wet: np.ndarray,
    chord: np.ndarray,
    radius: np.ndarray,
    vessel: _Vessel,
    rng: np.random.Generator,
) -> Planes:
    """Return the panel as seen through glass and liquid: tinted by the path, its gradient turned by the liquid."""
    glass = GLASSES["amber" if rng.random() < 0.15 else "clear"]
    liquid = LIQUIDS[int(rng.choice(len(LIQUIDS), p=[0.4, 0.22, 0.12, 0.13, 0.13]))]
    seen = panel * (np.float32(1.0) + tilt * (np.float32(1.0) - np.float32(2.6) * wet))
    path = chord * wet * radius * np.float32(1 / float(vessel.radius.max()))
    oblique = np.float32(1.0) / cv2.max(chord, 0.3)
    return tuple(
        seen * cv2.exp(path * np.float32(np.log(of_liquid)) + oblique * np.float32(0.8 * np.log(of_glass)))
        for of_liquid, of_glass in zip(liquid, glass, strict=True)
    )


def _wall_lines(inside: np.ndarray, wall: float, wet: np.ndarray) -> np.ndarray:
    """Return the brightness of glass seen against the panel, by the distance to the silhouette in wall thicknesses."""
    q = np.clip(inside * np.float32(1 / wall), 0.0, 12.0)
    places = np.array([0.0, 0.25, 0.5, 0.72, 0.95, 1.2, 1.6, 2.4, 4.0, 7.0, 12.0], np.float32)
    empty = np.array([0.10, 0.16, 0.62, 0.30, 0.12, 0.55, 0.80, 0.90, 0.95, 0.98, 1.0], np.float32)
    filled = np.array([0.08, 0.12, 0.45, 0.22, 0.07, 0.10, 0.32, 0.78, 0.94, 0.98, 1.0], np.float32)
    fine = np.linspace(0, 12, 1441, dtype=np.float32)
    tables = [_softened(np.interp(fine, places, values), 9.0) for values in (empty, filled)]
    at = (q * np.float32(120)).astype(np.intp)
    dry = tables[0].take(at)
    return dry + (tables[1].take(at) - dry) * wet


def _turns(height: np.ndarray, vessel: _Vessel, chord: np.ndarray, unit: float) -> np.ndarray:
    """Return the darkening where the wall leans: shoulder, neck and lip send the light elsewhere."""
    lean = np.abs(np.gradient(vessel.radius)).astype(np.float32)
    bend = np.abs(np.gradient(_softened(lean, max(0.8, 0.25 * vessel.wall)))) * np.float32(vessel.wall)
    dark = np.clip(lean * np.float32(0.3), 0, 0.34) + np.clip(bend * np.float32(1.6), 0, 0.42)
    ends = np.minimum(np.arange(len(dark)), np.arange(len(dark))[::-1]) < 0.4 * vessel.wall
    dark = _softened(np.where(ends, 0.35, dark), max(0.6, 0.12 * vessel.wall))
    rows = np.linspace(0, len(dark) - 1, 8 * len(dark), dtype=np.float32)
    table = np.interp(rows, np.arange(len(dark)), dark).astype(np.float32)
    index = (np.clip(height, 0, len(dark) - 1) * np.float32(8)).astype(np.intp)
    return np.float32(1.0) - table.take(index, mode="clip")


def _bottom(y: np.ndarray, across: np.ndarray, vessel: _Vessel, length: int, unit: float) -> np.ndarray:
    """Return the lines of the bottom: the glass is thick there, its inner face is domed."""
    up = np.float32(length) - y - np.float32(0.35 * vessel.wall) * (np.float32(1.0) - across * across)
    dome = np.float32(vessel.floor) * (np.float32(1.25) - np.float32(0.45) * across * across)
    lines = np.ones_like(across)
    for place, width, depth in ((0.0, 0.35, 0.8), (0.55, 0.16, -0.25), (1.0, 0.22, 0.62), (1.35, 0.2, -0.12)):
        off = (up - dome * np.float32(place)) * np.float32(1 / max(0.8, width * vessel.floor))
        lines -= cv2.exp(-off * off) * np.float32(depth)
    return cv2.max(lines, 0.05)


def _climb(across: np.ndarray, radius: np.ndarray, vessel: _Vessel) -> np.ndarray:
    """Return how far the liquid climbs up the wall, px."""
    sharp = across * across
    sharp = sharp * sharp
    return sharp * sharp * np.float32(0.9 * vessel.wall)


def _meniscus(below: np.ndarray, inside: np.ndarray, vessel: _Vessel, unit: float) -> np.ndarray:
    """Return the lines of the liquid's surface: dark where it turns up, with a bright line under it."""
    wide = max(1.0, 0.3 * vessel.wall)
    within = step(inside - np.float32(0.8 * vessel.wall), max(1.0, unit))
    lines = np.zeros_like(below)
    for place, width, depth in ((0.0, 1.0, 0.72), (2.0, 0.9, -0.14), (3.6, 1.2, 0.2)):
        off = (below - np.float32(place * wide)) * np.float32(1 / (width * wide))
        lines += cv2.exp(-off * off) * np.float32(depth)
    return np.float32(1.0) - lines * within


def _highlights(
    x: np.ndarray,
    y: np.ndarray,
    vessel: _Vessel,
    index: np.ndarray,
    lamp_left: bool,
    unit: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return what the glass mirrors of the room: a tall window on the lamp's side, a faint one opposite."""
    radius = cv2.GaussianBlur(vessel.radius[:, None], (0, 0), max(0.6, 2 * unit))[index]
    length, side = len(vessel.radius), -1.0 if lamp_left else 1.0
    shine = np.zeros((y.shape[0], x.shape[1]), np.float32)
    for place, width, strength in ((0.62, 0.05, 0.3), (-0.7, 0.025, 0.14), (0.42, 0.012, 0.1)):
        off = np.abs(x - radius * np.float32(side * place)) - radius * np.float32(width)
        band = step(-off, max(1.2, 2.5 * unit))
        begin, end = between(rng, 0.05, 0.3) * length, between(rng, 0.7, 0.93) * length
        reach = step(y - np.float32(begin), 9 * unit + 1) * step(np.float32(end) - y, 9 * unit + 1)
        shine += band * reach * np.float32(strength * between(rng, 0.6, 1.2))
    return shine


def _with_ring(planes: Planes, height: np.ndarray, vessel: _Vessel, unit: float, colour: Colour) -> Planes:
    """Return the vessel with a printed ring around it."""
    half = max(0.8, 0.35 * vessel.wall)
    ring = step(np.float32(half) - np.abs(height - np.float32(vessel.ring)), max(1.0, unit)) * np.float32(0.85)
    printed = tinted(np.ones_like(height), colour)
    return tuple(plane + (ink * plane - plane) * ring for plane, ink in zip(planes, printed, strict=True))
