"""A mix on disk: every leak is found, none is made, and what is left out is said."""

from __future__ import annotations

import csv
from dataclasses import replace

import cv2
import numpy as np
import orjson
import pytest

from generator.core.annotation import Orientation, Region
from generator.core.errors import ConfigError, GeneratorError
from generator.core.text import TextLine
from generator.dataset.format import coco
from generator.dataset.leak import file_hash, find_leaks
from generator.dataset.record import Label
from generator.dataset.store import Store
from generator.mix import mix as room
from generator.mix.mix import mix
from generator.mix.request import MixRequest, Part
from tests.dataset.toy import data_set, file_bytes, label, record

BOX = "##.. ##.. .... ...."
WH = (8, 8)


def marked(root, key, split="train", category="scratch", **more):
    """Return the record of an 8 x 8 image with one defect."""
    bits = cv2.copyMakeBorder(label(BOX).mask.full((4, 4)).astype("uint8"), 0, 4, 0, 4, cv2.BORDER_CONSTANT) > 0
    one = Label.of_region(category, Region.tight(bits), params=more.pop("params", {}))
    return replace(record(root, key, split, WH, [one]), **more)


def good(root, key, split="train", **more):
    return replace(record(root, key, split, WH), **more)


def part(root, name, *records, classes=("scratch", "pit"), **more):
    return Part(name=name, data=data_set(root, *records, classes=classes), **more)


def copied(root, source, target):
    (root / target).parent.mkdir(parents=True, exist_ok=True)
    (root / target).write_bytes((root / source).read_bytes())
    return target


def by_key(root):
    return {one.key: one for one in Store.open(root)}


def rows(path):
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture
def leaking(tmp_path):
    """Two data sets with one leak of each kind: the keys on the better protected side, and those that must go."""
    real, made = tmp_path / "real", tmp_path / "made"
    first = [marked(real, f"r{n}") for n in range(3)]
    frames = [marked(real, "f1", group="board7"), marked(real, "f2", "test", group="board7")]
    same = good(real, "b2", "val")
    same = replace(same, image=copied(real, first[0].image, same.image))
    photo, held = good(real, "photo", "test"), marked(real, "held", "val")
    sha = file_hash((real / photo.image).read_bytes())
    cut = {"shape": {"cutout": "c1", "cutout_source": file_hash((real / held.image).read_bytes())}}
    twin = replace(
        marked(made, "s1", synthetic=True), twin=copied(made, f"../real/{photo.image}", "twins/train/s1.png")
    )
    pasted = marked(made, "s3", synthetic=True, params=cut)
    source = marked(made, "s2", synthetic=True, source_id="photo", source_sha256=sha)
    fine = marked(made, "s4", "val", synthetic=True, source_id="other", source_sha256="0" * 64)
    sets = [part(real, "real", *first, *frames, same, photo, held), part(made, "made", twin, source, pasted, fine)]
    stays = {"real__f2", "real__b2", "real__photo", "real__held", "real__r1", "real__r2", "made__s4"}
    return sets, stays, {"real__f1", "real__r0", "made__s1", "made__s2", "made__s3"}


def test_every_leak_is_found_and_none_is_made(tmp_path, leaking):
    sets, stays, goes = leaking
    result = mix(sets, tmp_path / "mixed", MixRequest())
    assert {key for leak in result.leaks for key in leak.get("train", ())} == goes
    assert set(by_key(result.root)) == stays
    assert find_leaks(Store.open(result.root), result.root) == ()
    assert {key: one.split for key, one in by_key(result.root).items() if one.synthetic} == {"made__s4": "train"}


def test_what_was_learned_from_a_held_out_image_stays_out_and_ties_nothing_else(tmp_path):
    real, made = tmp_path / "real", tmp_path / "made"
    seen, held = marked(real, "seen"), marked(real, "held", "test")
    of = {one.key: {"shape": {"learned_from": file_hash((real / one.image).read_bytes())}} for one in (seen, held)}
    alien = {"shape": {"learned_from": "0" * 64}}
    fitted = [marked(made, f"a{n}", synthetic=True, params=of["seen"]) for n in range(2)]
    fitted += [marked(made, "b", synthetic=True, params=of["held"])]
    fitted += [marked(made, f"c{n}", split, synthetic=True, params=alien) for n, split in enumerate(("train", "val"))]
    sets = [part(real, "real", seen, held), part(made, "made", *fitted)]
    result = mix(sets, tmp_path / "mixed", MixRequest(synthetic_in=("train", "val", "test")))
    there = {key: one.split for key, one in by_key(result.root).items()}
    assert there == {
        "real__seen": "train", "real__held": "test", "made__a0": "train", "made__a1": "train", "made__c0": "train",
        "made__c1": "val",
    }  # fmt: skip
    result = mix(sets, tmp_path / "again", MixRequest())
    assert {key for leak in result.leaks for key in leak["train"]} == {"made__b"}
    assert "made__b" not in by_key(result.root)


