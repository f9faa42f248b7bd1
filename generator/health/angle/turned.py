"""The angles of a data set: of whole images, and of the parts of each class, by split. Source: own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from generator.core.annotation import Orientation
from generator.core.geometry import stated_deg
from generator.dataset.record import Record
from generator.health.angle.count import AngleCount, Span

_LISTED = 4


class Turned:
    """The angles of a data set; ``add`` takes its images one after another.

    Attributes:
        images: angles of whole images, by split.
        parts: angles of parts, by class and split.
        per_image: images by their number of parts.
        lie_alike: whether every part lies as the image that it is on: the part's angle says nothing more.
    """

    def __init__(self) -> None:
        self.images: dict[str, AngleCount] = {}
        self.parts: dict[str, dict[str, AngleCount]] = {}
        self.per_image: Counter[int] = Counter()
        self.lie_alike = True

    @classmethod
    def of(cls, records: Iterable[Record]) -> Turned:
        """Return the angles of records."""
        found = cls()
        for record in records:
            labels = ((label.category, label.orientation) for label in record.labels)
            parts = [(category, how) for category, how in labels if how is not None]
            found.add(record.split, record.orientation, parts)
        return found

    def add(self, split: str, image: Orientation | None, parts: Sequence[tuple[str, Orientation]]) -> None:
        """Count one image: how it is turned, if that is known, and the class of each part on it and how it lies."""
        if image is not None:
            self.images.setdefault(split, AngleCount()).add(image.angle_deg, image.symmetry)
        for category, how in parts:
            self.parts.setdefault(category, {}).setdefault(split, AngleCount()).add(how.angle_deg, how.symmetry)
            self.lie_alike = self.lie_alike and how == image
        if image is not None or parts:
            self.per_image[len(parts)] += 1

    def __bool__(self) -> bool:
        return bool(self.images or self.parts)

    @property
    def part_count(self) -> int:
        """The number of parts."""
        return sum(number * images for number, images in self.per_image.items())

    def kinds(self) -> dict[str, dict[str, AngleCount]]:
        """Return the angles by split of ``images``, and of the parts of each class where they say more than these."""
        images = {"images": self.images} if self.images else {}
        return images if images and self.lie_alike else images | {f"parts: {k}": v for k, v in self.parts.items()}

    def together(self) -> dict[str, AngleCount]:
        """Return the angles of all splits, of images, or of parts: class by class where their symmetries differ."""
        every = {kind: AngleCount.merged(by_split.values()) for kind, by_split in self.kinds().items()}
        if self.images or len({frozenset(count.orders) for count in every.values()}) > 1:
            return every
        return {"parts": AngleCount.merged(every.values())} if every else {}

    def to_json(self, splits: Sequence[str]) -> dict[str, Any] | None:
        """Return the numbers under stable keys; None: nothing has an angle.

        Returns:
            A mapping with these keys. ``images`` (null where none has an angle) and ``parts`` per class: ``all`` and
            ``splits``, each with ``count`` of the angles, ``undefined`` (it looks the same at every angle),
            ``symmetry`` (order -> number; 0 is every angle), ``out_of_range`` (not stated as they should be),
            ``spans_deg`` (first and last angle of each part of the circle that they lie on, counter-clockwise; empty:
            all round), ``step_deg`` (the widest grid they lie on; null: none), ``bin_deg``, ``bins`` (count of each,
            in the order of the angles; of a split the bins of all), ``least`` and ``most`` in a bin,
            ``largest_gap_deg``: within the spans of all splits. ``parts_per_image``: images by number of parts.
        """
        if not self:
            return None
        return {
            "images": _by_split(self.images, splits) if self.images else None,
            "parts": {name: _by_split(counts, splits) for name, counts in sorted(self.parts.items())},
            "parts_per_image": {str(number): self.per_image[number] for number in sorted(self.per_image)},
        }


def _by_split(counts: dict[str, AngleCount], splits: Sequence[str]) -> dict[str, Any]:
    every = AngleCount.merged(counts.values())
    spans = every.spans()
    none = AngleCount()
    per_split = {split: _numbers(counts.get(split, none), every, spans) for split in splits}
    return {"all": _numbers(every, every, spans), "splits": per_split}


def _numbers(count: AngleCount, every: AngleCount, within: Sequence[Span]) -> dict[str, Any]:
    bins = count.bins(every)
    return {
        "count": count.count,
        "undefined": count.undefined,
        "symmetry": {str(order): count.orders[order] for order in sorted(count.orders)},
        "out_of_range": count.out_of_range,
        "spans_deg": [[round(end, 6) for end in span] for span in count.spans()],
        "step_deg": count.step_deg,
        "bin_deg": bins.width_deg,
        "bins": list(bins.counts),
        "least": bins.least,
        "most": bins.most,
        "largest_gap_deg": round(count.largest_gap_deg(within), 3),
    }


def degrees(angle_deg: float) -> str:
    """Return an angle for the eye, to a hundredth: ``-37.25``; never ``-0``."""
    return f"{round(angle_deg, 2) + 0.0:g}"


def spans_said(count: AngleCount) -> str:
    """Return which of the circle some angles lie on, such as ``-5 to 5``; empty: all round."""
    spans = count.spans()
    said = [degrees(low) + f" to {degrees(stated_deg(high))}" * (high > low) for low, high in spans[:_LISTED]]
    return ", ".join(said) + f" and {len(spans) - _LISTED} more" * (len(spans) > _LISTED)


def bins_said(count: AngleCount) -> str:
    """Return how even some angles are, such as ``360 bins of 1 degree, 10 each``; empty: they fill no bin.

    Of fewer angles than bins only the most in a bin is said.
    """
    bins = count.bins()
    if not bins.counts:
        return ""
    each = f"{bins.least} each" if bins.least == bins.most else f"{bins.least} to {bins.most} each"
    said = f"{len(bins.counts)} bins of {degrees(bins.width_deg)} degree{'s' * (bins.width_deg != 1)}"
    return f"at most {bins.most} in each of {said}" if sum(bins.counts) < len(bins.counts) else f"{said}, {each}"


def angles_said(turned: Turned) -> list[str]:
    """Return the angles of a data set, a line a kind: ``3600 images, 360 bins of 1 degree, 10 each``."""
    return [_said(kind, count) for kind, count in turned.together().items()]


def _said(kind: str, every: AngleCount) -> str:
    noun, _, category = kind.partition(": ")
    number = every.count + every.undefined
    spans = spans_said(every)
    said = [f"{number} {noun[: -1 if number == 1 else None]}" + f" of class {category}" * bool(category)]
    said += [f"{spans} degrees" * bool(spans), bins_said(every)]
    if every.undefined:
        alike = "all" if every.undefined == number else str(every.undefined)
        said.append(f"{alike} without an angle, as they look the same at every one")
    return ", ".join(filter(None, said))
