"""What the page and the data card show of text: tables, charts, sentences.

Source: own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from generator.report.figure.chart import bars, columns
from generator.report.figure.histogram import LogHistogram, Tally
from generator.report.text.stats import SMALL_PX, SplitText, TextStats, ranked

_MOST_LETTERS, _NAMED, _LISTED = 144, 12, 24
_MOST_BINS, _PARTS = 40, 8  # parts of an octave


def text_rows(text: TextStats, splits: Sequence[str]) -> list[tuple[str, list[int | str]]]:
    """Return a row a number: its name, and its cells per split and for all of them."""
    columns_ = [*(text.splits.get(split, SplitText()) for split in splits), text.all]
    rows: list[tuple[str, list[int | str]]] = [
        ("images with labelled text", [c.images for c in columns_]),
        ("of these without a line to read", [c.negatives for c in columns_]),
        ("lines", [c.lines for c in columns_]),
        ("words", [c.words for c in columns_]),
        ("characters", [c.chars.total for c in columns_]),
        ("different characters", [len(c.chars.counts) for c in columns_]),
        ("lines a person can read", [_share(c.readable_lines, c.lines) for c in columns_]),
        ("characters a person can read", [_share(c.readable_chars, c.chars.total) for c in columns_]),
        ("distractors (lines not to be read)", [c.distractors for c in columns_]),
    ]
    return rows


def text_facts(text: TextStats) -> list[tuple[str, int | str]]:
    """Return the numbers at the top of the page; none where no text is labelled."""
    every = text.all
    if not every.images:
        return []
    return [
        ("lines", every.lines),
        ("words", every.words),
        ("characters", every.chars.total),
        ("different characters", len(every.chars.counts)),
        ("of lines readable", f"{every.readable_lines / every.lines:.0%}" if every.lines else "-"),
        ("distractors", every.distractors),
        ("images without text", every.negatives),
    ]


def text_section(text: TextStats, splits: Sequence[str]) -> dict[str, Any] | None:
    """Return what the page's section on text is made of; None: no text is labelled."""
    if not text.splits:
        return None
    every = text.all.chars.counts
    order = ranked(every)
    tables = (("family of faces", text.families), ("marking", text.markings), ("field", text.fields))
    return {
        "rows": text_rows(text, splits),
        "charts": _charts(text),
        "letters": _letter_charts(text, splits, order),
        "letters_left_out": max(0, len(order) - _MOST_LETTERS),
        "frequent": [(letter, every[letter]) for letter in order[:_NAMED]],
        "rarest": [(letter, every[letter]) for letter in order[: -_NAMED - 1 : -1]],
        "unseen": [(split, lacking[:_LISTED], len(lacking)) for split in splits if (lacking := text.unseen(split))],
        "tables": [_table(head, tallies, splits) for head, tallies in tables if tallies],
        "said": [*_families(text), *_texts(text)],
    }


def _table(head: str, tallies: Mapping[str, Tally], splits: Sequence[str]) -> dict[str, Any]:
    none = Tally(1)
    counts = [tallies.get(split, none).counts for split in splits]
    total: Counter[str] = sum(counts, Counter())
    names = ranked(total)
    rows = [(name, [count[name] for count in counts], total[name]) for name in names[:_LISTED]]
    return {"head": head, "rows": rows, "more": len(names) - len(rows)}


def _letter_charts(text: TextStats, splits: Sequence[str], order: Sequence[str]) -> list[tuple[str, int, str]]:
    """Return a split's name, its number of characters and its chart; the same characters at the same places in all."""
    shown = sorted(order[:_MOST_LETTERS])
    charts = []
    for split in splits:
        counts = text.splits.get(split, SplitText()).chars
        drawn = columns({letter: counts.counts[letter] for letter in shown}, f"characters in {split}")
        charts.append((split, counts.total, drawn))
    return charts


def _charts(text: TextStats) -> list[dict[str, str]]:
    charts = [("Length", "characters of a line", _lengths(text.lengths))]
    if text.height.count:
        note = f"of a capital on the image; {text.small} of {text.height.count} lines are below {SMALL_PX} px"
        charts.append(("Height", note, _heights(text.height)))
    if text.contrast.count:
        ticks = {0: "0", 10: "0.25", 20: "0.5", 30: "0.75", 40: "1"}
        drawn = bars(text.contrast.bins, ticks, "lines by contrast", "share of full scale")
        charts.append(("Contrast", "strong change of the surface under the ink", drawn))
    return [{"title": title, "note": note, "svg": svg} for title, note, svg in charts]


def _lengths(lengths: Counter[int]) -> str:
    last = max(lengths, default=1)
    step = -(-(last + 1) // _MOST_BINS)
    bins = [0] * (last // step + 1)
    for length, number in lengths.items():
        bins[length // step] += number
    every = max(1, len(bins) // 8)
    return bars(
        bins, {place: str(place * step) for place in range(0, len(bins), every)}, "lines by length", "characters"
    )


def _heights(height: LogHistogram) -> str:
    counts = height.octaves(_PARTS)
    first = next((place for place, number in enumerate(counts) if number), 0) // _PARTS * _PARTS
    bins = counts[first:] + [0] * (-len(counts) % _PARTS)
    every = _PARTS if len(bins) > 3 * _PARTS else _PARTS // 2
    ticks = {place: f"{2 ** ((first + place) / _PARTS):.0f}" for place in range(0, len(bins) + 1, every)}
    return bars(bins, ticks, "lines by height", "px")


def _families(text: TextStats) -> list[str]:
    families = {name for tally in text.families.values() for name in tally.counts}
    if not families:
        return []
    shared = text.families_in_several_splits
    said = f"{len(text.faces.counts)}{' and more' * bool(text.faces.others)} faces of {len(families)} families. "
    if len(text.splits) < 2:
        return [said.strip()]
    if not shared:
        return [f"{said}No family stands in two splits."]
    return [f"{said}{len(shared)} of the families stand in several splits; by_split of a font keeps them apart."]


def _texts(text: TextStats) -> list[str]:
    different, shared = text.texts.count, text.texts.with_several_flags
    about = "" if text.texts.is_exact else "about "
    if not different:
        return []
    return [f"{about}{different} different texts, {about}{shared} of them in several splits.".capitalize()]


def _share(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.1%})" if whole else "-"
