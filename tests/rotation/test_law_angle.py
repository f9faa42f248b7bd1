"""Law 7: turning back by the label restores the upright image, and two turns equal one, for every fill.

The map is written anew (tests/imaging/move/reference.py). Contents are three waves of 12 px, so that what a kernel may
get wrong is known: a share of their swing, and one grey level for rounding. An angle that is off by 0.2 degrees is
found by the levels; what is left of it is found by least squares to 0.02 degrees.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from generator.core.errors import RangeError
from generator.core.sample import GoodImage, Sample, SampleSpec
from generator.core.units import Length, Range
from generator.rotation.angles import Angles
from tests.imaging.move.reference import canvas_xy, forth, turned
from tests.rotation.fills import FILLS, config_of, rotate

SIZES = ((80, 80), (81, 81), (80, 87), (99, 78))  # width, height
NARROW = ((1, 1), (23, 1), (1, 30), (40, 2), (5, 4))
DEPTHS = ((np.uint8, 255, 1), (np.uint8, 255, 3), (np.uint16, 4095, 1), (np.uint16, 65535, 3))
ANGLES = (-17.4, 45.0, 98.3, 133.7, -171.2, -60.0, -90.0, 180.0, 0.0)
PERIOD_PX, SWING = 12.0, 0.8
# of the swing: error of the stage's kernel, and of the one that turns back, on waves of 12 px
ERRORS = {"linear": 0.04, "cubic": 0.025, "lanczos": 0.012}
DISC = 0.38  # of the shorter side: the circle that every fill shows


@pytest.fixture(scope="module")
def turning(tmp_path_factory):
    """Return a function: fill, angles and other fields -> the stage, as its yaml builds it but for these."""
    folder = tmp_path_factory.mktemp("fills")

    @cache
    def built(fill):
        return rotate(fill, folder)

    return lambda fill, angles, **fields: replace(built(fill), angles=Angles(angles_deg=angles), **fields)


def waves(wh, white, dtype, channels):
    """Return three waves in several directions, from 10 % to 90 % of full scale, each channel with its own phase."""
    x, y = np.moveaxis(canvas_xy(wh)[:, 0, :, 0], -1, 0)
    planes = []
    for channel in range(channels):
        phases = [2 * np.pi * (np.cos(t) * x + np.sin(t) * y) / PERIOD_PX + t + channel for t in (0.2, 1.1, 2.3)]
        planes.append(0.5 + SWING / 2 * np.mean(np.cos(phases), axis=0))
    return np.rint(np.dstack(planes) * white).astype(dtype)


def sample_of(pixels, white, index=0, **more) -> Sample:
    spec = SampleSpec(index=index, key="000000", split="train", recipe="rotation", source_id="a", seed=0)
    good = GoodImage(source_id="a", pixels=pixels, white=white)
    return Sample(spec=spec, source=good, image=pixels, good=pixels, **{"roi": np.ones(pixels.shape[:2], bool), **more})


def middle_of(made: Sample, wh) -> np.ndarray:
    """Return where the label says that the middle of the source is: that of its part's corners."""
    return made.parts[0].quad_xy.mean(axis=0) if made.parts else np.array([made.hw[1] / 2, made.hw[0] / 2])


def turned_back(made: Sample, wh, scale=1.0) -> np.ndarray:
    """Return the image turned back by its label onto the source's pixels, (H, W, C) float64."""
    back = -made.orientation.angle_deg
    return turned(made.image, wh, back, 1.0 / scale, tuple(middle_of(made, wh)), (wh[0] / 2, wh[1] / 2), "lanczos")


def disc(wh, share=DISC) -> np.ndarray:
    away = canvas_xy(wh)[:, 0, :, 0] - np.array(wh) / 2
    return np.hypot(*np.moveaxis(away, -1, 0)) <= share * min(wh)


