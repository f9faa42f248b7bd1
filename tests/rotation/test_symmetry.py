"""How often a part looks the same: stated, folded into labels, and measured on drawn parts with noise and marks."""

from __future__ import annotations

import pickle

import cv2
import numpy as np
import pytest

from generator.core.annotation import Orientation
from generator.core.errors import ConfigError, RangeError
from generator.core.sample import GoodImage
from generator.rotation.symmetry import Symmetry
from generator.run.pipeline import Pipeline

AUTO = Symmetry.parse("auto")
FINER = 8


def corners(count: int, radius: float, first: float = 0.2) -> np.ndarray:
    at = 2 * np.pi * np.arange(count) / count + first
    return radius * np.stack([np.cos(at), np.sin(at)], axis=1)


def star(count: int, radius: float) -> np.ndarray:
    """Return the outline of a wheel with teeth."""
    at = 2 * np.pi * (np.arange(count)[:, None] + [0.0, 0.3, 0.5, 0.8]).ravel() / count
    reach = radius * np.tile([0.85, 1.0, 1.0, 0.85], count)
    return np.stack([reach * np.cos(at), reach * np.sin(at)], axis=1)


def box(x: float, y: float, half_w: float, half_h: float) -> np.ndarray:
    return np.array(
        [(x - half_w, y - half_h), (x + half_w, y - half_h), (x + half_w, y + half_h), (x - half_w, y + half_h)]
    )


R = 50.0
LAYERS = {
    "hex nut": [(corners(6, R), 0.7), (corners(90, 0.5 * R), 0.15)],
    "screw head": [(corners(90, R), 0.7), (box(0, 0, 0.6 * R, 5), 0.3), (box(0, 0, 5, 0.6 * R), 0.3)],
    "slotted head": [(corners(90, R), 0.7), (box(0, 0, 0.6 * R, 5), 0.3)],
    "square": [(corners(4, R), 0.75), (corners(90, 0.3 * R), 0.4)],
    "disc": [(corners(90, R), 0.7), (corners(90, 0.6 * R), 0.5)],
    "wheel": [(star(9, R), 0.7)],
    "bracket": [(box(-30, 0, 12, 45), 0.7), (box(5, 35, 40, 10), 0.7)],
}
NOTCH = (box(0.68 * R, -0.55 * R, 3, 3), 0.2)  # at the outline of nut, head and disc
DOT = (corners(24, 2.0) + np.array([0.55 * R, 0.35 * R]), 0.3)


def good(layers, *, hw=(141, 152), at=(74.3, 69.6), white=255, channels=1, noise=0.01, seed=1, grain=0.0, lamp=0.0):
    """Return a drawn part; the same on every machine."""
    rng = np.random.default_rng(seed)
    made = np.full(hw, 0.2, np.float32)
    for points, level in layers:
        fine = np.zeros((hw[0] * FINER, hw[1] * FINER), np.float32)
        cv2.fillPoly(fine, [np.round((points + at) * FINER).astype(np.int32)], 1.0)
        share = cv2.resize(fine, (hw[1], hw[0]), interpolation=cv2.INTER_AREA)
        made = made * (1 - share) + share * level
    if grain:
        rough = cv2.GaussianBlur(rng.standard_normal(hw).astype(np.float32), (0, 0), 1.2)
        made += grain * rough / rough.std() * (made > 0.3)
    made *= 1 + lamp * (np.arange(hw[1], dtype=np.float32) / hw[1] - 0.5)
    values = made[..., None] * np.array([1.0, 0.9, 0.8], np.float32)[:channels]
    values = values + noise * rng.standard_normal(values.shape)
    dtype = np.uint8 if white == 255 else np.uint16
    return GoodImage(source_id="x", pixels=np.clip(np.rint(values * white), 0, white).astype(dtype), white=white)


def order_of(layers, **knobs) -> int:
    return AUTO.measured([good(layers, **knobs)]).order


ORDERS = [
    ("hex nut", 6),
    ("screw head", 4),
    ("slotted head", 2),
    ("square", 4),
    ("disc", 0),
    ("wheel", 9),
    ("bracket", 1),
]
SENSORS = [{}, {"white": 4095, "noise": 0.003}, {"channels": 3, "noise": 0.02}]


@pytest.mark.parametrize("sensor", SENSORS, ids=["mono8", "mono16", "rgb"])
@pytest.mark.parametrize(("name", "order"), ORDERS)
def test_the_order_of_a_drawn_part_is_found(name, order, sensor):
    assert order_of(LAYERS[name], **sensor) == order


GEAR = {"hw": (220, 230), "at": (112.3, 108.6)}


@pytest.mark.parametrize("teeth", [16, 17, 25, 32, 34, 48, 61, 97])
def test_a_gear_looks_alike_as_often_as_it_has_teeth(teeth):
    assert order_of([(star(teeth, 95.0), 0.7)], **GEAR, noise=0.02, lamp=0.15, channels=3) == teeth


