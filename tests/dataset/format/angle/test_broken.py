"""Broken tables, folders and lines of angles, each with its clear line; what is sound is still read."""

from collections import Counter

import numpy as np
import pytest

from generator.core.annotation import Region
from generator.dataset.format.table import FORMATS
from generator.dataset.record import Label
from tests.dataset.format.angle.angle_toy import CORNER, part, turned
from tests.dataset.format.tool.broken import check, halve, png, remove, swap, text
from tests.dataset.toy import data_set, label

CSV, TABLE, CLASSES, LINES = "labels.csv", "angles.csv", "classes.json", "angles.jsonl"
COCO, SLY, META = "annotations/instances_train.json", "train/ann/a.png.json", "meta.json"
A, B = "images/train/a.png", "images/train/b.png"
FOLDER_A, FOLDER_B = "train/deg_030/a.png", "train/deg_270/b.png"


def latin(path):
    path.write_bytes(path.read_bytes() + "ä".encode("latin-1"))


def again(number):
    """Return the edit that repeats a line."""

    def edit(path):
        rows = path.read_text().splitlines(keepends=True)
        path.write_text("".join([*rows, rows[number - 1]]))

    return edit


def moved(to):
    """Return the edit that moves a file within the data set."""

    def edit(path):
        target = path.parents[2] / to
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)

    return edit