def test_the_leaks_of_the_planted_set_are_real_ones(tmp_path, leaking, monkeypatch):
    """What the test above plants is seen by the check when nothing resolves it; and then nothing is left behind."""
    sets, _, _ = leaking
    resolve = room.place_items
    monkeypatch.setattr(
        room,
        "place_items",
        lambda items, request: replace(resolve(items, request), splits=tuple(i.split for i in items), reasons={}),
    )
    with pytest.raises(GeneratorError, match="expected no leak"):
        mix(sets, tmp_path / "mixed", MixRequest())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["made", "real"]


def test_a_leak_can_end_the_mix_and_leave_nothing(tmp_path, leaking):
    with pytest.raises(ConfigError, match="Choose on_leak=drop"):
        mix(leaking[0], tmp_path / "mixed", MixRequest(on_leak="fail"))
    assert not (tmp_path / "mixed").exists()


def test_counts_add_up(tmp_path, leaking):
    result = mix(leaking[0], tmp_path / "mixed", MixRequest())
    assert sum(done.kept for done in result.sets) == len(Store.open(result.root))
    for done in result.sets:
        assert done.images == done.kept + sum(done.left_out.values())
    assert sum(n["images"] for row in result.before.values() for n in row.values()) == 12
    assert sum(n["images"] for row in result.after.values() for n in row.values()) == 7
    assert result.after["train"]["real"] == {"images": 2, "good": 0, "defects": {"scratch": 2, "pit": 0}}
    assert len(rows(result.root / "left_out.csv")) == 5


def test_the_same_mix_has_the_same_bytes(tmp_path, leaking):
    for name in ("one", "two"):
        mix(leaking[0], tmp_path / name, MixRequest(splits={"train": 0.5, "test": 0.5}, seed=3))
    assert file_bytes(tmp_path / "one") == file_bytes(tmp_path / "two")
    assert not any(str(tmp_path).encode() in data for data in file_bytes(tmp_path / "one").values())


def test_what_is_known_of_an_image_comes_along(tmp_path):
    root = tmp_path / "a"
    one = marked(root, "x", synthetic=True, group="board7", source_id="p", source_sha256="1" * 64, params={"seed": 4})
    one = replace(one, twin=copied(root, good(root, "t").image, "twins/train/x.png"))
    result = mix([part(root, "a", one, licence="CC0")], tmp_path / "mixed", MixRequest())
    (got,) = by_key(result.root).values()
    assert got.image == "images/train/a__x.png" and got.twin == "twins/train/a__x.png" and got.synthetic
    assert (result.root / got.image).stat().st_ino == (root / one.image).stat().st_ino
    assert (result.root / got.twin).stat().st_ino == (root / one.twin).stat().st_ino
    assert got.labels == one.labels and got.group == "a/board7" and got.licence == "CC0"
    assert got.source_sha256 == "1" * 64 and result.licences == {"CC0": 1}
    index = cv2.imread(str(result.root / got.mask), cv2.IMREAD_UNCHANGED)
    assert (index == one.labels[0].mask.full((8, 8))).all()


def test_text_comes_along_with_its_surface_and_its_mask_of_characters(tmp_path):
    root = tmp_path / "a"
    quad = np.array([(1, 1), (4, 1), (4, 6), (1, 6)], np.float32)
    line = TextLine(text="A", quad_xy=quad, chars=("A",), char_quads_xy=quad[None], first_number=1)
    one = replace(good(root, "x", synthetic=True), text=(line,), has_text_labels=True)
    blank, char_mask = (copied(root, one.image, f"{below}/train/x.png") for below in ("blanks", "masks_char"))
    one = replace(one, blank=blank, char_mask=char_mask)
    result = mix([part(root, "a", one)], tmp_path / "mixed", MixRequest())
    (got,) = by_key(result.root).values()
    assert (got.text, got.has_text_labels) == ((line,), True)
    assert (got.blank, got.char_mask) == ("blanks/train/a__x.png", "masks_char/train/a__x.png")
    assert all((result.root / file).is_file() for file in (got.blank, got.char_mask))


