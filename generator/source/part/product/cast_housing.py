"""A cast aluminium housing seen from above: rough cast skin, a milled sealing face, bosses, ribs, holes, a bore.

The part is a height map put together from distances to simple outlines, joined with the fillets that a mould needs.
Sand casting leaves a grainy skin, die casting a smooth one with flow marks; milled faces carry the arcs of a large
cutter. One slanting light shades it, throws short shadows, and leaves corners dark. Source: own; outlines after
Quilez's distance functions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from generator.imaging import noise
from generator.imaging.relief import Light, shade
from generator.source.part.drawing import Drawing, between, grid, over, step, tinted

FLOOR, BOSS, FACE = 0.0, 0.8, 1.0  # heights as shares of the depth of the pocket
_SHADOW_STEPS = 4


@dataclass(slots=True, kw_only=True, eq=False)
class _Form:
    """The part's geometry while it is put together, (H, W) float32 each.

    Attributes:
        u: place to the right of the part's middle, px.
        v: place below it, px.
        inside: signed distance to the silhouette in px, positive on the part.
        height: in px above the pocket's floor.
        milled: how much of a pixel is a machined face, 0 to 1.
        hollow: how much of it is a hole, 0 to 1.
    """

    u: np.ndarray
    v: np.ndarray
    inside: np.ndarray
    height: np.ndarray
    milled: np.ndarray
    hollow: np.ndarray

    def near(self, x: float, y: float, reach: float) -> _Form:
        """Return the form within a square around (x, y): views, so that what is written there is written here."""
        hw = self.u.shape
        axes = np.array(
            [
                [self.u[0, 1] - self.u[0, 0], self.u[1, 0] - self.u[0, 0]],
                [self.v[0, 1] - self.v[0, 0], self.v[1, 0] - self.v[0, 0]],
            ],
            np.float64,
        )
        column, row = axes.T @ (np.array([x, y]) - (self.u[0, 0], self.v[0, 0]))  # a turn: its transpose undoes it
        top, left = (
            int(np.clip(at - 1.2 * reach - 2, 0, size - 1)) for at, size in zip((row, column), hw, strict=True)
        )
        bottom, right = (
            int(np.clip(at + 1.2 * reach + 3, 1, size)) for at, size in zip((row, column), hw, strict=True)
        )
        window = np.s_[top : max(bottom, top + 1), left : max(right, left + 1)]
        return _Form(
            u=self.u[window], v=self.v[window], inside=self.inside[window], height=self.height[window],
            milled=self.milled[window], hollow=self.hollow[window],
        )  # fmt: skip


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a housing: three (H, W) planes, roi its silhouette without the holes through it."""
    unit = min(hw) / 512
    light = Light(between(rng, 0, 360), between(rng, 40, 58))
    form = _form(hw, unit, rng)
    sandy = rng.random() < 0.55
    skin = _skin(hw, unit, sandy, rng)
    height = form.height + skin * (np.float32(1.0) - form.milled)
    diffuse, gloss = shade(cv2.GaussianBlur(height, (0, 0), max(0.6, 0.7 * unit)), light, between(rng, 6, 12))
    closed = _occlusion(form.height, unit)
    shadow = _cast_shadow(form.height, light, unit)

    cloud = noise.fractal(hw, 150 * unit, rng, octaves=4, gain=0.6)
    speck = noise.smooth(hw, max(1.0, 1.4 * unit), rng) * np.float32(0.035 if sandy else 0.015)
    rough = (cloud * np.float32(0.035) + speck + np.float32(1.0)) * np.float32(between(rng, 0.38, 0.5))
    tone = over((rough,), (_milled_face(hw, light, unit, rng),), form.milled)[0]
    diffuse = diffuse * np.float32(0.78) + np.float32(0.22)
    bright = tone * diffuse * closed * (np.float32(1.0) - shadow * np.float32(0.5))
    bright += cv2.max(gloss, -0.05) * np.float32(between(rng, 0.1, 0.22)) * (np.float32(1.0) - shadow)
    bright *= np.float32(1.0) - form.hollow * np.float32(0.93)
    metal = (0.97, 0.985, 1.0) if rng.random() < 0.6 else (1.0, 0.985, 0.96)

    bench = noise.fractal(hw, 60 * unit, rng, octaves=6, gain=0.85) * np.float32(between(rng, 0.02, 0.08))
    bench = (bench + np.float32(1.0)) * np.float32(between(rng, 0.03, 0.2))
    x, y, _ = light.direction
    bench *= np.float32(1.0) - np.float32(0.6) * _moved(
        step(form.inside, 14 * unit + 1), -x * 14 * unit, -y * 14 * unit
    )
    cover = step(form.inside, max(1.2, 1.3 * unit))
    planes = over(tinted(bench, (0.96, 0.98, 1.0)), tinted(bright, metal), cover)
    return Drawing(planes=planes, light_deg=light.azimuth_deg, roi=(form.inside > 0) & (form.hollow < 0.5))


