"""What a data set holds, gathered in one pass over its record lines.

Boxes, areas and contrasts stand in the lines, so that no mask is decoded and no image opened; memory grows with the
number of classes alone. Source: own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log2
from typing import Any

from generator.health.angle.turned import Turned
from generator.report.angle.line import add_line, defects_of
from generator.report.figure.histogram import Grid, LinearHistogram, LogHistogram
from generator.report.origin import Origins
from generator.report.painted import Painted
from generator.report.provenance import Sources
from generator.report.text.stats import TextStats

SPLITS = ("train", "val", "test")
INPUT_PX = 640
"""The longer side of the image that a usual detector looks at."""
TINY_PX = 8
"""A box whose longer side is below this at ``INPUT_PX`` is tiny: one cell of a usual detector's finest grid."""
FAINT = 0.03
"""A defect is faint where nine tenths of its pixels change by less than this share of full scale (8 of 255 levels)."""
POSITION_CELLS = 16
CONTRAST_STEP = 5
"""Bins of contrast that a drawing takes together."""
SIZE_CELLS = 28  # half octaves of width and height
_CONTRAST_BINS = 200
_KEPT_SIZES = 50


class ClassStats:
    """Numbers of one class, or of all defects together.

    Attributes:
        instances, images: per split, the defects and the images that hold at least one.
        area: of the exact masks, px.
        area_share: areas as millionths of the image's pixels.
        contrast: mean change relative to the surface, -1 to 1.
        tiny, faint, clipped, covered: defects smaller than ``TINY_PX``, weaker than ``FAINT``, touching the image's
            border, partly under a later defect.
        measured: defects whose contrast is known.
        painted: those that a trained model painted.
    """

    __slots__ = (
        "area",
        "area_share",
        "clipped",
        "contrast",
        "covered",
        "faint",
        "images",
        "instances",
        "measured",
        "painted",
        "tiny",
    )

    def __init__(self) -> None:
        self.instances: Counter[str] = Counter()
        self.images: Counter[str] = Counter()
        self.area, self.area_share = LogHistogram(), LogHistogram()
        self.contrast = LinearHistogram(-1.0, 1.0, _CONTRAST_BINS)
        self.painted = Painted()
        self.tiny = self.faint = self.clipped = self.covered = self.measured = 0

    @property
    def count(self) -> int:
        """The number of defects."""
        return self.area.count

    def add(self, instance: Mapping[str, Any], split: str, wh: tuple[int, int]) -> None:
        """Count one instance of a record line."""
        x, y, w, h = instance["bbox_xywh"]
        area = instance["area_px"]
        self.instances[split] += 1
        self.area.add(area)
        self.area_share.add(area / (wh[0] * wh[1]) * 1e6)
        self.tiny += max(w, h) * min(1.0, INPUT_PX / max(wh)) < TINY_PX
        self.clipped += x <= 0 or y <= 0 or x + w >= wh[0] or y + h >= wh[1]
        self.covered += instance.get("own_area_px", 0) > area
        self.painted.add(instance["params"])
        measured = instance["params"].get("measured")
        if measured:
            self.measured += 1
            self.contrast.add(measured["contrast_rel"])
            self.faint += measured["change_p90"] < FAINT

    def to_json(self, splits: Sequence[str]) -> dict[str, Any]:
        """Return the numbers under stable keys; see ``Stats.to_json``."""
        return {
            "instances": {split: self.instances[split] for split in splits},
            "instances_total": self.count,
            "images": {split: self.images[split] for split in splits},
            "area_px": {
                "min": self.area.low,
                "p10": _rounded(self.area.quantile(0.1)),
                "median": _rounded(self.area.quantile(0.5)),
                "p90": _rounded(self.area.quantile(0.9)),
                "max": self.area.high,
                "half_octaves": self.area.octaves(2),
            },
            "area_share_median": _rounded(_scaled(self.area_share.quantile(0.5), 1e-6)),
            "contrast_rel": {
                "count": self.contrast.count,
                "p10": _rounded(self.contrast.quantile(0.1)),
                "median": _rounded(self.contrast.quantile(0.5)),
                "p90": _rounded(self.contrast.quantile(0.9)),
                "low": self.contrast.low,
                "high": self.contrast.high,
                "bins": self.contrast.coarse(CONTRAST_STEP),
            },
            "tiny": self.tiny,
            "faint": self.faint,
            "clipped": self.clipped,
            "covered": self.covered,
            "painted": self.painted.to_json(),
        }


