"""A light that is claimed to be seen is where it is; what does not show it is not asked twice."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from generator.imaging.light import estimate_light
from generator.imaging.relief import Light, shade
from generator.source.part.source import DRAW, Part


def gap_deg(one: float, other: float) -> float:
    return abs((one - other + 180.0) % 360.0 - 180.0)


def pebbles(azimuth_deg: float, white: int = 255, side: int = 128) -> np.ndarray:
    """Return bumps with creases between them under one light, (side, side, 1)."""
    rng = np.random.default_rng(4)
    seeds = np.ones((side, side), np.uint8)
    seeds[rng.integers(0, side, 160), rng.integers(0, side, 160)] = 0
    height = 6.0 - np.minimum(cv2.distanceTransform(seeds, cv2.DIST_L2, 5), 6.0) ** 2 / 6.0
    height = cv2.GaussianBlur(height.astype(np.float32), (0, 0), 1.0)
    diffuse, _ = shade(height, Light(azimuth_deg, 60.0))
    return np.clip(diffuse * 0.4 * white, 0, white).astype(np.uint8 if white == 255 else np.uint16)[..., None]


@pytest.mark.parametrize("azimuth_deg", [0, 75, 160, 250])
def test_bumps_show_their_light_in_any_depth(azimuth_deg):
    for white in (255, 4095):
        found = estimate_light(pebbles(azimuth_deg, white), white, None)
        assert found.cue == "surface" and gap_deg(found.azimuth_deg, azimuth_deg) < 20


@pytest.mark.parametrize("azimuth_deg", [20, 135, 300])
def test_a_part_on_a_ground_shows_it_by_its_rim_and_shadow(azimuth_deg):
    hw = (120, 120)
    roi = np.zeros(hw, np.uint8)
    cv2.circle(roi, (60, 60), 34, 1, -1)
    diffuse, _ = shade(cv2.GaussianBlur(roi.astype(np.float32), (0, 0), 3.0) * 6.0, Light(azimuth_deg, 50.0))
    shown = np.clip(diffuse * 120, 0, 255).astype(np.uint8)[..., None]
    found = estimate_light(shown, 255, roi > 0)
    assert found.cue == "contour" and gap_deg(found.azimuth_deg, azimuth_deg) < 10


def test_noise_and_grain_and_flatness_show_no_light():
    rng = np.random.default_rng(0)
    noise = rng.normal(120, 12, (96, 96, 1)).clip(0, 255).astype(np.uint8)
    grain = np.repeat(noise[:, :1], 96, axis=1)
    for pixels in (noise, grain, np.full((96, 96, 3), 90, np.uint8), np.zeros((16, 16, 1), np.uint8)):
        assert estimate_light(pixels, 255, None) is None
        roi = np.zeros(pixels.shape[:2], bool)
        roi[8:-8, 8:-8] = True
        assert estimate_light(pixels, 255, roi) is None


def test_on_drawn_parts_what_is_claimed_is_right(capsys):
    lines, errors = [], []
    for product in sorted(set(DRAW) - {"ground_tile"}):  # whose ground face is drawn lit from left or right alone
        parts = Part(products=(product,), size_wh=(256, 256), seed=11)
        found = []
        for rank in range(6):
            part = parts.load(parts.source_id(rank))
            light = estimate_light(part.pixels, part.white, part.roi)
            if light is not None:
                found.append(gap_deg(light.azimuth_deg, part.light_deg))
        errors += found
        lines.append(f"{product:16s} {len(found)} of 6 claimed, errors {[round(e) for e in found]}")
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert len(errors) >= 8 and np.percentile(errors, 90) <= 20 and max(errors) <= 60
