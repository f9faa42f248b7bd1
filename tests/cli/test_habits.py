"""What people do: run inside their image folder, mend a command and repeat it, use odd folder names, own yamls."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest

from generator import samples

RUN = ("executor=serial", "count=6", "roi=whole", "report=false", "export=[]", "defect=[metal/pit]")


@pytest.fixture
def good(tmp_path):
    """Return a function: folder name -> folder with three noisy grey images below tmp_path."""

    def make(name: str = "good") -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True)
        for number in range(3):
            noise = np.random.default_rng(number).integers(120, 136, (48, 64), np.uint8)
            cv2.imwrite(str(folder / f"{number}.png"), noise)
        return folder

    return make


def records(root: Path) -> list[dict]:
    return [json.loads(line) for line in (root / "records.jsonl").read_text().splitlines()]


def test_what_this_tool_wrote_is_no_source_of_good_images(command, good, tmp_path):
    good("here")
    for name in ("one", "two"):
        code, _, err = command("generate", *RUN, "source=folder", "source.path=here", f"out=here/{name}")
        assert code == 0, err
    command("generate", *RUN, "source=folder", "source.path=here", "out=here/one", "only=1")
    command("preview", *RUN, "source=folder", "source.path=here", "out=here/one")
    code, _, err = command("generate", *RUN, "source=folder", "source.path=here", "out=here/three")
    assert code == 0, err
    assert {r["source"]["id"] for r in records(tmp_path / "here/three")} <= {"0.png", "1.png", "2.png"}
    code, out, _ = command("generate", *RUN, "source=folder", "source.path=here", "out=here/one")
    assert code == 0 and "all there already" in out


@pytest.mark.parametrize(
    "name", ["übung", "par (1)", "a,b", "a=b", "it's", "a & b", "#1", "[x]", "ünï 零", "1234", "b!"]
)
def test_a_path_is_taken_as_it_stands(command, good, tmp_path, name):
    good(name)
    code, _, err = command(
        "generate", *RUN, "source=folder", f"source.path={tmp_path / name}", f"out={tmp_path / name}.set"
    )
    assert code == 0, err
    code, _, err = command("export", f"path={tmp_path / name}.set", "export=[coco]")
    assert code == 0, err


def test_a_mended_command_runs_after_a_failed_one(command, good, tmp_path):
    good()
    masks = tmp_path / "masks"
    masks.mkdir()
    for number in (0, 1):
        cv2.imwrite(str(masks / f"{number}.png"), np.full((48, 64), 255, np.uint8))
    keys = [k for k in RUN if not k.startswith("roi")] + [
        "source=folder",
        "source.path=good",
        "roi=mask_dir",
        "roi.path=masks",
    ]
    code, _, err = command("generate", *keys, "out=made")
    assert code == 2 and "2.png" in err
    assert not (tmp_path / "made").exists()
    cv2.imwrite(str(masks / "2.png"), np.full((48, 64), 255, np.uint8))
    assert command("generate", *keys, "out=made")[0] == 0


def test_byte_copies_are_left_out_and_said(command, good, tmp_path):
    folder = good()
    (folder / "copy of 1.png").write_bytes((folder / "1.png").read_bytes())
    code, _, err = command("generate", *RUN, "source=folder", "source.path=good", "out=made")
    assert code == 0 and "byte copy" in err
    assert len({r["source"]["sha256"] for r in records(tmp_path / "made")}) == 3


def test_too_few_good_images_for_the_splits_are_said(command, good, tmp_path):
    folder = good()
    (folder / "1.png").unlink()
    code, _, err = command("generate", *RUN, "source=folder", "source.path=good", "out=made")
    assert code == 0 and "cannot be shared over 3 splits" in err
    assert {r["split"] for r in records(tmp_path / "made")} == {"train"}


def test_no_kind_of_defect_leaves_everything_good(command, tmp_path):
    code, _, err = command("generate", *RUN, "defect=[]", "source.size_wh=[32,32]", "out=made")
    assert code == 0, err
    assert all(not r["instances"] for r in records(tmp_path / "made"))


def test_own_yamls_beside_the_shipped_ones_are_found(command, tmp_path):
    from generator.cli.compose import conf_dir

    own = tmp_path / "mine" / "defect" / "metal"
    own.mkdir(parents=True)
    shipped = (conf_dir() / "defect/metal/pit.yaml").read_text(encoding="utf-8")
    (own / "crater.yaml").write_text(shipped.replace("pit:", "crater:", 1).replace("category: pit", "category: crater"))
    code, out, err = command("plan", "--config-dir", "mine", "defect=[metal/crater]", "source.size_wh=[64,64]")
    assert code == 0 and "defects: crater" in out, err


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["source.path=good"], "It belongs to source=folder; add that."),
        (["source=folder"], "source.path: expected a value, got nothing. Add source.path=... to the command."),
        (["+cuont=3"], "Did you mean 'count'?"),
        (["seed=18446744073709551616"], "seed: expected a whole number in 0..2^63 - 1"),
        (["splits={}"], "splits: expected at least one share > 0"),
        (["count=99999999999999"], "count: expected a whole number in 0..100000000"),
        (["--config-dir", "nowhere"], "--config-dir: expected a folder"),
    ],
)
def test_common_slips_get_the_way_out(command, overrides, said):
    code, _, err = command("generate", "executor=serial", *overrides)
    assert code == 2 and said in err, err


def test_a_changed_kind_is_named_in_a_word(command):
    small = [k for k in RUN if not k.startswith("defect")]
    assert command("generate", *small, "source.size_wh=[64,64]", "defect=[metal/pit]", "out=made")[0] == 0
    code, _, err = command("generate", *small, "source.size_wh=[64,64]", "defect=[metal/scratch]", "out=made")
    assert code == 2 and "defect.metal.pit: left out now; defect.metal.scratch: new" in err


def test_samples_travel_between_processes_and_take_any_whole_number():
    data = samples("source.size_wh=[48,48]", "count=6", "roi=whole")
    sample = data[np.int64(2)]
    for twin in (pickle.loads(pickle.dumps(sample)), copy.deepcopy(sample)):
        assert np.array_equal(twin.image, sample.image) and twin.spec == sample.spec
    for wrong in (1.5, "a", None, slice(0, 3)):
        with pytest.raises(TypeError):
            data[wrong]
    with pytest.raises(IndexError, match="sample -7 of 6"):
        data[-7]


def test_a_wrong_command_with_overwrite_leaves_the_old_data_set(command, tmp_path):
    keys = [*RUN, "source.size_wh=[64,64]", "out=made"]
    assert command("generate", *keys)[0] == 0
    before = {p: p.read_bytes() for p in (tmp_path / "made").rglob("*") if p.is_file()}
    code, _, err = command("generate", *keys, "overwrite=true", "defect.metal.pit.shape.diameter=[0.1mm,0.2mm]")
    assert code == 2 and "pixel_size_mm" in err, err
    assert {p: p.read_bytes() for p in (tmp_path / "made").rglob("*") if p.is_file()} == before


def test_a_change_inside_the_recipe_is_named(command):
    keys = [*RUN, "source.size_wh=[64,64]", "out=made"]
    assert command("generate", *keys)[0] == 0
    code, _, err = command("generate", *keys, "recipe.stages.1.gap_px=5")
    assert code == 2 and "recipe.stages[1].gap_px: 2 -> 5" in err, err


def test_images_of_earlier_runs_do_not_count_towards_the_speed(capsys, monkeypatch):
    from generator.cli import progress as room

    clock = iter([0.0, 100.0, 112.0])
    monkeypatch.setattr(room.time, "perf_counter", lambda: next(clock))
    bar = room.RunProgress(1000)
    bar.resumed(600, 0)
    bar.report(24, 0)
    assert "624/1000 images, 2.0 img/s" in capsys.readouterr().err
