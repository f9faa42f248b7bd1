"""A mask goes into its frame and comes back as it was, thin or not; copies are told."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from generator.core.seeds import texture_rng
from generator.model.mask.frame import FILLED, framed, is_thin, likeness, to_distance, to_field, unframed
from generator.model.mask.masks import Masks
from generator.model.patches import GAIN, Example, width_of


def bar(length: int, width: int, angle_deg: float) -> np.ndarray:
    canvas = np.zeros((2 * length, 2 * length), np.uint8)
    box = cv2.boxPoints(((float(length), float(length)), (length, width), -angle_deg))
    return cv2.fillPoly(canvas, [np.rint(box).astype(np.int32)], 1) > 0


def disc(diameter: int) -> np.ndarray:
    return cv2.circle(np.zeros((100, 100), np.uint8), (50, 50), diameter // 2, 1, -1) > 0


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Return intersection over union of two masks laid with their middles on each other."""
    h, w = np.maximum(one.shape, other.shape)
    both = []
    for mask in (one, other):
        y, x = (h - mask.shape[0]) // 2, (w - mask.shape[1]) // 2
        both.append(np.pad(mask, ((y, h - mask.shape[0] - y), (x, w - mask.shape[1] - x))))
    return np.count_nonzero(both[0] & both[1]) / np.count_nonzero(both[0] | both[1])


def cut(mask: np.ndarray) -> np.ndarray:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@pytest.mark.parametrize("angle_deg", [0.0, 30.0, -75.0, 90.0])
@pytest.mark.parametrize(("length", "width"), [(40, 20), (120, 30), (90, 12)])
def test_a_mask_comes_back_from_its_frame_as_it_was(length, width, angle_deg):
    mask = bar(length, width, angle_deg)
    one = framed(mask, 64)
    assert one.length_px == pytest.approx(length, abs=4) and one.width_px == pytest.approx(width_of(mask), rel=0.1)
    apart = (one.angle_deg - angle_deg + 90) % 180 - 90
    assert abs(apart) < 2
    assert overlap(cut(mask), unframed(one.field, one.length_px, one.width_px, one.angle_deg)) > 0.87


def test_in_its_frame_a_mask_lies_level_and_fills_its_share():
    one = framed(bar(100, 20, 50.0), 64)
    rows, columns = (np.flatnonzero((one.field > 0).any(axis=axis)) for axis in (1, 0))
    assert np.ptp(columns) == pytest.approx(FILLED * 64, abs=2) and np.ptp(rows) < 14
    assert abs(columns.mean() - 31.5) < 1 and abs(rows.mean() - 31.5) < 1


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_long_thin_mask_holds_together_and_keeps_its_width(width):
    x = np.arange(300)
    mask = np.zeros((60, 300), bool)
    for row in range(width):
        mask[(30 + 12 * np.sin(x / 40)).astype(int) + row, x] = True
    one = framed(mask, 64)
    assert is_thin(one.field)
    back = unframed(one.field, one.length_px, one.width_px, one.angle_deg)
    assert cv2.connectedComponents(back.astype(np.uint8))[0] - 1 <= (2 if width == 1 else 1)
    assert width_of(back) == pytest.approx(width, abs=0.8) and back.shape[1] > 285


@pytest.mark.parametrize("mask", [np.ones((1, 1), bool), np.ones((1, 2), bool), np.eye(3, dtype=bool)])
def test_the_smallest_masks_have_a_frame(mask):
    one = framed(mask, 64)
    assert np.isfinite(one.field).all() and (one.field > 0).any()
    back = unframed(one.field, one.length_px, one.width_px, one.angle_deg)
    assert back.any() and max(back.shape) <= 5


def test_a_field_says_the_distance_to_its_outline():
    distance = np.linspace(-8, 8, 65, dtype=np.float32)
    assert to_distance(to_field(distance, 64), 64) == pytest.approx(distance, abs=1e-3)


def test_dust_of_a_field_is_left_out_and_chance_alone_still_gives_a_mask():
    field = framed(disc(40), 64).field.copy()
    field[2, 2] = 0.9
    assert max(unframed(field, 40, 20, 0.0).shape) < 44
    noise = texture_rng(0).standard_normal((64, 64)).astype(np.float32).clip(-1, 1)
    assert unframed(noise, 30.0, 3.0, 10.0).any()


def test_a_copy_is_told_however_it_is_turned_and_mirrored():
    triangle = np.zeros((80, 80), np.uint8)
    cv2.fillPoly(triangle, [np.array([[5, 70], [75, 60], [20, 8]])], 1)
    known = np.stack([framed(disc(30), 64).field, framed(triangle > 0, 64).field])
    turned = np.rot90(framed(triangle > 0, 64).field, 3)[:, ::-1]
    assert likeness(turned, known) == 1.0
    assert likeness(framed(bar(90, 9, 0), 64).field, known) < 0.6
    assert likeness(turned, known[:0]) == 0.0


def examples(*named: tuple[str, np.ndarray]) -> list[Example]:
    return [Example(category=name, pixels=np.zeros((*mask.shape, 3), np.float32),
                    surface=np.zeros((*mask.shape, 3), np.float32), alpha=mask.astype(np.float32))
            for name, mask in named]  # fmt: skip


def test_batches_of_outlines_follow_from_the_seed_and_never_repeat():
    masks = Masks(examples=examples(("bar", bar(60, 12, 20)), ("disc", disc(24))), classes=("bar", "disc"))
    first, again, later = masks.batch(3, 6), masks.batch(3, 6), masks.batch(4, 6)
    assert masks.channels == 3 and np.array_equal(first.alpha, again.alpha)
    assert not np.array_equal(first.alpha, later.alpha)
    assert len({field.tobytes() for field in (*first.alpha, *first.good_alpha)}) == 12
    assert first.alpha.shape == (6, 1, 32, 32) and first.alpha.min() >= 0 and first.alpha.max() <= 1
    assert np.allclose(first.defect, (2 * first.alpha - 1) * GAIN / 2, atol=1e-5) and set(first.label) <= {0, 1}


def test_outlines_in_batches_are_of_their_class_and_in_their_frame():
    masks = Masks(examples=examples(("bar", bar(60, 8, 70)), ("disc", disc(24))), classes=("bar", "disc"))
    batch = masks.batch(0, 200)
    assert 0.4 < batch.label.mean() < 0.6
    for field, label in zip(batch.alpha[:, 0], batch.label, strict=True):
        rows, columns = (np.ptp(np.flatnonzero((field > 0.5).any(axis=axis))) for axis in (1, 0))
        assert (columns > 1.3 * rows) if label == 0 else (0.4 < columns / rows < 2.5)
