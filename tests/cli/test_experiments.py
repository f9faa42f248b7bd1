"""Every experiment runs as it is, with nothing and on a user's own folder, under any other override."""

from __future__ import annotations

import json

import pytest
import yaml

from generator.cli.compose import compose_config, conf_dir, group_options
from generator.core.sample import Sample
from generator.imaging.codec import encode_png
from generator.run.pipeline import Pipeline
from generator.source.part.source import Part

EXPERIMENTS = group_options("experiment")
NODES = {
    name: yaml.safe_load((conf_dir() / "experiment" / f"{name}.yaml").read_text(encoding="utf-8"))
    for name in EXPERIMENTS
}


def recipe_of(name: str) -> str:
    return next((one["override /recipe"] for one in NODES[name]["defaults"] if "override /recipe" in one), "defect")


TEXT = [name for name in EXPERIMENTS if recipe_of(name) == "text"]
DEFECTS = [name for name in EXPERIMENTS if recipe_of(name) == "defect"]
TURNED = [name for name in EXPERIMENTS if name not in TEXT + DEFECTS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a function that gives a folder with two images of an experiment's product; a board's parts need room."""

    def make(name: str):
        root = tmp_path_factory.mktemp(name)
        source = compose_config("generate", [f"experiment={name}"])["source"]
        part = Part(
            products=tuple(source["products"]),
            size_wh={"pcb": (640, 512), "bare_board": (320, 256)}.get(
                name, (320, 256) if "text" in recipe_of(name) else (160, 128)
            ),
            mode=source["mode"],
        )
        for rank in range(2):
            (root / f"{rank}.png").write_bytes(encode_png(part.load(part.source_id(rank)).pixels))
        return root

    return make


def test_there_is_an_experiment_for_each_of_nine_products():
    products = [compose_config("generate", [f"experiment={name}"])["source"]["products"] for name in DEFECTS]
    assert len({tuple(one) for one in products}) == len(DEFECTS) >= 9


def test_there_are_eight_experiments_of_text():
    assert len(TEXT) == 8
    assert all(NODES[name]["name"] == name for name in TEXT)


@pytest.mark.parametrize("name", TEXT)
def test_an_experiment_of_text_runs_on_a_folder(command, tmp_path, folder, name):
    given = ("source=folder", f"source.path={folder(name)}", "count=4", "executor=serial", "name=set")
    code, out, err = command("generate", f"experiment={name}", *given)
    assert code == 0, err
    assert "4 images, 0 rejected" in out
    lines = [json.loads(line) for line in (tmp_path / "outputs/set/records.jsonl").read_text().splitlines()]
    assert all(line["source"]["id"] in ("0.png", "1.png") for line in lines)
    assert sum(len(line["text"]) for line in lines) >= 3
    assert {path.name for path in (tmp_path / "outputs/set/export").iterdir()} == set(NODES[name]["export"])


@pytest.mark.parametrize("name", TEXT)
def test_an_experiment_of_text_runs_with_nothing_given(name):
    pipeline = Pipeline(compose_config("generate", [f"experiment={name}", "count=6", "seed=11"]))
    made = [pipeline.make(index) for index in range(6)]
    assert all(isinstance(one, Sample) for one in made)
    assert sum(bool(one.text) for one in made) >= 5


@pytest.mark.parametrize("name", DEFECTS)
def test_an_experiment_runs_on_a_folder(command, tmp_path, folder, name):
    given = ("source=folder", f"source.path={folder(name)}", "count=4", "good_share=0", "executor=serial", "name=set")
    code, out, err = command("generate", f"experiment={name}", *given)
    assert code == 0, err
    assert "4 images" in out
    lines = [json.loads(line) for line in (tmp_path / "outputs/set/records.jsonl").read_text().splitlines()]
    assert all(line["instances"] and line["source"]["id"] in ("0.png", "1.png") for line in lines)
    assert (tmp_path / "outputs/set/masks_visible").is_dir() and (tmp_path / "outputs/set/masks_annotator").is_dir()


@pytest.mark.parametrize("name", DEFECTS)
def test_every_kind_of_an_experiment_has_its_share_with_nothing_given(name):
    pipeline = Pipeline(compose_config("generate", [f"experiment={name}", "count=100"]))
    sums = {key: value for row in [pipeline.plan.table()["train"]] for key, value in row["defects"].items()}
    assert set(sums) == set(pipeline.categories) and min(sums.values()) > 0
    rare = NODES[name].get("usual_shares", {})
    assert set(rare) <= set(sums)
    assert all(sums[category] < max(sums.values()) for category in rare)


def test_other_overrides_go_on_top_of_an_experiment():
    given = ["defect=[metal/scratch]", "roi=auto", "labels=exact", "defects_per_image=[3,3]", "targets={scratch: 6}"]
    config = compose_config("generate", ["experiment=pcb", *given])
    pipeline = Pipeline(config)
    assert pipeline.categories == ("scratch",) and config["defects_per_image"] == [3, 3]
    assert config["roi"]["_target_"].endswith("Auto") and config["labels"]["keep"] == []
    assert sum(row["defects"]["scratch"] for row in pipeline.plan.table().values() if "defects" in row) >= 6


@pytest.mark.parametrize("verb", ["generate", "plan", "preview"])
def test_a_misspelt_experiment_is_answered_with_the_nearest(command, verb):
    code, _, err = command(verb, "experiment=lether")
    assert code == 2 and err.count("\n") == 1 and "Did you mean 'leather'" in err


def test_help_says_what_each_experiment_is(command):
    _, out, _ = command("generate", "--help")
    listed = out.split("Experiments")[1].split("\n\n")[0].splitlines()[1:]
    assert [line.split()[0] for line in listed] == EXPERIMENTS
    assert all(len(line.split()) > 4 and len(line) <= 120 for line in listed)


@pytest.mark.parametrize("name", TURNED)
def test_an_experiment_of_angles_runs_on_a_folder(command, tmp_path, folder, name):
    given = ("source=folder", f"source.path={folder(name)}", "count=4", "executor=serial", "name=set")
    code, out, err = command("generate", f"experiment={name}", *given)
    assert code == 0, err
    assert "4 images, 0 rejected" in out
    lines = [json.loads(line) for line in (tmp_path / "outputs/set/records.jsonl").read_text().splitlines()]
    assert all("angle_deg" in line or any("angle_deg" in part for part in line["instances"]) for line in lines)
    assert {path.name for path in (tmp_path / "outputs/set/export").iterdir()} == set(NODES[name]["export"])
