"""A pretrained inpainting pipeline is tuned and paints; the smallest there can be, with weights of chance."""

from __future__ import annotations

import copy
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from generator.core.errors import AssetError, ConfigError, RangeError
from generator.model.checkpoint import Checkpoint, save_checkpoint
from generator.model.inpaint.painter import InpaintPainter
from generator.model.inpaint.settings import Inpaint
from generator.model.inpaint.settle import settled
from generator.model.patches import GAIN, Example, Patches, to_pixels
from generator.run.build import build

CONF = Path(__file__).resolve().parents[3] / "conf" / "model" / "diffusion_inpaint.yaml"
KINDS = {
    "inpainting": {},
    "text_to_image": {"channels": 4, "prediction": "v_prediction"},
    "large": {"large": True},
}
CLASSES = ("crack", "dark spot")


@pytest.fixture(scope="module", autouse=True)
def one_thread_and_no_network():
    torch = pytest.importorskip("torch")
    pytest.importorskip("diffusers")
    pytest.importorskip("peft")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def pipelines(tmp_path_factory):
    """Return the folder of each kind of pipeline."""
    from tests.model.inpaint.pipelines import save_pipeline

    root = tmp_path_factory.mktemp("pretrained")
    return {name: save_pipeline(root / name, **kind) for name, kind in KINDS.items()}


@pytest.fixture(scope="module")
def trained(pipelines, tmp_path_factory):
    """Return the checkpoint of each kind of pipeline, tuned for a step of each stage."""
    root = tmp_path_factory.mktemp("models")
    for name, folder in pipelines.items():
        learner = _learner(folder)
        _train(learner)
        _save(root / name, learner)
    return {name: root / name for name in KINDS}


def _settings(pretrained: object, **changed: object) -> Inpaint:
    node = yaml.safe_load(CONF.read_text(encoding="utf-8"))
    small = {"pretrained": str(pretrained), "size": 64, "thin_px": 4.0, "batch": 2, "show_steps": 2, "rank": 2}
    return build(node | small | {"prompt": "a {token} on it", "good_prompt": "good"} | changed, "model")


def _learner(folder: object, **changed: object):
    return _settings(folder, **changed).learner(classes=CLASSES, channels=3, seed=3, device="cpu")


def _patches(size: int = 64) -> Patches:
    rng = np.random.default_rng(0)
    surface = np.clip(0.7 + 0.02 * rng.standard_normal((80, 80, 3)), 0, 1).astype(np.float32)
    surface *= np.float32([1.0, 0.8, 0.5])
    alpha = np.zeros((80, 80), np.float32)
    alpha[38:42, 15:65] = 1
    pixels = np.where(alpha[..., None] > 0, surface * np.float32(0.3), surface)
    examples = [Example(category=name, pixels=pixels, surface=surface, alpha=alpha) for name in CLASSES]
    return Patches(examples=examples, goods=[], classes=CLASSES, size=size, thin_px=4.0)


def _train(learner, first: int = 0) -> list[dict[str, float]]:
    losses = []
    for stage in ("good", "real"):
        learner.begin(stage, 1)
        losses.append(learner.step(_patches().batch(first, 2, stage), first))
    return losses


def _save(folder: Path, learner) -> None:
    save_checkpoint(folder, Checkpoint(
        kind="diffusion_inpaint", classes=CLASSES, channels=3, size=64, thin_px=4.0, network=dict(learner.network),
        weights=dict(learner.weights()),
    ))  # fmt: skip


def _surface(channels: int = 3) -> tuple[np.ndarray, np.ndarray]:
    example = _patches().examples[0]
    surface = example.surface[:, :, :channels]
    return surface, example.alpha


