"""ultralytics reads what the YOLO formats write, through the loader that its trainer uses."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from generator.dataset.format.table import FORMATS

pytestmark = pytest.mark.client
PAD_PX = 16  # 96x64 images are put into squares of 96


@pytest.fixture(scope="module")
def load(torch, toy, tmp_path_factory):
    """Return a function that gives the trainer's data set of a task and a split."""
    from ultralytics.cfg import get_cfg
    from ultralytics.data.dataset import YOLODataset
    from ultralytics.data.utils import check_det_dataset

    folders = {}

    def load_split(task: str, split: str):
        if task not in folders:
            folders[task] = tmp_path_factory.mktemp("yolo") / task
            FORMATS[f"yolo_{task}"].write(toy, folders[task])
        data = check_det_dataset(folders[task] / "data.yaml", autodownload=False)
        assert data["names"] == {0: "scratch", 1: "pit"}
        settings = get_cfg(overrides={"mask_ratio": 1, "overlap_mask": False})
        return YOLODataset(img_path=data[split], data=data, task=task, imgsz=96, augment=False, hyp=settings)

    return load_split


@pytest.mark.parametrize("task", ["detect", "segment", "obb"])
def test_counts_and_class_ids_are_ours(task, load):
    classes = {}
    for split in ("train", "val", "test"):
        images = load(task, split)
        for one in images.labels:
            classes[one["im_file"].rpartition("/")[2]] = one["cls"].ravel().tolist()
        found, missing, empty, corrupt, total = scan(images)
        assert (missing, corrupt) == (0, 0)
        assert found == total == len(images)
        assert empty == sum(len(one["cls"]) == 0 for one in images.labels)
    assert classes == {
        "a-0.png": [0, 1], "a-1.png": [], "a-2.png": [0], "a-3.png": [], "b-4.png": [1, 1], "c-5.png": []
    }  # fmt: skip


def scan(images) -> list[int]:
    """Return what the loader counted while it read: found, missing, empty, corrupt, total."""
    from ultralytics.data.utils import load_dataset_cache_file

    return load_dataset_cache_file(Path(images.label_files[0]).parent.with_suffix(".cache"))["results"]


def test_boxes_are_ours(load, masks):
    sample = load("detect", "train")[0]
    boxes = sample["bboxes"].numpy() * 96
    for (cx, cy, w, h), name in zip(boxes, ("bar", "ring"), strict=True):
        x, y, width, height = cv2.boundingRect(masks[name].astype(np.uint8))
        expected = (x + width / 2, y + height / 2 + PAD_PX, width, height)
        assert (cx, cy, w, h) == pytest.approx(expected, abs=1e-3)


def test_segments_are_filled_with_our_masks_to_the_pixel(load, masks):
    images = load("segment", "train")
    for number, names in ((0, ("bar", "ring")), (2, ("border",))):
        drawn = images[number]["masks"].numpy()
        assert len(drawn) == len(names)
        for one, name in zip(drawn, names, strict=True):
            assert np.array_equal(one[PAD_PX:-PAD_PX].astype(bool), masks[name]), name
            assert not one[:PAD_PX].any() and not one[-PAD_PX:].any()


def test_two_parts_stay_one_instance_with_a_line_between_them(load, masks):
    parts, pixel = load("segment", "val")[0]["masks"].numpy()[:, PAD_PX:-PAD_PX].astype(bool)
    assert np.array_equal(pixel, masks["pixel"])
    assert not (masks["parts"] & ~parts).any()
    line = np.flatnonzero((parts & ~masks["parts"]).any(axis=0))
    assert (line[0], line[-1]) == (10, 29)
    assert (parts & ~masks["parts"]).sum(axis=0).max() <= 2


def test_oriented_boxes_lie_around_our_masks(load, masks):
    bar = load("obb", "train")[0]["bboxes"].numpy()[0] * (96, 96, 96, 96, 1)
    cx, cy, w, h, angle = bar
    rows, columns = np.nonzero(masks["bar"])
    along = (columns + 0.5 - cx) * np.cos(angle) + (rows + 0.5 + PAD_PX - cy) * np.sin(angle)
    across = (rows + 0.5 + PAD_PX - cy) * np.cos(angle) - (columns + 0.5 - cx) * np.sin(angle)
    assert w > 5 * h
    assert np.degrees(angle) == pytest.approx(np.degrees(np.arctan2(35, 55)), abs=2)
    assert 0 < w / 2 - np.abs(along).max() < 1
    assert 0 < h / 2 - np.abs(across).max() < 1


def test_class_folders_hold_our_images_and_classes(torch, toy, tmp_path):
    from ultralytics.cfg import get_cfg
    from ultralytics.data.dataset import ClassificationDataset
    from ultralytics.data.utils import check_cls_dataset

    FORMATS["yolo_classify"].write(toy, tmp_path / "out")
    data = check_cls_dataset(tmp_path / "out")
    assert data["names"] == {0: "good", 1: "pit", 2: "scratch"}
    found = {}
    for split in ("train", "val", "test"):
        images = ClassificationDataset(str(data[split]), get_cfg(), augment=False)
        found |= {file.rpartition("/")[2]: number for file, number, *_ in images.samples}
    assert found == {"a-0.png": 1, "a-1.png": 0, "a-2.png": 2, "a-3.png": 0, "b-4.png": 1, "c-5.png": 0}