def angle_left_deg(restored, upright, inside) -> float:
    """Return by how much the restored image is still turned against the upright one, by least squares."""
    upright, restored = (image.astype(float).sum(axis=2) for image in (upright, restored))
    down, across = np.gradient(upright)
    height, width = upright.shape
    y, x = np.mgrid[:height, :width] + 0.5 - np.array([height, width])[:, None, None] / 2
    slopes = np.stack([across * y - down * x, across, down], axis=-1)[inside]
    gone = (restored - upright)[inside]
    found = np.linalg.lstsq(np.column_stack([slopes, np.ones(len(slopes))]), gone, rcond=None)[0]
    return -math.degrees(found[0])


@pytest.mark.parametrize("kernel", ERRORS)
@pytest.mark.parametrize("fill", FILLS)
def test_turning_back_by_the_label_restores_the_upright_image(fill, kernel, turning):
    stage = turning(fill, ANGLES, kernel=kernel)
    for number, (wh, depth) in enumerate(itertools.product(SIZES, (0, 1))):
        dtype, white, channels = DEPTHS[(number + depth) % 4]  # each size in two depths
        upright, seen = waves(wh, white, dtype, channels), set()
        for index in range(number % 3, 9, 3):
            made = stage(sample_of(upright, white, index), np.random.default_rng(index))
            angle = made.orientation.angle_deg
            seen.add(angle)
            assert made.image.dtype == dtype and made.image.shape[2] == channels and int(made.image.max()) <= white
            assert -180 < angle <= 180 and made.params["rotation"]["applied_deg"] == angle
            restored, inside = turned_back(made, wh), disc(wh) & _shown(made, wh)
            assert inside.sum() > 1000
            off = np.abs(restored - upright)[inside].max()
            assert off <= (ERRORS[kernel] + ERRORS["lanczos"]) * SWING * white + 1.0, (wh, angle, off / white)
            assert abs(angle_left_deg(restored, upright, inside)) < 0.02, (wh, angle)
        assert len(seen) == 3


@pytest.mark.parametrize("fill", FILLS)
def test_quarter_turns_are_turned_back_to_the_byte(fill, turning):
    """Where the canvas is odd and the source even, or the reverse, the copy lies half a pixel beside the middle."""
    stage = turning(fill, (0.0, 90.0, 180.0, -90.0))
    rng = np.random.default_rng(0)
    for wh, (dtype, white, channels) in itertools.product((*SIZES, (31, 22)), DEPTHS):
        upright = rng.integers(0, white + 1, (wh[1], wh[0], channels)).astype(dtype)
        for index in range(4):
            made = stage(sample_of(upright, white, index), np.random.default_rng(index))
            angle = made.orientation.angle_deg
            points = canvas_xy(wh)[:, 0, :, 0][disc(wh, 0.3)]
            to = forth(points, angle, 1.0, np.array(wh) / 2, middle_of(made, wh)) - 0.5
            assert np.allclose(to, np.rint(to), atol=1e-9), (wh, angle)
            column, row = np.rint(to).astype(int).T
            assert np.array_equal(made.image[row, column], upright[disc(wh, 0.3)]), (wh, angle)
            assert np.abs(middle_of(made, wh) - np.array(made.hw[::-1]) / 2).max() <= 0.5


