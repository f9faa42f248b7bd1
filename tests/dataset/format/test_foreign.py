"""Data sets that other tools wrote, worked by hand."""

from pathlib import Path

import cv2
import numpy as np
import orjson
import pytest

from generator.dataset.format import coco, mask_folder, mvtec, yolo
from generator.dataset.names import original_name, safe_name, unique_keys
from generator.dataset.open import recognise
from generator.dataset.view import write_mask
from tests.dataset.toy import data_set, file_bytes, label, pixels, record


def image(path: Path, wh: tuple[int, int] = (5, 4)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.zeros((wh[1], wh[0]), np.uint8))


def coco_json(path: Path, segmentation: object, **more: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "images": [{"id": 7, "file_name": "a.png", "width": 5, "height": 4}],
        "categories": [{"id": 3, "name": "pit"}, {"id": 1, "name": "scratch"}],
        "annotations": [{"id": 0, "image_id": 7, "category_id": 3, "segmentation": segmentation} | more],
    }
    path.write_bytes(orjson.dumps(content))


def test_a_coco_json_is_read_with_its_images_beside_it(tmp_path):
    image(tmp_path / "a.png")
    coco_json(tmp_path / "labels.json", {"size": [4, 5], "counts": [0, 2, 18]}, iscrowd=1)
    back = coco.read(tmp_path / "labels.json")
    assert back.classes == ("scratch", "pit")
    (one,) = back
    assert (one.key, one.split, one.image) == ("a", "train", "a.png")
    assert one.labels[0].mask.full((4, 5)).tolist() == pixels("#....\n#....\n.....\n.....").tolist()
    assert one.labels[0].params == {"iscrowd": 1}


def test_a_coco_polygon_holds_the_pixels_whose_centres_lie_inside(tmp_path):
    image(tmp_path / "images/val/a.png")
    coco_json(
        tmp_path / "annotations/instances_val2017.json",
        [[0.4, 0.4, 2.6, 0.4, 2.6, 1.4, 0.4, 1.4], [4, 3, 4.4, 3, 4.4, 4]],
    )
    (one,) = coco.read(tmp_path)
    assert one.split == "val"
    assert one.labels[0].mask.full((4, 5)).tolist() == pixels("###..\n.....\n.....\n.....").tolist()


def test_a_coco_box_without_a_mask_stays_a_box(tmp_path):
    image(tmp_path / "images/a.png")
    coco_json(tmp_path / "annotations/instances_train.json", [], bbox=[0.5, 1, 2, 2.5])
    (one,) = coco.read(tmp_path)
    assert one.labels[0].mask is None
    assert one.labels[0].bbox_xywh == (0.5, 1, 2, 2.5)


def test_coco_ids_start_at_one_and_areas_are_those_of_the_masks(tmp_path):
    root = tmp_path / "in"
    first = record(
        root, "a", "train", (5, 4), [label("###..\n#.#..\n###..\n....."), label("....#\n.....\n.....\n.....", "pit")]
    )
    coco.write(data_set(root, first, record(root, "b", "val", (5, 4))), tmp_path / "out")
    content = orjson.loads((tmp_path / "out/annotations/instances_train.json").read_bytes())
    assert [entry["id"] for entry in content["images"]] == [1]
    assert [(a["id"], a["category_id"], a["area"], a["bbox"], a["iscrowd"]) for a in content["annotations"]] == [
        (1, 1, 8, [0, 0, 3, 3], 0),
        (2, 2, 1, [4, 0, 1, 1], 0),
    ]
    assert orjson.loads((tmp_path / "out/annotations/instances_val.json").read_bytes())["annotations"] == []


