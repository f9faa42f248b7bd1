"""A printed circuit board: solder mask over copper, pads, vias, silkscreen, chips and small parts.

Everything is placed on a grid: chips and small parts first, then traces that leave a pad, turn by 45 degrees and end
in a via. Copper lies under the mask, so traces are a paler green with a shaded edge. Source: own.
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.imaging import noise
from generator.imaging.relief import Light, shade
from generator.source.part.drawing import Drawing, between, hsv, lit, over


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a board: three (H, W) planes, no roi."""
    height, width = hw
    unit = min(hw) / 512
    pitch = max(3.0, 16 * unit)
    copper, pads, silk, bodies = (np.zeros(hw, np.uint8) for _ in range(4))
    rows, columns = int(height / pitch) + 1, int(width / pitch) + 1
    for _ in range(max(2, rows * columns // 28)):
        _trace(copper, pads, rng, pitch, columns, rows)
    for _ in range(max(1, rows * columns // 120)):
        _part(pads, silk, bodies, rng, pitch, columns, rows)
    light = Light(between(rng, 0, 360), between(rng, 45, 65))
    thick = cv2.GaussianBlur(cv2.max(copper, pads).astype(np.float32) / 255, (3, 3), 0.8)
    rough = noise.smooth(hw, max(1.0, 1.4 * unit), rng)
    diffuse, gloss = shade(thick * np.float32(0.5) + rough * np.float32(0.03), light, 30)
    hue = between(rng, 128, 165)
    base, under = hsv(hue, 0.85, between(rng, 0.18, 0.3)), hsv(hue - 6, 0.75, between(rng, 0.36, 0.48))
    planes = tuple(np.full(hw, c, np.float32) for c in base)
    planes = over(planes, under, copper.astype(np.float32) / 255)
    planes = over(planes, (0.80, 0.66, 0.36), pads.astype(np.float32) / 255)
    planes = over(planes, (0.85, 0.86, 0.84), silk.astype(np.float32) * np.float32(0.9 / 255))
    planes = over(planes, (0.07, 0.07, 0.075), bodies.astype(np.float32) / 255)
    weave = noise.fractal(hw, 60 * unit, rng, octaves=3) * np.float32(0.03)
    return Drawing(
        planes=lit(planes, diffuse * (np.float32(1.0) + weave), cv2.max(gloss, 0.0) * np.float32(0.25)),
        light_deg=light.azimuth_deg,
    )


def _trace(copper, pads, rng, pitch, columns, rows) -> None:
    x, y = int(rng.integers(columns)), int(rng.integers(rows))
    points = [(x, y)]
    heading = int(rng.integers(8))
    for _ in range(int(rng.integers(2, 5))):
        heading = (heading + int(rng.integers(-1, 2))) % 8
        reach = int(rng.integers(1, 8))
        x += reach * (1, 1, 0, -1, -1, -1, 0, 1)[heading]
        y += reach * (0, 1, 1, 1, 0, -1, -1, -1)[heading]
        points.append((x, y))
    line = np.rint(np.array(points) * pitch * 16).astype(np.int32)
    cv2.polylines(copper, [line], False, 255, max(1, round(pitch * 0.28)), cv2.LINE_AA, 4)
    for end in (line[0], line[-1]):
        cv2.circle(pads, tuple(int(c) for c in end), int(pitch * 0.36 * 16), 255, -1, cv2.LINE_AA, 4)
        cv2.circle(pads, tuple(int(c) for c in end), int(pitch * 0.16 * 16), 40, -1, cv2.LINE_AA, 4)


def _part(pads, silk, bodies, rng, pitch, columns, rows) -> None:
    x, y = rng.integers(columns) * pitch, rng.integers(rows) * pitch
    w, h = int(rng.integers(1, 5)) * pitch, int(rng.integers(1, 4)) * pitch
    box = (int(x), int(y)), (int(x + w), int(y + h))
    grow = round(pitch * 0.5)
    cv2.rectangle(silk, (box[0][0] - grow, box[0][1] - grow), (box[1][0] + grow, box[1][1] + grow), 255, 1)
    for side in (box[0][1] - grow // 2, box[1][1] + grow // 2):
        for pad in np.arange(x + pitch / 2, x + w, pitch):
            cv2.circle(pads, (int(pad), side), max(1, int(pitch * 0.3)), 255, -1, cv2.LINE_AA)
    cv2.rectangle(bodies, *box, 255, -1)
