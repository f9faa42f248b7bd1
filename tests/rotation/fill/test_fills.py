"""What a canvas shows beyond a turned image: sizes, borders, twins, depth, seams."""

from __future__ import annotations

import itertools
import math

import cv2
import numpy as np
import pytest

from generator.core.annotation import Instance, Region
from generator.core.errors import ConfigError, RangeError
from generator.core.sample import GoodImage, Sample, SampleSpec
from generator.imaging.move.covered import Cover
from generator.imaging.move.turn import Turn
from generator.rotation.fill.background import Background
from generator.rotation.fill.circle import Circle
from generator.rotation.fill.constant import Constant
from generator.rotation.fill.expand import Expand
from generator.rotation.fill.inscribed import Inscribed
from generator.rotation.fill.reflect import Reflect
from generator.rotation.fill.surface import Surface
from generator.rotation.images import OtherImages
from generator.rotation.port import Frame
from generator.rotation.stage import Rotate
from generator.run.build import build
from generator.source.folder import Folder

CIRCLE = ((-180.0, 180.0),)
SPANS = (CIRCLE, ((-5.0, 5.0),), ((0.0, 0.0),), ((-2.0, 2.0), (88.0, 92.0)), ((10.0, 35.0),), ((100.0, 170.0),))
DEPTHS = ((np.uint8, 255, 1), (np.uint8, 255, 3), (np.uint16, 4095, 1), (np.uint16, 65535, 3))


class Given:
    """One angle of a full circle."""

    def __init__(self, angle_deg: float, spans=CIRCLE) -> None:
        self.angle_deg, self._spans = angle_deg, spans

    def draw(self, index, seed, rng):
        return self.angle_deg

    def spans(self):
        return self._spans


@pytest.fixture(scope="module")
def belts(tmp_path_factory):
    """Return the folder of four even images of different levels."""
    folder = tmp_path_factory.mktemp("belts")
    for i in range(4):
        cv2.imwrite(str(folder / f"{i}.png"), np.full((30 + 8 * i, 40), 40 + 20 * i, np.uint8))
    return folder


@pytest.fixture(scope="module")
def fills(belts):
    """Return every fill by name."""
    others = OtherImages(source=Folder(path=str(belts)))
    return {
        "constant": Constant(level=0.2), "inscribed": Inscribed(), "circle": Circle(),
        "circle_mean": Circle(level=None), "reflect": Reflect(), "surface": Surface(),
        "surface_image": Surface(keep="image"), "background": Background(images=others),
        "background_image": Background(images=others, keep="image"),
        "expand": Expand(shown=Constant()), "expand_fixed": Expand(shown=Surface(keep="image"), size="fixed"),
    }  # fmt: skip


def noisy(hw, dtype=np.uint8, white=255, channels=1, seed=0):
    """Return (h, w, C) noise about the middle of the scale, within it."""
    noise = 0.5 + 0.06 * np.random.default_rng(seed).standard_normal((*hw, channels))
    return np.clip(np.rint(noise * white), 0, white).astype(dtype)


def sample_of(pixels, white=255, instance=None, good=None, roi=None):
    spec = SampleSpec(index=0, key="0", split="train", recipe="", source_id="", seed=0)
    source = GoodImage(source_id="", pixels=pixels, white=white, roi=roi)
    good = pixels if good is None else good
    instances = () if instance is None else (instance,)
    return Sample(spec=spec, source=source, image=pixels, good=good, roi=roi, instances=instances)


def turned(fill, pixels, angle, seed=0, spans=CIRCLE, **how):
    """Return the sample that the stage makes."""
    white = how.pop("white", 255)
    stage = Rotate(angles=Given(angle, spans), fill=fill, **how)
    return stage(sample_of(pixels, white), np.random.default_rng(seed))


def lies_within(wh, canvas, spans, scale, shift, reach):
    """Say, angle by angle, whether all corners of a canvas lie that far within an image."""
    angles = np.radians(np.concatenate([np.linspace(low, high, 1441) for low, high in spans]))
    a, b = canvas[0] / 2 + shift, canvas[1] / 2 + shift
    cos, sin = np.abs(np.cos(angles)), np.abs(np.sin(angles))
    across, down = (a * cos + b * sin) / scale, (a * sin + b * cos) / scale
    return bool((across <= wh[0] / 2 - reach + 1e-6).all() and (down <= wh[1] / 2 - reach + 1e-6).all())


