"""Masks found in boxes: how near they come, and that poor ones are flagged."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from generator.core.geometry import mask_to_rect
from generator.harvest.box_mask import REVIEW_BELOW, BoxMask, mask_of_box
from generator.harvest.cut import pieces

WHITE = {np.uint8: 255, np.uint16: 4095}


def drawn(mask, change=-0.4, noise=0.02, level=0.5, dtype=np.uint8, channels=1, seed=3):
    """Return a noisy surface, (H, W, C), changed under a mask, and its full scale."""
    rng = np.random.default_rng(seed)
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)[..., None]
    values = level * (1 + np.asarray(change) * soft) + rng.normal(0, noise, (*mask.shape, channels))
    white = WHITE[dtype]
    return np.clip(np.rint(values * white), 0, white).astype(dtype), white


def blob(hw=(80, 100), at=(50, 40), axes=(14, 9), angle=25):
    mask = np.zeros(hw, np.uint8)
    cv2.ellipse(mask, at, axes, angle, 0, 360, 1, -1)
    return mask > 0


def crack(hw=(90, 120)):
    mask = np.zeros(hw, np.uint8)
    points = np.array([(15, 20), (35, 34), (50, 33), (70, 50), (84, 66), (105, 70)])
    cv2.polylines(mask, [points.reshape(-1, 1, 2)], False, 1, 2)
    return mask > 0


def box_of(mask, by=0):
    return mask_to_rect(mask).grown(by).clipped(mask.shape).xywh


def overlap(found: BoxMask, mask) -> float:
    assert found.mask is not None
    return np.count_nonzero(found.mask & mask) / np.count_nonzero(found.mask | mask)


@pytest.mark.parametrize(
    ("how", "least"),
    [
        ({"change": -0.4}, 0.8),
        ({"change": 0.5}, 0.8),
        ({"change": -0.25, "noise": 0.05}, 0.6),
        ({"change": -0.4, "dtype": np.uint16}, 0.8),
        ({"change": (0.3, -0.15, -0.15), "channels": 3}, 0.8),
    ],
)
@pytest.mark.parametrize("looser_px", [0, 3])
def test_a_blob_is_found_in_its_box(how, least, looser_px):
    mask = blob()
    pixels, white = drawn(mask, **how)
    found = mask_of_box(pixels, white, box_of(mask, looser_px))
    assert overlap(found, mask) >= least
    assert not found.review


def test_a_crack_is_found_in_grain_in_which_its_pixels_drown():
    mask = crack()
    pixels, white = drawn(mask, change=-0.22, noise=0.07)
    assert overlap(mask_of_box(pixels, white, box_of(mask)), mask) >= 0.5


def test_a_mask_lies_within_its_box_and_is_the_same_again():
    mask = blob()
    pixels, white = drawn(mask, change=-0.3, noise=0.05)
    x, y, w, h = box_of(mask)
    first, second = (mask_of_box(pixels, white, (x + 4, y + 3, w - 8, h - 6)) for _ in range(2))
    assert first.mask.shape == mask.shape and first.mask.any()
    inside = np.zeros_like(mask)
    inside[y + 3 : y + h - 3, x + 4 : x + w - 4] = True
    assert not (first.mask & ~inside).any()
    assert np.array_equal(first.mask, second.mask)
    assert (first.score, first.reasons) == (second.score, second.reasons)


@pytest.mark.parametrize("seed", range(4))
def test_a_box_without_a_defect_is_flagged(seed):
    bare = np.zeros((80, 100), bool)
    pixels, white = drawn(bare, seed=seed, noise=0.04)
    found = mask_of_box(pixels, white, (30, 25, 34, 28))
    assert found.review and found.score < REVIEW_BELOW and found.reasons


def test_the_score_is_higher_where_more_was_found():
    mask = blob()
    clear, faint = (
        mask_of_box(*drawn(mask, change=change, noise=noise), box_of(mask))
        for change, noise in ((-0.5, 0.02), (-0.05, 0.05))
    )
    assert overlap(clear, mask) > overlap(faint, mask)
    assert clear.score > faint.score + 0.2


def test_a_plain_surface_holds_nothing():
    found = mask_of_box(np.full((40, 50, 1), 90, np.uint8), 255, (10, 10, 12, 9))
    assert found.mask is None and found.review
    assert found.reasons == ("nothing in the box differs from what is around",)


def test_a_box_off_the_image_holds_nothing():
    found = mask_of_box(np.full((40, 50, 1), 90, np.uint8), 255, (60, 10, 12, 9))
    assert found.mask is None and found.reasons == ("the box lies off the image",)


def test_a_box_as_large_as_the_image_is_flagged():
    mask = blob()
    pixels, white = drawn(mask)
    found = mask_of_box(pixels, white, (0, 0, 100, 80))
    assert found.review and "the box is as large as the image" in found.reasons


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_box_of_four_pixels_is_looked_at_and_flagged(dtype):
    mask = np.zeros((30, 30), bool)
    mask[12:16, 9:13] = True
    pixels, white = drawn(mask, dtype=dtype)
    found = mask_of_box(pixels, white, (9, 12, 4, 4))
    assert found.mask is not None and found.review
    assert "the box is too small to tell" in found.reasons


@pytest.mark.parametrize("at", [(0, 0), (99, 40), (50, 79)])
def test_a_blob_at_the_image_border_is_found(at):
    mask = blob(at=at)
    pixels, white = drawn(mask)
    assert overlap(mask_of_box(pixels, white, box_of(mask)), mask) >= 0.7


def test_a_box_between_pixels_is_rounded_and_cut_to_the_image():
    mask = blob(at=(5, 40))
    pixels, white = drawn(mask)
    x, y, w, h = box_of(mask)
    found = mask_of_box(pixels, white, (x - 6.3, y - 0.4, w + 6.6, h + 0.7))
    assert overlap(found, mask) >= 0.7


def test_another_defect_beside_the_box_is_no_surface_to_compare_with():
    mask, other = blob(at=(30, 40), axes=(10, 9)), blob(at=(58, 40), axes=(15, 30))
    pixels, white = drawn(mask | other)
    assert overlap(mask_of_box(pixels, white, box_of(mask), other), mask) >= 0.7


def test_a_large_box_is_looked_at_on_a_smaller_copy():
    mask = blob(hw=(700, 800), at=(400, 350), axes=(260, 190))
    pixels, white = drawn(mask)
    assert overlap(mask_of_box(pixels, white, box_of(mask)), mask) >= 0.85


def test_a_models_mask_is_taken_where_it_is_the_best_and_not_where_it_fills_the_box():
    mask = blob()
    noise = np.random.default_rng(0).normal(0, 1, mask.shape) * np.where(mask, 0.08, 0.05)
    pixels, white = np.rint((0.5 + noise) * 255).astype(np.uint8)[..., None], 255
    box, asked = box_of(mask), []

    def right(pixels, white, bbox_xywh):
        asked.append(bbox_xywh)
        return mask

    model = mask_of_box(pixels, white, box, segmenter=right)
    assert asked == [box]
    assert model.method == "model" and overlap(model, mask) == 1.0
    filled = mask_of_box(pixels, white, box, segmenter=lambda *_: np.ones_like(mask))
    assert filled.method != "model"
    nothing = mask_of_box(pixels, white, box, segmenter=lambda *_: np.zeros_like(mask))
    assert nothing.method != "model"


def test_a_given_mask_is_not_judged():
    given = BoxMask.given(blob())
    assert (given.score, given.method, given.reasons, given.review) == (1.0, "given", (), False)


CLASSES = {"magnetic_tile/tile": ("blowhole", "break", "crack", "fray"), "crackforest/asphalt": ("crack",)}
LEAST = {"blowhole": 0.6, "fray": 0.6, "break": 0.6, "magnetic_tile/tile crack": 0.6}


@pytest.mark.real
@pytest.mark.parametrize("looser", ["as drawn", "1 to 3 px", "5 %"])
def test_masks_found_in_boxes_of_real_defects_are_near_those_people_drew(real_data, looser):
    rng, rows, far = np.random.default_rng(0), [], []
    for folder, classes in CLASSES.items():
        splits = json.loads((real_data / folder / "splits.json").read_text())
        names = splits["train"]["defect"] + (splits["val"]["defect"] if folder.startswith("magnetic") else [])
        for category in classes:
            seen = [
                one for n in names if n.split("/")[1] == category for one in _found(real_data / folder, n, looser, rng)
            ]
            overlaps, scores, review = np.array(seen).T
            used = overlaps[review == 0]
            rows += seen
            print(
                f"{folder} {category}, boxes {looser}: {len(seen)}, median {np.median(overlaps):.2f}, flagged "
                f"{review.mean():.2f}, median of the others {np.median(used):.2f}, rank correlation "
                f"{_rank_correlation(overlaps, scores):.2f}"
            )
            least = LEAST.get(category, LEAST.get(f"{folder} {category}", 0.0))
            far += [(folder, category)] if np.median(overlaps) < least else []
    overlaps, scores, review = np.array(rows).T
    together = _rank_correlation(overlaps, scores)
    print(f"all: rank correlation of score and overlap {together:.2f}")
    assert not far
    assert together >= 0.6
    assert np.median(overlaps[review == 0]) > np.median(overlaps[review == 1]) + 0.2


def _found(data, name, looser, rng):
    """Yield overlap, score and review of each piece of an image's mask, found in its box."""
    pixels = cv2.imread(str(data / name), cv2.IMREAD_UNCHANGED)
    pixels = pixels[..., None] if pixels.ndim == 2 else np.ascontiguousarray(pixels[..., ::-1])
    whole = cv2.imread(str(data / name.replace("defect/", "masks/", 1)), cv2.IMREAD_GRAYSCALE) > 127
    for mask in pieces(whole):
        x, y, w, h = box_of(mask)
        left, top, right, bottom = {
            "as drawn": (0, 0, 0, 0),
            "1 to 3 px": tuple(int(px) for px in rng.integers(1, 4, 4)),
            "5 %": (0.05 * w, 0.05 * h, 0.05 * w, 0.05 * h),
        }[looser]
        box = x - left, y - top, w + left + right, h + top + bottom
        found = mask_of_box(pixels, 255, box, whole & ~mask)
        yield (overlap(found, mask) if found.mask is not None else 0.0), found.score, float(found.review)


def _rank_correlation(some, others) -> float:
    ranks = [np.argsort(np.argsort(values)) for values in (some, others)]
    return float(np.corrcoef(*ranks)[0, 1])
