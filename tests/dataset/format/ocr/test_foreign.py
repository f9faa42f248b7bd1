"""Data sets of text as others write them are recognised and read."""

import cv2
import lmdb
import numpy as np
import orjson
import pytest

from generator.dataset.open import open_data, recognise
from tests.dataset.format.tool.broken import image, text

BOM = "\ufeff"


def texts(data) -> dict[str, list[str]]:
    return {f"{one.split}/{one.key}": [line.text for line in one.text] for one in data}


def test_paddleocr_rows_with_a_mark_and_carriage_returns(tmp_path):
    for name in ("train/word_001.jpg", "train/word_002.jpg"):
        image(tmp_path / name)
    text(tmp_path / "rec_gt_train.txt", f"{BOM}train/word_001.jpg\t简单可依赖\r\ntrain/word_002.jpg\ta b \r\n")
    data = open_data(tmp_path)
    assert texts(data) == {"train/word_001": ["简单可依赖"], "train/word_002": ["a b "]}
    assert open_data(tmp_path / "rec_gt_train.txt").root == tmp_path


def test_a_folder_that_the_labelling_tool_of_paddleocr_wrote(tmp_path):
    image(tmp_path / "train/img_1.jpg", (100, 50))
    row = '[{"transcription": "MASA", "points": [[10, 10], [40, 10], [40, 20], [10, 20]], "difficult": false},'
    row += ' {"transcription": "*", "points": [[10, 30], [40, 30], [40, 45], [10, 45]], "difficult": true}]'
    text(tmp_path / "train/Label.txt", f"train/img_1.jpg\t{row}\n")
    for path in (tmp_path, tmp_path / "train", tmp_path / "train/Label.txt"):
        assert recognise(path) == "paddleocr_det"
        (one,) = open_data(path)
        assert (one.split, [(line.text, line.is_readable) for line in one.text]) == (
            "train",
            [("MASA", True), ("", False)],
        )


def test_the_official_folders_of_icdar(tmp_path):
    for part, labels in (("ch4_training_images", "ch4_training_gt"), ("ch4_test_images", "Challenge4_Test_Task1_GT")):
        image(tmp_path / part / "img_1.jpg", (1280, 720))
        text(
            tmp_path / labels / "gt_img_1.txt", f"{BOM}377,117,463,117,465,130,378,130,a, b\r\n1,2,9,2,9,9,1,9,###\r\n"
        )
    data = open_data(tmp_path)
    assert data.records[0].text[0].quad_xy.tolist() == [[377, 117], [463, 117], [465, 130], [378, 130]]
    assert {one.split: [line.text for line in one.text] for one in data} == {
        "train": ["a, b", ""],
        "test": ["a, b", ""],
    }
    assert len({one.key for one in data}) == 2


@pytest.mark.parametrize("place", ["", "val", "MJ/MJ_train"])
def test_an_environment_of_jpegs_without_names(place, tmp_path):
    folder = tmp_path / place
    folder.mkdir(parents=True, exist_ok=True)
    jpeg = cv2.imencode(".jpg", np.full((31, 104, 3), 90, np.uint8))[1].tobytes()
    with lmdb.open(str(folder), map_size=1 << 24) as environment, environment.begin(write=True) as entries:
        for key, value in {b"image-000000001": jpeg, b"label-000000001": b"spencerian", b"num-samples": b"1"}.items():
            entries.put(key, value)
    (one,) = data = open_data(folder)
    split = "val" if place == "val" else "train"
    assert (one.key, one.split, one.hw, one.text[0].text) == (f"{split}-000000001", split, (31, 104), "spencerian")
    assert (data.root / one.image).suffix == ".jpg" and (data.root / one.image).read_bytes() == jpeg


def test_a_folder_that_trdg_wrote(tmp_path):
    image(tmp_path / "0.jpg", (60, 32))
    image(tmp_path / "1.jpg", (60, 32))
    text(tmp_path / "labels.txt", "0.jpg two words\n1.jpg it\n2.jpg dropped\n")
    text(tmp_path / "1.box", "i 3 4 9 30 0\nt 10 4 20 33 0\n")
    text(tmp_path / "0_boxes.txt", "".join(f"{6 * n - 1} 3 {6 * n + 4} 29\n" for n in range(8)))
    assert recognise(tmp_path) == "trdg"
    problems: list = []
    data = open_data(tmp_path, "auto", problems)
    assert texts(data) == {"train/0": ["two words"], "train/1": ["it"]}
    assert [problem.where for problem in problems] == ["line 3"]
    first, second = (one.text[0] for one in data)
    assert first.chars == tuple("twowords")
    assert first.char_boxes_xywh[:2].tolist() == [[0, 3, 4, 26], [5, 3, 5, 26]], "cut at the image's border"
    assert second.char_boxes_xywh.tolist() == [[3, 2, 6, 26], [10, 0, 10, 28]]


