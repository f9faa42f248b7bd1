"""The read-back law, for every format of text: reading what was written gives what the format can state."""

import dataclasses
import os

import cv2
import numpy as np
import pytest

from generator.core.errors import AssetError, ConfigError
from generator.core.text import TextLine
from generator.dataset.format.table import FORMATS
from generator.dataset.open import open_data, recognise
from generator.dataset.record import Record, Records
from tests.dataset.format.ocr.text_toy import alone, data_set, line_image, record, scene, stated
from tests.dataset.toy import file_bytes, label
from tests.dataset.toy import record as defect_record

OF_TEXT = {name: one for name, one in FORMATS.items() if one.is_text}
OF_LINES = ("paddleocr_rec", "lmdb", "trdg")
OF_PARTS = (*OF_LINES, "char_folders")
OF_CHARS = ("yolo_char", "char_folders")


@pytest.fixture(scope="module", params=OF_TEXT.values(), ids=OF_TEXT.keys())
def format_(request):
    return request.param


def expressed(data: Records, format_) -> list[Record]:
    """Return what a format states of a data set, image by image or part by part."""
    found = [format_.express(one) for one in data]
    return [one for item in found for one in (item if isinstance(item, tuple) else (item,))]


def check(data: Records, format_, path) -> Records:
    """Write, read, compare record by record, and return what was read."""
    format_.write(data, path)
    back = format_.read(path)
    wanted = {(one.key, one.split): one for one in expressed(data, format_)}
    assert {(one.key, one.split) for one in back} == set(wanted)
    assert len(back) == len(wanted)
    originals = {(one.key, one.split): data.root / one.image for one in data}
    for one in back:
        assert stated(one) == stated(wanted[one.key, one.split])
        pixels = cv2.imread(str(back.root / one.image), cv2.IMREAD_UNCHANGED)
        assert pixels.shape[:2] == one.hw
        if (one.key, one.split) in originals:
            assert (back.root / one.image).read_bytes() == originals[one.key, one.split].read_bytes()
    return back


def some_data(root, **more) -> Records:
    return data_set(
        root, scene(root), line_image(root), line_image(root, "b", "val", "xyz"), record(root, "n", "test", (9, 7))
    )


def test_lines_of_every_kind_come_back(format_, tmp_path):
    check(some_data(tmp_path / "in"), format_, tmp_path / "out")


def test_an_image_of_which_the_text_alone_is_known_comes_back(format_, tmp_path):
    root = tmp_path / "in"
    data = data_set(root, alone(root), line_image(root))
    if format_.name in OF_CHARS:
        with pytest.raises(ConfigError, match="image alone: expected lines whose characters have places, got 'Größe'"):
            format_.write(data, tmp_path / "out")
    else:
        check(data, format_, tmp_path / "out")


def test_a_data_set_of_no_image_comes_back(format_, tmp_path):
    (tmp_path / "in").mkdir()
    assert len(check(data_set(tmp_path / "in"), format_, tmp_path / "out")) == 0


def test_an_image_without_text_comes_back_without(format_, tmp_path):
    root = tmp_path / "in"
    back = check(data_set(root, record(root, "none", "train", (20, 10))), format_, tmp_path / "out")
    assert [one.text for one in back] == ([] if format_.name in OF_PARTS else [()])


@pytest.mark.parametrize(
    "text", ["A,B", "{x}", '"q"', "a\\b", "#1", "~", "- :", "0.5%", "é", "日本", "שלום", "🙂", "< >", "'", "A.png b"]
)
def test_any_text_comes_back_and_names_no_file(format_, text, tmp_path):
    root = tmp_path / "in"
    data = data_set(root, line_image(root, text=text))
    back = check(data, format_, tmp_path / "out" / "here")
    if format_.name not in (*OF_CHARS, "yolo_word"):
        assert [one.text[0].text for one in back] == [text]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["here"]
    assert not any(text in p.name for p in (tmp_path / "out").rglob("*") if len(text) > 1)


@pytest.mark.parametrize("key", ["../x", "a@1", "50%", "con", "x y", "ä", "a.png b"])
def test_any_key_comes_back(format_, key, tmp_path):
    root = tmp_path / "in"
    one = dataclasses.replace(scene(root), key=key)
    two = dataclasses.replace(line_image(root), key=f"{key}2")
    check(data_set(root, one, two), format_, tmp_path / "out")


def test_the_same_data_gives_the_same_bytes_wherever_it_lies(format_, tmp_path):
    written = []
    for place in ("one", "elsewhere/two"):
        data = some_data(tmp_path / place / "in")
        format_.write(data, tmp_path / place / "out")
        written.append(file_bytes(tmp_path / place / "out"))
    assert written[0] == written[1]
    assert not any(b"elsewhere" in content for content in written[1].values())


def test_whole_images_are_linked(format_, tmp_path):
    root = tmp_path / "in"
    format_.write(data_set(root, line_image(root)), tmp_path / "out")
    linked = any(p.samefile(root / "images/train/word.png") for p in (tmp_path / "out").rglob("*.png"))
    assert linked == (format_.name not in ("lmdb", "char_folders"))


def test_images_are_copied_where_links_fail(format_, tmp_path, monkeypatch):
    def refuse(source, target):
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    check(some_data(tmp_path / "in"), format_, tmp_path / "out")


