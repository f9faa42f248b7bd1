"""What a trained model paints, with painters of which every pixel is known."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from generator.cli.compose import compose_config
from generator.core.errors import ConfigError, RangeError
from generator.core.geometry import Rect
from generator.defect.appearance.learned import Learned
from generator.defect.bank.look import RealFace
from generator.defect.outline import Outline
from generator.defect.stage import PutDefects
from generator.run.generate import Job
from generator.run.pipeline import Pipeline, Rejected
from generator.source.part.source import WHITE
from tests.defect.appearance.painters import CopyPainter, GrainPainter, Loaded, RenewingBrush, Round, round_alpha
from tests.defect.kinds import patch_of, room_of, surface
from tests.law.test_laws import SEEN, assert_laws

KINDS = "metal/crack,metal/pit,metal/scratch"


@pytest.fixture
def model(tmp_path):
    """Return the folder of a model."""
    (tmp_path / "model").write_text("first")
    return tmp_path


def learned_of(model, painter=None, **more) -> Learned:
    return Learned(checkpoint=str(model), painter=painter or GrainPainter(), **more)


def pipeline_of(learned: Learned, *overrides: str, kinds: str = KINDS) -> Pipeline:
    """Return a pipeline whose kinds all have that look."""
    keys = (f"defect=[{kinds}]", "source.size_wh=[96,80]", "count=3", "good_share=0", "labels=all", *SEEN, *overrides)
    pipeline = Pipeline(compose_config("generate", keys))
    pipeline.stages = [with_look(stage, learned) for stage in pipeline.stages]
    return pipeline


def with_look(stage, learned: Learned, **parts):
    if not isinstance(stage, PutDefects):
        return stage
    kinds = {name: replace(one, appearance=learned, **parts) for name, one in stage.defects.items()}
    return replace(stage, defects=kinds)


@pytest.mark.parametrize("mode", sorted(WHITE))
def test_what_a_model_paints_keeps_the_laws_in_every_depth(model, mode):
    assert_laws(pipeline_of(learned_of(model), f"source.mode={mode}"), mode)
    assert_laws(pipeline_of(learned_of(model, GrainPainter(change=-0.6)), f"source.mode={mode}", "roi=whole"), mode)


def test_a_sample_is_the_same_whoever_makes_it(model):
    one = [pipeline_of(learned_of(model)).make(index) for index in (0, 1, 2)]
    other = pickle.loads(pickle.dumps(pipeline_of(learned_of(model))))
    for index in (2, 1, 0):
        again = other.make(index)
        assert not isinstance(again, Rejected) and np.array_equal(again.image, one[index].image)
        assert [i.params for i in again.instances] == [i.params for i in one[index].instances]


def test_the_record_says_how_good_each_candidate_is_and_the_best_is_taken(model):
    sample = pipeline_of(learned_of(model, candidates=5)).make(0)
    for instance in sample.instances:
        params = instance.params["appearance"]
        totals = [score["total"] for score in params["scores"]]
        assert params["category"] == instance.category and len(set(params["seeds"])) == len(totals) == 5
        assert totals[params["chosen"]] == max(totals) > 0
        assert all(0 <= number <= 1 for score in params["scores"] for number in (*score.values(), params["copy"]))


def test_an_unknown_class_is_answered_with_those_of_the_model(model):
    stage = next(s for s in pipeline_of(learned_of(model), kinds="metal/dent").stages if isinstance(s, PutDefects))
    with pytest.raises(ConfigError, match=r"one of crack, pit, scratch, the classes of the model in .*, got 'dent'"):
        stage.prepared(())
    sample = pipeline_of(learned_of(model, category="pit"), kinds="metal/dent").make(0)
    assert {i.category for i in sample.instances} == {"dent"}
    assert {i.params["appearance"]["category"] for i in sample.instances} == {"pit"}


def test_the_digest_is_that_of_the_model_wherever_it_lies(model, tmp_path):
    before = pipeline_of(learned_of(model)).asset_digest()
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "model").write_text("first")
    assert pipeline_of(learned_of(moved)).asset_digest() == before
    (moved / "model").write_text("second")
    assert pipeline_of(learned_of(moved)).asset_digest() != before


@pytest.mark.parametrize(("copies", "severity"), [("note", "warning"), ("redraw", "error")])
def test_a_copy_is_taken_only_if_no_other_is_there_and_is_noted(model, copies, severity):
    keys = ("defects_per_image=[1,1]", "attempts=2", "roi=whole", "source=blank")
    pipeline = pipeline_of(learned_of(model), *keys, kinds="metal/pit")
    assert not pipeline.make(0).findings and pipeline.make(0).instances[0].params["appearance"]["copied"] is False
    alike = learned_of(model, CopyPainter(), copies=copies)
    pipeline.stages = [with_look(stage, alike, shape=Round()) for stage in pipeline.stages]
    made = pipeline.make(0)
    assert [(finding.severity, finding.code) for finding in made.findings] == [(severity, "copied")]
    assert isinstance(made, Rejected) == (copies == "redraw")
    if copies == "note":
        params = made.instances[0].params["appearance"]
        assert params["copy"] > 0.85 and params["copied"] is True and params["nearest"] == 0


def test_what_was_painted_to_be_judged_is_not_painted_again(model):
    painter = GrainPainter()
    brush = painter.load(model)
    stage = pipeline_of(learned_of(model, Loaded(brush=brush)), "defects_per_image=[2,2]")
    sample = stage.make(0)
    assert len(brush.calls) == len(sample.instances) == 2
    assert brush.calls == [tuple(i.params["appearance"]["seeds"]) for i in sample.instances]


@pytest.mark.parametrize("renewed", [0.5, 1.0])
def test_a_real_defect_in_its_outline_is_painted_anew_if_the_model_can(model, renewed):
    brush = RenewingBrush(change=0.3, classes=("pit",), name="a", renewed=renewed)
    room = room_of(surface((70, 90), channels=3))
    alpha = round_alpha()
    outline = Outline(
        rect=Rect(30, 20, 24, 24), alpha=alpha, support=alpha > 0.01, drawn=alpha > 0.5,
        face=np.full((24, 24, 1), -0.5, np.float32),
    )  # fmt: skip
    patch, learned = patch_of(room, outline), learned_of(model, Loaded(brush=brush), category="pit")
    made = learned.render(patch, outline, learned.draw(patch, outline, np.random.default_rng(0)))
    if renewed == 1.0:
        assert len(brush.calls) == 1 and not brush.given
        return
    [(good, extent, start)] = brush.given
    assert not brush.calls and np.array_equal(start[extent == 0], good[extent == 0])
    pasted = RealFace().render(patch, outline, {"strength": 1.0})
    assert np.allclose(made, np.clip(pasted - 0.02, 0, 1), atol=1e-6) and pasted.mean() < good.mean()
    other = replace(outline, face=outline.face / 2)
    learned.draw(patch, other, np.random.default_rng(0))
    assert len(brush.given) == 2  # another defect in the same outline is another work


def test_the_files_are_the_same_for_any_shards_and_after_a_stop(model, tmp_path):
    def made(name: str, *overrides: str) -> dict[str, bytes]:
        keys = (
            f"out={tmp_path / name}",
            "source.size_wh=[64,64]",
            "count=6",
            "executor=serial",
            *SEEN,
            f"defect=[{KINDS}]",
        )
        job = Job(compose_config("generate", (*keys, *overrides)))
        job.pipeline.stages = [with_look(stage, learned_of(model)) for stage in job.pipeline.stages]
        job.run(lambda images, rejected: None)
        files = (path for path in (tmp_path / name).rglob("*") if path.is_file())
        found = {path.relative_to(tmp_path / name).as_posix(): path.read_bytes() for path in sorted(files)}
        return {name: data for name, data in found.items() if not name.startswith("shards/")}

    expected = made("one", "shard_size=4")
    assert made("other", "shard_size=1") == expected and any(name.startswith("masks/") for name in expected)
    next((tmp_path / "other" / "shards").glob("*.done")).unlink()
    assert made("other", "shard_size=1") == expected


@pytest.mark.parametrize(
    ("field", "value"), [("checkpoint", ""), ("candidates", 0), ("candidates", 65), ("copy_from", 0.0)]
)
def test_a_value_out_of_range_is_named(field, value):
    with pytest.raises(RangeError) as error:
        Learned(**{"checkpoint": "a", "painter": GrainPainter(), field: value})
    assert error.value.field == field
