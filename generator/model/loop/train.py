"""The training of any model: stage by stage, with a log, sheets of samples, and a state to go on from.

A training that was stopped at any moment goes on from its newest state and ends with the weights that it would have
had. With a time budget the stages share the time as they share the steps; as soon as the speed is known a stage is
told how many steps it will have, so that rates that fall towards its end do fall.
Source: own.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from generator.core.errors import ConfigError
from generator.model.checkpoint import Checkpoint, save_checkpoint
from generator.model.device import deterministic, memory_named
from generator.model.loop.folder import TrainingFolder
from generator.model.loop.grid import COLUMNS, distance, on_its_own_surface, sheet
from generator.model.loop.log import NAME as LOG
from generator.model.loop.log import Log
from generator.model.loop.plan import Outcome, Plan, Progress, Report
from generator.model.loop.state import Place, diverged, find_state, load_state, save_state
from generator.model.patches import Batch, Patches
from generator.model.port import GOOD, Learner, Settings

HELD_OUT = "held_out"
"""Column of the log: ``grid.distance`` of what is painted on held-out crops."""
_PROBE = 10  # steps after which the speed is known
_RESERVE = 0.02  # of the time that is left, for the last sheet and state
_AHEAD = 4  # batches that are made while a GPU computes


def train(
    settings: Settings,
    learner: Learner,
    patches: Mapping[str, Patches],
    held_out: Patches | None,
    out: Path,
    plan: Plan,
    references: Mapping[str, tuple[np.ndarray, np.ndarray]],
    trained: Mapping[str, Any],
    report: Report,
) -> Outcome:
    """Train a model and save it; the same call on the same folder goes on with what was stopped.

    Args:
        settings: of the model.
        learner: new, made by them.
        patches: by stage where its crops come from; a stage without any is left out.
        held_out: crops that are only looked at; None: there are none.
        out: the model's folder.
        plan: seed, time, and what is kept how often.
        references: real crops and extents by class, for the checkpoint.
        trained: what is to be said about the training (JSON), for the checkpoint.
        report: called after each step.

    Raises:
        ConfigError: the folder is another's, memory is short, or a loss is no longer finite.
        AssetError: the state in the folder cannot be read.
    """
    stages = {name: steps for name, steps in settings.stages.items() if steps > 0 and name in patches}
    if not stages:
        raise ConfigError("model", "a stage with at least one step", dict(settings.stages))
    identity = {
        "kind": settings.kind, "size": settings.size, "thin_px": settings.thin_px, "batch": settings.batch,
        "stages": stages, "seed": plan.seed, "network": dict(learner.network), **plan.identity,
    }  # fmt: skip
    folder = TrainingFolder(root=out, identity=identity)
    lower = "model.batch, model.size or the width of the model"
    with folder.opened(plan.overwrite), deterministic(), memory_named("train", lower):
        run = _Run(settings.batch, learner, patches, held_out, folder, plan, stages, report)
        resumed_at = run.place.made
        for number in range(run.place.stage, len(stages)):
            run.stage(number)
        steps = dict(zip(stages, run.place.done, strict=True))
        outcome = Outcome(steps=steps, planned=stages, minutes=run.seconds / 60, resumed_at=resumed_at)
        said = {"steps": steps, "planned": stages, "minutes": round(outcome.minutes, 2), "seed": plan.seed}
        first = next(iter(patches.values()))
        checkpoint = Checkpoint(
            kind=settings.kind, classes=first.classes, channels=first.channels, size=settings.size,
            thin_px=settings.thin_px, network=dict(learner.network), weights=dict(learner.weights()),
            references=dict(references), trained={**trained, **said},
        )  # fmt: skip
        save_checkpoint(out, checkpoint)
    return outcome


class _Run:
    """A training at work."""

    def __init__(
        self, batch: int, learner: Learner, patches: Mapping[str, Patches], held_out: Patches | None,
        folder: TrainingFolder, plan: Plan, stages: Mapping[str, int], report: Report,
    ) -> None:  # fmt: skip
        self._batch, self._learner, self._patches, self._held_out = batch, learner, patches, held_out
        self._folder, self._plan, self._stages, self._report = folder, plan, list(stages.items()), report
        found = find_state(folder.state, len(stages))
        self._state, self.place = found if found is not None else (None, Place())
        self._started = time.perf_counter() - self.place.seconds
        self._log = Log(folder.root / LOG, dict(zip(stages, self.place.done, strict=False)))

    @property
    def seconds(self) -> float:
        """Time spent, with that of earlier runs."""
        return time.perf_counter() - self._started

    def stage(self, number: int) -> None:
        """Train one stage to its end, or to that of its time."""
        name, full = self._stages[number]
        if number != self.place.stage:
            self.place = replace(self.place, stage=number, done=(*self.place.done, 0), steps=None)
        planned_alike = self.place.steps is not None and self.place.minutes == self._plan.minutes
        steps = self.place.steps if planned_alike else full
        step = begun_at = self.place.done[-1]
        begun_s = self.seconds
        self._learner.begin(name, steps)
        if self._state is not None:
            load_state(self._state, self._learner)
            self._state = None
        shown_at = step
        with closing(self._batches(name, step)) as batches:
            while step < steps and self.seconds < self._end_s(number):
                losses = self._learner.step(next(batches), step)
                step += 1
                self._check(losses, name, step)
                if step % self._plan.grid_every == 0:
                    losses, shown_at = losses | self._show(name, step), step
                self._log.write(name, step - 1, self.seconds, losses)
                step_s = (self.seconds - begun_s) / (step - begun_at)
                if self._plan.minutes is not None and (step - begun_at == _PROBE or step % self._plan.grid_every == 0):
                    left_s = (self._end_s(number) - self.seconds) * (1 - _RESERVE)
                    reached = min(full, step + max(0, int(left_s / step_s)))
                    if reached != steps:
                        steps = reached
                        self._learner.begin(name, steps)
                if step % self._plan.save_every == 0 and step < steps:
                    self._save(step, steps)
                self._tell(number, step, steps, step_s, losses)
        if step > begun_at:
            if shown_at != step:
                self._show(name, step)
            self._save(step, steps)

    def _end_s(self, number: int) -> float:
        """Return the time at which a stage must end, s since the training began."""
        if self._plan.minutes is None:
            return math.inf
        counts = [steps for _, steps in self._stages]
        return self._plan.minutes * 60 * sum(counts[: number + 1]) / sum(counts)

    def _batches(self, name: str, first: int) -> Iterator[Batch]:
        """Yield the batches of a stage; while a GPU computes, the next ones are made."""
        patches = self._patches[name]
        if self._plan.device == "cpu":
            for step in count(first):
                yield patches.batch(step, self._batch, name)
        with ThreadPoolExecutor(_AHEAD) as pool:
            waiting = deque(pool.submit(patches.batch, first + ahead, self._batch, name) for ahead in range(_AHEAD))
            for step in count(first + _AHEAD):
                waiting.append(pool.submit(patches.batch, step, self._batch, name))
                yield waiting.popleft().result()

    def _check(self, losses: Mapping[str, float], stage: str, step: int) -> None:
        wrong = next((name for name, value in losses.items() if not math.isfinite(value)), None)
        if wrong is not None:
            raise diverged(f"the loss '{wrong}' of stage {stage}", sum(self.place.done[:-1]) + step)

    def _show(self, stage: str, step: int) -> dict[str, float]:
        """Write the sheets of samples; return what they say about held-out crops."""
        patches = self._patches[stage]
        batch = patches.batch(0, COLUMNS, "grid")
        path = self._folder.grids / f"{stage}-{step:06d}.png"
        path.write_bytes(sheet(batch, self._learner.show(batch), patches.classes))
        if self._held_out is None or stage == GOOD:
            return {}
        batch = on_its_own_surface(self._held_out.batch(0, COLUMNS, HELD_OUT))
        painted = self._learner.show(batch)
        path = self._folder.grids / f"{stage}-{step:06d}-{HELD_OUT}.png"
        path.write_bytes(sheet(batch, painted, patches.classes))
        return {HELD_OUT: distance(batch, painted)}

    def _save(self, step: int, steps: int) -> None:
        self.place = replace(
            self.place, done=(*self.place.done[:-1], step), steps=steps, seconds=self.seconds,
            minutes=self._plan.minutes,
        )  # fmt: skip
        save_state(self._folder.state, self._learner, self.place)

    def _tell(self, number: int, step: int, steps: int, step_s: float, losses: Mapping[str, float]) -> None:
        done = sum(self.place.done[:-1]) + step
        later = 0
        for following in range(number + 1, len(self._stages)):
            time_s = self._end_s(following) - self._end_s(following - 1) if self._plan.minutes is not None else math.inf
            later += int(min(self._stages[following][1], time_s / step_s))
        left = steps - step + later
        self._report(
            Progress(
                stage=self._stages[number][0], done=done, total=done + left, losses=losses, left_s=left * step_s
            )
        )  # fmt: skip
