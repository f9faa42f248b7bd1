"""The read-back law for formats that state angles: every angle comes back to the last bit."""

import csv
import dataclasses
import math
import os

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.core.annotation import Orientation
from generator.core.errors import ConfigError
from generator.core.geometry import stated_deg
from generator.core.text import TextLine
from generator.dataset.format.angle.angle_folders import folder_of
from generator.dataset.format.angle.angle_table import sin_cos
from generator.dataset.format.angle.convention import CONVENTION, CONVENTION_WORD, NOTE, PROBES
from generator.dataset.format.table import FORMATS
from generator.dataset.open import open_data, recognise
from tests.dataset.format.angle.angle_toy import CORNER, part, turned
from tests.dataset.toy import CLASSES, data_set, file_bytes, label, record

ANGLES = (
    0.0, 1e-9, -1e-9, 0.1, 1 / 3, -37.5, 44.999999999999996, 89.5, 90.0, -90.0, 179.99999999999997,
    -179.99999999999997, 180.0, 5e-324, -0.5, 0.5, 0.49999999999999994, 137.00000000000003,
)  # fmt: skip
NAMES = ("angle_csv", "angle_folders", "angle_jsonl")
EVERY = (*NAMES, "coco", "coco_polygon", "supervisely")


@pytest.fixture(scope="module", params=EVERY)
def format_(request):
    return FORMATS[request.param]


def check(data, format_, path):
    """Write, recognise, read, and compare record by record."""
    format_.write(data, path)
    assert recognise(path) == format_.name.removesuffix("_polygon")
    back = format_.read(path)
    wanted = {(one.key, one.split): one for one in map(format_.express, data)}
    assert {(one.key, one.split) for one in back} == set(wanted) and len(back) == len(data)
    for one in back:
        want = wanted[one.key, one.split]
        assert (one.orientation, one.labels, one.text) == (want.orientation, want.labels, want.text)
        assert (one.width, one.height, one.synthetic, one.group) == (
            want.width, want.height, want.synthetic, want.group,
        )  # fmt: skip
        assert (back.root / one.image).read_bytes() == (data.root / want.image).read_bytes()
    return back


def test_every_angle_comes_back_to_the_last_bit(format_, tmp_path):
    records = [turned(tmp_path / "in", f"a{n}", "train", angle) for n, angle in enumerate(ANGLES)]
    back = check(data_set(tmp_path / "in", *records), format_, tmp_path / "out")
    found = {one.key: one.orientation.angle_deg for one in back}
    assert [found[f"a{n}"].hex() for n in range(len(ANGLES))] == [angle.hex() for angle in ANGLES]


