"""What the rooms promise each other. A component is a frozen dataclass that fits one of these. Source: own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np

from generator.core.annotation import Finding
from generator.core.sample import GoodImage, Sample

Task = TypeVar("Task")
Result = TypeVar("Result")


class Source(Protocol):
    """Good images."""

    @property
    def count(self) -> int | None:
        """How many good images there are; None: as many as are asked for."""

    def source_id(self, rank: int) -> str:
        """Return the id of the image at ``rank`` in provenance order, an order that only the ids decide."""

    def load(self, source_id: str) -> GoodImage:
        """Return the image; the same bytes for the same id at any time, in any process."""

    def findings(self) -> tuple[Finding, ...]:
        """Return what was noticed about the source as a whole, such as files that were skipped."""


class Roi(Protocol):
    """Where on a good image defects may lie."""

    def find(self, good: GoodImage) -> tuple[np.ndarray | None, tuple[Finding, ...]]:
        """Return an (H, W) bool mask, or None for everywhere, and what was noticed."""


class Stage(Protocol):
    """One step of a recipe."""

    @property
    def name(self) -> str:
        """The name its random numbers hang on."""

    def __call__(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Return the sample after this step."""


class Executor(Protocol):
    """Where shards are worked on."""

    def map(self, task: Callable[[Task], Result], shards: Sequence[Task] | Iterable[Task], tick: Callable[[], Any]) -> Iterator[Result]:
        """Yield ``task(shard)`` as they finish, in any order; call ``tick`` a few times a second meanwhile."""
