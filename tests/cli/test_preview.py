"""Tests of the verbs ``preview`` and ``report``."""

from __future__ import annotations

import cv2
import pytest

from generator.report.page import PAGE

SMALL = ("source.size_wh=[64,64]", "roi=whole")


def test_the_preview_is_a_sheet_beside_the_data_set_and_nothing_else(command, tmp_path):
    code, out, err = command("preview", *SMALL, "count=4", "good_share=0.25", f"out={tmp_path / 'a' / 'set'}")
    assert (code, err) == (0, "")
    sheet = tmp_path / "a" / "set.run" / "preview.png"
    assert f"preview: {sheet}" in out
    assert [path.name for path in (tmp_path / "a").iterdir()] == [sheet.parent.name]
    picture = cv2.imread(str(sheet))
    assert picture.shape[1] > 8 * 200
    assert picture.std() > 10


def test_the_preview_shows_every_chosen_category(small_config):
    from generator.cli.preview import make_samples
    from generator.run.pipeline import Pipeline

    pipeline = Pipeline(small_config("count=200", "defect=[metal/scratch,metal/pit]", "shares={scratch: 30, pit: 1}"))
    samples, _ = make_samples(pipeline, 4)
    assert {i.category for sample in samples for i in sample.instances} == {"scratch", "pit"}
    assert len(samples) == 4
    assert all(sample.instances for sample in samples)


def test_the_preview_of_good_images_alone_is_a_sheet(command, tmp_path):
    assert command("preview", *SMALL, "count=2", "good_share=1", "out=set")[0] == 0
    assert (tmp_path / "set.run" / "preview.png").is_file()


def test_a_plan_without_samples_has_no_preview(command):
    code, _, err = command("preview", *SMALL, "count=0")
    assert code == 2
    assert "no sample was planned" in err


def test_a_bad_name_has_no_preview(command, tmp_path):
    code, _, err = command("preview", *SMALL, "name=../../x")
    assert code == 2
    assert err.startswith("defectgen: name:")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("out", ["file/set", "/", "/proc/nowhere/set"])
def test_a_place_that_cannot_be_written_is_named(command, tmp_path, out):
    (tmp_path / "file").write_text("")
    code, _, err = command("preview", *SMALL, "count=1", f"out={out}")
    assert code == 2
    assert err.startswith("defectgen: out:")


def test_the_report_is_made_again_with_the_same_bytes(command, tmp_path):
    assert command("generate", *SMALL, "executor=serial", "count=4", "out=set")[0] == 0
    page = tmp_path / "set" / PAGE
    before = page.read_bytes()
    page.unlink()
    code, out, err = command("report", "path=set")
    assert (code, err) == (0, "")
    assert f"report: {page}" in out
    assert page.read_bytes() == before


def test_a_folder_that_is_no_data_set_has_no_report(command, tmp_path):
    (tmp_path / "empty").mkdir()
    for path in ("empty", "nowhere"):
        code, _, err = command("report", f"path={path}")
        assert code == 2
        assert err.startswith("defectgen: ")
        assert path in err
    assert not list((tmp_path / "empty").iterdir())