def test_what_is_learned_is_small_and_the_pretrained_model_stays(pipelines):
    import torch

    learner = _learner(pipelines["inpainting"])
    unet = learner._inpainter.pipe.unet
    before = {name: value.clone() for name, value in unet.state_dict().items() if "lora_" not in name}
    begun = {name: value.clone() for name, value in learner.weights().items()}
    losses = _train(learner)
    assert all(np.isfinite(list(loss.values())).all() for loss in losses)
    assert all(torch.equal(value, unet.state_dict()[name]) for name, value in before.items())
    moved = {name for name, value in learner.weights().items() if not torch.equal(value, begun[name])}
    assert "text_encoder/embeddings/token_embedding/learned" in moved
    assert {name.split("/")[0] for name in moved} == {"unet", "text_encoder"}
    assert sum(value.numel() for value in begun.values()) < 10_000


def test_the_same_seed_learns_the_same_and_a_resumed_step_too(pipelines):
    import torch

    one, other = _learner(pipelines["inpainting"]), _learner(pipelines["inpainting"])
    _train(one)
    other._inpainter.trained.load_state_dict(one._inpainter.trained.state_dict())
    other.optimisers()["all"].load_state_dict(copy.deepcopy(one.optimisers()["all"].state_dict()))
    assert _train(one, 1) == _train(other, 1)
    assert all(torch.equal(value, other.weights()[name]) for name, value in one.weights().items())


def test_a_word_begins_as_its_name_and_takes_no_other_ones_place(pipelines):
    import torch

    pipe = _learner(pipelines["large"])._inpainter.pipe
    for name in ("", "_2"):
        tokenizer, encoder = getattr(pipe, "tokenizer" + name), getattr(pipe, "text_encoder" + name)
        words = encoder.get_input_embeddings()
        ids = tokenizer("<dark spot>", add_special_tokens=False).input_ids
        assert ids == [words.first + 1]
        letters = torch.tensor(tokenizer("dark spot", add_special_tokens=False).input_ids)
        assert torch.allclose(words(torch.tensor(ids))[0], words.known(letters).mean(dim=0))
        assert torch.equal(words(letters), words.known(letters))
        ends = {module.eos_token_id for module in encoder.modules() if hasattr(module, "eos_token_id")}
        assert ends == {tokenizer.eos_token_id}


@pytest.mark.parametrize("kind", KINDS)
def test_a_tuned_model_paints_the_same_bytes_each_time_and_only_within_the_extent(trained, kind):
    painter = InpaintPainter(device="cpu", steps=2, guidance=3.0)
    surface, alpha = _surface()
    brush = painter.load(trained[kind])
    first = brush.paint(surface, alpha, "crack", [1, 2**63 - 1])
    again = replace(painter, at_once=5).load(trained[kind]).paint(surface, alpha, "crack", [1, 2**63 - 1])
    assert painter.load(trained[kind]).classes == CLASSES
    assert first.shape == (2, *surface.shape) and first.dtype == np.float32
    assert np.array_equal(first, again)
    assert not np.array_equal(first[0], first[1])
    assert np.array_equal(first[:, alpha == 0], np.stack([surface, surface])[:, alpha == 0])
    assert (np.abs(first - surface).max(axis=(0, 3)) > 1e-4)[alpha > 0].mean() > 0.9
    assert first.min() >= 0 and first.max() <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_it_paints_as_the_pipeline_of_diffusers_itself_does(trained, kind):
    import diffusers
    import torch

    model = InpaintPainter(device="cpu").load(trained[kind]).inpainter
    pipe, chance = model.pipe, torch.Generator().manual_seed(0)
    pixels, noise = torch.rand(2, 3, 64, 64, generator=chance), torch.randn(2, 4, 32, 32, generator=chance)
    extent = torch.zeros(2, 1, 64, 64)
    extent[..., 20:31, 10:50] = 1
    cells = model.cells(extent)
    with torch.no_grad():
        told = model.condition([model.prompt("crack")], 64).repeated(2)
    change = model.paint(pixels, extent, told, noise, 3, 2.5)
    pipe.scheduler = diffusers.DDIMScheduler.from_config(pipe.scheduler.config, clip_sample=False)
    pipe.set_progress_bar_config(disable=True)
    surface = model.encode(pixels)
    latents = pipe(
        prompt=[model.prompt("crack")] * 2, image=surface, masked_image_latents=model.known(pixels, cells),
        mask_image=torch.nn.functional.interpolate(cells, scale_factor=model.factor), height=64, width=64,
        num_inference_steps=3, guidance_scale=2.5, latents=noise, strength=1.0, output_type="latent",
        generator=torch.Generator().manual_seed(0),
    ).images  # fmt: skip
    assert torch.allclose(change, model.decode(latents) - model.decode(surface), atol=1e-4)


