"""The way from noise to a defect, in few steps.

What comes out of the noise is the change of the smooth ground under the extent; beyond it the good surface stands as it
is at each step, and towards alpha 0 the defect fades into it. On a canvas larger than the model's crops all tiles
estimate at each step and their estimates are averaged.
A defect that is there already is painted anew by taking it part of the way to noise and back.
Source: own on diffusers' schedulers; Song et al., DDIM (2021); Ho and Salimans, classifier-free guidance (2022);
Meng et al., SDEdit (2022).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from generator.model.canvas import Canvas
from generator.model.device import reproducible
from generator.model.diffusion.ground import ground_of
from generator.model.diffusion.network import Denoiser, gathered, spread
from generator.model.diffusion.noise import noise_of, painting_schedule

CHUNK = 16
"""Crops that go through the network together on a CPU; on a GPU sixteen times as many."""
_FADE = 3.0  # a defect stands in full where alpha is at least one over this


def sampled(
    noise: torch.Tensor,
    steps: int,
    velocity: Callable[[torch.Tensor, int], torch.Tensor],
    start: torch.Tensor | None = None,
    renewed: float = 1.0,
) -> torch.Tensor:
    """Return what the noise turns into, (n, C, h, w), see ``spread``.

    Args:
        noise: (n, C, h, w) float32, see ``noise_of``.
        steps: how many, >= 1, from noise alone.
        velocity: given what is still noisy and the time, returns its estimate.
        start: (1, C, h, w), what lies under the noise at first; None: nothing.
        renewed: how far it is on its way to noise, in (0, 1].
    """
    schedule = painting_schedule(steps)
    times = schedule.timesteps.tolist()
    clean, noisy = torch.zeros_like(noise), noise
    if start is not None:
        times = [time for time in times if time <= renewed * times[0]] or times[-1:]
        kept = float(schedule.alphas_cumprod[times[0]])
        noisy = kept**0.5 * start + (1 - kept) ** 0.5 * noise
    for time in times:
        kept = float(schedule.alphas_cumprod[time])
        clean = kept**0.5 * noisy - (1 - kept) ** 0.5 * velocity(noisy, time)
        noisy = schedule.step(clean, time, noisy).prev_sample
    return clean


def laid(change: torch.Tensor, ground: torch.Tensor, surface: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """Return defects on a surface, (n, C, h, w) in units of the model: the surface itself where alpha is 0.

    Args:
        change: (n, C, h, w), as ``sampled`` returns it.
        ground: (n or 1, C, h, w), see ``ground_of``, units of the model.
        surface: (n or 1, C, h, w), units of the model.
        alpha: (n or 1, 1, h, w) in [0, 1].
    """
    weight = (alpha * _FADE).clamp(max=1.0)
    return torch.where(alpha > 0, surface + weight * (ground + gathered(change) - surface), surface)


def guided(
    denoiser: Denoiser, noisy: torch.Tensor, ground: torch.Tensor, alpha: torch.Tensor, time: int, label: torch.Tensor,
    guidance: float,
) -> torch.Tensor:  # fmt: skip
    """Return the velocity for a class, driven away from that for any class.

    Args:
        denoiser: the network.
        noisy: (n, C, s, s), see ``Denoiser.forward``.
        ground: (n, C, s, s).
        alpha: (n, 1, s, s).
        time: how noisy it is.
        label: (n,) int64.
        guidance: 1: as learned; more: that much more like the class than like any.
    """
    times = torch.full_like(label, time)
    if guidance == 1.0:
        return denoiser(noisy, ground, alpha, times, label)
    twice = [torch.cat([part, part]) for part in (noisy, ground, alpha, times)]
    labels = torch.cat([label, torch.full_like(label, denoiser.any_class)])
    of_class, of_any = denoiser(*twice, labels).chunk(2)
    return of_any + guidance * (of_class - of_any)


def painted(
    denoiser: Denoiser, canvas: Canvas, label: int, seeds: Sequence[int], steps: int, guidance: float,
    start: np.ndarray | None = None, renewed: float = 1.0,
) -> np.ndarray:  # fmt: skip
    """Return candidates on a canvas.

    Args:
        denoiser: the network, on its device, not learning.
        canvas: what is painted on.
        label: number of the class.
        seeds: one a candidate; its noise lies on the whole canvas and depends on nothing else.
        steps: of the sampler.
        guidance: see ``guided``.
        start: (C, H, W) float32, units of the model, the surface with a defect that is painted anew; None: none is.
        renewed: see ``sampled``.

    Returns:
        (n, C, H, W) float32, units of the model.
    """
    device = next(denoiser.parameters()).device
    surface, alpha = (torch.from_numpy(plane)[None].to(device) for plane in (canvas.surface, canvas.alpha))
    noise = torch.cat([noise_of((1, *canvas.surface.shape), canvas.size, seed) for seed in seeds]).to(device)
    ground = ground_of(surface, alpha)
    under = None if start is None else spread(torch.from_numpy(start)[None].to(device) - ground)
    rows = CHUNK if device.type == "cpu" else 16 * CHUNK

    def velocity(noisy: torch.Tensor, time: int) -> torch.Tensor:
        def of_tiles(tiles: list[tuple[slice, slice]]) -> np.ndarray:
            crops = [
                (noisy[i, ..., *window], ground[0, ..., *window], alpha[0, ..., *window])
                for window in tiles
                for i in range(len(seeds))
            ]
            found = []
            for first in range(0, len(crops), rows):
                some = crops[first : first + rows]
                parts = [torch.stack(part) for part in zip(*some, strict=True)]
                labels = torch.full((len(some),), label, dtype=torch.int64, device=device)
                found.append(guided(denoiser, *parts, time, labels, guidance).float().cpu())
            return torch.cat(found).numpy().reshape(len(tiles), len(seeds), *crops[0][0].shape)

        return torch.from_numpy(canvas.painted(of_tiles)).to(device)

    with torch.inference_mode(), reproducible(device.type):
        change = sampled(noise, steps, velocity, under, renewed)
        return laid(change, ground, surface, alpha).cpu().numpy()
