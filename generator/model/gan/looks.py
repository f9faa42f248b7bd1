"""What real defects look like in a few numbers, and new looks drawn from between theirs.

An encoder reads the look of each real defect while the painter learns to paint it again; the looks that were seen last
are kept with the weights. So a look that is painted was one of a real defect, or lies between two of its class, and
with five of them none is lost, as looks are when a painter answers only to a judge. Source: own; the encoder is that of
Zhu et al., BicycleGAN (2017), looks bound to examples are Bojanowski et al., GLO (2018).
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from generator.model.gan.extent import LEAST, gate, steepness

_SLOPE = 0.2
_ALIKE = 0.25  # of two rims: logarithm of how many times as steep one is


class Encoder(nn.Module):
    """What a real defect looks like, in a few numbers that hold nothing of where it lies.

    Args:
        channels: 1 or 3.
        latent: how many numbers.
    """

    def __init__(self, *, channels: int, latent: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(2 * channels + 1, 24, 3, padding=1), nn.LeakyReLU(_SLOPE),
            nn.Conv2d(24, 32, 4, stride=2, padding=1), nn.LeakyReLU(_SLOPE),
            nn.Conv2d(32, 48, 4, stride=2, padding=1), nn.LeakyReLU(_SLOPE),
        )  # fmt: skip
        self.out = nn.Linear(96, latent)

    def forward(self, defect: torch.Tensor, surface: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
        """Return the looks, (n, latent), of length sqrt(latent) each."""
        features = self.layers(torch.cat([defect, (defect - surface) * gate(alpha), alpha], dim=1))
        weight = functional.avg_pool2d(alpha, 4) + 1e-4
        total = weight.sum(dim=(2, 3))
        mean = (features * weight).sum(dim=(2, 3)) / total
        spread = ((features.square() * weight).sum(dim=(2, 3)) / total - mean.square()).clamp_min(0)
        return on_sphere(self.out(torch.cat([mean, (spread + 1e-4).sqrt()], dim=1)))


def on_sphere(look: torch.Tensor) -> torch.Tensor:
    """Return looks scaled to length sqrt(latent)."""
    return look * torch.rsqrt(look.square().mean(dim=1, keepdim=True) + 1e-6)


class Looks(nn.Module):
    """The looks of the real defects that were seen last, by class; new ones are drawn from between them.

    A look that was learned on a crop as it came is none for one that is enlarged eightfold, so those are taken whose
    extent had a rim about as steep.

    Args:
        classes: how many.
        latent: numbers of a look.
        freedom: how far off the real looks a new one may lie, in lengths of a look.
        kept: looks of each class.
    """

    codes: torch.Tensor
    rims: torch.Tensor
    counts: torch.Tensor

    def __init__(self, *, classes: int, latent: int, freedom: float, kept: int = 32) -> None:
        super().__init__()
        self._freedom = freedom
        self.register_buffer("codes", torch.zeros(classes, kept, latent))
        self.register_buffer("rims", torch.ones(classes, kept))
        self.register_buffer("counts", torch.zeros(classes, dtype=torch.int64))

    @torch.no_grad()
    def remember(self, looks: torch.Tensor, labels: torch.Tensor, alpha: torch.Tensor) -> None:
        """Keep the looks, (n, latent), of defects of these classes, (n,), and extents, in place of the oldest."""
        kept = self.codes.shape[1]
        for look, label, rim in zip(looks, labels.tolist(), steepness(alpha), strict=True):
            place = self.counts[label] % kept
            self.codes[label, place], self.rims[label, place] = look, rim
            self.counts[label] += 1

    @torch.no_grad()
    def draw(self, label: int, alpha: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Return a look, (latent,) on the CPU, between two of a class and a little off.

        Args:
            label: the class.
            alpha: (1, h, w), the extent it is for.
            generator: on the CPU.
        """
        kept = int(self.counts[label].clamp(0, self.codes.shape[1]))
        chance = torch.rand(3, generator=generator)
        away = torch.randn(self.codes.shape[2], generator=generator)
        if kept == 0:
            return on_sphere(away[None])[0]
        codes, rims = self.codes[label, :kept].cpu(), self.rims[label, :kept].cpu()
        rim = steepness(alpha[None].cpu())
        apart = (rims / rim).clamp_min(1e-6).log() * (rim > LEAST)  # what fills the crop shows no rim: any look
        shares = torch.softmax(-0.5 * (apart / _ALIKE).square(), dim=0).cumsum(dim=0)
        one, other = (codes[int(torch.searchsorted(shares, chance[i]).clamp(max=kept - 1))] for i in (0, 1))
        return on_sphere((one + chance[2] * 0.5 * (other - one) + self._freedom * away)[None])[0]