@pytest.mark.parametrize("spans", SPANS)
@pytest.mark.parametrize("wh", [(256, 256), (97, 64), (33, 200)])
def test_inscribed_is_within_at_every_angle_and_hardly_smaller_than_the_best(wh, spans):
    for scale, shift, reach in ((1.0, 0.0, 2.0), (0.8, 1.5, 4.0)):
        frame = Frame(
            wh=wh, angle_deg=0.0, spans=spans, scale=scale, scales=(scale, 1.0), most_shift_px=shift, reach_px=reach
        )
        made = Inscribed().canvas(frame)
        assert lies_within(wh, made, spans, scale, shift, reach)
        angles = np.radians(np.concatenate([np.linspace(low, high, 1441) for low, high in spans]))
        cos, sin = np.maximum(np.abs(np.cos(angles)), 1e-9), np.maximum(np.abs(np.sin(angles)), 1e-9)
        half = scale * (np.array(wh) / 2 - reach)
        best = 0
        for width in range(1, sum(wh)):  # the highest crop of each width
            a = width / 2 + shift
            height = 2 * (min(((half[0] - a * cos) / sin).min(), ((half[1] - a * sin) / cos).min()) - shift)
            best = max(best, width * math.floor(max(0.0, min(height, sum(wh)))))
        assert made[0] * made[1] >= best - 2 * sum(made)  # a pixel each way, to be as odd or even as the image


def test_inscribed_says_the_same_size_at_every_angle_and_keeps_an_asked_aspect():
    for angle in (-179.0, 0.0, 33.3, 90.0):
        frame = Frame(wh=(640, 480), angle_deg=angle, spans=CIRCLE, reach_px=2.0)
        assert Inscribed().canvas(frame) == (336, 336)  # 476 / sqrt(2)
    frame = Frame(wh=(640, 480), angle_deg=0.0, spans=CIRCLE, reach_px=2.0, aspect=2.0)
    width, height = Inscribed().canvas(frame)
    assert abs(width - 2 * height) <= 1
    assert math.hypot(width, height) <= 476 + 1e-6
    narrow = Frame(wh=(640, 480), angle_deg=0.0, spans=((-0.5, 0.5),), reach_px=2.0)
    assert Inscribed().canvas(narrow) == (630, 470)


@pytest.mark.parametrize(
    "how",
    [
        {}, {"kernel": "lanczos"}, {"scale": "0.7..1.4"}, {"shift": "3px"}, {"resample_upright": True},
        {"size_wh": (40, 30)}, {"size_wh": (90, 100), "resample_upright": True},
    ],
)  # fmt: skip
def test_no_pixel_of_the_border_enters_an_inscribed_crop(how):
    from generator.core.units import Length, Range

    how = dict(how)
    if "scale" in how:
        how["scale"] = Range(0.7, 1.4)
    if "shift" in how:
        how["shift"] = Length(3.0, "px")
    for hw, (number, angle) in itertools.product(
        [(64, 64), (61, 84)], enumerate([0.0, 1.0, 30.0, 45.0, 89.7, 90.0, 135.0, 180.0, -53.1])
    ):
        pixels = np.full((*hw, 1), 100, np.uint8)
        pixels[[0, -1]] = pixels[:, [0, -1]] = 255
        made = turned(Inscribed(), pixels, angle, number, **how)
        assert set(np.unique(made.image)) == {100}


def test_circle_shows_the_same_pixels_of_its_level_at_every_angle():
    pixels = noisy((64, 80), seed=1)
    seen = [turned(Circle(), pixels, angle).image for angle in (0.0, 17.0, 45.0, 90.0, -133.0)]
    assert {image.shape for image in seen} == {(64, 64, 1)}
    beyond = [image == 0 for image in seen]
    assert all(np.array_equal(beyond[0], other) for other in beyond)
    y, x = np.mgrid[:64, :64] + 0.5 - 32
    assert beyond[0][..., 0][np.hypot(x, y) >= 30.0].all()
    assert not beyond[0][..., 0][np.hypot(x, y) <= 29.0].any()
    mean = turned(Circle(level=None), pixels, 17.0).image
    assert mean[0, 0, 0] == round(pixels.mean())


def test_tight_expansion_of_a_quarter_turn_is_the_transpose():
    pixels = noisy((20, 33), channels=3)
    fill = Expand(shown=Constant())
    for count, angle in enumerate((0.0, 90.0, 180.0, -90.0)):
        assert np.array_equal(turned(fill, pixels, angle).image, np.rot90(pixels, count))


