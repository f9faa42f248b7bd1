"""Harvest: real defects in, a bank of cut-outs out.

Masks are taken as they are. Where a data set holds boxes alone, the mask is found within the box, scored, and shown in
the review sheet; a poor one is kept in the bank but no kind takes it until a person has accepted it. Source: own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from generator.core.errors import ConfigError, closest, nearest
from generator.core.geometry import Rect
from generator.core.names import RULE, is_safe_name
from generator.dataset.names import GOOD
from generator.dataset.open import AUTO
from generator.dataset.problem import Problems
from generator.dataset.real import OTHER_SIDE, RealData, RealDefect, read_real
from generator.dataset.view import SPLITS
from generator.defect.bank.cutout import CutOut
from generator.harvest.box_mask import BoxMask, Segmenter, mask_of_box
from generator.harvest.cut import LEAST_PX, Photo, cut_outs
from generator.harvest.sheet import Row, write_sheet
from generator.harvest.write import PLACES, SEEN, Entry, write_bank

Report = Callable[[int], None]
_SHOWN_AROUND_PX = 16
_MOST_COVERED = 0.9  # of an image; of a larger defect no surface is left to compare with


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestRequest:
    """What is cut.

    Attributes:
        splits: sides of the data set that defects are taken from.
        classes: those that are taken; none: all.
        place: ``seen``: kinds lie where real ones lay; ``anywhere``: all over the part.
        grow_px: how far beyond its mask the edge of a defect goes on, px in 0..32.
        apart: whether pieces of one mask that lie apart are defects of their own, each of the mask's class.
        accept: ids of cut-outs that a person has looked at and takes, though their masks were flagged.
    """

    splits: tuple[str, ...] = ("train",)
    classes: tuple[str, ...] = ()
    place: str = SEEN
    grow_px: int = 2
    apart: bool = False
    accept: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        unknown = next((split for split in self.splits if split not in SPLITS), None)
        if unknown is not None or not self.splits:
            raise ConfigError("splits", "some of " + ", ".join(SPLITS), f"'{unknown}'", closest(str(unknown), SPLITS))
        if self.place not in PLACES:
            raise ConfigError("place", "one of " + ", ".join(PLACES), f"'{self.place}'", closest(self.place, PLACES))
        if not 0 <= self.grow_px <= 32:
            raise ConfigError("grow_px", "px in 0..32", self.grow_px)


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestResult:
    """What a harvest cut.

    Attributes:
        format: the layout that the data set was read as.
        counts: usable cut-outs by class.
        review: cut-outs by class that wait for a person's eye.
        images: images they come from.
        paths: the kinds' yamls by class.
        left_out: defects that nothing was cut from, each with the reason.
        problems: broken labels that were left out.
    """

    format: str
    counts: Mapping[str, int]
    review: Mapping[str, int]
    images: int
    paths: Mapping[str, Path]
    left_out: tuple[str, ...]
    problems: Problems


def harvest(
    data: Path,
    out: Path,
    request: HarvestRequest | None = None,
    *,
    format_name: str = AUTO,
    segmenter: Segmenter | None = None,
    report: Report = lambda done: None,
) -> HarvestResult:
    """Cut the real defects of a data set into a bank.

    Args:
        data: folder of the data set.
        out: the bank's folder; appears whole or not at all, an older bank there is replaced.
        request: what is cut.
        format_name: the data set's layout, ``auto``: recognised.
        segmenter: a model that finds masks in boxes too, judged like the others.
        report: called with the number of defects looked at.

    Raises:
        ConfigError, FormatError, AssetError: the data set cannot be read or holds nothing to cut, or the folder cannot
            be written. Nothing has been written then.
    """
    real = read_real(data, format_name, [])
    return harvest_from(real, out, request or HarvestRequest(), segmenter=segmenter, report=report)


def harvest_from(
    real: RealData,
    out: Path,
    request: HarvestRequest,
    *,
    segmenter: Segmenter | None = None,
    report: Report = lambda done: None,
) -> HarvestResult:
    """Cut the defects of a data set that was read; else as ``harvest``."""
    problems: Problems = real.problems if real.problems is not None else []
    require_classes(request, real.classes)
    entries: list[Entry] = []
    rows: list[Row] = []
    left_out: list[str] = []
    for defect, found in masked(real, request, left_out, segmenter, report):
        for entry in _entries(defect, found, request):
            entries.append(entry)
            rows.append(_row(defect, found, entry))
    usable = sorted(Counter(e.cutout.category for e in entries if e.usable).items())
    waiting = sorted(Counter(e.cutout.category for e in entries if not e.usable).items())
    paths = write_bank(entries, out, real.root, request.place, sheet=lambda path: write_sheet(rows, path))
    return HarvestResult(
        format=real.format,
        counts=dict(usable),
        review=dict(waiting),
        images=len({e.cutout.facts["sha256"] for e in entries}),
        paths=paths,
        left_out=tuple(left_out),
        problems=problems,
    )


def masked(
    real: RealData,
    request: HarvestRequest,
    left_out: list[str],
    segmenter: Segmenter | None = None,
    report: Report = lambda done: None,
) -> Iterator[tuple[RealDefect, BoxMask]]:
    """Yield the defects that are asked for, each with its mask: as it is given, or found within its box.

    Args:
        real: the data set.
        request: sides and classes.
        left_out: gets a sentence for each defect that has no usable mask.
        segmenter: a model that finds masks in boxes too.
        report: called with the number of defects looked at.

    Raises:
        ConfigError: there is none at all.
    """
    met: Counter[str] = Counter()
    any_found = False
    for number, defect in enumerate(real.defects(boxes=True), 1):
        report(number)
        met[defect.split] += 1
        if defect.split not in request.splits or (request.classes and defect.category not in request.classes):
            continue
        found = _mask_of(defect, segmenter)
        fault = _fault_of(found)
        if fault:
            left_out.append(f"{defect.category} on {defect.mask_name}: {fault}")
            continue
        any_found = True
        yield defect, found
    if not any_found:
        raise _nothing(request, met, left_out)


def _mask_of(defect: RealDefect, segmenter: Segmenter | None) -> BoxMask:
    """Return the mask as it is given, or what was found within the box."""
    if defect.mask is not None:
        return BoxMask.given(defect.mask)
    return mask_of_box(defect.pixels, defect.white, defect.bbox_xywh, defect.others, segmenter)


def _fault_of(found: BoxMask) -> str:
    """Return why nothing can be cut; empty where something can."""
    if found.mask is None:
        return "no mask was found in its box" + (f" ({', '.join(found.reasons)})" if found.reasons else "")
    covered = found.mask.mean()
    if np.count_nonzero(found.mask) < LEAST_PX:
        return f"fewer than {LEAST_PX} px"
    return "it covers the image, no surface is left to compare with" if covered > _MOST_COVERED else ""


def _entries(defect: RealDefect, found: BoxMask, request: HarvestRequest) -> Iterator[Entry]:
    assert found.mask is not None
    photo = Photo(pixels=defect.pixels, white=defect.white, mask=found.mask, others=defect.others & ~found.mask)
    for cutout in cut_outs(photo, defect.category, request.grow_px, request.apart):
        facts = {
            "source": defect.name,
            "sha256": defect.sha256,
            "split": defect.split,
            "group": defect.group,
            "mask": {"from": found.method, "score": round(float(found.score), 3), "reasons": list(found.reasons)},
            **cutout.facts,
        }
        whole: CutOut = replace(cutout, facts=facts)
        crop = defect.pixels[Rect(*facts["rect"]).slices]
        yield Entry(cutout=whole, crop=crop, usable=not found.review or whole.identity() in request.accept)


def _row(defect: RealDefect, found: BoxMask, entry: Entry) -> Row:
    """Return a row of the review sheet, which keeps the part of the image that it shows."""
    x, y, w, h = defect.bbox_xywh
    lies = Rect(*entry.cutout.facts["rect"])
    own = np.zeros(defect.pixels.shape[:2], bool)
    own[lies.slices] = entry.cutout.mask
    box = Rect(int(x), int(y), int(w) + 1, int(h) + 1)
    part = box.grown(_SHOWN_AROUND_PX + max(box.w, box.h) // 2).clipped(own.shape)
    return Row(
        pixels=defect.pixels[part.slices].copy(),
        white=defect.white,
        mask=own[part.slices].copy(),
        bbox_xywh=(x - part.x, y - part.y, w, h),
        category=defect.category,
        name=f"{entry.cutout.identity()} {defect.name}",
        score=found.score,
        review=not entry.usable,
        reasons=found.reasons,
    )


def require_classes(request: HarvestRequest, known: Sequence[str]) -> None:
    """Raise ``ConfigError`` unless the classes that are asked for are known and have names that can be written."""
    unknown = next((name for name in request.classes if name not in known), None)
    if unknown is not None:
        raise ConfigError("classes", "classes of the data set", f"'{unknown}'", nearest(unknown, known))
    for name in request.classes or known:
        if not is_safe_name(name) or name.lower() == GOOD:
            raise ConfigError(f"class {name!r}", RULE, "another name", "Rename it, or leave it out with classes=[...].")


def _nothing(request: HarvestRequest, met: Mapping[str, int], left_out: Sequence[str]) -> ConfigError:
    """Return what is said where nothing was cut."""
    asked = ", ".join(request.splits)
    elsewhere = [f"{split} {count}" for split, count in sorted(met.items()) if split not in request.splits and count]
    if elsewhere:
        return ConfigError("splits", f"defects in {asked}", f"none; there are in {', '.join(elsewhere)}", OTHER_SIDE)
    got = "; ".join(left_out[:3]) or "none"
    return ConfigError("data", "at least one defect with a mask or a box", got, "Label some first.")
