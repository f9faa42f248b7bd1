"""The sampler with a network that knows the answer, and the weights of the steps."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

from generator.model.diffusion.learner import time_weights  # noqa: E402
from generator.model.diffusion.network import SPREAD  # noqa: E402
from generator.model.diffusion.sampler import noise_schedule, sampled  # noqa: E402


@pytest.mark.parametrize("steps", [1, 2, 15])
@pytest.mark.parametrize("tone", [-4.0, 0.0, 3.0])
def test_a_network_that_knows_the_answer_is_followed_however_dark_it_is(steps, tone):
    known = torch.full((1, 1, 4, 4), 0.5)
    alpha = torch.tensor([0.0, 1 / 6, 1 / 3, 1.0]).expand(1, 1, 4, 4)
    noise = torch.randn(2, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    schedule = noise_schedule()

    def velocity(noisy, time):
        kept = schedule.alphas_cumprod[time]
        return (kept.sqrt() * noisy - tone * SPREAD) / (1 - kept).sqrt()

    painted = sampled(noise, known, alpha, steps, velocity)
    wanted = torch.tensor([0.5, (0.5 + tone) / 2, tone, tone]).expand(2, 1, 4, 4)
    assert torch.allclose(painted, wanted, atol=1e-4)
    assert torch.equal(painted[..., 0], known.expand(2, -1, -1, -1)[..., 0])


def test_the_surface_beyond_the_extent_is_noised_as_much_as_the_rest():
    known, alpha = torch.full((1, 1, 2, 2), 0.3), torch.tensor([[[[0.0, 1.0], [0.0, 1.0]]]])
    noise = torch.randn(1, 1, 2, 2, generator=torch.Generator().manual_seed(1))
    schedule, seen = noise_schedule(), []

    def velocity(noisy, time):
        seen.append((noisy, time))
        return torch.zeros_like(noisy)

    sampled(noise, known, alpha, 5, velocity)
    assert [time for _, time in seen] == [999, 799, 599, 399, 199]
    for noisy, time in seen:
        wanted = schedule.add_noise(known * SPREAD, noise, torch.tensor([time]))
        assert torch.allclose(noisy[..., 0], wanted[..., 0], atol=1e-5)


def test_pure_noise_weighs_in_full_and_hardly_any_noise_little():
    weights = time_weights(noise_schedule())
    assert weights.shape == (1000,) and weights[-1] == 1
    assert bool((weights[1:] >= weights[:-1]).all()) and weights[0] < 0.01
