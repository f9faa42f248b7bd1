"""The training of the GAN, step by step.

At each step the painter paints every real defect again, from its look and extent, and new ones on good crops, with
looks drawn from those of their class. Painted ones of both kinds go before the judges, and good crops that bear
nothing; those painted again are also compared with the real ones. A real defect's surface was filled in smoothly: it
gets the texture of a good crop first, so that the painter meets the same surfaces when it learns and when it paints.
Source: own; the term that keeps looks apart is Mao et al., mode seeking (2019).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, pi
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from generator.core.seeds import stage_rng
from generator.model.gan.augment import Augment
from generator.model.gan.colour import vivid
from generator.model.gan.judge import MatchJudge, PatchJudge
from generator.model.gan.looks import Encoder
from generator.model.gan.loss import broad_difference, judges_loss, patch_differences, profile_difference
from generator.model.gan.network import Generator
from generator.model.gan.noise import Grids, laid
from generator.model.loop.average import averaged
from generator.model.patches import Batch
from generator.model.port import REAL

if TYPE_CHECKING:
    from generator.model.gan.settings import Gan

_BETAS = (0.5, 0.99)
_CALM = 0.1  # share of the rate that is left at the end of a stage
_LOOK_NOISE = 0.1  # in lengths of a look, so that near ones are painted alike
_EVERY = 4  # steps between two comparisons of looks


class GanLearner:
    """A painter, its averaged copy, an encoder of looks and two judges.

    Args:
        settings: sizes, rates and weights.
        classes: how many.
        channels: 1 or 3.
        seed: all chance follows from it.
        device: where to compute.
    """

    def __init__(self, settings: Gan, *, classes: int, channels: int, seed: int, device: str) -> None:
        self._settings, self._seed, self._device = settings, seed, device
        self._network = {
            "channels": channels, "classes": classes, "width": settings.width, "levels": settings.levels,
            "latent": settings.latent, "freedom": settings.freedom,
        }  # fmt: skip
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(stage_rng(seed, 0, 0, "gan").integers(2**63)))
            self._painter = Generator(**self._network)
            self._encoder = Encoder(channels=channels, latent=settings.latent)
            self._patches = PatchJudge(channels=channels, classes=classes, width=settings.judge_width)
            self._match = MatchJudge(channels=channels, width=settings.judge_width)
        self._averaged = averaged(self._painter, settings.average)
        for module in self.modules().values():
            module.to(device)
        mine = [*self._painter.parameters(), *self._encoder.parameters()]
        judges = [*self._patches.parameters(), *self._match.parameters()]
        self._painting = torch.optim.Adam(mine, lr=settings.rate, betas=_BETAS)
        self._judging = torch.optim.Adam(judges, lr=settings.rate, betas=_BETAS)
        self._stage, self._steps = REAL, 1

    @property
    def network(self) -> Mapping[str, Any]:
        """All that is needed to build the painter again."""
        return self._network

    def begin(self, stage: str, steps: int) -> None:
        """Get ready for a stage of so many steps; its rate falls to a tenth by its end."""
        self._stage, self._steps = stage, steps

    def step(self, batch: Batch, number: int) -> dict[str, float]:
        """Learn from a batch; return losses by name."""
        settings, chance = self._settings, self._chance(f"step {self._stage}", number)
        rate = settings.rate * (_CALM + (1 - _CALM) * 0.5 * (1 + cos(pi * min(1.0, number / self._steps))))
        for group in (*self._painting.param_groups, *self._judging.param_groups):
            group["lr"] = rate
        real, surface, alpha, good, good_alpha = (
            torch.from_numpy(array).to(self._device)
            for array in (batch.defect, batch.surface, batch.alpha, batch.good, batch.good_alpha)
        )
        label, good_label = (torch.from_numpy(array).to(self._device) for array in (batch.label, batch.good_label))
        if self._stage == REAL:
            surface = textured(surface, good, alpha)
        looks = self._encoder(real, surface, alpha)
        blurred = looks + _LOOK_NOISE * self._normal(looks.shape, chance)
        again = self._painter(surface, alpha, label, blurred, self._noise(len(real), chance))
        fresh = self._looks(self._painter, good_label, good_alpha, chance)
        painted = self._painter(good, good_alpha, good_label, fresh, self._noise(len(good), chance))

        some = slice(0, (len(real) + 1) // 2)  # so that judges do not tell by the surfaces alone
        images, extents = torch.cat([painted, again[some]]), torch.cat([good_alpha, alpha[some]])
        labels = torch.cat([good_label, label[some]])
        pair = vivid(again), vivid(real)
        losses = {
            "broad": settings.broad * broad_difference(*pair, alpha),
            "profile": settings.profile * profile_difference(again, real, alpha),
            "patch": settings.patch * patch_differences(*pair, alpha, chance),
        }
        seen = Augment(len(images), settings.size, chance, self._device)(images, extents)
        for judge in (self._patches, self._match):
            judge.requires_grad_(False)
        losses["fool"] = -self._patches(*seen, labels).mean() - settings.match * self._match(*seen).mean()
        if number % _EVERY == 0:
            losses["alike"] = (
                settings.variety * _EVERY * self._alike(good, good_alpha, good_label, fresh, painted, chance)
            )
        self._painting.zero_grad(set_to_none=True)
        sum(losses.values()).backward()
        self._painting.step()
        self._painter.looks.remember(looks.detach(), label, alpha)
        self._averaged.update_parameters(self._painter)

        for judge in (self._patches, self._match):
            judge.requires_grad_(True)
        images = torch.cat([images.detach(), good[some]])  # a good crop is no defect, whatever its extent says
        extents, labels = torch.cat([extents, good_alpha[some]]), torch.cat([labels, good_label[some]])
        seen = Augment(len(images), settings.size, chance, self._device)(images, extents)
        true = Augment(len(real), settings.size, chance, self._device)(real, alpha)
        other = Augment(len(real), settings.size, chance, self._device)(real, alpha.roll(1, 0))
        losses["judge"] = judges_loss(self._patches(*true, label), self._patches(*seen, labels))
        wrong = torch.cat([self._match(*seen), self._match(*other)])
        losses["match"] = judges_loss(self._match(*true), wrong)
        self._judging.zero_grad(set_to_none=True)
        (losses["judge"] + losses["match"]).backward()
        self._judging.step()
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def modules(self) -> Mapping[str, nn.Module]:
        """Every network."""
        return {
            "painter": self._painter, "averaged": self._averaged, "encoder": self._encoder, "patches": self._patches,
            "match": self._match,
        }  # fmt: skip

    def optimisers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Both optimisers."""
        return {"painting": self._painting, "judging": self._judging}

    def weights(self) -> Mapping[str, torch.Tensor]:
        """The averaged painter."""
        return self._averaged.module.state_dict()

    @torch.no_grad()
    def show(self, batch: Batch) -> np.ndarray:
        """Return (n, C, s, s) float32: defects on the good crops, the same looks and noise each time."""
        chance = self._chance("show", 0)
        good, alpha = (torch.from_numpy(array).to(self._device) for array in (batch.good, batch.good_alpha))
        label = torch.from_numpy(batch.good_label).to(self._device)
        looks, noise = self._looks(self._averaged.module, label, alpha, chance), self._noise(len(good), chance)
        return self._averaged(good, alpha, label, looks, noise).cpu().numpy()

    def _alike(
        self, good: torch.Tensor, alpha: torch.Tensor, label: torch.Tensor, looks: torch.Tensor,
        painted: torch.Tensor, chance: torch.Generator,
    ) -> torch.Tensor:  # fmt: skip
        """Return how alike two paintings with looks apart are, about 0 to 1."""
        others = self._looks(self._painter, label, alpha, chance)
        second = self._painter(good, alpha, label, others, self._noise(len(good), chance))
        area = alpha.sum(dim=(1, 2, 3)).clamp_min(1)
        apart = (second - painted).abs().mean(1, keepdim=True).sum(dim=(1, 2, 3)) / area
        asked = (others - looks).abs().mean(1)
        return (1 - apart / (asked * 0.2 + 1e-3)).clamp_min(0).mean()

    def _looks(
        self, painter: Generator, label: torch.Tensor, alpha: torch.Tensor, chance: torch.Generator
    ) -> torch.Tensor:
        pairs = zip(label.tolist(), alpha, strict=True)
        return torch.stack([painter.looks.draw(one, extent, chance) for one, extent in pairs]).to(self._device)

    def _noise(self, count: int, chance: torch.Generator) -> Grids:
        size = self._settings.size
        return [grid.to(self._device) for grid in laid(chance, count, (size, size), self._settings.levels)]

    def _normal(self, shape: torch.Size, chance: torch.Generator) -> torch.Tensor:
        return torch.randn(shape, generator=chance).to(self._device)

    def _chance(self, name: str, number: int) -> torch.Generator:
        seed = int(stage_rng(self._seed, number, 0, f"gan {name}").integers(2**63))
        return torch.Generator().manual_seed(seed)


def textured(surface: torch.Tensor, good: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """Return surfaces, (n, C, s, s), with the fine texture of good crops where they were filled in smoothly."""
    broad = functional.interpolate(functional.avg_pool2d(good, 4), scale_factor=4, mode="bilinear", align_corners=False)
    return surface + (good - broad) * alpha
