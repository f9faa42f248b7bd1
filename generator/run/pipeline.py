"""The line from a spec to a finished sample.

Source, roi, stages, labels, checks; what is not sound is drawn again with the next attempt's random numbers, a bounded
number of times, and then rejected. Source: own.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from generator.core.annotation import Finding
from generator.core.errors import ConfigError, GeneratorError, RangeError, SampleError
from generator.core.ports import Check, Roi, Source, Stage
from generator.core.sample import GoodImage, Sample, SampleSpec
from generator.core.seeds import stable_hash
from generator.core.seeds import stage_rng as rng_of
from generator.imaging.light import estimate_light
from generator.run.build import build, coerce
from generator.run.label import Labelling, derive_labels
from generator.run.label_text import derive_text
from generator.run.own_angles import OwnAngles
from generator.run.plan import Plan, PlanRequest
from generator.run.readable_text import judged_text

_KEPT_IMAGES = 4
FOR_ALL = ("appearance", "shape")
"""Keys of what was chosen for all kinds of defects; it stands in each of them too."""
_LOOKED_AT = 12  # good images that a stage may look at beforehand
_Lit = tuple[GoodImage, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A planned sample that was not made.

    Attributes:
        spec: the line of the plan.
        findings: why, of the last attempt.
    """

    spec: SampleSpec
    findings: tuple[Finding, ...]


