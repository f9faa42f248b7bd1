"""A printed label on its liner: paper or foil, one or two inks, text, a mark, rules, a bar code, a matrix code.

The artwork is laid out in blocks from both ends of the label, drawn several times finer than the image and averaged,
so that strokes may be any fraction of a px wide. Ink spreads a little into the paper, is mottled, and each ink
stands a fraction of a px off the other. Without artwork it is a label for text that is written later. Source: own.
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.imaging import noise
from generator.imaging.relief import Light, shade
from generator.source.part.drawing import Colour, Drawing, Planes, between, hsv, lit, over, step, tinted
from generator.source.part.product.artwork import Artwork, lay_out

# ground: colour, fibre strength, how much it gleams
GROUNDS: dict[str, tuple[Colour, float, float]] = {
    "white": ((0.84, 0.85, 0.85), 0.6, 0.02),
    "coated": ((0.80, 0.80, 0.79), 0.3, 0.06),
    "cream": ((0.84, 0.79, 0.68), 0.8, 0.01),
    "kraft": ((0.56, 0.43, 0.29), 1.8, 0.0),
    "tint": ((0.75, 0.80, 0.77), 0.5, 0.03),
    "silver": ((0.58, 0.59, 0.61), 0.15, 0.3),
    "gold": ((0.64, 0.53, 0.30), 0.15, 0.3),
}
LINERS: tuple[Colour, ...] = ((0.72, 0.60, 0.38), (0.56, 0.60, 0.62), (0.10, 0.10, 0.11), (0.22, 0.30, 0.40))


def draw_plain(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a label before it is printed, like ``draw``."""
    return draw(hw, rng, is_printed=False)


def draw(hw: tuple[int, int], rng: np.random.Generator, is_printed: bool = True) -> Drawing:
    """Return a label: three (H, W) planes, roi the label's silhouette."""
    unit = min(hw) / 512
    name = str(rng.choice(list(GROUNDS), p=[0.32, 0.2, 0.12, 0.12, 0.08, 0.09, 0.07]))
    ground, fibrous, gleam = GROUNDS[name]
    inks = _inks(name, rng)
    half_wh = hw[1] * between(rng, 0.42, 0.47), hw[0] * between(rng, 0.42, 0.47)
    centre = hw[1] * between(rng, 0.49, 0.51), hw[0] * between(rng, 0.49, 0.51)
    art = Artwork(hw, centre, half_wh, between(rng, -1.3, 1.3), rng)
    if is_printed:
        lay_out(art)
    inside = art.inside(between(rng, 0.02, 0.06) * min(half_wh))
    light = Light(between(rng, 0, 360), between(rng, 40, 62))

    sheet = noise.fractal(hw, max(2.0, 5 * unit), rng, octaves=3, gain=0.8)
    relief = sheet * np.float32(0.035 * fibrous * min(1.3, max(0.6, unit)))
    diffuse = shade(relief, light)[0]
    surface = _foil(hw, unit, rng) if gleam > 0.1 else np.float32(1.0)
    planes = _paper(hw, ground, fibrous, unit, rng)
    ragged = noise.smooth(hw, 1.0, rng) * np.float32(0.05 + 0.05 * fibrous)
    for canvas, colour in zip(art.inks, inks, strict=True) if is_printed else ():
        planes = over(planes, colour, _density(canvas, ragged, sheet, fibrous, unit, rng))
    wave = noise.fractal(hw, 240 * unit, rng, octaves=3) * np.float32(0.012) + np.float32(1.0)
    planes = lit(planes, diffuse * wave * surface)
    return Drawing(planes=_on_liner(planes, inside, light, unit, rng), light_deg=light.azimuth_deg, roi=inside > 0)


def _paper(hw: tuple[int, int], ground: Colour, fibrous: float, unit: float, rng: np.random.Generator) -> Planes:
    """Return the unprinted sheet: cloudy formation, and the fibres that show in rough paper."""
    tone = noise.fractal(hw, max(2.0, 26 * unit), rng, octaves=4, gain=0.7) * np.float32(0.006 + 0.006 * fibrous)
    tone += np.float32(1.0)
    if fibrous > 1:
        for _ in range(3):
            fibre = noise.streaks(hw, 13 * unit + 2, max(1.0, 1.2 * unit), between(rng, 0, 180), rng)
            tone += (cv2.max(fibre - np.float32(1.7), 0.0) - cv2.max(-fibre - np.float32(1.8), 0.0)) * np.float32(0.09)
    return tinted(tone, ground)


