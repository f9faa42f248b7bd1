"""pycocotools reads what the coco formats write."""

import contextlib
import io

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from generator.dataset.format.table import FORMATS

pytestmark = pytest.mark.client


@pytest.fixture(params=["coco", "coco_polygon"])
def folder(request, toy, tmp_path):
    FORMATS[request.param].write(toy, tmp_path / "out")
    return tmp_path / "out"


def load(path) -> COCO:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


def test_counts_and_class_ids_are_ours(folder):
    counts = {}
    for split in ("train", "val", "test"):
        coco = load(folder / f"annotations/instances_{split}.json")
        assert {c["id"]: c["name"] for c in coco.loadCats(coco.getCatIds())} == {1: "scratch", 2: "pit"}
        assert all((folder / "images" / split / image["file_name"]).is_file() for image in coco.imgs.values())
        counts[split] = {
            image["file_name"]: [a["category_id"] for a in coco.imgToAnns[n]] for n, image in coco.imgs.items()
        }
    assert counts == {
        "train": {"a-0.png": [1, 2], "a-1.png": [], "a-2.png": [1], "a-3.png": []},
        "val": {"b-4.png": [2, 2]},
        "test": {"c-5.png": []},
    }


def test_every_mask_is_ours_to_the_pixel(folder, masks):
    for split, names in {"train": ["bar", "ring", "border"], "val": ["parts", "pixel"]}.items():
        coco = load(folder / f"annotations/instances_{split}.json")
        annotations = coco.loadAnns(sorted(coco.getAnnIds()))
        assert len(annotations) == len(names)
        for annotation, name in zip(annotations, names, strict=True):
            assert np.array_equal(coco.annToMask(annotation).astype(bool), masks[name]), name
            assert annotation["area"] == masks[name].sum()


@pytest.mark.parametrize("kind", ["segm", "bbox"])
def test_a_perfect_prediction_scores_one(folder, kind):
    coco = load(folder / "annotations/instances_train.json")
    keys = ("image_id", "category_id", "bbox", "segmentation")
    detections = [{key: a[key] for key in keys} | {"score": 0.9} for a in coco.anns.values()]
    with contextlib.redirect_stdout(io.StringIO()):
        judge = COCOeval(coco, coco.loadRes(detections), kind)
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    assert judge.stats[0] == pytest.approx(1.0)
