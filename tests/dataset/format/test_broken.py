"""Every broken data set ends in a FormatError that names the file and the place."""

from pathlib import Path

import cv2
import numpy as np
import orjson
import pytest

from generator.core.errors import FormatError
from generator.dataset.format.table import FORMATS
from tests.dataset.toy import data_set, label, record

COCO = "annotations/instances_train.json"
MASK = "product/ground_truth/scratch/b_mask.png"


def change_json(path: Path, *keys, value=None, drop=False) -> None:
    content = orjson.loads(path.read_bytes())
    entry = content
    for key in keys[:-1]:
        entry = entry[key]
    if drop:
        del entry[keys[-1]]
    else:
        entry[keys[-1]] = value
    path.write_bytes(orjson.dumps(content))


def set_json(*keys, value):
    return lambda path: change_json(path, *keys, value=value)


def drop_json(*keys):
    return lambda path: change_json(path, *keys, drop=True)


def text(content: str):
    return lambda path: path.write_text(content)


def pixels(array: np.ndarray):
    return lambda path: path.write_bytes(cv2.imencode(".png", array)[1].tobytes())


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def new_file(name: str):
    return lambda path: (path.parent / name).write_bytes(path.read_bytes())


remove = Path.unlink
RED = np.full((4, 5, 3), (0, 0, 1), np.uint8)
RLE = ("annotations", 0, "segmentation")
BROKEN = [  # format, file, what happens to it, what the message names
    ("coco", COCO, halve, "column"),
    ("coco", COCO, text(""), "JSON"),
    ("coco", COCO, text("[]"), "a JSON object, got []"),
    ("coco", COCO, remove, "annotations/*.json"),
    ("coco", COCO, drop_json("images"), "images: a list, got no such key"),
    ("coco", COCO, drop_json("categories"), "categories: a list"),
    ("coco", COCO, drop_json("annotations"), "annotations: a list"),
    ("coco", COCO, set_json("images", value={}), "images: a list, got {}"),
    ("coco", COCO, set_json("images", 0, value=3), "images[0]: expected an object, got 3"),
    ("coco", COCO, set_json("images", 1, "id", value=1), "images[1]: expected an id of its own, got 1"),
    ("coco", COCO, set_json("images", 0, "id", value="1"), "images[0]: expected id: a whole number, got '1'"),
    ("coco", COCO, drop_json("images", 1, "file_name"), "images[1]: expected file_name: text, got no such key"),
    ("coco", COCO, set_json("images", 0, "width", value=6), "the image file's size 5 x 4, got 6 x 4"),
    ("coco", COCO, set_json("images", 0, "file_name", value="c.png"), "images[0]: expected an image file in"),
    ("coco", COCO, set_json("images", 0, "file_name", value="../train/a.png"), "below the data set's folder"),
    ("coco", COCO, set_json("images", 0, "file_name", value="/etc/hosts"), "below the data set's folder"),
    ("coco", COCO, set_json("categories", 1, "id", value=1), "categories[1]: expected an id of its own"),
    ("coco", COCO, set_json("categories", 0, "name", value=7), "categories[0]: expected name: text, got 7"),
    ("coco", COCO, set_json("annotations", 0, "category_id", value=9), "annotations[0]: expected a category_id"),
    ("coco", COCO, set_json("annotations", 0, "image_id", value=9), "annotations[0]: expected an image_id"),
    ("coco", COCO, set_json("annotations", 0, "image_id", value=True), "image_id: a whole number, got True"),
    ("coco", COCO, set_json(*RLE, "size", value=[5, 4]), "annotations[0]: expected an RLE of the image's size [4, 5]"),
    ("coco", COCO, set_json(*RLE, "counts", value="Pz"), "annotations[0]: expected a sound RLE"),
    ("coco", COCO, set_json(*RLE, "counts", value="\u00e4"), "annotations[0]: expected a sound RLE"),
    ("coco", COCO, set_json(*RLE, "counts", value=[3, 3]), "add up to 4 x 5, but add up to 6"),
    ("coco", COCO, set_json(*RLE, "counts", value=[21, -1]), "annotations[0]: expected a sound RLE"),
    ("coco", COCO, set_json(*RLE, "counts", value=[2**63]), "annotations[0]: expected a sound RLE"),
    ("coco", COCO, set_json(*RLE, "counts", value=[2**62] * 4 + [20]), "annotations[0]: expected a sound RLE"),
    ("coco", COCO, set_json(*RLE, "counts", value=[20]), "a mask with at least one pixel"),
    ("coco", COCO, set_json(*RLE, "counts", value=[1.5]), "counts that are text or a list of whole numbers"),
    ("coco", COCO, set_json(*RLE, value=[[1, 2, 3]]), "annotations[0]: expected a segmentation of RLE or of rings"),
    ("coco", COCO, set_json(*RLE, value=[[0, 0, 1, 1, 2, "2"]]), "annotations[0]: expected a segmentation"),
    ("coco", COCO, set_json("annotations", 0, value={"image_id": 1, "category_id": 1}), "bbox: a list, got no"),
    ("coco", COCO, set_json("annotations", 0, value={"image_id": 1, "category_id": 1, "bbox": [0, 0, 0, 1]}), "w > 0"),
    ("coco", "images/train/a.png", remove, "images[0]: expected an image file in"),
    ("coco", "images/train/a.png", halve, "a.png: expected a readable image, got a truncated PNG"),
    ("coco", "images/train/a.png", text("x"), "a.png: expected a readable image"),
    ("yolo_detect", "data.yaml", remove, "data.yaml: expected a data.yaml, got no such file"),
    ("yolo_detect", "data.yaml", text("a: [1"), "data.yaml: expected YAML"),
    ("yolo_detect", "data.yaml", text("- a"), "expected keys and values"),
    ("yolo_detect", "data.yaml", text("train: images/train\n"), "names: expected a list or numbered names"),
    ("yolo_detect", "data.yaml", text("train: images/train\nnames: {1: a}\n"), "the numbers from 0 to 0 as keys"),
    ("yolo_detect", "data.yaml", text("train: images/none\nnames: [a]\n"), "train: expected a folder of images"),
    ("yolo_detect", "data.yaml", text("train: [images/train]\nnames: [a]\n"), "train: expected the folder of its"),
    ("yolo_detect", "data.yaml", text("names: [a]\n"), "at least one of the keys train, val, test"),
    ("yolo_detect", "labels/train/b.txt", text("0 0.5 0.5 0.1\n"), "b.txt, line 1: expected 5 columns, got 4"),
    ("yolo_detect", "labels/train/b.txt", text("\n0 .5 .5 .1 x\n"), "b.txt, line 2: expected numbers, got 'x'"),
    ("yolo_detect", "labels/train/b.txt", text("0 .5 .5 .1 nan\n"), "line 1: expected coordinates in [0, 1], got nan"),
    ("yolo_detect", "labels/train/b.txt", text("0 .5 .5 .1 1.5\n"), "line 1: expected coordinates in [0, 1], got 1.5"),
    ("yolo_detect", "labels/train/b.txt", text("0 .5 .5 .1 0\n"), "line 1: expected a width and a height above 0"),
    ("yolo_detect", "labels/train/b.txt", text("2 .5 .5 .1 .1\n"), "line 1: expected a class id from 0 to 1, got 2"),
    ("yolo_detect", "labels/train/b.txt", text("-1 .5 .5 .1 .1\n"), "a class id from 0 to 1, got -1"),
    ("yolo_detect", "labels/train/b.txt", text("0.5 .5 .5 .1 .1\n"), "a class id from 0 to 1, got 0.5"),
    ("yolo_detect", "labels/train/b.txt", text("0 0 0 1 0 1 1\n"), "line 1: expected 5 columns, got 7"),
    ("yolo_detect", "labels/train/b.txt", lambda path: path.write_bytes(b"\xff\xfe"), "b.txt: expected text"),
    ("yolo_detect", "images/train/a.png", remove, "a.txt: expected an image of that name"),
    ("yolo_detect", "images/train/a.png", halve, "a.png: expected a readable image"),
    ("yolo_segment", "labels/train/b.txt", text("0 .5 .5 .1 .1\n"), "line 1: expected 7 columns or more, of an odd"),
    ("yolo_segment", "labels/train/b.txt", text("0 0 0 1 0 1 1 0\n"), "line 1: expected 7 columns or more"),
    ("yolo_segment", "labels/train/b.txt", text("0 0 0 1 0 1 2\n"), "line 1: expected coordinates in [0, 1], got 2"),
    ("yolo_segment", "labels/train/b.txt", text("0 0 0 0 0 0 0\n"), "line 1: expected a width and a height above 0"),
    ("yolo_obb", "labels/train/b.txt", text("0 0 0 1 0 1 1\n"), "line 1: expected 9 columns, got 7"),
    ("yolo_obb", "labels/train/b.txt", text("5 0 0 1 0 1 1 0 1\n"), "line 1: expected a class id"),
    ("yolo_classify", "train/good/a.png", new_file("../c.png"), "c.png: expected an image in a class folder"),
    ("yolo_classify", "train/good/a.png", halve, "a.png: expected a readable image"),
    ("mvtec", MASK, remove, "b.png: expected its mask b_mask.png"),
    ("mvtec", MASK, new_file("c_mask.png"), "c_mask.png: expected an image in"),
    ("mvtec", MASK, halve, "b_mask.png: expected"),
    ("mvtec", MASK, pixels(np.zeros((4, 5), np.uint8)), "b_mask.png: expected a mask with at least one pixel"),
    ("mvtec", MASK, pixels(np.ones((5, 4), np.uint8)), "b_mask.png: expected a mask of the image's size 5 x 4"),
    ("mvtec", "product/test/scratch/b.png", remove, "b_mask.png: expected an image in"),
    ("mvtec", "product/test/scratch/b.png", text("x"), "b.png: expected a readable image"),
    ("mvtec", "product", lambda path: (path / "train/scratch").mkdir(), "expected good images alone in train"),
    ("mask_folder", "masks/train/scratch/b.png", halve, "b.png: expected"),
    ("mask_folder", "masks/train/scratch/b.png", new_file("c.png"), "c.png: expected an image in"),
    ("mask_folder", "masks/train/scratch/b.png", pixels(np.ones((5, 4), np.uint8)), "size 5 x 4, got 4 x 5"),
    ("mask_folder", "images/train/b.png", remove, "b.png: expected an image in"),
    ("mask_index", "classes.json", remove, "classes.json: expected"),
    ("mask_index", "classes.json", halve, "classes.json, line"),
    ("mask_index", "classes.json", text('{"background": 0, "a": 2}'), "classes.json: expected"),
    ("mask_index", "classes.json", text("[1]"), "classes.json: expected"),
    ("mask_index", "masks/train/b.png", remove, "b.png: expected a mask, got no such file"),
    ("mask_index", "masks/train/b.png", pixels(np.full((4, 5), 3, np.uint8)), "numbers up to 2, the classes, got 3"),
    ("mask_index", "masks/train/b.png", pixels(RED), "a mask of one channel"),
    ("mask_index", "masks/train/b.png", new_file("c.png"), "c.png: expected an image in"),
]  # fmt: skip


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: f"{case[0]}: {case[3]}")
def test_a_broken_data_set_is_named(case, tmp_path):
    name, file, break_it, message = case
    root = tmp_path / "in"
    records = [
        record(root, "a", "train", (5, 4)),
        record(root, "b", "train", (5, 4), [label("#....\n.....\n.....\n.....")]),
    ]
    if name == "coco":
        records.reverse()  # so that annotations[0] belongs to images[0]
        records = [record(root, "a", "train", (5, 4), records[0].labels), record(root, "b", "train", (5, 4))]
    FORMATS[name].write(data_set(root, *records), tmp_path / "out")
    break_it(tmp_path / "out" / file)
    with pytest.raises(FormatError) as caught:
        FORMATS[name].read(tmp_path / "out")
    assert message in str(caught.value)
    assert str(tmp_path / "out") in str(caught.value)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("path", ["none", "empty"])
def test_a_folder_that_is_no_data_set_is_named(name, path, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match=path):
        FORMATS[name].read(tmp_path / path)
