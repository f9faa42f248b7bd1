"""``appearance=`` and ``shape=``: one look, one outline, for all chosen kinds."""

from __future__ import annotations

import pytest
import yaml

from generator.cli.compose import compose_config, group_options
from generator.core.errors import ConfigError
from generator.run.manifest import Specification

TWO = "defect=[metal/crack,coating/stain]"
GAN = (TWO, "appearance=gan", "appearance.checkpoint=models/gan")


def kinds_of(config: dict) -> list[dict]:
    return [kind for family in config["defect"].values() for kind in family.values()]


def test_a_look_stands_in_for_that_of_all_kinds_and_outlines_stay():
    before, after = compose_config("generate", [TWO]), compose_config("generate", [*GAN, "appearance.candidates=2"])
    for one, other in zip(kinds_of(before), kinds_of(after), strict=True):
        assert other["appearance"]["_target_"] == "generator.defect.appearance.learned.Learned"
        assert (other["appearance"]["checkpoint"], other["appearance"]["candidates"]) == ("models/gan", 2)
        assert {**other, "appearance": 0} == {**one, "appearance": 0}
    stage = next(s for s in after["recipe"]["stages"] if s and s["_target_"].endswith("PutDefects"))
    assert stage["defects"] == after["defect"]


@pytest.mark.parametrize("recipe", ["defect", "text_defect"])
def test_nothing_changes_where_nothing_is_chosen(recipe):
    config = compose_config("generate", [f"recipe={recipe}"])
    assert not {"appearance", "shape"} & config.keys()
    assert "checkpoint" not in yaml.safe_dump(Specification.of(config, "").config)


def test_a_look_and_an_outline_can_be_chosen_together():
    both = compose_config("generate", [*GAN, "shape=learned", "shape.checkpoint=models/mask"])
    for kind in kinds_of(both):
        assert kind["shape"]["checkpoint"] == "models/mask" and kind["appearance"]["checkpoint"] == "models/gan"


def test_a_specification_does_not_know_where_a_model_lies():
    ids = {Specification.of(compose_config("generate", [*GAN, f"appearance.checkpoint={place}"]), "digest").spec_id
           for place in ("models/gan", "/elsewhere/it's here", "~/gan")}  # fmt: skip
    config = compose_config("generate", GAN)
    assert len(ids) == 1 and Specification.of(config, "another").spec_id not in ids
    assert Specification.of(compose_config("generate", [*GAN, "appearance.candidates=2"]), "digest").spec_id not in ids


@pytest.mark.parametrize("family", ["learned", "bank"])
def test_a_specification_does_not_know_where_kinds_lie(tmp_path, family):
    ids = set()
    for place in (tmp_path / "here", tmp_path / "there"):
        folder = place / "defect" / family
        folder.mkdir(parents=True)
        (place / {"learned": "model.json", "bank": "manifest.json"}[family]).touch()
        shape = {"_target_": "generator.defect.bank.shape.FromBank", "bank": f"${{{family}}}", "cutouts": ["a"]}
        (folder / "pit.yaml").write_text(yaml.safe_dump({"pit": {"shape": shape}}), encoding="utf-8")
        chosen = (f"{family}={place}", f"defect=[{family}/pit]")
        spec = Specification.of(compose_config("generate", chosen), "digest")
        assert spec.config["defect"][family]["pit"]["shape"]["cutouts"] == ["a"]
        ids.add(spec.spec_id)
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (("appearance=gan",), "appearance.checkpoint: expected a value, got nothing. Add appearance.checkpoint=... to"),
        (("appearance.checkpoint=x",), "It belongs to appearance=diffusion or appearance=diffusion_inpaint or appear"),
        (("appearance=gam",), "appearance: expected one of diffusion, diffusion_inpaint, gan, got 'gam'. Did you mea"),
        (("appearance=gan", "appearance.checkpoint="), "appearance.checkpoint: expected a path, got an empty one"),
        (("appearance=[gan,diffusion]",), "appearance: expected one appearance at a time"),
        (("appearance=null",), "Leave appearance out."),
        (("recipe.stages.defects.gap_px=-1",), "those of a list by number, got Index 'defects' (str) is not an int."),
    ],
)
def test_a_mistake_is_answered_with_its_key(overrides, said):
    with pytest.raises(ConfigError) as error:
        compose_config("generate", overrides)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("appearance.candidates=0", "appearance.candidates: expected a whole number in 1..64, got 0"),
        ("appearance.painter.device=gpu", "appearance.painter.device: expected one of auto, cpu, cuda, "),
        ("appearance.candidates=2", "expected a model that 'defectgen train' wrote"),
    ],
)
@pytest.mark.parametrize("verb", ["generate", "plan", "preview"])
def test_what_cannot_be_is_one_paragraph_and_nothing_is_written(command, tmp_path, verb, override, said):
    code, _, err = command(verb, *GAN, override)
    assert code == 2 and said in err and err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_the_configuration_and_the_help_say_what_there_is(command):
    code, out, _ = command("generate", *GAN, "--cfg", "job")
    assert code == 0 and yaml.safe_load(out)["defect"]["metal"]["crack"]["appearance"]["checkpoint"] == "models/gan"
    _, out, _ = command("generate", "--help")
    assert all(option in out.split("Groups (group=option)")[1] for option in group_options("appearance"))
    assert "appearance=" in out and "shape=" in out


def test_completion_knows_the_looks(command, monkeypatch):
    monkeypatch.setenv("COMP_LINE", "defectgen generate appearance=")
    monkeypatch.setenv("COMP_POINT", "31")
    _, out, _ = command("-sc", "query=bash")
    assert {f"appearance={option}" for option in group_options("appearance")} <= set(out.split())