@pytest.mark.parametrize("teeth", [17, 32, 61])
def test_a_missing_tooth_or_a_dot_near_its_centre_leaves_a_gear_no_symmetry(teeth):
    outline = star(teeth, 95.0)
    broken = outline.copy()
    broken[9:11] *= 0.85
    assert order_of([(broken, 0.7)], **GEAR) == 1
    assert order_of([(outline, 0.7), (corners(24, 2.5) + np.array([6.0, 0.0]), 0.3)], **GEAR) == 1


def test_an_oval_or_square_gear_is_not_folded_to_its_teeth():
    assert order_of([(star(61, 95.0) * [1.0, 0.96], 0.7)], **GEAR) == 1
    assert order_of([(star(32, 95.0), 0.7), (corners(4, 30.0), 0.3)], **GEAR) == 4


def test_teeth_too_fine_to_be_compared_are_warned_about():
    found = AUTO.measured([good([(star(150, 95.0), 0.7)], **GEAR)]).findings
    assert any(one.code == "symmetry_fine" and "set symmetry=150" in one.message for one in found)


@pytest.mark.parametrize("place", [{"hw": (140, 151)}, {"at": (68.9, 72.4)}, {"hw": (300, 263), "at": (90.2, 201.7)}])
@pytest.mark.parametrize("name", ["hex nut", "disc", "bracket"])
def test_a_part_off_the_centre_of_an_image_of_any_size_has_the_same_order(name, place):
    assert order_of(LAYERS[name], **place) == dict(ORDERS)[name]


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.03])
@pytest.mark.parametrize("mark", [NOTCH, DOT], ids=["notch", "dot"])
@pytest.mark.parametrize("name", ["hex nut", "screw head", "square", "disc"])
def test_one_small_mark_that_stands_out_of_noise_leaves_no_symmetry(name, mark, noise):
    if name == "square" and mark is NOTCH:
        mark = (box(0.5 * R, -0.4 * R, 3, 3), 0.2)
    assert order_of([*LAYERS[name], mark], noise=noise) == 1


def test_two_marks_opposite_each_other_leave_half_a_turn():
    other = (DOT[0] * -1.0, DOT[1])
    assert order_of([*LAYERS["disc"], DOT, other]) == 2


@pytest.mark.parametrize(("name", "order"), [("hex nut", 6), ("disc", 0)])
def test_neither_a_rough_surface_nor_a_slope_of_light_breaks_a_symmetry(name, order):
    assert order_of(LAYERS[name], grain=0.04) == order
    assert order_of(LAYERS[name], lamp=0.25) == order


def test_a_brushed_disc_looks_alike_after_half_a_turn_only():
    rng = np.random.default_rng(3)
    disc = good(LAYERS["disc"], noise=0.0)
    lines = cv2.GaussianBlur(
        rng.standard_normal(disc.pixels.shape[:2]).astype(np.float32), (0, 0), sigmaX=12, sigmaY=0.7
    )
    brushed = disc.pixels[..., 0] + 255 * 0.03 * lines / lines.std() * (disc.pixels[..., 0] > 80)
    pixels = np.clip(np.rint(brushed), 0, 255).astype(np.uint8)[..., None]
    assert AUTO.measured([GoodImage(source_id="x", pixels=pixels, white=255)]).order == 2


@pytest.mark.parametrize("reach", [1, 5, 25])
def test_a_roi_tells_a_part_from_a_busy_background(reach):
    plain = good(LAYERS["hex nut"], at=(70.4, 71.2))
    roi = good([(corners(6, R), 1.0)], at=(70.4, 71.2)).pixels[..., 0] > 0.6 * 255
    around = cv2.dilate(roi.view(np.uint8), np.ones((reach, reach), np.uint8)) == 0
    pixels = plain.pixels.copy()
    pixels[around] = np.random.default_rng(0).integers(0, 256, (int(around.sum()), 1), np.uint8)
    assert AUTO.measured([GoodImage(source_id="x", pixels=pixels, white=255, roi=roi)]).order == 6


def test_an_even_image_has_no_angle_and_a_tiny_one_is_not_judged():
    for level, channels in ((90, 1), (255, 3), (0, 3)):
        even = GoodImage(source_id="x", pixels=np.full((40, 50, channels), level, np.uint8), white=255)
        assert AUTO.measured([even]).order == 0
    tiny = AUTO.measured([GoodImage(source_id="x", pixels=np.zeros((1, 40, 1), np.uint8), white=255)])
    assert (tiny.order, tiny.findings[0].severity) == (1, "warning")


