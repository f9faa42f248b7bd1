"""A moulded plastic screw cap seen from above: knurled rim, raised ring, gate mark, soft highlights, on a tray.

The cap is a profile turned about its axis, with the knurls cut into its side; its slope is known in closed form.
Source: own.
"""

from __future__ import annotations

import cv2
import numpy as np

from generator.imaging import noise
from generator.imaging.relief import Light, blinn, lambert
from generator.source.part.drawing import Drawing, between, hsv, lit, over, radial, step, tinted


def draw(hw: tuple[int, int], rng: np.random.Generator) -> Drawing:
    """Return a cap: three (H, W) planes, roi the cap's silhouette."""
    height, width = hw
    size = min(hw)
    unit = size / 512
    centre = width / 2 + between(rng, -0.03, 0.03) * size, height / 2 + between(rng, -0.03, 0.03) * size
    r, cos_x, cos_y = radial(hw, centre)
    outer = size * between(rng, 0.38, 0.45)
    light = Light(between(rng, 0, 360), between(rng, 42, 62))
    knurls = int(rng.integers(60, 120))
    theta = cv2.phase(cos_x, cos_y)
    wave = np.sin(theta * np.float32(knurls) + np.float32(between(rng, 0, 6)))
    edge = np.float32(outer) - r + wave * np.float32(0.008 * outer)

    radius, rise = _profile(outer, unit, rng)
    slope = np.interp(r.ravel(), radius, rise).astype(np.float32).reshape(hw)
    rough = noise.smooth(hw, max(1.0, 1.5 * unit), rng)
    sink = noise.fractal(hw, 120 * unit, rng, octaves=3)
    rise_x = slope * cos_x + rough * np.float32(0.012)
    rise_y = slope * cos_y + sink * np.float32(0.01)
    on_rim = step(np.float32(outer * 0.065) - edge, 1.5)
    bump = np.cos(theta * np.float32(knurls)) * on_rim * np.float32(0.5)
    rise_x -= bump * cos_y
    rise_y += bump * cos_x
    diffuse = lambert(rise_x, rise_y, light)
    gloss = blinn(rise_x, rise_y, light, between(rng, 18, 40))

    hue, saturation, value = (
        float(rng.choice([0, 25, 48, 130, 210, 225])),
        between(rng, 0.55, 0.9),
        between(rng, 0.35, 0.75),
    )
    if rng.random() < 0.35:
        saturation, value = between(rng, 0.0, 0.08), float(rng.choice([0.12, 0.75]))
    colour = hsv(hue + between(rng, -6, 6), saturation, value)
    body = diffuse * (np.float32(1.0) + sink * np.float32(0.02) + rough * np.float32(0.012))
    planes = lit(
        tinted(np.ones(hw, np.float32), colour),
        body * np.float32(0.8) + np.float32(0.2),
        gloss * np.float32(between(rng, 0.3, 0.5)),
    )

    tray = np.float32(between(rng, 0.08, 0.7))
    ground = tray * (np.float32(1.0) + noise.pink(hw, rng) * np.float32(0.02))
    light_x, light_y, _ = light.direction
    shadow_at = radial(hw, (centre[0] - light_x * 26 * unit, centre[1] - light_y * 26 * unit))[0]
    ground *= np.float32(1.0) - np.float32(0.5) * step(np.float32(outer) - shadow_at, 30 * unit + 1)
    planes = over(tinted(ground, hsv(between(rng, 0, 360), 0.04, 1.0)), planes, step(edge, 1.5))
    return Drawing(planes=planes, light_deg=light.azimuth_deg, roi=edge > 0)


def _profile(outer: float, unit: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return radii in px and the rise per px of the cap's top along them."""
    radius = np.linspace(0, outer * 1.02, 1024)
    share = radius / outer
    height = -0.9 * np.clip((share - 0.9) / 0.1, 0, 1) ** 2 * 0.12 * outer
    ring = between(rng, 0.6, 0.8)
    height += 0.008 * outer / (1 + np.exp(-(share - ring) / 0.008)) * float(rng.choice([-1.0, 1.0]))
    height += 0.012 * outer * np.exp(-((share / 0.045) ** 4))
    return radius, np.gradient(height, radius)
