"""What a detector misses is counted fairly, smoothed, bounded, and never read from test images."""

from __future__ import annotations

import numpy as np
import orjson
import pytest
import yaml

from generator.augment.feedback import Shown, iou, judge, matched, read_feedback, shifted
from generator.augment.maker import steered
from generator.augment.prediction import Prediction
from generator.core.errors import ConfigError, FormatError
from generator.dataset.format import coco
from generator.harvest.harvest import harvest
from tests.dataset.toy import data_set, label, record
from tests.fit.toy import write_real


def shown(image, category, *xywh):
    return Shown(image=image, category=category, xywh=xywh, wh=(90, 90))


def predicted(image, category, *xywh, score=0.9):
    return Prediction(image=image, category=category, xywh=xywh, score=score)


def test_the_overlap_of_two_boxes_is_a_share_of_what_both_cover():
    assert iou((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert iou((0, 0, 10, 10), (5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert iou((0, 0, 10, 10), (10, 0, 10, 10)) == 0


def test_each_prediction_finds_one_defect_and_the_surest_choose_first():
    two = [shown("a", "pit", 0, 0, 20, 20), shown("a", "pit", 4, 0, 20, 20)]
    assert matched(two, [predicted("a", "pit", 2, 0, 20, 20)]).tolist() == [True, False]
    assert matched(two, [predicted("a", "pit", 4, 0, 20, 20, score=0.3)] * 2).tolist() == [True, True]
    assert not matched(two, [predicted("a", "cut", 0, 0, 20, 20), predicted("b", "pit", 0, 0, 20, 20)]).any()


def test_a_tiny_defect_asks_for_less_overlap():
    assert not matched([shown("a", "pit", 0, 0, 30, 30)], [predicted("a", "pit", 12, 0, 30, 30)]).any()
    assert matched([shown("a", "pit", 0, 0, 10, 10)], [predicted("a", "pit", 4, 0, 10, 10)]).all()


def test_what_is_missed_is_made_more_often_within_the_bound():
    defects = [shown(str(n), "pit", 3, 3, 20, 20) for n in range(40)]
    defects += [shown(str(n), "cut", 65, 65, 10, 10) for n in range(40)]
    found = judge(defects, [predicted(str(n), "pit", 3, 3, 20, 20) for n in range(40)], 2.0)
    assert [(row.name, row.shown, row.found) for row in found.classes] == [("pit", 40, 40), ("cut", 40, 0)]
    # half of all are missed; (0 + 4 / 2) / 44 of the cuts and (40 + 4 / 2) / 44 of the pits are found
    assert [row.multiplier for row in found.classes] == [0.5, pytest.approx((1 - 2 / 44) / 0.5, abs=1e-4)]
    assert found.of_class("never shown") == 1.0
    assert found.of_size(0.1) > 1.5 and found.of_size(0.22) == 0.5
    assert found.of_place(0.8, 0.8) > 1.5 and found.of_place(0.1, 0.1) == 0.5 and found.of_place(0.5, 0.1) == 1.0


@pytest.mark.parametrize("maker", ["bank", "gan"])
def test_cut_outs_of_every_bank_are_steered_and_what_was_left_out_stays_so(maker, tmp_path):
    paths = harvest(write_real(tmp_path / "real"), tmp_path / "own").paths
    node = yaml.safe_load(paths["crack"].read_text())["crack"]
    count = len(node["shape"]["cutouts"])
    node["shape"] |= {"bank": str(tmp_path / "own"), "weights": [0, *[2] * (count - 1)]}
    missed = [shown(str(n), "crack", 3, 3, 20 + 2 * (n % 20), 20) for n in range(40)]
    (new,) = steered({maker: {"crack": [node]}}, judge(missed, [], 2.0))[maker]["crack"]
    weights = new["shape"]["weights"]
    assert weights[0] == 0 and len(weights) == count and min(weights[1:]) > 0
    assert max(weights) <= 4


def test_few_defects_move_little():
    one = judge([shown("a", "pit", 0, 0, 20, 20), shown("a", "cut", 40, 0, 20, 20)], [], 2.0)
    assert all(0.8 < row.multiplier < 1.25 for row in (*one.classes, *one.sizes, *one.places))


def test_shifted_counts_keep_their_sum_and_the_bounds():
    rng = np.random.default_rng(0)
    for _ in range(200):
        names = "abcdef"[: rng.integers(1, 7)]
        counts = {name: int(rng.integers(0, 60)) for name in names}
        defects = [shown("i", name, 0, 0, 20, 20) for name in names for _ in range(30)]
        found = judge(defects, [predicted("i", n, 0, 0, 20, 20) for n in names for _ in range(rng.integers(0, 30))], 2)
        most = {name: counts[name] + int(rng.integers(0, 40)) for name in names}
        new = shifted(counts, found, 2.0, most)
        assert sum(new.values()) == sum(counts.values())
        for name, number in counts.items():
            assert number / 2 <= new[name] <= min(number * 2, most[name])


def coco_set(tmp_path, split="val"):
    root = tmp_path / "in"
    pit = label("##...\n##...\n.....\n.....", "pit")
    data = data_set(root, record(root, "a", split, (5, 4), [pit]), record(root, "b", "train", (5, 4)))
    coco.write(data, tmp_path / "coco")
    return data


def results(tmp_path, *entries):
    path = tmp_path / "predictions.json"
    path.write_bytes(orjson.dumps(list(entries)))
    return path


GOOD = {"image_id": 1, "category_id": 2, "bbox": [0, 0, 2, 2], "score": 0.9}


def read(tmp_path, path, data, files="coco", split="val"):
    return read_feedback(path, tmp_path / files, split=split, least_score=0.25, bound=2.0, real=data)


@pytest.mark.parametrize("split", ["val", "test"])  # their files come behind and before that of train
def test_images_of_one_name_in_two_folders_are_told_apart_and_ids_are_those_of_the_split(split, tmp_path):
    names, root = {1: "pit", 2: "scratch", 3: "pit"}, tmp_path / "coco"
    data = data_set(
        root, *(record(root, f"cam{n}/000", split, (5, 4)) for n in names), record(root, "t", "train", (5, 4))
    )
    images = [{"id": n, "file_name": f"cam{n}/000.png", "width": 5, "height": 4} for n in names]
    (root / "annotations").mkdir()
    for side, ids in (("train", {"scratch": 1, "pit": 2}), (split, {"pit": 1, "scratch": 2})):
        content = {
            "images": images if side == split else [{"id": 1, "file_name": "t.png", "width": 5, "height": 4}],
            "categories": [{"id": number, "name": name} for name, number in ids.items()],
            "annotations": [
                {"id": n, "image_id": n, "category_id": ids[name], "bbox": [0, 0, 2, 2], "area": 4, "iscrowd": 0}
                for n, name in names.items()
                if side == split
            ],
        }
        (root / f"annotations/instances_{side}.json").write_bytes(orjson.dumps(content))
    entries = [{**GOOD, "image_id": n, "category_id": 1 + (name == "scratch")} for n, name in names.items()]
    found = read(tmp_path, results(tmp_path, *entries), data, split=split)
    assert {row.name: (row.shown, row.found) for row in found.classes} == {"pit": (2, 2), "scratch": (1, 1)}
    assert found.false == 0


def test_the_ids_are_those_of_the_data_sets_own_json(tmp_path):
    data = coco_set(tmp_path)
    found = read(tmp_path, results(tmp_path, GOOD, {**GOOD, "score": 0.1}), data)
    assert [(row.name, row.shown, row.found) for row in found.classes] == [("pit", 1, 1)] and found.false == 0


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (3, "entry 0: expected an object, got 3"),
        ({**GOOD, "image_id": 9}, "entry 0: expected an image_id of the val images, got 9"),
        (
            {**GOOD, "image_id": 2},
            "entry 0: expected an image_id of the val images, got 2, which is b, an image of train",
        ),
        ({**GOOD, "category_id": 0}, "a category_id of the data set (1 scratch, 2 pit), got 0"),
        ({**GOOD, "bbox": [0, 0, 0, 2]}, "w > 0, h > 0, got [0, 0, 0, 2]"),
        ({**GOOD, "score": None}, "score: a number, got None"),
    ],
)
def test_a_prediction_that_does_not_fit_is_named(entry, message, tmp_path):
    data = coco_set(tmp_path)
    with pytest.raises(FormatError) as caught:
        read(tmp_path, results(tmp_path, entry), data)
    assert message in str(caught.value) and "predictions.json" in str(caught.value)


@pytest.mark.parametrize(("text", "message"), [("{", "JSON"), ("{}", "a list of {image_id"), (None, "No such file")])
def test_a_file_that_is_no_list_of_results_is_named(text, message, tmp_path):
    data = coco_set(tmp_path)
    path = tmp_path / "predictions.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(FormatError, match=message):
        read(tmp_path, path, data)


def test_test_images_are_fed_back_only_where_that_is_said(tmp_path):
    data = coco_set(tmp_path, "test")
    with pytest.raises(ConfigError, match="defects in val, got none; defects are in test"):
        read(tmp_path, results(tmp_path), data)
    assert read(tmp_path, results(tmp_path, GOOD), data, split="test").classes[0].found == 1


def test_validation_images_that_are_test_images_are_refused(tmp_path):
    coco_set(tmp_path)
    tested = data_set(tmp_path / "in", record(tmp_path / "in", "a", "test", (5, 4)))
    with pytest.raises(ConfigError, match="images that are not in test of data, got 1 of its test images, such as a"):
        read(tmp_path, results(tmp_path, GOOD), tested)
