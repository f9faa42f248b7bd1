"""Text on surfaces keeps the laws: labels from what is on the image, the same bytes, twins, depth."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from generator import samples
from generator.cli.compose import compose_config
from generator.core.errors import ConfigError
from generator.core.sample import Sample
from generator.dataset.format.ocr.line import box_of, word_box
from generator.dataset.record import Record
from generator.run.pipeline import Pipeline

FAULTS = "text/fault=[smear,blot,missing_part,double_print,weak_ink,cut,misplaced_line]"
SCENES = {
    "line": (),
    "blurred line": ("camera=full",),
    "turned line": ("text/warp=tilt", "camera=mild"),
    "engraved line": ("source=drawn/ground_tile", "text/marking=engraved", "text/warp=perspective"),
    "dots": ("text/font=dot_matrix", "text/marking=dot_matrix", "camera=full"),
    "surface": ("source=part", "source.size_wh=[320,320]", "roi=auto", "text/layout=surface", "camera=full"),
    "label": ("source=drawn/plain_label", "source.size_wh=[400,400]", "text/layout=food_label"),
    "knocked camera": ("drift=camera_moved", "text.layout.margin_x=[3,3]", "text.layout.image_height_px=120"),
    "print defects": (FAULTS, "good_share=0", "camera=mild"),
}


def made(*overrides: str, count: int = 4) -> list[Sample]:
    return list(samples("recipe=text", "text/corpus=lot_code", f"count={count}", "seed=5", *overrides))


@pytest.fixture(scope="module", params=SCENES)
def scene(request) -> list[Sample]:
    return made(*SCENES[request.param])


def test_every_readable_character_has_ink_a_box_and_a_quad(scene):
    lines = [(sample, line) for sample in scene for line in sample.text]
    assert lines
    for sample, line in lines:
        assert len(line.chars) == len(line.char_quads_xy) == len(line.char_boxes_xywh) == len(line.char_readable)
        for char in line.each_char():
            if char.is_readable:
                x, y, w, h = char.bbox_xywh
                ink = sample.char_mask[y : y + h, x : x + w] == char.number
                assert ink.any(axis=1)[[0, -1]].all() and ink.any(axis=0)[[0, -1]].all()
                assert np.count_nonzero(ink) == np.count_nonzero(sample.char_mask == char.number)


def test_letters_spell_the_text_and_words_hold_them(scene):
    for sample in scene:
        for line in sample.text:
            assert "".join(line.chars) == line.text.replace(" ", "")
            assert " ".join(word.text for word in line.words) == " ".join(line.text.split())
            for word in line.words:
                assert "".join(line.chars[word.first : word.stop]) == word.text


def test_quads_hold_the_ink(scene):
    for sample in scene:
        for line in sample.text:
            for char in line.each_char():
                if char.is_readable and line.is_readable:
                    x, y, w, h = char.bbox_xywh
                    left, top = char.quad_xy.min(axis=0)
                    right, bottom = char.quad_xy.max(axis=0)
                    off = max(left - x, top - y, x + w - right, y + h - bottom)
                    assert off < 0.3 * line.params["height_px"] + 2


def test_image_and_blank_differ_only_where_a_character_may_be(scene):
    for sample in scene:
        differs = (sample.good != sample.blank).any(axis=2)
        if sample.owner is None:
            assert not differs.any()
        else:
            assert not (differs & (sample.owner == 0)).any()


@pytest.mark.parametrize(
    "more",
    [
        ("camera=mild",),
        ("defects_per_image=[2,3]", "text/marking=inkjet"),
        ("text/fault=[misplaced_line,weak_ink,missing_part]", "defects_per_image=[2,2]"),
    ],
)
def test_the_mask_law_holds_for_print_defects(more):
    found = 0
    for sample in made(FAULTS, "good_share=0", *more, count=24):
        changed = (sample.image != sample.good).any(axis=2)
        labelled = np.zeros(sample.hw, bool)
        for instance in sample.instances:
            labelled |= instance.mask.full(sample.hw)
        assert np.array_equal(changed, labelled)
        found += len(sample.instances)
    assert found >= 24


@pytest.mark.parametrize("warp", ["arc", "circle", "wave", "cylinder", "perspective"])
def test_quads_and_outlines_of_bent_lines_and_words_hold_their_ink(warp):
    for sample in made("text/corpus=key_value", f"text/warp={warp}", "text.layout.image_height_px=null", count=6):
        for line in sample.text:
            for part, first, stop in [(line, 0, len(line.chars)), *((w, w.first, w.stop) for w in line.words)]:
                ink = np.isin(sample.char_mask, line.first_number + np.arange(first, stop))
                for outline in filter(None.__ne__, (part.quad_xy, part.polygon_xy)):
                    shape = np.zeros(sample.hw, np.uint8)
                    cv2.fillPoly(shape, [np.round(outline - 0.5).astype(np.int32)], 1)
                    shape = cv2.dilate(shape, np.ones((3, 3), np.uint8))
                    assert np.count_nonzero(ink & (shape > 0)) >= 0.97 * np.count_nonzero(ink)
                (ax, ay), (bx, by), (cx, cy) = part.quad_xy[:3]
                assert (bx - ax) * (cy - by) - (by - ay) * (cx - bx) > 0, "clockwise as displayed"


def test_a_harmed_text_keeps_its_ink_among_others():
    scene = ("text/layout=surface", "source.size_wh=[300,300]", "text.layout.count=[4,6]")
    for sample in made("text/fault=[smear,misplaced_line]", "good_share=0", *scene, count=10):
        for line in sample.text:
            near = 1.5 * line.params["height_px"]
            for char in line.each_char():
                x, y, w, h = char.bbox_xywh
                left, top = char.quad_xy.min(axis=0)
                right, bottom = char.quad_xy.max(axis=0)
                assert w == 0 or max(left - x, top - y, x + w - right, y + h - bottom) < near


def test_the_same_index_gives_the_same_sample(scene, request):
    again = made(*SCENES[request.node.callspec.params["scene"]])
    for one, other in zip(scene, again, strict=True):
        assert np.array_equal(one.image, other.image)
        assert np.array_equal(one.blank, other.blank)
        assert one.text == other.text


@pytest.mark.parametrize("mode", ["mono8", "mono16", "rgb8"])
def test_depth_and_channels_are_the_source_s(mode):
    for sample in made(f"source.mode={mode}", "camera=mild", count=2):
        assert sample.image.dtype == (np.uint16 if mode == "mono16" else np.uint8)
        assert sample.image.shape[2] == (3 if mode == "rgb8" else 1)
        assert sample.image.max() <= sample.source.white
        assert sample.text[0].char_boxes_xywh.shape == (len(sample.text[0].chars), 4)


def test_a_defect_that_lies_over_text_is_no_ink():
    overrides = ("recipe=text_defect", "text/corpus=lot_code", "source=drawn/printed_label", "seed=3", "good_share=0")
    overrides += ("text/layout=surface", "defect=[metal/scratch]", "source.size_wh=[256,256]", "roi=auto")
    marked = list(samples(*overrides, "count=6"))
    assert any(sample.instances and sample.text for sample in marked)
    for sample in marked:
        changed = (sample.image != sample.good).any(axis=2)
        only_scratch = changed & (sample.good == sample.blank).all(axis=2)
        assert not sample.text or not (sample.char_mask[only_scratch] > 0).any()


def test_plain_text_on_one_colour_is_labelled_as_measuring_would_label_it(monkeypatch):
    from generator.text.page import Page

    quick, off = made(count=12), []
    monkeypatch.setattr(Page, "_is_plain", lambda *_: False)
    for fast, slow in zip(quick, made(count=12), strict=True):
        off.append(int(np.abs(fast.image.astype(int) - slow.image).max()))
        assert off[-1] <= 64 * slow.text[0].params["contrast"]  # strokes finer than a pixel are brought to a band
        assert fast.text[0].text == slow.text[0].text
        assert np.abs(fast.text[0].char_boxes_xywh - slow.text[0].char_boxes_xywh).max() <= 1
        assert np.mean(fast.char_mask != slow.char_mask) < 0.005
    assert np.median(off) <= 1


def test_ink_that_a_blot_adds_is_no_character_s():
    for sample in made("text/fault=[blot]", "text.fault.blot.radius=[0.5,0.6]", "good_share=0", count=8):
        sound = (sample.good != sample.blank).any(axis=2)
        assert not ((sample.char_mask > 0) & ~sound).any()
        assert ((sample.image != sample.blank).any(axis=2) & ~sound).any()


def test_a_layout_on_a_surface_without_a_size_is_refused_and_one_without_room_is_found():
    with pytest.raises(ConfigError, match="size_wh"):
        made("text/layout=surface")
    for sample in made("text/layout=surface", "source.size_wh=[24,24]", "text.layout.height=[20px,20px]"):
        assert not sample.text and [f.code for f in sample.findings if f.severity == "error"] == ["no_room"]


def test_a_mistake_in_a_part_of_the_text_is_named_with_its_own_key():
    with pytest.raises(ConfigError) as caught:
        made("text.layout.image_height_px=4")
    assert caught.value.where == "text.layout.image_height_px"


def test_print_defects_and_surface_defects_share_a_sample():
    over = ("recipe=text_defect", "text/corpus=lot_code", "text/fault=[smear]", "defect=[metal/scratch]", "count=12")
    marked = list(samples(*over, "source=drawn/plain_label", "source.size_wh=[256,256]", "seed=2", "good_share=0"))
    assert {i.category for sample in marked for i in sample.instances} == {"smear", "scratch"}


def test_letters_that_the_camera_cuts_cannot_be_read():
    cut = made("drift=camera_moved", "drift.severity=5", count=10)
    assert any(not line.is_readable for sample in cut for line in sample.text)
    for sample in cut:
        for line in sample.text:
            for char in line.each_char():
                centre = char.quad_xy.mean(axis=0)
                if char.is_readable:
                    assert 0 <= centre[0] <= sample.hw[1] and 0 <= centre[1] <= sample.hw[0]


def test_signs_without_ink_are_no_text(tmp_path):
    (tmp_path / "list.txt").write_text("zero\u200bwidth\n", encoding="utf-8")
    [sample] = made("text/corpus=file", f"text.corpus.path={tmp_path / 'list.txt'}", count=1)
    assert sample.text[0].text == "zerowidth"


def test_letters_too_small_to_be_read_are_found():
    [sample] = made("text.layout.image_height_px=8", count=1)
    assert "illegible" in [f.code for f in sample.findings if f.severity == "error"]


def test_signs_that_nobody_sees_are_no_letters(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("AB\u200eC\n\u2066D\u2069E\u202c\n", encoding="utf-8")
    found = list(samples("recipe=text", "text/corpus=file", f"text.corpus.path={path}", "count=2"))
    assert [(line.text, line.chars) for sample in found for line in sample.text] == [
        ("ABC", ("A", "B", "C")),
        ("DE", ("D", "E")),
    ]


def test_lines_that_no_face_can_write_are_named(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("".join(f"ABC{n}\n" for n in range(80)) + "漢字\n", encoding="utf-8")
    config = compose_config("generate", ["recipe=text", "text/corpus=file", f"text.corpus.path={path}", "count=2"])
    [said] = [finding for finding in Pipeline(config).findings() if finding.code == "text_never_written"]
    assert said.severity == "warning" and "1 of 81 texts" in said.message and "'漢字'" in said.message


@pytest.mark.parametrize("warp", ["arc", "wave", "cylinder"])
def test_the_box_of_a_bent_word_lies_in_the_image_and_holds_its_ink_closely(warp):
    closer = []
    for sample in made("text/corpus=words", f"text/warp={warp}", count=12):
        record = Record.of_sample(sample, "x.png")
        for line in sample.text:
            for word in line.words:
                x, y, w, h = word_box(word, record)
                assert x >= 0 and y >= 0 and x + w <= record.width and y + h <= record.height
                rows, columns = np.nonzero(
                    np.isin(sample.char_mask, range(line.first_number + word.first, line.first_number + word.stop))
                )
                assert x - 1 <= columns.min() and columns.max() <= x + w and y - 1 <= rows.min() and rows.max() <= y + h
                closer.append(w * h / np.prod(box_of(word.quad_xy)[2:]))
    assert max(closer) < 1.001 and min(closer) < 0.9
