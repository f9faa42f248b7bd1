"""A kind of defect from real ones: rows, how far to go beyond them, and where they lie.

Each defect becomes a row of numbers with its course or contour. New defects are drawn row by row, so that what goes
together in reality goes together again; the fewer rows there are, the further each is varied. Source: own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from generator.core.errors import ConfigError, FormatError, closest, nearest
from generator.core.geometry import Rect, mask_to_rect
from generator.core.names import RULE, is_safe_name
from generator.core.ports import Roi
from generator.core.sample import GoodImage
from generator.core.units import Range
from generator.dataset.real import RealDefect
from generator.defect.fitted.heat_map import ByHeatMap, heat_of, reach_of
from generator.defect.fitted.look import FittedLook
from generator.defect.fitted.row import KINDS, Row
from generator.defect.fitted.shape import Fitted
from generator.defect.outline import Placement
from generator.defect.placement import OnPart
from generator.defect.stage import Defect
from generator.fit.measure import Measured, look_of, measure
from generator.fit.through import Evidence
from generator.fit.trace import courses, rings

AUTO = "auto"
PLACES = SEEN, ANYWHERE = "seen", "anywhere"
MOST_ROWS = 96
LEAST_PX = 4
_LINE_FROM = 5.0  # a strip this many times as long as wide is a line


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedKind:
    """What was learned of one category.

    Attributes:
        category: the class.
        defect: the kind, ready to paint.
        real: what each real defect measures.
        per_image: how many images hold how many defects of the category.
    """

    category: str
    defect: Defect
    real: tuple[Measured, ...]
    per_image: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A mask that nothing can be learned from.

    Attributes:
        category: its class.
        name: where it stands.
        got: what it is, such as ``empty``.
    """

    category: str
    name: str
    got: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """The kinds, a category each, and the masks that were left out."""

    kinds: tuple[FittedKind, ...]
    left_out: tuple[LeftOut, ...]


def learn(
    defects: Iterable[RealDefect],
    classes: Iterable[str] = (),
    kind: Mapping[str, str] | None = None,
    roi: Roi | None = None,
    place: str = SEEN,
    problems: Sequence[FormatError] = (),
) -> Learned:
    """Return a kind for each category with a mask to learn from.

    Args:
        defects: real ones, of any categories.
        classes: categories that must be there.
        kind: ``line``, ``blob`` or ``region`` for a category; those not named are judged by their form.
        roi: finds the part that places are relative to; None: the image.
        place: ``seen``: where real ones lay; ``anywhere``: a detector then learns their look, not their place.
        problems: what could not be read of ``defects``, when they are through; said where nothing is left.

    Raises:
        ConfigError: no defect at all, none of a category whose kind is given, an unknown kind or place, a category that
            is no safe name.
    """
    asked = dict(kind or {})
    if place not in PLACES:
        raise ConfigError("place", "one of " + ", ".join(PLACES), f"'{place}'", closest(place, PLACES))
    for category, name in asked.items():
        if name not in (AUTO, *KINDS):
            expected = "one of " + ", ".join((AUTO, *KINDS))
            raise ConfigError(f"kind.{category}", expected, f"'{name}'", closest(name, KINDS))
    rows: dict[str, list[Row]] = {category: [] for category in classes}
    real: dict[str, list[Measured]] = {}
    images: dict[str, Counter[str]] = {}
    evidence: dict[str, Evidence] = {}
    left_out: list[LeftOut] = []
    for defect in defects:
        category = defect.category
        rows.setdefault(category, [])
        fault = fault_of(defect.mask)
        if fault:
            left_out.append(LeftOut(category=category, name=defect.mask_name, got=fault))
            continue
        images.setdefault(category, Counter())[defect.name] += 1
        measured = measure(defect.pixels, defect.mask, defect.white, defect.others)
        frame = _frame(defect, roi)
        row, seen = _row(defect, measured, asked.get(category, AUTO), frame)
        rows[category].append(row)
        evidence[category] = evidence.get(category, Evidence()) + seen
        real.setdefault(category, []).append(measured)
    _require_all(rows, asked, left_out, problems)
    kinds = tuple(
        FittedKind(
            category=category,
            defect=_defect(category, found, evidence[category].through, roi is not None, place),
            real=tuple(real[category]),
            per_image=dict(sorted(Counter(images[category].values()).items())),
        )
        for category, found in sorted(rows.items())
        if found
    )
    return Learned(kinds=kinds, left_out=tuple(left_out))


def fault_of(mask: np.ndarray | None) -> str:
    """Return why nothing can be learned from a mask, (H, W) bool or None; empty where something can."""
    if mask is None:
        return "a box without a mask"
    area_px = np.count_nonzero(mask)
    if area_px == 0:
        return "empty"
    if area_px == mask.size:
        return "covers the whole image"
    return f"{area_px} px alone" if area_px < LEAST_PX else ""


def named(left_out: Sequence[LeftOut], most: int = 5) -> str:
    """Return the masks that were left out with what they are, the first few by name."""
    shown = ", ".join(f"{one.name} ({one.got})" for one in left_out[:most])
    return shown + (f" and {len(left_out) - most} more" if len(left_out) > most else "")


def _require_all(
    rows: Mapping[str, list[Row]],
    asked: Mapping[str, str],
    left_out: Sequence[LeftOut],
    problems: Sequence[FormatError],
) -> None:
    if not any(rows.values()):
        expected = f"at least one mask of {LEAST_PX} px or more that leaves some surface"
        hint = "A mask is 0 where there is no defect and 255 on it."
        broken = f"{len(problems)} that are broken, such as {problems[0]}".rstrip(".") if problems else "none"
        raise ConfigError("data", expected, named(left_out) or broken, hint)
    for category, found in rows.items():
        if not is_safe_name(category):
            raise ConfigError(f"category {category!r}", RULE, "another name", "Rename the class.")
        if not found and category in asked:
            expected = f"a class with at least one mask of {LEAST_PX} px or more that leaves some surface"
            raise ConfigError(f"kind.{category}", expected, "none", "Draw its masks.")
    unknown = next((category for category in asked if category not in rows), None)
    if unknown is not None:
        raise ConfigError("kind", "classes of the data set", f"'{unknown}'", nearest(unknown, rows))


