"""Parts and print are found by themselves, and what is done to them is what their kind says."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from generator.core.units import LengthRange, Range
from generator.defect.stage import PutDefects
from generator.defect.structure.bent import Bent
from generator.defect.structure.component import Component
from generator.defect.structure.displaced import Displaced
from generator.defect.structure.layer import hole_of, landing, origins
from generator.defect.structure.on_component import OnComponent
from generator.defect.structure.on_ink import OnInk
from generator.defect.structure.smeared import Smeared
from tests.defect.kinds import defect_of, room_of, sample_of, surface

ON_COMPONENT = OnComponent(size=LengthRange.parse(["5%", "40%"]))
ON_INK = OnInk(size=LengthRange.parse(["6%", "60%"]), tone="bright")
SHAPES = (Component(), Displaced(), Bent(), Smeared(length=LengthRange.parse("9px")))


def board(channels: int = 3) -> np.ndarray:
    """Return a plain ground with one dark part, rows 30..49 and columns 40..69, and noise."""
    pixels = np.full((90, 110, channels), 150.0)
    pixels[30:50, 40:70] = 30
    pixels += np.random.default_rng(0).normal(0, 2, pixels.shape)
    image = pixels.astype(np.uint8)
    image.setflags(write=False)
    return image


def put(name: str, image: np.ndarray, seed: int = 0):
    """Return an image with one defect of a kind, and its instance."""
    made = PutDefects(defects={name: defect_of(name)})(
        sample_of(image, (defect_of(name).category,)), np.random.default_rng(seed)
    )
    assert made.instances, made.findings
    return made.image, made.instances[0]


@pytest.mark.parametrize("channels", [1, 3])
def test_the_matte_of_a_part_is_the_part_to_a_pixel(channels):
    site = ON_COMPONENT.draw(room_of(board(channels)), np.random.default_rng(0))
    (matte,) = site.things
    solid = np.zeros((90, 110), bool)
    solid[matte.rect.slices] = matte.alpha > 0.5
    expected = np.zeros((90, 110), bool)
    expected[30:50, 40:70] = True
    assert np.count_nonzero(solid ^ expected) <= 12
    assert (site.x, site.y) == pytest.approx((55, 40), abs=0.6)
    assert abs(site.along_deg) < 2


@pytest.mark.parametrize("placement", [ON_COMPONENT, ON_INK])
def test_nothing_is_found_on_a_plain_noisy_surface(placement):
    noisy = np.random.default_rng(0).normal(128, 12, (90, 110, 3)).clip(0, 255).astype(np.uint8)
    assert placement.draw(room_of(noisy), np.random.default_rng(0)) is None


def test_a_part_that_is_cut_by_image_or_roi_is_not_taken():
    roi = np.ones((90, 110), bool)
    roi[:, 60:] = False
    assert ON_COMPONENT.draw(room_of(board(), roi=roi), np.random.default_rng(0)) is None
    assert ON_COMPONENT.draw(room_of(board()[:45]), np.random.default_rng(0)) is None


def test_a_shade_without_an_edge_is_no_part():
    x, y = np.meshgrid(np.arange(240), np.arange(180))
    shade = 150 - 110 * np.exp(-((x - 120) ** 2 + (y - 90) ** 2) / 2400.0)
    image = np.repeat(shade[..., None], 3, 2).astype(np.uint8)
    assert ON_COMPONENT.draw(room_of(image), np.random.default_rng(0)) is None


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: type(shape).__name__)
def test_a_shape_without_a_thing_has_no_strength(shape):
    image = board()
    site = defect_of("metal/scratch").placement.draw(room_of(image), np.random.default_rng(0))
    assert shape.draw(room_of(image), site, np.random.default_rng(0)).fitted(room_of(image), 0) is None


def test_where_a_part_is_missing_the_ground_goes_on():
    image, instance = put("assembly/missing_part", board())
    gone = image[30:50, 40:70].astype(float)
    assert abs(gone.mean() - 150) < 3 and 1.2 < gone.std() < 3.5
    assert instance.support.full((90, 110))[30:50, 40:70].all()


def test_a_displaced_part_keeps_its_pixels_and_leaves_the_ground():
    image, instance = put("assembly/misplaced_part", board(), 1)
    move = instance.params["shape"]
    x, y = 55 + move["dx_px"], 40 + move["dy_px"]
    assert abs(float(image[int(y) - 3 : int(y) + 3, int(x) - 3 : int(x) + 3].mean()) - 30) < 6
    dark = (image.mean(axis=2) < 90).sum()
    assert abs(int(dark) - 600) < 60  # as much of the part as before


def test_a_swap_puts_the_other_part_in_place():
    pixels = board().copy()
    pixels[60:80, 20:50] = 250
    image, _ = put("assembly/swapped_part", pixels, 0)
    bright, dark = (image.mean(axis=2) > 220).sum(), (image.mean(axis=2) < 60).sum()
    assert (bright > 1000 and dark < 60) or (dark > 1000 and bright < 60)


def test_a_bent_part_changes_near_its_bend_alone():
    image, instance = put("assembly/bent_part", board(), 3)
    bend = instance.params["shape"]["bend"]
    ys, xs = np.nonzero((image != board()).any(axis=2))
    assert np.hypot(xs - bend["x"], ys - bend["y"]).max() < bend["radius"] + np.hypot(bend["dx"], bend["dy"]) + 18


@pytest.mark.parametrize("turn", [[1.0, 0.0, 5.0, 0.0, 1.0, -3.0], [0.0, 1.0, 2.0, -1.0, 0.0, 60.0]])
def test_what_lands_comes_from_where_it_was(turn):
    site = ON_COMPONENT.draw(room_of(board()), np.random.default_rng(0))
    rect = site.things[0].rect
    move = {"matrix": turn}
    box = landing(rect, move)
    columns, rows = origins(box, move)
    there = np.array([columns[4, 6], rows[4, 6], 1.0]) @ np.array(turn).reshape(2, 3).T
    assert there == pytest.approx((box.x + 6, box.y + 4), abs=1e-3)
    assert columns.min() <= rect.x and columns.max() >= rect.x + rect.w - 1


def test_a_hole_covers_the_thing_and_its_margin_with_a_soft_edge():
    site = ON_COMPONENT.draw(room_of(board()), np.random.default_rng(0))
    hole = hole_of(site.things[0], 3.0, (90, 110))
    full = np.zeros((90, 110), np.float32)
    full[hole.rect.slices] = hole.alpha
    assert full[28:52, 38:72].min() > 0.9 and full[:20].max() == 0
    assert np.abs(np.diff(full, axis=1)).max() < 0.75


def test_ink_is_found_as_a_sign_and_not_as_single_strokes():
    site = ON_INK.draw(room_of(surface((96, 120))), np.random.default_rng(0))
    (matte,) = site.things
    assert 50 <= site.x <= 66 and 52 <= site.y <= 66
    assert 8 <= matte.rect.w <= 34


def test_a_missing_print_takes_ink_away_and_a_double_print_adds_some():
    before = surface((96, 120)).astype(float).mean()
    for name, more in (("print/missing_print", False), ("print/doubled_print", True)):  # the ink is bright
        image, _ = put(name, surface((96, 120)), 2)
        assert (image.astype(float).mean() > before) == more, name


def test_a_smear_leaves_its_strokes_one_way():
    shape = Smeared(length=LengthRange.parse("10px"), angle_deg=Range(0, 0), share=Range(1, 1), streaks=Range(0, 0))
    room = room_of(surface((96, 120)))
    site = ON_INK.draw(room, np.random.default_rng(0))
    outline = shape.draw(room, site, np.random.default_rng(0))
    seen = np.zeros((96, 120), np.float32)
    seen[outline.rect.slices] = outline.alpha
    assert seen[56:62, 61:65].mean() > 0.2 and seen[56:62, 40:49].max() < 0.1


def test_a_squeeze_drags_what_is_on_the_wall_and_leaves_the_contour():
    lined = board().copy()
    lined[::6] = 90
    roi = np.zeros((90, 110), bool)
    roi[10:80, 10:100] = True
    squeeze = defect_of("plastic/squeeze")
    made = PutDefects(defects={"squeeze": squeeze})(sample_of(lined, ("squeeze",), roi=roi), np.random.default_rng(1))
    assert np.array_equal(made.image[~roi], lined[~roi])
    assert (made.image != lined).any(axis=2).sum() > 100


def test_a_drilled_hole_with_its_ring_is_no_part():
    image = np.full((90, 110, 3), 90, np.uint8)
    cv2.circle(image, (50, 40), 11, (220, 220, 220), -1, cv2.LINE_AA)
    assert ON_COMPONENT.draw(room_of(image), np.random.default_rng(0)) is not None
    cv2.circle(image, (50, 40), 5, (10, 10, 10), -1, cv2.LINE_AA)
    assert ON_COMPONENT.draw(room_of(image), np.random.default_rng(0)) is None
