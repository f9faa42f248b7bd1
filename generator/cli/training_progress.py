"""One progress bar of a training: stage, steps, smoothed losses, time left. Plain lines where nobody watches.

Source: own.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from generator.model.loop.plan import Progress as Steps

_PLAIN_EVERY_S = 10.0
_MEMORY = 0.95  # share of a smoothed loss that stays at a step
_SHOWN = 3


class TrainingProgress:
    """A bar on a terminal, a line every ten seconds elsewhere."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bar = _bar(console) if console.is_terminal else None
        self._task = None
        self._printed = time.perf_counter()
        self._losses: dict[str, float] = {}
        self._stage = ""

    def __enter__(self) -> TrainingProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def report(self, progress: Steps) -> None:
        """Show how far the training is."""
        if progress.stage != self._stage:
            self._stage, self._losses = progress.stage, {}
        for name, value in progress.losses.items():
            before = self._losses.get(name, value)
            self._losses[name] = before + (value - before) * (1 - _MEMORY)
        losses = "  ".join(f"{name} {value:.3g}" for name, value in list(self._losses.items())[:_SHOWN])
        left = f"{timedelta(seconds=round(progress.left_s))} left"
        if self._bar is not None:
            if self._task is None:
                self._bar.start()
                self._task = self._bar.add_task("", total=None, losses="", left="")
            self._bar.update(
                self._task, description=progress.stage, completed=progress.done, total=progress.total, losses=losses,
                left=left,
            )  # fmt: skip
        elif time.perf_counter() - self._printed >= _PLAIN_EVERY_S or progress.done == progress.total:
            self._printed = time.perf_counter()
            line = f"{progress.stage}: {progress.done}/{progress.total} steps, {left}, {losses}"
            print(line, file=sys.stderr, flush=True)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[left]}"),
        TextColumn("[dim]{task.fields[losses]}"),
        console=console,
    )
