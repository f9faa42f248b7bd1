"""YOLO's oriented boxes of parts are their own, to 1/1000 px, and never cut."""

import numpy as np
import pytest

from generator.core.annotation import Orientation
from generator.core.errors import ConfigError, FormatError
from generator.dataset.format import yolo
from generator.dataset.format.box.quad import heading_deg
from tests.dataset.format.box.parts import corners, part
from tests.dataset.toy import data_set, label, record, stated

WH = (80, 60)
HW = (60, 80)


def written(tmp_path, *labels, orientation=None, classes=("part", "scratch")):
    one = record(tmp_path / "in", "a", "train", WH, labels)
    data = data_set(tmp_path / "in", one, classes=classes)
    yolo.write(data, tmp_path / "out", task="obb")
    back = yolo.read(tmp_path / "out", task="obb").records[0]
    assert stated(back) == stated(yolo.express(one, task="obb"))
    return back.labels


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0, 150.0, 180.0, -45.0])
def test_a_parts_corners_are_its_own_from_its_own_top_left(tmp_path, angle):
    (one,) = written(tmp_path, part((40, 30), (30, 12), angle, HW))
    assert np.allclose(one.quad_xy, corners((40, 30), (30, 12), angle), atol=1e-3)
    assert heading_deg(np.array(one.quad_xy)) == pytest.approx(angle, abs=0.01)
    assert one.orientation is None and one.mask is None


def test_a_part_partly_outside_keeps_its_corners(tmp_path):
    (one,) = written(tmp_path, part((10, 30), (30, 12), 30.0, HW))
    assert np.allclose(one.quad_xy, corners((10, 30), (30, 12), 30.0), atol=1e-3)
    assert min(x for x, _ in one.quad_xy) < -0.01 * WH[0]
    assert one.bbox_xywh[0] == 0.0


def test_a_part_whose_box_the_trainer_would_not_take_is_refused(tmp_path):
    with pytest.raises(
        ConfigError, match=r"image a: expected parts whose upright box .*1\.02 x 0\.83 of .*larger canvas"
    ):
        written(tmp_path, part((40, 30), (82, 50), 0.0, HW))
    (one,) = written(tmp_path, part((40, 30), (80.5, 50), 0.0, HW))
    assert one.quad_xy[0] == (-0.25, 5.0)


def test_parts_and_defects_lie_in_one_file(tmp_path):
    scratch = label(np.pad(np.ones((4, 5), bool), ((10, 46), (7, 68))))
    one, other = written(tmp_path, part((40, 30), (30, 12), 180.0, HW), scratch)
    assert one.quad_xy[0] == (55.0, 36.0)
    assert other.quad_xy == ((7.0, 10.0), (12.0, 10.0), (12.0, 14.0), (7.0, 14.0))


def test_the_convention_and_the_probes_lie_beside_parts_and_only_there(tmp_path):
    written(tmp_path, part((40, 30), (30, 12), 30.0, HW))
    assert (tmp_path / "out/data.yaml").read_text().startswith("# Corners of a part go clockwise as displayed")
    assert {"ANGLES.txt", "probe_upright.png", "probe_plus_90.png"} <= {p.name for p in (tmp_path / "out").iterdir()}
    written(tmp_path, label(np.ones((60, 80), bool)))
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["data.yaml", "images", "labels"]


def test_turned_images_without_any_label_are_refused(tmp_path):
    one = record(tmp_path / "in", "a", "train", WH)
    turned = type(one)(
        **{name: getattr(one, name) for name in ("key", "split", "image", "width", "height")},
        orientation=Orientation.at(30.0),
    )
    with pytest.raises(ConfigError, match=r"image a: expected a labelled part, got an angle of the image .* roi=auto"):
        yolo.write(data_set(tmp_path / "in", turned), tmp_path / "out", task="obb")
    assert not (tmp_path / "out").exists()


def test_corners_of_a_box_that_lies_elsewhere_are_broken(tmp_path):
    written(tmp_path, part((40, 30), (30, 12), 30.0, HW))
    (tmp_path / "out/labels/train/a.txt").write_text("0 0 0 1.2 0 1.2 .5 0 .5\n")
    with pytest.raises(FormatError, match=r"line 1: expected corners around a box whose middle lies in the image"):
        yolo.read(tmp_path / "out", task="obb")
