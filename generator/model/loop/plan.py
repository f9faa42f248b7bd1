"""What a training is told and what it tells: the plan, its progress, its outcome. Source: own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from generator.core.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a model is trained, beside its own settings.

    Attributes:
        seed: batches and weights follow from it.
        identity: what decides the weights (JSON): configuration and hashes of the data; another on the same folder is
            refused.
        minutes: time budget, > 0, which the stages share as they share the steps; None: until all steps are done.
        grid_every: steps from one sheet of samples to the next, >= 1.
        save_every: steps after which what is needed to go on is kept, >= 1.
        device: as ``generator.model.device.choose`` returned it.
        overwrite: whether a training that lies in the folder is begun anew.
    """

    seed: int
    identity: Mapping[str, Any]
    minutes: float | None = None
    grid_every: int = 200
    save_every: int = 200
    device: str = "cpu"
    overwrite: bool = False

    def __post_init__(self) -> None:
        if self.minutes is not None and not 0 < self.minutes < float("inf"):
            raise ConfigError("minutes", "a number > 0, or null", self.minutes)
        for name in ("grid_every", "save_every"):
            if getattr(self, name) < 1:
                raise ConfigError(name, "a whole number >= 1", getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a training is.

    Attributes:
        stage: the stage at work.
        done: steps made, of all stages, also by earlier runs.
        total: steps planned, of all stages; fewer where the time budget ends a stage early.
        losses: of the last step, by name.
        left_s: about how long it will take.
    """

    stage: str
    done: int
    total: int
    losses: Mapping[str, float]
    left_s: float


Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a training came to.

    Attributes:
        steps: steps made of each stage.
        planned: steps that the settings asked for.
        minutes: time spent, with that of earlier runs.
        resumed_at: steps that earlier runs had made.
    """

    steps: Mapping[str, int]
    planned: Mapping[str, int]
    minutes: float
    resumed_at: int

    @property
    def ended_early(self) -> bool:
        """Whether the time budget was spent before all steps were made."""
        return dict(self.steps) != dict(self.planned)
