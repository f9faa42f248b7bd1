"""Scarce classes brought to their targets: real images in, a balanced set of real and made ones out.

The real data set is put in order first (broken labels left out, leaks resolved, splits drawn anew where asked), and
what follows sees its train side alone: the good images, the bank and the fitted kinds. Images of val and test are
carried over by hard links and are looked at for nothing but to hold others off them. Then each maker makes its share,
exactly, and all is mixed, where the leaks are looked for once more. Source: own.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from generator.augment.feedback import Feedback, shifted
from generator.augment.folder import GOOD, MADE, REAL
from generator.augment.made import Made, MadeSet, run_combinations, run_set, run_targets
from generator.augment.maker import Compose, Kinds, gather_kinds, steered, with_kinds
from generator.augment.request import (
    AugmentRequest,
    good_missing,
    missing_of,
    shared_out,
    targets_of,
    without_combinations,
)
from generator.augment.surface import Surfaces, gather_surfaces
from generator.core.errors import ConfigError
from generator.core.names import RULE, is_safe_name
from generator.core.ports import Report, Roi
from generator.dataset.leak import Fingerprint, fingerprint
from generator.dataset.problem import Problems
from generator.dataset.record import DataSet, Record
from generator.dataset.store import Store, write_text
from generator.dataset.view import SPLITS, defects_only, is_good
from generator.health.alike import alike_by_content
from generator.mix.mix import mix
from generator.mix.request import SEPARATOR, TRAIN, MixRequest, Part
from generator.mix.result import MixResult
from generator.mix.write import LEFT_OUT
from generator.run.plan import combined

COMBINED = "combined"
NUMBERS = "augment.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """How images are made: what the configuration of ``generate`` gets beside the kinds.

    Attributes:
        compose: resolves a configuration of ``generate``.
        camera: option of the camera of made images.
        settings: top-level keys and their plain values, such as roi and executor.
        roi: finds the part that fitted places are relative to; None: the image.
    """

    compose: Compose
    camera: str
    settings: Mapping[str, Any]
    roi: Roi | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentResult:
    """What an augmentation made.

    Attributes:
        real: what became of the real data set.
        mixed: what the result holds.
        targets: defects of each class asked for in train, caps applied.
        made: defects by maker and class.
        missing: defects that could not be made, by class; empty: all counts are exact.
        surfaces: number of good images that were used, and whether they are mended ones.
        notes: what a user should know.
    """

    real: MixResult
    mixed: MixResult
    targets: Mapping[str, int]
    made: Mapping[str, Mapping[str, int]]
    missing: Mapping[str, int]
    surfaces: tuple[int, bool]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """The images of a canonical data set, or those of one split, under the names they had before it was put in order.

    Attributes:
        store: the data set.
        split: its only split; empty: all.
    """

    store: Store
    split: str = ""

    @property
    def root(self) -> Path:
        """The data set's folder."""
        return self.store.root

    @property
    def classes(self) -> tuple[str, ...]:
        """Its classes."""
        return self.store.classes

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[Record]:
        for record in self.store:
            if self.split in ("", record.split):
                yield replace(record, key=record.key.removeprefix(f"{REAL}{SEPARATOR}"))


def set_in_order(data: DataSet, out: Path, request: AugmentRequest, problems: Problems) -> tuple[Store, MixResult]:
    """Write the real data set without what is broken or leaks, and return it.

    Args:
        data: as it was given.
        out: the folder.
        request: with splits, group and on_leak.
        problems: what could not be read of it.

    Raises:
        ConfigError: no image is left, or its train side has no defect.
    """
    rules = MixRequest(
        splits=request.splits,
        on_leak=request.on_leak,  # type: ignore[arg-type]
        synthetic_in=_synthetic_in(data),
        seed=request.seed,
        overwrite=True,
    )
    try:
        part = Part(name=REAL, data=data, group=request.group)
        result = mix([part], out, rules, alike=alike_by_content)
    except ConfigError as error:
        where = "group" if error.where == f"data.{REAL}.group" else error.where
        raise ConfigError(where, error.expected, error.got, error.hint) from None
    store = Store.open(out)
    met: Counter[str] = Counter(record.split for record in store for _ in defects_only(record).labels)
    if not met[TRAIN]:
        others = ", ".join(f"{split} {number}" for split, number in sorted(met.items())) or "in none"
        got = f"none; there are: {others}" if met else "a data set without defects"
        if problems:
            got += f", and {len(problems)} broken images or labels were left out"
        hint = "Part them, by provenance and without a leak, with 'splits={train: 0.67, test: 0.33}'." if met else ""
        raise ConfigError("data", "defects in train, which bank and kinds are made of", got, hint)
    return store, result


