"""The read-back law, for every format of defects: reading what was written gives what the format can state."""

import dataclasses
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from generator.core.annotation import Region
from generator.core.errors import AssetError, ConfigError
from generator.dataset.format.table import FORMATS
from generator.dataset.record import Label, Records
from tests.dataset.toy import CLASSES, data_set, file_bytes, label, record, stated

CASES = {
    "a mask at each border": [["####.\n.....\n.....", "....#\n....#\n....#"]],
    "a mask with a hole": [["#####\n#...#\n#####"]],
    "a mask with two holes and a bay": [["########\n#.##.#..\n########"]],
    "a mask in two parts": [["##...\n.....\n...##"]],
    "parts that touch at a corner": [["##...\n..##.\n....."]],
    "a part within a hole": [["#####\n#...#\n#.#.#\n#...#\n#####"]],
    "one pixel": [[".....\n..#..\n....."]],
    "the whole frame": [["#####\n#####\n#####"]],
    "one row and one column": [["...\n###\n...", "#..\n#..\n#.."]],
    "an image of one pixel": [["#"]],
    "two instances that overlap": [["####.\n####.\n.....", "..###\n..###\n....."]],
    "three images": [["##.\n..."], [], [".##\n.##"]],
}


OF_DEFECTS = {name: one for name, one in FORMATS.items() if not (one.is_text or one.is_angle)}


@pytest.fixture(scope="module", params=OF_DEFECTS.values(), ids=OF_DEFECTS.keys())
def format_(request):
    return request.param


def classes_of(data: Records, format_) -> set[str]:
    """Return the classes that a format states: all of them, or those with an image where classes are folders."""
    if format_.name in ("mvtec", "csv"):
        return {one.category for record in data for one in format_.express(record).labels}
    return set(data.classes)


def check(data: Records, format_, path: Path) -> Records:
    """Write, read, compare record by record, and return what was read."""
    format_.write(data, path)
    back = format_.read(path)
    expected = {(one.key, one.split): (one, data.root / one.image) for one in map(format_.express, data)}
    assert {(one.key, one.split) for one in back} == set(expected)
    assert len(back) == len(data)
    for one in back:
        wanted, image = expected[one.key, one.split]
        assert stated(one) == stated(wanted)
        assert (back.root / one.image).read_bytes() == image.read_bytes()
    return back


@pytest.mark.parametrize("drawings", CASES.values(), ids=CASES.keys())
def test_what_is_written_is_read_back(format_, drawings, tmp_path):
    height, width = 0, 0
    records = []
    for number, masks in enumerate(drawings):
        labels = [label(mask, CLASSES[n % 2]) for n, mask in enumerate(masks)]
        if masks:
            height, width = len(masks[0].split()), len(masks[0].split()[0])
        records.append(record(tmp_path / "in", f"a-{number}", "train", (width, height), labels))
    check(data_set(tmp_path / "in", *records), format_, tmp_path / "out")


