"""One progress bar: images, images a second, time left, rejected. Plain lines where nobody watches. Source: own."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_PLAIN_EVERY_S = 10.0


class RunProgress:
    """A bar on a terminal, a line every ten seconds elsewhere.

    Args:
        total: number of planned images.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._images = self._rejected = self._before = 0
        self._started = self._printed = time.perf_counter()
        console = Console(stderr=True)
        self._bar = _bar(console) if console.is_terminal else None
        self._task = None

    def __enter__(self) -> RunProgress:
        if self._bar is not None:
            self._bar.start()
            self._task = self._bar.add_task("images", total=self._total, speed="", rejected="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def resumed(self, images: int, rejected: int) -> None:
        """Begin with what earlier runs finished and rejected; it does not count towards the speed."""
        self._images, self._rejected, self._before = images, rejected, images + rejected
        self._started = self._printed = time.perf_counter()

    def report(self, images: int, rejected: int) -> None:
        """Count images finished and rejected since the last call."""
        now = time.perf_counter()
        self._images += images
        self._rejected += rejected
        speed = (self._images + self._rejected - self._before) / max(now - self._started, 1e-6)
        if self._bar is not None and self._task is not None:
            shown = f"{self._rejected} rejected" if self._rejected else ""
            done = self._images + self._rejected
            self._bar.update(self._task, completed=done, speed=f"{speed:.1f} img/s", rejected=shown)
        elif now - self._printed >= _PLAIN_EVERY_S:
            self._printed = now
            left = (self._total - self._images - self._rejected) / max(speed, 1e-6)
            print(
                f"{self._images + self._rejected}/{self._total} images, {speed:.1f} img/s, {left:.0f} s left, "
                f"{self._rejected} rejected",
                file=sys.stderr,
                flush=True,
            )


@contextmanager
def counter(what: str) -> Iterator[Callable[[int], None]]:
    """Yield what is called with a running number, which a terminal shows while the block works."""
    console = Console(stderr=True)
    with console.status(f"0 {what}") as status:
        yield lambda number: status.update(f"{number} {what}")


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        TextColumn("[red]{task.fields[rejected]}"),
        console=console,
    )
