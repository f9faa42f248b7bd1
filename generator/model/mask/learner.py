"""How the denoiser of outlines learns: to make out the field in what is noisy, errors counted as those of velocities.

Source: own; Salimans and Ho (2022) for the weights; that fields themselves, being smooth, are what a small network
should predict is after Li and He, Back to Basics (2025).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from generator.core.seeds import stage_rng
from generator.model.loop.average import averaged
from generator.model.mask.frame import framed
from generator.model.mask.masks import shown
from generator.model.mask.network import Outlines, shares
from generator.model.mask.settings import Mask
from generator.model.patches import Batch, Example, core_of

_LEAST_NOISE = 0.2  # with less, errors do not count more
_WARM_STEPS = 50
_LAST_RATE = 0.05  # share of the rate that is left at a stage's end
_SHOW_STEPS = 16


class MaskLearner:
    """A model of outlines that learns step by step; see ``generator.model.port.Learner``."""

    def __init__(self, settings: Mask, *, classes: int, seed: int, device: str) -> None:
        self._settings, self._classes, self._seed = settings, classes, seed
        self._device = torch.device(device)
        self._steps = 1
        self._stage = ""
        self._build(0)

    def _build(self, real: int) -> None:
        settings = self._settings
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self._seed)
            outlines = Outlines(self._classes, settings.size, **settings.network, real=real)
        self._outlines = outlines.to(self._device)
        self._average = averaged(self._outlines, settings.average)
        self._optimiser = torch.optim.AdamW(self._outlines.parameters(), lr=settings.rate, weight_decay=0.01)

    @property
    def network(self) -> Mapping[str, Any]:
        """See the port."""
        return {**self._settings.network, "real": len(self._outlines.labels)}

    def look(self, examples: Sequence[Example], classes: Sequence[str]) -> None:
        """Keep the real outlines with their sizes; see the port.

        Args:
            examples: real defects.
            classes: in the order of the labels.
        """
        self._build(len(examples))
        known = [framed(core_of(one.alpha), self._settings.size) for one in examples]
        for network in (self._outlines, self._average.module):
            for number, (one, example) in enumerate(zip(known, examples, strict=True)):
                network.masks[number] = torch.from_numpy((one.field > 0).astype(np.uint8))
                network.sizes[number] = torch.tensor([one.length_px, one.width_px, one.angle_deg])
                network.labels[number] = classes.index(example.category)

    def begin(self, stage: str, steps: int) -> None:
        """See the port."""
        self._stage, self._steps = stage, steps

    def step(self, batch: Batch, number: int) -> dict[str, float]:
        """See the port."""
        rng = stage_rng(self._seed, number, 0, f"mask-{self._stage}")
        count = len(batch.alpha)
        time = torch.from_numpy(((np.arange(count) + rng.random(count)) / count).astype(np.float32)).to(self._device)
        noise = torch.from_numpy(rng.standard_normal(batch.alpha.shape, dtype=np.float32)).to(self._device)
        clean = torch.from_numpy(batch.alpha).to(self._device) * 2 - 1
        keep, add = shares(time)
        for group in self._optimiser.param_groups:
            group["lr"] = self._settings.rate * self._pace(number)
        found = self._outlines(keep * clean + add * noise, time, torch.from_numpy(batch.label).to(self._device))
        loss = ((found - clean) / add.clamp(min=_LEAST_NOISE)).square().mean()
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._outlines.parameters(), 1.0)
        self._optimiser.step()
        self._average.update_parameters(self._outlines)
        return {"loss": float(loss.detach())}

    def _pace(self, number: int) -> float:
        """Return the share of the rate that a step takes: up within a few steps, then down along a cosine."""
        warm = min(1.0, (number + 1) / min(_WARM_STEPS, max(1, self._steps // 4)))
        along = min(1.0, number / max(1, self._steps))
        return warm * (_LAST_RATE + (1 - _LAST_RATE) * 0.5 * (1 + math.cos(math.pi * along)))

    def modules(self) -> Mapping[str, torch.nn.Module]:
        """See the port."""
        return {"outlines": self._outlines, "average": self._average}

    def optimisers(self) -> Mapping[str, torch.optim.Optimizer]:
        """See the port."""
        return {"outlines": self._optimiser}

    def weights(self) -> Mapping[str, torch.Tensor]:
        """See the port."""
        return self._average.module.state_dict()

    def show(self, batch: Batch) -> np.ndarray:
        """Return drawn outlines of the classes asked for, (n, 1, s, s); what extents the batch has is nothing to it."""
        rng = stage_rng(self._seed, 0, 0, "mask-show")
        noise = torch.from_numpy(rng.standard_normal(batch.good_alpha.shape, dtype=np.float32)).to(self._device)
        label = torch.from_numpy(batch.good_label).to(self._device)
        with torch.inference_mode():
            return shown(self._average.module.drawn(noise, label, _SHOW_STEPS).cpu().numpy())
