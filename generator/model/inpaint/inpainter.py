"""A pretrained pipeline with what is learned on top: low-rank adapters and a word for each class.

Training and painting go through the same steps here: image to latents, a text to a condition, one prediction of the
denoiser. A UNet of nine channels is shown the extent and the surface around it; one of four is not, and what lies
around is put back after each step. An extent is shown in whole cells of the latent grid, so that no thin defect falls
between them. Source: own; Hu et al., LoRA (2021); putting the known back after each step is Lugmayr et al., RePaint
(2022), here without going back and forth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import DDIMScheduler
from peft import LoraConfig, inject_adapter_in_model
from torch import nn
from torch.nn import functional

from generator.core.errors import ConfigError
from generator.model.device import autocast
from generator.model.inpaint.words import teach, word_of

_ATTENTION = ["to_q", "to_k", "to_v", "to_out.0"]
_FEEDFORWARD = ["ff.net.0.proj", "ff.net.2"]
_OF_TEXT = ["q_proj", "k_proj", "v_proj", "out_proj"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Condition:
    """What the denoiser is told.

    Attributes:
        text: (n, tokens, D).
        added: what SDXL is told beside it; empty for the others.
    """

    text: torch.Tensor
    added: dict[str, torch.Tensor]

    def repeated(self, count: int) -> Condition:
        """Return each of n conditions so many times in a row."""
        return Condition(
            text=self.text.repeat_interleave(count, 0),
            added={name: value.repeat_interleave(count, 0) for name, value in self.added.items()},
        )

    def after(self, other: Condition) -> Condition:
        """Return the other's conditions and then these."""
        return Condition(
            text=torch.cat([other.text, self.text]),
            added={name: torch.cat([other.added[name], value]) for name, value in self.added.items()},
        )


