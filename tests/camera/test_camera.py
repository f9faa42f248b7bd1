"""One shot for image and twin: what the camera does to light, and to the supports of defects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generator.camera.camera import Camera
from generator.camera.jpeg import compressed
from generator.camera.optics import point_spread
from generator.core.annotation import Instance, Region
from generator.core.errors import RangeError
from generator.core.geometry import Rect
from generator.core.sample import Sample
from generator.core.units import Range
from generator.imaging.move.support import grown_supports
from tests.defect.kinds import sample_of, surface


def grey(level: int, hw=(64, 64), channels: int = 1) -> np.ndarray:
    return np.full((*hw, channels), level, np.uint8)


def shot(camera: Camera, pixels: np.ndarray, seed: int = 0, white: int = 255) -> np.ndarray:
    return camera(sample_of(pixels, (), white), np.random.default_rng(seed)).image


def with_defect(pixels: np.ndarray, rect: Rect, level: int) -> Sample:
    image = pixels.copy()
    image[rect.slices] = level
    instance = Instance(category="a", support=Region(rect, np.ones((rect.h, rect.w), bool)))
    return sample_of(pixels, ("a",)).with_(image=image, instances=(instance,))


def test_a_camera_without_faults_changes_nothing():
    pixels = surface((40, 50))
    assert np.array_equal(shot(Camera(), pixels), pixels)


def test_exposure_gain_and_white_balance_multiply_the_light():
    camera = Camera(exposure=Range(0.5, 0.5), gain=Range(1.2, 1.2), red_gain=Range(0.5, 0.5), blue_gain=Range(2.0, 2.0))
    assert shot(camera, grey(100, channels=3))[0, 0].tolist() == [30, 60, 120]


def test_a_full_well_stays_full_however_the_gain_is_set():
    camera = Camera(exposure=Range(4.0, 4.0), gain=Range(0.5, 0.5))
    assert shot(camera, grey(200)).max() == 128


def test_vignetting_leaves_the_middle_and_takes_its_share_in_the_corner():
    made = shot(Camera(vignetting=Range(0.4, 0.4)), grey(200, (101, 101)))
    assert made[50, 50, 0] == 200 and abs(int(made[0, 0, 0]) - 120) <= 3


@pytest.mark.parametrize(("level", "white", "dtype"), [(128, 255, np.uint8), (2048, 4095, np.uint16)])
def test_noise_has_the_deviation_of_its_electrons(level, white, dtype):
    camera = Camera(full_well_e=Range(1000, 1000), read_noise_e=Range(10, 10))
    made = shot(camera, np.full((128, 128, 1), level, dtype), white=white).astype(float) / white
    assert made.std() == pytest.approx(np.sqrt(0.5 / 1000 + 1e-4), rel=0.05)
    assert made.mean() == pytest.approx(0.5, abs=0.003)


def test_the_twin_is_what_the_good_image_would_have_been():
    camera = Camera(
        exposure=Range(0.8, 1.2), full_well_e=Range(3000, 9000), defocus_px=Range(1, 3), jpeg_quality=Range(70, 70)
    )
    sample = with_defect(surface((96, 96)), Rect(40, 30, 12, 9), 20)
    made = camera(sample, np.random.default_rng(5))
    alone = camera(sample_of(surface((96, 96)), ()), np.random.default_rng(5))
    assert np.array_equal(made.good, alone.image) and alone.image is alone.good
    assert made.params == alone.params


def test_outside_the_supports_image_and_twin_are_equal_and_blur_grows_the_support():
    camera = Camera(defocus_px=Range(3, 3), full_well_e=Range(2000, 2000), jpeg_quality=Range(40, 40))
    made = camera(with_defect(grey(150, (96, 96)), Rect(40, 30, 12, 9), 20), np.random.default_rng(0))
    support = made.instances[0].support
    changed = (made.image != made.good).any(axis=2)
    assert not (changed & ~support.full((96, 96))).any()
    assert support.rect.x < 40 and changed[:, :40].any(), "the blurred edge is labelled too"


def test_a_support_does_not_grow_over_another_defect_nor_off_the_roi():
    left, right = (Instance(category="a", support=Region(Rect(x, 10, 5, 5), np.ones((5, 5), bool))) for x in (10, 16))
    roi = np.ones((40, 40), bool)
    roi[:9] = False
    one, two = (i.support.full((40, 40)) for i in grown_supports((left, right), 3, (40, 40), roi))
    assert not (one & right.support.full((40, 40))).any() and not (two & left.support.full((40, 40))).any()
    assert one[12, 7] and one[9, 12] and not one[8, 12] and not two[8, 18]


def test_a_point_spread_keeps_the_light_and_widens_without_jumps():
    assert point_spread(0.0, 0.0, 0.0) is None
    widths = []
    for radius in np.arange(0.1, 4.0, 0.1):
        kernel = point_spread(float(radius), 0.0, 0.0)
        half = len(kernel) // 2
        place = np.arange(-half, half + 1)
        assert kernel.sum() == pytest.approx(1.0, abs=1e-5)
        widths.append(float((kernel.sum(axis=0) * place**2).sum()))
    steps = np.diff(widths)
    assert (steps > 0).all() and steps.max() < 0.35


def test_motion_blurs_along_its_direction_alone():
    kernel = point_spread(0.0, 5.0, 90.0)
    middle = len(kernel) // 2
    assert kernel[:, middle].sum() == pytest.approx(1.0, abs=1e-3)


def test_a_line_sensors_stripes_stay_and_the_lamps_change():
    camera = Camera(pixel_gain=Range(0.1, 0.1))
    one, two = (shot(camera, grey(100), seed) for seed in (1, 2))
    assert np.array_equal(one, two) and (one == one[:1]).all() and one.std() > 2
    lamp = Camera(line_gain=Range(0.1, 0.1))
    one, two = (shot(lamp, grey(100), seed) for seed in (1, 2))
    assert not np.array_equal(one, two) and (one == one[:, :1]).all()
    assert np.array_equal(shot(replace(camera, travel="right"), grey(100))[:, 0], shot(camera, grey(100))[0])


@pytest.mark.parametrize("channels", [1, 3])
def test_deep_images_are_compressed_at_their_own_depth_as_shallow_ones_are(channels):
    pixels = surface((48, 40), channels)
    shallow = compressed(pixels, 255, 60).astype(float)
    deep = compressed(pixels.astype(np.uint16) * 16, 4080, 60)
    assert deep.dtype == np.uint16 and (deep % 16 != 0).any()
    if channels == 1:
        apart = np.abs(deep / 16.0 - shallow)  # a coefficient on the edge may round the other way
        assert apart.mean() < 0.1 * np.abs(shallow - pixels).mean() + 0.3
    assert np.abs(deep / 16.0 - pixels).mean() == pytest.approx(np.abs(shallow - pixels).mean(), rel=0.5)
    worse = np.abs(compressed(pixels.astype(np.uint16) * 16, 4080, 5) / 16.0 - pixels).mean()
    assert worse > np.abs(deep / 16.0 - pixels).mean()


@pytest.mark.parametrize(
    "knob", [{"exposure": Range(0, 1)}, {"jpeg_quality": Range(0, 50)}, {"ripple_px": Range(1, 9)}]
)
def test_nonsense_is_refused_with_its_key(knob):
    with pytest.raises(RangeError, match=next(iter(knob))):
        Camera(**knob)
