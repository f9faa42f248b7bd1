"""Shards on a Ray cluster, or on the cores that Ray finds here.

The data set's folder must be one that every node sees under the same path. Source: own.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import ray

from generator.core.errors import require
from generator.core.ports import Report, Result, Shard


@dataclass(frozen=True, slots=True, kw_only=True)
class Ray:
    """Ray tasks.

    Attributes:
        address: of a running cluster, such as ``auto``; None: one is started here and stopped at the end.
        in_flight: shards given out at a time, >= 1.
    """

    address: str | None = None
    in_flight: int = 64

    def __post_init__(self) -> None:
        require(self.in_flight >= 1, "in_flight", "a whole number >= 1", self.in_flight)

    def map(self, task: Callable[[Shard, Report], Result], shards: Iterable[Shard], report: Report) -> Iterator[Result]:
        """Yield ``task(shard, report)`` as the shards finish; progress comes shard by shard."""
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing phones home
        ray.init(address=self.address, include_dashboard=False, log_to_driver=False, configure_logging=False)
        try:
            shared = ray.put(task)
            work = ray.remote(_work)
            waiting, running = deque(shards), []
            while waiting or running:
                while waiting and len(running) < self.in_flight:
                    running.append(work.remote(shared, waiting.popleft()))
                done, running = ray.wait(running, num_returns=1)
                result, images, rejected = ray.get(done[0])
                report(images, rejected)
                yield result
        finally:
            ray.shutdown()


def _work(task: Callable[[Any, Report], Any], shard: Any) -> tuple[Any, int, int]:
    counts = [0, 0]

    def report(images: int, rejected: int) -> None:
        counts[0] += images
        counts[1] += rejected

    return task(shard, report), counts[0], counts[1]