class Pipeline:
    """Everything that makes samples, built from a plain configuration; picklable.

    Args:
        config: the resolved configuration as plain mappings, lists and values.

    Raises:
        ConfigError: it cannot be built.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.seed = _checked_seed(config["seed"])
        self.attempts: int = coerce(int, config["attempts"], "attempts")
        if self.attempts < 1:
            raise ConfigError("attempts", "a whole number >= 1", self.attempts)
        self.source: Source = build(config["source"], "source")
        self.roi: Roi = build(config["roi"], "roi")
        recipe = config["recipe"]
        chosen = [(i, node) for i, node in enumerate(recipe["stages"]) if node is not None]  # none: camera=none
        self.stages: list[Stage] = [_build_stage(node, i, config) for i, node in chosen]
        self.labelling: Labelling = build(config["labels"], "labels")
        self.checks: list[Check] = [build(node, f"check.{name}") for name, node in config["check"].items()]
        asked = {f.name: config[f.name] for f in fields(PlanRequest) if f.name in config}
        request = coerce_request(asked)
        self.categories = tuple(dict.fromkeys(c for stage in self.stages for c in getattr(stage, "categories", ())))
        parts = [c for stage in self.stages for c in getattr(stage, "part_categories", ())]
        for name in parts:
            if name in self.categories:
                raise ConfigError("rotation.category", "a class of its own, that no defect has", f"'{name}'")
        self.classes = tuple(dict.fromkeys((*parts, *self.categories)))
        self._uses_light = any(getattr(stage, "uses_light", False) for stage in self.stages)
        self.plan = Plan(request, self.categories, self.source, str(recipe["name"]), self.seed)
        self._own = _own_angles(config, self.source)
        self._images: OrderedDict[str, _Lit] = OrderedDict()
        prepared = [_prepared(stage, self._first_goods()) for stage in self.stages]
        self.stages = [stage for stage in prepared if not getattr(stage, "is_idle", False)]
        if self._own is not None:
            where = _user_key("own_angles", recipe, config) or "recipe.own_angles"
            _require_known(self.stages, self._own.orders, where)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_images": OrderedDict()}

    def __len__(self) -> int:
        return len(self.plan)

    def make(self, index: int) -> Sample | Rejected:
        """Return the sample at ``index`` of the plan; the same bytes in any process, at any time.

        Raises:
            IndexError: not in the plan.
            ConfigError, AssetError: the source or a value is at fault.
            SampleError: a stage failed.
        """
        spec = self.plan[index]
        findings: tuple[Finding, ...] = ()
        for attempt in range(self.attempts):
            sample = self._try(spec, attempt)
            findings = (*sample.findings, *(f for check in self.checks for f in check(sample)))
            if not any(finding.severity == "error" for finding in findings):
                return sample.with_(findings=findings) if len(findings) != len(sample.findings) else sample
        return Rejected(spec=spec, findings=tuple(f for f in findings if f.severity == "error"))

    def asset_digest(self) -> str:
        """Return a hash of the files that the samples are made from."""
        stages = [stage.digest() for stage in self.stages if hasattr(stage, "digest")]
        own = "" if self._own is None else self._own.digest
        read = "\n".join((self.source.digest(), self.roi.digest(), *filter(None, (*stages, own))))
        return hashlib.sha256(read.encode()).hexdigest()

    def findings(self) -> tuple[Finding, ...]:
        """Return what was noticed about the source, its own angles, what stages read (such as fonts), and the plan."""
        stages = [finding for stage in self.stages if hasattr(stage, "findings") for finding in stage.findings()]
        own = () if self._own is None else self._own.findings
        return (*self.source.findings(), *own, *stages, *self.plan.findings)

    def summaries(self, count: int) -> list[str]:
        """Return what stages say of a plan of so many images, a line each."""
        return [stage.summary(count) for stage in self.stages if hasattr(stage, "summary")]

    def make_good(self, spec: SampleSpec) -> Sample:
        """Return the sample of a spec without its defects, as the same camera delivers it."""
        return self._try(replace(spec, categories=()), 0).with_(spec=spec)

    def _first_goods(self) -> Iterator[GoodImage]:
        """Yield the first good images in provenance order."""
        count = _LOOKED_AT if self.source.count is None else min(_LOOKED_AT, self.source.count)
        for rank in range(count):
            yield self._good(self.source.source_id(rank))[0]

    def _try(self, spec: SampleSpec, attempt: int) -> Sample:
        sample = self._untouched(spec)
        for stage in self.stages:
            try:
                sample = stage(sample, rng_of(spec.seed, spec.index, attempt, stage.name))
            except RangeError as error:
                where = f"{stage.name}.{error.field}" if error.field else f"stage {stage.name}"
                raise ConfigError(where, error.expected, error.got) from error
            except GeneratorError:
                raise
            except Exception as error:
                raise SampleError(spec.index, stage.name, f"{type(error).__name__}: {error}") from error
        return judged_text(derive_text(derive_labels(sample, self.labelling)))

    def _untouched(self, spec: SampleSpec) -> Sample:
        """Return the good image that a spec starts from as a sample that no stage has touched."""
        good, light = self._good(spec.source_id)
        scale = {} if good.pixel_size_mm is None else {"pixel_size_mm": good.pixel_size_mm}
        return Sample(
            spec=spec,
            source=good,
            image=good.pixels,
            good=good.pixels,
            roi=good.roi,
            light_deg=light["deg"],
            findings=good.findings,
            params={**({"light": light} if self._uses_light else {}), **scale},
        )

    def _good(self, source_id: str) -> _Lit:
        """Return the good image with its roi, and its light; the last few are kept."""
        if source_id in self._images:
            self._images.move_to_end(source_id)
            return self._images[source_id]
        good = self.source.load(source_id)
        if self._own is not None:
            good = replace(good, angle_deg=self._own.by_source[source_id])
        roi, findings = self.roi.find(good)
        if roi is not good.roi or findings:
            good = replace(good, roi=roi, findings=(*good.findings, *findings))
        self._images[source_id] = good, _light_of(good) if self._uses_light else {"deg": 135.0}
        while len(self._images) > _KEPT_IMAGES:
            self._images.popitem(last=False)
        return self._images[source_id]


def _own_angles(config: Mapping[str, Any], source: Source) -> OwnAngles | None:
    """Return how far the good images are already turned, where a recipe says so."""
    recipe = config["recipe"]
    key = _user_key("own_angles", recipe, config) or "recipe.own_angles"
    path = coerce(str | None, recipe.get("own_angles"), key)
    return None if path is None else OwnAngles.read(Path(path).expanduser(), source, key)


def _require_known(stages: Iterable[Stage], orders: Iterable[int], where: str) -> None:
    """Raise ``ConfigError`` where labels tell angles apart that own angles, folded to some symmetries, do not."""
    for told, order in itertools.product([s.symmetry.known for s in stages if hasattr(s, "symmetry")], sorted(orders)):
        if told and (not order or told % order):
            expected = "full angles" if told == 1 else f"angles known but for {360 / told:g} degrees"
            got = f"some known but for {360 / order:g} degrees" if order else "none for some, alike at any angle"
            hint = f"Set rotation.symmetry={order or 'circular'}, or give a table or labels that state the full angle."
            raise ConfigError(where, expected, got, hint)


def _prepared(stage: Stage, goods: Iterable[GoodImage]) -> Stage:
    """Return a stage after it has looked at good images, if it wants to."""
    return stage.prepared(goods) if hasattr(stage, "prepared") else stage


def _build_stage(node: Mapping[str, Any], number: int, config: Mapping[str, Any]) -> Stage:
    """Return a recipe's stage; an error in what it took from a top-level key is named with that key."""
    where = f"recipe.stages[{number}]"
    if not isinstance(node, Mapping):
        raise ConfigError(where, "a mapping with _target_, or null", node)
    parts = {where: node, **{f"{where}.{field}": value for field, value in node.items()}}
    keys = dict(config)
    for key, value in config.items():
        if isinstance(value, Mapping) and key != "recipe":
            keys |= {f"{key}.{name}": inner for name, inner in value.items() if isinstance(inner, Mapping)}
    try:
        return build(node, where)
    except ConfigError as error:
        inner = {place: part for place, part in parts.items() if isinstance(part, Mapping) and place != where}
        name = (
            _origin(error.where, inner, keys)
            or _user_key(error.where.removeprefix(f"{where}."), node, config)
            or _origin(error.where, parts, keys)
        )
        if name:
            raise ConfigError(_of_all(name, config), error.expected, error.got, error.hint) from None
        raise


