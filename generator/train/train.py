"""A training from data set to kinds: what it learns from is gathered and drawn, the model trained, its kinds written.

Source: own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from generator.core.version import VERSION
from generator.dataset.open import AUTO
from generator.harvest.harvest import harvest
from generator.model.loop.plan import Outcome, Plan, Report
from generator.model.loop.train import train as run_loop
from generator.model.port import DRAWN, LooksFirst, Settings
from generator.train.drawn import drawn_examples
from generator.train.kinds import BANK, write_learned
from generator.train.material import Material
from generator.train.references import references
from generator.train.request import TrainRequest
from generator.train.stages import Compose, drawn_kinds, patches_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Where a training reads and writes.

    Attributes:
        data: the real data set.
        out: the model's folder.
        format_name: the data set's layout.
    """

    data: Path
    out: Path
    format_name: str = AUTO


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long, where and how often something is kept; ``generator.model.loop.plan`` says it in full.

    Attributes:
        minutes: time budget; None: until all steps are done.
        device: as ``generator.model.device.choose`` returned it.
        grid_every, save_every: steps.
        overwrite: whether a training that lies there is begun anew.
        candidates: of which the best is kept, in the kinds that are written.
    """

    minutes: float | None
    device: str
    grid_every: int
    save_every: int
    overwrite: bool
    candidates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What a training left.

    Attributes:
        outcome: of the steps.
        drawn: number of drawn defects that were shown first.
        kinds: yamls of the kinds that paint with it; none for a model of outlines.
    """

    outcome: Outcome
    drawn: int
    kinds: Sequence[Path]


def train(
    paths: Paths,
    material: Material,
    settings: Settings,
    request: TrainRequest,
    schedule: Schedule,
    options: Sequence[str],
    compose: Compose,
    config: Mapping[str, Any],
    report: Report,
) -> Trained:
    """Train a model and write the kinds that paint with it.

    Args:
        paths: where it reads and writes.
        material: what the data set offers.
        settings: of the model.
        request: what is learned from.
        schedule: how long and where.
        options: all kinds of the catalogue.
        compose: resolves a configuration of ``generate``.
        config: the resolved configuration (plain); with the data it identifies the training.
        report: called with the progress.

    Raises:
        ConfigError, AssetError, FormatError: something cannot be used; what was trained until then is kept.
    """
    wants_drawn = settings.stages.get(DRAWN, 0) > 0 and request.drawn > 0
    kinds = drawn_kinds(paths.data, request, material, options, compose, paths.format_name) if wants_drawn else {}
    goods = material.goods or [one.surface for one in material.examples]
    drawn = drawn_examples(kinds, goods, request.drawn, request.real.grow_px, request.seed)
    patches, held_out = patches_of(material, drawn, settings, request.seed)
    trained_on = {"version": VERSION, "images": material.images, "classes": list(material.classes)}
    learner = settings.learner(
        classes=material.classes, channels=material.channels, seed=request.seed, device=schedule.device
    )
    if isinstance(learner, LooksFirst):
        learner.look(material.examples, material.classes)
    outcome = run_loop(
        settings,
        learner,
        patches,
        held_out,
        paths.out,
        Plan(
            seed=request.seed,
            identity={**_deciding(config), "data": _hash_of(material), **trained_on},
            minutes=schedule.minutes,
            grid_every=schedule.grid_every,
            save_every=schedule.save_every,
            device=schedule.device,
            overwrite=schedule.overwrite,
        ),
        references(material.examples, settings.size, settings.thin_px),
        trained_on,
        report,
    )
    cut = harvest(paths.data, paths.out / BANK, request.real, format_name=paths.format_name)
    written = write_learned(paths.out, cut.paths, settings.kind, schedule.candidates)
    return Trained(outcome=outcome, drawn=len(drawn), kinds=written)


_NOT_DECIDING = ("data", "out", "good", "kinds_dir", "format", "minutes", "device", "grid_every", "save_every",
                 "overwrite", "candidates")  # fmt: skip


def _deciding(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key not in _NOT_DECIDING}


def _hash_of(material: Material) -> str:
    """Return a hash of all that is learned from."""
    digest = hashlib.sha256()
    for one in (*material.examples, *material.held_out):
        digest.update(one.category.encode())
        for array in (one.pixels, one.alpha):
            digest.update(np.ascontiguousarray(array).tobytes())
    for good in material.goods:
        digest.update(np.ascontiguousarray(good).tobytes())
    return digest.hexdigest()
