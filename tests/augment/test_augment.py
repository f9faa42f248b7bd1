"""Classes are brought to their targets exactly, from the train side alone, and the test side stays as it was."""

from __future__ import annotations

import hashlib
import importlib.util
from collections import Counter
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import orjson
import pytest

from generator.augment import augment
from generator.cli.real import augment as cli
from generator.core.annotation import Orientation, Region
from generator.dataset.format import coco
from generator.dataset.leak import find_leaks, fingerprint
from generator.dataset.open import open_data
from generator.dataset.record import Label, Record, Records
from generator.dataset.store import Store
from tests.dataset.toy import file_bytes

FAST = ("executor=serial", "report=false")
ROOT = Path(__file__).parents[2]


def board(seed: int, side: int = 48) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (150 + 20 * np.sin(np.arange(side) / 5)[:, None] + rng.normal(0, 3, (side, side))).clip(0, 255)


def tree(root: Path, good: int = 4, **counts: tuple[int, int]) -> Path:
    """Write an MVTec tree of small boards; counts are (train, test) by class."""
    seed = 0
    for split, name, number in [
        ("train", "good", good),
        ("test", "good", 1),
        *((split, name, n) for name, pair in counts.items() for split, n in zip(("train", "test"), pair, strict=True)),
    ]:
        for _ in range(number):
            seed += 1
            image, mask = board(seed), np.zeros((48, 48), np.uint8)
            x, y = 10 + seed * 7 % 28, 10 + seed * 11 % 28
            if name == "hole":
                cv2.circle(mask, (x, y), 4, 255, -1)
            elif name == "scratch":
                cv2.line(mask, (x - 8, y - 3), (x + 8, y + 3), 255, 2)
            image[mask > 0] -= 70
            (root / split / name).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(root / split / name / f"{seed:03d}.png"), image.astype(np.uint8))
            if name != "good":
                (root / "ground_truth" / name).mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(root / "ground_truth" / name / f"{seed:03d}_mask.png"), mask)
    return root


@pytest.fixture(scope="module")
def boards(tmp_path_factory):
    return tree(tmp_path_factory.mktemp("boards") / "in", hole=(3, 2), scratch=(6, 2))


def train_counts(root: Path) -> Counter:
    return Counter(label.category for record in Store.open(root) for label in record.labels if record.split == "train")


@pytest.mark.xdist_group("wood")
def test_the_wood_story_holds(command, tmp_path):
    spec = importlib.util.spec_from_file_location("wood", ROOT / "docs/wood/draw.py")
    assert spec is not None and spec.loader is not None
    wood = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(wood)
    wood.draw(tmp_path / "wood", size_px=64)
    before = file_bytes(tmp_path / "wood")
    code, out, err = command("augment", "data=wood", "name=balanced", *FAST)
    assert code == 0, err
    root = tmp_path / "outputs/balanced"
    assert file_bytes(tmp_path / "wood") == before and len(before) == 79 + 60
    assert train_counts(root) == dict.fromkeys(("color", "combined", "hole", "liquid", "scratch"), 14)
    assert "carried over untouched: test 26 images" in out
    data = Store.open(root)
    sides = {split: [record for record in data if record.split == split] for split in ("train", "test")}
    assert len(sides["test"]) == 26 and not any(record.synthetic for record in sides["test"])
    given = {hashlib.sha256(data).hexdigest() for name, data in before.items() if name.startswith("test/")}
    assert {fingerprint(root / record.image).file for record in sides["test"]} == given
    made = [record for record in sides["train"] if record.synthetic]
    assert len(made) == 9 + 7 + 7 + 7
    learned = {hashlib.sha256(data).hexdigest() for name, data in before.items() if name.startswith("train/")}
    cut_from = {label.params["shape"]["cutout_source"] for record in made for label in record.labels}
    assert cut_from | {record.source_sha256 for record in made} <= learned
    assert find_leaks(data, root) == ()


