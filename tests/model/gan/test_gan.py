"""The GAN with tiny networks: it learns, paints within the extent alone, and paints the same twice."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import yaml

from generator.core.errors import AssetError, RangeError
from generator.model.gan.painter import GanPainter
from generator.model.gan.settings import Gan
from generator.model.patches import Example, Patches
from generator.model.port import DRAWN, REAL
from generator.run.build import build

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")

SIZE = 16
CLASSES = ("hole", "veil")
CONF = Path(__file__).parents[3] / "conf" / "model" / "gan.yaml"


def settings(**changed) -> Gan:
    conf = yaml.safe_load(CONF.read_text())
    tiny = {"size": SIZE, "thin_px": 2.0, "batch": 4, "width": 6, "levels": 3, "judge_width": 6, "latent": 4}
    return build({**conf, **tiny, **changed}, "model")


def patches(channels: int = 1) -> Patches:
    rng = np.random.default_rng(0)
    examples = []
    for category, change in zip(CLASSES, (-0.3, 0.2), strict=True):
        surface = rng.normal(0.5, 0.05, (40, 40, channels)).astype(np.float32)
        alpha = np.zeros((40, 40), np.float32)
        alpha[15:22, 14:24] = 1
        pixels = np.clip(surface + alpha[..., None] * np.float32(change), 0, 1)
        examples.append(Example(category=category, pixels=pixels, surface=surface, alpha=alpha))
    return Patches(examples=examples, goods=(), classes=CLASSES, size=SIZE, thin_px=2.0, seed=3)


def trained(steps: int = 2, seed: int = 5, channels: int = 1):
    learner = settings().learner(classes=CLASSES, channels=channels, seed=seed, device="cpu")
    data = patches(channels)
    for stage in (DRAWN, REAL):
        learner.begin(stage, steps)
        for number in range(steps):
            learner.step(data.batch(number, 4, stage), number)
    return learner


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    from generator.model.checkpoint import Checkpoint, save_checkpoint

    learner = trained()
    path = tmp_path_factory.mktemp("gan")
    crops = {
        name: (np.zeros((1, SIZE, SIZE, 1), np.float32), np.zeros((1, SIZE, SIZE), np.float32)) for name in CLASSES
    }
    save_checkpoint(path, Checkpoint(
        kind="gan", classes=CLASSES, channels=1, size=SIZE, thin_px=2.0, network=dict(learner.network),
        weights=dict(learner.weights()), references=crops,
    ))  # fmt: skip
    return path


def scene(channels: int = 1, side: int = 60) -> tuple[np.ndarray, np.ndarray]:
    surface = np.random.default_rng(1).uniform(0.3, 0.7, (side, side + 7, channels)).astype(np.float32)
    alpha = np.zeros(surface.shape[:2], np.float32)
    alpha[20:50, 10:45] = 1
    alpha[19, 10:45] = 0.2
    return surface, alpha


def test_nothing_outside_the_extent_is_painted_and_something_within_is(folder):
    surface, alpha = scene()
    painted = GanPainter(device="cpu").load(folder).paint(surface, alpha, "hole", [1, 2])
    assert painted.shape == (2, *surface.shape)
    assert painted.dtype == np.float32
    assert (painted[:, alpha == 0] == surface[alpha == 0]).all()
    assert np.abs(painted - surface)[:, alpha == 1].max() > 1e-3


def test_the_same_seeds_paint_the_same_bytes_and_other_seeds_others(folder):
    brush = GanPainter(device="cpu").load(folder)
    first, again = (brush.paint(*scene(), "veil", [7, 8]) for _ in range(2))
    assert first.tobytes() == again.tobytes()
    assert not np.array_equal(first[0], first[1])
    alone = brush.paint(*scene(), "veil", [8])
    assert np.allclose(alone[0], first[1], atol=1e-5)


def test_one_channel_paints_on_colour_and_an_empty_extent_changes_nothing(folder):
    brush = GanPainter(device="cpu").load(folder)
    surface, alpha = scene(channels=3)
    assert brush.paint(surface, alpha, "hole", [0]).shape == (1, *surface.shape)
    assert np.array_equal(brush.paint(surface, alpha * 0, "hole", [0])[0], surface)


def test_a_checkpoint_is_loaded_once_a_process(folder):
    assert GanPainter(device="cpu").load(folder) is GanPainter(device="cpu").load(folder)


@pytest.mark.parametrize("changed", [{"classes": ("hole",), "references": {}}, {"size": 18, "references": {}}])
def test_a_checkpoint_that_does_not_say_what_its_network_is_for_is_refused(folder, tmp_path, changed):
    from dataclasses import replace

    from generator.model.checkpoint import load_checkpoint, save_checkpoint

    sound = load_checkpoint(folder, "gan")
    save_checkpoint(tmp_path, replace(sound, **changed))
    with pytest.raises(AssetError, match="a network for 1 channels"):
        GanPainter(device="cpu").load(tmp_path)


def test_the_same_seed_trains_the_same_weights():
    first, again, other = trained(), trained(), trained(seed=6)
    assert all(torch.equal(a, b) for a, b in zip(first.weights().values(), again.weights().values(), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(first.weights().values(), other.weights().values(), strict=True))


def test_a_resumed_training_equals_one_that_was_never_stopped():
    whole, data = trained(steps=3), patches()
    stopped = trained(steps=1)
    kept = {name: deepcopy(module.state_dict()) for name, module in stopped.modules().items()}
    rates = {name: deepcopy(optimiser.state_dict()) for name, optimiser in stopped.optimisers().items()}
    fresh = settings().learner(classes=CLASSES, channels=1, seed=5, device="cpu")
    for name, module in fresh.modules().items():
        module.load_state_dict(kept[name])
    for name, optimiser in fresh.optimisers().items():
        optimiser.load_state_dict(rates[name])
    for learner in (stopped, fresh):
        learner.begin(REAL, 3)
        for number in (1, 2):
            learner.step(data.batch(number, 4, REAL), number)
    assert all(torch.equal(a, b) for a, b in zip(stopped.weights().values(), fresh.weights().values(), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(whole.weights().values(), fresh.weights().values(), strict=True))


def test_a_colour_model_shows_crops_that_keep_the_surface_outside():
    learner, data = trained(channels=3), patches(channels=3)
    batch = data.batch(0, 3)
    shown = learner.show(batch)
    outside = np.broadcast_to(batch.good_alpha == 0, batch.good.shape)
    assert np.array_equal(shown[outside], batch.good[outside])
    assert np.array_equal(shown, learner.show(batch))


def test_tiles_that_overlap_see_the_same_noise():
    from generator.model.gan.noise import cut, laid

    grids = laid(torch.Generator().manual_seed(0), 2, (64, 64), 3)
    left = cut(grids, (slice(8, 40), slice(4, 36)), 1)
    right = cut(grids, (slice(8, 40), slice(20, 52)), 1)
    for level, (one, other) in enumerate(zip(left, right, strict=True)):
        shift = 16 // 2**level
        assert torch.equal(one[..., shift:], other[..., : one.shape[3] - shift])


def test_a_look_is_taken_from_crops_that_were_enlarged_as_much():
    from generator.model.gan.looks import Looks

    def rim(px: int) -> torch.Tensor:
        ramp = torch.clamp(torch.arange(32) / px - 1, 0, 1)
        return ramp.expand(1, 32, 32)

    looks = Looks(classes=1, latent=2, freedom=0.0)
    sharp, soft = torch.tensor([1.0, 1.0]), torch.tensor([-1.0, 1.0])
    looks.remember(torch.stack([sharp, soft]), torch.tensor([0, 0]), torch.stack([rim(2), rim(10)]))
    for px, look in ((2, sharp), (10, soft)):
        for seed in range(8):
            drawn = looks.draw(0, rim(px), torch.Generator().manual_seed(seed))
            assert torch.allclose(drawn, look, atol=1e-4)


def test_patches_in_other_places_are_no_difference_but_other_contrast_is():
    from generator.model.gan.loss import patch_difference

    chance = torch.Generator().manual_seed(0)
    real = torch.randn(2, 1, 32, 32, generator=chance)
    alpha = torch.ones(2, 1, 32, 32)
    moved, stronger = (
        float(patch_difference(image, real, alpha, torch.Generator().manual_seed(1)))
        for image in (real.roll((6, 10), (2, 3)), real * 1.5)
    )
    assert moved < 0.3 * stronger


@pytest.mark.parametrize(("field", "value"), [("size", 20), ("levels", 1), ("thin_px", 20), ("rate", 0), ("batch", 0)])
def test_a_setting_out_of_range_is_named(field, value):
    whole = yaml.safe_load(CONF.read_text())
    whole.pop("_target_")
    with pytest.raises(RangeError, match=field):
        Gan(**{**whole, "size": SIZE, field: value})


def test_colour_stands_out_for_judges_and_grey_stays():
    from generator.model.gan.colour import vivid

    image = torch.tensor([0.1, 0.2, 0.3]).reshape(1, 3, 1, 1)
    assert torch.allclose(vivid(image).flatten(), torch.tensor([-0.2, 0.2, 0.6]))
    assert torch.equal(vivid(image[:, :1]), image[:, :1])


def test_a_bright_line_along_the_rim_is_a_difference():
    from generator.model.gan.loss import profile_difference

    alpha = torch.zeros(1, 1, 32, 32)
    alpha[..., 8:24, 8:24] = 0.5
    alpha[..., 10:22, 10:22] = 1.0
    real = -0.3 * (alpha == 1).float()
    lined = real + 0.1 * (alpha == 0.5).float()
    assert float(profile_difference(real, real, alpha)) == 0.0
    assert float(profile_difference(lined, real, alpha)) > 0.01