def _foil(hw: tuple[int, int], unit: float, rng: np.random.Generator) -> np.ndarray:
    """Return the brightness of a foil around 1: it mirrors bands of the room, and is finely brushed."""
    angle = between(rng, 0, 180)
    band = noise.streaks(hw, 900 * unit, between(rng, 90, 220) * unit, angle, rng)
    hair = noise.streaks(hw, 60 * unit, 1.0, angle + 90, rng)
    return np.clip(np.float32(1.0) + band * np.float32(0.16) + hair * np.float32(0.02), 0.55, 1.5)


def _inks(ground: str, rng: np.random.Generator) -> tuple[Colour, Colour]:
    """Return the first ink, which is dark, and the second, which often has a colour."""
    dark = (0.055, 0.055, 0.06) if rng.random() < 0.55 else hsv((215, 225, 150, 355, 25)[rng.integers(5)], 0.75, 0.2)
    if rng.random() < 0.35 or (ground == "kraft" and rng.random() < 0.5):
        return dark, dark
    hue = (2, 14, 30, 48, 95, 150, 190, 212, 275)[rng.integers(9)] + between(rng, -5, 5)
    return dark, hsv(hue, between(rng, 0.65, 0.92), between(rng, 0.4, 0.68))


def _density(
    canvas: np.ndarray,
    ragged: np.ndarray,
    sheet: np.ndarray,
    fibrous: float,
    unit: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return how much ink lies where, (H, W) float32 in [0, 1]: its edge follows the fibres, its area is mottled."""
    hw = ragged.shape
    covered = cv2.resize(canvas, (hw[1], hw[0]), interpolation=cv2.INTER_AREA).astype(np.float32)
    covered = cv2.GaussianBlur(covered, (3, 3), 0.45) * np.float32(1 / 255)
    edge = covered * (np.float32(1.0) - covered) * np.float32(4.0)
    spread = np.clip(covered * np.float32(1.25) - np.float32(0.1) + edge * ragged, 0.0, 1.0)
    mottle = noise.fractal(hw, max(2.0, 7 * unit), rng, octaves=3, gain=0.8) * np.float32(0.012 + 0.014 * fibrous)
    misses = cv2.max(sheet - np.float32(1.8), 0.0) * np.float32(0.05 * fibrous)
    return np.clip(spread * (np.float32(between(rng, 0.93, 0.97)) + mottle - misses), 0.0, 1.0)


def _on_liner(planes: Planes, inside: np.ndarray, light: Light, unit: float, rng: np.random.Generator) -> Planes:
    """Return the label on its liner: a thin sheet with a cut edge, and the narrow shadow beside it."""
    hw = inside.shape
    liner = LINERS[rng.integers(len(LINERS))]
    tone = noise.fractal(hw, max(2.0, 40 * unit), rng, octaves=5, gain=0.75) * np.float32(0.018) + np.float32(1.0)
    x, y, _ = light.direction
    cover = step(inside, 1.2)
    fall = max(1.0, 1.8 * unit)
    shift = np.array([[1, 0, -x * fall], [0, 1, -y * fall]], np.float64)
    shadow = cv2.warpAffine(cover, shift, (hw[1], hw[0]), borderMode=cv2.BORDER_REPLICATE)
    shadow = cv2.GaussianBlur(shadow, (0, 0), max(0.8, 1.2 * unit))
    tone *= np.float32(1.0) - shadow * np.float32(0.45)
    rim = cv2.max(np.float32(1.0) - np.abs(inside - np.float32(0.8)) * np.float32(0.8), 0.0)
    facing = cv2.GaussianBlur(cover, (0, 0), max(0.8, unit))
    facing = cv2.Sobel(facing, cv2.CV_32F, 1, 0, ksize=1) * np.float32(-x) - cv2.Sobel(
        facing, cv2.CV_32F, 0, 1, ksize=1
    ) * np.float32(y)
    lip = np.float32(1.0) + rim * np.clip(facing, -0.5, 0.5) * np.float32(0.35)
    return over(tinted(tone, liner), lit(planes, lip), cover)