BROKEN = [
    ("angle_csv", CSV, lambda path: path.write_text(""), "labels.csv: expected a table with the columns file_name", ""),
    ("angle_csv", CSV, remove, "labels.csv: expected a table, got No such file", ""),
    ("angle_csv", CSV, latin, "labels.csv: expected a table in UTF-8", ""),
    ("angle_csv", CSV, swap("angle_deg", "angle"), "labels.csv, line 1: expected the columns angle_deg, got", ""),
    ("angle_csv", CSV, swap("file_name", "name"), "labels.csv, line 1: expected the columns file_name, got", ""),
    ("angle_csv", CSV, swap("sin", "angle_deg"), "labels.csv, line 1: expected one column angle_deg, got 2", ""),
    ("angle_csv", CSV, swap(",train,", ","), "line 2: expected 7 cells, as in the first line, got 6", "b0"),
    ("angle_csv", CSV, swap(A, ""), "line 2: expected the image's file name, got an empty cell", "b0"),
    ("angle_csv", CSV, swap(A, "images/train/c.png"), "line 2: expected an image below", "b0"),
    ("angle_csv", CSV, again(2), "line 4: expected labels for an image that has none yet", "a0 b0"),
    ("angle_csv", CSV, swap("30.25", "thirty"), "line 2: expected angle_deg: a number with a decimal point", "b0"),
    (
        "angle_csv",
        CSV,
        swap("30.25", '"30,25"'),
        "angle_deg: a number with a decimal point, got '30,25'",
        "b0",
    ),
    ("angle_csv", CSV, swap("30.25", "nan"), "line 2: expected an angle in degrees, from -360 to 360, got nan", "b0"),
    ("angle_csv", CSV, swap("30.25", "1e3"), "line 2: expected an angle in degrees, from -360 to 360, got 1000", "b0"),
    ("angle_csv", CSV, swap("30.25", ""), "line 2: expected an angle, or symmetry 0 where there is none", "b0"),
    ("angle_csv", CSV, swap("30.25", "-30.25"), "expected sin -0.503774 and cos 0.863836, those of -30.25 deg", "b0"),
    ("angle_csv", CSV, swap(",1,train", ",0,train"), "line 2: expected no angle beside symmetry 0, got 30.25", "b0"),
    ("angle_csv", CSV, swap(",1,train", ",two,train"), "line 2: expected a symmetry that is a whole number", "b0"),
    ("angle_csv", CSV, swap(",1,train", ",-1,train"), "line 2: expected a symmetry that is a whole number", "b0"),
    ("angle_csv", CSV, swap("train,deg", "trian,deg"), "line 2: expected the split train, val or test", "b0"),
    ("angle_csv", CSV, swap("ccw", "cw"), "line 2: expected the convention deg_ccw_as_displayed, got 'deg_cw_", "b0"),
    ("angle_csv", A, remove, "labels.csv, line 2: expected an image below", "b0"),
    ("angle_csv", A, halve, "a.png: expected a readable image, got a truncated PNG", "b0"),
    ("angle_folders", TABLE, lambda path: path.write_text(""), "angles.csv: expected a table with the columns", ""),
    ("angle_folders", TABLE, swap("angle_deg", "angle"), "angles.csv, line 1: expected the columns angle_deg", ""),
    ("angle_folders", TABLE, swap("30.25", "x"), "angles.csv, line 2: expected angle_deg: a number", "b0"),
    ("angle_folders", TABLE, swap(f"{FOLDER_A},30.25,0.503773", f"{FOLDER_A},-30.25,0.503773"), "expected sin", "b0"),
    ("angle_folders", TABLE, swap("-90.0,-1.0,0.0", "-60.0,,"), "line 3: expected an image in deg_300, as it", "a0"),
    ("angle_folders", TABLE, again(2), "line 4: expected an image that no other line names", "b0"),
    ("angle_folders", FOLDER_A, remove, "angles.csv, line 2: expected an image below", "b0"),
    ("angle_folders", FOLDER_A, halve, "a.png: expected a readable image, got a truncated PNG", "b0"),
    ("angle_folders", CLASSES, halve, "classes.json, line 3, column", ""),
    ("angle_folders", CLASSES, swap("counter-", ""), 'classes.json, line 1: expected convention: "degrees, count', ""),
    ("angle_folders", CLASSES, swap('"deg_030": 30', '"deg_030": 31'), "line 4: expected deg_030: 30, got 31", ""),
    ("angle_folders", CLASSES, swap("deg_030", "deg_400"), "expected folders deg_000 to deg_359 or no_angle, got", ""),
    ("angle_folders", CLASSES, swap('"deg_030": 30', '"deg_030": null'), "expected a number, got null", ""),
    ("angle_jsonl", LINES, remove, "angles.jsonl: expected a line of JSON an image, got No such file", ""),
    ("angle_jsonl", LINES, lambda path: path.write_text(path.read_text() + "{"), "line 3: expected JSON", "a2 b0"),
    ("angle_jsonl", LINES, lambda path: path.write_text(path.read_text() + "[]\n"), "line 3: expected an obj", "a2 b0"),
    ("angle_jsonl", LINES, again(1), "line 3: expected an image that no other line names", "a2 b0"),
    ("angle_jsonl", LINES, swap(A, "../a.png"), "line 1: expected a file below the data set's folder", "b0"),
    ("angle_jsonl", LINES, swap('"split":"train"', '"split":"trian"'), "line 1: expected split: train, val or", "b0"),
    ("angle_jsonl", LINES, swap('"width":8', '"width":9'), "line 1: expected the image file's size 8 x 6", "b0"),
    ("angle_jsonl", LINES, swap("counter-", ""), 'line 1: expected convention: "degrees, counter-clock', "b0"),
    ("angle_jsonl", LINES, swap('g":30.25', 'g":-30.25'), "line 1: expected sin -0.503774 and cos 0.863836", "b0"),
    ("angle_jsonl", LINES, swap('g":30.25', 'g":"30"'), "line 1: expected an angle in degrees, from -360", "b0"),
    ("angle_jsonl", LINES, swap('g":30.25', 'g":null'), "line 1: expected an angle, or symmetry 0 where", "b0"),
    ("angle_jsonl", LINES, swap('"symmetry":1', '"symmetry":null'), "expected a symmetry that is a whole", "b0"),
    ("angle_jsonl", LINES, swap('"symmetry":1', '"symmetry":true'), "expected a symmetry that is a whole", "b0"),
    ("angle_jsonl", LINES, swap('g":-12.5', 'g":-13.5'), "line 1: expected sin -0.233445 and", "a1 b0"),
    ("angle_jsonl", LINES, swap("[1.25,0.5],", ""), "line 1: expected quad_xy: four points [x, y], got", "a1 b0"),
    ("angle_jsonl", LINES, swap('"category":"nut"', '"category":7'), "line 1: expected category: text, got 7", "a1 b0"),
    ("angle_jsonl", LINES, swap('"size":[6,8]', '"size":[8,6]'), "line 1: expected an RLE of the image's", "a1 b0"),
    ("angle_jsonl", LINES, swap('"texts":null', '"texts":7'), "line 1: expected texts: a list, got 7", "b0"),
    ("angle_jsonl", LINES, swap('"synthetic":false', '"synthetic":0'), "line 1: expected synthetic: true or", "b0"),
    ("angle_jsonl", CLASSES, swap('"nut"', "7"), "classes.json, line 1: expected classes: a list of texts", ""),
    ("angle_jsonl", A, png(np.zeros((8, 6), np.uint8)), "line 1: expected the image file's size 6 x 8", "b0"),
    ("coco", COCO, swap('"angle_deg":30.25', '"angle_deg":"x"'), "images[0], line 2: expected an angle in deg", "b0"),
    ("coco", COCO, swap('"angle_deg":30.25', '"angle_deg":null'), "expected an angle, or symmetry 0 where there", "b0"),
    ("coco", COCO, swap('"symmetry":1}', '"symmetry":0}'), "expected no angle beside symmetry 0, got 30.25", "b0"),
    ("coco", COCO, swap('"rotation":-12.5', '"rotation":720'), "annotations[0], line 7: expected an angle", "a1 b0"),
    ("coco", COCO, swap('"rotation":-12.5,"symmetry":1', '"rotation":1,"symmetry":[]'), "expected a symmetry", "a1 b0"),
    ("coco", COCO, swap("[1.25,0.5],", ""), "expected quad_xy: four points [x, y], got [[5.0, 1.0]", "a1 b0"),
    ("coco", COCO, swap("[1.25,0.5]", '[1.25,"0"]'), "expected quad_xy: four points [x, y], got [[1.25, '0']", "a1 b0"),
    ("supervisely", SLY, swap("30.25", '"30.25"'), "a.png.json, tags[0].value, line 6: expected a number", "b0"),
    ("supervisely", SLY, swap("30.25", "361"), "a.png.json, line 1: expected an angle in degrees, from -360", "b0"),
    (
        "supervisely",
        SLY,
        swap('"name": "symmetry"', '"name": "angle"'),
        "tags[1], line 8: expected one tag",
        "b0",
    ),
    ("supervisely", SLY, swap('"value": 1\n', '"value": 1.5\n'), "expected a symmetry that is a whole number", "b0"),
    ("supervisely", SLY, swap('"value": 1\n', '"value": 0\n'), "expected no angle beside symmetry 0, got 30.25", "b0"),
    ("supervisely", SLY, swap("-12.5", "-1e9"), "objects[0], line 18: expected an angle in degrees", "a1 b0"),
]