def test_findings_say_the_numbers_and_warn_where_no_angle_is_defined():
    nut = AUTO.measured([good(LAYERS["hex nut"], seed=seed) for seed in range(3)])
    assert nut.findings[0].severity == "info"
    for part in ("every 60 degrees", "(correlation ", "noise allows", "3 good images", "symmetry 6", "(-30, 30]"):
        assert part in nut.findings[0].message
    disc = AUTO.measured([good(LAYERS["disc"])])
    assert disc.findings[0].severity == "warning"
    assert "no angle is defined" in disc.findings[0].message
    marked = AUTO.measured([good([*LAYERS["hex nut"], DOT])])
    assert "symmetry 1" in marked.findings[0].message
    assert "the outline alone has symmetry 6" in marked.findings[1].message


def test_images_of_different_parts_are_warned_about():
    mixed = AUTO.measured([good(LAYERS[name]) for name in ("hex nut", "bracket", "hex nut", "bracket", "hex nut")])
    assert any(finding.code == "symmetry_differs" and "3 of 5" in finding.message for finding in mixed.findings)


def test_the_middle_image_decides_so_that_dust_on_one_does_not():
    images = [good(LAYERS["hex nut"], seed=seed) for seed in range(4)] + [good([*LAYERS["hex nut"], DOT])]
    assert AUTO.measured(images).order == 6


def test_images_are_not_touched_where_the_symmetry_is_stated():
    def images():
        raise AssertionError("read")
        yield

    for value in (1, 4, 360, "circular"):
        assert Symmetry.parse(value).measured(images()) is not None
    assert Symmetry.parse("circular").known == 0


@pytest.mark.parametrize("value", [0, -1, 361, True, 2.5, "round", None])
def test_what_is_no_symmetry_is_refused(value):
    with pytest.raises(RangeError, match=r"a whole number in 1\.\.360, circular, or auto"):
        Symmetry.parse(value)
    with pytest.raises(RangeError, match="auto"):
        _ = AUTO.known


@pytest.fixture
def hexes(tmp_path):
    """Return a folder of images of a hex nut."""
    folder = tmp_path / "hexes"
    folder.mkdir()
    for number in range(3):
        image = good(LAYERS["hex nut"], seed=number, at=(72.0 + number, 70.0))
        cv2.imwrite(str(folder / f"{number}.png"), image.pixels)
    return folder


def turned(small_config, folder, *overrides: str) -> Pipeline:
    config = small_config("recipe=rotation", "count=12", "rotation.step=30", *overrides)
    path = {"_target_": "generator.source.folder.Folder", "path": str(folder)}
    return Pipeline({**config, "source": path})


def test_a_measured_symmetry_folds_the_labels_of_images_and_parts_alike(small_config, hexes):
    pipeline = turned(small_config, hexes, "rotation.symmetry=auto", "roi=auto")
    for index in range(len(pipeline)):
        sample = pipeline.make(index)
        applied = sample.params["rotation"]["applied_deg"]
        assert sample.orientation == Orientation.at(applied, 6)
        assert [part.orientation for part in sample.parts] == [sample.orientation]
        assert -30 < sample.orientation.angle_deg <= 30


@pytest.mark.parametrize(("order", "half"), [(2, 90), (4, 45), (1, 180)])
def test_a_stated_symmetry_folds_labels_to_its_range(small_config, hexes, order, half):
    pipeline = turned(small_config, hexes, f"rotation.symmetry={order}", "roi=auto")
    for index in range(len(pipeline)):
        sample = pipeline.make(index)
        assert -half < sample.orientation.angle_deg <= half
        assert sample.parts[0].orientation == sample.orientation
        away = sample.orientation.angle_deg - sample.params["rotation"]["applied_deg"]
        assert away % (360 / order) in (0, pytest.approx(360 / order))


def test_a_circular_part_has_no_angle_but_a_place(small_config, hexes):
    sample = turned(small_config, hexes, "rotation.symmetry=circular", "roi=auto").make(5)
    assert sample.orientation == Orientation(angle_deg=None, symmetry=0)
    assert sample.parts[0].orientation == sample.orientation


def test_what_was_measured_travels_to_workers_and_is_part_of_the_specification(small_config, hexes, monkeypatch):
    pipeline = turned(small_config, hexes, "rotation.symmetry=auto")
    stated = turned(small_config, hexes, "rotation.symmetry=6")
    assert pipeline.asset_digest() != stated.asset_digest()
    assert any("symmetry 6" in finding.message for finding in pipeline.findings())
    copied = pickle.dumps(pipeline)
    monkeypatch.setattr(Symmetry, "measured", lambda *_: pytest.fail("measured again"))
    again = pickle.loads(copied)
    assert again.make(3).orientation == pipeline.make(3).orientation
    assert np.array_equal(again.make(3).image, pipeline.make(3).image)


def test_a_wrong_symmetry_is_named_with_its_key(small_config, hexes):
    with pytest.raises(ConfigError, match=r"rotation\.symmetry: expected a whole number in 1\.\.360"):
        turned(small_config, hexes, "rotation.symmetry=round")
