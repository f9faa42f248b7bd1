"""Crops for training: what a batch promises, whatever defects it is made of."""

from __future__ import annotations

import numpy as np
import pytest

from generator.core.geometry import mask_to_rect
from generator.core.seeds import texture_rng
from generator.model.patches import GAIN, Batch, Example, Patches, core_of, scale_of, width_of

HARM = 0.3
"""What the defects of these tests take from the surface, at alpha 1."""


def example(category="crack", hw=(90, 120), box=(40, 30, 30, 3), channels=1, strength=1.0) -> Example:
    """Return a dark box ``x, y, w, h`` on a textured surface."""
    surface = texture_rng(1).uniform(0.5, 0.6, (*hw, channels)).astype(np.float32)
    alpha = np.zeros(hw, np.float32)
    x, y, w, h = box
    alpha[y : y + h, x : x + w] = strength
    return Example(category=category, pixels=surface - HARM * alpha[..., None], surface=surface, alpha=alpha)


def patches(*examples: Example, **options) -> Patches:
    classes = tuple(sorted({one.category for one in examples}))
    return Patches(**{"examples": examples, "goods": [], "classes": classes, "size": 32, "thin_px": 4.0, **options})


EXAMPLES = {
    "a line that fits": example(),
    "one longer than the crop": example(hw=(300, 20), box=(9, 0, 2, 300)),
    "one larger than the crop both ways": example(hw=(200, 200), box=(20, 20, 150, 160)),
    "an image smaller than the crop": example(hw=(9, 7), box=(2, 3, 3, 3)),
    "an image of one pixel": example(hw=(1, 1), box=(0, 0, 1, 1)),
    "one pixel": example(box=(60, 40, 1, 1)),
    "one pixel in the corner": example(box=(0, 0, 1, 1)),
    "one along the border": example(box=(0, 87, 120, 3)),
    "a faint one": example(strength=0.3),
    "colour": example(channels=3),
}


@pytest.mark.parametrize("one", EXAMPLES.values(), ids=EXAMPLES)
def test_every_crop_shows_some_of_its_defect_and_nothing_else_differs(one):
    batch = patches(one, size=33 if one is EXAMPLES["colour"] else 32).batch(0, 24)
    side, channels = batch.alpha.shape[-1], one.pixels.shape[2]
    assert batch.defect.shape == batch.surface.shape == batch.good.shape == (24, channels, side, side)
    assert batch.alpha.shape == batch.good_alpha.shape == (24, 1, side, side)
    most = one.alpha.max()
    for extent in (batch.alpha, batch.good_alpha):
        assert extent.dtype == np.float32 and extent.min() >= 0 and extent.max() <= 1
        assert (extent.max(axis=(1, 2, 3)) >= 0.5 * most).all()
    change = batch.defect - batch.surface
    assert np.abs(np.where(batch.alpha == 0, change, 0)).max() < 1e-5
    shown = batch.alpha > 0.1 * most
    light = (change / np.where(shown, -HARM * GAIN * batch.alpha, np.nan))[shown.repeat(channels, axis=1)]
    assert light.min() > 0.88 and light.max() < 1.13  # lamps differ by 0.12
    assert np.abs(batch.surface.mean(axis=(2, 3))).max() < 1e-3  # values are relative to the surface's mean


def test_a_batch_is_a_function_of_seed_step_and_stage():
    def bytes_of(batch: Batch) -> bytes:
        return b"".join(getattr(batch, name).tobytes() for name in Batch.__slots__)

    one, two = EXAMPLES["a line that fits"], example("pore", box=(50, 50, 5, 5))
    first = bytes_of(patches(one, two, seed=3).batch(7, 4))
    later = patches(one, two, seed=3)
    later.batch(6, 4)
    assert bytes_of(later.batch(7, 4)) == first
    others = [patches(one, two, seed=3).batch(7, 4, "val"), later.batch(8, 4), patches(one, two, seed=4).batch(7, 4)]
    assert first not in {bytes_of(other) for other in others}


