"""A bank of painted defects: a trained model paints them once, and any machine pastes from the bank.

They are painted on good images, with masks as people draw them, and cut out as real ones are, by their content; what
was painted before is not painted again. Source: own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.core.errors import ConfigError, nearest
from generator.core.names import option_name
from generator.core.ports import Report
from generator.dataset.real import RealData
from generator.dataset.record import Records
from generator.dataset.store import Store
from generator.dataset.view import flavoured
from generator.harvest.harvest import HarvestRequest, HarvestResult, harvest_from
from generator.harvest.write import require_place
from generator.model.checkpoint import digest_of
from generator.run.generate import Job
from generator.train.kinds import FAMILY

_ANNOTATOR = "annotator"


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesiseRequest:
    """What is painted.

    Attributes:
        learned: folder of the model.
        good: folder of good images.
        count: cut-outs of each class, >= 1.
        classes: that are painted; none: all that the model has kinds for.
        place: where the bank's kinds lie, ``seen`` or ``anywhere``.
        grow_px: how far beyond its mask the edge of a defect goes on, px.
        seed: of all that is drawn.
    """

    learned: Path
    good: Path
    count: int
    classes: tuple[str, ...] = ()
    place: str = "anywhere"
    grow_px: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.count <= 1_000_000:
            raise ConfigError("count", "a whole number in 1..1000000", self.count)
        if self.seed < 0:
            raise ConfigError("seed", "a whole number >= 0", self.seed)


def kinds_of(learned: Path, classes: Sequence[str] = ()) -> dict[str, str]:
    """Return by class the option of the kind that a model's folder has for it.

    Raises:
        ConfigError: it has none, or none for a class that is asked for.
    """
    digest_of(learned)  # a folder that holds no sound model is told here
    found = {path.stem: f"{FAMILY}/{path.stem}" for path in sorted((learned / "defect" / FAMILY).glob("*.yaml"))}
    if not found:
        hint = "A model of outlines paints nothing; one that 'defectgen train model=gan' made has kinds."
        raise ConfigError("learned", "a model with kinds that paint", f"'{learned}' without", hint)
    for name in classes:
        if option_name(name) not in found:
            raise ConfigError("classes", "classes that the model has kinds for", f"'{name}'", nearest(name, found))
    return {name: found[option_name(name)] for name in classes} if classes else found


def synthesise(
    request: SynthesiseRequest,
    out: Path,
    work: Path,
    compose: Callable[[Sequence[str]], Mapping[str, Any]],
    settings: Mapping[str, Any],
    report: Report,
) -> HarvestResult:
    """Paint defects and cut them into a bank.

    Args:
        request: what is painted.
        out: the bank's folder; an older bank there is replaced.
        work: where the painted images lie; the same request goes on there.
        compose: resolves a configuration of ``generate``.
        settings: top-level nodes of it that are taken as they are, such as ``roi`` and ``executor``.
        report: called with images finished and rejected.

    Raises:
        ConfigError, AssetError, FormatError: something cannot be used.
    """
    require_place(out)
    kinds = kinds_of(request.learned, request.classes)
    config = {
        **compose([
            "source=folder", f"source.path={request.good}", f"learned={request.learned}",
            f"defect=[{','.join(kinds.values())}]", f"count={request.count * len(kinds)}", "good_share=0",
            "defects_per_image=[1,1]", "splits={train: 1}", "labels=all", "report=false", f"seed={request.seed}",
            f"out={work / _name_of(request, kinds)}",
        ]),
        **settings,
    }  # fmt: skip
    made = Job(config).run(report)
    if not made.images:
        hint = "Look at the sheets in its folder, and train it longer."
        raise ConfigError("learned", "a model whose defects are seen", "; ".join(made.rejections), hint)
    store = Store.open(made.root)
    records = Records(root=store.root, classes=store.classes, records=tuple(flavoured(store, _ANNOTATOR)))
    harvest_request = HarvestRequest(splits=("train",), place=request.place, grow_px=request.grow_px)
    return harvest_from(RealData(format="canonical", data=records), out, harvest_request)


def _name_of(request: SynthesiseRequest, kinds: Mapping[str, str]) -> str:
    """Return a name that is another one for what is painted by another model or on other images."""
    said = f"{digest_of(request.learned)} {sorted(kinds)} {request.good} {request.count} {request.seed}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]