def _of_all(where: str, config: Mapping[str, Any]) -> str:
    """Return the key of a kind's look or outline as it was given, where one was chosen for all kinds."""
    for group in FOR_ALL:
        if group in config and f".{group}." in where:
            return f"{group}.{where.partition(f'.{group}.')[2]}"
    return where


def _origin(at: str, parts: Mapping[str, Any], keys: Mapping[str, Any]) -> str | None:
    """Return a place of a recipe's stage under the top-level key that this part of the stage was taken from."""
    for place, part in parts.items():
        origin = next((key for key, value in keys.items() if value and value == part), None)
        if origin and (at == place or at.startswith(f"{place}.")):
            return origin + at.removeprefix(place)
    return None


def _user_key(path: str, node: Mapping[str, Any], config: Mapping[str, Any]) -> str | None:
    """Return the key, such as ``rotation.step``, that a plain value at a path of a recipe's stage was taken from."""
    path, bracket, index = path.partition("[")
    value: Any = node
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return None
        value = value[name]
    if isinstance(value, Mapping):
        return None
    last = path.rpartition(".")[2]
    for key, group in config.items():
        for name in (last, last.removesuffix("_deg")):
            # by what is printed, as nan is not equal to itself
            if key != "recipe" and isinstance(group, Mapping) and name in group and repr(group[name]) == repr(value):
                return f"{key}.{name}{bracket}{index}"
    return None


def coerce_request(asked: Mapping[str, Any]) -> PlanRequest:
    """Return the plan's request from top-level keys; errors name the bare key."""
    try:
        return build({"_target_": f"{PlanRequest.__module__}.{PlanRequest.__name__}", **asked}, "plan")
    except ConfigError as error:
        raise ConfigError(error.where.removeprefix("plan."), error.expected, error.got, error.hint) from None


def _checked_seed(seed: object) -> int:
    value = coerce(int, seed, "seed")
    if not 0 <= value < 1 << 63:
        raise ConfigError("seed", "a whole number in 0..2^63 - 1", value)
    return value


def _light_of(good: GoodImage) -> dict[str, Any]:
    """Return the light's azimuth and where it is known from (JSON).

    It is the source's own (``source``), or read off the image where that shows it clearly (``contour``, ``surface``),
    or one that depends on the image's id alone (``id``).
    """
    if good.light_deg is not None:
        return {"deg": float(good.light_deg), "from": "source"}
    seen = estimate_light(good.pixels, good.white, good.roi)
    if seen is not None:
        return {"deg": seen.azimuth_deg, "from": seen.cue}
    return {"deg": stable_hash(f"light/{good.source_id}") % 360_000 / 1000.0, "from": "id"}