def test_angles_and_whole_parts_come_along_and_a_part_alone_is_good(tmp_path):
    root = tmp_path / "in"
    nut = replace(
        label("####.... ####.... ######## ########", "nut"),
        quad_xy=((0.0, 0.5), (7.5, 0.0), (8.0, 3.5), (-1.0, 4.0)),
        orientation=Orientation(angle_deg=-179.5),
    )
    alone = replace(record(root, "a", "train", WH, [nut]), orientation=Orientation(angle_deg=1e-9, symmetry=4))
    defect = replace(marked(root, "b").labels[0], annotator=label(BOX).mask)
    with_defect = replace(record(root, "b", "train", WH, [nut, defect]), orientation=Orientation.at(180.0))
    result = mix([part(root, "real", alone, with_defect, classes=("scratch", "nut"))], tmp_path / "out", MixRequest())
    assert [(one.orientation, one.labels) for one in by_key(tmp_path / "out").values()] == [
        (one.orientation, one.labels) for one in (alone, with_defect)
    ]
    assert result.after["train"]["real"] == {"images": 2, "good": 1, "defects": {"scratch": 1, "nut": 2}}
    assert [path.name for path in (tmp_path / "out/masks_annotator/train").iterdir()] == ["real__b.png"]


def test_one_image_with_two_angles_is_pointed_out(tmp_path):
    one = replace(good(tmp_path / "one", "a"), orientation=Orientation.at(10.0))
    other = replace(good(tmp_path / "two", "a"), orientation=Orientation.at(-10.0))
    parts = [part(tmp_path / name, name, image) for name, image in (("one", one), ("two", other))]
    result = mix(parts, tmp_path / "out", MixRequest())
    assert any("one image with different labels in two data sets" in note for note in result.notes)


def test_one_image_twice_in_a_data_set_with_different_labels_is_pointed_out(tmp_path):
    root = tmp_path / "real"
    first, second = marked(root, "x"), marked(root, "y", category="rust")
    (root / second.image).write_bytes((root / first.image).read_bytes())
    result = mix([part(root, "real", first, second, classes=("scratch", "rust"))], tmp_path / "out", MixRequest())
    (said,) = (note for note in result.notes if "different labels" in note)
    assert "one image twice" in said and "both are kept" in said and "real__x and real__y" in said
    assert len(by_key(tmp_path / "out")) == 2


def test_a_set_that_is_added_renames_nothing(tmp_path):
    first = part(tmp_path / "a", "a", marked(tmp_path / "a", "x"), marked(tmp_path / "a", "y", "test"))
    other = part(tmp_path / "b", "b", marked(tmp_path / "b", "z", category="rust"), classes=("rust",))
    alone = mix([first], tmp_path / "one", MixRequest())
    both = mix([first, other], tmp_path / "two", MixRequest())
    assert both.classes == (*alone.classes, "rust")
    assert by_key(alone.root) == {key: one for key, one in by_key(both.root).items() if key.startswith("a__")}


def test_an_image_whose_only_labels_are_left_out_does_not_become_good(tmp_path):
    root = tmp_path / "a"
    both = marked(root, "both")
    both = replace(both, labels=(*both.labels, replace(both.labels[0], category="hair")))
    own = part(root, "a", marked(root, "x", category="hair"), both, good(root, "g"), classes=("scratch", "hair"))
    result = mix([own], tmp_path / "mixed", MixRequest(classes={"hair": None}))
    assert result.classes == ("scratch",) and set(by_key(result.root)) == {"a__both", "a__g"}
    assert result.sets[0].left_out == {"all its labels were left out": 1}
    assert any("whose labels were left out: 1" in note for note in result.notes)
    result = mix([own], tmp_path / "good", MixRequest(classes={"hair": None}, emptied="good"))
    assert by_key(result.root)["a__x"].labels == ()


