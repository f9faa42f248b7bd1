"""The makers of defects: a bank of the real ones, kinds fitted to them, and the catalogue's own kinds.

Each gives, for the classes it can make, the kinds as a plain configuration; a run takes them as if they had been chosen
on the command line. Source: own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import yaml

from generator.augment.feedback import Feedback
from generator.augment.request import BANK, FITTED, LEARNED, MAKERS, PROCEDURAL, AugmentRequest
from generator.augment.trained import from_model
from generator.core.names import option_name
from generator.core.ports import Roi
from generator.dataset.real import RealData
from generator.dataset.record import DataSet
from generator.dataset.view import defects_only
from generator.defect.bank.bank import Bank
from generator.defect.fitted.row import Row
from generator.fit.learn import learn
from generator.fit.write import write_kinds
from generator.harvest.harvest import HarvestRequest, harvest

Compose = Callable[[Sequence[str]], Mapping[str, Any]]
"""From overrides of ``generate`` to its resolved configuration."""
Kinds = dict[str, dict[str, list[dict[str, Any]]]]
"""maker -> class -> kinds."""
_STEPS = 4  # a fitted row is repeated up to so often to be drawn more often


def gather_kinds(
    real: Path,
    train: DataSet,
    work: Path,
    classes: Iterable[str],
    request: AugmentRequest,
    compose: Compose,
    roi: Roi | None,
    held_out: Collection[str] = (),
) -> tuple[Kinds, list[str]]:
    """Return the kinds that each maker has for classes of which defects are to be made, and what has to be said.

    Args:
        real: the canonical data set of all real images; defects of its train side alone are used.
        train: its train side.
        work: folder for the bank and the fitted kinds.
        classes: to be made.
        request: with the makers' shares.
        compose: resolves a configuration.
        roi: finds the part that fitted places are relative to; None: the image.
        held_out: SHA-256 of the images of the other sides, which no model may have learned from.

    Raises:
        ConfigError, AssetError, FormatError: a maker has nothing to work from, or a kind is unknown.
    """
    wanted = {m: [c for c in classes if request.shares_of(c).get(m, 0) > 0] for m in MAKERS}
    have: dict[str, bool] = {}
    for label in (label for record in train for label in defects_only(record).labels):
        have[label.category] = have.get(label.category, False) or label.mask is not None
    kinds: Kinds = {maker: {} for maker in MAKERS}
    notes: list[str] = []
    seen = [c for c in wanted[BANK] if c in have]
    if seen:
        kinds[BANK], waiting = _from_bank(real, work / "bank", seen)
        for name, number in waiting.items():
            notes.append(
                f"{name}: {number} cut-outs were found in boxes and are not used until somebody looked at them"
            )
    masked = [c for c in wanted[FITTED] if c in have]
    if any(have[c] for c in masked):
        kinds[FITTED] = _fitted(train, work / "fitted", masked, roi)
    drawn = _catalogue(request.kinds, compose)
    kinds[PROCEDURAL] = {name: drawn[name] for name in wanted[PROCEDURAL] if drawn.get(name)}
    for maker in LEARNED:
        if wanted[maker]:
            kinds[maker] = from_model(request.models[maker], maker, wanted[maker], held_out)
    for maker, names in wanted.items():
        lacking = [name for name in names if name not in kinds[maker]]
        if lacking and any(name in kinds[other] for name in lacking for other in kinds):
            why = {
                BANK: "nothing usable to cut out",
                FITTED: "no masks to learn from",
                PROCEDURAL: "no kinds=...",
            }.get(maker, "the model has not learned a look")
            notes.append(f"{maker}: {why} for {', '.join(lacking)}; the other makers make its share")
    return kinds, notes


def _from_bank(
    real: Path, bank: Path, classes: Sequence[str]
) -> tuple[dict[str, list[dict[str, Any]]], Mapping[str, int]]:
    result = harvest(real, bank, HarvestRequest(splits=("train",), classes=tuple(classes)))
    nodes = {name: _read_kind(path) for name, path in result.paths.items()}
    kinds = {name: [{**node, "shape": {**node["shape"], "bank": str(bank)}}] for name, node in nodes.items()}
    return kinds, result.review


def _fitted(train: DataSet, out: Path, classes: Sequence[str], roi: Roi | None) -> dict[str, list[dict[str, Any]]]:
    chosen = (d for d in RealData(format="", data=train).defects(boxes=True) if d.category in classes)
    learned = learn(chosen, roi=roi)
    paths = write_kinds(learned.kinds, out)
    return {kind.category: [_read_kind(path)] for kind, path in zip(learned.kinds, paths, strict=True)}


def _read_kind(path: Path) -> dict[str, Any]:
    """Return the one kind of a yaml that this package wrote."""
    (node,) = yaml.safe_load(path.read_text(encoding="utf-8")).values()
    return node


def _catalogue(kinds: Mapping[str, Sequence[str]], compose: Compose) -> dict[str, list[dict[str, Any]]]:
    """Return kinds of the catalogue by the class that they are to be labelled with."""
    options = dict.fromkeys(option for asked in kinds.values() for option in asked)
    tree = compose([f"defect=[{','.join(options)}]"])["defect"] if options else {}
    found = {}
    for name, asked in kinds.items():
        nodes = [reduce(getitem, option.split("/"), tree) for option in dict.fromkeys(asked)]
        found[name] = [{**node, "category": name} for node in nodes]
    return found


def steered(kinds: Kinds, feedback: Feedback) -> Kinds:
    """Return the kinds with what a detector misses made more often: cut-outs and rows by size, places by heat map."""
    new: Kinds = {maker: {} for maker in kinds}
    for maker, by_class in kinds.items():
        for name, nodes in by_class.items():
            new[maker][name] = [_steered(node, feedback) for node in nodes]
    return new


def _steered(node: Mapping[str, Any], feedback: Feedback) -> dict[str, Any]:
    new = dict(node)
    shape = dict(node["shape"])
    if "cutouts" in shape:
        facts = Bank.open(Path(shape["bank"])).entries  # a model has a bank of its own
        own = [facts[name] for name in shape["cutouts"]]
        before = shape.get("weights") or [1.0] * len(own)
        steps = [feedback.of_size(_size(fact["xywh"][2:], fact["wh"])) for fact in own]
        shape["weights"] = [float(weight) * step for weight, step in zip(before, steps, strict=True)]
    if "rows" in shape:
        sizes = [_size(Row.parse(row).extent(), row["wh"]) for row in shape["rows"]]
        times = [max(1, round(feedback.of_size(size) * _STEPS / 2)) for size in sizes]
        shape["rows"] = [row for row, number in zip(shape["rows"], times, strict=True) for _ in range(number)]
    placement = node.get("placement")
    if placement and "heat" in placement:
        new["placement"] = {**placement, "heat": _warmed(placement["heat"], feedback)}
    return {**new, "shape": shape}


def _size(sides: Sequence[float], wh: Sequence[int]) -> float:
    """Return a size as feedback counts it: the root of the area as a share of the image's shorter side."""
    return (sides[0] * sides[1]) ** 0.5 / min(wh)


def _warmed(heat: Sequence[Sequence[float]], feedback: Feedback) -> list[list[float]]:
    rows, columns = len(heat), len(heat[0])
    return [
        [value * feedback.of_place((x + 0.5) / columns, (y + 0.5) / rows) for x, value in enumerate(row)]
        for y, row in enumerate(heat)
    ]


def with_kinds(config: Mapping[str, Any], kinds: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]) -> dict:
    """Return a configuration of ``generate`` with these kinds in place of its own.

    Args:
        config: the resolved configuration.
        kinds: by maker and class.
    """
    chosen: dict[str, dict[str, Any]] = {}
    for maker, by_class in kinds.items():
        for place, (name, nodes) in enumerate(by_class.items()):
            for number, node in enumerate(nodes):
                chosen.setdefault(maker, {})[f"{option_name(name)}_{place}_{number}"] = dict(node)
    recipe = dict(config["recipe"])
    keys = ("defects", "labelled")
    recipe["stages"] = [
        stage and {key: chosen if key in keys else value for key, value in stage.items()} for stage in recipe["stages"]
    ]
    return {**config, "defect": chosen, "recipe": recipe}
