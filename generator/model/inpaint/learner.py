"""Tuning a pretrained inpainting model on defects.

Each step hides the extent of a defect, adds noise to the crop and asks for the noise, given the text of the class. The
loss within the extent and the one beyond it are means of their own, so that a thin defect counts as much as a wide one.
On good crops the same is asked with the text of good surface. Source: own; the weights are those of DefectFill (Song et
al., 2025), whose loss on attention is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from diffusers import DDPMScheduler
from torch import nn

from generator.core.seeds import stage_rng
from generator.model.device import memory_named
from generator.model.inpaint import pretrained
from generator.model.inpaint.inpainter import Inpainter
from generator.model.inpaint.settings import Inpaint
from generator.model.patches import GAIN, Batch, to_pixels
from generator.model.port import GOOD

_WHERE = "model.pretrained"
_LONGEST = 1.0  # of a step's gradient
_GUIDANCE = 7.5


class InpaintLearner:
    """Low-rank adapters and words as they are learned; see ``generator.model.port.Learner``."""

    def __init__(self, settings: Inpaint, *, classes: tuple[str, ...], channels: int, seed: int, device: str) -> None:
        self._settings, self._channels, self._seed, self._stage = settings, channels, seed, GOOD
        folder = pretrained.find(settings.pretrained, _WHERE, settings.download, settings.variant)
        tuned = {
            name: getattr(settings, name) for name in ("rank", "alpha", "feedforward", "text_encoder", "prompt")
        }  # fmt: skip
        self._network = {
            "pretrained": settings.pretrained, "fingerprint": pretrained.fingerprint(folder), **tuned,
        }  # fmt: skip
        with memory_named("train", "model.size, or take a smaller pretrained model"):
            self._inpainter = Inpainter(pretrained.load(folder, _WHERE, device), classes, self._network, seed)
        self._schedule = DDPMScheduler.from_config(self._inpainter.pipe.scheduler.config)
        groups: dict[bool, list[nn.Parameter]] = {True: [], False: []}
        for name, parameter in self._inpainter.trained.items():
            groups[name.startswith("unet/")].append(parameter)
        self._optimiser = torch.optim.AdamW(
            [{"params": groups[True], "lr": settings.rate}, {"params": groups[False], "lr": settings.text_rate}]
        )

    @property
    def network(self) -> Mapping[str, Any]:
        """See the port."""
        return self._network

    def begin(self, stage: str, steps: int) -> None:
        """See the port; rates stay what they are."""
        self._stage = stage

    def step(self, batch: Batch, number: int) -> dict[str, float]:
        """See the port."""
        rng = stage_rng(self._seed, number, 0, f"inpaint/{self._stage}")
        chance = torch.Generator().manual_seed(int(rng.integers(2**63)))
        many, size = len(batch.label), self._settings.at_once
        total = {"inside": 0.0, "outside": 0.0}
        self._optimiser.zero_grad(set_to_none=True)
        for start in range(0, many, size):
            part = slice(start, start + size)
            share = len(batch.label[part]) / many
            with memory_named("train", "model.at_once, model.size or model.rank"):
                inside, outside = self._losses(batch, part, chance)
                ((inside + self._settings.outside * outside) * share).backward()
            total["inside"] += float(inside.detach()) * share
            total["outside"] += float(outside.detach()) * share
        nn.utils.clip_grad_norm_(self._inpainter.trained.parameters(), _LONGEST)
        self._optimiser.step()
        return total

    def modules(self) -> Mapping[str, nn.Module]:
        """See the port; what was pretrained stays as it is."""
        return {"trained": self._inpainter.trained}

    def optimisers(self) -> Mapping[str, torch.optim.Optimizer]:
        """See the port."""
        return {"all": self._optimiser}

    def weights(self) -> Mapping[str, torch.Tensor]:
        """See the port."""
        return self._inpainter.trained.state_dict()

    def show(self, batch: Batch) -> np.ndarray:
        """See the port."""
        model, shown = self._inpainter, []
        for at in range(len(batch.good_label)):
            one = slice(at, at + 1)
            pixels = self._pixels(batch.good[one], batch.good_level[one])
            noise = torch.randn(
                1, 4, *(side // model.factor for side in pixels.shape[2:]),
                generator=torch.Generator().manual_seed(at),
            )  # fmt: skip
            with torch.no_grad():
                told = model.condition([model.prompt(model.classes[batch.good_label[at]])], pixels.shape[-1])
            extent = torch.from_numpy(batch.good_alpha[one])
            change = model.paint(pixels, extent, told, noise, self._settings.show_steps, _GUIDANCE).numpy()
            if self._channels == 1:
                change = change.mean(axis=1, keepdims=True)
            shown.append(batch.good[one] + change * np.float32(GAIN) * np.minimum(batch.good_alpha[one] * 3, 1))
        return np.concatenate(shown)

    def _pixels(self, planes: np.ndarray, level: np.ndarray) -> torch.Tensor:
        pixels = torch.from_numpy(to_pixels(planes, level))
        return pixels.expand(-1, 3, -1, -1) if self._channels == 1 else pixels

    def _losses(self, batch: Batch, part: slice, chance: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the mean loss within the extents and beyond them."""
        model, settings = self._inpainter, self._settings
        if self._stage == GOOD:
            shown = surface = self._pixels(batch.good[part], batch.good_level[part])
            extent = torch.from_numpy(batch.good_alpha[part])
            texts = [settings.good_prompt] * len(shown)
        else:
            shown = self._pixels(batch.defect[part], batch.level[part])
            surface = self._pixels(batch.surface[part], batch.level[part])
            extent = torch.from_numpy(batch.alpha[part])
            texts = [model.prompt(model.classes[label]) for label in batch.label[part]]
        bare = torch.rand(len(texts), generator=chance) < settings.dropped
        told = model.condition(["" if drop else text for text, drop in zip(texts, bare, strict=True)], shown.shape[-1])
        latents, cells = model.encode(shown), model.cells(extent)
        noise = torch.randn(latents.shape, generator=chance).to(latents.device)
        most = self._schedule.config.num_train_timesteps
        times = torch.randint(most, (len(latents),), generator=chance).to(latents.device)
        noisy = self._schedule.add_noise(latents, noise, times)
        made = model.predict(noisy, times, cells, model.known(surface, cells), told)
        aim = {"epsilon": noise, "sample": latents}.get(self._schedule.config.prediction_type)
        if aim is None:
            aim = self._schedule.get_velocity(latents, noise, times)
        error = (made - aim).square().mean(dim=1, keepdim=True)
        around = 1 - cells
        inside, outside = (
            (error * where).sum() / where.sum().clamp(min=1) for where in (cells, around)
        )  # fmt: skip
        return inside, outside
