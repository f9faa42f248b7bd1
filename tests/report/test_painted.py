"""What the report says of defects that a trained model painted."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from generator.cli.compose import compose_config
from generator.report.page import CARD, NUMBERS, PAGE, write_report
from generator.report.painted import Painted
from generator.report.words import command_of
from generator.run.manifest import Specification
from tests.report.conftest import make_sample


def look(total: float, copy: float, copied: bool = False) -> dict:
    bad = {"total": 0.1, "seen": 0.1, "seamless": 0.1, "real": 0.1}
    good = {"total": total, "seen": 0.9, "seamless": 0.8, "real": 0.7}
    return {"kind": "learned", "chosen": 1, "scores": [bad, good], "copy": copy, "copied": copied}


def painted_sample(index: int, **more):
    sample = make_sample(index, "train", [("pit", (4, 4, 6, 6)), ("scratch", (16, 16, 8, 2))])
    pit, scratch = sample.instances
    pit = replace(pit, params={**pit.params, "appearance": look(0.5 + index / 100, **more)})
    return sample.with_(instances=(pit, scratch))


def test_scores_of_the_chosen_ones_are_counted_and_others_are_passed_over():
    painted = Painted()
    for number in range(10):
        painted.add({"appearance": look(number / 10, copy=number / 10, copied=number > 8)})
    painted.add({"appearance": {"kind": "groove"}})
    painted.add({})
    found = painted.to_json()
    assert (found["count"], found["copies"]) == (10, 1)
    assert found["total"] == {"median": pytest.approx(0.405), "p10": pytest.approx(0.005)}
    assert found["copy"] == {"median": pytest.approx(0.405), "p90": pytest.approx(0.805)}
    assert found["seen"]["median"] == pytest.approx(0.905) and len(painted.cells()) == 12


def test_the_page_has_a_table_of_painted_classes_alone(data_set):
    root = data_set([painted_sample(index, copy=0.6) for index in range(4)])
    write_report(root)
    numbers = orjson.loads((root / NUMBERS).read_bytes())
    assert numbers["classes"]["pit"]["painted"]["count"] == 4 and numbers["classes"]["scratch"]["painted"] is None
    page = (root / PAGE).read_text(encoding="utf-8")
    table = page.split("Painted by a trained model")[1].split("</table>")[0]
    assert "pit" in table and "scratch" not in table and "0.52" in table
    assert "copied" not in {finding["code"] for finding in numbers["concerns"]}


def test_many_copies_stand_at_the_top(data_set):
    root = data_set([painted_sample(index, copy=0.95, copied=index < 3) for index in range(4)])
    write_report(root)
    concerns = {
        finding["code"]: finding["message"] for finding in orjson.loads((root / NUMBERS).read_bytes())["concerns"]
    }
    assert "copies of real ones that the model learned from: pit 3 of 4." in concerns["copied"]
    assert "pit 3 of 4" in (root / CARD).read_text(encoding="utf-8")


def test_a_data_set_without_models_says_nothing_of_them(small_set):
    write_report(small_set)
    assert "Painted by" not in (small_set / PAGE).read_text(encoding="utf-8")


@pytest.mark.parametrize("option", ["gan", "diffusion", "diffusion_inpaint"])
def test_the_command_names_the_look_and_not_where_it_lies(option):
    chosen = ("defect=[metal/pit,metal/crack]", f"appearance={option}", "appearance.checkpoint=/secret/place")
    more = ("appearance.painter.device=cpu", "shape=learned", "shape.checkpoint=/secret/mask")
    config = Specification.of(compose_config("generate", [*chosen, *more]), "").config
    words = f" appearance={option} appearance.checkpoint=DIR shape=learned shape.checkpoint=DIR "
    assert words in command_of(config) and "secret" not in str(config)
    plain = Specification.of(compose_config("generate", chosen[:1]), "").config
    assert "appearance" not in command_of(plain)


@pytest.mark.parametrize("family", ["learned", "bank"])
def test_the_command_names_the_folder_that_its_kinds_come_from(family):
    config = {"defect": {family: {"pit": {"_target_": "generator.defect.stage.Defect"}}}}
    assert command_of(config).endswith(f" {family}=DIR 'defect=[{family}/pit]'")
    plain = {"defect": {"metal": {"pit": {"_target_": "generator.defect.stage.Defect"}}}}
    assert family not in command_of(plain)
