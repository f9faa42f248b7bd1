"""Pipelines of diffusers with a few thousand weights of chance, saved as the large ones are."""

from __future__ import annotations

import json
from pathlib import Path

TEXT_PX = 16  # tokens of a prompt


def save_pipeline(folder: Path, *, channels: int = 9, large: bool = False, prediction: str = "epsilon") -> Path:
    """Save a Stable Diffusion pipeline, or of the XL kind, with a UNet of 9 channels (inpainting) or 4; return it."""
    import diffusers
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        parts = {
            "vae": diffusers.AutoencoderKL(
                block_out_channels=(4, 8), down_block_types=("DownEncoderBlock2D",) * 2,
                up_block_types=("UpDecoderBlock2D",) * 2, latent_channels=4, norm_num_groups=2, sample_size=64,
            ),
            "unet": diffusers.UNet2DConditionModel(
                sample_size=32, in_channels=channels, out_channels=4, block_out_channels=(8, 16), layers_per_block=1,
                down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), norm_num_groups=4,
                up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), attention_head_dim=(2, 2),
                cross_attention_dim=16 if large else 8,
                **({"addition_embed_type": "text_time", "addition_time_embed_dim": 4,
                    "projection_class_embeddings_input_dim": 6 * 4 + 8} if large else {}),
            ),
            "scheduler": diffusers.DDIMScheduler(
                beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, clip_sample=False,
                set_alpha_to_one=False, steps_offset=1, prediction_type=prediction,
            ),
            "text_encoder": _encoder(), "tokenizer": save_tokenizer(folder / "tokenizer"), "feature_extractor": None,
        }  # fmt: skip
        if large:
            parts |= {"text_encoder_2": _encoder(projected=True), "tokenizer_2": save_tokenizer(folder / "tokenizer_2")}
            inpaint, plain = diffusers.StableDiffusionXLInpaintPipeline, diffusers.StableDiffusionXLPipeline
        else:
            parts["safety_checker"] = None
            inpaint, plain = diffusers.StableDiffusionInpaintPipeline, diffusers.StableDiffusionPipeline
        diffusers.utils.logging.set_verbosity_error()
        (inpaint if channels == 9 else plain)(**parts).save_pretrained(folder)
    return folder


def _encoder(projected: bool = False):
    import transformers

    config = transformers.CLIPTextConfig(
        vocab_size=_VOCABULARY, hidden_size=8, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=TEXT_PX, projection_dim=8, bos_token_id=0, eos_token_id=2,
    )  # fmt: skip
    kind = transformers.CLIPTextModelWithProjection if projected else transformers.CLIPTextModel
    return kind(config)


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_VOCABULARY = 2 * len(_LETTERS) + 2


def save_tokenizer(folder: Path, tokens: int = TEXT_PX):
    """Return a tokenizer that knows letters, each also as the last of a word, for prompts of so many tokens."""
    import transformers

    folder.mkdir(parents=True)
    words = [*_LETTERS, *(f"{letter}</w>" for letter in _LETTERS), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: at for at, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return transformers.CLIPTokenizer.from_pretrained(folder, model_max_length=tokens)
