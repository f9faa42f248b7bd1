"""Laws 1 to 4 over every kind of model as the look of defects, with tiny ones trained here."""

from __future__ import annotations

import pickle

import cv2
import numpy as np
import pytest

from generator.cli.compose import compose_config, group_options
from generator.core.errors import AssetError
from generator.dataset.store import Store
from generator.run.generate import Job
from generator.run.pipeline import Pipeline, Rejected
from generator.source.part.source import WHITE
from tests.law.test_laws import SEEN, assert_laws
from tests.model.law.models import CLASSES, PAINTED, save_model

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytest.importorskip("peft")

KINDS = group_options("appearance")
DEFECTS = "metal/crack,metal/pit,coating/stain"


@pytest.fixture(scope="module", autouse=True)
def one_thread_and_no_network():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module", params=KINDS)
def model(request, tmp_path_factory):
    """Return a kind and the folder of a model."""
    return request.param, save_model(request.param, tmp_path_factory.mktemp(request.param) / "model")


def config_of(model, *overrides: str) -> dict:
    kind, folder = model
    keys = (
        f"defect=[{DEFECTS}]", f"appearance={kind}", f"appearance.checkpoint={folder}", "appearance.painter.device=cpu",
        "source.size_wh=[96,80]", "count=3", "good_share=0", "labels=all", *SEEN, *PAINTED[kind], *overrides,
    )  # fmt: skip
    return compose_config("generate", keys)


def files_of(root) -> dict[str, bytes]:
    files = {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith("shards/")}


@pytest.mark.parametrize("mode", sorted(WHITE))
def test_every_model_keeps_the_laws_in_every_depth(model, mode):
    assert_laws(Pipeline(config_of(model, f"source.mode={mode}")), mode)


def test_a_sample_is_the_same_whoever_makes_it_and_says_how_it_was_chosen(model):
    first = Pipeline(config_of(model))
    one = [first.make(index) for index in (0, 1, 2)]
    other = pickle.loads(pickle.dumps(Pipeline(config_of(model))))
    for index in (2, 1, 0):
        again = other.make(index)
        assert not isinstance(again, Rejected) and np.array_equal(again.image, one[index].image)
        assert [i.params for i in again.instances] == [i.params for i in one[index].instances]
    for instance in (instance for sample in one for instance in sample.instances):
        params = instance.params["appearance"]
        assert params["category"] == instance.category in CLASSES and params["nearest"] >= 0
        assert 0 <= params["chosen"] < len(params["seeds"]) == len(params["scores"])


def test_the_labels_are_true_on_the_files_and_a_stopped_run_ends_with_the_same_bytes(model, tmp_path):
    def made(name: str, *overrides: str) -> dict[str, bytes]:
        more = ("executor=serial", "count=4", f"out={tmp_path / name}", *overrides)
        Job(config_of(model, *more)).run(lambda images, rejected: None)
        return files_of(tmp_path / name)

    expected = made("one", "shard_size=4")
    assert made("other", "shard_size=1") == expected
    next((tmp_path / "other" / "shards").glob("*.done")).unlink()
    assert made("other", "shard_size=1") == expected
    for record in Store.open(tmp_path / "one"):
        image, twin, index = (
            cv2.imread(str(tmp_path / "one" / name), cv2.IMREAD_UNCHANGED)
            for name in (record.image, record.twin, record.mask)
        )
        assert np.array_equal((image != twin).any(axis=2), index > 0) and index.any()


def test_two_processes_leave_the_bytes_of_one(tmp_path):
    model = "gan", save_model("gan", tmp_path / "model")
    for name, how in (("one", ("executor=serial",)), ("two", ("executor.workers=2", "shard_size=2"))):
        config = config_of(model, "count=4", f"out={tmp_path / name}", *how)
        Job(config).run(lambda images, rejected: None)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_a_specification_knows_the_model_and_not_its_folder(model, tmp_path):
    kind, folder = model
    moved = tmp_path / "moved"
    moved.mkdir()
    for path in folder.iterdir():
        (moved / path.name).write_bytes(path.read_bytes())
    digests = [Pipeline(config_of((kind, place))).asset_digest() for place in (folder, moved)]
    assert digests[0] == digests[1]
    if kind != "diffusion_inpaint":
        again = save_model(kind, tmp_path / "other", seed=1)
        assert Pipeline(config_of((kind, again))).asset_digest() != digests[0]


def test_a_model_of_another_kind_is_answered_with_its_own(model):
    kind, folder = model
    other = next(name for name in KINDS if name != kind)
    with pytest.raises(AssetError, match=f"a model of kind {other}, got one of kind {kind}"):
        Pipeline(config_of((other, folder)))
