"""Consumers of oriented boxes read corners and headings as they were written, and leave no image out.

ultralytics through the loader of its trainer; rectangle2 and DOTA, whose readers are not free or not here, through
formulas that share no code with the writer.
"""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from generator.core.annotation import Orientation, Region
from generator.dataset.format.table import FORMATS
from generator.dataset.record import Label
from generator.imaging.masks import polygons_to_region
from tests.client.conftest import WH
from tests.dataset.toy import data_set, label, record

pytestmark = pytest.mark.client
PAD_PX = 16  # 96x64 images are put into squares of 96
PARTS = {  # image: parts as centre, width, height, angle, symmetry
    "a-0": [((48, 32), 40, 16, 30.0, 1), ((20, 50), 8, 14, -100.0, 1)],
    "a-1": [((48, 32), 16, 40, 30.0, 1)],
    "a-2": [((6, 32), 30, 12, 180.0, 1), ((60, 30), 20, 20, None, 0)],
    "b-3": [((48, 32), 30, 12, 90.0, 1), ((48, 60), 20, 18, 0.0, 1)],
    "c-4": [],
}
SPLITS = {"a": "train", "b": "val", "c": "test"}


def corners(centre, width, height, angle):
    """Return a part's corners from its own top left, clockwise, by turning offsets that point right and up."""
    found = []
    for right, up in ((-1, 1), (1, 1), (1, -1), (-1, -1)):
        turned = complex(right * width / 2, up * height / 2) * complex(
            math.cos(math.radians(angle or 0.0)), math.sin(math.radians(angle or 0.0))
        )
        found.append((centre[0] + turned.real, centre[1] - turned.imag))
    return np.array(found)


def part(centre, width, height, angle, symmetry):
    quad = corners(centre, width, height, angle)
    region = polygons_to_region([quad], (WH[1], WH[0]))
    return Label.of_region(
        "part",
        Region.tight(region.bits, region.rect.x, region.rect.y),
        quad_xy=tuple(map(tuple, quad.tolist())),
        orientation=Orientation(angle_deg=angle, symmetry=symmetry),
    )


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Return images of parts in three splits, one with a defect beside the part, one good."""
    root = tmp_path_factory.mktemp("parts")
    defect = label(np.pad(np.ones((6, 9), bool), ((2, WH[1] - 8), (80, WH[0] - 89))), "scratch")
    records = []
    for key, rows in PARTS.items():
        labels = [part(*row) for row in rows] + ([defect] if key == "a-1" else [])
        records.append(record(root, key, SPLITS[key[0]], WH, labels))
    return data_set(root, *records, classes=("part", "scratch"))


@pytest.fixture(scope="module")
def load(torch, parts, tmp_path_factory):
    """Return a function that gives the trainer's data set of a task and a split."""
    from ultralytics.cfg import get_cfg
    from ultralytics.data.dataset import YOLODataset
    from ultralytics.data.utils import check_det_dataset

    folders = {}

    def load_split(task: str, split: str):
        if task not in folders:
            folders[task] = tmp_path_factory.mktemp("yolo") / task
            FORMATS[f"yolo_{task}"].write(parts, folders[task])
        data = check_det_dataset(folders[task] / "data.yaml", autodownload=False)
        assert data["names"] == {0: "part", 1: "scratch"}
        return YOLODataset(img_path=data[split], data=data, task=task, imgsz=96, augment=False, hyp=get_cfg())

    return load_split


def samples(images):
    return {Path(sample["im_file"]).stem: sample for sample in (images[n] for n in range(len(images)))}


@pytest.mark.parametrize("task", ["obb", "pose"])
def test_no_image_is_left_out_and_classes_are_ours(task, load):
    from ultralytics.data.utils import load_dataset_cache_file

    classes = {}
    for split in ("train", "val", "test"):
        images = load(task, split)
        for one in images.labels:
            classes[Path(one["im_file"]).stem] = one["cls"].ravel().tolist()
        cache = load_dataset_cache_file(Path(images.label_files[0]).parent.with_suffix(".cache"))
        found, missing, empty, corrupt, total = cache["results"]
        assert (missing, corrupt, cache["msgs"]) == (0, 0, [])
        assert found == total == len(images)
        assert empty == sum(len(one["cls"]) == 0 for one in images.labels)
    assert classes == {"a-0": [0, 0], "a-1": [0, 1], "a-2": [0, 0], "b-3": [0, 0], "c-4": []}


