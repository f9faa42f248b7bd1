"""What the rooms promise each other. A component is a frozen dataclass that fits one of these. Source: own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

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

    @property
    def parts(self) -> Sequence[int]:
        """The rank of each part's first image, ascending; the images of a part follow each other. No count: empty."""

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


class Brush(Protocol):
    """A learned look of defects, loaded: it paints them on good surfaces."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes it has learned."""

    @property
    def context_px(self) -> int:
        """How much of the surface it wants to see around a defect, px of the image, >= 0."""

    @property
    def references(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """By class what it learned from: (n, s, s, C) float32 in [0, 1], real crops, and (n, s, s) their extents."""

    def scale_of(self, alpha: np.ndarray) -> float:
        """Return px of the model, in which ``references`` are, for each px of the image that has this extent."""

    def paint(self, surface: np.ndarray, alpha: np.ndarray, category: str, seeds: Sequence[int]) -> np.ndarray:
        """Return as many candidates as there are seeds.

        Args:
            surface: (h, w, C) float32 in [0, 1], C in {1, 3}, of any size; without the defect.
            alpha: (h, w) float32 in [0, 1], how far each pixel may belong to the defect.
            category: one of ``classes``.
            seeds: in [0, 2**63); the same seeds give the same bytes, on the same machine.

        Returns:
            (n, h, w, C) float32 in [0, 1]; equal to ``surface`` where ``alpha`` is 0.
        """


@runtime_checkable
class Renewing(Protocol):
    """What a brush has beside the rest if it can also paint a defect anew that is already there."""

    @property
    def renewed(self) -> float:
        """How much of one is painted anew, in (0, 1]; 1: it only paints from nothing."""

    def renew(
        self, surface: np.ndarray, alpha: np.ndarray, start: np.ndarray, category: str, seeds: Sequence[int]
    ) -> np.ndarray:
        """Return as many candidates as there are seeds, as ``Brush.paint`` does.

        Args:
            surface: see ``Brush.paint``.
            alpha: see ``Brush.paint``.
            start: (h, w, C) float32 in [0, 1], the surface with the defect that is painted anew.
            category: see ``Brush.paint``.
            seeds: see ``Brush.paint``.
        """


class Painter(Protocol):
    """A kind of model that can be loaded as a brush."""

    def load(self, checkpoint: Path) -> Brush:
        """Return the brush of a checkpoint; loaded once a process.

        Raises:
            AssetError, ConfigError: it is no sound checkpoint of this kind, or what it needs is not installed.
        """

    def digest(self, checkpoint: Path) -> str:
        """Return a hash of what it paints with; reads the files, loads nothing."""


class Pen(Protocol):
    """A learned model of outlines, loaded: it draws masks of defects."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes it has learned."""

    def draw(
        self, category: str, seed: int, scale: float, turn_deg: float, most_px: float
    ) -> tuple[np.ndarray, dict[str, float]]:
        """Return a mask and what is to be said of it.

        Args:
            category: one of ``classes``.
            seed: in [0, 2**63); the same seed gives the same mask, on the same machine.
            scale: size relative to the real ones, > 0.
            turn_deg: turn against the real ones, degrees counter-clockwise as displayed.
            most_px: longest side that is asked for, px; what would be longer is made smaller.

        Returns:
            (h, w) bool, in px of the image, cut close, not empty; and facts (JSON), of which ``likeness`` says how like
            it is to the nearest real one, in [0, 1].
        """


class Outliner(Protocol):
    """A kind of model that can be loaded as a pen."""

    def load(self, checkpoint: Path) -> Pen:
        """Return the pen of a checkpoint; loaded once a process.

        Raises:
            AssetError, ConfigError: it is no sound checkpoint of this kind, or what it needs is not installed.
        """

    def digest(self, checkpoint: Path) -> str:
        """Return a hash of what it draws with; reads the files, loads nothing."""


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
