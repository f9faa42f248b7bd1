"""The health of a data set as lines for a terminal: counts first, then what is serious, then what to look at.

Source: own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from generator.health.angle.count import AngleCount
from generator.health.angle.turned import Turned, bins_said, degrees, spans_said
from generator.health.census import Census, ClassCount
from generator.health.health import Health
from generator.health.text import SMALL_PX, rarest, unseen

_LISTED = 10
_LISTED_A_KIND = 3
_LETTERS = 12
_ODD = {
    "dark": "dark", "bright": "brighter than the others", "overexposed": "overexposed", "low_contrast": "low contrast",
    "blurred": "blurred", "colour": "of another colour", "size": "of another size", "channels": "of other channels",
    "depth": "of another bit depth",
}  # fmt: skip


def headline(health: Health) -> str:
    """Return how the data set was read and what it holds."""
    census = health.census
    splits = ", ".join(f"{split} {count}" for split, count in census.splits.items())
    total, good = sum(census.splits.values()), sum(census.good.values())
    synthetic = f", {census.synthetic} synthetic" if census.synthetic else ""
    text = f", {_counted(census.lines, 'line')} of text" if census.lines else ""
    defects = "" if census.text and not census.classes else f", {total - good} with defects, {good} without"
    parts = f", {_counted(health.turned.part_count, 'whole part')}" if health.turned.parts else ""
    return f"read as {health.layout}: {_counted(total, 'image')} ({splits}){defects}{synthetic}{text}{parts}"


def class_table(census: Census) -> Table:
    """Return a row a class: images and instances, sizes."""
    splits = list(census.splits)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0)
    boxes = sum(len(count.names) - count.masks for count in census.classes.values())
    columns = ["class", "images", *(splits if len(splits) > 1 else ()), "inst.", *(("boxes",) if boxes else ())]
    for name in (*columns, "side px", "of image %", "least", "most"):
        is_name = name == "class"
        table.add_column(name, justify="left" if is_name else "right", no_wrap=not is_name, overflow="fold")
    for name, count in census.classes.items():
        table.add_row(escape(name), *_cells(count, splits, bool(boxes)))
    return table


def text_table(census: Census) -> Table:
    """Return a row a split: images, lines, words, characters, heights."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0)
    columns = ("text", "images", "without", "lines", "words", "chars", "different", "unreadable", "aside", "height px")
    for name in columns:
        table.add_column(name, justify="left" if name == "text" else "right", no_wrap=True)
    for split, count in census.text.items():
        said = count.to_json()
        numbers = (said["images"], said["without_text"], said["lines"], said["words"], said["characters"])
        numbers += (len(count.chars), said["unreadable_lines"], said["distractors"])
        heights = " ".join(f"{height:.0f}" for height in said.get("line_height_px", ()))
        table.add_row(escape(split), *map(str, numbers), heights)
    return table


