"""From real images to a yaml, and from that to labelled samples."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml

from generator.cli.compose import compose_config
from generator.core.errors import ConfigError
from generator.core.geometry import mask_to_rect
from generator.core.units import Range
from generator.dataset.format.table import FORMATS
from generator.dataset.leak import file_hash
from generator.dataset.open import open_data
from generator.dataset.real import RealDefect, read_real
from generator.dataset.store import Store
from generator.defect.placement import OnPart
from generator.fit.fit import fit
from generator.fit.learn import learn
from generator.fit.write import yaml_of
from generator.run.build import build
from tests.fit.toy import save, write_real

CLASSES = ("crack", "spot")


def test_a_kind_is_written_for_each_class_and_reads_back_as_itself(real, tmp_path):
    result = fit(real, tmp_path / "fitted", tries=0)
    assert [path.name for path in result.paths] == ["crack.yaml", "spot.yaml"]
    for kind, path in zip(result.kinds, result.paths, strict=True):
        node = yaml.safe_load(path.read_text())[path.stem]
        assert build(node, "defect") == kind.defect


def test_forms_are_judged_by_the_masks_and_can_be_given(real):
    found = {kind.category: kind for kind in learn(read_real(real).defects()).kinds}
    assert {row.kind for row in found["crack"].defect.shape.rows} == {"line"}
    assert {row.kind for row in found["spot"].defect.shape.rows} == {"blob"}
    given = {kind.category: kind for kind in learn(read_real(real).defects(), kind={"crack": "region"}).kinds}
    assert {row.kind for row in given["crack"].defect.shape.rows} == {"region"}


def test_made_defects_measure_like_the_real_ones(real):
    result = fit(real, None, tries=150)
    rows = {(row.category, row.name): row for row in result.comparisons}
    for category in ("crack", "spot"):
        for name in ("area_px", "length_px", "width_px"):
            row = rows[category, name]
            assert 0.7 < row.fitted[1] / row.real[1] < 1.4, row
        assert rows[category, "contrast"].fitted[1] == pytest.approx(rows[category, "contrast"].real[1], rel=0.2)


def test_the_command_writes_prints_and_the_kinds_can_be_generated(real, command):
    code, out, err = command("fit", f"data={real}", "out=fitted", "tries=20")
    assert code == 0, err
    assert "read as plain: crack 4, spot 4" in out and "--config-dir" in out and "area_px" in out
    code, out, err = command(
        "generate", "source=folder", f"source.path={real / 'good'}", "roi=whole", "labels=all",
        "export_mask=annotator", "--config-dir", "fitted", "defect=[fitted/crack,fitted/spot]", "count=6",
        "good_share=0", "executor=serial", "export=[mask_folder]", "splits={train: 1}", "report=false", "out=made",
    )  # fmt: skip
    assert code == 0, err
    assert "6 images, 0 rejected" in out
    files = {name: {file_hash(path.read_bytes()) for path in (real / "defect" / name).iterdir()} for name in CLASSES}
    labels = [label for record in Store.open(Path("made")) for label in record.labels]
    found = {(label.category, label.params["shape"]["learned_from"]) for label in labels}
    assert {category for category, _ in found} == set(CLASSES)
    assert all(learned_from in files[category] for category, learned_from in found)


def test_places_can_be_left_open_so_that_the_look_alone_is_learned(real, tmp_path, command):
    code, _, err = command("fit", f"data={real}", "out=fitted", "tries=0", "place=anywhere")
    assert code == 0, err
    (kind,) = (one for one in learn(read_real(real).defects(), place="anywhere").kinds if one.category == "spot")
    assert kind.defect.placement == OnPart() and kind.defect.shape.near == 0
    assert {row.touches for row in kind.defect.shape.rows} == {""}
    assert kind.defect.appearance.turn_deg == Range(-90, 90)  # the texture of what may lie anywhere runs any way
    assert build(yaml.safe_load(yaml_of(kind, "spot"))["spot"], "defect") == kind.defect
    code, _, err = command("fit", f"data={real}", "place=anywere")
    assert code == 2 and "place: expected one of seen, anywhere, got 'anywere'" in err and "Did you mean" in err


def test_the_help_shows_the_command(command):
    code, out, _ = command("fit", "--help")
    assert code == 0 and "defectgen fit data=" in out and "--config-dir" in out


def test_without_good_images_the_real_ones_are_mended_to_try_on(tmp_path):
    result = fit(write_real(tmp_path / "real", count=3, good=0), None, tries=10)
    assert len(result.comparisons) == 12


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda real: [save(p, np.zeros((72, 96))) for p in real.glob("masks/*/*")], "at least one mask of 4 px"),
        (lambda real: [save(p, np.zeros((72, 96))) for p in real.glob("masks/*/*")], "got 8 that are broken, such as "),
        (lambda real: [save(p, np.full((72, 96), 255)) for p in real.glob("masks/*/*")], "covers the whole image), "),
        (lambda real: [save(p, np.full((72, 96), 255)) for p in real.glob("masks/*/*")], "defect/spot/00.png (covers"),
    ],
)
def test_bad_input_ends_in_one_paragraph_and_writes_nothing(real, command, tmp_path, spoil, said):
    spoil(real)
    code, _, err = command("fit", f"data={real}", "out=fitted")
    assert code == 2 and said in err and err.count("\n") == 1 and "Traceback" not in err
    assert not (tmp_path / "fitted").exists()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda real: (real / "defect/spot/01.png").write_bytes(b"no image"), "01.png: expected a readable image"),
        (lambda real: (real / "masks/spot/01.png").write_bytes(b""), "01.png: expected a readable image"),
        (lambda real: save(real / "masks/spot/01.png", np.ones((9, 9))), "a mask of the image's size 96 x 72"),
    ],
)
def test_a_broken_file_is_said_and_the_rest_is_learned_from(real, command, spoil, said):
    spoil(real)
    code, out, err = command("fit", f"data={real}", "out=fitted", "tries=0")
    assert code == 0, err
    assert "warning: 1 broken image or label was left out" in out and said in out
    assert "read as plain: crack 4, spot 3" in out


def test_boxes_alone_teach_nothing_and_are_said(tmp_path, command, real):
    FORMATS["yolo_detect"].write(open_data(real), tmp_path / "boxes")
    code, _, err = command("fit", f"data={tmp_path / 'boxes'}", "out=fitted", "tries=0")
    assert code == 2 and "00.png (a box without a mask)" in err


def test_a_class_without_masks_is_left_out_and_said(real, command, tmp_path):
    for path in (real / "masks/spot").iterdir():
        save(path, np.zeros((72, 96)))
    code, out, _ = command("fit", f"data={real}", "out=fitted", "tries=0")
    assert code == 0 and "no usable mask, left out: spot" in out
    assert [path.stem for path in (tmp_path / "fitted/defect/fitted").iterdir()] == ["crack"]


def test_masks_that_teach_nothing_are_named_counted_and_left_out(tmp_path, command):
    real = write_real(tmp_path / "real", good=0)  # without good images, the mended ones are tried on
    save(real / "masks/crack/00.png", np.full((72, 96), 255))
    save(real / "masks/spot/01.png", np.zeros((72, 96)))
    code, out, err = command("fit", f"data={real}", "out=fitted", "tries=10")
    assert code == 0, err
    assert "read as plain: crack 3, spot 3" in out
    assert (
        "warning: 1 mask left out, expected 0 where there is no defect and 4 px or more on it: "
        "defect/crack/00.png (covers the whole image)\n"
    ) in out
    assert "warning: 1 broken image or label was left out\n" in out
    assert "masks/spot/01.png: expected a mask with at least one pixel above 0, got an empty one.\n" in out


def test_a_distance_is_printed_from_eight_images_on(tmp_path, command):
    few, many = write_real(tmp_path / "few", count=7), write_real(tmp_path / "many", count=8)
    out = command("fit", f"data={few}", "out=fitted", "tries=10")[1]
    assert "KS" not in out and "Kolmogorov" not in out
    assert "crack: 7 real images are too few to compare distributions; medians, real and fitted: area_px " in out
    out = command("fit", f"data={many}", "out=fitted", "tries=10")[1]
    assert "KS" in out and "too few" not in out


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (("data=nowhere",), "data: expected a data set"),
        (("data=.", "format=cocoo"), "Did you mean 'coco'?"),
        (("data=real", "kind={crack: lines}"), "kind.crack: expected one of auto, line, blob, region, got 'lines'"),
        (("data=real", "kind={scratch: line}"), "kind: expected classes of the data set, got 'scratch'"),
        (("data=real", "good=nowhere"), "good: expected a folder of good images"),
        (("data=real", "tries=-1"), "tries: expected a whole number"),
        ((), "data: expected a value"),
    ],
)
def test_wrong_keys_are_named(real, command, tmp_path, keys, said):
    code, _, err = command("fit", *keys)
    assert code == 2 and said in err, err
    assert not (tmp_path / "fitted").exists()


def test_places_can_be_shares_of_the_part(real, tmp_path):
    part = np.zeros((72, 96))
    part[10:60, 10:80] = 255
    for path in [*real.glob("defect/*/*"), *real.glob("good/*")]:
        save(tmp_path / "parts" / path.relative_to(real), part)
    config = compose_config("fit", [f"data={real}", "roi=mask_dir", f"roi.path={tmp_path / 'parts'}"])
    roi = build(config["roi"], "roi")
    kinds = learn(read_real(real).defects(), roi=roi).kinds
    assert kinds[0].defect.shape.over == kinds[0].defect.placement.over == "roi"


def test_the_yaml_comments_every_knob(real):
    kind = learn(read_real(real).defects()).kinds[0]
    lines = yaml_of(kind, "crack").splitlines()
    for before, line in itertools.pairwise(lines):
        key = line.strip().partition(":")[0]
        if line.startswith("  ") and line.strip()[0] not in "-#[" and key != "_target_":
            assert before.strip().startswith("#"), line


def test_a_class_with_an_unsafe_name_is_refused(real):
    (real / "defect/crack").rename(real / "defect/crack$")
    (real / "masks/crack").rename(real / "masks/crack$")
    with pytest.raises(ConfigError, match="Rename the class"):
        fit(real, None, tries=0)


def real_defect(image: np.ndarray, mask: np.ndarray, others: np.ndarray) -> RealDefect:
    """Return a defect of class line on the image."""
    return RealDefect(
        category="line", name="a.png", pixels=image, white=255, mask=mask, mask_name="a.png", others=others,
        bbox_xywh=mask_to_rect(mask).xywh, record_key="a", split="train", sha256="", group="",
    )  # fmt: skip


def test_a_kind_does_not_take_another_defect_for_the_surface():
    image, mask, other = np.full((80, 120, 1), 100, np.uint8), np.zeros((80, 120), bool), np.zeros((80, 120), bool)
    mask[30:50, 40:60], other[20:60, 62:90] = True, True
    image[mask], image[other] = 70, 30
    contrasts = [
        learn([real_defect(image, mask, others)]).kinds[0].defect.shape.rows[0].contrast
        for others in (other, np.zeros_like(other))
    ]
    assert contrasts[0] == pytest.approx(-0.3, abs=0.02) and contrasts[1] > -0.25


@pytest.mark.parametrize("thick", [1, 2, 3, 5])
@pytest.mark.parametrize(("where", "touches"), [("middle", ""), ("across", "lr"), ("top", "t")])
@pytest.mark.parametrize("lies", [True, False])
def test_a_straight_line_keeps_its_width(thick, where, touches, lies):
    image, mask = np.full((200, 260, 1), 150, np.uint8), np.zeros((200, 260), bool)
    if where == "top":
        mask[:90, 100 : 100 + thick] = True
    else:
        mask[80 : 80 + thick, slice(None) if where == "across" else slice(60, 150)] = True
    image[mask] = 90
    if not lies:
        image, mask, touches = image.transpose(1, 0, 2), mask.T, touches.translate(str.maketrans("lrtb", "tblr"))
    (kind,) = learn([real_defect(image, mask, np.zeros_like(mask))]).kinds
    (row,) = kind.defect.shape.rows
    widths = np.concatenate([np.array(part[2::3]) for part in row.parts])
    assert row.kind == "line" and set(row.touches) == set(touches)
    assert widths == pytest.approx(np.full(len(widths), thick), abs=0.3)
    ends = np.concatenate([np.array(part).reshape(-1, 3)[:, :2] for part in row.parts])
    assert np.abs(ends.mean(axis=0)).max() < 1.0  # about the middle of the mask's box


def test_what_a_model_is_tested_on_is_not_learned_from(tmp_path, command):
    write_real(tmp_path / "real", count=6, good=3)
    assert command("mix", f"data=[{tmp_path / 'real'}]", "splits={train: 0.5, test: 0.5}", "out=parted")[0] == 0
    store = open_data(tmp_path / "parted")
    counts = Counter((record.split, label.category) for record in store for label in record.labels)
    found = {kind.category: len(kind.real) for kind in fit(tmp_path / "parted", None, tries=0).kinds}
    assert found == {category: n for (split, category), n in counts.items() if split == "train"}
    both = fit(tmp_path / "parted", None, tries=0, splits=("train", "test"))
    assert sum(len(kind.real) for kind in both.kinds) == sum(counts.values()) > sum(found.values())


def test_a_tree_with_defects_in_test_alone_is_answered_with_the_key(tmp_path, command):
    write_real(tmp_path / "real", count=2, good=1)
    assert command("mix", f"data=[{tmp_path / 'real'}]", "splits={test: 1}", "out=parted")[0] == 0
    code, _, err = command("fit", "data=parted", "tries=0")
    assert code == 2 and "splits: expected defects in train, got none; there are in test" in err
    assert command("fit", "data=parted", "tries=0", "splits=[test]")[0] == 0
    code, _, err = command("fit", "data=parted", "tries=0", "splits=[tset]")
    assert code == 2 and "Did you mean 'test'?" in err


@pytest.mark.parametrize("name", ["no", "Yes", "null", "1e5", "01", "off", "nan", "true", "y"])
def test_a_class_that_yaml_would_read_as_something_else_keeps_its_name(tmp_path, command, name):
    folder = write_real(tmp_path / "real", count=2, good=2)
    for part in (folder / "defect", folder / "masks"):
        (part / "spot").rename(part / name)
        shutil.rmtree(part / "crack")
    assert command("fit", f"data={folder}", "tries=0", "out=kinds")[0] == 0
    assert command("harvest", f"data={folder}", "out=bank")[0] == 0
    (kind,) = (path.stem for path in (tmp_path / "kinds/defect/fitted").glob("*.yaml"))
    (pasted,) = (path.stem for path in (tmp_path / "bank").rglob("defect/bank/*.yaml"))
    for keys in (
        ("--config-dir", "kinds", f"defect=[fitted/{kind}]"),
        (f"bank={tmp_path}/bank", f"defect=[bank/{pasted}]"),
    ):
        code, _, err = command("generate", "count=2", "good_share=0", "source.size_wh=[160,120]", "out=made",
                               "overwrite=true", "report=false", *keys)  # fmt: skip
        assert code == 0, err
        assert {label.category for record in open_data(tmp_path / "made") for label in record.labels} == {name}
