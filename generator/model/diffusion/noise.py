"""Noise that is spread over the scales as defects are, and the schedule by which it covers them.

White noise averages out over a few pixels, so a defect's tone shows through long before its texture, and a small
network that is asked for the tone must average over the whole defect; what it misses comes out as blotches. Here most
of the variance is tone, about the same over a crop; the rest is shared alike by the octaves of scales below, as in
pictures of nature, but for the finest, which cameras blur; and channels differ little, as defects are rarely gaudy. So
tone and texture come out together, each of noise of its own scale.
The schedule is a cosine whose last step is noise alone, so that a defect may be as dark or as bright as it likes.
Source: own, shares as measured on residuals of defects on metal and asphalt; Ruderman (1994) for the spectrum of
pictures; Nichol and Dhariwal (2021) for the cosine; Lin et al., Common Diffusion Noise Schedules are Flawed (2024).
"""

from __future__ import annotations

import math

import torch
from diffusers import DDIMScheduler, DDPMScheduler
from torch.nn import functional

_SCHEDULE = {"num_train_timesteps": 1000, "beta_schedule": "squaredcos_cap_v2", "rescale_betas_zero_snr": True}
_TONE = 0.7  # share of the variance
_TINT = 0.05  # share of the variance that each channel has for itself
_SHARP_PX = 4.0  # finer octaves are weaker
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
    shape: tuple[int, int, int, int], size: int, seed: int, device: str | torch.device = "cpu"
) -> torch.Tensor:
    """Return (n, C, h, w) float32 noise of mean 0 and variance 1.

    Args:
        shape: n, C, h, w.
        size: side of the model's crops, px, >= 2; the tone changes over twice that.
        seed: in [0, 2**63), which with the device alone decides it.
        device: where it is made.
    """
    generator = torch.Generator(device=device).manual_seed(seed)
    count, channels, height, width = shape
    grey = _of_scales((count, 1, height, width), size, generator)
    if channels == 1:
        return grey
    return math.sqrt(1 - _TINT) * grey + math.sqrt(_TINT) * _of_scales(shape, size, generator)


def _of_scales(shape: tuple[int, int, int, int], size: int, generator: torch.Generator) -> torch.Tensor:
    """Return noise whose channels are each by themselves."""
    cells = [2**octave for octave in range(size.bit_length())]
    weights = [min(1.0, cell / _SHARP_PX) for cell in cells]
    texture = sum(weights)
    noise = torch.zeros(shape, device=generator.device)
    for cell, weight in zip((*cells, 2 * size), (*weights, texture * _TONE / (1 - _TONE)), strict=True):
        noise += math.sqrt(weight * (1 - _TONE) / texture) * _octave(shape, cell, generator)
    return noise


def _octave(shape: tuple[int, int, int, int], cell: int, generator: torch.Generator) -> torch.Tensor:
    """Return noise of variance 1 that changes over ``cell`` px."""
    count, channels, height, width = shape
    if cell == 1:
        return torch.randn(shape, generator=generator, device=generator.device)
    rows, columns = (side // cell + 3 for side in (height, width))
    coarse = torch.randn((count, channels, rows, columns), generator=generator, device=generator.device)
    fine = functional.interpolate(coarse, scale_factor=cell, mode="bilinear", align_corners=False)
    y, x = torch.randint(cell // 2, cell // 2 + cell, (2,), generator=generator, device=generator.device).tolist()
    return fine[..., y : y + height, x : x + width] / _LINEAR_SPREAD