def test_an_image_of_which_a_label_is_broken_is_listed_and_kept_out(tmp_path):
    root = tmp_path / "a"
    coco.write(data_set(root, marked(root, "x"), marked(root, "y"), good(root, "g")), tmp_path / "coco")
    path = tmp_path / "coco/annotations/instances_train.json"
    content = orjson.loads(path.read_bytes())
    content["annotations"][1].update(category_id=9)
    path.write_bytes(orjson.dumps(content))
    own = Part(name="a", path=tmp_path / "coco")
    result = mix([own], tmp_path / "mixed", MixRequest())
    assert set(by_key(result.root)) == {"a__x", "a__g"}
    assert "annotations[1]" in result.sets[0].problems[0]
    assert result.sets[0].left_out == {"a label of it could not be read": 1}
    (problem,) = rows(result.root / "problems.csv")
    assert problem["set"] == "a" and problem["file"] == "annotations/instances_train.json"
    assert set(by_key(mix([own], tmp_path / "kept", MixRequest(broken="keep")).root)) == {"a__x", "a__g", "a__y"}


def test_boxes_without_masks_are_mixed_too(tmp_path):
    root = tmp_path / "a"
    boxed = replace(marked(root, "x"), labels=(Label(category="pit", bbox_xywh=(1, 1, 3, 3)),))
    result = mix([part(root, "a", boxed)], tmp_path / "mixed", MixRequest())
    assert by_key(result.root)["a__x"].mask is None and not (result.root / "masks").exists()
    assert by_key(result.root)["a__x"].labels == boxed.labels


def test_masks_of_synthetic_images_can_be_those_that_people_would_draw(tmp_path):
    root = tmp_path / "a"
    one, real = marked(root, "x", synthetic=True), marked(root, "r")
    wide = Region.tight(cv2.copyMakeBorder(label("#").mask.bits.astype("uint8"), 2, 2, 2, 2, 1) > 0)
    both = replace(one, labels=(replace(one.labels[0], visible=one.labels[0].mask, annotator=wide),))
    result = mix([part(root, "a", both, real)], tmp_path / "mixed", MixRequest(mask="annotator"))
    got = by_key(result.root)
    assert got["a__x"].labels[0].mask == wide and got["a__x"].labels[0].bbox_xywh == wide.bbox_xywh
    assert got["a__r"].labels[0].mask == real.labels[0].mask


def test_a_group_is_found_in_the_path(tmp_path):
    root = tmp_path / "a"
    frames = [marked(root, f"board{n // 3}_{n}") for n in range(12)]
    request = MixRequest(splits={"train": 0.5, "test": 0.5})
    result = mix([part(root, "a", *frames, group=r"(board\d)_")], tmp_path / "mixed", request)
    sides = {(one.group, one.split) for one in Store.open(result.root)}
    assert len(sides) == 4 and {group for group, _ in sides} == {f"a/board{n}" for n in range(4)}
    with pytest.raises(ConfigError, match=r"found in none. The first path is images/train/board0_0\.png"):
        mix([part(root, "a", *frames, group="part")], tmp_path / "none", request)


def test_groups_of_two_sets_are_one_part_where_that_is_said(tmp_path):
    sets = [
        part(tmp_path / name, name, marked(tmp_path / name, f"k{name}", split, group="7"))
        for name, split in (("a", "train"), ("b", "test"))
    ]
    assert len(Store.open(mix(sets, tmp_path / "own", MixRequest()).root)) == 2
    assert set(by_key(mix(sets, tmp_path / "shared", MixRequest(groups_shared=True)).root)) == {"b__kb"}


def test_a_ratio_caps_the_synthetic_images_of_train(tmp_path):
    real = part(tmp_path / "r", "r", *(marked(tmp_path / "r", f"r{n}") for n in range(3)))
    made = part(tmp_path / "s", "s", *(marked(tmp_path / "s", f"s{n}") for n in range(9)), synthetic=True)
    result = mix([real, made], tmp_path / "mixed", MixRequest(ratio=(1, 2)))
    assert result.after["train"]["synthetic"]["images"] == 6 and result.synthetic_share == pytest.approx(2 / 3)
    weights = rows(result.root / "weights.csv")
    assert len(weights) == 9 and sum(float(row["weight"]) for row in weights) == pytest.approx(9, abs=1e-3)
    assert sum(float(w["weight"]) for w in weights if w["synthetic"] == "true") == pytest.approx(6, abs=1e-3)
    assert all((result.root / row["file"]).is_file() for row in weights)
    result = mix([real, made], tmp_path / "share", MixRequest(synthetic_share=0.4))
    assert result.after["train"]["synthetic"]["images"] == 2
    with pytest.raises(ConfigError, match="real images in train"):
        mix([made], tmp_path / "none", MixRequest(ratio=(1, 2)))