@pytest.fixture
def written(tmp_path):
    """Return a function that writes two images, the first with a part and a defect, as a format."""

    def write(name):
        root = tmp_path / "in"
        records = [turned(root, "a", "train", 30.25, labels=[part(-12.5), label(CORNER)]),
                   turned(root, "b", "train", -90.0)]  # fmt: skip
        FORMATS[name].write(data_set(root, *records, classes=("scratch", "nut")), tmp_path / "out")
        return tmp_path / "out"

    return write


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: f"{case[0]}: {case[3]}")
def test_a_broken_file_has_its_line_and_the_rest_is_read(case, written):
    name = case[0]
    has_labels = name not in ("angle_csv", "angle_folders")
    check(name, written(name), case[1:], "a2 b0" if has_labels else "a0 b0")


def test_each_format_of_angles_is_broken_in_more_than_ten_ways():
    counts = Counter(case[0] for case in BROKEN)
    assert all(counts[name] > 10 for name in ("angle_csv", "angle_folders", "angle_jsonl"))


def test_an_image_beside_the_folders_or_without_a_line_is_named(written):
    root = written("angle_folders")
    moved("train/askew/b.png")(root / FOLDER_B)
    problems = []
    assert [one.key for one in FORMATS["angle_folders"].read(root, problems)] == ["a"]
    assert "expected an image in <split>/deg_000 to deg_359 or no_angle, got train/askew/b.png" in str(problems[0])
    assert "angles.csv, line 3: expected an image below" in str(problems[1])
    moved(FOLDER_B)(root / "train/askew/b.png")
    moved("train/deg_030/c.png")(root / FOLDER_B)
    problems = []
    assert [one.key for one in FORMATS["angle_folders"].read(root, problems)] == ["a"]
    assert "angles.csv: expected a line for train/deg_030/c.png, got none" in str(problems[0])


def test_angles_of_other_tools_are_left_alone(written):
    """COCO's rotation without our symmetry, and tags that the project has not as numbers, mean something else."""
    root = written("coco")
    file = root / COCO
    file.write_text(file.read_text().replace('"symmetry":1', '"own":1'))
    assert all(one.orientation is None for one in FORMATS["coco"].read(root))
    assert not any(found.orientation or found.quad_xy for one in FORMATS["coco"].read(root) for found in one.labels)
    root = written("supervisely")
    text(root / META, (root / META).read_text().replace("any_number", "any_string"))
    assert all(one.orientation is None for one in FORMATS["supervisely"].read(root))


def test_a_table_that_people_wrote_is_read_and_folded(tmp_path):
    root = tmp_path / "in"
    turned(root, "a", "train", 0.0), turned(root, "b", "val", 0.0)
    rows = "file_name;angle_deg;remark\nimages/train/a.png;270;x\nb.png;-180;\n"
    text(root / "labels.csv", rows)
    found = {one.key: (one.split, one.orientation.angle_deg) for one in FORMATS["angle_csv"].read(root)}
    assert found == {"a": ("train", -90.0), "b": ("val", 180.0)}


def test_a_part_whose_mask_is_empty_is_no_label(tmp_path):
    gone = Region.tight(np.zeros((6, 8), bool))
    root = tmp_path / "in"
    empty = Label(category="nut", bbox_xywh=gone.bbox_xywh, mask=gone, orientation=part(1.0).orientation)
    for name in ("coco", "angle_jsonl", "supervisely", "yolo_detect", "voc"):
        FORMATS[name].write(data_set(root, turned(root, "a", "train", 1.0, labels=[empty]), classes=("nut",)),
                            tmp_path / name)  # fmt: skip
        assert [one.labels for one in FORMATS[name].read(tmp_path / name)] == [()]
