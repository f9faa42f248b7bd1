"""The review sheet."""

from __future__ import annotations

import numpy as np
import pytest

from generator.harvest.sheet import PAGE_ROWS, Row, write_sheet
from generator.imaging.codec import decode_image

RED, GREEN = (255, 84, 84), (0, 214, 143)


def row(hw=(40, 60), review=False, dtype=np.uint8, channels=1, white=255, box=(20, 10, 8, 6), **more) -> Row:
    x, y, w, h = box
    mask = np.zeros(hw, bool)
    mask[y : y + h, x : x + w] = True
    return Row(
        pixels=np.full((*hw, channels), white // 2, dtype), white=white, mask=mask, bbox_xywh=box, category="pit",
        name="0a1b images/x.png", score=0.3 if review else 0.9, review=review,
        reasons=("no contrast with what is beside it",) if review else (), **more,
    )  # fmt: skip


def colours_of(path) -> np.ndarray:
    return decode_image(path.read_bytes(), path.name).pixels.reshape(-1, 3)


def has(pixels, colour) -> bool:
    return bool((pixels == colour).all(axis=1).any())


@pytest.mark.parametrize(("dtype", "channels", "white"), [(np.uint8, 1, 255), (np.uint16, 1, 4095), (np.uint8, 3, 255)])
def test_a_flagged_mask_is_red_and_a_sound_one_green(tmp_path, dtype, channels, white):
    for review in (True, False):
        [path] = write_sheet([row(review=review, dtype=dtype, channels=channels, white=white)], tmp_path / "a.png")
        pixels = colours_of(path)
        assert has(pixels, RED) == review
        assert has(pixels, GREEN) != review


def test_flagged_ones_come_first(tmp_path):
    rows = [row()] * 7 + [row(review=True)]
    [path] = write_sheet(rows, tmp_path / "a.png")
    sheet = decode_image(path.read_bytes(), path.name).pixels
    red = (sheet == RED).all(axis=2)
    assert red.any()
    assert np.flatnonzero(red.any(axis=0)).max() < sheet.shape[1] / 4
    assert np.flatnonzero(red.any(axis=1)).max() < sheet.shape[0] * 0.6


def test_many_are_parted_into_pages(tmp_path):
    paths = write_sheet([row()] * (PAGE_ROWS + 1), tmp_path / "review.png")
    assert [path.name for path in paths] == ["review.png", "review-2.png"]
    assert all(path.is_file() for path in paths)


def test_no_cut_out_is_still_a_picture(tmp_path):
    [path] = write_sheet([], tmp_path / "review.png")
    assert colours_of(path).size


@pytest.mark.parametrize("box", [(0, 0, 1, 1), (59, 39, 1, 1), (0, 0, 60, 40), (0, 20, 60, 1)])
def test_boxes_at_the_border_and_as_large_as_the_image_are_drawn(tmp_path, box):
    [path] = write_sheet([row(box=box)], tmp_path / "a.png")
    assert has(colours_of(path), (240, 228, 66))


def test_the_sheet_has_the_same_bytes_again(tmp_path):
    first, second = (write_sheet([row(), row(review=True)], tmp_path / name)[0] for name in ("a.png", "b.png"))
    assert first.read_bytes() == second.read_bytes()
