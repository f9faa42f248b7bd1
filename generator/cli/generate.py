"""``defectgen generate``: a data set, its exports and its report. Source: own."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from generator.cli.export import export_all, parse_export
from generator.cli.progress import RunProgress
from generator.core.errors import ConfigError, GeneratorError
from generator.core.names import RULE, is_safe_name
from generator.dataset.format.table import FORMATS
from generator.dataset.store import Store
from generator.health.angle.turned import angles_said
from generator.report.angle.line import turned_of
from generator.report.angle.words import lies_said, parts_said
from generator.rotation.scene.stage import LayParts
from generator.rotation.stage import Rotate
from generator.run.build import coerce
from generator.run.generate import Job, RunResult
from generator.run.manifest import mark_output
from generator.run.pipeline import Rejected
from generator.source.roi.whole import Whole
from generator.text.stage import PutText

TOO_MANY_REJECTS = 3
_BOXES = ("yolo_obb", "yolo_pose", "dota", "rectangle2")
_REASONS = 5  # why samples were rejected; rejects.jsonl has them all


def run(config: dict[str, Any]) -> int:
    """Make the data set that a resolved configuration describes; return the exit code."""
    check_name(config)
    formats, flavour = parse_export(config)
    limit = coerce(float, config["max_reject_share"], "max_reject_share")
    if not 0 <= limit <= 1:
        raise ConfigError("max_reject_share", "a share in [0, 1]", limit)
    wants_report = coerce(bool, config["report"], "report")
    only = coerce(int | None, config["only"], "only")
    job = Job(config)
    if not len(job.pipeline):
        raise ConfigError("count", "one image or more", "a plan of none", "Ask for count=..., targets=... or both.")
    _require_flavour(flavour, job)
    _require_text(formats, job)
    _require_angle(formats, job)
    _require_box(formats, job)
    if only is not None:
        return _run_only(job, only)
    started = time.perf_counter()
    with RunProgress(len(job.pipeline)) as progress:
        result = job.run(progress.report, progress.resumed)
    made_s = time.perf_counter() - started
    try:
        export_all(result.root, formats, flavour, config)
    except GeneratorError:
        if wants_report:
            _report(result.root)  # the data set itself is whole
        raise
    page = _report(result.root) if wants_report else None
    _write_log(config, result, time.perf_counter() - started)
    _print_summary(result, made_s, page, formats, job)
    if result.planned and result.rejected > limit * result.planned:
        print(
            f"defectgen: {result.rejected} of {result.planned} samples were rejected, more than "
            f"max_reject_share={limit:g}. "
            f"{result.root / 'rejects.jsonl'} says why.",
            file=sys.stderr,
        )
        return TOO_MANY_REJECTS
    return 0


def check_name(config: dict[str, Any]) -> None:
    """Raise ``ConfigError`` unless the data set's name can be a folder."""
    name = coerce(str, config["name"], "name")
    if not is_safe_name(name):
        raise ConfigError("name", RULE, repr(name))


def _require_flavour(flavour: str, job: Job) -> None:
    if flavour != "exact" and flavour not in job.pipeline.labelling.keep:
        kept = list(job.pipeline.labelling.keep)
        raise ConfigError(
            "export_mask",
            "exact, or a flavour that labels.keep holds",
            flavour,
            f"labels.keep is {kept}; add labels=all.",
        )


def _require_text(formats: list[str], job: Job) -> None:
    """Raise ``ConfigError`` where a format states text and no stage writes any: it would be found out at the end."""
    asked = next((name for name in formats if FORMATS[name].is_text), None)
    if asked and not any(isinstance(stage, PutText) for stage in job.pipeline.stages):
        hint = "Add recipe=text, or export to a format of defects such as coco."
        raise ConfigError("export", "formats that state defects, as this recipe writes no text", asked, hint)


def _require_angle(formats: list[str], job: Job) -> None:
    """Raise ``ConfigError`` where a format states one angle an image and images have none or several."""
    asked = next((name for name in formats if FORMATS[name].is_angle), None)
    if asked and not any(_gives_angle(stage) for stage in job.pipeline.stages):
        laid = any(isinstance(stage, LayParts) for stage in job.pipeline.stages)
        expected = "formats of parts, as there are several on an image" if laid else "formats that state no angle"
        hint = (
            "Export to a format that states parts, such as angle_jsonl, coco or yolo_obb."
            if laid
            else ("This recipe turns no image: add recipe=rotation, or export to a format of defects such as coco.")
        )
        raise ConfigError("export", expected, asked, hint)


