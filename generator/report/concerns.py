"""What to look at before training on a data set.

Every rule is a number that a reader can find again on the page. Source: own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from generator.core.annotation import Finding
from generator.health.angle.count import AngleCount
from generator.health.angle.turned import bins_said, degrees
from generator.report.ledger import Ledger
from generator.report.painted import copy_concerns
from generator.report.stats import FAINT, INPUT_PX, TINY_PX, ClassStats, Stats
from generator.report.text.stats import SMALL_PX, ranked

MAX_REJECTED = 0.05
MAX_SHORT = 0.05
MAX_IMBALANCE = 10.0
MAX_TINY = 0.25
MAX_FAINT = 0.25
MAX_CLIPPED = 0.30
MAX_SMALL = 0.25
MAX_IMAGES_PER_SOURCE = 50
FEW_EXAMPLES = 30
FEWEST_ODD = 3
"""Fewer tiny, faint or clipped defects of a class are chance."""


def concerns(stats: Stats, ledger: Ledger) -> list[Finding]:
    """Return what is off with a data set, warnings first; nothing: all is as planned and well spread."""
    if not stats.image_count:
        return [_warning("empty", "There is no image: nothing was planned, or every sample was rejected.")]
    found = [
        *_rejects(ledger),
        *_targets(stats, ledger),
        *_splits(stats, ledger),
        *_balance(stats),
        *_sources(stats),
        *_defects(stats),
        *copy_concerns({name: numbers.painted for name, numbers in stats.classes.items()}),
        *_text(stats, ledger),
        *_angles(stats),
        *_source_findings(ledger),
    ]
    return [f for f in found if f.severity != "info"] + [f for f in found if f.severity == "info"]


def short_reason(category: str, ledger: Ledger) -> str:
    """Return why defects of a category are missing, such as ``no_room 3, invisible 1``."""
    return ", ".join(f"{code} {n}" for code, n in ledger.reasons_of.get(category, Counter()).most_common())


def _warning(code: str, message: str) -> Finding:
    return Finding(severity="warning", code=code, message=message)


def _info(code: str, message: str) -> Finding:
    return Finding(severity="info", code=code, message=message)


def _rejects(ledger: Ledger) -> Iterator[Finding]:
    if ledger.planned and ledger.rejected > MAX_REJECTED * ledger.planned:
        most = next(iter(ledger.reasons), "no reason given")
        share = ledger.rejected / ledger.planned
        yield _warning(
            "many_rejects",
            f"{ledger.rejected} of {ledger.planned} planned samples ({share:.0%}) were rejected, mostly for {most}.",
        )


def _targets(stats: Stats, ledger: Ledger) -> Iterator[Finding]:
    far, near = [], []
    for name, numbers in stats.classes.items():
        planned = ledger.planned_of(name)
        if planned is None or numbers.count >= planned:
            continue
        reason = short_reason(name, ledger)
        text = f"{name} {numbers.count} of {planned}" + (f" ({reason})" if reason else "")
        (far if planned - numbers.count > max(1, MAX_SHORT * planned) else near).append(text)
    if far:
        yield _warning("target_missed", f"More than {MAX_SHORT:.0%} short of the plan: {'; '.join(far)}.")
    if near:
        yield _info("target_nearly_reached", f"A little short of the plan: {'; '.join(near)}.")


def _splits(stats: Stats, ledger: Ledger) -> Iterator[Finding]:
    asked = ledger.config.get("splits") or {}
    for split, share in asked.items():
        if share and not stats.images[split]:
            yield _warning("empty_split", f"Split {split} was asked for but is empty: too few images or source images.")
    made = [name for name, numbers in stats.classes.items() if numbers.count]
    for split in stats.splits:
        absent = [name for name in made if not stats.classes[name].instances[split]]
        if absent and made:
            yield _warning("split_without_class", f"Split {split} holds no {_listed(absent)}.")
    absent = [name for name, numbers in stats.classes.items() if not numbers.count]
    if absent:
        yield _warning("class_without_defect", f"No image shows {_listed(absent)}.")


def _balance(stats: Stats) -> Iterator[Finding]:
    made = {name: numbers.count for name, numbers in stats.classes.items() if numbers.count}
    if made:
        least, most = min(made, key=lambda name: made[name]), max(made, key=lambda name: made[name])
        if made[most] > MAX_IMBALANCE * made[least]:
            yield _warning(
                "imbalance",
                f"{most} has {made[most]} defects, {least} {made[least]}: weigh the classes, or set shares or targets.",
            )
    train = stats.splits[0] if stats.splits else "train"
    few = [name for name in made if stats.classes[name].instances[train] < FEW_EXAMPLES]
    if few:
        yield _info("few_examples", f"Fewer than {FEW_EXAMPLES} defects in {train}: {_listed(few)}.")
    if made and not stats.good_count:
        yield _info("no_good_images", "No good image: false alarms on good parts cannot be measured (good_share=0.2).")


def _sources(stats: Stats) -> Iterator[Finding]:
    sources, images = stats.sources, stats.image_count
    about = "" if sources.is_exact else "about "
    if sources.in_several_splits:
        yield _warning(
            "leakage",
            f"{about}{sources.in_several_splits} source images stand in several splits, which flatters every score.",
        )
    if sources.copies:
        yield _warning("copies", f"{sources.copies} source images are byte for byte copies of others.")
    if images > MAX_IMAGES_PER_SOURCE * sources.count:
        yield _warning(
            "few_sources",
            f"{images} images stand on {about}{sources.count} source images: a model may learn them by heart.",
        )


def _defects(stats: Stats) -> Iterator[Finding]:
    rules = (
        ("tiny", MAX_TINY, "tiny", f"box below {TINY_PX} px once the image is {INPUT_PX} px long; train on tiles"),
        ("faint", MAX_FAINT, "faint", f"nine tenths of their pixels change by less than {FAINT:.0%} of full scale"),
        ("clipped", MAX_CLIPPED, "cut by the image's border", "they show less than a whole defect"),
    )
    for attribute, limit, word, meaning in rules:
        over = [_share_of(name, n, attribute) for name, n in stats.classes.items() if _is_over(n, attribute, limit)]
        if over:
            yield _warning(attribute, f"Many defects are {word} ({meaning}): {'; '.join(over)}.")


def _is_over(numbers: ClassStats, attribute: str, limit: float) -> bool:
    whole, odd = numbers.measured if attribute == "faint" else numbers.count, getattr(numbers, attribute)
    return odd >= FEWEST_ODD and odd > limit * whole


def _share_of(name: str, numbers: ClassStats, attribute: str) -> str:
    whole = numbers.measured if attribute == "faint" else numbers.count
    return f"{name} {getattr(numbers, attribute)} of {whole}"


def _text(stats: Stats, ledger: Ledger) -> Iterator[Finding]:
    text = stats.text
    if not text.splits:
        return
    train = stats.splits[0]
    unseen = text.unseen(train)
    if unseen and train in text.splits:
        yield _warning("unseen_characters", f"{train} lacks characters of the other splits: {_listed(unseen)}.")
    if text.small >= FEWEST_ODD and text.small > MAX_SMALL * text.height.count:
        meaning = "strokes and gaps are about one pixel wide; draw them larger"
        said = f"{text.small} of {text.height.count} lines have capitals below {SMALL_PX} px"
        yield _warning("small_text", f"Many texts are small ({meaning}): {said}.")
    shared = text.families_in_several_splits
    if shared and _is_set((ledger.config.get("text") or {}).get("font"), "by_split"):
        yield _warning("shared_families", f"Families of faces stand in several splits: {_listed(shared)}.")
    counts = text.splits[train].chars.counts if train in text.splits else {}
    few = [letter for letter in reversed(ranked(counts)) if counts[letter] < FEW_EXAMPLES]
    if few:
        yield _info("few_characters", f"Fewer than {FEW_EXAMPLES} times in {train}: {_listed(few)}.")


def _angles(stats: Stats) -> Iterator[Finding]:
    for name, by_split in stats.turned.kinds().items():
        every = AngleCount.merged(by_split.values())
        if every.out_of_range:
            said = f"{every.out_of_range} of {every.count} angles of {name} are not in (-180, 180] over their symmetry"
            yield _warning("angle_range", f"{said}: those who read them may fold them in other ways.")
        spans = every.spans()
        for split in stats.splits:
            count = by_split.get(split, AngleCount())
            if every.count and count.has_hole(spans):
                gap = degrees(count.largest_gap_deg(spans)) if count.count else "all"
                yield _warning("angle_hole", f"Split {split} leaves out {gap} of the degrees that {name} cover.")
        if every.bins().is_uneven:
            yield _info("uneven_angles", f"Angles of {name} are uneven: {bins_said(every)}.")


def _is_set(node: object, key: str) -> bool:
    """Say whether a part of a configuration, or a part of that, has a key that says something."""
    return isinstance(node, Mapping) and (bool(node.get(key)) or any(_is_set(part, key) for part in node.values()))


def _source_findings(ledger: Ledger) -> Iterator[Finding]:
    said = [finding for finding in ledger.source_findings if finding.severity != "info"]
    if said:
        what = "The source or the fonts" if ledger.config.get("text") else "The source"
        yield _warning("source", f"{what} had {len(said)} troubles, listed below; the first: {said[0].message}")


def _listed(names: list[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
