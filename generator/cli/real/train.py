"""``defectgen train``: a model that learns the look of real defects. Source: own."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.cli.compose import group_options
from generator.cli.progress import counter
from generator.cli.real.kinds import ComposeKinds
from generator.cli.training_progress import TrainingProgress
from generator.core.errors import ConfigError
from generator.dataset.problem import listed
from generator.harvest.harvest import HarvestRequest
from generator.model.device import choose
from generator.run.build import build, coerce
from generator.train.kinds import FAMILY
from generator.train.material import gather
from generator.train.request import TrainRequest
from generator.train.survey import survey
from generator.train.train import Paths, Schedule, Trained, train


def run(config: dict[str, Any]) -> int:
    """Train the model that a resolved configuration asks for and say how to paint with it; return the exit code."""
    data, out, good, kinds_dir = (_path(config, key) for key in ("data", "out", "good", "kinds_dir"))
    assert data is not None and out is not None
    if data.resolve().is_relative_to(out.resolve()):
        raise ConfigError("out", "a folder that does not hold the data set", f"'{out}'", "Choose another.")
    settings = build(config["model"], "model")
    request = parse_request(config)
    schedule = Schedule(
        minutes=coerce(float | None, config["minutes"], "minutes"),
        device=choose(coerce(str, config["device"], "device")),
        grid_every=coerce(int, config["grid_every"], "grid_every"),
        save_every=coerce(int, config["save_every"], "save_every"),
        overwrite=coerce(bool, config["overwrite"], "overwrite"),
        candidates=coerce(int, config["candidates"], "candidates"),
    )
    if not 1 <= schedule.candidates <= 64:
        raise ConfigError("candidates", "a whole number in 1..64", schedule.candidates)
    paths = Paths(data=data, out=out, format_name=coerce(str, config["format"], "format"))
    compose = ComposeKinds(kinds_dir)
    with counter("defects looked at") as report:
        material = gather(data, request, good, paths.format_name, report)
    print(f"read as {material.format}")
    for line in survey(material, settings):
        print(f"  {line}")
    for line in listed(material.problems):
        print(line, file=sys.stderr)
    options = group_options("defect")
    with TrainingProgress() as progress:
        made = train(paths, material, settings, request, schedule, options, compose, config, progress.report)
    _print(made, settings.kind, out)
    return 0


def parse_request(config: Mapping[str, Any]) -> TrainRequest:
    """Return what a resolved configuration asks for.

    Raises:
        ConfigError: a value does not fit.
    """
    real = HarvestRequest(
        splits=coerce(tuple[str, ...], config["splits"], "splits"),
        classes=coerce(tuple[str, ...], config["classes"], "classes"),
        place=coerce(str, config["place"], "place"),
        grow_px=coerce(int, config["grow_px"], "grow_px"),
        apart=coerce(bool, config["apart"], "apart"),
    )
    return TrainRequest(
        real=real,
        kinds=coerce(dict[str, tuple[str, ...]], config["kinds"] or {}, "kinds"),
        drawn=coerce(int, config["drawn"], "drawn"),
        held_out=coerce(float, config["held_out"], "held_out"),
        goods=coerce(int, config["goods"], "goods"),
        seed=coerce(int, config["seed"], "seed"),
    )


def _path(config: Mapping[str, Any], key: str) -> Path | None:
    value = coerce(str | None, config[key], key)
    return None if value is None else Path(value).expanduser().absolute()


def _print(made: Trained, kind: str, out: Path) -> None:
    steps = ", ".join(f"{stage} {count}" for stage, count in made.outcome.steps.items())
    early = " (the time budget ended it; more minutes go on)" if made.outcome.ended_early else ""
    print(f"steps: {steps} in {made.outcome.minutes:.1f} minutes{early}; {made.drawn} defects were drawn for it")
    print(f"model: {out}\nsheets: {out / 'grids'}")
    learned = shlex.quote(f"learned={out}")
    if made.kinds:
        names = ",".join(f"{FAMILY}/{path.stem}" for path in made.kinds)
        print(
            f"To paint with it:\n  defectgen generate source=folder source.path=GOOD roi=whole labels=all "
            f"export_mask=annotator {learned} 'defect=[{names}]'"
        )
    else:
        print(f"To draw its outlines: shape=learned {shlex.quote(f'shape.checkpoint={out}')}")
