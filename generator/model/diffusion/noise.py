"""Noise that is coarser than it is fine, and the schedule by which it covers a defect.

White noise averages out over a few pixels, so a defect's tone shows through long before its texture, and a small
network that is asked for the tone must average over the whole defect; what it misses comes out as blotches. Here each
octave of scales, from single pixels to whole crops, has twice the variance of the next finer one, about as in defects:
tone and texture come out together, each of noise of its own scale. The schedule is a cosine whose last step is noise
alone, so that a defect may be as dark or as bright as it likes.
Source: own; Ruderman (1994) for the spectrum of pictures; Nichol and Dhariwal (2021) for the cosine; Lin et al., Common
Diffusion Noise Schedules are Flawed (2024).
"""

from __future__ import annotations

import math

import torch
from diffusers import DDIMScheduler, DDPMScheduler
from torch.nn import functional

_SCHEDULE = {"num_train_timesteps": 1000, "beta_schedule": "squaredcos_cap_v2", "rescale_betas_zero_snr": True}
_LINEAR_SPREAD = 2.0 / 3.0  # of values between those of a grid, in two directions, at a place drawn evenly


def learning_schedule() -> DDPMScheduler:
    """Return the schedule that the network learns with: it predicts velocities."""
    return DDPMScheduler(**_SCHEDULE, prediction_type="v_prediction", clip_sample=False)


def painting_schedule(steps: int) -> DDIMScheduler:
    """Return the same for so many deterministic steps, from noise alone on; it is given what is estimated as clean."""
    schedule = DDIMScheduler(**_SCHEDULE, prediction_type="sample", timestep_spacing="trailing", clip_sample=False)
    schedule.set_timesteps(steps)
    return schedule


def noise_of(
    shape: tuple[int, int, int, int], coarsest_px: int, seed: int, device: str | torch.device = "cpu"
) -> torch.Tensor:
    """Return (n, C, h, w) float32 noise of mean 0 and variance 1.

    Args:
        shape: n, C, h, w.
        coarsest_px: the coarsest scale; the others are halves of it, down to 1 px.
        seed: in [0, 2**63), which with the device alone decides it.
        device: where it is made.
    """
    generator = torch.Generator(device=device).manual_seed(seed)
    count, channels, height, width = shape
    noise = torch.randn(shape, generator=generator, device=device)
    octaves = int(math.log2(max(1, coarsest_px)))
    for octave in range(1, octaves + 1):
        cell = 2**octave
        rows, columns = (side // cell + 3 for side in (height, width))
        coarse = torch.randn((count, channels, rows, columns), generator=generator, device=device)
        fine = functional.interpolate(coarse, scale_factor=cell, mode="bilinear", align_corners=False)
        y, x = torch.randint(cell // 2, cell // 2 + cell, (2,), generator=generator, device=device).tolist()
        noise += fine[..., y : y + height, x : x + width] * (math.sqrt(cell) / _LINEAR_SPREAD)
    return noise / math.sqrt(2 ** (octaves + 1) - 1)