@settings(max_examples=20, deadline=None, derandomize=True)
@given(pairs=st.lists(st.tuples(st.floats(-180, 180), st.integers(1, 400)), min_size=1, max_size=5))
def test_random_angles_and_symmetries_come_back(format_, pairs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("case")
    folded = [(stated_deg(angle, order), order) for angle, order in pairs]
    records = [turned(folder / "in", f"a{n}", "val", *one) for n, one in enumerate(folded)]
    back = check(data_set(folder / "in", *records), format_, folder / "out")
    assert {one.key: one.orientation for one in back} == {one.key: one.orientation for one in records}


def test_a_data_set_of_no_image_comes_back(format_, tmp_path):
    (tmp_path / "in").mkdir()
    assert len(check(data_set(tmp_path / "in"), format_, tmp_path / "out")) == 0


def test_an_angle_that_is_not_defined_comes_back_as_none(format_, tmp_path):
    records = [turned(tmp_path / "in", "a", "train", None, 0), turned(tmp_path / "in", "b", "train", 12.5)]
    back = check(data_set(tmp_path / "in", *records), format_, tmp_path / "out")
    assert [one.orientation for one in back if one.key == "a"] == [Orientation(angle_deg=None, symmetry=0)]


@pytest.mark.parametrize("symmetry", [2, 3, 4, 7, 16, 360, 1000])
def test_folded_angles_come_back(format_, symmetry, tmp_path):
    half = 180 / symmetry
    angles = [half, 0.0, half / 3, stated_deg(math.nextafter(-half, 0), symmetry), -half / 7]
    records = [turned(tmp_path / "in", f"a{n}", "test", angle, symmetry) for n, angle in enumerate(angles)]
    check(data_set(tmp_path / "in", *records), format_, tmp_path / "out")


def test_all_splits_come_back(format_, tmp_path):
    records = [turned(tmp_path / "in", f"{s}{n}", s, n - 1.5) for s in ("test", "train", "val") for n in range(3)]
    check(data_set(tmp_path / "in", *records), format_, tmp_path / "out")


def test_the_same_data_gives_the_same_bytes_wherever_it_lies(format_, tmp_path):
    written = []
    for place in ("one", "elsewhere/two"):
        root = tmp_path / place / "in"
        format_.write(data_set(root, turned(root, "a", "val", 33.3), turned(root, "b", "train", 0.0)), root / "../out")
        written.append(file_bytes(tmp_path / place / "out"))
    assert written[0] == written[1]
    assert not any(b"elsewhere" in content for content in written[1].values())


def test_images_are_links_and_copies_where_links_fail(format_, tmp_path, monkeypatch):
    data = data_set(tmp_path / "in", turned(tmp_path / "in", "a", "train", 3.0))
    check(data, format_, tmp_path / "out")
    assert any(p.samefile(tmp_path / "in/images/train/a.png") for p in (tmp_path / "out").rglob("*.png"))
    monkeypatch.setattr(os, "link", lambda source, target: (_ for _ in ()).throw(OSError("no links here")))
    check(data, format_, tmp_path / "copied")


def test_the_convention_and_the_probes_lie_beside_every_export_and_are_no_images_of_it(format_, tmp_path):
    data = data_set(tmp_path / "in", turned(tmp_path / "in", "a", "train", 3.0))
    back = check(data, format_, tmp_path / "out")
    written = file_bytes(tmp_path / "out")
    assert {NOTE, *PROBES} <= set(written)
    assert [one.key for one in back] == ["a"]
    own = [content for name, content in written.items() if name.endswith((".csv", ".json", ".jsonl"))]
    assert any(CONVENTION.encode() in content or CONVENTION_WORD.encode() in content for content in own)


@pytest.mark.parametrize("name", ["coco", "supervisely"])
def test_without_an_angle_no_convention_is_written(name, tmp_path):
    FORMATS[name].write(data_set(tmp_path / "in", record(tmp_path / "in", "a", "train", (8, 6))), tmp_path / "out")
    written = file_bytes(tmp_path / "out")
    assert not {NOTE, *PROBES} & set(written)
    assert not any(CONVENTION.encode() in content for content in written.values())


@pytest.mark.parametrize("name", ["angle_jsonl", "coco", "coco_polygon", "supervisely"])
def test_parts_come_back_with_their_angles_beside_defects(name, tmp_path):
    root = tmp_path / "in"
    both = [label(CORNER), part(-135.25), part(None, 0, CORNER, "ring"), part(45.0, 4)]
    box = dataclasses.replace(part(7.5), mask=None, bbox_xywh=(1, 2, 3, 4))
    records = [record(root, "a", "train", (8, 6), both), turned(root, "b", "val", 90.0, labels=[*both, box]),
               record(root, "c", "val", (8, 6))]  # fmt: skip
    back = check(data_set(root, *records, classes=(*CLASSES, "nut", "ring")), FORMATS[name], tmp_path / "out")
    angles = {one.key: sorted(a.orientation.angle_deg or 0 for a in one.labels if a.orientation) for one in back}
    assert angles == {"a": [-135.25, 0, 45.0], "b": [-135.25, 0, 7.5, 45.0], "c": []}
    assert open_data(tmp_path / "out").classes == (*CLASSES, "nut", "ring")


def test_texts_that_are_to_be_read_come_back_with_their_corners(tmp_path):
    quad = np.array([(0, 1.25), (5, 1), (5, 3.5), (0, 4)], np.float32)
    lines = (TextLine(text="LOT 7", quad_xy=quad), TextLine(text="x", is_readable=False), TextLine(text="8"))
    one = dataclasses.replace(turned(tmp_path / "in", "a", "train", 90.0), text=lines, has_text_labels=True)
    (back,) = check(data_set(tmp_path / "in", one), FORMATS["angle_jsonl"], tmp_path / "out")
    assert [line.text for line in back.text] == ["LOT 7", "8"] and back.has_text_labels


@pytest.mark.parametrize("name", ["angle_csv", "angle_folders"])
def test_what_has_no_angle_of_the_whole_image_is_refused(name, tmp_path):
    root = tmp_path / "in"
    data = data_set(root, record(root, "a", "train", (8, 6)))
    with pytest.raises(ConfigError, match=r"image a: expected an image that is turned .*recipe=rotation"):
        FORMATS[name].write(data, tmp_path / "out")
    data = data_set(root, record(root, "a", "train", (8, 6), [part(1.0), part(2.0)]), classes=("nut",))
    with pytest.raises(ConfigError, match=r"got one of 2 parts, each with .* such as angle_jsonl, coco or yolo_obb"):
        FORMATS[name].write(data, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_table_is_worked_by_hand(tmp_path):
    root = tmp_path / "in"
    records = [turned(root, "a", "train", 180.0), turned(root, "b", "val", -90.0), turned(root, "c", "test", None, 0),
               turned(root, "d", "test", 30.0, 4), turned(root, "e", "test", 1e-9)]  # fmt: skip
    FORMATS["angle_csv"].write(data_set(root, *records), tmp_path / "out")
    with (tmp_path / "out/labels.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["file_name", "angle_deg", "sin", "cos", "symmetry", "split", "convention"],
            ["images/train/a.png", "180.0", "0.0", "-1.0", "1", "train", "deg_ccw_as_displayed"],
            ["images/val/b.png", "-90.0", "-1.0", "0.0", "1", "val", "deg_ccw_as_displayed"],
            ["images/test/c.png", "", "", "", "0", "test", "deg_ccw_as_displayed"],
            ["images/test/d.png", "30.0", "0.5", "0.866025404", "4", "test", "deg_ccw_as_displayed"],
            ["images/test/e.png", "1e-09", "1.74532925e-11", "1.0", "1", "test", "deg_ccw_as_displayed"],
        ]


@pytest.mark.parametrize(
    ("angle", "symmetry", "folder"),
    [
        (0.0, 1, "deg_000"), (0.49, 1, "deg_000"), (0.5, 1, "deg_001"), (-0.5, 1, "deg_000"), (-0.51, 1, "deg_359"),
        (1e-9, 1, "deg_000"), (-1e-9, 1, "deg_000"), (0.49999999999999994, 1, "deg_000"), (29.6, 1, "deg_030"),
        (-90.0, 1, "deg_270"), (179.5, 1, "deg_180"), (180.0, 1, "deg_180"), (-179.5, 1, "deg_181"),
        (-179.6, 1, "deg_180"), (90.0, 2, "deg_090"), (-89.6, 2, "deg_090"), (-89.4, 2, "deg_271"),
        (25.7, 7, "deg_025"), (-25.7, 7, "deg_335"), (22.5, 8, "deg_022"), (0.5, 360, "deg_000"), (None, 0, "no_angle"),
    ],
)  # fmt: skip
def test_an_image_lies_in_the_folder_of_the_nearest_degree_of_its_range(angle, symmetry, folder):
    assert folder_of(Orientation(angle_deg=angle, symmetry=symmetry)) == folder


def test_every_split_has_the_same_folders_and_classes_say_their_angles(tmp_path):
    root = tmp_path / "in"
    records = [turned(root, "a", "train", -1.25), turned(root, "b", "val", 30.0), turned(root, "c", "val", 180.0)]
    FORMATS["angle_folders"].write(data_set(root, *records), tmp_path / "out")
    for split in ("train", "val"):
        assert sorted(p.name for p in (tmp_path / "out" / split).iterdir()) == ["deg_030", "deg_180", "deg_359"]
    content = orjson.loads((tmp_path / "out/classes.json").read_bytes())
    assert content["classes"] == {"deg_030": 30, "deg_180": 180, "deg_359": -1} and content["convention"] == CONVENTION
    assert (tmp_path / "out/train/deg_359/a.png").is_file()


def test_folders_without_their_table_state_whole_degrees(tmp_path):
    root = tmp_path / "in"
    records = [turned(root, "a", "train", -1.25), turned(root, "b", "val", 180.0), turned(root, "c", "val", None, 0)]
    FORMATS["angle_folders"].write(data_set(root, *records), tmp_path / "out")
    (tmp_path / "out/angles.csv").unlink()
    assert recognise(tmp_path / "out") == "angle_folders"
    found = {one.key: one.orientation.angle_deg for one in open_data(tmp_path / "out")}
    assert found == {"a": -1.0, "b": 180.0, "c": None}


def test_the_exact_angles_of_folders_are_a_table_of_their_own(tmp_path):
    FORMATS["angle_folders"].write(
        data_set(tmp_path / "in", turned(tmp_path / "in", "a", "val", 7.25)), tmp_path / "out"
    )
    (one,) = open_data(tmp_path / "out/angles.csv")
    assert (one.key, one.split, one.orientation) == ("a", "val", Orientation(angle_deg=7.25))


def test_sine_and_cosine_are_exact_for_quarter_turns():
    turns = {-90.0: (-1, 0), 0.0: (0, 1), 90.0: (1, 0), 180.0: (0, -1)}
    for angle, expected in turns.items():
        assert sin_cos(angle) == expected
        assert not any(math.copysign(1, value) < 0 for value in sin_cos(angle) if value == 0)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.floats(-180, 180))
def test_sine_and_cosine_lead_back_to_the_angle(angle):
    sin, cos = sin_cos(angle)
    assert abs(math.remainder(math.degrees(math.atan2(sin, cos)) - angle, 360)) < 1e-6
