"""Lines and characters are cut out as the rule says: whole px untouched, slanted ones by the exact map."""

import cv2
import numpy as np
import pytest

from generator.core.errors import ConfigError
from generator.core.text import TextLine
from generator.dataset.format.ocr.part import char_parts, is_line_image, line_parts, put_parts, view_of
from generator.imaging.warp import quad_to_quad
from tests.dataset.format.ocr.text_toy import corners, data_set, line, line_image, record, rotated, scene

NOISE = np.random.default_rng(5).integers(0, 65535, (60, 90, 3)).astype(np.uint16)


@pytest.mark.parametrize("turns", range(4))
def test_a_straight_quad_is_cut_out_without_changing_a_value(turns):
    quad = np.roll(corners(20, 15, 30, 12), -turns, axis=0)
    view = view_of(quad, NOISE.shape[:2], 2)
    seen = view.cut(NOISE)
    np.testing.assert_array_equal(seen, np.rot90(NOISE[13:29, 18:52], turns))
    assert view.wh == (seen.shape[1], seen.shape[0])
    own = corners(2, 2, *((30, 12) if turns % 2 == 0 else (12, 30)))
    np.testing.assert_allclose(view.to.forward(quad), own)


def test_a_straight_quad_at_the_border_ends_with_the_image():
    view = view_of(corners(-3, 50, 20, 30), (60, 90), 2)
    assert view.rect.xywh == (0, 48, 19, 12)
    np.testing.assert_array_equal(view.cut(NOISE), NOISE[48:60, 0:19])


@pytest.mark.parametrize("shift", [0.0, 0.49])
def test_a_quad_within_half_a_pixel_of_a_box_counts_as_straight(shift):
    quad = corners(20, 15, 30, 12) + np.array([[0, shift], [0, 0], [0, 0], [shift, 0]], np.float32)
    assert view_of(quad, (60, 90), 2).rect.xywh == (18, 13, 34, 16)


def test_a_slanted_quad_is_rectified_pixel_centre_by_pixel_centre():
    y, x = np.mgrid[:200, :300] + 0.5
    plane = np.rint(1000 + 60 * x + 90 * y).astype(np.uint16)[..., None]
    quad = np.array([(60, 40), (210, 75), (200, 120), (52, 90)], np.float32)
    view = view_of(quad, (200, 300), 4)
    seen = view.cut(plane)
    v, u = np.mgrid[: view.wh[1], : view.wh[0]] + 0.5
    at = view.to.backward(np.stack([u.ravel(), v.ravel()], axis=1))
    expected = (1000 + 60 * at[:, 0] + 90 * at[:, 1]).reshape(v.shape)
    assert np.abs(seen[..., 0] - expected).max() < 8  # half a pixel would be 75


def test_a_rectified_line_keeps_its_height_and_its_letters():
    upright = np.full((60, 160, 1), 250, np.uint8)
    cv2.putText(upright, "Ab12", (12, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (20,), 3, cv2.LINE_AA)
    upright = cv2.GaussianBlur(upright, (0, 0), 1.5)[..., None]
    box = corners(8, 10, 110, 40)
    quad = rotated(box + 60, (140.0, 100.0), 23.0)
    matrix = quad_to_quad(box - 0.5, quad - 0.5)
    photo = cv2.warpPerspective(upright, matrix, (260, 240), flags=cv2.INTER_CUBIC, borderValue=250)[..., None]
    view = view_of(quad, (240, 260), 4)
    assert view.wh == (118, 48)
    difference = cv2.absdiff(view.cut(photo)[4:44, 4:114], upright[10:50, 8:118, 0][..., None])
    assert difference.max() < 12  # half a pixel would be 43


def test_what_lies_beyond_the_image_repeats_its_border():
    quad = rotated(corners(-10, 5, 40, 10), (10.0, 10.0), 20.0)
    seen = view_of(quad, (60, 90), 2).cut(np.full((60, 90, 1), 77, np.uint8))
    assert (seen == 77).all()


def test_points_move_with_the_pixels(tmp_path):
    parts = {part.line.text: part for part in line_parts(scene(tmp_path))}
    assert list(parts) == ["LOT 12,5", "aA:µ", "up", "down", "curve"]
    straight = parts["LOT 12,5"].line
    np.testing.assert_array_equal(straight.char_boxes_xywh[0], (2, 2, 4, 8))
    np.testing.assert_allclose(straight.char_quads_xy[0], corners(2, 2, 4, 8))
    slanted = parts["aA:µ"]
    np.testing.assert_allclose(slanted.line.quad_xy, corners(2, 2, 22, 8), atol=1e-3)
    np.testing.assert_allclose(slanted.line.char_quads_xy[3], corners(20, 2, 4, 8), atol=1e-3)
    assert len(slanted.line.char_boxes_xywh) == 0
    for name in ("up", "down"):
        boxes = [(2 + 6 * at, 2, 4, 8) for at in range(len(name))]
        np.testing.assert_array_equal(parts[name].line.char_boxes_xywh, boxes)


def test_every_letter_of_a_turned_line_stands_upright_on_its_own_image(tmp_path):
    one = scene(tmp_path)
    data = data_set(tmp_path, one)
    parts = char_parts(one)
    names = put_parts(data, one, parts, tmp_path / "out")
    assert names[:2] == ["scene@1.1.png", "scene@1.2.png"]
    texts = "".join(part.line.text for part in parts)
    assert texts == "LOT12,5aA:µupdowncurveOV"  # no distractor, and of OCV what can be read
    for name in names:
        pixels = cv2.imread(str(tmp_path / "out" / name))
        assert pixels.shape[:2] == (12, 8)
        assert (pixels[4:8, 3:5] < 60).all(), name
        assert pixels[0].min() > 120


def test_an_image_is_a_line_when_it_holds_little_else(tmp_path):
    assert is_line_image(line_image(tmp_path))
    assert is_line_image(record(tmp_path, "a", "train", (9, 9), [TextLine(text="x")]))
    wide = line("ABCDEFGH", 10, 10)
    assert not is_line_image(record(tmp_path, "b", "train", (200, 60), [wide]))
    assert not is_line_image(record(tmp_path, "c", "train", (60, 60), [wide]))
    assert not is_line_image(record(tmp_path, "d", "train", (60, 24), [wide, line("x", 2, 2)]))
    assert not is_line_image(record(tmp_path, "e", "train", (60, 24), [line("ABCDEFGH", 10, 10, clockwise_deg=180.0)]))
    assert not is_line_image(record(tmp_path, "f", "train", (60, 24), [wide.with_(is_readable=False)]))


def test_one_of_several_lines_without_a_place_is_refused(tmp_path):
    one = record(tmp_path, "a", "train", (60, 60), [line("AB", 2, 2), TextLine(text="no place")])
    with pytest.raises(ConfigError, match=r"image a: expected lines whose places are known.*'no place'"):
        line_parts(one)


def test_a_line_beyond_the_image_is_refused(tmp_path):
    one = record(tmp_path, "a", "train", (60, 60), [line("AB", 2, 2)])
    far = record(tmp_path, "b", "train", (60, 60), [line("AB", 2, 2), line("CD", 100, 100)])
    assert len(line_parts(one)) == 1
    with pytest.raises(ConfigError, match="image b: expected text on the image of 60 x 60 px, got 'CD'"):
        line_parts(far)
