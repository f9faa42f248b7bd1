"""The training loop with a learner of one convolution: resumed as if never stopped, on time, and refused in words."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from generator.core.errors import AssetError, ConfigError
from generator.model.checkpoint import load_checkpoint
from generator.model.loop import train as loop
from generator.model.loop.plan import Plan
from generator.model.patches import Example, Patches
from generator.model.port import DRAWN, GOOD, REAL

torch = pytest.importorskip("torch")
safetensors_torch = pytest.importorskip("safetensors.torch")
average = pytest.importorskip("generator.model.loop.average")

SIZE = 16


class Stopped(BaseException):
    """As a kill: no code of the loop may count on it."""


@dataclass(frozen=True)
class Tiny:
    stages: dict = field(default_factory=lambda: {GOOD: 3, DRAWN: 4, REAL: 3})
    kind: str = "gan"
    size: int = SIZE
    thin_px: float = 2.0
    batch: int = 2


class Blur:
    """Learns the defect from the surface; its rate falls within a stage; stops or breaks where it is told to."""

    def __init__(self, stop_at=None, bad_at=None, on_step=None):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.net = torch.nn.Conv2d(2, 1, 3, padding=1)
        self.averaged = average.averaged(self.net)
        self.optimiser = torch.optim.Adam(self.net.parameters(), lr=0.1, betas=(0.5, 0.9))
        self.begun, self.made, self.stop_at, self.bad_at, self.on_step = [], 0, stop_at, bad_at, on_step
        self.network = {"width": 1}

    def begin(self, stage, steps):
        self.stage, self.steps = stage, steps
        self.begun.append((stage, steps))

    def step(self, batch, number):
        if self.made == self.stop_at:
            raise Stopped
        if self.on_step is not None:
            self.on_step()
        self.optimiser.param_groups[0]["lr"] = 0.1 * (1 - number / self.steps)
        painted = self._paint(self.net, batch.surface, batch.alpha)
        loss = (painted - torch.from_numpy(batch.defect)).square().mean()
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        self.averaged.update_parameters(self.net)
        self.made += 1
        value = float("nan") if self.made == self.bad_at else float(loss.detach())
        return {"loss": value} | ({"late": 1.0} if self.stage == REAL else {})

    def _paint(self, net, surface, alpha):
        surface, alpha = torch.from_numpy(surface), torch.from_numpy(alpha)
        return surface + net(torch.cat([surface, alpha], 1)) * alpha

    def modules(self):
        return {"net": self.net, "averaged": self.averaged}

    def optimisers(self):
        return {"net": self.optimiser}

    def weights(self):
        return self.averaged.module.state_dict()

    @torch.no_grad()
    def show(self, batch):
        return self._paint(self.averaged.module, batch.good, batch.good_alpha).numpy()


def _patches():
    alpha = np.zeros((24, 24), np.float32)
    alpha[10:14, 8:16] = 1
    surface = np.full((24, 24, 1), 0.5, np.float32)
    defect = surface - 0.3 * alpha[..., None]
    example = Example(category="dent", pixels=defect, surface=surface, alpha=alpha)
    one = Patches(examples=[example], goods=[surface], classes=("dent",), size=SIZE, thin_px=2.0)
    return {GOOD: one, DRAWN: one, REAL: replace(one, seed=1)}


def _train(out, learner=None, settings=None, held_out=None, report=lambda progress: None, **plan):
    learner = Blur() if learner is None else learner
    made = Plan(**{"seed": 0, "identity": {"data": "a"}, "grid_every": 2, "save_every": 2, **plan})
    crops = {"dent": (np.zeros((1, 8, 8, 1), np.float32), np.zeros((1, 8, 8), np.float32))}
    settings = Tiny() if settings is None else settings
    return loop.train(settings, learner, _patches(), held_out, out, made, crops, {"by": "test"}, report)


def _weights(out):
    return (out / "weights.safetensors").read_bytes()


def _rows(out):
    with (out / "log.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_training_makes_all_steps_and_is_saved_with_its_log_and_sheets(tmp_path):
    told = []
    outcome = _train(tmp_path, held_out=_patches()[REAL], report=told.append)
    assert dict(outcome.steps) == {GOOD: 3, DRAWN: 4, REAL: 3}
    assert not outcome.ended_early and outcome.resumed_at == 0
    assert [one.done for one in told] == list(range(1, 11))
    assert {one.total for one in told} == {10} and told[-1].left_s == 0
    rows = _rows(tmp_path)
    assert [(row["stage"], row["step"]) for row in rows] == [
        (stage, str(step)) for stage, steps in Tiny().stages.items() for step in range(steps)
    ]
    assert [row["late"] for row in rows] == [""] * 7 + ["1"] * 3
    assert [bool(row["held_out"]) for row in rows] == [False] * 4 + [True, False, True] + [False, True, False]
    assert sorted(path.name for path in (tmp_path / "grids").iterdir()) == [
        "drawn-000002-held_out.png", "drawn-000002.png", "drawn-000004-held_out.png", "drawn-000004.png",
        "good-000002.png", "good-000003.png", "real-000002-held_out.png", "real-000002.png",
        "real-000003-held_out.png", "real-000003.png",
    ]  # fmt: skip
    checkpoint = load_checkpoint(tmp_path, "gan")
    assert checkpoint.classes == ("dent",) and checkpoint.trained["by"] == "test"
    assert checkpoint.trained["steps"] == {GOOD: 3, DRAWN: 4, REAL: 3}
    assert len(list((tmp_path / "state").glob("*.safetensors"))) == 2


@pytest.mark.parametrize("stop_at", [0, 1, 3, 5, 7, 9])
def test_a_training_killed_at_any_step_ends_with_the_weights_of_one_that_was_not(tmp_path, stop_at):
    _train(tmp_path / "whole")
    with pytest.raises(Stopped):
        _train(tmp_path / "stopped", Blur(stop_at=stop_at))
    assert not (tmp_path / "stopped" / "model.json").exists()
    halves = [
        tmp_path / "stopped" / name
        for name in ("state/.tmpX", "state/.00000004.safetensors.partial", ".weights.safetensors.partial")
    ]
    for half in halves:
        half.touch()
    outcome = _train(tmp_path / "stopped")
    assert outcome.resumed_at in (stop_at, stop_at - 1)
    assert not any(half.exists() for half in halves)
    assert _weights(tmp_path / "stopped") == _weights(tmp_path / "whole")
    places = [
        [(row["stage"], row["step"], row["loss"]) for row in _rows(tmp_path / name)] for name in ("stopped", "whole")
    ]
    assert places[0] == places[1]


def test_a_training_that_is_done_is_not_done_again(tmp_path):
    _train(tmp_path)
    weights, learner = _weights(tmp_path), Blur()
    outcome = _train(tmp_path, learner)
    assert learner.made == 0 and outcome.resumed_at == 10 and _weights(tmp_path) == weights


def test_batches_made_ahead_are_the_same(tmp_path):
    _train(tmp_path / "one")
    _train(tmp_path / "ahead", device="cuda")
    assert _weights(tmp_path / "one") == _weights(tmp_path / "ahead")


def test_a_damaged_state_costs_the_steps_since_the_one_before(tmp_path):
    _train(tmp_path / "whole")
    with pytest.raises(Stopped):
        _train(tmp_path / "stopped", Blur(stop_at=9))
    newest = max((tmp_path / "stopped" / "state").glob("*.safetensors"))
    newest.write_bytes(newest.read_bytes()[:-1])
    assert _train(tmp_path / "stopped").resumed_at == 7
    assert _weights(tmp_path / "stopped") == _weights(tmp_path / "whole")


def test_a_state_that_cannot_be_read_or_is_another_networks_is_refused(tmp_path):
    _train(tmp_path)
    for path in (tmp_path / "state").glob("*.safetensors"):
        path.write_bytes(b"\x80\x04.")
    with pytest.raises(AssetError, match="the state of a training"):
        _train(tmp_path)
    _train(tmp_path, overwrite=True)
    wide = Blur()
    wide.net = torch.nn.Conv2d(2, 1, 5, padding=2)
    with pytest.raises(AssetError, match="another network"):
        _train(tmp_path, wide)


def test_another_training_on_the_same_folder_is_refused_and_overwrite_begins_anew(tmp_path):
    _train(tmp_path)
    with pytest.raises(ConfigError, match=r"data: a -> b; seed: 0 -> 1"):
        _train(tmp_path, seed=1, identity={"data": "b"})
    with pytest.raises(ConfigError, match=r"stages\.good: 3 -> 5"):
        _train(tmp_path, settings=Tiny(stages={GOOD: 5, DRAWN: 4, REAL: 3}))
    outcome = _train(tmp_path, seed=1, overwrite=True)
    assert outcome.resumed_at == 0 and len(_rows(tmp_path)) == 10


def test_a_folder_with_foreign_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").touch()
    for overwrite in (False, True):
        with pytest.raises(ConfigError, match=r"thesis\.tex"):
            _train(tmp_path, overwrite=overwrite)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_model_without_its_state_is_not_trained_over(tmp_path):
    _train(tmp_path)
    for path in (tmp_path / "state").iterdir():
        path.unlink()
    with pytest.raises(ConfigError, match="not the state of its training"):
        _train(tmp_path)
    load_checkpoint(tmp_path, "gan")
    assert _train(tmp_path, overwrite=True).resumed_at == 0


def test_two_trainings_in_one_folder_are_refused(tmp_path):
    def again():
        with pytest.raises(ConfigError, match="nothing else trains in"):
            _train(tmp_path)

    _train(tmp_path, Blur(on_step=again), Tiny(stages={REAL: 1}))


def test_a_loss_that_is_not_finite_ends_the_training_and_keeps_the_state_before(tmp_path):
    with pytest.raises(ConfigError, match=r"NaN or infinity in the loss 'loss' of stage drawn after 6 steps") as caught:
        _train(tmp_path, Blur(bad_at=6))
    assert caught.value.exit_code == 2
    assert max((tmp_path / "state").glob("*.safetensors")).stem == "00000005"


def test_a_weight_that_is_not_finite_is_not_kept(tmp_path):
    learner = Blur()

    def harm():
        with torch.no_grad():
            learner.net.bias.fill_(float("nan") if learner.made == 9 else 0.0)

    learner.on_step = harm
    with pytest.raises(ConfigError, match="NaN or infinity in"):
        _train(tmp_path, learner)
    assert max((tmp_path / "state").glob("*.safetensors")).stem == "00000009"


def test_a_training_that_fails_before_anything_was_kept_leaves_no_claim_on_the_folder(tmp_path):
    with pytest.raises(ConfigError):
        _train(tmp_path, Blur(bad_at=1))
    assert dict(_train(tmp_path, seed=5).steps) == Tiny().stages


def test_a_training_killed_before_anything_was_kept_binds_no_other(tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "spec.json").write_text('{"seed": 7}')
    (tmp_path / "log.csv").write_text("stage,step,seconds\ngood,0,0.1\n")
    assert dict(_train(tmp_path, seed=5).steps) == Tiny().stages
    assert len(_rows(tmp_path)) == 10


def test_short_memory_is_said_with_the_setting_to_lower(tmp_path):
    def fail():
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has ...")

    with pytest.raises(ConfigError, match=r"expected enough memory, got CUDA out of memory\. Lower model\.batch"):
        _train(tmp_path, Blur(on_step=fail))


class Clock:
    """A clock that a step moves on by six seconds."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr(loop.time, "perf_counter", lambda: self.now)

    def tick(self):
        self.now += 6.0