def _row(defect: RealDefect, measured: Measured, asked: str, frame: Rect) -> tuple[Row, Evidence]:
    mask = defect.mask
    box = mask_to_rect(mask)
    height, width = mask.shape
    seen = box.grown(1).clipped((height, width))  # beyond the box there is surface, beyond the image nobody knows
    bits = np.ascontiguousarray(mask[seen.slices])
    kind = _kind_of(measured, (height, width)) if asked == AUTO else asked
    middle = np.array([box.x - seen.x + box.w / 2.0, box.y - seen.y + box.h / 2.0])
    found = courses(bits) if kind == "line" else rings(bits)
    parts = []
    for part in found:
        part[:, :2] -= middle
        parts.append(tuple(float(number) for number in part.ravel()))
    look = look_of(defect.pixels, mask, defect.white, kind, defect.others)
    touches = "".join(
        side
        for side, reached in zip("lrtb", (box.x == 0, box.x + box.w == width, box.y == 0, box.y + box.h == height),
                                 strict=True)
        if reached
    )  # fmt: skip
    centre = ((box.x + box.w / 2.0 - frame.x) / frame.w, (box.y + box.h / 2.0 - frame.y) / frame.h)
    row = Row(
        kind=kind, wh=(width, height), centre=centre, touches=touches, area_px=measured.area_px,
        length_px=measured.length_px, width_px=max(measured.width_px, 1.0), angle_deg=measured.angle_deg,
        contrast=look.contrast, share=look.share, shift_px=look.shift_px, softness_px=look.softness_px,
        clouds=look.clouds, clouds_px=look.clouds_px, texture=look.texture, own=look.own, grain=look.grain,
        tint=look.tint, parts=tuple(parts), source=defect.sha256,
    )  # fmt: skip
    return row, look.evidence


def _kind_of(measured: Measured, hw: tuple[int, int]) -> str:
    """Return the family of one defect: a line is a narrow strip, a blob is small and full, the rest are regions."""
    strip = measured.area_px / measured.width_px**2
    if strip >= _LINE_FROM and measured.width_px <= max(12.0, 0.06 * min(hw)):
        return "line"
    length = measured.length_px
    return "blob" if length <= 0.15 * max(hw) and measured.area_px >= 0.55 * length * measured.width_px else "region"


def _frame(defect: RealDefect, roi: Roi | None) -> Rect:
    """Return what places are shares of: the image, or the box around the part."""
    height, width = defect.mask.shape
    whole = Rect(0, 0, width, height)
    if roi is None:
        return whole
    part, _ = roi.find(GoodImage(source_id=defect.name, pixels=defect.pixels, white=defect.white))
    return whole if part is None or not part.any() else mask_to_rect(part)


def _defect(category: str, rows: list[Row], through: float, over_roi: bool, place: str) -> Defect:
    count = len(rows)
    fewer = 1.0 / np.sqrt(count)
    lengths, widths = (np.log([getattr(row, name) for row in rows]) for name in ("length_px", "width_px"))
    contrasts = np.log(np.maximum(np.abs([row.contrast for row in rows]), 0.02))
    turns = np.exp(2j * np.radians([row.angle_deg for row in rows]))
    aligned = min(abs(turns.mean()), 0.999)
    spread_deg = min(np.degrees(np.sqrt(-2.0 * np.log(max(aligned, 1e-3)))) / 2.0, 45.0)
    near = reach_of(count)
    over = "roi" if over_roi else "image"
    any_way = 0.0
    placement: Placement = ByHeatMap(heat=heat_of(np.array([row.centre for row in rows]), near), over=over)
    if place == ANYWHERE:
        rows, near, placement = [replace(row, touches="") for row in rows], 0.0, OnPart()
        any_way = 90.0
    shape = Fitted(
        rows=_thinned(rows),
        size_jitter=_jitter(lengths, 0.45, fewer),
        width_jitter=_jitter(widths, 0.20, fewer),
        contrast_jitter=_jitter(contrasts, 0.30, fewer),
        angle_jitter_deg=round(float(min(45.0, max(12.0, spread_deg) * fewer + 2.0)), 1),
        bend=round(float(np.clip(0.3 + 0.6 * fewer, 0.3, 0.8)), 2),
        near=round(near, 3),
        over=over,
    )
    share = round(through, 2)
    look = FittedLook(through=Range(share, share), turn_deg=Range(0.0 - any_way, any_way))
    return Defect(category=category, shape=shape, appearance=look, placement=placement)


def _jitter(logs: np.ndarray, least: float, fewer: float) -> float:
    return round(float(np.clip(max(least, float(logs.std())) * fewer, 0.02, 0.4)), 3)


def _thinned(rows: list[Row]) -> tuple[Row, ...]:
    """Return at most ``MOST_ROWS`` rows, evenly taken from smallest to largest."""
    ordered = sorted(rows, key=lambda row: row.area_px)
    if len(ordered) > MOST_ROWS:
        at = (np.arange(MOST_ROWS) + 0.5) * len(ordered) / MOST_ROWS
        ordered = [ordered[int(place)] for place in at]
    return tuple(Row.parse(row.to_plain()) for row in ordered)  # as the yaml will hold them