def test_yolo_rows_are_as_the_trainer_wants_them(tmp_path):
    root = tmp_path / "in"
    data = data_set(root, record(root, "a", "test", (4, 4), [label("##..\n##..\n....\n....", "pit")]))
    expected = {
        "detect": "1 0.25000000 0.25000000 0.50000000 0.50000000\n",
        "segment": "1 0.00250000 0.00250000 0.00250000 0.49750000 0.49750000 0.49750000 0.49750000 0.00250000\n",
        "obb": "1 0.00000000 0.00000000 0.50000000 0.00000000 0.50000000 0.50000000 0.00000000 0.50000000\n",
    }
    for task, row in expected.items():
        yolo.write(data, tmp_path / task, task=task)
        assert (tmp_path / task / "labels/test/a.txt").read_text() == row
        yaml = 'train: images/test\nval: images/test\ntest: images/test\nnames:\n  0: "scratch"\n  1: "pit"\n'
        assert (tmp_path / task / "data.yaml").read_text() == yaml


def test_yolo_folders_from_roboflow_are_read(tmp_path):
    for split in ("train", "valid"):
        image(tmp_path / split / "images/a.png")
        (tmp_path / split / "labels").mkdir()
    (tmp_path / "train/labels/a.txt").write_text("1 0.5 0.5 1 1")
    (tmp_path / "data.yaml").write_text("train: ../train/images\nval: ../valid/images\nnc: 2\nnames: [scratch, pit]\n")
    back = yolo.read(tmp_path, task="detect")
    assert [(one.key, one.split) for one in back] == [("train-images-a", "train"), ("valid-images-a", "val")]
    assert [one.bbox_xywh for one in back.records[0].labels] == [(0.0, 0.0, 5.0, 4.0)]
    assert back.records[1].labels == ()


def test_an_oriented_box_that_the_trainer_would_leave_out_stands_upright(tmp_path):
    root = tmp_path / "in"
    data = data_set(root, record(root, "a", "test", (4, 4), [label("#...\n.#..\n..#.\n...#")]))
    yolo.write(data, tmp_path / "out", task="obb")
    values = [float(word) for word in (tmp_path / "out/labels/test/a.txt").read_text().split()[1:]]
    assert min(values) == 0 and max(values) == 1


@pytest.mark.parametrize("seed", range(12))
def test_an_oriented_box_holds_all_of_a_defect_at_the_border(tmp_path, seed):
    rng, root, mask = np.random.default_rng(seed), tmp_path / "in", np.zeros((60, 80), np.uint8)
    middle = (float(rng.uniform(0, 80)), float(rng.choice([0, 60]) + rng.uniform(-6, 6)))
    turned = cv2.boxPoints(
        (middle, (float(rng.uniform(20, 90)), float(rng.uniform(6, 30))), float(rng.uniform(0, 180)))
    )
    cv2.fillConvexPoly(mask, np.rint(turned).astype(np.int32), 1)
    yolo.write(data_set(root, record(root, "a", "test", (80, 60), [label(mask > 0)])), tmp_path / "out", task="obb")
    words = (tmp_path / "out/labels/test/a.txt").read_text().split()[1:]
    quad = (np.array(words, float).reshape(-1, 2) * (80, 60)).astype(np.float32)
    rows, columns = np.nonzero(mask)
    centres = np.stack([columns, rows], axis=1) + 0.5
    assert min(cv2.pointPolygonTest(quad, tuple(map(float, point)), True) for point in centres) > -0.01
    back = yolo.read(tmp_path / "out", task="obb")
    assert np.allclose(back.records[0].labels[0].quad_xy, quad, atol=2e-3)


def test_mvtec_numbers_images_whose_names_would_sort_apart_from_their_masks(tmp_path):
    root = tmp_path / "in"
    drawings = {"a": "#....\n.....", "ab": ".#...\n.....", "a1": "..#..\n....."}
    records = [record(root, key, "test", (5, 2), [label(drawing)]) for key, drawing in drawings.items()]
    mvtec.write(data_set(root, *records), tmp_path / "out")
    names = sorted(path for path in file_bytes(tmp_path / "out") if "scratch" in path)
    assert [Path(name).name for name in names] == [
        *("000_mask.png", "001_mask.png", "002_mask.png"), *("000.png", "001.png", "002.png")
    ]  # fmt: skip
    columns = [one.labels[0].bbox_xywh[0] for one in mvtec.read(tmp_path / "out")]
    assert columns == [0, 2, 1]  # a, a1, ab


