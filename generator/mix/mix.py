"""Several data sets to one, split by provenance: real and synthetic, each image in its place and with its weight.

Every image is looked at once (its provenance, classes and origin), placed by ``mix.split``, thinned by ``mix.balance``
and written by ``mix.write``; then what was written is searched for leaks by the same check that ``doctor data=`` runs,
and a mix with one is an error that leaves nothing behind. Source: own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from generator.core.errors import ConfigError, GeneratorError
from generator.core.names import MARKER, OF_DATA_SET, UNFINISHED
from generator.dataset.leak import Fingerprint, find_leaks
from generator.dataset.link import fresh_folder
from generator.dataset.store import Store
from generator.mix.alike import Alike, bound, notes_on_parts, same_parts
from generator.mix.balance import CAPPED, choose, most_synthetic, weights
from generator.mix.classes import map_classes
from generator.mix.count import count
from generator.mix.item import Item, Opened, gather, open_part
from generator.mix.note import notes_on
from generator.mix.request import TRAIN, MixRequest, Part
from generator.mix.result import MixResult, SetResult, run_json
from generator.mix.split import Placing, place_items
from generator.mix.write import Kept, write_images, write_texts


def mix(
    parts: Sequence[Part], out: Path, request: MixRequest, *, alike: Alike | None = None, unfinished: bool = False
) -> MixResult:
    """Put data sets together as one canonical data set.

    Args:
        parts: the data sets, in the order that gives classes and images theirs.
        out: the folder to make; it appears whole or not at all.
        request: the rules.
        alike: tells which real images show one part by their content; None: nothing does.
        unfinished: leave the mark that more is to come; until the caller removes it, a repeated mix may replace it.

    Returns:
        What it holds.

    Raises:
        ConfigError: the request does not fit the data sets, or the folder cannot be made.
        AssetError, FormatError: a data set cannot be read.
    """
    sets, classes = _open(parts, request)
    _require_free(out, sets, request.overwrite)
    items = gather(sets, request)
    same = same_parts(items, sets, request, alike)
    if request.splits is not None:
        items = bound(items, same)
    placing = place_items(items, request)
    chosen, reasons = _thinned(items, placing, request)
    kept = [Kept(item=items[n], split=placing.splits[n] or "") for n in chosen]
    if not kept:
        said = "; ".join(f"{number} {reason}" for reason, number in Counter(reasons.values()).items())
        raise ConfigError("data", "at least one image that the mix can take", said or "data sets without images")
    train = [one for one in kept if one.split == TRAIN]
    drawn = weights([one.item for one in train], request.asked_share)
    result = MixResult(
        root=out,
        classes=classes,
        sets=tuple(_set_result(number, opened, items, reasons) for number, opened in enumerate(sets)),
        before=count(((item, item.split) for item in items), classes),
        after=count(((one.item, one.split) for one in kept), classes),
        leaks=placing.leaks,
        licences=Counter(one.item.licence for one in kept),
        synthetic_share=sum(w for one, w in zip(train, drawn, strict=True) if one.item.synthetic) / max(len(train), 1),
        notes=(
            *notes_on(sets, items, placing, classes),
            *notes_on_parts(items, placing, same, request),
            *placing.notes,
        ),
    )
    with fresh_folder(out, sets[0].data.root, "out", OF_DATA_SET) as folder:
        by_own_key = {(one.item.part, one.item.own_key): one for one in kept}
        prints = write_images(folder, sets, by_own_key, request)
        left_out = [(sets[items[n].part], items[n], reason) for n, reason in sorted(reasons.items())]
        run = run_json(folder, result, parts, request)
        write_texts(folder, classes, list(zip(train, drawn, strict=True)), left_out, sets, run)
        if unfinished:
            (folder / UNFINISHED).touch()
        _require_no_leak(folder, prints, request)
    return result


def _open(parts: Sequence[Part], request: MixRequest) -> tuple[list[Opened], tuple[str, ...]]:
    if not parts:
        raise ConfigError("data", "one or more data sets", "none")
    names = Counter(part.name for part in parts)
    twice = [name for name, number in names.items() if number > 1]
    if twice:
        hint = f"Give them names of their own: data={{first: {{path: ...}}, {twice[0]}: {{path: ...}}}}"
        raise ConfigError("data", "a name for each data set", f"'{twice[0]}' {names[twice[0]]} times", hint)
    opened = [open_part(part) for part in parts]
    classes, maps = map_classes(parts, [data.classes for data, _ in opened], request.classes)
    sets = [
        Opened(part=part, data=data, problems=problems, classes=own)
        for part, (data, problems), own in zip(parts, opened, maps, strict=True)
    ]
    return sets, classes


def _require_free(out: Path, sets: Sequence[Opened], overwrite: bool) -> None:
    """Raise ``ConfigError`` where the mix would replace what it must not."""
    for opened in sets:
        if opened.data.root.resolve().is_relative_to(out.resolve()):
            raise ConfigError("out", f"a folder other than the data set's own ({opened.data.root})", str(out))
    if not out.is_dir() or not any(out.iterdir()):
        return
    if not (out / MARKER).is_file():
        hint = "Choose another name=... or out=...; foreign files are never replaced."
        raise ConfigError("out", "a new folder or an older mix", f"{out} with other files", hint)
    if not overwrite and not (out / UNFINISHED).is_file():
        raise ConfigError("out", "a new folder", f"{out}, which holds a data set", "overwrite=true replaces it.")


def _thinned(items: Sequence[Item], placing: Placing, request: MixRequest) -> tuple[list[int], dict[int, str]]:
    """Return the items that the mix takes, and why not the others."""
    reasons = dict(placing.reasons)
    placed = [n for n in range(len(items)) if placing.splits[n] is not None]
    share = request.asked_share
    if share is None:
        return placed, reasons
    train = [n for n in placed if placing.splits[n] == TRAIN]
    synthetic = [n for n in train if items[n].synthetic]
    real = len(train) - len(synthetic)
    if not real:
        key = "ratio" if request.ratio is not None else "synthetic_share"
        hint = "If a data set is real and does not say so: data={name: {path: ..., synthetic: false}}."
        raise ConfigError(key, "real images in train, which the synthetic ones are counted by", "none", hint)
    most = min(len(synthetic), most_synthetic(real, share))
    capped = set(synthetic) - set(choose(items, synthetic, most, request.seed))
    reasons.update(dict.fromkeys(capped, CAPPED))
    return [n for n in placed if n not in capped], reasons


def _set_result(number: int, opened: Opened, items: Sequence[Item], reasons: Mapping[int, str]) -> SetResult:
    own = [n for n, item in enumerate(items) if item.part == number]
    left_out = Counter(reasons[n] for n in own if n in reasons)
    return SetResult(
        name=opened.part.name,
        images=len(own),
        kept=len(own) - left_out.total(),
        problems=tuple(str(problem) for problem in opened.problems),
        left_out=dict(sorted(left_out.items())),
    )


def _require_no_leak(folder: Path, prints: Mapping[str, Fingerprint], request: MixRequest) -> None:
    """Raise ``GeneratorError`` where the check of ``doctor`` finds a leak in what was written."""
    leaks = find_leaks(
        Store.open(folder),
        folder,
        pixels=request.pixels,
        prints=prints,
        synthetic_held_out=len(request.synthetic_in) > 1,
    )
    if leaks:
        more = f" and {len(leaks) - 1} more" if len(leaks) > 1 else ""
        raise GeneratorError(
            f"mix: expected no leak between splits, got {leaks[0].message}{more}. Nothing was written."
        )
