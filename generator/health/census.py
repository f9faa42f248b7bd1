"""Classes counted and measured: images and instances a split, sizes, masks and boxes, the long tail. Source: own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np

from generator.dataset.record import Record
from generator.dataset.view import SPLITS, is_good
from generator.health.text import SplitText, count_text

QUANTILES = (0.1, 0.5, 0.9)


@dataclass(slots=True)
class ClassCount:
    """What a data set holds of one class; side lengths are square roots of areas.

    Attributes:
        images: images by split.
        instances: instances by split.
        masks: instances with a mask; the others are boxes.
        sides_px: of each instance.
        shares: of the image's area, of each instance.
        names: the image of each instance.
    """

    images: Counter[str] = field(default_factory=Counter)
    instances: Counter[str] = field(default_factory=Counter)
    masks: int = 0
    sides_px: list[float] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the counts and quantiles as plain numbers."""
        said: dict[str, Any] = {
            "images": dict(self.images),
            "instances": dict(self.instances),
            "masks": self.masks,
            "boxes": len(self.names) - self.masks,
        }
        if self.names:
            least, most = int(np.argmin(self.sides_px)), int(np.argmax(self.sides_px))
            said |= {
                "side_px": _quantiles(self.sides_px),
                "share_of_image": _quantiles(self.shares),
                "smallest": {"side_px": round(self.sides_px[least], 1), "image": self.names[least]},
                "largest": {"side_px": round(self.sides_px[most], 1), "image": self.names[most]},
            }
        return said


@dataclass(slots=True)
class Census:
    """What a data set holds.

    Attributes:
        splits: images by split, in the order train, val, test, others.
        good: images without a defect, by split.
        synthetic: images that a run made.
        text: what its lines say, by split; empty: no text is labelled.
        classes: the counts of each class, in the order of the data set.
    """

    splits: dict[str, int]
    good: Counter[str]
    synthetic: int
    text: dict[str, SplitText]
    classes: dict[str, ClassCount]

    @property
    def lines(self) -> int:
        """Lines of text, those not to be read included."""
        return sum(count.lines + count.distractors for count in self.text.values())

    @property
    def long_tail(self) -> float | None:
        """Instances of the largest class to those of the smallest one that has any; None: fewer than two have."""
        counts = [len(count.names) for count in self.classes.values() if count.names]
        return max(counts) / min(counts) if len(counts) > 1 else None

    def to_json(self) -> dict[str, Any]:
        """Return the counts as plain numbers."""
        return {
            "images": sum(self.splits.values()),
            "splits": self.splits,
            "good": dict(self.good),
            "synthetic": self.synthetic,
            "lines_of_text": self.lines,
            "text": {split: count.to_json() for split, count in self.text.items()},
            "long_tail": self.long_tail and round(self.long_tail, 2),
            "classes": {name: count.to_json() for name, count in self.classes.items()},
        }


def take_census(records: Sequence[Record], classes: Sequence[str]) -> Census:
    """Return the counts of records; a class that no image has is counted with 0."""
    splits: Counter[str] = Counter()
    good: Counter[str] = Counter()
    counts = {name: ClassCount() for name in classes}
    synthetic = 0
    for record in records:
        splits[record.split] += 1
        synthetic += record.synthetic
        good[record.split] += is_good(record)
        for category in dict.fromkeys(label.category for label in record.labels):
            counts.setdefault(category, ClassCount()).images[record.split] += 1
        for label in record.labels:
            count = counts[label.category]
            count.instances[record.split] += 1
            count.masks += label.mask is not None
            count.sides_px.append(sqrt(label.area_px))
            count.shares.append(label.area_px / (record.width * record.height))
            count.names.append(record.image)
    order = [split for split in SPLITS if split in splits] + sorted(set(splits) - set(SPLITS))
    return Census({split: splits[split] for split in order}, +good, synthetic, count_text(records), counts)


def _quantiles(values: Sequence[float]) -> list[float]:
    return [float(f"{value:.3g}") for value in np.quantile(values, QUANTILES)]