def test_foreign_files_and_the_data_sets_themselves_are_never_replaced(tmp_path):
    root = tmp_path / "a"
    own = part(root, "a", marked(root, "x"))
    with pytest.raises(ConfigError, match="other than the data set's own"):
        mix([own], tmp_path, MixRequest(overwrite=True))
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/file").touch()
    with pytest.raises(ConfigError, match="foreign files are never replaced"):
        mix([own], tmp_path / "theirs", MixRequest(overwrite=True))
    mix([own], tmp_path / "mixed", MixRequest())
    with pytest.raises(ConfigError, match="overwrite=true replaces it"):
        mix([own], tmp_path / "mixed", MixRequest())
    assert mix([own], tmp_path / "mixed", MixRequest(overwrite=True)).sets[0].kept == 1


def test_one_image_with_other_labels_elsewhere_is_pointed_out(tmp_path):
    first, second = marked(tmp_path / "a", "x"), marked(tmp_path / "b", "x", category="pit")
    sets = [part(tmp_path / "a", "a", first), part(tmp_path / "b", "b", second)]
    result = mix(sets, tmp_path / "mixed", MixRequest())
    assert set(by_key(result.root)) == {"a__x"}
    assert any("a__x and b__x: the first is kept" in note for note in result.notes)


def test_synthetic_images_that_do_not_say_their_source_are_pointed_out(tmp_path):
    own = part(tmp_path / "a", "a", marked(tmp_path / "a", "x"), synthetic=True)
    assert any("a: 1 synthetic images do not say" in note for note in mix([own], tmp_path / "m", MixRequest()).notes)


@pytest.mark.parametrize("name", ["", "a__b", "a/b", "_a", "a_", ".."])
def test_a_name_that_could_make_two_keys_one_is_refused(name):
    with pytest.raises(ConfigError, match="data: expected names"):
        Part(name=name, data=data_set("."))


def test_two_data_sets_of_one_name_are_refused(tmp_path):
    own = part(tmp_path / "a", "a", marked(tmp_path / "a", "x"))
    with pytest.raises(ConfigError, match="'a' 2 times"):
        mix([own, own], tmp_path / "mixed", MixRequest())


@pytest.mark.parametrize(
    ("where", "request_"),
    [
        ("splits", {"splits": {"train": 0.5, "test": 0.2}}),
        ("splits", {"splits": {"valid": 1.0}}),
        ("synthetic_in", {"synthetic_in": ("val",)}),
        ("ratio", {"ratio": (0.0, 1.0)}),
        ("synthetic_share", {"synthetic_share": 1.0}),
        ("synthetic_share", {"synthetic_share": 0.5, "ratio": (1.0, 1.0)}),
        ("classes.pit", {"classes": {"pit": " "}}),
        ("on_leak", {"on_leak": "ignore"}),
        ("mask", {"mask": "best"}),
    ],
)
def test_a_request_that_cannot_be_is_refused_by_its_key(where, request_):
    with pytest.raises(ConfigError) as caught:
        MixRequest(**request_)
    assert caught.value.where == where


def test_a_synthetic_data_set_cannot_be_the_test_side_unless_that_is_asked_for(tmp_path):
    own = part(tmp_path / "a", "a", marked(tmp_path / "a", "x"), synthetic=True, split="test")
    with pytest.raises(ConfigError, match=r"Add synthetic_in=\[train,test\]"):
        mix([own], tmp_path / "mixed", MixRequest())
    result = mix([own], tmp_path / "mixed", MixRequest(synthetic_in=("train", "test")))
    assert by_key(result.root)["a__x"].split == "test"


def test_exports_of_coco_tell_real_from_synthetic_and_are_read_so(tmp_path):
    root = tmp_path / "a"
    own = part(root, "a", marked(root, "r"), marked(root, "s", synthetic=True))
    store = Store.open(mix([own], tmp_path / "mixed", MixRequest()).root)
    coco.write(store, tmp_path / "coco")
    images = orjson.loads((tmp_path / "coco/annotations/instances_train.json").read_bytes())["images"]
    assert [image["synthetic"] for image in images] == [False, True]
    assert [one.synthetic for one in coco.read(tmp_path / "coco")] == [False, True]