def augment(
    store: Store,
    ordered: MixResult,
    out: Path,
    work: Path,
    request: AugmentRequest,
    station: Station,
    report: Report,
    feedback: Feedback | None = None,
) -> AugmentResult:
    """Bring the classes of a real data set to their targets.

    Args:
        store: the real data set, in order.
        ordered: what became of it.
        out: the folder to make; it appears whole or not at all, marked as unfinished until the caller has exported it.
        work: an own folder for what is made on the way.
        request: what is asked for.
        station: how images are made.
        report: called with images finished and rejected.
        feedback: what a detector misses.

    Raises:
        ConfigError, AssetError, FormatError: the request does not fit the data set.
    """
    train = Side(store, TRAIN)
    of_parts = {label.category for record in store for label in record.labels if label.orientation is not None}
    found = Counter(label.category for record in train for label in defects_only(record).labels)
    real = {name: found[name] for name in store.classes if name in found or name not in of_parts}
    request.require_classes(tuple(real))
    missing, most, notes = missing_of(request, real)
    if feedback is not None:
        missing = shifted(missing, feedback, request.bound, most)
    alone = without_combinations(request, missing)
    compared = request.good is not None  # with images of which nothing is known, by their pixels too
    prints = {record.key: fingerprint(store.root / record.image, pixels=compared) for record in Side(store)}
    surfaces = _surfaces(store, train, work, request, prints)
    if surfaces.left_out:
        notes.append(f"good: {len(surfaces.left_out)} images stand in the data set already and were not used")
    wanted = [name for name, number in missing.items() if number]
    _require_names(wanted)
    others = _hashes(store) if request.models else set()
    kinds, said = gather_kinds(store.root, train, work, wanted, request, station.compose, station.roi, others)
    notes += said
    if feedback is not None:
        kinds = steered(kinds, feedback)
    able = {name: [maker for maker, by_class in kinds.items() if name in by_class] for name in real}
    unable = [name for name in wanted if not able[name]]
    notes += [
        f"{name}: no maker can make it; give makers={{procedural: 1}} and kinds={{{name}: [...]}}" for name in unable
    ]
    _require_able(request.combinations, wanted, unable)
    gone = {name: missing[name] for name in unable}
    plan = shared_out(request, {name: n for name, n in alone.items() if name not in unable}, able)
    config = _config(surfaces, station, request)
    sets, made, short = _make(plan, kinds, config, surfaces, work, request, report)
    for name, number in short.items():
        notes.append(f"{name}: {number} could not be made in {request.rounds} rounds; the checks rejected them")
        gone[name] = gone.get(name, 0) + number
    sets += _good(train, sets, config, surfaces, work, request, station, report)
    parts = [Part(name=REAL, data=Side(store))]
    if sets:
        everything = Made(root=work / MADE, classes=store.classes, sets=tuple(sets), surfaces=surfaces)
        parts.append(Part(name=MADE, data=everything, synthetic=True))
    rules = MixRequest(
        mask="annotator",
        synthetic_in=_synthetic_in(Side(store)),
        groups_shared=True,
        seed=request.seed,
        overwrite=request.overwrite,
    )
    mixed = mix(parts, out, rules, unfinished=True)
    with (out / LEFT_OUT).open("ab") as file:  # what was left out of the real ones before anything was made of them
        file.writelines((ordered.root / LEFT_OUT).read_bytes().splitlines(keepends=True)[1:])
    given, after = (result.after[TRAIN]["synthetic"] for result in (ordered, mixed))
    if given["images"]:
        notes.append(f"{given['images']} images of train were synthetic before; they count as given ones")
    lost = {}
    for name in real:
        if number := missing[name] - gone.get(name, 0) - (after["defects"][name] - given["defects"][name]):
            lost[name] = number
    for name, number in lost.items():
        notes.append(f"{name}: {number} made ones belong with images of val or test and were left out")
        gone[name] = gone.get(name, 0) + number
    result = AugmentResult(
        real=ordered,
        mixed=mixed,
        targets={name: max(number, real[name]) for name, number in targets_of(request, real).items()}
        if feedback is None
        else {name: real[name] + missing[name] for name in real},
        made=made,
        missing=gone,
        surfaces=(len(surfaces.origins), surfaces.mended),
        notes=tuple(notes),
    )
    for folder in (work / MADE).glob("*"):
        if folder not in [one.store.root for one in sets]:
            shutil.rmtree(folder)  # of an earlier plan
    write_text(out / NUMBERS, orjson.dumps(_numbers(result, request), option=orjson.OPT_INDENT_2))
    return result


def _synthetic_in(data: DataSet) -> tuple[str, ...]:
    """Return the splits in which synthetic images may stand: train, and where there are some."""
    there = {record.split for record in data if record.synthetic}
    return tuple(split for split in SPLITS if split == TRAIN or split in there)


def _hashes(store: Store) -> set[str]:
    """Return the SHA-256 of the image files that do not stand in train."""
    paths = (store.root / record.image for record in store if record.split != TRAIN)
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def _surfaces(
    store: Store, train: Side, work: Path, request: AugmentRequest, prints: Mapping[str, Fingerprint]
) -> Surfaces:
    return gather_surfaces(train, work / GOOD, request.good, prints)


