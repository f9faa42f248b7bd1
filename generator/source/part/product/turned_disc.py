"""A turned disc with a bore on a dark mat: lathe rings, the fan of light across them, chamfers, bolt holes.

A groove mirrors a light only where it runs across the light's direction, so concentric grooves show two opposite
fans, each zone of the face its own. Source: own; the fan is Ward's (1992) anisotropic lobe.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from generator.imaging import noise
from generator.source.part.drawing import Drawing, between, disc_shadow, over, radial, step, tinted
from generator.source.part.product.brushed_plate import METALS

_FINER = 8  # places of the rings' profile a pixel


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a disc: three (H, W) planes, roi the disc without its bore and holes."""
    size = min(hw)
    unit = size / 512
    centre = hw[1] / 2 + between(rng, -0.02, 0.02) * size, hw[0] / 2 + between(rng, -0.02, 0.02) * size
    r, out_x, out_y = radial(hw, centre)
    outer = size * between(rng, 0.40, 0.465)
    bore = outer * between(rng, 0.15, 0.3)
    light_deg = between(rng, 0, 360)
    light = math.cos(math.radians(light_deg)), -math.sin(math.radians(light_deg))
    towards = out_x * np.float32(light[0]) + out_y * np.float32(light[1])

    face = _face(r, out_x, out_y, light, (bore, outer, unit), rng)
    soft = max(1.2, 1.3 * unit)
    chamfer = max(1.2, outer * between(rng, 0.018, 0.035))
    for edge, sign in ((np.float32(outer) - r, 1.0), (r - np.float32(bore), -1.0)):
        _lay_chamfer(face, towards * np.float32(sign), step(np.float32(chamfer) - edge, soft))
    hollow = step(np.float32(bore) - r, soft)
    wall = cv2.max(towards * np.float32(-0.2), 0.0) * step(r - np.float32(0.75 * bore), 0.25 * bore) * hollow
    if rng.random() < 0.55:
        hollow = cv2.max(hollow, _bolt_holes(face, hw, centre, light, (bore, outer, unit), rng))

    metal = METALS[rng.choice(list(METALS), p=[0.4, 0.3, 0.12, 0.08, 0.1])]
    mat = noise.fractal(hw, 150 * unit, rng, octaves=7, gain=0.9) * np.float32(between(rng, 0.05, 0.14)) + np.float32(
        1.0
    )
    mat *= np.float32(between(rng, 0.02, 0.1))
    fall = between(rng, 5, 12) * unit
    at = centre[0] - light[0] * fall, centre[1] - light[1] * fall
    mat *= np.float32(1.0) - np.float32(0.65) * disc_shadow(hw, at, outer, 16 * unit + 1)
    mat *= np.float32(1.0) - hollow * np.float32(0.75)
    mat += wall
    cover = step(np.float32(outer) - r, soft)
    cover *= np.float32(1.0) - hollow
    planes = over(tinted(mat, (0.94, 0.97, 1.0)), tinted(face, metal), cover)
    return Drawing(planes=planes, light_deg=light_deg, roi=cover > 0.5)


def _face(
    r: np.ndarray,
    out_x: np.ndarray,
    out_y: np.ndarray,
    light: tuple[float, float],
    sizes: tuple[float, float, float],
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the brightness of the turned face, (H, W) float32."""
    bore, outer, unit = sizes
    length = int(outer * 2.2) + 8
    radius = np.arange(length, dtype=np.float32)
    fine = noise.smooth((1, length), max(1.0, 1.2 * unit), rng)[0]
    coarse = noise.fractal((1, length), 30 * unit, rng, octaves=3)[0]
    feed = np.sin(radius * np.float32(2 * math.pi / max(2.5, between(rng, 2.6, 5.5) * unit)))
    rings = fine * 0.7 + coarse * 0.3 + feed * np.float32(between(rng, 0.1, 0.6))

    steps = np.sort(rng.uniform(bore * 1.3, outer * 0.95, int(rng.integers(0, 4))))
    zone = np.searchsorted(steps, radius)
    tone, turned = rng.uniform(0.8, 1.15, 5)[zone], rng.normal(0, 0.12, 5)[zone]
    groove = sum((np.exp(-(((radius - s) / max(0.8, 1.6 * unit)) ** 2)) for s in steps), np.zeros(length))
    width = rng.uniform(4.5, 11, 5)[zone]
    level = np.stack([rings * 0.05 + coarse * 0.07 + turned, width, tone * (1 + rings * 0.085) * (1 - 0.6 * groove)])
    finer = np.arange((length - 1) * _FINER + 1) / _FINER  # a ring is round, not in steps of whole pixels
    index = (r * np.float32(_FINER) + np.float32(0.5)).astype(np.intp)
    shift, sharp, gain = (np.interp(finer, radius, row).astype(np.float32).take(index, mode="clip") for row in level)

    aside = out_x * np.float32(-light[1]) + out_y * np.float32(light[0])
    lobe = aside + shift + noise.fractal(r.shape, 120 * unit, rng, octaves=3) * np.float32(0.03)
    lobe *= lobe
    fan = cv2.exp(lobe * -sharp) * np.float32(between(rng, 0.36, 0.5))
    fan += cv2.exp(lobe * np.float32(-1.4)) * np.float32(0.12)
    fan += np.float32(between(rng, 0.2, 0.3))
    fan *= gain
    return fan


def _lay_chamfer(face: np.ndarray, facing: np.ndarray, on: np.ndarray) -> None:
    """Lay a chamfer over the face: bright where it faces the light."""
    tone = cv2.max(facing, 0.0)
    tone *= tone * np.float32(0.65)
    tone += np.float32(0.15)
    tone -= face
    tone *= on
    face += tone


def _bolt_holes(
    face: np.ndarray,
    hw: tuple[int, int],
    centre: tuple[float, float],
    light: tuple[float, float],
    sizes: tuple[float, float, float],
    rng: np.random.Generator,
) -> np.ndarray:
    """Sink countersunk holes into the face on a circle and return where they are, 0 to 1."""
    bore, outer, unit = sizes
    count, first = int(rng.choice([3, 4, 6])), between(rng, 0, 2 * math.pi)
    ring, hole = (bore + outer) * between(rng, 0.5, 0.56), max(1.2, outer * between(rng, 0.045, 0.075))
    hollow = np.zeros(hw, np.float32)
    reach = math.ceil(hole * 1.6) + 3
    for i in range(count):
        x = centre[0] + ring * math.cos(first + 2 * math.pi * i / count)
        y = centre[1] + ring * math.sin(first + 2 * math.pi * i / count)
        left, top = max(0, int(x) - reach), max(0, int(y) - reach)
        spot = np.s_[top : min(hw[0], int(y) + reach), left : min(hw[1], int(x) + reach)]
        if face[spot].size == 0:
            continue
        r, out_x, out_y = radial(face[spot].shape, (x - left, y - top))
        facing = out_x * np.float32(-light[0]) - out_y * np.float32(light[1])
        sunk = face[spot].copy()
        _lay_chamfer(sunk, facing, step(np.float32(hole * 1.3) - r, max(1.0, unit)))
        face[spot] = sunk
        hollow[spot] = step(np.float32(hole) - r, max(1.0, unit))
    return hollow
