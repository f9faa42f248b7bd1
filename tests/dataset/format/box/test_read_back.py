"""What formats of oriented boxes state of parts comes back: signs, corners, headings, whatever symmetry or place."""

import dataclasses
import math

import numpy as np
import pytest

from generator.core.annotation import Orientation
from generator.core.errors import ConfigError
from generator.core.geometry import stated_deg
from generator.dataset.format.box.dota import word_of
from generator.dataset.format.table import FORMATS
from generator.dataset.open import open_data, recognise
from tests.dataset.format.box.parts import corners, part
from tests.dataset.toy import data_set, label, record, stated

WH, HW = (80, 60), (60, 80)
CLASSES = ("part", "scratch", "hex nut")
ANGLES = (0.0, 30.0, 90.0, 123.456789, 180.0, -0.1, -90.0, -179.75)
EVERY = ("yolo_obb", "yolo_pose", "dota", "rectangle2")
HEADING = ("yolo_pose", "dota", "rectangle2")
SCRATCH = label(np.pad(np.ones((4, 5), bool), ((10, 46), (7, 68))), "scratch")


def written(tmp_path, name, *records):
    """Write records, recognise and read them, compare with what the format states, and return the labels by key."""
    data = data_set(tmp_path / "in", *records, classes=CLASSES)
    FORMATS[name].write(data, tmp_path / "out")
    assert recognise(tmp_path / "out") == name
    back = open_data(tmp_path / "out")
    assert back.classes == CLASSES
    expected = {one.key: stated(one) for one in map(FORMATS[name].express, data)}
    assert {one.key: stated(one) for one in back} == expected
    return {one.key: one.labels for one in back}


def one_part(tmp_path, name, *parts, **more):
    one = dataclasses.replace(record(tmp_path / "in", "a", "train", WH, parts), **more)
    return written(tmp_path, name, one)["a"]


@pytest.mark.parametrize("angle", ANGLES)
@pytest.mark.parametrize("wh", [(30, 12), (12, 30), (20, 20)], ids=["wide", "tall", "square"])
@pytest.mark.parametrize("name", HEADING)
def test_the_heading_comes_back_with_its_sign(tmp_path, name, wh, angle):
    (one,) = one_part(tmp_path, name, part((40, 30), wh, angle, HW), orientation=Orientation.at(angle))
    assert abs(math.remainder(one.orientation.angle_deg - angle, 360.0)) < 1e-5
    assert one.orientation.symmetry == 1
    if name != "yolo_pose":
        assert np.allclose(one.quad_xy, corners((40, 30), wh, angle), atol=1e-6)


@pytest.mark.parametrize("angle", ANGLES)
def test_a_table_of_rectangles_states_the_angle_to_the_last_bit(tmp_path, angle):
    (one,) = one_part(tmp_path, "rectangle2", part((40, 30), (12, 30), angle, HW))
    assert one.orientation.angle_deg == stated_deg(angle)


@pytest.mark.parametrize(("symmetry", "angle"), [(2, 100.0), (3, 130.0), (4, -50.0), (6, 75.0)])
@pytest.mark.parametrize("name", HEADING)
def test_a_symmetric_part_comes_back_at_its_stated_angle(tmp_path, name, symmetry, angle):
    (one,) = one_part(tmp_path, name, part((40, 30), (24, 20), angle, HW, symmetry=symmetry))
    assert one.orientation.symmetry == (1 if name == "yolo_pose" else symmetry)
    assert one.orientation.angle_deg == pytest.approx(stated_deg(angle, symmetry), abs=1e-4)


@pytest.mark.parametrize("name", EVERY)
def test_a_part_without_an_angle_lies_upright_and_has_no_heading(tmp_path, name):
    (one,) = one_part(tmp_path, name, part((40, 30), (20, 20), 33.0, HW, symmetry=0))
    stands = {"yolo_obb": None, "yolo_pose": None}
    assert one.orientation == stands.get(name, Orientation(angle_deg=None, symmetry=0))
    if name == "yolo_pose":
        row = (tmp_path / "out/labels/train/a.txt").read_text().split()
        assert row[5:] == ["0"] * 6
    else:
        assert np.allclose(sorted(one.quad_xy), sorted(map(tuple, corners((40, 30), (20, 20), 0.0))), atol=1e-3)


@pytest.mark.parametrize("name", ["dota", "rectangle2", "yolo_obb"])
@pytest.mark.parametrize("centre", [(2, 30), (78, 58), (40, -3)])
def test_a_part_over_the_border_keeps_its_corners(tmp_path, name, centre):
    if name == "yolo_obb" and centre[1] < 0:
        centre = (40, 3)  # the middle of the upright box must lie in the image
    (one,) = one_part(tmp_path, name, part(centre, (30, 12), 30.0, HW))
    assert np.allclose(one.quad_xy, corners(centre, (30, 12), 30.0), atol=1e-3)
    x, y, w, h = one.bbox_xywh
    assert 0 <= x < x + w <= WH[0] and 0 <= y < y + h <= WH[1]


