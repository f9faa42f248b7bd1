"""What the rooms promise each other. A component is a frozen dataclass that fits one of these. Source: own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

import numpy as np

from generator.core.annotation import Finding
from generator.core.sample import GoodImage, Sample

Shard = TypeVar("Shard")
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

    def digest(self) -> str:
        """Return a hash of what the images are made from, where the configuration does not say it all."""


class Roi(Protocol):
    """Where on a good image defects may lie."""

    def find(self, good: GoodImage) -> tuple[np.ndarray | None, tuple[Finding, ...]]:
        """Return an (H, W) bool mask, or None for everywhere, and what was noticed."""

    def digest(self) -> str:
        """Return a hash of the files it reads; empty: none."""


class Stage(Protocol):
    """One step of a recipe."""

    @property
    def name(self) -> str:
        """The name its random numbers hang on."""

    def __call__(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Return the sample after this step."""


class LookingStage(Stage, Protocol):
    """A step that looks at good images before the first sample."""

    def prepared(self, goods: Iterable[GoodImage]) -> Stage:
        """Return the step after a look at some good images.

        Called once, where the run is built: what was found travels with it to every process and decides all samples.

        Args:
            goods: the first ones in provenance order, which are read as they are asked for.
        """


class Check(Protocol):
    """Something that must be true of a finished sample."""

    def __call__(self, sample: Sample) -> tuple[Finding, ...]:
        """Return what is wrong; nothing: it is sound."""


Report = Callable[[int, int], None]
"""What a worker calls now and then: images finished, images rejected since the last call."""


class Executor(Protocol):
    """Where shards are worked on."""

    def map(self, task: Callable[[Shard, Report], Result], shards: Iterable[Shard], report: Report) -> Iterator[Result]:
        """Yield ``task(shard, report)`` as the shards finish, in any order.

        Args:
            task: picklable; sent once to each worker.
            shards: picklable.
            report: called in this process while the work goes on.
        """
