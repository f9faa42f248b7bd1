"""Shards one after another, in this process. Source: own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from generator.core.ports import Report, Result, Shard


@dataclass(frozen=True, slots=True, kw_only=True)
class Serial:
    """No other process: the easiest to debug, and enough for small sets."""

    def map(self, task: Callable[[Shard, Report], Result], shards: Iterable[Shard], report: Report) -> Iterator[Result]:
        """Yield ``task(shard, report)`` in order."""
        return (task(shard, report) for shard in shards)