def test_a_point_outside_is_not_visible_and_then_no_heading_is_stated(tmp_path):
    (one,) = one_part(tmp_path, "yolo_pose", part((40, 3), (30, 12), 0.0, HW))
    row = (tmp_path / "out/labels/train/a.txt").read_text().split()
    assert (row[7], row[8:]) == ("2", ["0", "0", "0"])
    assert one.orientation is None
    assert one.params == {"tail_xy": [40.0, 9.0]}


@pytest.mark.parametrize("name", EVERY)
def test_parts_defects_classes_splits_and_good_images_come_back(tmp_path, name):
    root = tmp_path / "in"
    parts = [part((20, 30), (12, 20), 45.0, HW), SCRATCH, part((60, 30), (22, 20), 130.0, HW, "hex nut", 6),
             part((40, 50), (10, 10), 0.0, HW, symmetry=0)]  # fmt: skip
    back = written(
        tmp_path,
        name,
        record(root, "a", "train", WH, parts),
        record(root, "b", "val", WH, parts[2:]),
        record(root, "c", "test", WH, parts[1:2]),
        record(root, "d", "train", WH),
    )
    assert {key: [one.category for one in labels] for key, labels in back.items()} == {
        "a": ["part", "scratch", "hex nut", "part"], "b": ["hex nut", "part"], "c": ["scratch"], "d": [],
    }  # fmt: skip
    assert back["a"][1].orientation is None
    if name in ("dota", "rectangle2"):
        assert [one.orientation and one.orientation.symmetry for one in back["a"]] == [1, None, 6, 0]


@pytest.mark.parametrize("name", HEADING)
def test_what_was_read_can_be_written_again(tmp_path, name):
    parts = [part((20, 30), (12, 20), 45.0, HW), SCRATCH]
    first = FORMATS[name]
    first.write(
        data_set(tmp_path / "in", record(tmp_path / "in", "a", "val", WH, parts), classes=CLASSES), tmp_path / "1"
    )
    read = open_data(tmp_path / "1")
    first.write(read, tmp_path / "2")
    again = open_data(tmp_path / "2")
    assert [stated(one) for one in again] == [stated(one) for one in read]


