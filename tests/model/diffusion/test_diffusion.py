"""The diffusion model, as small as it can be: it learns, is kept, is loaded, and paints within the extent alone."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from generator.core.errors import AssetError, RangeError
from generator.model.checkpoint import Checkpoint, save_checkpoint
from generator.model.diffusion.painter import DiffusionPainter
from generator.model.diffusion.settings import Diffusion
from generator.model.patches import Example, Patches
from generator.model.port import DRAWN, GOOD, REAL
from generator.run.build import build

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

TINY = Diffusion(size=16, thin_px=4.0, batch=2, width=8, levels=(1, 2), good_steps=2, drawn_steps=0, real_steps=2)
CLASSES = ("dark", "light")


def _examples(channels: int = 1) -> list[Example]:
    surface = np.random.default_rng(0).normal(0.5, 0.02, (40, 40, channels)).astype(np.float32)
    alpha = np.zeros((40, 40), np.float32)
    alpha[16:24, 14:26] = 1
    changes = {"dark": -0.3, "light": 0.3}
    return [
        Example(category=name, pixels=surface + change * alpha[..., None], surface=surface, alpha=alpha)
        for name, change in changes.items()
    ]


def _patches(channels: int = 1) -> Patches:
    examples = _examples(channels)
    return Patches(
        examples=examples, goods=[examples[0].surface], classes=CLASSES, size=TINY.size, thin_px=TINY.thin_px
    )


def _learner(channels: int = 1):
    return TINY.learner(classes=CLASSES, channels=channels, seed=0, device="cpu")


def _trained(channels: int = 1):
    learner, patches = _learner(channels), _patches(channels)
    for stage, steps in TINY.stages.items():
        learner.begin(stage, steps)
        for number in range(steps):
            learner.step(patches.batch(number, TINY.batch, stage), number)
    return learner


def _saved(folder: Path, channels: int = 1, **changed) -> Path:
    learner = _trained(channels)
    whole = Checkpoint(
        kind=TINY.kind, classes=CLASSES, channels=channels, size=TINY.size, thin_px=TINY.thin_px,
        network=dict(learner.network), weights=dict(learner.weights()),
    )  # fmt: skip
    save_checkpoint(folder, replace(whole, **changed))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return _saved(tmp_path_factory.mktemp("model") / "grey")


def _scene(height: int = 30, width: int = 36, channels: int = 1) -> tuple[np.ndarray, np.ndarray]:
    surface = np.random.default_rng(1).random((height, width, channels), dtype=np.float32) * 0.2 + 0.4
    alpha = np.zeros((height, width), np.float32)
    alpha[6:-6, 6:-6] = 0.2
    alpha[8:-8, 8:-8] = 1
    return surface, alpha


def test_what_is_described_needs_no_torch():
    code = (
        "import sys, generator.model.diffusion.settings, generator.model.diffusion.painter;"
        "sys.exit(bool({'torch', 'diffusers', 'safetensors'} & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_configuration_is_complete_and_says_what_the_class_says():
    node = yaml.safe_load((Path(__file__).parents[3] / "conf/model/diffusion.yaml").read_text(encoding="utf-8"))
    assert {*node} - {"_target_"} == {*Diffusion.__dataclass_fields__}
    assert build(node, "model") == Diffusion()


@pytest.mark.parametrize(
    ("field", "value"),
    [("size", 66), ("size", 8), ("thin_px", 40.0), ("batch", 0), ("width", 12), ("levels", ()), ("layers", 0),
     ("fold", 5), ("rate", 0.0), ("average", 1.0), ("withheld", 1.0), ("good_steps", -1)],
)  # fmt: skip
def test_a_setting_out_of_range_is_named(field, value):
    with pytest.raises(RangeError) as caught:
        replace(Diffusion(), **{field: value})
    assert caught.value.field == field


def test_stages_come_in_order():
    assert list(Diffusion().stages) == [GOOD, DRAWN, REAL]


def test_the_averaged_weights_follow_what_is_learned_and_nothing_else_is_drawn():
    state = torch.random.get_rng_state()
    learner = _learner()
    before = {name: tensor.clone() for name, tensor in learner.weights().items()}
    learner = _trained()
    assert any(not torch.equal(tensor, before[name]) for name, tensor in learner.weights().items())
    again = _trained()
    assert all(torch.equal(tensor, again.weights()[name]) for name, tensor in learner.weights().items())
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_run_that_is_resumed_goes_on_as_if_it_had_not_stopped():
    patches, whole, stopped, resumed = _patches(), _learner(), _learner(), _learner()
    for learner in (whole, stopped):
        learner.begin(REAL, 3)
        learner.step(patches.batch(0, 2), 0)
    for name, module in resumed.modules().items():
        module.load_state_dict(stopped.modules()[name].state_dict())
    for name, optimiser in resumed.optimisers().items():
        optimiser.load_state_dict(stopped.optimisers()[name].state_dict())
    resumed.begin(REAL, 3)
    assert whole.step(patches.batch(1, 2), 1) == resumed.step(patches.batch(1, 2), 1)
    assert all(torch.equal(tensor, resumed.weights()[name]) for name, tensor in whole.weights().items())


def test_the_stage_on_good_crops_does_not_look_at_defects():
    batch = _patches().batch(0, 2)
    other = replace(batch, defect=batch.defect + 1, alpha=1 - batch.alpha, label=1 - batch.label)
    losses = []
    for seen in (batch, other):
        learner = _learner()
        learner.begin(GOOD, 2)
        losses.append(learner.step(seen, 0))
    assert losses[0] == losses[1]


def test_what_is_shown_lies_within_the_extent_and_is_the_same_each_time():
    learner, batch = _trained(), _patches().batch(5, 3)
    shown = learner.show(batch)
    assert shown.shape == batch.good.shape and shown.dtype == np.float32
    assert np.array_equal(shown, learner.show(batch))
    outside = np.broadcast_to(batch.good_alpha == 0, shown.shape)
    assert np.array_equal(shown[outside], batch.good[outside]) and not np.array_equal(shown, batch.good)


@pytest.mark.parametrize("guidance", [1.0, 2.0])
def test_paint_stays_within_the_extent_and_is_the_same_for_the_same_seeds(folder, guidance):
    surface, alpha = _scene()
    brush = DiffusionPainter(device="cpu", steps=2, guidance=guidance).load(folder)
    assert brush.classes == CLASSES and brush.context_px > 0
    painted = brush.paint(surface, alpha, "light", [3, 4, 3])
    assert painted.shape == (3, *surface.shape) and painted.dtype == np.float32
    assert painted.min() >= 0 and painted.max() <= 1
    assert np.array_equal(painted, brush.paint(surface, alpha, "light", [3, 4, 3]))
    assert np.allclose(painted[0], painted[2], atol=1e-5) and not np.allclose(painted[0], painted[1], atol=1e-3)
    assert np.array_equal(painted[:, alpha == 0], np.broadcast_to(surface, painted.shape)[:, alpha == 0])
    assert not np.allclose(painted, brush.paint(surface, alpha, "dark", [3, 4, 3]), atol=1e-4)


def test_a_candidate_does_not_depend_on_those_beside_it_nor_on_the_chunks(folder, monkeypatch):
    from generator.model.diffusion import sampler

    surface, alpha = _scene(40, 60)
    brush = DiffusionPainter(device="cpu", steps=2).load(folder)
    together = brush.paint(surface, alpha, "dark", [1, 2, 3])
    monkeypatch.setattr(sampler, "CHUNK", 2)
    assert np.allclose(together[1], brush.paint(surface, alpha, "dark", [2])[0], atol=1e-4)


def test_the_number_of_threads_changes_nothing(folder):
    surface, alpha = _scene()
    brush = DiffusionPainter(device="cpu", steps=2).load(folder)
    before = torch.get_num_threads()
    try:
        painted = []
        for threads in (1, 2):
            torch.set_num_threads(threads)
            painted.append(brush.paint(surface, alpha, "dark", [1]))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert np.array_equal(*painted)


@pytest.mark.parametrize(("learned", "given"), [(3, 3), (1, 3), (3, 1)])
def test_grey_and_colour_are_painted_by_either(tmp_path, learned, given):
    surface, alpha = _scene(channels=given)
    brush = DiffusionPainter(device="cpu", steps=1).load(_saved(tmp_path / "model", learned))
    assert brush.paint(surface, alpha, "dark", [0]).shape == (1, *surface.shape)


def test_a_tile_on_a_darker_part_of_the_surface_is_painted_as_one_on_a_brighter_part():
    from generator.model.diffusion.network import Denoiser

    denoiser = Denoiser(1, 2, **TINY.network)
    noisy, alpha = torch.zeros(1, 1, 16, 16), torch.ones(1, 1, 16, 16)
    ground = torch.linspace(-1, 1, 256).reshape(1, 1, 16, 16)
    time = label = torch.zeros(1, dtype=torch.int64)
    with torch.inference_mode():
        dark, bright = (denoiser(noisy, ground + shift, alpha, time, label) for shift in (-2, 2))
    assert torch.allclose(dark, bright, atol=1e-4)


def test_an_extent_without_a_pixel_leaves_the_surface(folder):
    surface, alpha = _scene()
    painted = DiffusionPainter(device="cpu").load(folder).paint(surface, alpha * 0, "dark", [0, 1])
    assert np.array_equal(painted, np.stack([surface, surface]))


def test_a_checkpoint_is_loaded_once_until_it_changes(tmp_path):
    painter = DiffusionPainter(device="cpu")
    path = _saved(tmp_path / "model")
    brush = painter.load(path)
    assert painter.load(path) is brush
    _saved(path, thin_px=5.0)
    assert painter.load(path) is not brush


@pytest.mark.parametrize(
    "network",
    [{}, {"width": 8, "levels": [1, 2], "layers": 1, "fold": 2, "heads": 1},
     {"width": 16, "levels": [1, 2], "layers": 1, "fold": 2}, {"width": 9, "levels": [1, 2], "layers": 1, "fold": 2},
     {"width": 8, "levels": "12", "layers": 1, "fold": 2}, {"width": 8, "levels": [1, 2], "layers": 10**4, "fold": 2},
     {"width": 8, "levels": [1, 2], "layers": 1, "fold": 0}],
)  # fmt: skip
def test_another_network_than_that_of_the_weights_is_refused(tmp_path, network):
    with pytest.raises(AssetError):
        DiffusionPainter(device="cpu").load(_saved(tmp_path / "model", network=network))


def test_a_side_that_the_network_cannot_halve_is_refused(tmp_path):
    with pytest.raises(AssetError):
        DiffusionPainter(device="cpu").load(_saved(tmp_path / "model", size=18, thin_px=4.0))


@pytest.mark.parametrize(("field", "value"), [("steps", 0), ("guidance", 0.5)])
def test_a_painter_out_of_range_is_named(field, value):
    with pytest.raises(RangeError) as caught:
        DiffusionPainter(**{field: value})
    assert caught.value.field == field