def test_mvtec_makes_no_empty_folder(tmp_path):
    root = tmp_path / "in"
    good, cut = record(root, "a", "train", (5, 2)), record(root, "b", "val", (5, 2), [label("##...\n.....", "pit")])
    mvtec.write(data_set(root, good, cut), tmp_path / "out")
    folders = [path for path in (tmp_path / "out/product").rglob("*") if path.is_dir()]
    assert sorted(path.relative_to(tmp_path / "out/product").as_posix() for path in folders) == [
        "ground_truth", "ground_truth/pit", "test", "test/pit", "train", "train/good",
    ]  # fmt: skip


def test_mvtec_writes_other_images_as_png(tmp_path):
    root = tmp_path / "in"
    one = record(root, "a", "train", (5, 2))
    grey = np.arange(10, dtype=np.uint8).reshape(2, 5)
    cv2.imwrite(str(root / "a.bmp"), grey)
    data = data_set(root, type(one)(key="a", split="train", image="a.bmp", width=5, height=2))
    mvtec.write(data, tmp_path / "out")
    assert np.array_equal(cv2.imread(str(tmp_path / "out/product/train/good/a.png"), cv2.IMREAD_UNCHANGED), grey)


def test_an_image_of_several_classes_goes_to_the_largest(tmp_path):
    root = tmp_path / "in"
    labels = [label("##...\n....."), label("....#\n...##", "pit")]
    mvtec.write(data_set(root, record(root, "a", "val", (5, 2), labels)), tmp_path / "out")
    (one,) = mvtec.read(tmp_path / "out")
    assert (one.split, one.labels[0].category, one.labels[0].area_px) == ("test", "pit", 5)


def test_safe_names_are_never_shared_and_lead_back():
    names = [
        "a",
        "A",
        "a/b",
        "a%2Fb",
        "a b",
        "",
        "%",
        ".",
        "..",
        "con",
        "CON",
        "com1.x",
        "good",
        "Good",
        "a.",
        "a..b",
        "ä",
    ]
    parts = [safe_name(name) for name in names]
    assert len(set(parts)) == len(names)
    assert [original_name(part) for part in parts] == names
    assert not any("/" in part or part in (".", "..", "good") or part.endswith((".", " ")) for part in parts)
    assert safe_name("oil stain-2.b_c") == "oil stain-2.b_c"


def test_keys_are_stems_where_they_can_be():
    assert unique_keys(["x/a.png", "x/b.png", "y/b.png", "b.jpg"]) == ["a", "x-b", "y-b", "b"]


def test_coco_jsons_from_roboflow_lie_beside_their_images(tmp_path):
    for split in ("train", "valid"):
        image(tmp_path / split / "a.png")
        coco_json(tmp_path / split / "_annotations.coco.json", [[]], bbox=[0, 0, 2, 2])
    assert recognise(tmp_path) == "coco"
    back = coco.read(tmp_path)
    assert [(one.split, one.image, len(one.labels)) for one in back] == [
        ("train", "train/a.png", 1),
        ("val", "valid/a.png", 1),
    ]


def test_coco_images_lie_in_a_folder_of_the_jsons_name(tmp_path):
    image(tmp_path / "train2017/a.png")
    coco_json(tmp_path / "annotations/instances_train2017.json", [], bbox=[0, 0, 2, 2])
    assert [(one.split, one.image) for one in coco.read(tmp_path)] == [("train", "train2017/a.png")]


def test_two_coco_entries_of_one_file_are_one_image(tmp_path):
    image(tmp_path / "a.png")
    content = {
        "images": [{"id": n, "file_name": "a.png", "width": 5, "height": 4} for n in (1, 2)],
        "categories": [{"id": 1, "name": "pit"}],
        "annotations": [{"id": n, "image_id": n, "category_id": 1, "bbox": [n, 0, 1, 1]} for n in (1, 2)],
    }
    (tmp_path / "a.json").write_bytes(orjson.dumps(content))
    (one,) = coco.read(tmp_path / "a.json")
    assert [label.bbox_xywh[0] for label in one.labels] == [1, 2]