def test_the_stages_share_the_time_as_they_share_the_steps(tmp_path, monkeypatch):
    clock = Clock(monkeypatch)
    learner = Blur(on_step=clock.tick)
    told = []
    settings = Tiny(stages={GOOD: 100, REAL: 300})
    outcome = _train(tmp_path, learner, settings, report=told.append, minutes=8, grid_every=10, save_every=1000)
    assert outcome.ended_early and outcome.minutes <= 8
    assert 18 <= outcome.steps[GOOD] <= 20 and 56 <= outcome.steps[REAL] <= 60
    assert dict(outcome.planned) == settings.stages
    assert learner.begun[0] == (GOOD, 100) and learner.begun[1][0] == GOOD and learner.begun[1][1] <= 20
    assert abs(told[15].total - sum(outcome.steps.values())) <= 5
    assert load_checkpoint(tmp_path, "gan").trained["steps"] == dict(outcome.steps)


def test_time_already_spent_counts_and_more_time_goes_on(tmp_path, monkeypatch):
    clock = Clock(monkeypatch)
    settings = Tiny(stages={REAL: 40})
    with pytest.raises(Stopped):
        _train(tmp_path, Blur(stop_at=12, on_step=clock.tick), settings, minutes=2)
    outcome = _train(tmp_path, Blur(on_step=clock.tick), settings, minutes=2)
    assert 18 <= outcome.steps[REAL] <= 20 and outcome.resumed_at == 12
    again = Blur(on_step=clock.tick)
    assert _train(tmp_path, again, settings, minutes=2).steps == outcome.steps and again.made == 0
    assert _train(tmp_path, Blur(on_step=clock.tick), settings, minutes=9).steps == {REAL: 40}


def test_stages_without_steps_or_crops_are_left_out(tmp_path):
    learner = Blur()
    _train(tmp_path, learner, Tiny(stages={GOOD: 0, "other": 3, REAL: 1}))
    assert learner.begun == [(REAL, 1)]
    with pytest.raises(ConfigError, match="a stage with at least one step"):
        _train(tmp_path / "none", settings=Tiny(stages={GOOD: 0}))


@pytest.mark.parametrize("wrong", [{"minutes": 0}, {"minutes": float("nan")}, {"grid_every": 0}, {"save_every": 0}])
def test_a_plan_that_cannot_be_is_refused(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        Plan(seed=0, identity={}, **wrong)


def test_the_average_forgets_the_first_weights_soon_and_follows_slowly_later():
    net = torch.nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        net.weight.fill_(100.0)
    mean = average.averaged(net, 0.99)
    with torch.no_grad():
        net.weight.fill_(1.0)
    for _ in range(2000):
        mean.update_parameters(net)
    assert float(mean.module.weight) == pytest.approx(1.0, abs=1e-3)
    with torch.no_grad():
        net.weight.fill_(2.0)
    mean.update_parameters(net)
    assert float(mean.module.weight) == pytest.approx(1.01, abs=1e-3)