def test_every_maker_makes_its_share_and_the_same_command_gives_the_same_bytes(command, boards, tmp_path):
    asked = (
        "augment", f"data={boards}", "target=16", "makers={bank: 0.5, fitted: 0.25, procedural: 0.25}",
        "kinds={scratch: [metal/scratch,plastic/scratch]}", "combinations={hole+scratch: 2}", "good_share=0.3", *FAST,
        "defects_per_image=[1,2]", "export=[coco,captions]",
    )  # fmt: skip
    code, out, err = command(*asked, "out=one")
    assert code == 0, err
    numbers = orjson.loads((tmp_path / "one/augment.json").read_bytes())
    assert numbers["made"] == {
        "bank": {"hole": 7, "scratch": 4},
        "fitted": {"hole": 4, "scratch": 2},
        "procedural": {"scratch": 2},
        "combined": {"hole": 2, "scratch": 2},
    }
    assert train_counts(tmp_path / "one") == {"hole": 16, "scratch": 16}
    train = [record for record in Store.open(tmp_path / "one") if record.split == "train"]
    both = [record for record in train if {label.category for label in record.labels} == {"hole", "scratch"}]
    good = sum(not record.labels for record in train)
    assert len(both) >= 2 and 0.3 <= good / len(train) < 0.34
    assert "procedural: no kinds=... for hole" in out and not (tmp_path / "one.run/augment").exists()
    command(*asked, "out=two", "keep_work=true")
    assert file_bytes(tmp_path / "one") == file_bytes(tmp_path / "two")
    assert (tmp_path / "two.run/augment/bank/manifest.json").is_file()
    code, _, err = command(*asked, "out=one")
    assert code == 2 and "overwrite=true" in err