def test_a_defect_larger_than_a_crop_is_painted_in_tiles_and_grey_is_painted_grey(trained):
    surface = np.full((60, 150, 1), 0.5, np.float32)
    alpha = np.zeros((60, 150), np.float32)
    alpha[20:40, 10:140] = 1
    painted = InpaintPainter(device="cpu", steps=1, guidance=1.0).load(trained["inpainting"]).paint(
        surface, alpha, "dark spot", [5]
    )  # fmt: skip
    changed = np.abs(painted[0, ..., 0] - 0.5) > 1e-4
    assert painted.shape == (1, 60, 150, 1) and changed[20:40, 10:140].mean() > 0.9 and not changed[alpha == 0].any()


def test_nothing_to_paint_is_the_surface(trained):
    surface, alpha = _surface()
    brush = InpaintPainter(device="cpu").load(trained["inpainting"])
    assert np.array_equal(brush.paint(surface, alpha * 0, "crack", [0])[0], surface)


def test_samples_are_shown_on_the_good_crop(pipelines):
    learner = _learner(pipelines["text_to_image"])
    batch = _patches().batch(0, 2)
    shown = learner.show(batch)
    beyond = np.broadcast_to(batch.good_alpha == 0, shown.shape)
    assert shown.shape == batch.good.shape and np.array_equal(shown, learner.show(batch))
    assert np.array_equal(shown[beyond], batch.good[beyond])


def test_a_shift_around_the_extent_is_taken_off_within():
    extent = np.zeros((64, 64), bool)
    extent[28:36, 20:44] = True
    change = np.full((1, 3, 64, 64), 0.05, np.float32)
    change[..., extent] -= 0.4
    mended = settled(change, extent)
    assert np.allclose(mended[..., extent], -0.4, atol=1e-4) and np.abs(mended[..., ~extent]).max() < 1e-4
    assert np.array_equal(settled(change, np.ones_like(extent)), change)


def test_a_thin_extent_falls_between_no_cells_of_the_latent_grid(pipelines):
    import torch

    inpainter = _learner(pipelines["inpainting"])._inpainter
    extent = torch.zeros(1, 1, 64, 64)
    extent[..., 31, 5:60] = 0.01
    cells = inpainter.cells(extent)
    assert cells.shape[-1] * inpainter.factor == 64
    assert torch.nn.functional.interpolate(cells, scale_factor=inpainter.factor)[extent > 0].all()


def test_a_model_is_shown_the_surface_as_bright_and_coloured_as_it_is():
    batch = _patches().batch(0, 2)
    shown = to_pixels(batch.good, batch.good_level)
    assert np.allclose(shown.mean(axis=(2, 3)), batch.good_level, atol=0.01)
    assert np.allclose(batch.good_level[0] / batch.good_level[0, 0], [1, 0.8, 0.5], atol=0.01)
    assert np.allclose((shown - batch.good_level[..., None, None]) * GAIN, batch.good, atol=1e-5)


def test_another_pretrained_model_under_the_same_name_is_noticed(trained, pipelines, tmp_path):
    folder = tmp_path / "moved"
    shutil.copytree(pipelines["inpainting"], folder)
    surface, alpha = _surface()
    painter = InpaintPainter(device="cpu", steps=1, pretrained=str(folder))
    assert painter.load(trained["inpainting"]).paint(surface, alpha, "crack", [0]).shape[0] == 1
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ConfigError, match="was tuned on, got another one"):
        replace(painter, steps=2).load(trained["inpainting"])


