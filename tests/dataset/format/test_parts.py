"""A whole part is no defect: formats that tell good images from defective ones leave it out, others keep it."""

import dataclasses

import pytest

from generator.core.text import TextLine
from generator.dataset.format.table import FORMATS
from generator.dataset.open import open_data
from generator.dataset.real import read_real
from generator.dataset.view import is_good
from tests.dataset.format.angle.angle_toy import CORNER, part, turned
from tests.dataset.toy import data_set, label, record

GOOD_OR_DEFECTIVE = ("mvtec", "mask_folder", "plain", "csv", "yolo_classify", "captions", "text_jsonl")
OTHERS = ("coco", "coco_polygon", "yolo_detect", "yolo_segment", "mask_index", "voc", "labelme", "supervisely", "cvat",
          "label_studio", "angle_jsonl")  # fmt: skip
CLASSES = ("scratch", "nut")


def parts_and_defects(root):
    """Return three images: a part alone, a part with a defect on it, and one that is turned as a whole."""
    records = [
        record(root, "a", "train", (8, 6), [part(30.0)]),
        record(root, "b", "test", (8, 6), [part(30.0), label(CORNER)]),
        turned(root, "c", "val", -90.0),
    ]
    line = TextLine(text="7")
    return data_set(
        root,
        *(dataclasses.replace(one, text=(line,), has_text_labels=True) for one in records),
        classes=CLASSES,
    )


@pytest.mark.parametrize("name", GOOD_OR_DEFECTIVE)
def test_an_image_of_a_part_alone_is_good(name, tmp_path):
    data = parts_and_defects(tmp_path / "in")
    FORMATS[name].write(data, tmp_path / "out")
    back = open_data(tmp_path / "out", name)
    assert {one.key: [found.category for found in one.labels] for one in back} == {"a": [], "b": ["scratch"], "c": []}
    assert [one.key for one in back if is_good(one)] == [one.key for one in back if one.key != "b"]
    assert "nut" not in back.classes
    expected = {one.key: one.labels for one in map(FORMATS[name].express, data)}
    assert {one.key: one.labels for one in back} == expected


@pytest.mark.parametrize("name", OTHERS)
def test_a_part_stays_where_objects_are_labelled(name, tmp_path):
    data = parts_and_defects(tmp_path / "in")
    FORMATS[name].write(data, tmp_path / "out")
    back = {one.key: one for one in open_data(tmp_path / "out", name)}
    assert {key: sorted(found.category for found in one.labels) for key, one in back.items()} == {
        "a": ["nut"], "b": ["nut", "scratch"], "c": [],
    }  # fmt: skip
    expected = {one.key: one.labels for one in map(FORMATS[name].express, data)}
    assert {key: one.labels for key, one in back.items()} == expected


@pytest.mark.parametrize("name", ["mvtec", "mask_folder", "plain"])
def test_a_part_that_is_a_box_alone_is_left_out_too(name, tmp_path):
    root = tmp_path / "in"
    box = dataclasses.replace(part(3.0), mask=None)
    FORMATS[name].write(data_set(root, record(root, "a", "train", (8, 6), [box]), classes=CLASSES), tmp_path / "out")
    assert [one.labels for one in FORMATS[name].read(tmp_path / "out")] == [()]


def test_a_class_that_parts_and_defects_share_keeps_its_folder(tmp_path):
    root = tmp_path / "in"
    records = [record(root, "a", "train", (8, 6), [part(3.0), label(CORNER, "nut")])]
    FORMATS["yolo_classify"].write(data_set(root, *records, classes=CLASSES), tmp_path / "out")
    assert set(FORMATS["yolo_classify"].read(tmp_path / "out").classes) == set(CLASSES)


def test_parts_are_no_real_defects(tmp_path):
    FORMATS["coco"].write(parts_and_defects(tmp_path / "in"), tmp_path / "out")
    real = read_real(tmp_path / "out")
    assert [defect.category for defect in real.defects()] == ["scratch"]
    assert sorted(path.stem for path in real.good_images()) == ["a", "c"]