@pytest.mark.parametrize("fill", FILLS)
def test_narrow_images_are_restored_or_refused_in_words(fill, turning):
    angles = (30.0, 90.0, -135.5, 180.0)
    stages = {kernel: turning(fill, angles, kernel=kernel) for kernel in ERRORS}
    for wh, (dtype, white, channels), kernel in itertools.product(NARROW, DEPTHS[1:3], ERRORS):
        across = np.linspace(0.2, 0.8, max(wh))  # a slope along the longer side, which a kernel follows
        slope = across[None, :] if wh[0] >= wh[1] else across[:, None]
        upright = np.rint(np.broadcast_to(slope, (wh[1], wh[0]))[..., None].repeat(channels, 2) * white).astype(dtype)
        for index in range(4):
            try:
                made = stages[kernel](sample_of(upright, white, index), np.random.default_rng(index))
            except RangeError as error:
                assert "px" in error.expected and f"{wh[0]} x {wh[1]}" in str(error.got)
                continue
            angle, middle = made.orientation.angle_deg, middle_of(made, wh)
            longer = int(wh[1] > wh[0])
            points = np.repeat([np.array(wh) / 2], 3, axis=0)
            points[:, longer] += np.array([-1, 0, 1]) * max(wh) / 4
            column, row = np.floor(forth(points, angle, 1.0, np.array(wh) / 2, middle)).astype(int).T
            back = forth(np.stack([column, row], 1) + 0.5, -angle, 1.0, middle, np.array(wh) / 2)
            covered = ((back >= 0.5) & (back <= np.array(wh) - 0.5)).all(axis=1)
            covered &= (column >= 0) & (row >= 0) & (column < made.hw[1]) & (row < made.hw[0])
            along, reach = back[:, longer], {"linear": 0.5, "cubic": 2.5, "lanczos": 4.5}[kernel]
            covered &= (along >= reach) & (along <= max(wh) - reach)  # no mirror image there
            true = white * (0.2 + 0.6 * (along - 0.5) / max(1, max(wh) - 1))
            step = 0.6 * white / max(1, max(wh) - 1)
            for row_, column_, level in zip(row[covered], column[covered], true[covered], strict=True):
                off = np.abs(made.image[row_, column_].astype(float) - level).max()
                assert off <= 0.06 * step + 1.0, (wh, angle, kernel)


@pytest.mark.parametrize("fill", FILLS)
def test_scale_shift_and_equal_softness_leave_the_label_true(fill, turning):
    """Smaller, larger, moved, softened, and all of it at a size that was asked for."""
    wh, white = (120, 114), 65535
    upright = waves(wh, white, np.uint16, 1)
    for more in (
        {"scale": Range(0.55, 0.9)},
        {"scale": Range(1.4, 1.4), "shift": Length(2.0, "px")},
        {"resample_upright": True},
        {"size_wh": (64, 64)},
        {"size_wh": (81, 64), "scale": Range(0.8, 1.1), "resample_upright": True, "shift": Length(3.0, "%")},
    ):
        stage = turning(fill, (0.0, 33.3, -120.7, 90.0), max_cut=1.0, **more)
        for index in range(4):
            made = stage(sample_of(upright, white, index), np.random.default_rng(index + 7))
            scale = made.params["rotation"]["scale"]
            quad = made.parts[0].quad_xy
            assert np.linalg.norm(quad[1] - quad[0]) == pytest.approx(scale * wh[0], abs=1e-6)
            inside = _shown(made, wh, scale) & disc(wh, 0.36)
            assert inside.sum() > 200, (more, index)
            left = angle_left_deg(turned_back(made, wh, scale), upright, inside)
            assert abs(left) < 0.05, (more, made.orientation.angle_deg, left)
            if "size_wh" in more:
                assert made.hw == more["size_wh"][::-1]


@pytest.mark.parametrize(("scale", "size_wh"), [(0.5, None), (2.0, None), (0.5, (60, 57))])
def test_a_shift_is_one_of_the_source_whatever_the_scale(scale, size_wh, turning):
    wh = (120, 114)
    stage = turning("surface", (0.0,), max_cut=1.0, scale=Range(scale, scale), shift=Length(8.0, "px"), size_wh=size_wh)
    upright, found = waves(wh, 255, np.uint8, 1), []
    for index in range(40):
        made = stage(sample_of(upright, 255, index), np.random.default_rng(index))
        middle = made.parts[0].quad_xy.mean(axis=0) - np.array(made.hw[::-1]) / 2
        found.append(middle / made.params["rotation"]["scale"])
    assert 7.0 < np.abs(found).max() <= 8.0 + 1e-9


