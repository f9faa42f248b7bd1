"""A data set is recognised by what lies there, in every format that is written and in those of other tools."""

import cv2
import numpy as np
import orjson
import pytest

from generator.core.errors import ConfigError
from generator.dataset.format.table import FORMATS
from generator.dataset.open import open_data, recognise
from tests.dataset.toy import data_set, label, record

ALIASES = {"coco_polygon": "coco", "yolo": "yolo_detect"}


def some_data(tmp_path):
    root = tmp_path / "in"
    slanted = label("#.......\n.#......\n..##....\n....####\n........\n........")
    return data_set(root, record(root, "a", "train", (8, 6), [slanted]), record(root, "b", "val", (8, 6)))


@pytest.mark.parametrize("name", [name for name, one in FORMATS.items() if not (one.is_text or one.is_angle)])
def test_what_is_written_is_recognised(name, tmp_path):
    FORMATS[name].write(some_data(tmp_path), tmp_path / "out")
    assert recognise(tmp_path / "out") == ALIASES.get(name, name)
    assert len(open_data(tmp_path / "out")) == 2


def test_a_finished_data_set_is_recognised_whatever_else_lies_there(tmp_path):
    FORMATS["mask_index"].write(some_data(tmp_path), tmp_path / "out")
    (tmp_path / "out/records.jsonl").write_text("")
    assert recognise(tmp_path / "out") == "canonical"


def test_two_layouts_in_one_folder_are_named_and_not_guessed(tmp_path):
    FORMATS["coco"].write(some_data(tmp_path), tmp_path / "out")
    FORMATS["yolo_segment"].write(some_data(tmp_path), tmp_path / "yolo")
    (tmp_path / "yolo/labels").rename(tmp_path / "out/labels")
    with pytest.raises(ConfigError, match=r"got coco and yolo_segment at .* Name the one to read with format="):
        recognise(tmp_path / "out")
    assert len(open_data(tmp_path / "out", "coco")) == 2


@pytest.mark.parametrize(
    ("rows", "task"),
    [
        ("", "detect"),
        ("0 .5 .5 .1 .1\n", "detect"),
        ("0 .5 .5 .1 .1\n0 .5 .5 .1\n", "detect"),
        ("0 0 0 1 0 1 1\n", "segment"),
        ("0 0 0 1 0 1 1 0 1\n", "obb"),
        ("0 0 0 1 0 1 1 0 1\n0 0 0 1 0 1 1\n", "segment"),
    ],
)
def test_the_columns_of_the_rows_say_yolos_task(tmp_path, rows, task):
    (tmp_path / "labels").mkdir()
    (tmp_path / "data.yaml").write_text("names: [a]\n")
    (tmp_path / "labels/a.txt").write_text(rows)
    assert recognise(tmp_path) == recognise(tmp_path / "data.yaml") == f"yolo_{task}"


@pytest.mark.parametrize(
    ("name", "content", "format_name"),
    [
        ("a.json", {"images": [], "annotations": []}, "coco"),
        ("a.json", {"shapes": []}, "labelme"),
        ("a.json", [{"data": {"image": "a.png"}}], "label_studio"),
    ],
)
def test_a_file_is_recognised_by_its_keys(tmp_path, name, content, format_name):
    (tmp_path / name).write_bytes(orjson.dumps(content))
    assert recognise(tmp_path / name) == recognise(tmp_path) == format_name


def test_a_path_of_nothing_known_lists_what_is_known(tmp_path):
    (tmp_path / "a.json").write_text("[]")
    for path in (tmp_path, tmp_path / "a.json"):
        with pytest.raises(ConfigError, match=r"canonical, coco, .*plain.*format=\.\.\. if it is"):
            recognise(path)


def test_class_folders_of_images_alone_are_recognised(tmp_path):
    (tmp_path / "train/dent").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "train/dent/a.png"), np.zeros((4, 5), np.uint8))
    assert recognise(tmp_path) == "yolo_classify"


@pytest.mark.parametrize("format_name", ["auto", "mask_folder"])
def test_a_run_that_is_not_finished_is_no_data_set_of_masks(tmp_path, format_name):
    FORMATS["mask_folder"].write(some_data(tmp_path), tmp_path / "out")
    assert recognise(tmp_path / "out") == "mask_folder"
    (tmp_path / "out/.defectgen").touch()
    with pytest.raises(
        ConfigError, match=r"a finished data set, got '.*out', which is still being made or was stopped"
    ):
        open_data(tmp_path / "out", format_name)
