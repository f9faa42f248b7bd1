"""From real defects to painted ones: train, generate, synthesise and augment, with models as small as can be."""

from __future__ import annotations

import shutil

import numpy as np
import orjson
import pytest

from generator.defect.bank.bank import Bank
from tests.fit.toy import write_real

pytest.importorskip("torch")
TINY = {
    "gan": ("model=gan", "model.size=32", "model.batch=2", "model.width=8", "model.judge_width=8", "model.levels=2",
            "model.drawn_steps=1", "model.real_steps=40", "model.rate=0.01"),
    "diffusion": ("model=diffusion", "model.size=32", "model.batch=2", "model.width=8", "model.levels=[1,2]",
                  "model.good_steps=1", "model.drawn_steps=0", "model.real_steps=1"),
}  # fmt: skip
GENERATE = ("source=folder", "roi=whole", "labels=all", "good_share=0", "count=4", "executor=serial", "export=[]",
            "report=false", "source.path=real/good")  # fmt: skip


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Return a folder where a model that was trained once waits for the next test."""
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture
def trained(command, tmp_path, shelf):
    """Return a function: kind -> the folder of a model trained for a few steps on four real defects a class."""

    def train(kind: str, *, anew: bool = False):
        if not (tmp_path / "real").exists():
            write_real(tmp_path / "real")
        if anew or not (shelf / kind).exists():
            code, out, err = command("train", *TINY[kind], "data=real", f"out={kind}", "drawn=8", "candidates=2")
            assert code == 0, err
            assert "crack: 4 defects" in out and "learned/crack" in out
            shutil.copytree(tmp_path / kind, shelf / kind, dirs_exist_ok=True)
        else:
            shutil.copytree(shelf / kind, tmp_path / kind)
        return tmp_path / kind

    return train


@pytest.mark.parametrize("kind", list(TINY))
def test_one_command_leaves_a_model_and_kinds_that_paint(trained, command, tmp_path, kind):
    folder = trained(kind)
    facts = orjson.loads((folder / "model.json").read_bytes())
    assert facts["kind"] == kind and facts["classes"] == ["crack", "spot"] and len(facts["trained"]["images"]) == 8
    assert (folder / "log.csv").is_file() and list((folder / "grids").glob("*.png"))
    code, _, err = command("generate", *GENERATE, f"learned={kind}", "defect=[learned/crack,learned/spot]", "out=set")
    assert code in (0, 3), err
    lines = [orjson.loads(line) for line in (tmp_path / "set" / "records.jsonl").read_bytes().splitlines()]
    scores = [i["params"]["appearance"] for line in lines for i in line["instances"]]
    assert all(len(one["scores"]) == 2 and len(one["seeds"]) == 2 for one in scores)


def test_a_wrong_key_beside_kinds_of_a_model_is_named(trained, command):
    trained("gan")
    code, _, err = command("generate", *GENERATE, "learned=gan", "defect=[learned/crack]", "cuont=3")
    assert code == 2 and "Did you mean 'count'?" in err


def test_the_same_command_gives_the_same_model(trained, tmp_path):
    weights = (trained("gan") / "weights.safetensors").read_bytes()
    shutil.rmtree(tmp_path / "gan")
    assert (trained("gan", anew=True) / "weights.safetensors").read_bytes() == weights


def test_a_folder_with_another_training_is_kept(trained, command, tmp_path):
    folder = trained("gan")
    before = (folder / "model.json").read_bytes()
    code, _, err = command("train", *TINY["gan"], "data=real", "out=gan", "drawn=8", "candidates=2", "seed=5")
    assert code == 2 and "seed" in err and "overwrite=true" in err
    assert (folder / "model.json").read_bytes() == before


def test_a_bank_is_painted_and_pasted_without_the_model(trained, command, tmp_path):
    trained("gan")
    code, out, err = command("synthesise", "learned=gan", "good=real/good", "count=3", "out=painted", "executor=serial")
    assert code == 0, err
    assert "painted and cut: crack 3, spot 3" in out
    bank = Bank.open(tmp_path / "painted")
    assert len(bank.entries) == 6 and not (tmp_path / "painted.run" / "painted").exists()
    shutil.rmtree(tmp_path / "gan")
    assert command("generate", *GENERATE, "bank=painted", "defect=[bank/crack]", "out=pasted")[0] in (0, 3)


def test_augment_takes_a_model_as_a_maker(trained, command, tmp_path):
    trained("gan")
    code, _, err = command(
        "augment", "data=real", "target=6", "makers={bank: 0.5, gan: 0.5}", "models={gan: gan}", "out=more",
        "executor=serial", "report=false", "rounds=2",
    )  # fmt: skip
    assert code in (0, 3), err
    lines = [orjson.loads(line) for line in (tmp_path / "more" / "records.jsonl").read_bytes().splitlines()]
    assert len(lines) > 10 and np.all([line["width"] == 96 for line in lines])


def test_a_model_that_saw_the_test_images_makes_nothing(trained, command, tmp_path):
    trained("gan")
    code, _, err = command(
        "augment", "data=real", "target=6", "makers={gan: 1}", "models={gan: gan}", "out=more", "executor=serial",
        "splits={train: 0.5, test: 0.5}",
    )  # fmt: skip
    assert code == 2 and "learned from the train side alone" in err and not (tmp_path / "more").exists()


def test_training_says_what_is_wrong_before_it_begins(command, tmp_path):
    write_real(tmp_path / "real")
    assert command("train", "data=real", "out=real/defect/..")[0] == 2
    code, _, err = command("train", "data=real", "out=gan", "minutes=0")
    assert code == 2 and "minutes" in err
    code, _, err = command("synthesise", "learned=real", "good=real/good")
    assert code == 2 and err.count("\n") == 1


def test_a_bank_is_refused_before_anything_is_painted(trained, command, tmp_path):
    trained("gan")
    code, _, err = command("synthesise", "learned=gan", "good=real/good", "count=1000000", "out=gan")
    assert (
        code == 2
        and err.startswith("defectgen: out: expected a bank to replace")
        and not (tmp_path / "gan.run").exists()
    )
    code, _, err = command("synthesise", "learned=gan", "good=nowhere", "count=3", "out=bank", "executor=serial")
    assert code == 2 and not (tmp_path / "bank.run").exists()


def test_the_card_says_that_a_model_painted(trained, command, tmp_path):
    trained("gan")
    asked = [key for key in GENERATE if key != "report=false"]
    assert command("generate", *asked, "learned=gan", "defect=[learned/crack]", "out=set")[0] in (0, 3)
    card = (tmp_path / "set" / "README.md").read_text()
    assert "defects are painted by a trained model" in card and "ranges that somebody chose" not in card