def test_expansion_shows_every_pixel_of_the_image():
    pixels = np.full((20, 33, 1), 200, np.uint8)
    for size, angle in itertools.product(("tight", "fixed"), (3.0, 45.0, 77.0, -120.0)):
        made = turned(Expand(shown=Constant(), size=size), pixels, angle).image.astype(float)
        assert abs(made.sum() / 200 / pixels.size - 1) < 0.01  # the area is all there
        if size == "fixed":
            assert made.shape == (39, 39, 1)


@pytest.mark.parametrize("dtype,white,channels", DEPTHS)
def test_depth_and_range_stay_and_the_same_seed_gives_the_same_bytes(fills, dtype, white, channels):
    pixels = noisy((48, 60), dtype, white, channels)
    pixels[10:20, 10:20] = white  # kernels overshoot here
    for fill, angle in itertools.product(fills.values(), (0.0, 31.0)):
        made = turned(fill, pixels, angle, 5, white=white).image
        assert (made.dtype, made.shape[2]) == (dtype, channels)
        assert int(made.max()) <= white
        assert np.array_equal(made, turned(fill, pixels, angle, 5, white=white).image)


def test_image_and_twin_get_the_same_beyond(fills):
    good = noisy((64, 64), channels=3)
    image = good.copy()
    image[28:36, 28:36] = 10
    bits = np.zeros((64, 64), bool)
    bits[28:36, 28:36] = True
    instance = Instance(category="pit", support=Region.tight(bits))
    for fill in fills.values():
        stage = Rotate(angles=Given(40.0), fill=fill)
        made = stage(sample_of(image, instance=instance, good=good), np.random.default_rng(3))
        differs = (made.image != made.good).any(axis=2)
        assert differs.any()
        assert not (differs & ~made.instances[0].support.full(made.hw)).any()


@pytest.mark.parametrize("hw", [(1, 40), (40, 1), (1, 1), (2, 3), (7, 7), (12, 13), (17, 400)])
def test_small_and_thin_images_work_or_say_what_is_too_small(fills, hw):
    pixels = noisy(hw)
    for (name, fill), angle in itertools.product(fills.items(), (0.0, 90.0, 10.0)):
        try:
            made = turned(fill, pixels, angle)
        except RangeError as error:
            assert name.split("_")[0] in ("inscribed", "circle", "surface", "background")
            assert "px" in error.expected
        else:
            assert min(made.hw) >= 1


def test_scale_shift_and_size_work_with_every_fill(fills):
    from generator.core.units import Length, Range

    pixels = noisy((50, 64))
    for (fill, scale), upright in itertools.product(itertools.product(fills.values(), (0.6, 1.7)), (False, True)):
        how = {"scale": Range(scale, scale), "shift": Length(2.0, "px"), "resample_upright": upright}
        assert turned(fill, pixels, 25.0, **how).image.shape[2] == 1
        assert turned(fill, pixels, 25.0, size_wh=(40, 56), **how).image.shape == (56, 40, 1)


def test_a_surface_goes_on_at_its_own_level_and_strength_without_a_seam():
    pixels = noisy((160, 160), channels=3, seed=2)
    pixels = cv2.GaussianBlur(pixels, (0, 0), 1.2)
    made = turned(Surface(), pixels, 30.0).image.astype(float)
    y, x = np.mgrid[:160, :160] + 0.5 - 80
    distance = np.hypot(x, y)
    inner, edge, outer = distance < 70, (distance > 74) & (distance < 79), distance > 84
    fine = made - cv2.GaussianBlur(made, (0, 0), 4.0)
    strength = fine[inner].std()
    assert abs(fine[outer].std() / strength - 1) < 0.1
    assert abs(fine[edge].std() / strength - 1) < 0.12
    assert abs(made[outer].mean() - made[inner].mean()) < 1.0


def test_a_surface_goes_on_with_its_slope_and_without_the_part():
    y, x = np.mgrid[:120, :160].astype(float)
    ground = 60 + 0.6 * x
    pixels = ground.copy()
    pixels[40:80, 50:110] = 250
    made = turned(Surface(), np.rint(pixels).astype(np.uint8)[..., None], 0.0).image[..., 0]
    beyond = np.hypot(x + 0.5 - 80, y + 0.5 - 60) > 60
    assert np.abs(made[beyond] - ground[beyond]).max() < 6  # of a slope of 96


