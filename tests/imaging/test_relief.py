"""What the shading of a height map promises."""

from __future__ import annotations

import numpy as np
import pytest

from generator.imaging.relief import Light, blinn, lambert, normals, shade, slopes


def ramp(rise_x: float, rise_y: float) -> np.ndarray:
    y, x = np.mgrid[0:16, 0:16].astype(np.float32)
    return x * np.float32(rise_x) + y * np.float32(rise_y)


def test_slopes_of_a_ramp_are_its_rises():
    rise_x, rise_y = slopes(ramp(0.5, -0.25))
    assert np.allclose(rise_x[1:-1, 1:-1], 0.5)
    assert np.allclose(rise_y[1:-1, 1:-1], -0.25)


@pytest.mark.parametrize("elevation_deg", [10, 45, 90])
def test_a_flat_surface_keeps_its_brightness(elevation_deg):
    diffuse, highlight = shade(np.full((8, 8), 3.0, np.float32), Light(70, elevation_deg))
    assert np.allclose(diffuse, 1.0, atol=1e-5)
    assert np.allclose(highlight, 0.0, atol=1e-5)


@pytest.mark.parametrize(
    ("azimuth_deg", "towards"), [(0, (-0.3, 0)), (90, (0, 0.3)), (180, (0.3, 0)), (270, (0, -0.3)), (45, (-0.3, 0.3))]
)
def test_what_faces_the_light_is_brighter_than_flat_and_what_turns_away_darker(azimuth_deg, towards):
    light = Light(azimuth_deg, 45)
    inner = np.s_[1:-1, 1:-1]
    facing, shine = (part[inner] for part in shade(ramp(*towards), light))
    averted, _ = (part[inner] for part in shade(ramp(-towards[0], -towards[1]), light))
    assert (facing > 1.05).all()
    assert (averted < 0.95).all()
    assert (shine > 0).all()


def test_a_slope_of_45_degrees_towards_a_light_at_45_is_root_two_times_flat():
    rise = np.full((2, 2), -1.0, np.float32)
    assert np.allclose(lambert(normals(rise, np.zeros_like(rise)), Light(0, 45)), 2**0.5, atol=1e-5)


def test_a_slope_that_mirrors_the_light_shines_fully():
    rise = np.full((2, 2), -np.tan(np.radians(22.5)), np.float32)
    assert np.allclose(blinn(normals(rise, np.zeros_like(rise)), Light(0, 45), 80), 1.0, atol=1e-4)


def test_a_face_in_its_own_shadow_is_black():
    rise = np.full((2, 2), 5.0, np.float32)
    assert (lambert(normals(rise, np.zeros_like(rise)), Light(0, 30)) == 0).all()


def test_a_patch_is_shaded_as_the_whole_is():
    height = np.random.default_rng(0).random((24, 24), np.float32)
    whole, whole_shine = shade(height, Light(20, 50))
    patch, patch_shine = shade(height[4:16, 4:16], Light(20, 50))
    assert np.allclose(patch[1:-1, 1:-1], whole[5:15, 5:15], atol=1e-6)
    assert np.allclose(patch_shine[1:-1, 1:-1], whole_shine[5:15, 5:15], atol=1e-6)
    assert patch.dtype == np.float32
