"""Segment Anything from a local folder, as small as it can be, with weights of chance."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from generator.core.errors import ConfigError
from generator.harvest.box_mask import mask_of_box
from generator.model.segment import load_segmenter

FILES = {"config.json": '{"model_type": "sam"}', "preprocessor_config.json": "{}", "model.safetensors": ""}


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    """Return a folder as ``save_pretrained`` writes it."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    vision = {
        "hidden_size": 8, "output_channels": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 64,
        "patch_size": 16, "window_size": 2, "global_attn_indexes": [0], "mlp_dim": 16, "num_pos_feats": 4,
    }  # fmt: skip
    prompt = {"hidden_size": 8, "image_size": 64, "patch_size": 16, "mask_input_channels": 4}
    decoder = {
        "hidden_size": 8, "mlp_dim": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "iou_head_hidden_dim": 8,
    }  # fmt: skip
    config = transformers.SamConfig(
        vision_config=vision, prompt_encoder_config=prompt, mask_decoder_config=decoder
    )  # fmt: skip
    images = getattr(transformers, "SamImageProcessorPil", transformers.SamImageProcessor)(
        size={"longest_edge": 64}, pad_size={"height": 64, "width": 64},
        mask_size={"longest_edge": 16}, mask_pad_size={"height": 16, "width": 16},
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("sam")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        transformers.SamModel(config).save_pretrained(folder)
    transformers.SamProcessor(images).save_pretrained(folder)
    return folder


@pytest.mark.parametrize(("dtype", "channels", "white"), [(np.uint8, 3, 255), (np.uint16, 1, 4095)])
def test_a_box_is_answered_with_a_mask_of_the_image(model_folder, dtype, channels, white):
    pixels = np.random.default_rng(0).integers(0, white, (50, 80, channels)).astype(dtype)
    segment = load_segmenter(model_folder, device="cpu")
    first, second = segment(pixels, white, (10, 10, 20, 30)), segment(pixels, white, (10, 10, 20, 30))
    assert first.shape == (50, 80) and first.dtype == bool
    assert np.array_equal(first, second)
    other = np.ascontiguousarray(pixels[:40, ::-1])
    assert segment(other, white, (10, 10, 20, 20)).shape == (40, 80)


def test_the_model_is_one_more_way_to_find_a_mask(model_folder):
    pixels = np.random.default_rng(0).integers(0, 255, (50, 80, 1)).astype(np.uint8)
    found = mask_of_box(pixels, 255, (10, 10, 20, 30), segmenter=load_segmenter(model_folder, device="cpu"))
    assert found.mask is not None and found.review


def test_weights_that_are_missing_are_not_left_to_chance(model_folder, tmp_path):
    safetensors = pytest.importorskip("safetensors.torch")
    for name in ("config.json", "processor_config.json", "preprocessor_config.json"):
        if (model_folder / name).is_file():
            (tmp_path / name).write_bytes((model_folder / name).read_bytes())
    weights = safetensors.load_file(model_folder / "model.safetensors")
    del weights["mask_decoder.iou_token.weight"]
    safetensors.save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ConfigError, match="all weights of a Segment Anything model"):
        load_segmenter(tmp_path)


def lay_out(folder, **changed):
    """Write a folder that looks like a model's; None leaves a file out."""
    for name, text in (FILES | changed).items():
        if text is not None:
            (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"config.json": None}, "without config.json"),
        ({"preprocessor_config.json": None}, "without preprocessor_config.json"),
        ({"config.json": "{"}, "config.json to be JSON with model_type"),
        ({"config.json": "[]"}, "config.json to be JSON with model_type"),
        ({"config.json": json.dumps({"model_type": "bert"})}, "one of type bert"),
        ({"model.safetensors": None}, "without weights"),
        ({"model.safetensors": None, "pytorch_model.bin": ""}, "pytorch_model.bin, which may hold code"),
    ],
)
def test_a_folder_that_is_no_such_model_is_named(tmp_path, changed, said):
    with pytest.raises(ConfigError) as error:
        load_segmenter(lay_out(tmp_path, **changed))
    assert said in str(error.value) and "segmenter" in str(error.value)
    assert error.value.exit_code == 2


def test_a_path_that_is_no_folder_is_named(tmp_path):
    with pytest.raises(ConfigError, match="which is no folder"):
        load_segmenter(tmp_path / "none")


def test_without_torch_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ConfigError, match=r"pip install 'defectgen\[learn\]'"):
        load_segmenter(lay_out(tmp_path))


def test_weights_that_cannot_be_read_are_named(tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    with pytest.raises(ConfigError, match="a Segment Anything model that can be loaded"):
        load_segmenter(lay_out(tmp_path))
