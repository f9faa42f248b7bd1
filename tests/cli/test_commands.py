"""What the verbs say and leave behind."""

from __future__ import annotations

import numpy as np
import pytest
import yaml

from generator.cli.compose import group_options, groups
from generator.cli.main import VERBS
from generator.core.errors import ConfigError
from generator.dataset.format.table import FORMATS
from generator.imaging.codec import encode_png

SMALL = ("source.size_wh=[64,64]", "executor=serial", "count=8", "seed=0", "roi=whole")


def files_below(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_has_a_command_to_copy(command, verb):
    code, out, _ = command(verb, "--help")
    assert code == 0 and f"defectgen {verb}" in out


def test_help_of_generate_lists_groups_options_and_five_examples(command):
    _, out, _ = command("generate", "--help")
    assert all(group in out for group in groups() if group != "model") and all(
        option in out for option in group_options("defect")
    )
    assert out.split("Examples")[1].split("\n\n")[0].count("defectgen generate") == 5
    assert all(name in out for name in FORMATS) and max(map(len, out.splitlines())) <= 120


def test_groups_of_text_and_their_options_are_listed_apart(command):
    _, out, _ = command("generate", "--help")
    listed = out.split("Groups of text")[1].split("\n\n")[0]
    inner = [group for group in groups() if group.startswith("text/")]
    assert {"text/corpus", "text/font", "text/marking", "text/layout", "text/fault"} <= set(inner)
    assert all(group in listed and all(option in listed for option in group_options(group)) for group in inner)
    assert "text" not in groups()
    turned = out.split("Groups of angles")[1].split("\n\n")[0]
    assert all(option in turned for group in groups() if "rotation/" in group for option in group_options(group))


def test_the_resolved_configuration_is_printed_as_yaml(command, tmp_path):
    code, out, _ = command("generate", *SMALL, "--cfg", "job")
    config = yaml.safe_load(out)
    assert code == 0 and config["count"] == 8 and config["source"]["size_wh"] == [64, 64]
    assert files_below(tmp_path) == []


def test_a_plan_writes_nothing_and_says_the_counts(command, tmp_path):
    code, out, _ = command("plan", *SMALL, "good_share=0.5", "defect=[metal/scratch]", "defects_per_image=[1,1]")
    assert code == 0 and files_below(tmp_path) == []
    rows = {
        line.split("│")[1].strip(): line.split("│")[-2].strip() for line in out.splitlines() if line.startswith("│")
    }
    assert rows["images"] == "8" and rows["good"] == "4" and rows["defects: scratch"] == "4"


def test_generate_leaves_a_whole_data_set_and_says_where(command, tmp_path):
    code, out, err = command("generate", *SMALL, "export=[coco,yolo]")
    root = tmp_path / "outputs" / "defects"
    assert code == 0, err
    assert f"report: {root / 'report.html'}" in out and "8 images" in out
    for name in ("records.jsonl", "classes.json", "config.yaml", "run.json", "report.html", "report.json", "README.md"):
        assert (root / name).is_file()
    assert (root / "export/coco/annotations/instances_train.json").is_file()
    assert (root / "export/yolo/data.yaml").is_file()


def test_an_export_later_equals_an_export_at_once(command, tmp_path):
    every = ",".join(name for name, one in FORMATS.items() if not (one.is_text or one.is_angle))
    command("generate", *SMALL, f"export=[{every}]", "out=once", "labels=all")
    command("generate", *SMALL, "export=[]", "out=later", "labels=all")
    code, _, err = command("export", "path=later", f"export=[{every}]")
    assert code == 0, err
    once, later = (tmp_path / name / "export" for name in ("once", "later"))
    assert files_below(once) == files_below(later)
    for name in files_below(once):
        assert (once / name).read_bytes() == (later / name).read_bytes(), name


def test_a_format_that_cannot_state_a_data_set_keeps_no_other_from_being_written(command, tmp_path):
    turned = ("recipe=rotation", "rotation.category=null", "count=2", "source.size_wh=[64,64]", "executor=serial")
    assert command("generate", *turned, "report=false", "out=made")[0] == 0
    code, _, err = command("export", "path=made", "export=[dota,angle_csv]")
    assert code == 2 and "expected a labelled part" in err
    assert (tmp_path / "made/export/angle_csv/labels.csv").is_file() and not (tmp_path / "made/export/dota").exists()


def test_a_refused_export_leaves_the_report_of_the_data_set(command, tmp_path, monkeypatch):
    def refuse(*_):
        raise ConfigError("image 000001", "a labelled part", "none")

    monkeypatch.setattr("generator.cli.generate.export_all", refuse)
    code, _, err = command("generate", *SMALL, "out=made", "export=[coco]")
    assert code == 2 and err.startswith("defectgen: image 000001: expected a labelled part")
    assert (tmp_path / "made/report.html").is_file() and (tmp_path / "made/README.md").is_file()


def test_exported_images_are_links(command, tmp_path):
    command("generate", *SMALL, "out=made")
    exported = next((tmp_path / "made/export/coco").rglob("*.png"))
    assert exported.stat().st_nlink >= 2


def test_another_flavour_of_masks_is_exported(command, tmp_path):
    import orjson

    command("generate", *SMALL, "out=made", "labels=all", "export=[coco]")
    exact = orjson.loads((tmp_path / "made/export/coco/annotations/instances_train.json").read_bytes())
    code, _, _ = command("export", "path=made", "export=[coco]", "export_mask=annotator")
    grown = orjson.loads((tmp_path / "made/export/coco/annotations/instances_train.json").read_bytes())
    assert code == 0 and [a["area"] for a in exact["annotations"]] != [a["area"] for a in grown["annotations"]]


def test_too_many_rejects_end_with_three_and_the_data_set_is_whole(command, tmp_path):
    code, out, err = command("generate", *SMALL, "check.visibility.min_visible_px=100000", "good_share=0.5")
    assert code == 3 and "max_reject_share" in err and "rejects.jsonl" in err
    assert "4 rejected" in out and "rejected: 4 of 8 samples: invisible, such as " in err
    assert (tmp_path / "outputs/defects/report.html").is_file()


def test_the_summary_says_which_kind_found_no_place_how_often_and_what_to_do(command, tmp_path):
    (tmp_path / "plain").mkdir()
    for seed in range(4):
        plain = np.random.default_rng(seed).normal(120, 3, (64, 64, 3)).astype(np.uint8)
        (tmp_path / "plain" / f"{seed}.png").write_bytes(encode_png(plain))
    keys = ("source=folder", "source.path=plain", "defect=[assembly/missing_part]", "good_share=0", "roi=whole")
    code, out, err = command("generate", *keys, "executor=serial", "count=8", "attempts=1")
    assert code == 3 and "8 rejected" in out
    (said,) = (line for line in err.splitlines() if line.startswith("rejected: "))
    assert said.startswith("rejected: 8 of 8 samples: missing_part found no place: the surface shows no part")
    assert "take images that show one, or leave missing_part out" in said


def test_one_sample_alone_says_where_it_lies(command, tmp_path):
    code, out, _ = command("generate", *SMALL, "only=3", "good_share=0")
    assert code == 0 and "000003" in out
    assert not (tmp_path / "outputs/defects").exists()


def test_a_sweep_makes_a_data_set_a_value(command, tmp_path):
    code, _, err = command("generate", *SMALL, "-m", "seed=1,2", "name=set${seed}", "count=2")
    assert code == 0, err
    assert (tmp_path / "outputs/set1/report.html").is_file() and (tmp_path / "outputs/set2/report.html").is_file()


def test_a_typo_in_a_sweep_is_one_paragraph(command):
    code, _, err = command("generate", *SMALL, "-m", "sede=1,2")
    assert code == 2 and "seed" in err and "Traceback" not in err


def test_doctor_names_versions_cores_and_extras(command):
    code, out, _ = command("doctor")
    assert code == 0
    for word in ("numpy", "cores", "GPU", "output folder", "fonts", "extra learn"):
        assert word in out


def test_the_version_is_said(command):
    from generator.core.version import VERSION

    assert command("--version")[1].strip() == f"defectgen {VERSION}"


def test_a_roi_that_falls_back_is_said_once_with_its_number(command, tmp_path):
    import cv2
    import numpy as np

    (tmp_path / "good").mkdir()
    for number in range(3):
        noise = np.random.default_rng(number).integers(90, 120, (64, 64), np.uint8)
        cv2.imwrite(str(tmp_path / "good" / f"{number}.png"), noise)
    code, _, err = command("generate", "source=folder", "source.path=good", "count=6", "executor=serial", "roi=auto")
    assert code == 0 and err.count("no part stands out") == 1 and "6 samples like this" in err


def test_doctor_replaces_no_file_but_its_own_and_writes_nothing_into_a_data_set(command, tmp_path):
    assert command("generate", *SMALL, "out=made", "export=[coco]", "report=false")[0] == 0
    labels = tmp_path / "made/export/coco/annotations/instances_train.json"
    before = labels.read_bytes()
    (tmp_path / "notes.md").write_text("mine")
    for out, said in ((labels, "a new file"), ("notes.md", "a new file"), ("made/health.json", "outside the data set")):
        data = "made" if out == "made/health.json" else "made/export/coco"
        code, _, err = command("doctor", f"data={data}", f"out={out}")
        assert (code == 2 and err.startswith("defectgen: out: expected a") and said in err) or "outside" in err
    assert labels.read_bytes() == before and (tmp_path / "notes.md").read_text() == "mine"
    for _ in range(2):
        assert command("doctor", "data=made", "out=health.json")[0] in (0, 3)
