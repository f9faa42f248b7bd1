"""A network that looks for the angle of a turn finds it in a constant border, and does not in an inscribed crop."""

from __future__ import annotations

import pytest

FAR = 3.3  # deviations: one in a thousand lies further out by chance


def test_a_constant_border_gives_the_angle_away_and_an_inscribed_crop_does_not(monkeypatch):
    torch = pytest.importorskip("torch")
    from generator.rotation.fill.constant import Constant
    from generator.rotation.fill.inscribed import Inscribed
    from tests.bench import leak_rotation

    monkeypatch.setattr(leak_rotation, "Z", FAR)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng():
            told, *_, chance = leak_rotation.probe(Constant(), train=1200, test=400, epochs=4)["angle mod 90"]
            assert told > 3 * chance
            for head, (_, low, high, chance) in leak_rotation.probe(
                Inscribed(), train=1200, test=600, epochs=4
            ).items():
                assert low <= chance <= high, head
    finally:
        torch.set_num_threads(threads)
