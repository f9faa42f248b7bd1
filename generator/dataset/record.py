"""What a data set says about its images: records, labels, and the data set itself.

A record is a line of records.jsonl; every format maps it to and from its own files. Source: own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from generator.core.annotation import Finding, Instance, Orientation, Part, Region
from generator.core.sample import Sample
from generator.core.text import TextLine
from generator.imaging.masks import region_to_rle, rle_to_region

FLAVOURS = ("exact", "visible", "annotator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One defect, or one whole part, as a data set states it.

    Attributes:
        category: a class of the data set.
        bbox_xywh: px, half-open; whole numbers where a mask is known.
        mask: its exact pixels; None where the format holds boxes only.
        visible: the pixels that stand out; None: not kept.
        annotator: what a person would outline; None: not kept.
        quad_xy: four corners of its oriented box (px, clockwise as displayed), where the format states them; those of a
            part begin at the corner that is its top left one when it lies upright at its stated angle.
        orientation: how a part lies; None: a defect, or not known.
        own_area_px: changed pixels, those that a later defect covers included; 0: not known.
        params: what was drawn to make it, measured contrast included (JSON).
    """

    category: str
    bbox_xywh: tuple[float, float, float, float]
    mask: Region | None = None
    visible: Region | None = None
    annotator: Region | None = None
    quad_xy: tuple[tuple[float, float], ...] | None = None
    orientation: Orientation | None = None
    own_area_px: int = 0
    params: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_region(cls, category: str, mask: Region, **more: Any) -> Label:
        """Return the label of a mask, its box derived."""
        return cls(category=category, bbox_xywh=mask.bbox_xywh, mask=mask, **more)

    @classmethod
    def of_instance(cls, instance: Instance) -> Label:
        """Return the label of an instance whose mask has been derived."""
        assert instance.mask is not None
        return cls.of_region(
            instance.category,
            instance.mask,
            visible=instance.visible,
            annotator=instance.annotator,
            own_area_px=instance.own_area_px,
            params=instance.params,
        )

    @classmethod
    def of_part(cls, part: Part) -> Label:
        """Return the label of a whole part."""
        quad = tuple((float(x), float(y)) for x, y in part.quad_xy)
        return cls.of_region(part.category, part.region, quad_xy=quad, orientation=part.orientation, params=part.params)

    @property
    def area_px(self) -> float:
        """Pixels of the mask, or of the box where there is no mask."""
        return self.mask.area_px if self.mask is not None else self.bbox_xywh[2] * self.bbox_xywh[3]

    def with_flavour(self, flavour: str) -> Label | None:
        """Return the label with ``mask`` and box of another flavour of mask; None where that flavour is empty.

        A part has one mask, whatever the flavour.

        Args:
            flavour: ``exact``, ``visible`` or ``annotator``.

        Raises:
            ValueError: the flavour was not kept.
        """
        if flavour == "exact" or self.orientation is not None:
            return self
        region = {"visible": self.visible, "annotator": self.annotator}[flavour]
        if region is None:
            raise ValueError(f"the {flavour} masks were not kept")
        if region.area_px == 0:
            return None
        return replace(self, mask=region, bbox_xywh=region.bbox_xywh, visible=None, annotator=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One image of a data set and all that is known about it.

    Attributes:
        key: file stem, unique in the data set.
        split: ``train``, ``val`` or ``test``.
        image: path of the image file: absolute, or relative to the data set's root.
        width, height: px.
        labels: its defects; none: a good image.
        index: place in the plan, or in the order read.
        twin: path of the good twin, if there is one.
        mask: path of the index mask, if there is one.
        source_id, source_sha256: the good image it came from.
        seed: the run's seed.
        synthetic: whether a run made it; False: a real photo.
        group: the part it shows, where that is known: images of one group never stand on two sides of a split.
        licence: under which its pixels may be used; empty: not known.
        findings: what was noticed.
        params: what stages drew (JSON).
        text: its lines of text, in reading order.
        blank: path of the surface without its text, if there is one.
        char_mask: path of the character mask, if there is one: 0 none, else the number of the character.
        has_text_labels: whether text was looked for, so that no line means that there is none.
        orientation: how the image as a whole is turned; None: not known.
    """

    key: str
    split: str
    image: str
    width: int
    height: int
    labels: tuple[Label, ...] = ()
    index: int = 0
    twin: str | None = None
    mask: str | None = None
    source_id: str = ""
    source_sha256: str = ""
    seed: int = 0
    synthetic: bool = False
    group: str = ""
    licence: str = ""
    findings: tuple[Finding, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    text: tuple[TextLine, ...] = ()
    blank: str | None = None
    char_mask: str | None = None
    has_text_labels: bool = False
    orientation: Orientation | None = None

    @property
    def hw(self) -> tuple[int, int]:
        """Height and width in px."""
        return self.height, self.width

    @property
    def suffix(self) -> str:
        """The image file's suffix, such as ``.png``."""
        return Path(self.image).suffix

    @classmethod
    def of_sample(cls, sample: Sample, image: str, **files: str | None) -> Record:
        """Return the record of a finished sample whose image and other files lie at the given paths."""
        height, width = sample.hw
        spec = sample.spec
        return cls(
            key=spec.key,
            split=spec.split,
            image=image,
            width=width,
            height=height,
            labels=(*map(Label.of_part, sample.parts), *map(Label.of_instance, sample.instances)),
            index=spec.index,
            **files,
            source_id=spec.source_id,
            source_sha256=sample.source.sha256,
            group=sample.source.group,
            seed=spec.seed,
            synthetic=True,
            findings=sample.findings,
            params=sample.params,
            text=sample.text,
            has_text_labels=sample.blank is not None,
            orientation=sample.orientation,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the record as a line of records.jsonl holds it; text is there where text was asked for."""
        text: dict[str, Any] = {}
        if self.has_text_labels:
            text = {
                "text": [line.to_json() for line in self.text],
                "blank": self.blank,
                "char_mask": self.char_mask,
            }
        return {
            "key": self.key,
            "index": self.index,
            "split": self.split,
            "image": self.image,
            "twin": self.twin,
            "mask": self.mask,
            "width": self.width,
            "height": self.height,
            "source": {"id": self.source_id, "sha256": self.source_sha256},
            "seed": self.seed,
            "synthetic": self.synthetic,
            "group": self.group,
            "licence": self.licence,
            "instances": [_label_to_json(number, label, self.hw) for number, label in enumerate(self.labels, 1)],
            "findings": [{"severity": f.severity, "code": f.code, "message": f.message} for f in self.findings],
            **text,
            **_orientation_to_json(self.orientation),
            "params": dict(self.params),
        }

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Record:
        """Return the record of a line of records.jsonl.

        Raises:
            KeyError: a key is missing.
        """
        return cls(
            key=line["key"],
            index=line["index"],
            split=line["split"],
            image=line["image"],
            twin=line["twin"],
            mask=line["mask"],
            width=line["width"],
            height=line["height"],
            source_id=line["source"]["id"],
            source_sha256=line["source"]["sha256"],
            seed=line["seed"],
            synthetic=line["synthetic"],
            group=line["group"],
            licence=line["licence"],
            labels=tuple(_label_from_json(instance) for instance in line["instances"]),
            findings=tuple(Finding(**finding) for finding in line["findings"]),
            params=line["params"],
            text=tuple(TextLine.from_json(entry) for entry in line.get("text", ())),
            blank=line.get("blank"),
            char_mask=line.get("char_mask"),
            has_text_labels="text" in line,
            orientation=_orientation_from_json(line),
        )


class DataSet(Protocol):
    """Records that can be gone through again and again, without all of them in memory.

    Attributes:
        root: the folder that relative paths start from.
        classes: category names; the position is the class id, from 0.
    """

    root: Path
    classes: tuple[str, ...]

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Record]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """A data set held in memory: what a format's ``read`` returns."""

    root: Path
    classes: tuple[str, ...]
    records: tuple[Record, ...]

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    @classmethod
    def gathered(cls, root: Path, classes: Iterable[str], records: Iterable[Record]) -> Records:
        """Return the data set of any iterables."""
        return cls(root=root, classes=tuple(classes), records=tuple(records))


def _label_to_json(number: int, label: Label, hw: tuple[int, int]) -> dict[str, Any]:
    line: dict[str, Any] = {
        "id": number,
        "category": label.category,
        "bbox_xywh": list(label.bbox_xywh),
        "area_px": label.area_px,
        "own_area_px": label.own_area_px,
        "rle": None if label.mask is None else region_to_rle(label.mask, hw),
        "params": dict(label.params),
    }
    for name, region in (("rle_visible", label.visible), ("rle_annotator", label.annotator)):
        if region is not None:
            line[name] = region_to_rle(region, hw)
    if label.quad_xy is not None:
        line["quad_xy"] = [list(corner) for corner in label.quad_xy]
    return {**line, **_orientation_to_json(label.orientation)}


def _orientation_to_json(orientation: Orientation | None) -> dict[str, Any]:
    if orientation is None:
        return {}
    return {"angle_deg": orientation.angle_deg, "symmetry": orientation.symmetry}


def _orientation_from_json(line: Mapping[str, Any]) -> Orientation | None:
    if "angle_deg" not in line:
        return None
    return Orientation(angle_deg=line["angle_deg"], symmetry=line["symmetry"])


def _label_from_json(line: Mapping[str, Any]) -> Label:
    regions = {
        name: rle_to_region(line[key]) if line.get(key) else None
        for name, key in (("mask", "rle"), ("visible", "rle_visible"), ("annotator", "rle_annotator"))
    }
    quad = line.get("quad_xy")
    return Label(
        category=line["category"],
        bbox_xywh=tuple(line["bbox_xywh"]),
        own_area_px=line["own_area_px"],
        quad_xy=tuple(tuple(corner) for corner in quad) if quad else None,
        orientation=_orientation_from_json(line),
        params=line["params"],
        **regions,
    )