def _make(
    plan: Mapping[str, Mapping[str, int]],
    kinds: Kinds,
    config: Mapping[str, Any],
    surfaces: Surfaces,
    work: Path,
    request: AugmentRequest,
    report: Report,
) -> tuple[list[MadeSet], dict[str, dict[str, int]], dict[str, int]]:
    """Return the sets of all makers, the defects they hold by maker and class, and what is still missing by class."""
    sets: list[MadeSet] = []
    made: dict[str, dict[str, int]] = {}
    short: Counter[str] = Counter()
    for maker, targets in plan.items():
        if not targets:
            continue
        own = with_kinds(config, {maker: {name: kinds[maker][name] for name in targets}})
        found, left = run_targets(maker, own, targets, work / MADE, surfaces, request.seed, request.rounds, report)
        sets += found
        short.update(left)
        made[maker] = dict(sum((one.counts() for one in found), Counter[str]()))
    asked = {combined(name): number for name, number in request.combinations.items() if number}
    if asked:
        own = with_kinds(config, _weighted(kinds, {name for parts in asked for name in parts}, request))
        found, left = run_combinations(own, asked, work / MADE, surfaces, request.seed, request.rounds, report)
        sets += found
        short.update(left)
        made[COMBINED] = dict(sum((one.counts() for one in found), Counter[str]()))
    return sets, made, {name: number for name, number in short.items() if number}


def _require_names(classes: Sequence[str]) -> None:
    for name in classes:
        if not is_safe_name(name) or name.lower() == GOOD:
            expected = f"classes to be made with names of {RULE}"
            raise ConfigError("data", expected, f"'{name}'", "Rename the class in the data set.")


def _require_able(combinations: Mapping[str, int], wanted: Sequence[str], unable: Sequence[str]) -> None:
    if wanted and len(unable) == len(wanted):
        hint = f"The procedural one needs kinds, such as kinds={{{wanted[0]}: [metal/scratch]}}."
        raise ConfigError("makers", f"a maker for one of {', '.join(wanted)}", "none", hint)
    for name in combinations:
        lacking = [part for part in combined(name) if part in unable]
        if lacking:
            raise ConfigError(f"combinations.{name}", "classes that a maker can make", f"{lacking[0]}, which none can")


def _weighted(kinds: Kinds, names: set[str], request: AugmentRequest) -> Kinds:
    """Return the kinds of some classes, each taken as often as its maker's share says."""
    new: Kinds = {}
    for maker, by_class in kinds.items():
        for name in by_class.keys() & names:
            share = request.shares_of(name).get(maker, 0.0)
            nodes = by_class[name]
            if share > 0:
                new.setdefault(maker, {})[name] = [{**node, "weight": share / len(nodes)} for node in nodes]
    return {maker: dict(sorted(by_class.items())) for maker, by_class in new.items()}


def _good(
    train: Side,
    sets: Sequence[MadeSet],
    config: Mapping[str, Any],
    surfaces: Surfaces,
    work: Path,
    request: AugmentRequest,
    station: Station,
    report: Report,
) -> list[MadeSet]:
    """Return the set of good images that are missing: real ones as another shot of the camera would show them."""
    if request.good_share is None:
        return []
    good = sum(is_good(record) for record in train)
    defective = len(train) - good + sum(1 for one in sets for _ in one)
    number = good_missing(request.good_share, good, defective)
    if not number:
        return []
    if station.camera == "none":  # the same pixels again would teach nothing
        config = _config(surfaces, replace(station, camera="mild"), request)
    asked = {**with_kinds(config, {}), "targets": None, "count": number, "good_share": 1.0}
    return [run_set(GOOD, asked, work / MADE, surfaces, request.seed, report)]


def _config(surfaces: Surfaces, station: Station, request: AugmentRequest) -> dict[str, Any]:
    """Return what every made set's configuration has in common."""
    overrides = ["defect=[]", "source=folder", f"source.path={surfaces.root}", "labels=all", f"camera={station.camera}"]
    fixed = {"splits": {TRAIN: 1.0}, "good_share": 0.0, "twins": False, "combinations": None, "overwrite": False}
    per_image = {"defects_per_image": list(request.defects_per_image)}
    return {**station.compose(overrides), **station.settings, **fixed, **per_image}


def _numbers(result: AugmentResult, request: AugmentRequest) -> dict[str, Any]:
    """Return what augment.json holds."""
    return {
        "targets": result.targets,
        "before": result.real.before,
        "after": result.mixed.after,
        "made": result.made,
        "missing": result.missing,
        "good_images": {"number": result.surfaces[0], "mended": result.surfaces[1]},
        "cap": request.cap,
        "notes": list(result.notes),
    }
