"""Samples in memory, for training on the fly. Source: own."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from typing import Any

from generator.core.sample import Sample
from generator.run.pipeline import Pipeline, Rejected


class SampleSequence:
    """A recipe's samples by index, without files; a map-style data set for any trainer.

    The same index gives the same sample in any process. A planned sample that the checks reject comes back as its good
    image without defects, its findings saying why: its label is right, and the length stays what the plan says.

    Args:
        config: the resolved configuration as plain mappings, lists and values.

    Example:
        >>> from generator import samples
        >>> sequence = samples("count=8", "source.size_wh=[64,64]")
        >>> len(sequence), sequence[3].image.shape
        (8, (64, 64, 3))
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._pipeline = Pipeline(config)

    @property
    def categories(self) -> tuple[str, ...]:
        """The category names; the position is the class id."""
        return self._pipeline.classes

    def __len__(self) -> int:
        return len(self._pipeline)

    def __getitem__(self, index: int) -> Sample:
        """Return the sample at ``index``; negative ones count from the end.

        Raises:
            IndexError: there is no such sample.
            TypeError: the index is no whole number.
        """
        at = operator.index(index)
        if not -len(self) <= at < len(self):
            raise IndexError(f"sample {at} of {len(self)}")
        made = self._pipeline.make(at % len(self))
        if not isinstance(made, Rejected):
            return made
        return self._pipeline.make_good(made.spec).with_(findings=made.findings)

    def __iter__(self) -> Iterator[Sample]:
        return (self[index] for index in range(len(self)))