def test_oriented_boxes_are_our_corners_also_beyond_the_image(load):
    for split in ("train", "val"):
        for key, sample in samples(load("obb", split)).items():
            for (cx, cy, w, h, angle), row in zip(sample["bboxes"].numpy(), PARTS[key], strict=False):
                right = np.array([math.cos(angle), math.sin(angle)]) * w * 96 / 2  # clockwise as displayed
                down = np.array([-math.sin(angle), math.cos(angle)]) * h * 96 / 2
                centre = np.array([cx * 96, cy * 96 - PAD_PX])
                found = [centre + a * right + b * down for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
                wanted = corners(*row[:4])
                away = np.linalg.norm(np.array(found)[:, None] - wanted[None], axis=2)
                assert away.min(axis=0).max() < 0.01, key
                assert away.min(axis=1).max() < 0.01, key


def test_the_angle_of_an_oriented_box_is_ours_within_half_a_turn_and_clockwise(load):
    boxes = samples(load("obb", "train"))
    wide, tall = (np.degrees(boxes[key]["bboxes"].numpy()[0][4]) for key in ("a-0", "a-1"))
    assert wide == pytest.approx(-30.0, abs=0.05)  # counter-clockwise 30 as displayed
    assert tall == pytest.approx(60.0, abs=0.05)  # the longer side is its height, which points up: -30 - 90 + 180


def test_key_points_are_ours_and_give_the_heading(load):
    seen = {}
    for split in ("train", "val"):
        for key, sample in samples(load("pose", split)).items():
            for number, (points, row) in enumerate(zip(sample["keypoints"].numpy(), PARTS[key], strict=False)):
                points = points * (96, 96, 1) - (0, PAD_PX, 0)
                quad = corners(*row[:4])
                ends = [(quad[2] + quad[3]) / 2, (quad[0] + quad[1]) / 2]
                is_seen = [row[3] is not None and 0 <= y <= WH[1] for _, y in ends]
                assert (points[:, 2] > 0).tolist() == is_seen, key
                for point, end, here in zip(points, ends, is_seen, strict=True):
                    assert not here or point[:2] == pytest.approx(end, abs=1e-3), key
                if all(is_seen):
                    (tail_x, tail_y), (x, y) = points[:, :2]
                    seen[key, number] = math.degrees(math.atan2(tail_x - x, tail_y - y))
    wanted = {("a-0", 0): 30.0, ("a-0", 1): -100.0, ("a-1", 0): 30.0, ("a-2", 0): 180.0, ("b-3", 0): 90.0}
    assert seen.keys() == wanted.keys()
    assert all(abs(math.remainder(seen[one] - wanted[one], 360)) < 0.02 for one in wanted)


def test_boxes_of_poses_are_the_upright_ones_around_our_parts(load, parts):
    for key, sample in samples(load("pose", "train")).items():
        labels = next(one.labels for one in parts if one.key == key)
        for (cx, cy, w, h), one in zip(sample["bboxes"].numpy() * 96, labels, strict=True):
            x, y, width, height = one.bbox_xywh
            assert (cx, cy - PAD_PX, w, h) == pytest.approx((x + width / 2, y + height / 2, width, height), abs=1e-2)


def test_a_mirror_keeps_head_and_tail_apart(load):
    assert load("pose", "train").data["flip_idx"] == [0, 1]
    assert load("pose", "train").data["kpt_names"] == {0: ["tail", "head"], 1: ["tail", "head"]}


def test_a_rectangle2_table_goes_round_through_its_formula(parts, tmp_path):
    FORMATS["rectangle2"].write(parts, tmp_path / "out")
    rows = {}
    with (tmp_path / "out/rectangle2.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            rows.setdefault(Path(line["file_name"]).stem, []).append(line)
    assert [line["class"] for line in rows["c-4"]] == [""]
    for key, wanted in PARTS.items():
        for line, row in zip(rows[key], wanted, strict=False):
            if not wanted:
                continue
            at, col, phi, l1, l2 = (float(line[name]) for name in ("row", "column", "phi", "length1", "length2"))
            assert l1 >= l2 and -math.pi < phi <= math.pi
            found = {
                (
                    col + a * l1 * math.cos(phi) + b * l2 * math.sin(phi),
                    at - a * l1 * math.sin(phi) + b * l2 * math.cos(phi),
                )
                for a in (-1, 1)
                for b in (-1, 1)
            }
            for x, y in corners(*row[:4]) - 0.5:  # whole numbers are the centres of pixels
                assert min(math.dist((x, y), point) for point in found) < 1e-9, key
            if row[3] is None:
                assert (line["angle_deg"], line["symmetry"]) == ("", "0")
            else:
                turned = math.degrees(phi) - (90 if line["long_side"] == "height" else 0)
                assert abs(math.remainder(turned - row[3], 360)) < 1e-9
                assert float(line["angle_deg"]) == row[3]


def test_dota_is_read_by_a_reader_of_its_own(parts, tmp_path):
    FORMATS["dota"].write(parts, tmp_path / "out")
    for key, wanted in PARTS.items():
        lines = (tmp_path / "out/labelTxt" / SPLITS[key[0]] / f"{key}.txt").read_text().splitlines()
        objects = [words for words in (one.split() for one in lines) if len(words) >= 9]
        assert [one.partition(":")[0] for one in lines[: len(lines) - len(objects)]] == ["imagesource", "gsd"]
        assert [words[8:] for words in objects] == [["part", "0"]] * len(wanted) + [["scratch", "0"]] * (key == "a-1")
        for words, row in zip(objects, wanted, strict=False):
            assert np.allclose(np.array(words[:8], float).reshape(4, 2), corners(*row[:4]), atol=1e-6)
