"""How the denoiser learns: velocities of noised changes of the ground, within the extent.

On good crops it learns, for any class, how the surface goes on; on defects their classes, of which a share is withheld,
so that the sampler can tell a class from any. Steps of much and of little noise weigh alike up to a ratio (min-SNR).
Source: own; Salimans and Ho (2022) for velocities; Hang et al., Efficient Diffusion Training via Min-SNR (2023), with
one added to the ratio, so that pure noise, where a defect's tone is decided, is learned too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from diffusers import DDPMScheduler

from generator.core.seeds import stage_rng
from generator.model.device import autocast
from generator.model.diffusion.ground import ground_of
from generator.model.diffusion.network import Denoiser, spread
from generator.model.diffusion.noise import learning_schedule, noise_of
from generator.model.diffusion.sampler import guided, laid, sampled
from generator.model.diffusion.settings import Diffusion
from generator.model.loop.average import averaged
from generator.model.patches import Batch
from generator.model.port import GOOD

_MOST_SNR = 5.0
_WARM_STEPS = 50
_LAST_RATE = 0.1  # share of the rate that is left at a stage's end
_SHOW_STEPS, _SHOW_GUIDANCE = 15, 1.0


class DiffusionLearner:
    """A denoiser that learns step by step; see ``generator.model.port.Learner``."""

    def __init__(self, settings: Diffusion, *, classes: int, channels: int, seed: int, device: str) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._denoiser = Denoiser(channels, classes, **settings.network).to(device)
        self._average = averaged(self._denoiser, settings.average)
        self._settings, self._seed, self._device = settings, seed, torch.device(device)
        self._optimiser = torch.optim.AdamW(self._denoiser.parameters(), lr=settings.rate, weight_decay=0.01)
        self._schedule = learning_schedule()
        self._time_weight = time_weights(self._schedule)
        self._stage, self._steps = "", 1

    @property
    def network(self) -> Mapping[str, Any]:
        """See the port."""
        return self._settings.network

    def begin(self, stage: str, steps: int) -> None:
        """See the port."""
        self._stage, self._steps = stage, steps

    def step(self, batch: Batch, number: int) -> dict[str, float]:
        """See the port."""
        rng = stage_rng(self._seed, number, 0, f"diffusion-{self._stage}")
        on_good = self._stage == GOOD
        target, surface, alpha = (
            (batch.good, batch.good, batch.good_alpha) if on_good else (batch.defect, batch.surface, batch.alpha)
        )
        count = len(target)
        any_class = self._denoiser.any_class
        hidden = np.ones(count, bool) if on_good else rng.random(count) < self._settings.withheld
        label = torch.from_numpy(np.where(hidden, any_class, batch.label)).to(self._device)
        time = torch.from_numpy(rng.integers(self._schedule.config.num_train_timesteps, size=count))
        noise = noise_of(target.shape, self._settings.size, int(rng.integers(2**63)), self._device)
        extent = torch.from_numpy(alpha).to(self._device)
        ground = ground_of(torch.from_numpy(surface).to(self._device), extent)
        change = spread(torch.from_numpy(target).to(self._device) - ground)
        wanted = self._schedule.get_velocity(change, noise, time)
        noisy = self._schedule.add_noise(change, noise, time)
        for group in self._optimiser.param_groups:
            group["lr"] = self._settings.rate * self._pace(number)
        with autocast(self._device.type):
            found = self._denoiser(noisy, ground, extent, time.to(self._device), label)
        error = (found.float() - wanted).square().mean(dim=1, keepdim=True)
        within = (extent > 0).float()
        inside = (error * within).sum(dim=(1, 2, 3)) / within.sum(dim=(1, 2, 3)).clamp(min=1.0)
        loss = (self._time_weight[time].to(self._device) * inside).mean()
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._denoiser.parameters(), 1.0)
        self._optimiser.step()
        self._average.update_parameters(self._denoiser)
        return {"loss": float(loss.detach()), "error": float(inside.detach().mean())}

    def _pace(self, number: int) -> float:
        """Return the share of the rate that a step takes: up within a few steps, then down along a cosine."""
        warm = min(1.0, (number + 1) / min(_WARM_STEPS, max(1, self._steps // 4)))
        along = min(1.0, number / max(1, self._steps))
        return warm * (_LAST_RATE + (1 - _LAST_RATE) * 0.5 * (1 + math.cos(math.pi * along)))

    def modules(self) -> Mapping[str, torch.nn.Module]:
        """See the port."""
        return {"denoiser": self._denoiser, "average": self._average}

    def optimisers(self) -> Mapping[str, torch.optim.Optimizer]:
        """See the port."""
        return {"denoiser": self._optimiser}

    def weights(self) -> Mapping[str, torch.Tensor]:
        """See the port."""
        return self._average.module.state_dict()

    def show(self, batch: Batch) -> np.ndarray:
        """See the port."""
        denoiser = self._average.module
        good = torch.from_numpy(batch.good).to(self._device)
        alpha = torch.from_numpy(batch.good_alpha).to(self._device)
        label = torch.from_numpy(batch.good_label).to(self._device)
        if self._stage == GOOD:
            label = torch.full_like(label, denoiser.any_class)
        noise = noise_of(batch.good.shape, self._settings.size, self._seed, self._device)

        def velocity(noisy: torch.Tensor, time: int) -> torch.Tensor:
            return guided(denoiser, noisy, ground, alpha, time, label, _SHOW_GUIDANCE)

        with torch.inference_mode():
            ground = ground_of(good, alpha)
            change = sampled(noise, _SHOW_STEPS, velocity)
            return laid(change, ground, good, alpha).float().cpu().numpy()


def time_weights(schedule: DDPMScheduler) -> torch.Tensor:
    """Return how much a velocity counts at each time, (times,) float32 in (0, 1]: less where there is little noise."""
    kept = schedule.alphas_cumprod.double()
    ratio = kept / (1 - kept) + 1
    return (ratio.clamp(max=_MOST_SNR) / ratio).float()