def _form(hw: tuple[int, int], unit: float, rng: np.random.Generator) -> _Form:
    """Return the geometry of a housing: a walled pocket with lugs at its corners."""
    half_w, half_h = hw[1] * between(rng, 0.36, 0.42), hw[0] * between(rng, 0.36, 0.42)
    size = 2 * min(half_w, half_h)
    centre = hw[1] * between(rng, 0.485, 0.515), hw[0] * between(rng, 0.485, 0.515)
    u, v = grid(hw, centre, between(rng, -2.5, 2.5))
    round_px = between(rng, 0.08, 0.2) * size
    body = _box(u, v, half_w, half_h, round_px)
    lug = between(rng, 0.065, 0.09) * size
    lugs = _lug_places(half_w, half_h, round_px, lug, rng)
    outside = body
    fillet = between(rng, 0.03, 0.09) * size
    for x, y in lugs:
        outside = _joined(outside, _disc(u, v, x, y, lug), fillet)

    wall = between(rng, 0.07, 0.11) * size
    depth, draft = between(rng, 9, 16) * unit, max(1.5, between(rng, 4, 8) * unit)
    pocket = _box(u, v, half_w - wall, half_h - wall, max(1.0, round_px - 0.6 * wall))
    height = step(pocket, draft) * np.float32(depth * FACE)
    milled = step(pocket - np.float32(0.6 * draft), max(1.0, unit))
    hollow = np.zeros(hw, np.float32)
    drop = step(outside + np.float32(0.012 * size), max(1.5, 4 * unit))  # the mould's radius at the silhouette
    milled *= step(-outside - np.float32(0.02 * size), max(1.0, unit))

    form = _Form(u=u, v=v, inside=-outside, height=height, milled=milled, hollow=hollow)
    inner_w, inner_h = half_w - wall, half_h - wall
    bore = _ribs_and_bore(form, (inner_w, inner_h), (size, depth, draft, unit), rng)
    for x, y in lugs:
        _hole(form, x, y, between(rng, 0.42, 0.52) * lug, unit)
    _bosses(form, (inner_w, inner_h), bore, (size, depth, draft, unit), rng)
    form.height -= drop * np.float32(0.3 * depth)
    return form


def _lug_places(
    half_w: float, half_h: float, round_px: float, lug: float, rng: np.random.Generator
) -> list[tuple[float, float]]:
    """Return where the fixing lugs stand: at the corners, or in the middle of the long sides as well."""
    out = 0.25 * round_px + between(rng, -0.35, 0.5) * lug
    places = [(sx * (half_w - out), sy * (half_h - out)) for sx in (-1, 1) for sy in (-1, 1)]
    if max(half_w, half_h) > 1.5 * min(half_w, half_h):
        wide = half_w > half_h
        places += [(0.0, s * half_h) if wide else (s * half_w, 0.0) for s in (-1, 1)]
    elif rng.random() < 0.3:
        places = places[:: int(rng.integers(1, 4))]
    return places