def test_a_run_that_was_stopped_goes_on_and_leaves_nothing_half_written(command, boards, tmp_path, monkeypatch):
    asked = ("augment", f"data={boards}", "target=8", *FAST)
    command(*asked, "out=whole")

    def stop(*given, **more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(augment, "mix", stop)  # the real data set's own is the first
        assert command(*asked, "out=stopped")[0] == 130
    with monkeypatch.context() as patched:
        patched.setattr(augment, "_good", stop)
        assert command(*asked, "out=stopped")[0] == 130
    assert not (tmp_path / "stopped").exists() and any((tmp_path / "stopped.run/augment/made").iterdir())
    assert command(*asked, "out=stopped")[0] == 0
    assert file_bytes(tmp_path / "whole") == file_bytes(tmp_path / "stopped")


def test_a_run_that_was_stopped_while_it_exported_goes_on_when_repeated(command, boards, tmp_path, monkeypatch):
    asked = ("augment", f"data={boards}", "target=8", "export=[coco]", *FAST)
    command(*asked, "out=whole")

    def stop(*given, **more):
        raise KeyboardInterrupt

    for more in ((), ("overwrite=true",)):
        with monkeypatch.context() as patched:
            patched.setattr(cli, "export_all", stop)
            code, _, err = command(*asked, "out=stopped", *more)
        assert code == 130 and ("overwrite=true" in err) == bool(more)  # without it, it would be refused
        assert (tmp_path / "stopped.run/augment/made").is_dir()
        assert command(*asked, "out=stopped")[0] == 0
        assert file_bytes(tmp_path / "whole") == file_bytes(tmp_path / "stopped")
    assert command(*asked, "out=stopped")[0] == 2


def test_synthetic_images_that_are_given_count_and_stay_where_they_are(command, boards, tmp_path):
    assert command("augment", f"data={boards}", "target=8", "out=first", *FAST)[0] == 0
    code, out, err = command("augment", "data=first", "target=10", "out=second", *FAST)
    assert code == 0, err
    assert train_counts(tmp_path / "second") == {"hole": 10, "scratch": 10}
    assert "7 images of train were synthetic before" in out and "train, given -> balanced" in out
    lines = [orjson.loads(line) for line in (tmp_path / "first/records.jsonl").read_bytes().splitlines()]
    (tmp_path / "first/records.jsonl").write_bytes(
        b"".join(orjson.dumps(r | {"synthetic": True}) + b"\n" for r in lines)
    )
    code, out, err = command("augment", "data=first", "target=10", "out=third", *FAST)
    assert code == 0, err
    assert train_counts(tmp_path / "third") == {"hole": 10, "scratch": 10}
    assert "carried over untouched: test 5 images" in out
    assert sum(record.split == "test" for record in Store.open(tmp_path / "third")) == 5


def test_a_class_that_no_maker_can_make_is_said(command, boards):
    code, out, err = command(
        "augment", f"data={boards}", "target=9", "makers={bank: 1, hole: {procedural: 1}}", "out=short", *FAST
    )
    assert code == 3 and "hole: no maker can make it" in out and "there is no hole 6" in err
    code, _, err = command("augment", f"data={boards}", "makers={procedural: 1}", "out=none", *FAST)
    assert code == 2 and "expected a maker for one of hole, got none" in err


def test_defects_in_test_alone_are_parted_only_where_that_is_said(command, tmp_path):
    tree(tmp_path / "mvtec", hole=(0, 6), scratch=(0, 12))
    code, _, err = command("augment", "data=mvtec", "out=set", *FAST)
    assert code == 2 and "got none; there are: test 18" in err and "splits={train: 0.67, test: 0.33}" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mvtec"]
    code, _, err = command("augment", "data=mvtec", "out=set", "splits={train: 0.67, test: 0.33}", *FAST)
    assert code == 0, err
    counts = train_counts(tmp_path / "set")
    assert counts["hole"] == counts["scratch"] == 8
    assert find_leaks(Store.open(tmp_path / "set"), tmp_path / "set") == ()


def test_images_of_a_part_that_their_names_tell_keep_to_one_side(command, tmp_path):
    tree(tmp_path / "mvtec", hole=(0, 8), scratch=(0, 16))
    shares = "splits={train: 0.5, test: 0.5}"
    code, _, err = command("augment", "data=mvtec", "out=set", "group=board([0-9]+)", shares, *FAST)
    assert code == 2 and err.startswith("defectgen: group: expected a pattern that is found in the images' paths"), err
    code, _, err = command("augment", "data=mvtec", "out=set", "group=([0-9])\\.png", shares, *FAST)
    assert code == 0, err
    sides = {}
    for record in Store.open(tmp_path / "set"):
        sides.setdefault(record.group, set()).add(record.split)
    assert len(sides) == 10 and all(len(side) == 1 for side in sides.values())
    assert {split for side in sides.values() for split in side} == {"train", "test"}


def test_a_class_whose_name_cannot_be_a_kind_is_named(command, tmp_path):
    tree(tmp_path / "in", hole=(2, 1), scratch=(4, 1))
    for side in ("train", "test", "ground_truth"):
        (tmp_path / "in" / side / "hole").rename(tmp_path / "in" / side / "긁힘")
    code, _, err = command("augment", "data=in", "out=set", *FAST)
    assert code == 2 and "got '긁힘'" in err and "Rename the class" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


def test_without_good_images_defective_ones_are_mended(command, tmp_path):
    tree(tmp_path / "in", good=0, hole=(3, 1), scratch=(5, 1))
    code, out, err = command("augment", "data=in", "out=set", *FAST)
    assert code == 0, err
    assert "8 images whose own were filled in" in out
    assert train_counts(tmp_path / "set") == {"hole": 5, "scratch": 5}


def test_feedback_moves_the_plan_and_keeps_its_sum(command, boards, tmp_path):
    tree(tmp_path / "val", hole=(0, 6), scratch=(0, 6))
    shown = [record for record in open_data(tmp_path / "val") if record.labels]
    found = [
        {"image_id": record.key, "category_id": 2, "bbox": record.labels[0].bbox_xywh, "score": 0.9}
        for record in shown
        if record.labels[0].category == "scratch"
    ]
    (tmp_path / "predictions.json").write_bytes(orjson.dumps(found))
    asked = ("augment", f"data={boards}", "target=12", "feedback=predictions.json", "feedback_data=val", *FAST)
    code, _, err = command(*asked, "out=set")
    assert code == 2 and "expected defects in val" in err
    code, out, err = command(*asked, "out=set", "feedback_split=test")
    assert code == 0, err
    counts = train_counts(tmp_path / "set")
    assert counts.total() == 24 and counts["hole"] > 12 > counts["scratch"] >= 9
    assert "what the detector misses" in out and "class hole" in out


def test_what_is_made_on_an_image_keeps_its_angle_and_its_whole_parts(command, boards, tmp_path):
    whole = Label.of_region(
        "board", Region.tight(np.ones((48, 48), bool)), quad_xy=((0, 0), (48, 0), (48, 48), (0, 48))
    )
    data = open_data(boards)
    records = [
        replace(
            record,
            orientation=Orientation.at(number - 6.5),
            labels=(replace(whole, orientation=Orientation.at(number - 6.5)), *record.labels),
        )
        for number, record in enumerate(data)
    ]
    coco.write(Records.gathered(data.root, ("board", *data.classes), records), tmp_path / "coco")
    code, _, err = command("augment", "data=coco", "target=8", *FAST, "out=out")
    assert code == 0, err
    assert train_counts(tmp_path / "out")["hole"] == train_counts(tmp_path / "out")["scratch"] == 8
    store = list(Store.open(tmp_path / "out"))
    of_real = {fingerprint(tmp_path / "out" / one.image).file: one.orientation for one in store if not one.synthetic}
    made = [one for one in store if one.synthetic]
    assert len(made) == 7
    for one in made:
        assert one.orientation == of_real[one.source_sha256]
        assert [label.category for label in one.labels if label.orientation == one.orientation] == ["board"]


def test_good_images_of_the_users_own_are_not_those_that_the_data_set_holds_already(tmp_path, command):
    root = tree(tmp_path / "in", good=2, hole=(3, 1))
    own = tmp_path / "own"
    own.mkdir()
    for number, file in enumerate(sorted(root.rglob("t*/*/*.png"))):
        (own / f"{number}.png").write_bytes(file.read_bytes())
    cv2.imwrite(str(own / "new.png"), board(99).astype(np.uint8))
    code, out, err = command("augment", f"data={root}", f"good={own}", "target=8", "good_share=0.4", "out=more", *FAST)
    assert code == 0, err
    assert "7 images stand in the data set already and were not used" in out
    sources = {one.source_id for one in Store.open(tmp_path / "more") if one.synthetic}
    assert {source for source in sources if source.startswith("own") or "/" not in source} == {"new.png"}
    assert not any("hole" in source for source in sources)


@pytest.mark.parametrize("order", [(True, False), (False, True)])
def test_a_class_has_masks_where_any_of_its_labels_has_one(order, tmp_path, command):
    def record(file, *labels):
        return Record(
            key=file.stem, split="train", image=file.relative_to(root).as_posix(), width=48, height=48, labels=labels
        )

    root = tree(tmp_path / "in", good=2, hole=(4, 0))
    records = [record(file) for file in (root / "train/good").glob("*.png")]
    for number, file in enumerate(sorted((root / "train/hole").glob("*.png"))):
        mask = cv2.imread(str(root / f"ground_truth/hole/{file.stem}_mask.png"), 0) > 0
        one = Label.of_region("hole", Region.tight(mask))
        records.append(record(file, one if order[number // 2] else Label(category="hole", bbox_xywh=one.bbox_xywh)))
    coco.write(Records.gathered(root, ("hole",), records), tmp_path / "coco")
    code, out, err = command("augment", "data=coco", "target=6", "makers={fitted: 1, bank: 1}", "out=more", *FAST)
    assert code == 0, err
    assert "no masks to learn from" not in out
