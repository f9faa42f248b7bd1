"""A moulded plastic screw cap seen from above: knurled rim, rings, gate mark, cavity marks, soft highlights, on a tray.

The cap is a profile turned about its axis, with the knurls cut into its side, so its slope is known in closed form; a
broad lamp adds a soft gloss beside the sharp one. Source: own.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from generator.imaging import noise
from generator.imaging.relief import Light, blinn, lambert, normals, slopes
from generator.source.part.drawing import Colour, Drawing, between, disc_shadow, hsv, lit, over, radial, step, tinted

HUES_DEG = (0, 12, 28, 48, 130, 165, 205, 222)


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a cap: three (H, W) planes, roi the cap's silhouette."""
    size = min(hw)
    unit = size / 512
    centre = hw[1] / 2 + between(rng, -0.03, 0.03) * size, hw[0] / 2 + between(rng, -0.03, 0.03) * size
    r, out_x, out_y = radial(hw, centre)
    outer = size * between(rng, 0.38, 0.455)
    light = Light(between(rng, 0, 360), between(rng, 45, 65))
    knurls = int(rng.integers(48, 110))
    turn = cv2.phase(out_x, out_y) * np.float32(knurls) + np.float32(between(rng, 0, 2 * math.pi))
    cut_cos, cut = cv2.polarToCart(None, turn)
    edge = np.float32(outer) - r + cut * np.float32(0.0065 * outer)

    rim = between(rng, 0.045, 0.075)
    slope = _profile_slope(r, outer, rim, unit, rng)
    flow = noise.fractal(hw, 130 * unit, rng, octaves=3)
    on_rim = step(np.float32(outer * rim) - edge, max(1.0, 2.5 * unit))
    bump = cut_cos * on_rim * np.float32(between(rng, 0.35, 0.6))
    rise_x = slope * out_x - bump * out_y
    rise_y = slope * out_y + bump * out_x
    marks_x, marks_y = slopes(_raised_marks(hw, centre, outer, unit, flow, rng))
    rise_x += marks_x
    rise_y += marks_y

    facets = normals(rise_x, rise_y)

    colour = _colour(rng)
    soft = blinn(facets, light, between(rng, 5, 9)) * np.float32(between(rng, 0.05, 0.13))
    sharp = blinn(facets, light, between(rng, 40, 110)) * np.float32(between(rng, 0.25, 0.5))
    body = lambert(facets, light)
    sheen = ((r * (1 / outer)) * (out_x * light.direction[0] + out_y * light.direction[1])).astype(np.float32)
    body *= np.float32(0.72) + sheen * np.float32(between(rng, 0.05, 0.16)) + flow * np.float32(0.008)
    body += np.float32(0.26)
    hollow = np.float32(1.0) - on_rim * np.float32(0.22) * (np.float32(1.0) - cut)
    body *= hollow
    planes = lit(tinted(body, colour), np.float32(0.97), (soft + sharp) * hollow)

    ground = _tray(hw, centre, outer, light, unit, rng)
    planes = over(tinted(ground, hsv(between(rng, 0, 360), 0.035, 1.0)), planes, step(edge, max(1.2, 1.4 * unit)))
    return Drawing(planes=planes, light_deg=light.azimuth_deg, roi=edge > 0)


def _colour(rng: np.random.Generator) -> Colour:
    """Return the plastic's colour: white, black, grey or a strong hue."""
    if rng.random() < 0.35:
        value = (0.74, 0.06, 0.4)[rng.integers(3)]
        return hsv(between(rng, 20, 260), between(rng, 0.0, 0.06), value * between(rng, 0.9, 1.1))
    hue = HUES_DEG[rng.integers(len(HUES_DEG))] + between(rng, -6, 6)
    return hsv(hue, between(rng, 0.6, 0.92), between(rng, 0.38, 0.78))


def _profile_slope(r: np.ndarray, outer: float, rim: float, unit: float, rng: np.random.Generator) -> np.ndarray:
    """Return the rise per px outwards of the cap's top at each pixel: rounded rim, rings, dished middle, gate mark."""
    share = np.arange(math.ceil(outer * 8) + 2) / (8 * outer) * 1.15
    height = -0.55 * rim * outer * np.clip((share - 1 + 2 * rim) / (2 * rim), 0, 1.2) ** 2.5
    for _ in range(int(rng.integers(1, 4))):
        ring, rise = between(rng, 0.3, 0.86), between(rng, 0.004, 0.012) * outer * (1 if rng.random() < 0.5 else -1)
        wide = max(0.006, 1.2 / outer)
        height += rise / (1 + np.exp(-np.clip((share - ring) / wide, -50, 50)))
    height -= between(rng, -0.02, 0.02) * outer * share**2
    gate, nib = between(rng, 0.03, 0.05), between(rng, 0.4, 1.0)
    height += 0.01 * outer * (nib * np.exp(-((share / gate) ** 4) * 4) - np.exp(-((share / (2 * gate)) ** 6)))
    rise = np.gradient(height, outer * (share[1] - share[0])).astype(np.float32)
    place = r * np.float32(1 / (outer * (share[1] - share[0])))
    return rise.take(place.astype(np.intp), mode="clip")


def _raised_marks(
    hw: tuple[int, int],
    centre: tuple[float, float],
    outer: float,
    unit: float,
    flow: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the height in px of the mould's grain and of raised cavity marks: dots on an arc, and an arrow."""
    height = noise.smooth(hw, max(1.0, 1.6 * unit), rng) * np.float32(0.008)
    height += flow * np.float32(0.25 * unit)
    marks = np.zeros(hw, np.uint8)
    ring, first, dots = between(rng, 0.2, 0.62) * outer, between(rng, 0, 360), int(rng.integers(0, 9))
    thick = max(1, round(2.2 * unit))
    for i in range(dots):
        angle = math.radians(first + 6.5 * i)
        x, y = centre[0] + ring * math.cos(angle), centre[1] - ring * math.sin(angle)
        cv2.circle(marks, (round(x * 16), round(y * 16)), max(8, round(0.012 * outer * 16)), 255, -1, cv2.LINE_AA, 4)
    angle = math.radians(first + 180)
    along, aside = (math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))
    tip = [
        (centre[0] + along[0] * (ring + a) + aside[0] * b, centre[1] + along[1] * (ring + a) + aside[1] * b)
        for a, b in ((-0.04 * outer, -0.03 * outer), (0.0, 0.0), (-0.04 * outer, 0.03 * outer))
    ]
    cv2.polylines(marks, [np.rint(np.array(tip) * 16).astype(np.int32)], False, 255, thick, cv2.LINE_AA, 4)
    raised = cv2.GaussianBlur(marks, (0, 0), max(0.6, 1.1 * unit)) * np.float32(1.6 * unit / 255)
    return height + raised


def _tray(
    hw: tuple[int, int],
    centre: tuple[float, float],
    outer: float,
    light: Light,
    unit: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the tray's brightness with the cap's shadow on it: a cast one and a contact one."""
    ground = noise.fractal(hw, 150 * unit, rng, octaves=7, gain=0.9) * np.float32(
        between(rng, 0.01, 0.035)
    ) + np.float32(1.0)
    ground *= np.float32(between(rng, 0.06, 0.72))
    toward_x, toward_y, _ = light.direction
    for fall, soft, depth in ((between(rng, 18, 40) * unit, 34 * unit, 0.45), (4 * unit, 12 * unit, 0.4)):
        at = centre[0] - toward_x * fall, centre[1] - toward_y * fall
        ground *= np.float32(1.0) - np.float32(depth) * disc_shadow(hw, at, outer, soft + 1)
    return ground