def _require_box(formats: list[str], job: Job) -> None:
    """Raise ``ConfigError`` where a format states oriented boxes and turned images have nothing to put one around."""
    asked = next((name for name in formats if name in _BOXES), None)
    turned = any(isinstance(stage, Rotate) for stage in job.pipeline.stages)
    if asked and turned and not job.pipeline.categories and isinstance(job.pipeline.roi, Whole):
        hint = "Choose roi=part, so that the part gets a box, or export to a format of whole images such as angle_csv."
        raise ConfigError("export", "formats of angles alone, as roi=whole shows no part", asked, hint)


def _gives_angle(stage: object) -> bool:
    """Say whether every image has an angle after a stage: it is turned, or has one part alone."""
    return isinstance(stage, Rotate) or (isinstance(stage, LayParts) and stage.count.high == 1)


def _run_only(job: Job, index: int) -> int:
    root, made = job.run_only(index)
    if isinstance(made, Rejected):
        reasons = "; ".join(finding.message for finding in made.findings)
        print(f"sample {index} was rejected after {job.pipeline.attempts} attempts: {reasons}")
        return TOO_MANY_REJECTS
    kinds = ", ".join(instance.category for instance in made.instances) or "good"
    parts = [(part.category, part.orientation) for part in made.parts]
    kinds = "; ".join(filter(None, (kinds, lies_said(made.orientation), parts_said(parts, made.orientation))))
    print(f"sample {made.spec.key} ({kinds}): {root}/images/{made.spec.split}/{made.spec.key}.png")
    return 0


def _short(result: RunResult, job: Job) -> str:
    """Return the classes that rejected images left with fewer defects than were planned; empty: none."""
    planned: Counter[str] = Counter()
    for row in job.pipeline.plan.table().values():
        planned.update(row["defects"])
    made = result.instances
    return ", ".join(f"{name} {made.get(name, 0)} of {n}" for name, n in planned.items() if made.get(name, 0) < n)


def _report(root: Path) -> Path:
    from generator.report.page import write_report

    return write_report(root)


def _write_log(config: dict[str, Any], result: RunResult, seconds: float) -> None:
    """Keep the resolved configuration and a line a run beside the data set, where no byte of it depends on them."""
    folder = result.root.with_name(f"{result.root.name}.run")
    mark_output(folder)
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")
    line = {
        "command": shlex.join(sys.argv),
        "made": result.made,
        "rejected": result.rejected,
        "seconds": round(seconds, 3),
    }
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")


def _print_summary(result: RunResult, seconds: float, page: Path | None, formats: list[str], job: Job) -> None:
    for finding in result.findings:
        print(f"{finding.severity}: {finding.message}", file=sys.stderr)
    for message in result.warnings:
        print(f"warning: {message}", file=sys.stderr)
    speed = (
        f", {result.made / seconds:.1f} img/s"
        if result.made and seconds > 0
        else ", all there already"
        if result.images
        else ""
    )
    print(f"{result.images} images, {result.rejected} rejected, {result.bytes / 1e6:.1f} MB{speed}")
    for reason in result.rejections[:_REASONS]:
        print(f"rejected: {reason}", file=sys.stderr)
    defects = {name: number for name, number in result.instances.items() if name in job.pipeline.categories}
    parts = {name: number for name, number in result.instances.items() if name not in defects}
    for kind, counts in (("defects", defects), ("parts", parts)):
        if counts:
            print(f"{kind}: " + ", ".join(f"{name} {number}" for name, number in counts.items()))
    if any(hasattr(stage, "part_categories") for stage in job.pipeline.stages):
        for said in angles_said(turned_of(Store.open(result.root).lines())):
            print(f"angles: {said}")
    short = _short(result, job)
    if short:
        hint = "more attempts=..., smaller defects or a larger roi make room; 'defectgen augment' makes exact counts"
        print(f"warning: fewer than planned, as images were rejected: {short}; {hint}", file=sys.stderr)
    for name in formats:
        print(f"{name}: {result.root / 'export' / name}")
    print(f"report: {page}" if page else f"data set: {result.root}")