@pytest.mark.parametrize("name", EVERY)
def test_turned_images_without_any_part_are_refused(tmp_path, name):
    one = dataclasses.replace(record(tmp_path / "in", "a", "train", WH), orientation=Orientation.at(30.0))
    with pytest.raises(ConfigError, match=r"image a: expected a labelled part, got an angle of .* roi=auto"):
        FORMATS[name].write(data_set(tmp_path / "in", one, classes=CLASSES), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_turned_image_with_defects_alone_has_no_heading_to_learn(tmp_path):
    one = record(tmp_path / "in", "a", "train", WH, [SCRATCH])
    turned = dataclasses.replace(one, orientation=Orientation.at(30.0))
    with pytest.raises(ConfigError, match="image a: expected a labelled part"):
        FORMATS["yolo_pose"].write(data_set(tmp_path / "in", turned, classes=CLASSES), tmp_path / "out")
    assert len(written(tmp_path, "dota", turned)["a"]) == 1


def test_the_middle_of_the_top_edge_is_the_head(tmp_path):
    one_part(tmp_path, "yolo_pose", part((40, 30), (30, 12), 90.0, HW))
    row = [float(word) for word in (tmp_path / "out/labels/train/a.txt").read_text().split()]
    assert row[1:5] == pytest.approx([40 / 80, 30 / 60, 12 / 80, 30 / 60])
    assert row[5:] == pytest.approx([46 / 80, 30 / 60, 2, 34 / 80, 30 / 60, 2])  # up has become left


def test_the_yaml_of_key_points_names_them(tmp_path):
    one_part(tmp_path, "yolo_pose", part((40, 30), (30, 12), 90.0, HW))
    text = (tmp_path / "out/data.yaml").read_text()
    assert "kpt_shape: [2, 3]\nflip_idx: [0, 1]\nkpt_names:\n  0: [tail, head]\n  1: [tail, head]\n" in text
    assert "# counter-clockwise positive as displayed" in text


@pytest.mark.parametrize(("names", "angle"), [("[head, tail]", -150.0), ("[tail, head]", 30.0)])
@pytest.mark.parametrize("shape", [2, 3])
def test_points_in_any_named_order_are_read(tmp_path, names, angle, shape):
    (tmp_path / "images").mkdir()
    record(tmp_path, "a", "train", WH)
    (tmp_path / "labels/train").mkdir(parents=True)
    (tmp_path / "data.yaml").write_text(
        f"train: images/train\nval: images/train\nnames: [part]\nkpt_shape: [2, {shape}]\nkpt_names: {names}\n"
    )
    x, y = 10 * math.sin(math.radians(30)), 10 * math.cos(math.radians(30))  # tail to head, up at 30
    points = [(40 + x, 30 + y), (40 - x, 30 - y)]
    words = " ".join(f"{a / 80} {b / 60}" + (" 1" if shape == 3 else "") for a, b in points)
    (tmp_path / "labels/train/a.txt").write_text(f"0 .5 .5 .4 .5 {words}\n")
    (one,) = open_data(tmp_path).records
    assert one.labels[0].orientation.angle_deg == pytest.approx(angle, abs=1e-5)


def test_rows_of_dota_are_as_its_readers_want_them(tmp_path):
    parts = [part((40, 30), (30, 12), 90.0, HW), dataclasses.replace(SCRATCH, category="hex nut")]
    one_part(tmp_path, "dota", *parts, synthetic=True)
    assert (tmp_path / "out/labelTxt/train/a.txt").read_text() == (
        "imagesource:synthetic;symmetry=1,-\ngsd:null\n"
        "34 45 34 15 46 15 46 45 part 0\n7 10 12 10 12 14 7 14 hex%20nut 0\n"
    )
    assert (tmp_path / "out/classes.txt").read_text() == "part\nscratch\nhex nut\n"


@pytest.mark.parametrize("layout", ["images", "train/images", "valid/images"])
def test_dota_of_others_has_corners_and_no_angles(tmp_path, layout):
    one = record(tmp_path, "a", "train", WH)
    (tmp_path / layout).mkdir(parents=True, exist_ok=True)
    (tmp_path / one.image).rename(tmp_path / layout / "P1.png")
    text = tmp_path / layout.replace("images", "labelTxt") / "P1.txt"
    text.parent.mkdir()
    text.write_text("imagesource:GoogleEarth\ngsd:0.146\n34.0 45.0 34.0 15.0 46.0 15.0 46.0 45.0 small-vehicle 1\n")
    (back,) = open_data(tmp_path).records
    assert back.split == ("val" if "valid" in layout else "train")
    assert [(one.category, one.quad_xy[0], one.orientation) for one in back.labels] == [
        ("small-vehicle", (34.0, 45.0), None)
    ]


def test_words_of_dota_are_apart():
    names = ["x y", "x%20y", "", "%", "a\tb", "ä", "x  y"]
    words = [word_of(name) for name in names]
    assert len(set(words)) == len(names)
    assert all(len(word.split()) == 1 for word in words)


def test_a_table_of_others_has_corners_and_no_angles(tmp_path):
    record(tmp_path, "a", "train", WH)
    (tmp_path / "boxes.csv").write_text(
        "file_name;class;row;column;phi;length1;length2\na.png;part;29.5;39.5;1.5707963267948966;15;6\n"
    )
    (one,) = open_data(tmp_path).records
    assert recognise(tmp_path / "boxes.csv") == recognise(tmp_path) == "rectangle2"
    assert one.labels[0].orientation is None
    assert one.labels[0].bbox_xywh == (34.0, 15.0, 12.0, 30.0)


@pytest.mark.parametrize(("angle", "wh", "phi", "side"), [
    (30.0, (30, 12), 30.0, "width"), (30.0, (12, 30), 120.0, "height"), (180.0, (30, 12), 180.0, "width"),
    (120.0, (12, 30), -150.0, "height"), (90.0, (12, 30), 180.0, "height"), (-90.0, (12, 30), 0.0, "height"),
])  # fmt: skip
def test_phi_points_along_the_longer_side(tmp_path, angle, wh, phi, side):
    one_part(tmp_path, "rectangle2", part((40, 30), wh, angle, HW))
    header, line = (tmp_path / "out/rectangle2.csv").read_text().splitlines()
    cells = dict(zip(header.split(","), line.split(","), strict=True))
    assert (float(cells["row"]), float(cells["column"])) == pytest.approx((29.5, 39.5))
    assert (float(cells["length1"]), float(cells["length2"])) == pytest.approx((15.0, 6.0))
    assert math.degrees(float(cells["phi"])) == pytest.approx(phi)
    assert (cells["long_side"], float(cells["angle_deg"]), cells["symmetry"]) == (side, angle, "1")
    assert "angle_deg is phi in degrees - 90." in " ".join((tmp_path / "out/ANGLES.txt").read_text().split())


def test_a_defect_has_a_rectangle_within_half_a_turn_and_no_angle(tmp_path):
    one_part(tmp_path, "rectangle2", SCRATCH)
    line = (tmp_path / "out/rectangle2.csv").read_text().splitlines()[1].split(",")
    assert line[-3:] == ["", "", ""]
    assert -math.pi / 2 < float(line[5]) <= math.pi / 2


def test_corners_that_are_no_rectangle_get_the_smallest_one_around_them(tmp_path):
    quad = ((10.0, 10.0), (30.0, 10.0), (34.0, 20.0), (10.0, 20.0))
    skew = dataclasses.replace(SCRATCH, mask=None, quad_xy=quad, bbox_xywh=(10, 10, 24, 10))
    (one,) = one_part(tmp_path, "rectangle2", skew)
    assert one.bbox_xywh == pytest.approx((10, 10, 24, 10))