def test_grain_beyond_lies_as_it_does_in_the_image():
    rng = np.random.default_rng(4)
    rows = rng.standard_normal((160, 1)) * np.ones((1, 160)) * 15 + 120
    pixels = np.clip(np.rint(rows + rng.standard_normal((160, 160))), 0, 255).astype(np.uint8)[..., None]
    for angle, along in ((0.0, 1), (90.0, 0)):
        made = turned(Surface(), pixels, angle).image[..., 0].astype(float)
        corner = made[:20, :20]
        other = 1 - along
        assert np.abs(np.diff(corner, axis=along)).mean() < 0.35 * np.abs(np.diff(corner, axis=other)).mean()


def test_what_lies_outside_the_circle_has_no_part_in_a_surface():
    pixels = noisy((96, 96), seed=6)
    y, x = np.mgrid[:96, :96] + 0.5 - 48
    marked = pixels.copy()
    marked[np.hypot(x, y) > 49] = 255  # a kernel reaches out along the diagonal
    for angle in (0.0, 12.0, 45.0):
        assert np.array_equal(turned(Surface(), marked, angle).image, turned(Surface(), pixels, angle).image)


def test_a_background_stands_upright_and_on_one_side_of_the_split(fills, belts):
    pixels = noisy((64, 64), seed=7)
    levels = {}
    for split in ("train", "val", "test"):
        sample = sample_of(pixels)
        sample = sample.with_(spec=SampleSpec(index=0, key="0", split=split, recipe="", source_id="", seed=0))
        stage = Rotate(angles=Given(20.0), fill=fills["background"])
        levels[split] = {int(stage(sample, np.random.default_rng(i)).image[0, 0, 0]) for i in range(12)}
    assert all(found <= {40, 60, 80, 100} for found in levels.values())
    assert (
        not levels["train"] & levels["val"]
        and not levels["train"] & levels["test"]
        and not levels["val"] & levels["test"]
    )


def test_a_folder_without_images_is_named_with_its_key(tmp_path):
    folder = {"_target_": "generator.source.folder.Folder", "path": str(tmp_path)}
    images = {"_target_": "generator.rotation.images.OtherImages", "source": folder}
    node = {"_target_": "generator.rotation.fill.background.Background", "images": images}
    with pytest.raises(ConfigError, match=r"fill\.images\.source\.path: expected a folder with PNG"):
        build(node, "rotation.fill")


@pytest.mark.parametrize("channels", [1, 3])
def test_laying_under_is_exact_where_the_share_is_whole_or_nothing(channels):
    rng = np.random.default_rng(8)
    shown, other = (rng.integers(0, 65536, (9, 11, channels)).astype(np.uint16) for _ in range(2))
    share = rng.choice(np.array([0.0, 0.5, 1.0], np.float32), (9, 11))
    made = Cover.of(share).laid(shown.copy(), other)
    assert np.array_equal(made[share == 1], shown[share == 1])
    assert np.array_equal(made[share == 0], other[share == 0])
    middle = (shown.astype(float) + other)[share == 0.5] / 2
    assert np.abs(made[share == 0.5] - middle).max() <= 0.5


def test_equal_softness_leaves_noise_equally_strong_at_every_angle():
    white = np.random.default_rng(9).integers(0, 256, (200, 200, 1)).astype(np.uint8)
    spread = {}
    for soft in (False, True):
        stds = []
        for seed, angle in enumerate((0.0, 0.0, 0.3, 2.0, 10.0, 45.0, 90.0, 133.0)):
            made = turned(Inscribed(), white, angle, seed, resample_upright=soft).image.astype(float)
            stds.append(made.std())
        spread[soft] = max(stds) / min(stds) - 1
    assert spread[False] > 0.1  # 0 and 90 degrees are copies
    assert spread[True] < 0.02


@pytest.mark.parametrize("angle", [3.0, 33.3, 77.1, 120.0])
def test_what_no_defect_changed_is_turned_to_the_same_bit_on_image_and_twin(angle):
    good = noisy((200, 200))
    turn = Turn.about_centre(angle, (200, 200), (200, 200))
    beyond = Surface().beyond(good, turn, 255, "train", np.random.default_rng(0))
    assert np.array_equal(beyond.shown(good, turn, 255), beyond.shown(good.copy(), turn, 255))


def test_a_turn_is_made_once_where_the_surface_has_been_turned(monkeypatch):
    made, pixels = [], Turn.pixels
    monkeypatch.setattr(Turn, "pixels", lambda self, *given, **named: made.append(1) or pixels(self, *given, **named))
    turned(Surface(), noisy((40, 40)), 30.0)
    assert len(made) == 1
