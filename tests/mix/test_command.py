"""``defectgen mix`` as a user types it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.dataset.format import coco, yolo
from generator.dataset.store import Store
from tests.dataset.toy import data_set, label, record

CORNER = "###..... ##...... " + "........ " * 6


@pytest.fixture
def sets(tmp_path):
    """Write a COCO and a YOLO data set, three and two images, with a class that is called otherwise."""
    first = [
        record(tmp_path / "a", f"a{n}", s, (8, 8), [label(CORNER)]) for n, s in enumerate(("train", "val", "test"))
    ]
    coco.write(data_set(tmp_path / "a", *first), tmp_path / "real")
    second = [record(tmp_path / "b", f"b{n}", "train", (8, 8), [label(CORNER, "Scratch")]) for n in range(2)]
    second = [replace(one, synthetic=True) for one in second]
    yolo.write(data_set(tmp_path / "b", *second, classes=("Scratch",)), tmp_path / "made", task="segment")


def test_two_formats_become_one_data_set_that_is_exported_and_reported(command, tmp_path, sets):
    code, out, err = command(
        "mix",
        "data={real: {path: real, licence: CC0}, made: {path: made, synthetic: true}}",
        "classes={Scratch: scratch}",
        "ratio={real: 1, synthetic: 1}",
        "export=[yolo]",
        "name=both",
    )
    assert code == 0, err
    root = tmp_path / "outputs/both"
    assert "real: 3 of 3 images" in out and "made: 1 of 2 images; left out: 1, more synthetic images" in out
    assert "licences: not known 1, CC0 3" in out and f"report: {root / 'report.html'}" in out
    store = Store.open(root)
    assert store.classes == ("scratch", "pit") and len(store) == 4
    assert (root / "export/yolo/data.yaml").is_file() and (root / "README.md").is_file()
    assert command("export", "path=outputs/both", "export=[coco,mask_folder]")[0] == 0
    assert command("report", "path=outputs/both")[0] == 0


def test_paths_alone_are_named_by_their_folders_and_alike_names_are_pointed_out(command, tmp_path, sets):
    code, out, _ = command("mix", "data=[real,made]", "report=false")
    assert code == 0 and not (tmp_path / "outputs/mixed/report.html").exists()
    assert "note: probably one class: scratch, Scratch; if so, add 'classes={Scratch: scratch}'" in out
    assert {one.key.split("__")[0] for one in Store.open(tmp_path / "outputs/mixed")} == {"real", "made"}


def test_leaks_are_listed_with_what_was_done(command, tmp_path, sets):
    code, out, _ = command("mix", "data={a: {path: real, group: '(a)'}}", "report=false")
    assert code == 0 and "a: 1 of 3 images; left out: 2, it stands on two sides" in out
    assert "leaks between the given splits: 1; those of train were left out" in out
    assert "  a__a0 (train) and a__a1 (val) and a__a2 (test)" in out
    code, out, _ = command("mix", "data={a: {path: real, group: '(a)'}}", "report=false", "on_leak=move", "name=moved")
    assert code == 0 and "real ones stand in train now" in out
    assert {one.split for one in Store.open(tmp_path / "outputs/moved")} == {"train"}


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("data=[nowhere]", "data.nowhere: expected a data set"),
        ("data={a: {pat: real}}", "data.a.pat: expected a known key, got 'pat'. Did you mean 'path'?"),
        ("data={a: {format: coco}}", "data.a.path: expected a path"),
        ("data={}", "data: expected one or more data sets"),
        ("data=[real,real]", "'real' 2 times"),
        ("splits=kept", "splits: expected keep, or shares"),
        ("ratio={real: 1}", "ratio: expected {real: ..., synthetic: ...}"),
        ("classes={scrach: dent}", "Did you mean 'scratch'?"),
        ("synthetic_in=train", "synthetic_in: expected a list"),
        ("export=[cocoa]", "export: expected formats"),
        ("out=real", "out: expected a folder other than the data set's own"),
    ],
)
def test_a_mistake_is_answered_in_a_paragraph_and_leaves_nothing(command, tmp_path, sets, argument, said):
    arguments = [argument] if argument.startswith("data=") else ["data=[real]", argument]
    code, _, err = command("mix", *arguments)
    assert code == 2 and said in err and "Traceback" not in err
    assert not (tmp_path / "outputs").exists()


def test_names_of_classes_in_any_letters_come_from_a_file(command, tmp_path, sets):
    (tmp_path / "names.yaml").write_text("Scratch: Löcher/tief\nscratch: 'Löcher/tief'\n", encoding="utf-8")
    assert command("mix", "data=[real,made]", "classes=names.yaml", "report=false")[0] == 0
    assert Store.open(tmp_path / "outputs/mixed").classes == ("Löcher/tief", "pit")
    for content, said in (("- a", "which holds none"), ("{a", "names.yaml: ")):
        (tmp_path / "names.yaml").write_text(content)
        code, _, err = command("mix", "data=[real,made]", "classes=names.yaml", "name=other")
        assert code == 2 and err.startswith("defectgen: classes: expected {name: name, ...}") and said in err
    assert "nowhere.yaml' (No such file" in command("mix", "data=[real]", "classes=nowhere.yaml", "name=other")[2]


def test_files_of_the_user_stay_where_a_mix_is_replaced(command, tmp_path, sets):
    assert command("mix", "data=[real,made]", "report=false")[0] == 0
    root = tmp_path / "outputs/mixed"
    (root / "notes.txt").write_text("mine")
    (root / "images/train/stale.png").write_text("old")
    assert command("mix", "data=[real]", "report=false", "overwrite=true")[0] == 0
    assert (root / "notes.txt").read_text() == "mine" and not (root / "images/train/stale.png").exists()
    assert len(Store.open(root)) == 3


def test_files_of_the_user_outlive_a_run_that_was_killed_while_it_replaced_a_mix(command, tmp_path, sets):
    assert command("mix", "data=[real,made]", "report=false")[0] == 0
    root, old = tmp_path / "outputs/mixed", tmp_path / "outputs/.mixed.old"
    (root / "notes.txt").write_text("mine")
    root.rename(old)  # between the two renames
    assert command("mix", "data=[real]", "report=false")[0] == 0
    assert (root / "notes.txt").read_text() == "mine" and len(Store.open(root)) == 3 and not old.exists()
    old.mkdir()  # behind both
    (old / "more.txt").write_text("mine")
    (old / "records.jsonl").write_text("old")
    assert command("mix", "data=[real]", "report=false", "overwrite=true")[0] == 0
    assert (root / "more.txt").read_text() == "mine" and (root / "notes.txt").read_text() == "mine"
    assert len(Store.open(root)) == 3 and not old.exists()
