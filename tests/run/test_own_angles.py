"""Own angles of good images: read from tables and data sets, matched by path or name, added to what is applied."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from generator.cli.compose import compose_config
from generator.core.errors import ConfigError, FormatError
from generator.core.geometry import stated_deg
from generator.dataset.format.table import FORMATS
from generator.dataset.record import Label, Orientation, Record, Records
from generator.run.own_angles import OwnAngles
from generator.run.pipeline import Pipeline
from generator.source.folder import Folder

OWN = {"a.png": 12.25, "sub/b.png": -170.5, "sub/c.png": 0.0}


@pytest.fixture
def photos(tmp_path) -> Path:
    """Return a folder of three photos, two of them in a folder of their own."""
    folder = tmp_path / "photos"
    for number, name in enumerate(OWN):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        image = np.full((40, 44), 40 + 30 * number, np.uint8)
        image[10:30, 8:20] = 200
        cv2.imwrite(str(folder / name), image)
    return folder


def table(path: Path, rows, head: str = "file_name,angle_deg") -> Path:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def angles_csv(tmp_path) -> Path:
    return table(tmp_path / "angles.csv", [f"{name},{angle}" for name, angle in OWN.items()])


def pipeline(small_config, photos, *overrides: str) -> Pipeline:
    config = small_config("recipe=rotation", "count=9", "rotation.step=30", *overrides)
    return Pipeline({**config, "source": {"_target_": "generator.source.folder.Folder", "path": str(photos)}})


def read(path: Path, photos: Path) -> OwnAngles:
    return OwnAngles.read(path, Folder(path=str(photos)), "rotation.own_angles")


def test_the_own_angle_is_added_to_the_applied_one(small_config, photos, angles_csv):
    made = pipeline(small_config, photos, f"rotation.own_angles={angles_csv}")
    seen = set()
    for index in range(len(made)):
        sample = made.make(index)
        own = OWN[sample.spec.source_id]
        seen.add(own)
        applied = sample.params["rotation"]["applied_deg"]
        assert sample.params["rotation"]["own_deg"] == own
        assert sample.orientation.angle_deg == pytest.approx(stated_deg(own + applied), abs=1e-12)
    assert seen == set(OWN.values())


def test_own_angles_are_folded_with_the_symmetry(small_config, photos, angles_csv):
    made = pipeline(small_config, photos, f"rotation.own_angles={angles_csv}", "rotation.symmetry=4", "roi=auto")
    for index in range(len(made)):
        sample = made.make(index)
        whole = OWN[sample.spec.source_id] + sample.params["rotation"]["applied_deg"]
        assert sample.orientation.angle_deg == pytest.approx(stated_deg(whole, 4), abs=1e-9)
        assert all(part.orientation == sample.orientation for part in sample.parts)


def test_a_changed_angle_changes_the_specification_and_other_columns_do_not(small_config, photos, angles_csv, tmp_path):
    first = pipeline(small_config, photos, f"rotation.own_angles={angles_csv}").asset_digest()
    rows = [f"{name};x;{angle}" for name, angle in reversed(OWN.items())]
    wider = table(tmp_path / "wider.csv", rows, "file_name;station;angle_deg")
    assert pipeline(small_config, photos, f"rotation.own_angles={wider}").asset_digest() == first
    other = table(tmp_path / "other.csv", [f"{name},{angle + 1}" for name, angle in OWN.items()])
    assert pipeline(small_config, photos, f"rotation.own_angles={other}").asset_digest() != first
    assert pipeline(small_config, photos).asset_digest() != first


@pytest.mark.parametrize(
    "names",
    [
        {"a.png": "a.png", "sub/b.png": "b.png", "sub/c.png": "c.png"},
        {"a.png": "./a.png", "sub/b.png": "sub\\b.png", "sub/c.png": "elsewhere/c.png"},
        {"a.png": "/data/photos/a.png", "sub/b.png": "/data/photos/sub/b.png", "sub/c.png": "photos/sub/c.png"},
    ],
)
def test_entries_are_matched_by_path_or_by_a_name_that_is_the_only_one(photos, tmp_path, names):
    file = table(tmp_path / "t.csv", [f"{entry},{OWN[name]}" for name, entry in names.items()])
    assert read(file, photos).by_source == OWN


def test_a_name_that_two_images_share_is_not_guessed(photos, tmp_path):
    (photos / "a.png").rename(photos / "b.png")
    file = table(tmp_path / "t.csv", ["b.png,5", "sub/c.png,1"])
    with pytest.raises(ConfigError) as caught:
        read(file, photos)
    assert "none for 1 of them (sub/b.png)" in str(caught.value)
    file = table(tmp_path / "u.csv", ["b.png,5", "sub/b.png,6", "sub/c.png,1"])
    assert read(file, photos).by_source == {"b.png": 5.0, "sub/b.png": 6.0, "sub/c.png": 1.0}


def test_images_without_an_angle_are_named_with_what_to_do(small_config, photos, tmp_path):
    file = table(tmp_path / "t.csv", ["a.png,3"])
    with pytest.raises(ConfigError) as caught:
        pipeline(small_config, photos, f"rotation.own_angles={file}")
    said = str(caught.value)
    assert said.startswith("rotation.own_angles: expected one angle for each of the 3 good images, got none for 2 of")
    assert "(sub/b.png, sub/c.png)" in said
    assert "source.pattern" in said


def test_entries_that_belong_to_no_image_are_a_finding(small_config, photos, tmp_path):
    rows = [f"{name},{angle}" for name, angle in OWN.items()]
    file = table(tmp_path / "t.csv", [*rows, "gone.png,7", "lost.png,8"])
    findings = pipeline(small_config, photos, f"rotation.own_angles={file}").findings()
    assert [finding.message for finding in findings if finding.code == "own_angles"] == [
        "2 of 5 own angles belong to no good image: gone.png, lost.png"
    ]


@pytest.mark.parametrize(
    ("rows", "head", "said"),
    [
        (["a.png,1", "a.png,2"], "file_name,angle_deg", "one angle of a.png, got 1 and 2"),
        (["a.png,north"], "file_name,angle_deg", "line 2: expected angle_deg: a number"),
        (["a.png,nan"], "file_name,angle_deg", "line 2: expected an angle in degrees"),
        ([",4"], "file_name,angle_deg", "the image's file name"),
        (["a.png,4"], "file_name,angle", "the columns angle_deg"),
    ],
)
def test_a_broken_table_is_named_with_its_line(photos, tmp_path, rows, head, said):
    with pytest.raises(FormatError, match=r"t\.csv") as caught:
        read(table(tmp_path / "t.csv", rows, head), photos)
    assert said in str(caught.value)


def test_what_is_not_there_and_drawn_images_are_refused(small_config, photos, tmp_path):
    with pytest.raises(ConfigError, match="which does not exist"):
        pipeline(small_config, photos, f"rotation.own_angles={tmp_path / 'none.csv'}")
    drawn = small_config("recipe=rotation", f"rotation.own_angles={photos}", "source.products=[cast_housing]")
    with pytest.raises(ConfigError, match="null for drawn images"):
        Pipeline(drawn)


def oriented(photos: Path, quads) -> Records:
    """Return a data set whose images carry one oriented box each."""
    records = []
    for name, (quad, angle) in quads.items():
        low, high = np.min(quad, axis=0), np.max(quad, axis=0)
        label = Label(
            category="part",
            bbox_xywh=tuple(map(float, (*low, *(high - low)))),
            quad_xy=tuple(map(tuple, quad)),
            orientation=Orientation.at(angle),
        )
        key = name.replace("/", "_").removesuffix(".png")
        path = str(photos / name)
        records.append(Record(key=key, split="train", image=path, width=44, height=40, labels=(label,)))
    return Records.gathered(photos, ("part",), records)


def box(angle_deg: float) -> list[tuple[float, float]]:
    """Return the corners of a 16 x 8 box about (22, 20), turned counter-clockwise as displayed."""
    cos, sin = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    around = ((-8, -4), (8, -4), (8, 4), (-8, 4))
    return [(float(22 + cos * x + sin * y), float(20 - sin * x + cos * y)) for x, y in around]


@pytest.mark.parametrize("name", ["yolo_obb", "dota", "coco", "rectangle2"])
def test_the_angle_of_the_only_oriented_box_of_a_data_set_counts(photos, tmp_path, name):
    wanted = {"a.png": 12.25, "sub/b.png": -70.5, "sub/c.png": 0.0}
    data = oriented(photos, {image: (box(angle), angle) for image, angle in wanted.items()})
    folder = tmp_path / name
    FORMATS[name].write(data, folder)
    files = sorted(path for path in folder.rglob("*.png") if path.stem in ("a", "sub_b", "sub_c"))
    flat = tmp_path / "flat"
    flat.mkdir()
    for file in files:
        (flat / file.name).write_bytes(file.read_bytes())
    got = read(folder, flat)  # corners to 1/1000 px on a box of 16 px
    assert [("without a heading" in finding.message) for finding in got.findings] == [True] * (name == "yolo_obb")
    assert got.by_source == {image.replace("/", "_"): pytest.approx(angle, abs=5e-3) for image, angle in wanted.items()}


def test_two_oriented_boxes_on_an_image_are_refused(photos, tmp_path):
    data = oriented(photos, {"a.png": (box(10), 10.0)})
    twice = Record(
        key="a", split="train", image=str(photos / "a.png"), width=44, height=40, labels=data.records[0].labels * 2
    )
    FORMATS["dota"].write(Records.gathered(photos, ("part",), [twice]), tmp_path / "dota")
    with pytest.raises(FormatError, match="expected one oriented label, which says how it is turned, got 2"):
        read(tmp_path / "dota", photos)


def test_a_box_without_a_heading_is_taken_within_half_a_turn(photos, tmp_path):
    data = oriented(photos, {"a.png": (box(170), 170.0)})
    FORMATS["yolo_obb"].write(data, tmp_path / "obb")
    flat = tmp_path / "flat"
    flat.mkdir()
    (flat / "a.png").write_bytes((photos / "a.png").read_bytes())
    assert read(tmp_path / "obb", flat).by_source == {"a.png": pytest.approx(-10.0, abs=5e-3)}


def test_boxes_without_a_heading_are_refused_where_labels_tell_180_from_0(photos, tmp_path):
    FORMATS["yolo_obb"].write(oriented(photos, {"a.png": (box(170), 170.0)}), tmp_path / "obb")
    flat = tmp_path / "flat"
    flat.mkdir()
    (flat / "a.png").write_bytes((photos / "a.png").read_bytes())
    given = ["recipe=rotation", "source=folder", f"source.path={flat}", f"rotation.own_angles={tmp_path / 'obb'}"]
    with pytest.raises(ConfigError, match=r"own_angles: expected full angles, got .* but for 180 degrees.*symmetry=2"):
        Pipeline(compose_config("generate", [*given, "count=1"]))
    (made,) = Pipeline(compose_config("generate", [*given, "count=1", "rotation.symmetry=2"])).stages[-1:]
    assert made.symmetry.known == 2


@pytest.mark.parametrize(
    ("stated", "labels", "is_known"),
    [(2, 1, False), (2, 2, True), (2, 4, True), (2, 3, False), (4, 2, False), (4, 4, True), (3, 6, True), (0, 1, False),
     (0, 2, False), (4, "circular", True), (0, "circular", True)],
)  # fmt: skip
def test_angles_that_were_folded_do_not_pass_for_full_ones(photos, tmp_path, stated, labels, is_known):
    lies = Orientation.at(10.0, stated)
    records = [
        Record(key=Path(name).stem, split="train", image=str(photos / name), width=44, height=40, orientation=lies)
        for name in OWN
    ]
    FORMATS["angle_csv"].write(Records.gathered(photos, (), records), tmp_path / "angles")
    given = ["recipe=rotation", "source=folder", f"source.path={photos}", f"rotation.symmetry={labels}", "count=1"]
    config = compose_config("generate", [*given, f"rotation.own_angles={tmp_path / 'angles'}"])
    if is_known:
        assert len(Pipeline(config)) == 1
        return
    least = "circular" if stated == 0 else stated
    with pytest.raises(ConfigError, match=rf"^rotation.own_angles: .*rotation.symmetry={least}, or give"):
        Pipeline(config)


def test_a_data_set_of_turned_images_gives_their_angles(photos, tmp_path):
    records = [
        Record(
            key=Path(name).stem,
            split="train",
            image=str(photos / name),
            width=44,
            height=40,
            orientation=Orientation.at(at),
        )
        for name, at in OWN.items()
    ]
    FORMATS["angle_csv"].write(Records.gathered(photos, (), records), tmp_path / "angles")
    assert read(tmp_path / "angles", photos).by_source == OWN
