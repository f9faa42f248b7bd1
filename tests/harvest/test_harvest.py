"""Banks: what is cut, what is left out, and what lies on disk afterwards."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
import yaml

from generator.cli.main import main
from generator.core.errors import ConfigError
from generator.defect.bank.bank import Bank
from generator.harvest.cut import Photo, cut_outs, pieces
from generator.harvest.harvest import HarvestRequest, harvest
from tests.dataset.toy import file_bytes
from tests.fit.toy import save, write_real


def mask_of(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    """Return a (60, 80) bool mask of filled boxes x, y, w, h."""
    mask = np.zeros((60, 80), bool)
    for x, y, w, h in boxes:
        mask[y : y + h, x : x + w] = True
    return mask


def test_pieces_that_lie_apart_are_cut_apart_and_near_ones_are_not():
    assert len(pieces(mask_of((5, 5, 6, 6), (40, 30, 6, 6)))) == 2
    assert len(pieces(mask_of((5, 5, 6, 6), (14, 5, 6, 6)))) == 1
    assert pieces(mask_of((5, 5, 2, 2))) == []
    many = mask_of(*((2 + 13 * (n % 6), 2 + 13 * (n // 6), 3, 3) for n in range(24)))
    assert len(pieces(many)) == 1


def test_pieces_stay_together_unless_each_is_a_defect_of_its_own():
    pixels = np.full((60, 80, 1), 120, np.uint8)
    photo = Photo(pixels=pixels, white=255, mask=mask_of((5, 5, 6, 6), (40, 30, 6, 6)), others=np.zeros((60, 80), bool))
    assert [cut.mask.sum() for cut in cut_outs(photo, "combined")] == [72]
    assert [cut.mask.sum() for cut in cut_outs(photo, "combined", apart=True)] == [36, 36]


def test_other_defects_are_neither_surface_nor_cut_along():
    rng = np.random.default_rng(0)
    pixels = np.clip(rng.normal(120, 2, (60, 80, 1)), 0, 255).astype(np.uint8)
    pixels[20:30, 20:30], pixels[20:30, 33:45] = 60, 240
    photo = Photo(pixels=pixels, white=255, mask=mask_of((20, 20, 10, 10)), others=mask_of((33, 20, 12, 10)))
    (cut,) = cut_outs(photo, "dark")
    assert -0.55 < cut.facts["contrast"] < -0.42
    x, y, w, _h = cut.facts["rect"]
    assert cut.alpha[:, 33 - x : w].max(initial=0) == 0 if x + w > 33 else True
    assert y <= 20


@pytest.mark.parametrize(
    ("box", "sliver"),
    [((10, 0, 40, 4), True), ((10, 56, 40, 4), True), ((0, 10, 5, 40), True), ((75, 10, 5, 40), True),
     ((10, 0, 4, 40), False), ((0, 10, 40, 5), False), ((10, 1, 40, 4), False), ((0, 0, 12, 4), False)],
)  # fmt: skip
def test_a_defect_cut_along_its_length_by_a_side_is_a_sliver(box, sliver):
    pixels = np.full((60, 80, 1), 120, np.uint8)
    photo = Photo(pixels=pixels, white=255, mask=mask_of(box), others=mask_of())
    assert [cut.facts["sliver"] for cut in cut_outs(photo, "crack")] == [sliver]


@pytest.mark.parametrize(
    ("rows", "place", "weights"),
    [
        ((0, 30), "anywhere", {0: 0, 30: 1}),
        ((0, 30), "seen", {}),
        ((0, 57), "anywhere", {}),
        ((20, 30), "anywhere", {}),
    ],
)
def test_a_sliver_is_not_laid_in_the_middle_of_a_part_unless_there_is_nothing_else(tmp_path, rows, place, weights):
    rng = np.random.default_rng(0)
    for n, y in enumerate(rows):
        pixels = np.clip(rng.normal(120, 2, (60, 80)), 0, 255).astype(np.uint8)
        mask = mask_of((10, y, 40 + n, 3))
        pixels[mask] = 60
        save(tmp_path / "data" / "defect" / "crack" / f"{y:02d}.png", pixels)
        save(tmp_path / "data" / "masks" / "crack" / f"{y:02d}.png", mask.astype(np.uint8) * 255)
    result = harvest(tmp_path / "data", tmp_path / "bank", HarvestRequest(place=place))
    shape = yaml.safe_load(result.paths["crack"].read_text())["crack"]["shape"]
    entries = Bank.open(tmp_path / "bank").entries
    seen_at = [entries[name]["xywh"][1] for name in shape["cutouts"]]
    assert dict(zip(seen_at, shape["weights"], strict=bool(weights))) == weights


def test_a_bank_holds_what_its_manifest_says(tmp_path):
    result = harvest(write_real(tmp_path / "real"), tmp_path / "bank")
    assert result.counts == {"crack": 4, "spot": 4} and result.images == 8 and not result.review
    bank = Bank.open(tmp_path / "bank")
    assert len(bank.entries) == 8
    for name, entry in bank.entries.items():
        cutout = bank.cutout(name)
        assert cutout.category == entry["category"]
        assert abs(int(cutout.mask.sum()) - entry["area_px"]) == 0
        assert {"source", "sha256", "split", "xywh", "wh", "surface", "mask"} <= set(entry)
    for category, path in result.paths.items():
        node = yaml.safe_load(path.read_text().replace("${bank}", str(tmp_path / "bank")))[category]
        assert set(node["shape"]["cutouts"]) == {n for n, e in bank.entries.items() if e["category"] == category}
    assert cv2.imread(str(tmp_path / "bank" / "review.png")) is not None


def test_the_same_harvest_gives_the_same_bytes(tmp_path):
    data = write_real(tmp_path / "real")
    for name in ("one", "two"):
        harvest(data, tmp_path / name)
    assert file_bytes(tmp_path / "one") == file_bytes(tmp_path / "two")


def boxes_of(root, splits=("train",)):
    """Write a COCO data set of clear dark blots that are labelled with boxes alone, and return its folder."""
    rng = np.random.default_rng(1)
    for split in splits:
        images, notes = [], []
        for number in range(1, 4):
            pixels = rng.normal(150, 2, (80, 100, 1))
            x, y = int(rng.integers(20, 50)), int(rng.integers(20, 40))
            blot = np.zeros((80, 100), np.uint8)
            cv2.ellipse(blot, (x + 9, y + 7), (9, 7), 0, 0, 360, 255, -1)
            pixels *= 1 - 0.5 * cv2.GaussianBlur(blot / 255.0, (0, 0), 0.7)[..., None]
            save(root / "images" / split / f"{number}.png", pixels)
            images.append({"id": number, "file_name": f"{number}.png", "width": 100, "height": 80})
            notes.append({"id": number, "image_id": number, "category_id": 1, "iscrowd": 0, "area": 19 * 15,
                          "bbox": [x, y, 19, 15], "segmentation": []})  # fmt: skip
        content = {"images": images, "annotations": notes, "categories": [{"id": 1, "name": "blot"}]}
        (root / "annotations").mkdir(exist_ok=True)
        (root / "annotations" / f"instances_{split}.json").write_text(json.dumps(content))
    return root


def test_boxes_alone_are_enough_where_the_mask_is_clear(tmp_path):
    result = harvest(boxes_of(tmp_path / "data"), tmp_path / "bank")
    assert result.counts == {"blot": 3}
    for entry in Bank.open(tmp_path / "bank").entries.values():
        assert entry["mask"]["from"] != "label" and 0 < entry["mask"]["score"] <= 1
        assert 0.7 * 206 < entry["area_px"] < 1.3 * 206  # of an ellipse with these half axes


def test_a_poor_mask_waits_until_a_person_accepts_it(tmp_path):
    data = boxes_of(tmp_path / "data")
    notes = data / "annotations" / "instances_train.json"
    content = json.loads(notes.read_text())
    content["annotations"][0]["bbox"] = [70, 60, 20, 15]  # nothing but noise there
    notes.write_text(json.dumps(content))
    result = harvest(data, tmp_path / "bank")
    entries = Bank.open(tmp_path / "bank").entries
    waiting = [name for name, entry in entries.items() if not entry["usable"]]
    assert result.counts == {"blot": 2}
    assert result.review == {"blot": 1} or result.left_out
    text = result.paths["blot"].read_text()
    assert not any(name in text for name in waiting)
    if waiting:
        again = harvest(data, tmp_path / "bank", HarvestRequest(accept=tuple(waiting)))
        assert again.counts == {"blot": 3} and waiting[0] in again.paths["blot"].read_text()


def test_what_a_model_is_tested_on_is_not_cut(tmp_path):
    data = boxes_of(tmp_path / "data", ("train", "test"))
    result = harvest(data, tmp_path / "bank")
    assert result.images == 3
    assert {entry["split"] for entry in Bank.open(tmp_path / "bank").entries.values()} == {"train"}
    only_test = boxes_of(tmp_path / "tested", ("test",))
    with pytest.raises(ConfigError, match=r"splits: expected defects in train, got none; there are in test 3"):
        harvest(only_test, tmp_path / "none")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["data=nowhere"], "data: expected a data set"),
        (["classes=[crck]"], "Did you mean 'crack'?"),
        (["splits=[trian]"], "Did you mean 'train'?"),
        (["place=anywere"], "Did you mean 'anywhere'?"),
        (["grow_px=-1"], "grow_px: expected px in 0..32, got -1"),
        (["accept=7"], "accept: expected a list"),
        (["format=coko"], "Did you mean 'coco'?"),
        (["grow=2"], "grow"),
        (["segmenter="], "segmenter: expected a path"),
    ],
)
def test_a_mistake_is_one_paragraph_and_leaves_nothing(tmp_path, capsys, overrides, said):
    data = write_real(tmp_path / "real", count=1)
    assert main(["harvest", f"data={data}", f"out={tmp_path / 'bank'}", *overrides]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1 and "Traceback" not in error
    assert not (tmp_path / "bank").exists()


def test_a_class_that_no_kind_can_be_named_after_is_pointed_out(tmp_path):
    data = boxes_of(tmp_path / "data")
    notes = data / "annotations" / "instances_train.json"
    notes.write_text(notes.read_text().replace('"blot"', '"a/b"'))
    with pytest.raises(ConfigError, match=r"class 'a/b': .*leave it out with classes"):
        harvest(data, tmp_path / "bank")
    assert not (tmp_path / "bank").exists()


def test_a_folder_that_is_no_bank_is_not_replaced(tmp_path, capsys):
    data = write_real(tmp_path / "real", count=1)
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "notes.txt").write_text("mine")
    assert main(["harvest", f"data={data}", f"out={tmp_path / 'precious'}"]) == 2
    assert "out: expected a bank to replace" in capsys.readouterr().err
    assert (tmp_path / "precious" / "notes.txt").read_text() == "mine"


def test_files_of_the_user_stay_where_a_bank_is_replaced(tmp_path):
    data, bank = write_real(tmp_path / "real", count=1), tmp_path / "bank"
    harvest(data, bank)
    (bank / "notes.txt").write_text("mine")
    harvest(data, bank, HarvestRequest(classes=("spot",)))
    assert (bank / "notes.txt").read_text() == "mine"
    assert {entry["category"] for entry in Bank.open(bank).entries.values()} == {"spot"}


def test_a_bank_in_a_file_is_named_by_its_own_key(tmp_path, capsys):
    data = write_real(tmp_path / "real", count=1)
    (tmp_path / "taken").write_text("mine")
    assert main(["harvest", f"data={data}", f"out={tmp_path / 'taken' / 'bank'}"]) == 2
    assert capsys.readouterr().err.startswith("defectgen: out: expected a folder that can be written")
    assert (tmp_path / "taken").read_text() == "mine"


def test_from_real_defects_to_pasted_ones_on_the_command_line(tmp_path, capsys):
    data, bank = write_real(tmp_path / "real"), tmp_path / "my bank"
    assert main(["harvest", f"data={data}", f"out={bank}"]) == 0
    said = capsys.readouterr().out
    assert "crack 4, spot 4" in said and "defect=[bank/crack,bank/spot]" in said
    keys = [f"bank={bank}", "defect=[bank/crack,bank/spot]", "source=folder", f"source.path={data / 'good'}",
            "roi=whole", "labels=all", "export_mask=annotator",
            f"out={tmp_path / 'made'}", "executor=serial"]  # fmt: skip
    assert main(["generate", *keys, "targets={crack: 4, spot: 3}", "splits={train: 1}"]) == 0
    assert "crack 4, spot 3" in capsys.readouterr().out
    assert main(["generate", "bank=nowhere", "defect=[bank/crack]"]) == 2
    assert "bank: expected a folder with manifest.json" in capsys.readouterr().err
    assert main(["generate", "defect=[bank/crack]"]) == 2
    assert "bank=" in capsys.readouterr().err
