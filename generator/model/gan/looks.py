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

from generator.model.gan.extent import gate

_SLOPE = 0.2


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

    Args:
        classes: how many.
        latent: numbers of a look.
        freedom: how far off the real looks a new one may lie, in lengths of a look.
        kept: looks of each class.
    """

    codes: torch.Tensor
    counts: torch.Tensor

    def __init__(self, *, classes: int, latent: int, freedom: float, kept: int = 32) -> None:
        super().__init__()
        self._freedom = freedom
        self.register_buffer("codes", torch.zeros(classes, kept, latent))
        self.register_buffer("counts", torch.zeros(classes, dtype=torch.int64))

    @torch.no_grad()
    def remember(self, looks: torch.Tensor, labels: torch.Tensor) -> None:
        """Keep the looks, (n, latent), of defects of these classes, (n,), in place of the oldest."""
        kept = self.codes.shape[1]
        for look, label in zip(looks, labels.tolist(), strict=True):
            self.codes[label, self.counts[label] % kept] = look
            self.counts[label] += 1

    def draw(self, label: int, generator: torch.Generator) -> torch.Tensor:
        """Return a look, (latent,), between two of a class and a little off.

        Args:
            label: the class.
            generator: on the CPU.
        """
        kept = int(self.counts[label].clamp(0, self.codes.shape[1]))
        latent = self.codes.shape[2]
        chance = torch.rand(3, generator=generator)
        away = torch.randn(latent, generator=generator)
        if kept == 0:
            return on_sphere(away[None])[0]
        codes = self.codes[label].cpu()
        one, other = codes[int(chance[0] * kept)], codes[int(chance[1] * kept)]
        return on_sphere((one + chance[2] * 0.5 * (other - one) + self._freedom * away)[None])[0]