def angle_table(turned: Turned) -> Table:
    """Return a row a kind of thing and split: angles, where they lie, on which grid, how evenly, the widest gap."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0)
    for name in ("angles", "split", "count", "none", "degrees", "grid", "bins", "least", "most", "gap"):
        table.add_column(name, justify="left" if name in ("angles", "split") else "right", overflow="fold")
    for kind, by_split in turned.kinds().items():
        every = AngleCount.merged(by_split.values())
        where, spans = spans_said(every) or "all round", every.spans()
        grid = degrees(every.step_deg) if every.step_deg else "none"
        for split, count in (*by_split.items(), ("all", every)) if len(by_split) > 1 else by_split.items():
            bins = count.bins(every)
            said = [where, grid, f"{len(bins.counts)} x {degrees(bins.width_deg)}"] if every.count else ["", "", ""]
            cells = (str(count.count), str(count.undefined), *said, str(bins.least), str(bins.most))
            table.add_row(escape(kind), escape(split), *cells, degrees(count.largest_gap_deg(spans)))
    return table


def explained(census: Census) -> str:
    """Return what the columns of the table mean, and the long tail."""
    masks = sum(count.masks for count in census.classes.values())
    total = sum(len(count.names) for count in census.classes.values())
    tail = census.long_tail
    said = f"; the largest class has {tail:.1f} times the instances of the smallest" if tail is not None else ""
    return (
        f"{_counted(masks, 'mask')}, {_counted(total - masks, 'box', 'boxes')}{said}\n"
        "side: square root of an instance's area; three numbers: its 10, 50 and 90 % quantiles"
    )


def serious(health: Health) -> Iterator[str]:
    """Yield what must be mended before training."""
    if health.broken:
        yield f"BROKEN: {_counted(len(health.broken), 'label or image', 'labels or images')}, kept out of all counts"
        yield from _first(health.message(error) for error in health.broken)
    wrong = [duplicate for duplicate in health.duplicates if duplicate.labels_differ]
    if wrong:
        yield f"TWO LABELS: {_counted(len(wrong), 'image is', 'images are')} there twice and labelled in different ways"
        yield from _first(" = ".join(health.images[number] for number in duplicate.images) for duplicate in wrong)
    if health.leaks:
        kinds = Counter(leak.kind for leak in health.leaks)
        said = ", ".join(f"{kind} {count}" for kind, count in kinds.items())
        yield f"LEAKS between splits: {len(health.leaks)} ({said})"
        yield from _first(leak.message for leak in health.leaks)


def worth_a_look(health: Health) -> Iterator[str]:
    """Yield what may be right and should be looked at."""
    yield from _text(health.census)
    yield from _angles(health)
    empty = [name for name, count in health.census.classes.items() if not count.names]
    if empty:
        yield f"classes without an instance: {', '.join(empty)}"
    if health.duplicates:
        same = sum(duplicate.same_bytes for duplicate in health.duplicates)
        yield f"there twice: {_counted(len(health.duplicates), 'image')}, {same} as the same file"
        yield from _first(
            (" = ".join(health.images[number] for number in d.images) for d in health.duplicates), _LISTED_A_KIND
        )
    for kind, said in _ODD.items():
        odd = [oddity for oddity in health.oddities if oddity.kind == kind]
        if odd:
            yield f"{said}: {_counted(len(odd), 'image')}"
            yield from _first((f"{health.images[o.image]}: {o.message}" for o in odd), _LISTED_A_KIND)
    yield from _parts(health)


def _text(census: Census) -> Iterator[str]:
    for split, letters in unseen(census.text).items():
        more = f" and {len(letters) - _LETTERS} more" if len(letters) > _LETTERS else ""
        yield f"characters of {split} that train lacks: {' '.join(letters[:_LETTERS])}{more}"
    rare = rarest(census.text, _LETTERS)
    if rare:
        yield f"rarest characters: {', '.join(f'{letter} {count}' for letter, count in rare)}"
    heights = [height for count in census.text.values() for height in count.heights_px]
    low = sum(height < SMALL_PX for height in heights)
    if low:
        yield f"low lines: {low} of {len(heights)} are below {SMALL_PX} px"


def _angles(health: Health) -> Iterator[str]:
    for kind, by_split in health.turned.kinds().items():
        every = AngleCount.merged(by_split.values())
        if every.out_of_range:
            yield f"{kind}: {every.out_of_range} of {every.count} angles are not in (-180, 180] over their symmetry"
        spans = every.spans()
        for split in health.census.splits if every.count else ():
            count = by_split.get(split, AngleCount())
            if count.has_hole(spans):
                gap = degrees(count.largest_gap_deg(spans))
                yield f"{kind}: {split} leaves out {gap} degrees that all splits together cover"
        if every.bins().is_uneven:
            yield f"{kind}: uneven angles: {bins_said(every)}"
        if every.step_deg and health.census.synthetic < len(health.images):
            yield f"{kind}: every angle is a multiple of {degrees(every.step_deg)} degrees: were they rounded?"
    yield from (f"angles told by {giveaway.kind}: {giveaway.message}" for giveaway in health.giveaways)


def _parts(health: Health) -> Iterator[str]:
    total = len(health.images)
    if health.parts:
        held = sum(len(part.images) for part in health.parts)
        largest = max(health.parts, key=lambda part: len(part.images))
        by = Counter(kind for part in health.parts for kind in part.by)
        said = ", ".join(f"by {kind} {count}" for kind, count in by.items())
        yield (
            f"frames of one part: {_counted(len(health.parts), 'part')} with several images, {held} of {total} images, "
            f"at most {len(largest.images)} ({said}); keep each part in one split"
        )
        shown = (", ".join(health.images[n] for n in part.images[:4]) for part in health.parts)
        yield from _first(shown, _LISTED_A_KIND)
    if health.compared < total:
        yield f"by content {health.compared} of {total} images were compared, evenly spread; compare={total} takes all"


def _cells(count: ClassCount, splits: list[str], with_boxes: bool) -> tuple[str, ...]:
    images = [str(count.images[split]) for split in splits] if len(splits) > 1 else []
    boxes = [str(len(count.names) - count.masks)] if with_boxes else []
    counts = (str(count.images.total()), *images, str(len(count.names)), *boxes)
    if not count.names:
        return *counts, "", "", "", ""
    said = count.to_json()
    sides = " ".join(f"{side:.0f}" for side in said["side_px"])
    shares = " ".join(f"{100 * share:.2g}" for share in said["share_of_image"])
    return *counts, sides, shares, f"{min(count.sides_px):.0f}", f"{max(count.sides_px):.0f}"


def _first(lines: Iterator[str], most: int = _LISTED) -> Iterator[str]:
    listed = list(lines)
    yield from (f"  {line}" for line in listed[:most])
    if len(listed) > most:
        yield f"  and {len(listed) - most} more: out=FILE.json lists all"


def _counted(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or one + 's'}"
