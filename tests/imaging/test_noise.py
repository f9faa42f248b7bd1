"""What random fields promise."""

from __future__ import annotations

import numpy as np
import pytest

from generator.imaging import noise

FIELDS = {
    "white": lambda hw, rng: noise.white(hw, rng),
    "smooth": lambda hw, rng: noise.smooth(hw, 5.0, rng),
    "smooth anisotropic": lambda hw, rng: noise.smooth(hw, (2.0, 9.0), rng),
    "fractal": lambda hw, rng: noise.fractal(hw, 12, rng),
    "streaks": lambda hw, rng: noise.streaks(hw, 9, 1.5, 30, rng),
}


@pytest.mark.parametrize("hw", [(1, 1), (1, 40), (40, 1), (16, 16), (33, 20)], ids=str)
@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_a_field_has_its_size_is_float32_and_repeats(field, hw):
    first = field(hw, np.random.default_rng(3))
    assert first.shape == hw
    assert first.dtype == np.float32
    assert np.isfinite(first).all()
    assert np.array_equal(first, field(hw, np.random.default_rng(3)))


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_a_field_has_mean_zero_and_deviation_one(field):
    values = np.stack([field((96, 96), np.random.default_rng(seed)) for seed in range(24)])
    assert abs(values.mean()) < 0.15
    assert 0.8 < values.std() < 1.2


def test_white_noise_has_no_correlation():
    field = noise.white((256, 256), np.random.default_rng(0))
    assert abs((field[:, 1:] * field[:, :-1]).mean()) < 0.02
    assert abs((field[1:] * field[:-1]).mean()) < 0.02


def test_smooth_noise_is_smooth_within_its_cell():
    field = noise.smooth((128, 128), 16, np.random.default_rng(0))
    assert np.abs(np.diff(field, axis=1)).mean() < 0.15


@pytest.mark.parametrize(
    ("angle_deg", "along", "across"), [(0, (0, 1), (1, 0)), (90, (1, 0), (0, 1)), (45, (-1, 1), (1, 1))]
)
def test_streaks_run_in_their_direction(angle_deg, along, across):
    field = noise.streaks((128, 128), 40, 1.5, angle_deg, np.random.default_rng(0))
    inner = field[8:-8, 8:-8]

    def change(way):
        return np.abs(field[8 + way[0] * 4 : 120 + way[0] * 4, 8 + way[1] * 4 : 120 + way[1] * 4] - inner).mean()

    assert change(along) < 0.5 * change(across)


@pytest.mark.parametrize("cell_px", [1, 4])
def test_grain_of_a_larger_window_holds_that_of_a_smaller_one(cell_px):
    large = noise.grain((400, 900), 12345, cell_px)
    assert np.array_equal(large[:40, :300], noise.grain((40, 300), 12345, cell_px))
    assert 0.8 < large.std() < 1.2
    assert not np.array_equal(noise.grain((40, 300), 4, cell_px), noise.grain((40, 300), 8, cell_px))