def test_a_checkpoint_of_another_rank_is_refused(trained, tmp_path):
    folder = tmp_path / "swapped"
    shutil.copytree(trained["inpainting"], folder)
    content = json.loads((folder / "model.json").read_text())
    content["network"]["rank"] = 3
    (folder / "model.json").write_text(json.dumps(content))
    with pytest.raises(AssetError, match="the weights of its network"):
        InpaintPainter(device="cpu").load(folder)
    content["network"]["rank"] = "many"
    (folder / "model.json").write_text(json.dumps(content))
    with pytest.raises(AssetError, match=r"network\.rank"):
        InpaintPainter(device="cpu").load(folder)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("model_index.json", {"_class_name": "FluxInpaintPipeline"}, "Stable Diffusion 1.5, 2 or XL"),
        ("model_index.json", {"_class_name": ["own.py", "Own"]}, "Stable Diffusion 1.5, 2 or XL"),
        ("model_index.json", {"unet": ["own", "Unet"]}, "components of diffusers and transformers alone"),
        ("model_index.json", {"unet": ["diffusers", "UNet1DModel"]}, "a UNet2DConditionModel as unet"),
        ("unet/config.json", {"in_channels": 8}, "a UNet of 4 or 9 channels"),
    ],
)
def test_a_pipeline_that_cannot_be_tuned_is_refused_before_it_is_loaded(pipelines, tmp_path, file, content, message):
    folder = tmp_path / "other"
    shutil.copytree(pipelines["inpainting"], folder)
    path = folder / file
    path.write_text(json.dumps(json.loads(path.read_text()) | content))
    with pytest.raises(ConfigError, match=message):
        _learner(folder)


def test_weights_that_may_hold_code_are_refused_and_half_ones_are_found(pipelines, tmp_path):
    folder = tmp_path / "other"
    shutil.copytree(pipelines["inpainting"], folder)
    for part in ("unet", "vae", "text_encoder"):
        for path in (folder / part).glob("*.safetensors"):
            path.rename(path.with_suffix(".fp16.safetensors"))
    assert _learner(folder).weights()
    weights = folder / "unet" / "diffusion_pytorch_model.fp16.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(ConfigError, match="a pretrained model that can be loaded"):
        _learner(folder)
    weights.rename(folder / "unet" / "diffusion_pytorch_model.bin")
    with pytest.raises(ConfigError, match="which may hold code"):
        _learner(folder)


@pytest.mark.parametrize(("part", "name"), [("unet", "conv_in.weight"), ("text_encoder", "final_layer_norm.weight")])
def test_weights_that_are_missing_are_not_left_to_chance(pipelines, tmp_path, part, name):
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "other"
    shutil.copytree(pipelines["inpainting"], folder)
    path = next((folder / part).glob("*.safetensors"))
    held = load_file(path)
    save_file({key: value for key, value in held.items() if not key.endswith(name)}, path, metadata={"format": "pt"})
    with pytest.raises(ConfigError, match="pretrained model"):
        _learner(folder)


def test_what_is_not_there_is_said_with_how_to_get_it(tmp_path):
    with pytest.raises(ConfigError, match=r"hf download some/model, let the training do so with model\.download=true"):
        _learner("some/model")
    with pytest.raises(ConfigError, match=r"model\.pretrained: expected the folder of a pretrained inpainting model"):
        _learner("")
    with pytest.raises(ConfigError, match=r"without model_index\.json"):
        _learner(tmp_path)


def test_a_prompt_that_is_cut_off_before_its_word_is_refused(pipelines):
    with pytest.raises(ConfigError, match="at most 16 tokens"):
        _learner(pipelines["inpainting"], prompt="a photograph of some {token}")


@pytest.mark.parametrize(("field", "value"), [("size", 100), ("prompt", "a defect"), ("rank", 0), ("rate", 0.0)])
def test_settings_that_make_no_sense_are_named(field, value):
    with pytest.raises(RangeError) as caught:
        replace(_settings("x"), **{field: value})
    assert caught.value.field == field