def test_a_list_of_classes_is_not_taken_for_texts(tmp_path):
    image(tmp_path / "a.png")
    text(tmp_path / "labels.txt", "scratch\npit\n")
    (tmp_path / "a.json").write_bytes(orjson.dumps({"shapes": [], "imagePath": "a.png"}))
    assert recognise(tmp_path) == "labelme"


def test_textocr(tmp_path):
    image(tmp_path / "train/0a.jpg", (100, 50))
    content = {
        "imgs": {"0a": {"id": "0a", "width": 100, "height": 50, "set": "train", "file_name": "train/0a.jpg"}},
        "anns": {
            "0a_1": {"id": "0a_1", "image_id": "0a", "bbox": [1, 2, 8, 4], "utf8_string": "Performance",
                     "points": [1, 2, 9, 2, 9, 6, 1, 6], "area": 32},
            "0a_2": {"id": "0a_2", "image_id": "0a", "bbox": [20, 2, 8, 4], "utf8_string": ".",
                     "points": [20, 2, 24, 1, 28, 2, 28, 6, 24, 5, 20, 6], "area": 30},
        },
        "imgToAnns": {"0a": ["0a_1", "0a_2"]},
    }  # fmt: skip
    (tmp_path / "TextOCR_0.1_train.json").write_bytes(orjson.dumps(content))
    assert recognise(tmp_path) == recognise(tmp_path / "TextOCR_0.1_train.json") == "coco_text"
    (one,) = open_data(tmp_path)
    clear, unclear = one.text
    assert (clear.text, clear.is_readable, clear.quad_xy.tolist()) == (
        "Performance",
        True,
        [[1, 2], [9, 2], [9, 6], [1, 6]],
    )
    assert (unclear.text, unclear.is_readable, len(unclear.polygon_xy)) == ("", False, 6)
    assert np.ptp(unclear.quad_xy, axis=0).tolist() == [8, 5]


def test_coco_text(tmp_path):
    image(tmp_path / "COCO_train2014_1.jpg", (100, 50))
    head = {"image_id": 1, "class": "machine printed", "language": "english"}
    content = {
        "cats": {},
        "imgs": {"1": {"id": 1, "width": 100, "height": 50, "set": "val", "file_name": "COCO_train2014_1.jpg"}},
        "anns": {
            "5": {
                **head,
                "mask": [1, 2, 9, 2, 9, 6, 1, 6],
                "bbox": [1, 2, 8, 4],
                "legibility": "legible",
                "utf8_string": "the",
            },
            "6": {**head, "bbox": [20.5, 2, 8, 4], "legibility": "illegible"},
            "7": {**head, "bbox": [40, 2, 8, 4], "legibility": "legible", "utf8_string": "."},
        },
        "imgToAnns": {"1": [5, 6, 7]},
    }
    (tmp_path / "cocotext.v2.json").write_bytes(orjson.dumps(content))
    (one,) = open_data(tmp_path)
    assert one.split == "val"
    assert [(line.text, line.is_readable) for line in one.text] == [("the", True), ("", False), (".", True)]


def test_an_image_folder_with_file_names_and_texts_alone(tmp_path):
    image(tmp_path / "validation/a.png")
    text(tmp_path / "validation/metadata.jsonl", '{"file_name": "a.png", "text": "invoice 5"}\n')
    assert recognise(tmp_path) == "hf_text"
    assert texts(open_data(tmp_path)) == {"val/a": ["invoice 5"]}


def test_an_image_folder_of_other_columns_is_none_of_text(tmp_path):
    image(tmp_path / "train/a.png")
    text(tmp_path / "train/metadata.jsonl", '{"file_name": "a.png", "label": 1}\n')
    text(tmp_path / "labels.csv", "a.png,OK\n")
    assert recognise(tmp_path) == "csv"


def test_folders_of_characters_without_a_map(tmp_path):
    image(tmp_path / "train/char_U+0065_U+0301/x.png")
    assert recognise(tmp_path) == "char_folders"
    assert texts(open_data(tmp_path)) == {"train/x": ["e\u0301"]}
