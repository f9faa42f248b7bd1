"""Light falls on a defect from where the image says."""

from __future__ import annotations

import numpy as np
import pytest

from generator.core.units import Range
from generator.defect.appearance.groove import Groove
from generator.defect.appearance.void import Void
from generator.defect.lighting import Neighbourhood, mixed, thickness_px, times
from generator.defect.material import cast_shadow
from generator.defect.outline import Outline
from generator.defect.texture import clouds
from tests.defect.kinds import patch_of, room_of

FLAT = np.full((41, 41, 1), 128, np.uint8)


def disc() -> np.ndarray:
    rows, columns = np.mgrid[:41, :41] - 20.0
    return np.clip((10 - np.hypot(rows, columns)) / 3 + 0.5, 0, 1).astype(np.float32)


def rendered(appearance, light_deg: float) -> np.ndarray:
    room = room_of(FLAT, light_deg=light_deg)
    outline = Outline.of(disc(), 0, 0).fitted(room, appearance.reach_px)
    patch = patch_of(room, outline)
    params = appearance.draw(patch, outline, np.random.default_rng(0))
    full = np.full((41, 41), 128 / 255, np.float32)
    full[outline.rect.slices][outline.support] = appearance.render(patch, outline, params)[:, 0]
    return full


DENT = Groove(depth=Range(0.2, 0.2), core=Range(0, 0), lip=Range(0, 0), glint=Range(0, 0))
HOLE = Void(roughness=Range(0, 0), rim=Range(0.5, 0.5))


@pytest.mark.parametrize("light_deg", [0, 90, 180, 270, 135])
def test_a_dent_is_lit_on_the_side_away_from_the_light_and_dark_towards_it(light_deg):
    image = rendered(DENT, light_deg)
    x, y = np.cos(np.radians(light_deg)), -np.sin(np.radians(light_deg))
    near = image[round(20 + 10 * y), round(20 + 10 * x)]
    far = image[round(20 - 10 * y), round(20 - 10 * x)]
    assert near < 128 / 255 - 0.02 < 128 / 255 + 0.02 < far


def test_a_bump_is_lit_the_other_way_round():
    bump = Groove(depth=Range(-0.2, -0.2), core=Range(0, 0), lip=Range(0, 0), glint=Range(0, 0))
    image = rendered(bump, 0.0)
    assert image[20, 30] > 0.52 > 0.48 > image[20, 10]


def test_the_rim_of_a_hole_is_lit_away_from_the_light_and_its_floor_is_dark():
    image = rendered(HOLE, 90.0)
    assert image[31, 20] > image[9, 20] + 0.02
    assert image[20, 20] < 0.4


def test_a_shadow_falls_away_from_the_light():
    outline = Outline.of(disc(), 0, 0).fitted(room_of(FLAT), 6)
    full = np.ones((41, 41), np.float32)
    full[outline.rect.slices][outline.support] = cast_shadow(outline, 0.0, 4.0, 0.5)
    assert full[20, 6] < 0.8 and full[20, 34] == 1.0


def test_neighbours_are_looked_up_around_every_pixel():
    ramp = np.arange(30, dtype=np.float32).reshape(5, 6)
    around = Neighbourhood.of(Outline.of(np.ones((5, 6), np.float32), 0, 0), ramp, 2)
    assert np.array_equal(around.at(0, 0), ramp.ravel())
    assert around.at(1, 1).reshape(5, 6)[1, 2] == ramp[2, 3]
    assert around.at(-2, 0).reshape(5, 6)[1, 1] == ramp[1, 0]
    assert around.rise_towards(0.0).reshape(5, 6)[2, 2] == pytest.approx(1)
    assert around.rise_towards(90.0).reshape(5, 6)[2, 2] == pytest.approx(-6, abs=1e-5)


def test_values_are_multiplied_and_mixed_row_by_row():
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    factor = np.array([2, 0.5], np.float32)
    assert np.array_equal(times(values, factor), values * factor[:, None])
    assert np.array_equal(times(values[:, :1], factor), values[:, :1] * factor[:, None])
    assert np.allclose(mixed(values, np.float32([1, 1, 1]), np.float32([0, 1])), [[0, 1, 2], [1, 1, 1]])


def test_the_thickness_of_a_band_is_about_its_width():
    rows = np.zeros(41, np.float32)
    rows[17:23] = 1
    outline = Outline.of(np.repeat(rows[:, None], 41, axis=1), 0, 0).fitted(room_of(FLAT), 1)
    assert thickness_px(outline) == pytest.approx(6, rel=0.1)


@pytest.mark.parametrize("size", [1.5, 4.0, 30.0])
def test_clouds_have_mean_zero_and_deviation_one_and_hang_on_their_number(size):
    field = clouds((300, 300), size, 7)
    assert field.shape == (300, 300) and field.dtype == np.float32
    assert abs(float(field.mean())) < 0.35 and 0.6 < float(field.std()) < 1.4
    assert np.array_equal(field, clouds((300, 300), size, 7))
    assert not np.array_equal(field, clouds((300, 300), size, 8))
