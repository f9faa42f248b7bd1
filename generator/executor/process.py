"""Shards on the cores of this machine.

Each worker gets the task once and its shards one by one. Workers ignore Ctrl-C, which is for the parent to handle, and
end when the parent does, however it ended. Source: own.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from generator.core.errors import GeneratorError, require
from generator.core.ports import Report, Result, Shard

_TICK_S = 0.1
_worker: dict[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A pool of processes.

    Attributes:
        workers: number of processes; None: one a core.
    """

    workers: int | None = None

    def __post_init__(self) -> None:
        require(self.workers is None or 1 <= self.workers <= 1024, "workers", "a whole number in 1..1024", self.workers)

    def map(self, task: Callable[[Shard, Report], Result], shards: Iterable[Shard], report: Report) -> Iterator[Result]:
        """Yield ``task(shard, report)`` as the shards finish.

        Raises:
            GeneratorError: a worker was killed.
        """
        waiting = deque(shards)
        if not waiting:
            return
        workers = min(self.workers or available_cores(), len(waiting))
        context = multiprocessing.get_context("spawn")
        counts = context.Array("q", 2)
        pool = ProcessPoolExecutor(workers, context, initializer=_start, initargs=(task, counts))
        seen = [0, 0]
        running: set[Future] = set()
        try:
            while waiting or running:
                while waiting and len(running) < 2 * workers:
                    running.add(pool.submit(_run, waiting.popleft()))
                finished, running = wait(running, _TICK_S, FIRST_COMPLETED)
                now = list(counts)
                report(now[0] - seen[0], now[1] - seen[1])
                seen = now
                for future in finished:
                    yield future.result()
        except BrokenProcessPool as error:
            raise GeneratorError(
                "a worker process was killed, often because memory ran out. What is finished is kept; the same command "
                "goes on from there, with executor.workers=1 if memory is short."
            ) from error
        finally:
            _end(pool)


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _end(pool: ProcessPoolExecutor) -> None:
    """Stop the workers at once: what they have not finished is under temporary names."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(5)


def _start(task: Callable[[Any, Report], Any], counts: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import cv2

    cv2.setNumThreads(1)
    _worker["task"], _worker["counts"] = task, counts


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(shard: Any) -> Any:
    counts = _worker["counts"]

    def report(made: int, rejected: int) -> None:
        with counts.get_lock():
            counts[0] += made
            counts[1] += rejected

    return _worker["task"](shard, report)
