"""The sampler with a network that knows the answer, the ground under extents, and the weights of the steps."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

from generator.model.diffusion.ground import ground_of  # noqa: E402
from generator.model.diffusion.learner import time_weights  # noqa: E402
from generator.model.diffusion.network import SPREAD, gathered, spread  # noqa: E402
from generator.model.diffusion.noise import learning_schedule, noise_of  # noqa: E402
from generator.model.diffusion.sampler import laid, sampled  # noqa: E402


@pytest.mark.parametrize("steps", [1, 2, 15])
@pytest.mark.parametrize("tone", [-8.0, 0.0, 6.0])
def test_a_network_that_knows_the_answer_is_followed_however_dark_it_is(steps, tone):
    noise = torch.randn(2, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    kept, times = learning_schedule().alphas_cumprod, []

    def velocity(noisy, time):
        times.append(time)
        return (kept[time].sqrt() * noisy - tone) / (1 - kept[time]).sqrt()

    assert torch.allclose(sampled(noise, steps, velocity), torch.full_like(noise, tone), atol=1e-4)
    assert times[0] == 999 and len(times) == steps and kept[999] == 0


@pytest.mark.parametrize(("renewed", "calls"), [(0.4, 6), (0.01, 1), (0.999, 14)])
def test_what_is_renewed_goes_part_of_the_way_to_noise(renewed, calls):
    noise = torch.randn(2, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    start = torch.linspace(-5, 5, 16).reshape(1, 1, 4, 4)
    kept, times = learning_schedule().alphas_cumprod, []

    def velocity(noisy, time):
        if not times:
            assert torch.allclose(noisy, kept[time].sqrt() * start + (1 - kept[time]).sqrt() * noise, atol=1e-5)
        times.append(time)
        return (kept[time].sqrt() * noisy - start) / (1 - kept[time]).sqrt()

    made = sampled(noise, 15, velocity, start, renewed)
    assert torch.allclose(made, start.expand_as(noise), atol=1e-3)
    assert len(times) == calls and times == sorted(times, reverse=True)
    assert times[0] <= renewed * 999 or calls == 1


def test_all_is_renewed_from_noise_alone():
    noise = torch.randn(1, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    assert torch.equal(*(sampled(noise, 5, lambda noisy, time: noisy, start) for start in (None, noise * 9)))


def test_a_defect_fades_into_the_surface_and_leaves_what_lies_beyond():
    surface, ground, change = (
        torch.full((1, 1, 1, 4), 0.5),
        torch.full((1, 1, 1, 4), 0.6),
        torch.tensor([[[[-2.0] * 4]]]),
    )
    alpha = torch.tensor([[[[0.0, 1 / 6, 1 / 3, 1.0]]]])
    painted = laid(change, ground, surface, alpha)
    full = 0.6 - 2.0 / SPREAD
    assert torch.allclose(painted, torch.tensor([[[[0.5, (0.5 + full) / 2, full, full]]]]))
    assert torch.equal(painted[..., 0], surface[..., 0])


@pytest.mark.parametrize("side", [(16, 16), (13, 21), (1, 5)])
def test_the_ground_is_the_surface_where_it_is_seen_and_within_its_range_where_not(side):
    surface = torch.rand(2, 3, *side, generator=torch.Generator().manual_seed(0)) + 1
    alpha = torch.zeros(2, 1, *side)
    alpha[..., 2:-1] = 0.5
    ground = ground_of(surface, alpha)
    seen = (alpha == 0).expand_as(surface)
    assert torch.equal(ground[seen], surface[seen])
    assert bool((ground >= 1 - 1e-5).all()) and bool((ground <= 2 + 1e-5).all())
    hidden = torch.where(seen, surface, -100.0)
    assert torch.equal(ground_of(hidden, alpha), ground)


def test_the_ground_of_an_even_surface_is_even_and_of_a_hidden_one_zero():
    even = torch.full((1, 1, 20, 20), 0.3)
    alpha = torch.zeros(1, 1, 20, 20)
    alpha[..., 3:15, 5:19] = 1
    assert torch.allclose(ground_of(even, alpha), even, atol=1e-6)
    assert torch.equal(ground_of(even, torch.ones_like(alpha)), torch.zeros_like(even))


def test_pure_noise_weighs_in_full_and_hardly_any_noise_little():
    weights = time_weights(learning_schedule())
    assert weights.shape == (1000,) and weights[-1] == 1
    assert bool((weights[1:] >= weights[:-1]).all()) and weights[0] < 0.01


def test_noise_has_variance_one_most_of_which_is_tone():
    made = [noise_of((1, 2, 16, 24), 16, seed) for seed in range(600)]
    assert torch.equal(made[3], noise_of((1, 2, 16, 24), 16, 3)) and not torch.equal(made[3], made[4])
    noise = torch.cat(made)
    assert abs(float(noise.mean())) < 0.1 and abs(float(noise.var()) - 1) < 0.1
    beside = float((noise[..., 1:] * noise[..., :-1]).mean())
    apart = float((noise[..., 16:] * noise[..., :-16]).mean())
    assert 0.9 < beside < 1.05 and 0.4 < apart < 0.85


def test_the_noise_of_colours_is_nearly_that_of_grey():
    noise = torch.cat([noise_of((1, 3, 8, 8), 16, seed) for seed in range(300)])
    assert abs(float(noise.var()) - 1) < 0.15
    assert float((noise[:, 0] - noise[:, 1]).var()) < 0.15


def test_what_is_spread_is_gathered_again_and_colours_stand_out():
    change = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(gathered(spread(change)), change, atol=1e-6)
    grey = torch.full((1, 3, 2, 2), -0.5)
    assert torch.allclose(spread(grey), grey * SPREAD)
    tint = torch.tensor([0.1, 0.0, -0.1]).reshape(1, 3, 1, 1)
    assert torch.allclose(spread(grey + tint) - spread(grey), tint * SPREAD * 4)
    assert torch.allclose(spread(grey[:, :1]), grey[:, :1] * SPREAD)
