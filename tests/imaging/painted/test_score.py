"""How painted defects are judged: cases of which the answer is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from generator.imaging.painted.copy import Copies, change_of
from generator.imaging.painted.likeness import Likeness, described
from generator.imaging.painted.score import Judge
from tests.imaging.painted.made import SIDE, extent, grain, outline, painted

MASKS = [outline(turn) for turn in (0, 20, 45, 70, 110)]
EXTENTS = np.stack([extent(mask) for mask in MASKS])
CROPS = np.stack([painted(grain(seed), alpha, seed=seed) for seed, alpha in enumerate(EXTENTS)])


def scores(change: np.ndarray, alpha: np.ndarray):
    surface = painted(np.zeros_like(alpha), alpha)
    both = np.clip(surface + change[..., None], 0, 1).astype(np.float32)
    return Judge.of(None, None).scores(surface, alpha, both[None], 1.0)[0]


def test_what_does_not_change_is_not_seen_and_has_no_seam():
    score = scores(np.zeros((SIDE, SIDE), np.float32), EXTENTS[0])
    assert score.seen == 0 and not score.is_seen and score.seamless == 1 and score.total == 0


def test_seen_is_the_share_of_the_outline_that_stands_out_of_the_noise():
    half = np.where(np.arange(SIDE) < SIDE // 2, -0.2, 0.0).astype(np.float32)
    seen = scores(half * (EXTENTS[0] >= 1), EXTENTS[0]).seen
    assert seen == pytest.approx(0.5, abs=0.05)


def test_a_step_at_the_border_is_a_seam_and_a_fading_change_is_none():
    alpha = EXTENTS[0]
    step, fading = scores(-0.2 * (alpha > 0), alpha), scores(-0.2 * (alpha >= 1), alpha)
    assert step.seamless < 0.05 and fading.seamless > 0.95 and step.seen == fading.seen == 1
    assert step.total < fading.total


def test_a_step_as_the_surface_takes_itself_is_no_seam():
    alpha = EXTENTS[0]
    rough = np.random.default_rng(0).uniform(0.2, 0.8, (SIDE, SIDE, 1)).astype(np.float32)
    judged = Judge.of(None, None).scores(rough, alpha, (rough - 0.15 * (alpha > 0)[..., None])[None], 1.0)[0]
    assert judged.seamless == 1


def test_a_defect_like_the_real_ones_is_nearer_than_one_of_another_look():
    likeness = Likeness.of(CROPS, EXTENTS)
    alpha = extent(outline(80))
    alike = likeness.score(painted(grain(50), alpha), alpha)
    bright = likeness.score(painted(-grain(50), alpha), alpha)
    flat = likeness.score(painted(np.full((SIDE, SIDE), -0.25, np.float32), alpha), alpha)
    noisy = likeness.score(painted(grain(50) * 3 + 0.5, alpha), alpha)
    assert alike > 0.5 > max(bright, flat, noisy)
    assert likeness.score(CROPS[0], EXTENTS[0]) == pytest.approx(1.0)


def test_a_description_is_of_the_defect_and_not_of_the_surface():
    alpha = EXTENTS[0]
    dark, light = (described(painted(level * grain(1), alpha, level=level), alpha) for level in (0.4, 0.8))
    other = described(painted(-0.6 * grain(1), alpha, level=0.6), alpha)
    assert np.abs(dark - light)[:8].max() < 0.1 * np.abs(dark - other)[:8].max()
    assert np.isfinite(described(CROPS[0], np.ones((SIDE, SIDE), np.float32))).all()
    assert described(np.repeat(CROPS[0], 3, axis=2), alpha)[8:10] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("turn", range(8))
def test_a_copy_is_found_in_all_its_turns(turn):
    crop, alpha = np.rot90(CROPS[2], turn % 4), np.rot90(EXTENTS[2], turn % 4)
    crop, alpha = (np.ascontiguousarray(a[:, ::-1] if turn > 3 else a) for a in (crop, alpha))
    alike, nearest = Copies.of(CROPS, EXTENTS).nearest(change_of(crop, alpha), alpha)
    assert alike > 0.95 and nearest == 2


@pytest.mark.parametrize(("turn_deg", "scale"), [(33, 1.0), (-75, 1.2), (160, 0.8)])
def test_a_copy_is_found_at_any_angle_size_and_strength(turn_deg, scale):
    matrix = cv2.getRotationMatrix2D(((SIDE - 1) / 2,) * 2, turn_deg, scale)
    change, alpha = (cv2.warpAffine(a, matrix, (SIDE, SIDE)) for a in (grain(3), EXTENTS[3]))
    crop = painted(0.6 * change, alpha, level=0.4)
    alike, nearest = Copies.of(CROPS, EXTENTS).nearest(change_of(crop, alpha), alpha)
    assert alike > 0.85 and nearest == 3


def test_another_grain_in_the_same_outline_is_no_copy():
    judge, surface = Judge.of(CROPS, EXTENTS), painted(np.zeros((SIDE, SIDE)), EXTENTS[2])
    others = [painted(grain(seed), EXTENTS[2]) for seed in range(50, 60)]
    likeness = [judge.copy(surface, other, EXTENTS[2], 1.0)[0] for other in others]
    assert max(likeness) < 0.85 and min(likeness) >= 0


def test_a_change_learned_by_heart_is_found_on_a_surface_that_hides_it():
    lines = np.repeat(np.where(np.arange(SIDE) % 12 < 6, 0.3, 0.8)[None], SIDE, axis=0)
    surface = painted(np.zeros((SIDE, SIDE)), EXTENTS[2], level=lines[..., None])
    copied = painted(grain(2), EXTENTS[2], level=lines[..., None])
    alike, nearest = Judge.of(CROPS, EXTENTS).copy(surface, copied, EXTENTS[2], 1.0)
    assert alike > 0.9 and nearest == 2
    assert Copies.of(CROPS, EXTENTS).nearest(change_of(copied, EXTENTS[2]), EXTENTS[2])[0] < 0.85


def test_without_real_ones_nothing_is_a_copy():
    judge = Judge.of(CROPS[:0], EXTENTS[:0])
    assert judge.copy(CROPS[0], CROPS[1], EXTENTS[0], 1.0) == (0.0, -1)
    assert judge.scores(CROPS[0], EXTENTS[0], CROPS[:1], 1.0)[0].real == 1.0


def test_crops_of_which_nothing_is_surface_and_one_without_a_defect_are_judged_too():
    everything = np.stack([np.ones_like(EXTENTS[0]), np.zeros_like(EXTENTS[0]), EXTENTS[0]])
    judge = Judge.of(CROPS[:3], everything)
    score = judge.scores(CROPS[0], everything[0], CROPS[:1], 1.0)[0]
    assert all(0 <= number <= 1 for number in score.to_json().values())
    assert judge.copy(CROPS[1], CROPS[0], everything[0], 1.0)[0] > 0.95
