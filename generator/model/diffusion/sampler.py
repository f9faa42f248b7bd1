"""The way from noise to a defect, in few steps.

The schedule is a cosine whose last step is noise alone, so that a defect may be as dark or bright as it likes. At each
step the surface beyond the extent takes the place of what was estimated there; as the steps are deterministic (DDIM),
that lays the good surface, noised, around the extent again and again. Towards alpha 0 the estimate fades into the
surface. On a canvas larger than the model's crops all tiles estimate at each step and their estimates are averaged.
Source: own on diffusers' schedulers; Song et al., DDIM (2021); Nichol and Dhariwal (2021) for the cosine; Lin et al.,
Common Diffusion Noise Schedules are Flawed (2024); Ho and Salimans, classifier-free guidance (2022); Lugmayr et al.,
RePaint (2022) for the known region.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from diffusers import DDIMScheduler, DDPMScheduler

from generator.model.canvas import Canvas
from generator.model.device import reproducible
from generator.model.diffusion.network import SPREAD, Denoiser

CHUNK = 16
"""Crops that go through the network together on a CPU; on a GPU sixteen times as many."""
_FADE = 3.0  # a defect stands in full where alpha is at least one over this
_SCHEDULE = {"num_train_timesteps": 1000, "beta_schedule": "squaredcos_cap_v2", "rescale_betas_zero_snr": True}


def noise_schedule() -> DDPMScheduler:
    """Return the schedule that the network learns with: it predicts velocities."""
    return DDPMScheduler(**_SCHEDULE, prediction_type="v_prediction", clip_sample=False)


def sampled(
    noise: torch.Tensor, known: torch.Tensor, alpha: torch.Tensor, steps: int,
    velocity: Callable[[torch.Tensor, int], torch.Tensor],
) -> torch.Tensor:  # fmt: skip
    """Return what the noise turns into, (n, C, h, w) in units of the model.

    Args:
        noise: (n, C, h, w) float32, normal.
        known: (n or 1, C, h, w) float32, the good surface, units of the model.
        alpha: (n or 1, 1, h, w) float32 in [0, 1], the extent.
        steps: how many, >= 1.
        velocity: given the noisy image, scaled by ``SPREAD``, and the time, returns its estimate.
    """
    schedule = DDIMScheduler(**_SCHEDULE, prediction_type="sample", timestep_spacing="trailing", clip_sample=False)
    schedule.set_timesteps(steps)
    surface = known * SPREAD
    weight = (alpha * _FADE).clamp(max=1.0)
    clean, noisy = surface, noise
    for time in schedule.timesteps.tolist():
        kept = float(schedule.alphas_cumprod[time])
        clean = kept**0.5 * noisy - (1 - kept) ** 0.5 * velocity(noisy, time)
        clean = surface + weight * (clean - surface)
        noisy = schedule.step(clean, time, noisy).prev_sample
    return torch.where(alpha > 0, clean / SPREAD, known)


def guided(
    denoiser: Denoiser, noisy: torch.Tensor, good: torch.Tensor, alpha: torch.Tensor, time: int, label: torch.Tensor,
    guidance: float,
) -> torch.Tensor:  # fmt: skip
    """Return the velocity for a class, driven away from that for any class.

    Args:
        denoiser: the network.
        noisy: (n, C, s, s), see ``Denoiser.forward``.
        good: (n, C, s, s).
        alpha: (n, 1, s, s).
        time: how noisy it is.
        label: (n,) int64.
        guidance: 1: as learned; more: that much more like the class than like any.
    """
    times = torch.full_like(label, time)
    if guidance == 1.0:
        return denoiser(noisy, good, alpha, times, label)
    twice = [torch.cat([part, part]) for part in (noisy, good, alpha, times)]
    labels = torch.cat([label, torch.full_like(label, denoiser.any_class)])
    of_class, of_any = denoiser(*twice, labels).chunk(2)
    return of_any + guidance * (of_class - of_any)


def painted(
    denoiser: Denoiser, canvas: Canvas, label: int, seeds: Sequence[int], steps: int, guidance: float
) -> np.ndarray:
    """Return candidates on a canvas.

    Args:
        denoiser: the network, on its device, not learning.
        canvas: what is painted on.
        label: number of the class.
        seeds: one a candidate; its noise lies on the whole canvas and depends on nothing else.
        steps: of the sampler.
        guidance: see ``guided``.

    Returns:
        (n, C, H, W) float32, units of the model.
    """
    device = next(denoiser.parameters()).device
    surface, alpha = (torch.from_numpy(plane)[None].to(device) for plane in (canvas.surface, canvas.alpha))
    noise = torch.stack([_noise(seed, canvas.surface.shape) for seed in seeds]).to(device)
    rows = CHUNK if device.type == "cpu" else 16 * CHUNK

    def velocity(noisy: torch.Tensor, time: int) -> torch.Tensor:
        def of_tiles(tiles: list[tuple[slice, slice]]) -> np.ndarray:
            crops = [
                (noisy[i, ..., *window], surface[0, ..., *window] * SPREAD, alpha[0, ..., *window])
                for window in tiles
                for i in range(len(seeds))
            ]
            found = []
            for first in range(0, len(crops), rows):
                noisy_tiles, good, extent = (
                    torch.stack(part) for part in zip(*crops[first : first + rows], strict=True)
                )
                labels = torch.full((len(noisy_tiles),), label, dtype=torch.int64, device=device)
                found.append(guided(denoiser, noisy_tiles, good, extent, time, labels, guidance).float().cpu())
            return torch.cat(found).numpy().reshape(len(tiles), len(seeds), *crops[0][0].shape)

        return torch.from_numpy(canvas.painted(of_tiles)).to(device)

    with torch.inference_mode(), reproducible(device.type):
        return sampled(noise, surface, alpha, steps, velocity).cpu().numpy()


def _noise(seed: int, shape: tuple[int, ...]) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator(device="cpu").manual_seed(seed))