class Inpainter:
    """Defects and good surface, painted into a crop.

    Args:
        pipe: as ``pretrained.load`` returns it; changed in place.
        classes: the classes, in the order of their labels.
        network: rank, alpha, feedforward, text_encoder and prompt, as the settings name them.
        seed: what the adapters begin from.
    """

    def __init__(self, pipe: Any, classes: tuple[str, ...], network: Mapping[str, Any], seed: int = 0) -> None:
        self.pipe, self.classes, self._prompt = pipe, classes, network["prompt"]
        self.device = pipe.unet.device.type
        self.factor = 2 ** (len(pipe.vae.config.block_out_channels) - 1)
        pairs = [(name, "tokenizer" + name.removeprefix("text_encoder")) for name in ("text_encoder", "text_encoder_2")]
        pairs = [(name, other) for name, other in pairs if getattr(pipe, name, None) is not None]
        rank = {"r": network["rank"], "lora_alpha": network["alpha"]}
        targets = _ATTENTION + (_FEEDFORWARD if network["feedforward"] else [])
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            inject_adapter_in_model(LoraConfig(target_modules=targets, **rank), pipe.unet)
            for name, other in pairs:
                teach(getattr(pipe, other), getattr(pipe, name), classes)
                if network["text_encoder"]:
                    inject_adapter_in_model(LoraConfig(target_modules=_OF_TEXT, **rank), getattr(pipe, name))
                self._check_length(getattr(pipe, other))
        found: dict[str, nn.Parameter] = {}
        for part in ("unet", *(name for name, _ in pairs)):
            for name, parameter in getattr(pipe, part).named_parameters():
                learned = "lora_" in name or name.endswith(".learned")
                parameter.requires_grad_(learned)
                if learned:
                    parameter.data = parameter.data.float()
                    plain = name.removeprefix("text_model.")  # older releases of transformers have one more level
                    found[f"{part}/{plain.replace('.', '/')}"] = parameter
        self.trained = nn.ParameterDict(found)

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return latents, (n, 4, s / factor, s / factor) float32, of pixels, (n, 3, s, s) in [0, 1]."""
        config = self.pipe.vae.config
        with torch.no_grad():
            latents = self.pipe.vae.encode(pixels.to(self.device) * 2 - 1).latent_dist.mode()
        mean, spread = self._statistics()
        return (latents - mean) / spread * config.scaling_factor

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Return pixels, (n, 3, s, s) float32 about [0, 1], not clipped."""
        mean, spread = self._statistics()
        with torch.no_grad():
            pixels = self.pipe.vae.decode(latents / self.pipe.vae.config.scaling_factor * spread + mean).sample
        return (pixels + 1) / 2

    def cells(self, extent: torch.Tensor) -> torch.Tensor:
        """Return (n, 1, s / factor, s / factor) float32: 1 where a cell holds any of an extent, (n, 1, s, s)."""
        return functional.max_pool2d((extent.to(self.device) > 0).float(), self.factor)

    def known(self, pixels: torch.Tensor, cells: torch.Tensor) -> torch.Tensor:
        """Return the latents of pixels, (n, 3, s, s), that are grey in the cells."""
        hidden = functional.interpolate(cells, scale_factor=self.factor)
        return self.encode(torch.where(hidden > 0, 0.5, pixels.to(self.device)))

    def prompt(self, category: str) -> str:
        """Return the text that a class is trained and painted with."""
        return self._prompt.replace("{token}", word_of(category))

    def _check_length(self, tokenizer: Any) -> None:
        """Raise where a prompt is cut off before its word ends."""
        most = tokenizer.model_max_length
        for category in self.classes:
            count = len(tokenizer(self.prompt(category), truncation=False, verbose=False).input_ids)
            if count > most:
                got = f"{count} with {word_of(category)}"
                raise ConfigError("model.prompt", f"at most {most} tokens, which the model reads", got, "Shorten it.")

    def condition(self, texts: Sequence[str], side_px: int) -> Condition:
        """Return the condition of each text; an empty one stands for none, of which guidance leads away."""
        pipe, many = self.pipe, len(texts)
        with autocast(self.device):
            told = pipe.encode_prompt(
                list(texts), device=self.device, num_images_per_prompt=1, do_classifier_free_guidance=False
            )
        text = told[0].float()
        if getattr(pipe, "text_encoder_2", None) is None:
            return Condition(text=text, added={})
        keep = torch.ones(many, 1, device=text.device)
        if pipe.config.force_zeros_for_empty_prompt:
            keep = torch.tensor([[float(bool(one))] for one in texts], device=text.device)
        ids = torch.tensor([[side_px, side_px, 0, 0, side_px, side_px]], dtype=torch.float32, device=text.device)
        added = {"text_embeds": told[2].float() * keep, "time_ids": ids.repeat(many, 1)}
        return Condition(text=text * keep[..., None], added=added)

    def predict(
        self, noisy: torch.Tensor, times: torch.Tensor, cells: torch.Tensor, known: torch.Tensor, told: Condition
    ) -> torch.Tensor:
        """Return what the denoiser makes of noisy latents, (n, 4, h, w) float32: noise or velocity."""
        shown = noisy if self.pipe.unet.config.in_channels == 4 else torch.cat([noisy, cells, known], dim=1)
        kind = self.pipe.unet.dtype
        added = {name: value.to(kind) for name, value in told.added.items()} or None
        with autocast(self.device):
            return self.pipe.unet(
                shown.to(kind), times, encoder_hidden_states=told.text.to(kind), added_cond_kwargs=added
            ).sample.float()

    @torch.no_grad()
    def paint(
        self,
        pixels: torch.Tensor,
        extent: torch.Tensor,
        told: Condition,
        noise: torch.Tensor,
        steps: int,
        guidance: float,
    ) -> torch.Tensor:
        """Return pixels painted anew within an extent, as a change of what the autoencoder makes of them.

        What the autoencoder itself loses or tints is the same on both sides and cancels out.

        Args:
            pixels: (n, 3, s, s) in [0, 1].
            extent: (n, 1, s, s).
            told: n conditions.
            noise: (n, 4, s / factor, s / factor).
            steps: of the sampler.
            guidance: how far away it is led from what no text would give; 1: not.

        Returns:
            (n, 3, s, s) float32 on the CPU: what is to be added to the pixels.
        """
        sampler = DDIMScheduler.from_config(self.pipe.scheduler.config, clip_sample=False)
        sampler.set_timesteps(steps)
        cells, noise = self.cells(extent), noise.to(self.device)
        surface, known, latents = self.encode(pixels), self.known(pixels, cells), noise
        guided = guidance != 1
        if guided:
            told = told.after(self.condition([""], pixels.shape[-1]).repeated(len(pixels)))
        for later, time in zip([*sampler.timesteps[1:], None], sampler.timesteps, strict=True):
            both = [torch.cat([one, one]) if guided else one for one in (latents, cells, known)]
            made = self.predict(both[0], time.to(self.device), both[1], both[2], told)
            if guided:
                none, some = made.chunk(2)
                made = none + guidance * (some - none)
            latents = sampler.step(made, time, latents).prev_sample
            if self.pipe.unet.config.in_channels == 4:
                around = surface if later is None else sampler.add_noise(surface, noise, later[None].to(self.device))
                latents = torch.where(cells > 0, latents, around)
        return (self.decode(latents) - self.decode(surface)).cpu()

    def _statistics(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return mean and spread of each latent, where the autoencoder's configuration gives them."""
        config = self.pipe.vae.config
        mean, spread = (getattr(config, name, None) for name in ("latents_mean", "latents_std"))
        given = mean is not None and spread is not None
        values = (mean, spread) if given else ([0.0], [1.0])
        return tuple(torch.tensor(one, device=self.device).view(1, -1, 1, 1) for one in values)