@pytest.mark.parametrize("kernel", ERRORS)
def test_close_to_a_quarter_no_more_than_the_kernels_ripple_is_left_of_the_angle(kernel, turning):
    """A cubic kernel moves what lies a quarter between pixels by 0.048 px; close to a quarter turn that is a turn."""
    stage = turning("reflect", (0.1, -0.5, 1.0, 90.3, -178.8), kernel=kernel)
    ripple_px = {"linear": 0.012, "cubic": 0.0482, "lanczos": 0.0146}[kernel]
    wh = (160, 160)
    upright = waves(wh, 65535, np.uint16, 1)
    for index in range(5):
        made = stage(sample_of(upright, 65535, index), np.random.default_rng(index))
        left = angle_left_deg(turned_back(made, wh), upright, disc(wh))
        assert abs(left) <= math.degrees(1.5 * ripple_px / (DISC * 160)) + 0.002, (made.orientation.angle_deg, left)


def _shown(made: Sample, wh, scale=1.0) -> np.ndarray:
    """Return the source's pixels that lie well within the canvas, (H, W) bool."""
    points = canvas_xy(wh)[:, 0, :, 0].reshape(-1, 2)
    to = forth(points, made.orientation.angle_deg, scale, np.array(wh) / 2, middle_of(made, wh))
    return ((to > 5) & (to < np.array(made.hw[::-1]) - 5)).all(axis=1).reshape(wh[1], wh[0])


@pytest.mark.parametrize("fill", FILLS)
def test_two_turns_equal_one(fill, turning):
    """In label and in pixels, whatever the fills show around what both have kept."""
    wh, white = (91, 91), 65535
    upright = waves(wh, white, np.uint16, 1)
    for first, second in ((20.0, 31.5), (170.0, 10.0), (-100.3, -100.3), (90.0, 12.0), (90.0, 90.0), (45.0, -45.0)):
        one, two = (turning(fill, (angle,)) for angle in (first, second))
        once = one(sample_of(upright, white), np.random.default_rng(0))
        twice = two(once, np.random.default_rng(1))
        total = math.remainder(first + second, 360.0)
        label = twice.orientation.angle_deg
        assert abs(math.remainder(label - total, 360.0)) < 1e-9 and -180 < label <= 180
        assert twice.parts[0].orientation == twice.orientation
        restored, inside = turned_back(twice, wh), _shown(twice, wh) & disc(wh, 0.3)
        assert inside.sum() > 500
        assert abs(angle_left_deg(restored, upright, inside)) < 0.02, (first, second)
        assert np.abs(restored - upright)[inside].max() <= (2 * ERRORS["cubic"] + ERRORS["lanczos"]) * SWING * white + 2
        if first % 90 == second % 90 == 0:
            assert np.array_equal(np.rint(restored)[inside], upright[inside])


def test_a_sources_own_angle_is_added_and_a_full_circle_is_stated_once(turning):
    stage = turning("constant", (150.0, -150.0, 180.0, -30.0, 0.0))
    for own, index in itertools.product((30.0, -30.0, 180.0, 0.0, -0.0), range(5)):
        sample = sample_of(waves((20, 20), 255, np.uint8, 1), 255, index)
        made = stage(sample.with_(source=replace(sample.source, angle_deg=own)), np.random.default_rng(0))
        angle, applied = made.orientation.angle_deg, made.params["rotation"]["applied_deg"]
        assert abs(math.remainder(angle - own - applied, 360.0)) < 1e-9
        assert -180 < angle <= 180 and math.copysign(1, angle) == (1 if angle == 0 else math.copysign(1, angle))
        assert not (angle == 0 and math.copysign(1, angle) < 0)


def test_every_fill_is_found_by_its_file(tmp_path):
    assert {"constant", "inscribed", "circle", "reflect", "surface", "background", "expand"} <= set(FILLS)
    assert len({config_of(fill, tmp_path)["recipe"]["rotate"]["fill"]["_target_"] for fill in FILLS}) == len(FILLS)