class Stats:
    """The numbers of a data set; ``add`` takes its record lines one after another.

    Args:
        classes: the category names; the position is the class id.
        parts: those of them that are classes of whole parts, as far as that is known before the first line.

    Attributes:
        images, good: images, and images without defects, per split.
        every: numbers of all defects together.
        position: where the middles of the boxes lie, in cells of the image's width and height.
        size: widths (columns) and heights (rows) of the boxes, in half octaves from 1 px on.
        per_image: how many images hold how many defects.
        sizes: images per (width, height), the first fifty sizes.
        least_wh, most_wh: the least and the largest width and height.
        sources: the good images; an image that names none is its own.
        origins: real and synthetic images, and their licences.
        text: lines, words and characters, where text is labelled.
        turned: angles, where images or parts have one.
        findings: of the samples: number per (severity, code), and the key and message of the first.
    """

    def __init__(self, classes: Sequence[str], parts: Sequence[str] = ()) -> None:
        self.images: Counter[str] = Counter()
        self.good: Counter[str] = Counter()
        self._classes = {name: ClassStats() for name in classes}
        self._parts = frozenset(parts)
        self.every = ClassStats()
        self.position, self.size = Grid(POSITION_CELLS), Grid(SIZE_CELLS)
        self.per_image: Counter[int] = Counter()
        self.sizes: Counter[tuple[int, int]] = Counter()
        self.least_wh: tuple[int, int] | None = None
        self.most_wh = (0, 0)
        self.sources = Sources()
        self.origins = Origins()
        self.text = TextStats()
        self.turned = Turned()
        self.findings: dict[tuple[str, str], dict[str, Any]] = {}

    @property
    def classes(self) -> dict[str, ClassStats]:
        """Numbers per class of defects, in the order of the class ids."""
        parts = self._parts | self.turned.parts.keys()
        return {name: numbers for name, numbers in self._classes.items() if numbers.count or name not in parts}

    @property
    def part_classes(self) -> list[str]:
        """The classes of whole parts that are there, in the order of the class ids."""
        return [name for name in self._classes if name in self.turned.parts]

    @property
    def splits(self) -> list[str]:
        """The splits that hold images, in their usual order."""
        known = [split for split in SPLITS if self.images[split]]
        return known + sorted(split for split in self.images if split not in SPLITS)

    @property
    def image_count(self) -> int:
        """The number of images."""
        return sum(self.images.values())

    @property
    def good_count(self) -> int:
        """The number of images without defects."""
        return sum(self.good.values())

    def add(self, line: Mapping[str, Any]) -> None:
        """Count one line of records.jsonl.

        Raises:
            KeyError, TypeError, ValueError: the line is no record of this data set; KeyError too for an unknown class.
        """
        split, wh, instances = line["split"], (line["width"], line["height"]), defects_of(line)
        self.images[split] += 1
        self.good[split] += not instances
        self.per_image[len(instances)] += 1
        if wh in self.sizes or len(self.sizes) < _KEPT_SIZES:
            self.sizes[wh] += 1
        self.least_wh = wh if self.least_wh is None else (min(wh[0], self.least_wh[0]), min(wh[1], self.least_wh[1]))
        self.most_wh = max(wh[0], self.most_wh[0]), max(wh[1], self.most_wh[1])
        self.sources.add(line["source"]["id"] or line["key"], line["source"]["sha256"], split)
        self.origins.add(line)
        self.text.add(line)
        add_line(self.turned, line)
        for instance in instances:
            self._classes[instance["category"]].add(instance, split, wh)
            self.every.add(instance, split, wh)
            x, y, w, h = instance["bbox_xywh"]
            self.position.add((x + w / 2) / wh[0] * POSITION_CELLS, (y + h / 2) / wh[1] * POSITION_CELLS)
            self.size.add(2 * log2(max(w, 1)), 2 * log2(max(h, 1)))
        for category in {instance["category"] for instance in instances}:
            self._classes[category].images[split] += 1
        if instances:
            self.every.images[split] += 1
        for finding in line["findings"]:
            kind = finding["severity"], finding["code"]
            first = {"count": 0, "example": line["key"], "message": finding["message"]}
            self.findings.setdefault(kind, first)["count"] += 1

    def to_json(self) -> dict[str, Any]:
        """Return the numbers under stable keys.

        Returns:
            A mapping with these keys. ``images``, ``good``, ``defective``, ``defects``: totals. ``splits``: per split
            images, good and defective images. ``classes``, and ``all`` for all defects together: ``instances`` and
            ``images`` per split, ``instances_total``, ``area_px`` (quantiles right to 2 %; ``half_octaves``: counts in
            [1, 1.41), [1.41, 2), ... px), ``area_share_median`` (of the image), ``contrast_rel`` (mean change over the
            surface's mean; ``bins``: equal bins from ``low`` to ``high``, what lies beyond in the outermost), and the
            numbers of ``tiny``, ``faint``, ``clipped`` and ``covered`` defects; ``painted``: of those that a model
            painted ``count``, ``copies``, and ``median`` and ``p10`` of each score, ``p90`` of ``copy``; null: there is
            none. ``defects_per_image``: images per number of defects. ``image_sizes``: images per "WxH", the first
            fifty sizes; ``image_extent_wh``: the least and the largest width and height. ``position``: defects per cell
            of the image, top row
            first. ``box_size``: defects per half octave of height (rows) and width (columns) from 1 px on. ``sources``:
            source images, copies among them, those in several splits, and whether these are counts or estimates.
            ``origins``: real and synthetic -> split -> images, good images and defects per class. ``licences``: licence
            (or ``not known``) -> images. ``text``: see ``TextStats.to_json``; null where no text is labelled.
            ``angles``: see ``Turned.to_json``; null where nothing has one. Whole parts are counted there alone.
            ``sample_findings``: severity, code, number and an example.
        """
        splits = self.splits
        return {
            "images": self.image_count,
            "good": self.good_count,
            "defective": self.image_count - self.good_count,
            "defects": self.every.count,
            "splits": {
                split: {
                    "images": self.images[split],
                    "good": self.good[split],
                    "defective": self.images[split] - self.good[split],
                }
                for split in splits
            },
            "classes": {name: numbers.to_json(splits) for name, numbers in self.classes.items()},
            "all": self.every.to_json(splits),
            "defects_per_image": {str(number): self.per_image[number] for number in sorted(self.per_image)},
            "image_sizes": {f"{w}x{h}": number for (w, h), number in sorted(self.sizes.items())},
            "image_extent_wh": {"least": self.least_wh, "most": self.most_wh},
            "position": self.position.rows,
            "box_size": self.size.rows,
            "sources": {
                "count": self.sources.count,
                "copies": self.sources.copies,
                "in_several_splits": self.sources.in_several_splits,
                "is_exact": self.sources.is_exact,
            },
            "origins": self.origins.to_json(splits, list(self.classes)),
            "licences": {name: real + made for name, real, made in self.origins.licence_rows()},
            "text": self.text.to_json(splits),
            "angles": self.turned.to_json(splits),
            "sample_findings": [
                {"severity": severity, "code": code, **numbers}
                for (severity, code), numbers in sorted(self.findings.items())
            ],
        }


def _rounded(value: float | None) -> float | None:
    """Return a number to four significant digits: beyond them a binned quantile says nothing."""
    return None if value is None else float(f"{value:.4g}")


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