@pytest.mark.parametrize("split", ["", "/train"])
def test_yolo_folders_with_classes_txt_are_read(tmp_path, split):
    image(tmp_path / f"images{split}/a.png")
    (tmp_path / f"labels{split}").mkdir(parents=True)
    (tmp_path / f"labels{split}/a.txt").write_text("1 0.5 0.5 1 1\n")
    (tmp_path / "classes.txt").write_text("scratch\npit\n")
    assert recognise(tmp_path) == "yolo_detect"
    back = yolo.read(tmp_path, task="detect")
    assert back.classes == ("scratch", "pit")
    assert [(one.split, one.labels[0].category) for one in back] == [("train", "pit")]


def test_a_yolo_yaml_may_have_any_name(tmp_path):
    image(tmp_path / "images/a.png")
    (tmp_path / "widgets.yaml").write_text("train: images\nnames: [a]\n")
    assert len(yolo.read(tmp_path, task="detect")) == 1


def test_yolo_coordinates_a_hundredth_outside_are_cut_off(tmp_path):
    image(tmp_path / "images/a.png", (100, 50))
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/a.txt").write_text("0 0.045 0.5 0.1 1.0\n")
    (tmp_path / "data.yaml").write_text("train: images\nnames: [a]\n")
    (one,) = yolo.read(tmp_path, task="detect")
    assert one.labels[0].bbox_xywh == (0.0, 0.0, 9.5, 50.0)


def test_mvtec_takes_defective_images_in_train(tmp_path):
    for split, stem in (("train", "a"), ("test", "b")):
        image(tmp_path / split / "dent" / f"{stem}.png")
        write_mask(tmp_path / "ground_truth/dent" / f"{stem}_mask.png", pixels("#....\n.....\n.....\n....."))
    image(tmp_path / "train/good/c.png")
    back = mvtec.read(tmp_path)
    assert sorted((one.key, one.split, len(one.labels)) for one in back) == [
        ("a", "train", 1), ("b", "test", 1), ("c", "train", 0)
    ]  # fmt: skip


def test_a_mask_that_an_image_of_train_and_one_of_test_may_mean_is_neithers(tmp_path):
    for split in ("train", "test"):
        image(tmp_path / split / "dent/000.png")
    write_mask(tmp_path / "ground_truth/dent/000_mask.png", pixels("#....\n.....\n.....\n....."))
    problems = []
    assert [one.labels for one in mvtec.read(tmp_path, problems)] == [(), ()]
    assert [problem.expected for problem in problems] == ["a mask of its own"] * 2


def test_masks_beside_images_need_neither_splits_nor_classes(tmp_path):
    mask = pixels("##...\n.....\n.....\n.....")
    for name in ("a", "a_mask", "b"):
        image(tmp_path / "images" / f"{name}.png")
        image(tmp_path / "one/images" / f"{name}.png")
    write_mask(tmp_path / "masks/dent/a.png", mask)
    write_mask(tmp_path / "masks/dent/a_mask.png", mask)
    write_mask(tmp_path / "one/masks/b_mask.png", mask)
    back = {one.key: [label.category for label in one.labels] for one in mask_folder.read(tmp_path)}
    assert back == {"a": ["dent"], "a_mask": ["dent"], "b": []}
    back = {one.key: [label.category for label in one.labels] for one in mask_folder.read(tmp_path / "one")}
    assert back == {"a": [], "a_mask": [], "b": ["defect"]}


def test_a_mask_above_half_white_is_a_defect(tmp_path):
    image(tmp_path / "images/a.png", (4, 1))
    (tmp_path / "masks/dent").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "masks/dent/a.png"), np.array([[0, 127, 128, 255]], np.uint8))
    (one,) = mask_folder.read(tmp_path)
    assert one.labels[0].bbox_xywh == (2, 0, 2, 1)