def test_classes_come_up_equally_often_and_labels_are_theirs():
    many = [example("crack", box=(40, 30, 30, 3)) for _ in range(9)]
    pore = example("pore", box=(50, 50, 6, 6))
    made = patches(*many, pore, classes=("break", "crack", "pore"))
    batch = made.batch(0, 400)
    assert set(batch.label) == set(batch.good_label) == {1, 2}
    for label, extent in ((batch.label, batch.alpha), (batch.good_label, batch.good_alpha)):
        assert 0.4 < (label == 2).mean() < 0.6
        box = [mask_to_rect(one[0] > 0.5) for one in extent]
        long = np.array([np.hypot(rect.w, rect.h) for rect in box])
        assert long[label == 1].min() > long[label == 2].max() + 1  # each label lies with its own outline


def test_good_crops_show_the_good_images_and_hold_no_defect():
    good = np.full((50, 60, 1), 0.25, np.float32)
    batch = patches(EXAMPLES["a line that fits"], goods=[good]).batch(0, 8)
    assert np.abs(batch.good).max() < 1e-5 and (batch.good_alpha.max(axis=(1, 2, 3)) > 0.5).all()


@pytest.mark.parametrize("width", [1, 2, 3, 4, 7])
def test_the_width_of_a_strip_is_its_width(width):
    mask = np.zeros((40, 400), bool)
    mask[10 : 10 + width, 5:395] = True
    assert width_of(mask) == pytest.approx(width, rel=0.05)
    assert width_of(mask.T) == pytest.approx(width, rel=0.05)


@pytest.mark.parametrize(("width", "scale"), [(1, 8.0), (2, 4.0), (4, 2.0), (8, 1.0), (20, 1.0)])
def test_a_thin_defect_is_as_wide_as_asked_for_up_to_a_scale_of_eight(width, scale):
    alpha = np.zeros((60, 400), np.float32)
    alpha[18 : 22 + width] = 0.4  # the feather beyond the mask is no width
    alpha[19 : 21 + width] = 0.8
    alpha[20 : 20 + width] = 1.0
    assert scale_of(alpha, 64, 8.0) == pytest.approx(scale, rel=0.08)


def test_a_speck_beside_a_crack_counts_unless_it_would_enlarge_it_beyond_all_measure():
    alpha = np.zeros((120, 120), np.float32)
    alpha[20:28, 10:110] = 1.0
    assert scale_of(alpha, 512, 8.0) == pytest.approx(1.0, rel=0.1)
    alpha[60, 60] = 1.0
    assert scale_of(alpha, 512, 8.0) == 8.0
    assert scale_of(alpha, 16, 8.0) == pytest.approx(1.28, rel=0.1)  # 8 tiles of 16 px are 128 px


@pytest.mark.parametrize("side", [2, 5, 12, 30, 42])
def test_a_crop_is_one_and_a_half_to_eight_times_the_box_where_it_fits(side):
    alpha = np.zeros((100, 100), np.float32)
    alpha[20 : 20 + side, 30 : 30 + side] = 1.0
    crop_px = 64 / scale_of(alpha, 64, 2.0)
    assert 1.5 * side <= crop_px <= 8.0 * side


def test_without_turns_a_defect_keeps_its_direction():
    batch = patches(EXAMPLES["a line that fits"], turn=False).batch(0, 8)
    for extent in batch.alpha[:, 0]:
        box = mask_to_rect(extent > 0.5)
        assert box.w > 3 * box.h


def test_the_core_of_an_extent_is_the_mask_without_the_feather():
    assert core_of(np.array([[0.2, 0.8, 1.0, 0.6]], np.float32)).tolist() == [[False, False, True, False]]
    assert core_of(np.array([[0.1, 0.3, 0.3]], np.float32)).tolist() == [[False, True, True]]


def test_the_grain_of_a_defect_and_of_its_surface_keeps_its_strength_in_crops_that_are_turned():
    surface, change = (texture_rng(k).normal(0.5, 0.05, (150, 150, 1)).astype(np.float32) for k in (1, 2))
    alpha = np.zeros((150, 150), np.float32)
    alpha[5:145, 5:145] = 1.0
    one = Example(category="rough", pixels=surface + (change - 0.5) * alpha[..., None], surface=surface, alpha=alpha)
    batch = patches(one, thin_px=1.0).batch(0, 24)
    within = batch.alpha.min(axis=(1, 2, 3)) > 0.99
    assert within.sum() > 10
    for grain in (batch.surface[within], (batch.defect - batch.surface)[within]):
        assert 0.78 < grain.std() / (GAIN * 0.05) < 1.0  # a linear kernel leaves 0.66