@pytest.mark.parametrize("count", [254, 255, 256, 300])
def test_more_instances_than_a_mask_can_number_are_void_in_voc_and_whole_elsewhere(count, tmp_path):
    bits = np.zeros((count, 30, 40), bool)
    for number in range(count):
        bits[number, 2 * (number // 20), 2 * (number % 20)] = True
    labels = [label(one, CLASSES[number % 2]) for number, one in enumerate(bits)]
    data = data_set(tmp_path / "in", record(tmp_path / "in", "a", "train", (40, 30), labels))
    for name in ("coco", "labelme", "mask_folder"):
        check(data, FORMATS[name], tmp_path / name)
    FORMATS["voc"].write(data, tmp_path / "voc")
    assert len(next(iter(FORMATS["voc"].read(tmp_path / "voc"))).labels) == count
    whole = np.array(Image.open(next((tmp_path / "voc" / "SegmentationObject").iterdir())))
    assert np.count_nonzero(whole == 255) == max(0, count - 254)
    assert sorted(set(whole[whole < 255].tolist())) == list(range(min(count, 254) + 1))


@pytest.mark.parametrize(
    ("name", "class_"), [("mask_index", "background"), ("labelme", "__ignore__"), ("labelme", "_background_")]
)
def test_a_class_with_a_name_that_means_none_is_refused_and_nothing_written(name, class_, tmp_path):
    root = tmp_path / "in"
    data = data_set(root, record(root, "a", "train", (3, 2), [label("##.\n...", class_)]), classes=("pit", class_))
    with pytest.raises(ConfigError, match=rf"export={name}: expected classes of other names than .*{class_}"):
        FORMATS[name].write(data, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_data_set_of_no_image_keeps_its_classes(format_, tmp_path):
    (tmp_path / "in").mkdir()
    data = data_set(tmp_path / "in")
    assert set(check(data, format_, tmp_path / "out").classes) == classes_of(data, format_)


def test_a_good_image_comes_back_without_a_label(format_, tmp_path):
    data = data_set(tmp_path / "in", record(tmp_path / "in", "a", "train", (5, 4)))
    back = check(data, format_, tmp_path / "out")
    assert [one.labels for one in back] == [()]
    assert set(back.classes) == classes_of(data, format_)


def test_all_splits_come_back(format_, tmp_path):
    root = tmp_path / "in"
    records = [record(root, f"{split}-{n}", split, (3, 2), [label("##.\n...")] * n) for split in
               ("test", "train", "val") for n in (0, 1)]  # fmt: skip
    check(data_set(root, *records), format_, tmp_path / "out")


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_one_split_alone_comes_back(format_, split, tmp_path):
    root = tmp_path / "in"
    check(data_set(root, record(root, "a", split, (3, 2), [label("##.\n...")])), format_, tmp_path / "out")


def test_two_classes_and_instances_in_any_order_come_back(format_, tmp_path):
    labels = [label("#....\n.....", "pit"), label("..#..\n.....", "scratch"), label("....#\n....#", "pit")]
    root = tmp_path / "in"
    data = data_set(root, record(root, "a", "test", (5, 2), labels))
    assert set(check(data, format_, tmp_path / "out").classes) == classes_of(data, format_)


@pytest.mark.parametrize(
    "name", ["../../x", "a/b", "con", "good", "", ".", "..", "50%", "%2F", "Kratzer ä", "긁힘", "a.", "x y", "<b>"]
)
def test_any_category_name_comes_back_and_no_file_leaves_the_folder(format_, name, tmp_path):
    root = tmp_path / "in"
    data = data_set(root, record(root, "a", "test", (3, 2), [label("##.\n...", name)]), classes=(name, "pit"))
    back = check(data, format_, tmp_path / "out" / "here")
    assert set(back.classes) == classes_of(data, format_)
    assert name in back.classes
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["here"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "out"]


def test_a_category_that_looks_like_yaml_stays_text(format_, tmp_path):
    root = tmp_path / "in"
    names = ("no", "null", "1", '"', "a: b", "#x", "\\")
    records = [record(root, f"a{n}", "test", (3, 2), [label("##.\n...", name)]) for n, name in enumerate(names)]
    assert set(check(data_set(root, *records, classes=names), format_, tmp_path / "out").classes) == set(names)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data())
def test_random_masks_come_back(format_, data, tmp_path_factory):
    hw = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    masks = data.draw(st.lists(arrays(bool, hw), min_size=1, max_size=3).map(lambda ms: [m for m in ms if m.any()]))
    folder = tmp_path_factory.mktemp("case")
    labels = [label(mask, CLASSES[n % 2]) for n, mask in enumerate(masks)]
    root = folder / "in"
    check(data_set(root, record(root, "a", "test", (hw[1], hw[0]), labels)), format_, folder / "out")


def test_the_same_data_gives_the_same_bytes_wherever_it_lies(format_, tmp_path):
    written = []
    for place in ("one", "elsewhere/two"):
        root = tmp_path / place / "in"
        data = data_set(
            root, record(root, "a", "val", (5, 2), [label("##...\n...##")]), record(root, "b", "train", (5, 2))
        )
        format_.write(data, tmp_path / place / "out")
        written.append(file_bytes(tmp_path / place / "out"))
    assert written[0] == written[1]
    assert not any(b"elsewhere" in content for content in written[1].values())


def test_images_are_linked_not_copied(format_, tmp_path):
    root = tmp_path / "in"
    format_.write(data_set(root, record(root, "a", "train", (5, 2))), tmp_path / "out")
    assert any(p.samefile(root / "images/train/a.png") for p in (tmp_path / "out").rglob("*.png"))


def test_images_are_copied_where_links_fail(format_, tmp_path, monkeypatch):
    def refuse(source, target):
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    root = tmp_path / "in"
    check(data_set(root, record(root, "a", "train", (5, 2), [label("##...\n.....")])), format_, tmp_path / "out")


def test_an_export_replaces_the_one_before(format_, tmp_path):
    root = tmp_path / "in"
    format_.write(
        data_set(root, record(root, "a", "train", (5, 2)), record(root, "b", "val", (5, 2))), tmp_path / "out"
    )
    check(data_set(root, record(root, "b", "train", (5, 2))), format_, tmp_path / "out")


def test_an_export_that_fails_leaves_the_one_before(format_, tmp_path):
    root = tmp_path / "in"
    format_.write(data_set(root, record(root, "a", "train", (5, 2))), tmp_path / "out")
    before = file_bytes(tmp_path)
    broken = dataclasses.replace(record(root, "a", "train", (5, 2)), image="images/train/none.png", key="z")
    with pytest.raises(AssetError, match=r"none\.png"):
        format_.write(data_set(root, record(root, "a", "train", (5, 2)), broken), tmp_path / "out")
    assert file_bytes(tmp_path) == before


def test_a_data_set_is_never_exported_over_itself(format_, tmp_path):
    data = data_set(tmp_path / "in", record(tmp_path / "in", "a", "train", (5, 2)))
    for target in (tmp_path, tmp_path / "in"):
        with pytest.raises(ConfigError, match="the data set's own"):
            format_.write(data, target)


def test_the_flavour_of_mask_asked_for_is_written(format_, tmp_path):
    root = tmp_path / "in"
    exact, wide = label("#....\n....."), label("###..\n###..")
    both = dataclasses.replace(exact, annotator=wide.mask)
    data = data_set(root, record(root, "a", "test", (5, 2), [both]))
    format_.write(data, tmp_path / "out", flavour="annotator")
    (back,) = format_.read(tmp_path / "out")
    assert back.labels == format_.express(dataclasses.replace(data.records[0], labels=(wide,))).labels


def test_a_label_with_nothing_visible_is_left_out(format_, tmp_path):
    root = tmp_path / "in"
    unseen = dataclasses.replace(label("#....\n....."), visible=Region.tight(np.zeros((2, 5), bool)))
    format_.write(data_set(root, record(root, "a", "test", (5, 2), [unseen])), tmp_path / "out", flavour="visible")
    assert [one.labels for one in format_.read(tmp_path / "out")] == [()]


def test_a_flavour_that_was_not_kept_is_named(format_, tmp_path):
    data = data_set(tmp_path / "in", record(tmp_path / "in", "a", "test", (5, 2), [label("#....\n.....")]))
    with pytest.raises(ConfigError, match="visible masks were not kept"):
        format_.write(data, tmp_path / "out", flavour="visible")
    assert not (tmp_path / "out").exists()


def test_boxes_without_masks_are_written_where_they_can_be(format_, tmp_path):
    root = tmp_path / "in"
    box = Label(category="pit", bbox_xywh=(1.5, 0.25, 2.125, 1.0))
    data = data_set(root, record(root, "a", "test", (5, 2), [box]))
    if format_.name in ("yolo_segment", "mvtec", "mask_folder", "mask_index", "plain"):
        with pytest.raises(ConfigError, match="image a: expected labels with masks, got a pit that is a box only"):
            format_.write(data, tmp_path / "out")
    else:
        check(data, format_, tmp_path / "out")


def test_one_format_can_be_made_from_another(format_, tmp_path):
    root = tmp_path / "in"
    FORMATS["coco"].write(data_set(root, record(root, "a", "val", (5, 2), [label("##...\n...##")])), tmp_path / "coco")
    check(FORMATS["coco"].read(tmp_path / "coco"), format_, tmp_path / "out")


def test_deep_grey_images_pass_through(format_, tmp_path):
    root = tmp_path / "in"
    one = record(root, "a", "test", (5, 2), [label("##...\n...##")])
    cv2.imwrite(str(root / one.image), np.arange(10, dtype=np.uint16).reshape(2, 5) * 6000)
    check(data_set(root, one), format_, tmp_path / "out")