def test_an_export_that_fails_leaves_the_one_before(format_, tmp_path):
    root = tmp_path / "in"
    one = line_image(root)
    format_.write(data_set(root, one), tmp_path / "out")
    before = file_bytes(tmp_path)
    broken = dataclasses.replace(one, image="images/train/none.png", key="z")
    with pytest.raises(AssetError, match=r"none\.png"):
        format_.write(data_set(root, one, broken), tmp_path / "out")
    assert file_bytes(tmp_path) == before


def test_an_image_on_which_nobody_looked_for_text_is_refused(format_, tmp_path):
    data = data_set(tmp_path / "in", defect_record(tmp_path / "in", "a", "train", (5, 2)))
    with pytest.raises(
        ConfigError, match="image a: expected an image with text labels, got one on which nobody looked"
    ):
        format_.write(data, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_written_is_recognised(format_, tmp_path):
    root = tmp_path / "in"
    format_.write(some_data(root), tmp_path / "out")
    plain = format_.name in ("yolo_char", "yolo_word")
    assert recognise(tmp_path / "out") == ("yolo_detect" if plain else format_.name)
    assert len(open_data(tmp_path / "out")) > 0


@pytest.mark.parametrize("target", sorted(OF_TEXT))
def test_one_format_can_be_made_from_another(format_, target, tmp_path):
    root = tmp_path / "in"
    format_.write(data_set(root, line_image(root, text="AB1")), tmp_path / "first")
    data = format_.read(tmp_path / "first")
    states_chars = ("trdg", "coco_text", "yolo_char", "char_folders", "text_jsonl", "yolo_word")
    if target in OF_CHARS and format_.name not in states_chars:
        with pytest.raises(ConfigError, match="of which the whole alone is known"):
            FORMATS[target].write(data, tmp_path / "second")
        return
    check(data, FORMATS[target], tmp_path / "second")


def test_deep_grey_images_pass_through(format_, tmp_path):
    root = tmp_path / "in"
    one = scene(root)
    deep = np.random.default_rng(1).integers(0, 4096, (100, 160)).astype(np.uint16)
    cv2.imwrite(str(root / one.image), deep)
    back = check(data_set(root, one), format_, tmp_path / "out")
    for part in back:
        pixels = cv2.imread(str(back.root / part.image), cv2.IMREAD_UNCHANGED)
        assert pixels.dtype == np.uint16 and pixels.max() < 4096


@pytest.mark.parametrize("name", ["paddleocr_rec", "icdar2015", "lmdb", "trdg", "hf_text"])
def test_a_text_with_a_tab_or_a_line_break_is_refused(name, tmp_path):
    root = tmp_path / "in"
    for text in ("a\tb", "a\nb"):
        data = data_set(root, record(root, "a", "train", (30, 12), [TextLine(text=text)]))
        with pytest.raises(ConfigError, match="image a: expected text without tabs, line breaks"):
            FORMATS[name].write(data, tmp_path / "out")


def test_all_that_is_known_comes_back_as_jsonl(tmp_path):
    root = tmp_path / "in"
    one = dataclasses.replace(
        scene(root), params={"marking": {"dots": [5, 7]}}, group="g", licence="MIT", synthetic=True
    )
    FORMATS["text_jsonl"].write(data_set(root, one), tmp_path / "out")
    (back,) = FORMATS["text_jsonl"].read(tmp_path / "out")
    assert back.text == one.text
    assert (back.params, back.group, back.licence, back.synthetic) == (one.params, "g", "MIT", True)
    mask = cv2.imread(str(tmp_path / "out" / back.char_mask), cv2.IMREAD_UNCHANGED)
    assert mask[10 + 4, 10 + 2] == 1 == back.text[0].first_number


def test_defects_on_images_with_text_are_exported_as_before(tmp_path):
    root = tmp_path / "in"
    blot = label(np.pad(np.ones((2, 3), bool), ((4, 94), (5, 152))), "blot")
    one = dataclasses.replace(scene(root), labels=(blot,))
    data = Records.gathered(root, ("blot",), [one])
    for name in ("coco", "yolo_segment", "text_jsonl"):
        FORMATS[name].write(data, tmp_path / name)
        (back,) = FORMATS[name].read(tmp_path / name)
        assert back.labels == FORMATS[name].express(one).labels
        assert back.has_text_labels == (name == "text_jsonl")


def test_a_line_is_named_by_its_image_and_number(tmp_path):
    root = tmp_path / "in"
    FORMATS["paddleocr_rec"].write(data_set(root, scene(root), line_image(root)), tmp_path / "out")
    assert (tmp_path / "out/rec_gt_train.txt").read_text("utf-8") == (
        "train/scene@1.png\tLOT 12,5\n"
        "train/scene@2.png\taA:µ\n"
        "train/scene@3.png\tup\n"
        "train/scene@4.png\tdown\n"
        "train/scene@5.png\tcurve\n"
        "train/word.png\tA-1 b\n"
    )
    letters = (tmp_path / "out/dict.txt").read_text("utf-8").split("\n")
    assert letters == [*sorted(set("LOT 12,5aA:µupdowncurveA-1 b")), ""]