def _ribs_and_bore(
    form: _Form,
    inner: tuple[float, float],
    sizes: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """Raise ribs and, often, a bored ring in the pocket; return the ring's middle and radius, 0 where there is none."""
    size, depth, draft, unit = sizes
    u, v = form.u, form.v
    at = between(rng, -0.3, 0.3) * inner[0], between(rng, -0.3, 0.3) * inner[1]
    radius = between(rng, 0.13, 0.2) * size if rng.random() < 0.75 else 0.0
    thin, tall = max(0.8, between(rng, 0.009, 0.014) * size), np.float32(depth * between(rng, 0.35, 0.6))
    first, count = between(rng, 0, 180), int(rng.integers(3, 7))
    ribs = np.full(u.shape, np.inf, np.float32)
    if radius:
        for i in range(count):
            angle = math.radians(first + 360 * i / count)
            c, s = np.float32(math.cos(angle)), np.float32(math.sin(angle))
            along = u * c + v * s - np.float32(at[0] * c + at[1] * s)
            aside = v * c - u * s - np.float32(at[1] * c - at[0] * s)
            ribs = cv2.min(ribs, cv2.max(np.abs(aside) - np.float32(thin), -along))
    else:
        for i in range(count // 2):
            place, lengthwise = (2 * (i + 1) / (count // 2 + 1) - 1), inner[0] > inner[1]
            off = u - np.float32(place * inner[0]) if lengthwise else v - np.float32(place * inner[1])
            ribs = cv2.min(ribs, np.abs(off) - np.float32(thin))
    np.maximum(form.height, step(-ribs, draft) * tall, out=form.height)
    if radius:
        _raise(form, *at, radius, depth, draft, unit)
        _hole(form, *at, radius * between(rng, 0.5, 0.72), unit)
    return *at, radius


def _bosses(
    form: _Form,
    inner: tuple[float, float],
    bore: tuple[float, float, float],
    sizes: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> None:
    """Raise screw bosses with a hole each, in the corners of the pocket and here and there in it."""
    size, depth, draft, unit = sizes
    radius = between(rng, 0.042, 0.06) * size
    corners = [(sx * (inner[0] - 0.5 * radius), sy * (inner[1] - 0.5 * radius)) for sx in (-1, 1) for sy in (-1, 1)]
    taken = [(bore[0], bore[1], bore[2] + 1.5 * radius)]
    for _ in range(int(rng.integers(1, 5))):
        x, y = (between(rng, -0.75, 0.75) * half for half in inner)
        if all(math.hypot(x - a, y - b) > r + radius for a, b, r in taken):
            taken.append((x, y, 2.2 * radius))
    for place, (x, y) in enumerate([*corners, *((a, b) for a, b, _ in taken[1:])]):
        _raise(form, x, y, radius, depth * (FACE if place < len(corners) else BOSS), draft, unit)
        _hole(form, x, y, 0.45 * radius, unit)


def _raise(form: _Form, x: float, y: float, radius: float, tall: float, draft: float, unit: float) -> None:
    """Raise a round boss whose top is machined."""
    form = form.near(x, y, radius + draft)
    disc = _disc(form.u, form.v, x, y, radius)
    np.maximum(form.height, step(-disc, draft) * np.float32(tall), out=form.height)
    np.maximum(form.milled, step(-disc - np.float32(0.5 * draft), max(1.0, unit)), out=form.milled)


def _hole(form: _Form, x: float, y: float, radius: float, unit: float) -> None:
    """Sink a machined hole with a small chamfer."""
    radius = max(0.9, radius)
    form = form.near(x, y, 1.3 * radius + 3)
    disc = _disc(form.u, form.v, x, y, radius)
    np.maximum(form.hollow, step(-disc, max(1.0, 1.2 * unit)), out=form.hollow)
    chamfer = max(1.0, 0.16 * radius)
    rim = step(np.float32(chamfer) - disc, max(1.0, chamfer))
    form.height -= rim * np.float32(chamfer)
    np.maximum(form.milled, rim, out=form.milled)


def _skin(hw: tuple[int, int], unit: float, sandy: bool, rng: np.random.Generator) -> np.ndarray:
    """Return the height in px of the cast surface: grains of sand, or the soft waves of a die."""
    fine = min(1.0, unit) ** 0.5
    if sandy:
        grain = noise.fractal(hw, max(1.5, between(rng, 2.2, 4.0) * unit), rng, octaves=2, gain=0.7)
        grain += cv2.max(noise.smooth(hw, max(1.5, 3.5 * unit), rng) - np.float32(1.0), 0.0) * np.float32(0.5)
        grain *= np.float32(between(rng, 0.13, 0.22) * fine)
        return grain + noise.fractal(hw, 40 * unit, rng, octaves=3) * np.float32(0.45 * unit)
    angle = between(rng, 0, 180)
    flow = noise.streaks(hw, 120 * unit, 14 * unit, angle, rng) * np.float32(0.1 * unit)
    flow += noise.fractal(hw, 45 * unit, rng, octaves=4, gain=0.55) * np.float32(0.5 * unit)
    return flow + noise.smooth(hw, max(1.2, 2.2 * unit), rng) * np.float32(between(rng, 0.05, 0.09) * fine)


def _milled_face(hw: tuple[int, int], light: Light, unit: float, rng: np.random.Generator) -> np.ndarray:
    """Return the brightness of a face that a large cutter crossed: arcs that gleam where they lie across the light."""
    far, angle = between(rng, 0.5, 1.4) * max(hw), between(rng, 0, 2 * math.pi)
    x = (np.arange(hw[1], dtype=np.float32) - np.float32(hw[1] / 2 + far * math.cos(angle)))[None, :]
    y = (np.arange(hw[0], dtype=np.float32) - np.float32(hw[0] / 2 - far * math.sin(angle)))[:, None]
    r = cv2.sqrt(x * x + y * y)
    length = int(far + math.hypot(*hw)) + 8
    fine = noise.smooth((1, length), max(1.0, 1.3 * unit), rng)[0]
    coarse = noise.fractal((1, length), 24 * unit, rng, octaves=3)[0]
    feed = np.sin(np.arange(length, dtype=np.float32) * np.float32(2 * math.pi / max(3.0, between(rng, 5, 9) * unit)))
    arcs = fine * np.float32(0.5) + coarse * np.float32(0.4) + feed * np.float32(between(rng, 0.4, 0.9))
    marks = arcs.take((r + np.float32(0.5)).astype(np.intp), mode="clip")
    to_x, to_y, _ = light.direction
    across = np.abs(x * np.float32(to_x) + y * np.float32(to_y)) / cv2.max(r, 1.0)
    sheen = noise.fractal(hw, 170 * unit, rng, octaves=3) * np.float32(0.05)
    face = marks * np.float32(between(rng, 0.035, 0.06) * max(0.6, min(1.0, unit) ** 0.4))
    face += across * np.float32(between(rng, 0.1, 0.3)) + sheen + np.float32(1.0)
    return face * np.float32(between(rng, 0.5, 0.62))


def _occlusion(height: np.ndarray, unit: float) -> np.ndarray:
    """Return how much of the sky a place sees, 0 to 1: less at the foot of a wall."""
    open_sky = np.ones_like(height)
    for reach, strength in ((5 * unit, 0.05), (16 * unit, 0.035)):
        coarse = max(1, int(reach / 4))  # drawn as coarsely as it is soft
        small = cv2.resize(height, None, fx=1 / coarse, fy=1 / coarse, interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), max(0.8, reach / coarse))
        above = cv2.resize(small, height.shape[::-1], interpolation=cv2.INTER_LINEAR) - height
        open_sky -= np.clip(above * np.float32(strength / unit), 0.0, 0.3)
    return open_sky


def _cast_shadow(height: np.ndarray, light: Light, unit: float) -> np.ndarray:
    """Return where higher places stand before the light, 0 to 1."""
    x, y, z = light.direction
    flat = math.hypot(x, y)
    top = float(height.max() - height.min())
    reach = top * flat / z
    above = np.zeros_like(height)
    for i in range(1, _SHADOW_STEPS + 1):
        away = reach * i / _SHADOW_STEPS
        blocking = _moved(height, -x / flat * away, -y / flat * away) - height
        above = cv2.max(above, blocking - np.float32(away * z / flat))
    return cv2.GaussianBlur(cv2.min(above * np.float32(0.8 / max(unit, 0.3)), 1.0), (0, 0), max(0.6, 1.5 * unit))


def _moved(plane: np.ndarray, x: float, y: float) -> np.ndarray:
    """Return a plane moved by (x, y) px."""
    shift = np.array([[1, 0, x], [0, 1, y]], np.float64)
    return cv2.warpAffine(plane, shift, (plane.shape[1], plane.shape[0]), borderMode=cv2.BORDER_REPLICATE)


def _box(u: np.ndarray, v: np.ndarray, half_w: float, half_h: float, round_px: float) -> np.ndarray:
    """Return the signed distance to a rounded rectangle around the origin, negative inside."""
    x, y = np.abs(u) - np.float32(half_w - round_px), np.abs(v) - np.float32(half_h - round_px)
    corner = cv2.sqrt(cv2.max(x, 0.0) ** 2 + cv2.max(y, 0.0) ** 2)
    return corner + cv2.min(cv2.max(x, y), 0.0) - np.float32(round_px)


def _disc(u: np.ndarray, v: np.ndarray, x: float, y: float, radius: float) -> np.ndarray:
    """Return the signed distance to a circle, negative inside."""
    du, dv = u - np.float32(x), v - np.float32(y)
    return cv2.sqrt(du * du + dv * dv) - np.float32(radius)


def _joined(one: np.ndarray, other: np.ndarray, fillet_px: float) -> np.ndarray:
    """Return the distance to two outlines together, with a fillet where they meet."""
    near = cv2.max(np.float32(fillet_px) - np.abs(one - other), 0.0) * np.float32(1 / fillet_px)
    return cv2.min(one, other) - near * near * np.float32(fillet_px / 4)
