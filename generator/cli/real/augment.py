"""``defectgen augment``: scarce classes brought to their targets. Source: own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from generator.augment.augment import AugmentResult, Station, augment, set_in_order
from generator.augment.feedback import Feedback, Row, read_feedback
from generator.augment.folder import require_free, work_folder
from generator.augment.request import USUAL, AugmentRequest, Shares
from generator.cli.export import export_all, parse_export
from generator.cli.generate import TOO_MANY_REJECTS, check_name
from generator.cli.progress import counter
from generator.cli.real.kinds import ComposeKinds
from generator.core.names import UNFINISHED
from generator.dataset.open import open_data
from generator.dataset.problem import Problems, listed
from generator.mix.count import ORIGINS
from generator.mix.split import described
from generator.run.build import TARGET, build, coerce

_MOST_LISTED = 5
_WHOLE = "generator.source.roi.whole."


def run(config: dict[str, Any]) -> int:
    """Make the data set that a resolved configuration asks for and print what it holds; return the exit code."""
    check_name(config)
    formats, flavour = parse_export({**config, "export_mask": "exact"})
    request = parse_request(config)
    wants_report = coerce(bool, config["report"], "report")
    data_path, out = (_path(config, key) for key in ("data", "out"))
    assert data_path is not None and out is not None
    station = Station(
        compose=ComposeKinds(_path(config, "kinds_dir")),
        camera=coerce(str, config["camera"], "camera"),
        settings={"roi": config["roi"], "executor": config["executor"]},
        roi=_roi(config["roi"]),
    )
    require_free(out, request.overwrite)
    problems: Problems = []
    data = open_data(data_path, coerce(str, config["format"], "format"), problems)
    for line in listed(problems):
        print(line, file=sys.stderr)
    with work_folder(out, request.keep_work) as work:
        with counter("images made") as shown:
            store, ordered = set_in_order(data, work / "real", request, problems)
            feedback = _feedback(config, data_path, request, store)
            result = augment(store, ordered, out, work, request, station, _Tally(shown), feedback)
        settings = out.with_name(f"{out.name}.run") / "config.yaml"
        settings.write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")
        export_all(out, formats, flavour, config)
        if wants_report:
            from generator.report.page import write_report

            write_report(out)
        (out / UNFINISHED).unlink()
    print_result(result, feedback)
    if any(name.startswith("yolo") for name in formats) and not any((out / "images" / "val").glob("*")):
        said = "no image is on the side val, which YOLO's data.yaml must name: it names another side instead"
        print(f"note: {said}; part one off with splits={{train: ..., val: ..., test: ...}}")
    for name in formats:
        print(f"{name}: {out / 'export' / name}")
    print(f"report: {out / 'report.html'}" if wants_report else f"data set: {out}")
    return TOO_MANY_REJECTS if result.missing else 0


def parse_request(config: Mapping[str, Any]) -> AugmentRequest:
    """Return what a resolved configuration asks for.

    Raises:
        ConfigError: a value does not fit.
    """
    makers = coerce(Mapping[str, float | Shares] | None, config["makers"], "makers")
    return AugmentRequest(
        target=coerce(int | str | Mapping[str, int], config["target"], "target"),
        cap=coerce(float, config["cap"], "cap"),
        makers=USUAL if makers is None else makers,
        kinds=coerce(Mapping[str, list[str]], config["kinds"] or {}, "kinds"),
        models={
            name: Path(folder).expanduser().absolute()
            for name, folder in coerce(dict[str, str], config["models"] or {}, "models").items()
        },
        combinations=coerce(Mapping[str, int], config["combinations"] or {}, "combinations"),
        good_share=coerce(float | None, config["good_share"], "good_share"),
        defects_per_image=coerce(tuple[int, int], config["defects_per_image"], "defects_per_image"),
        splits=coerce(Shares | None, config["splits"], "splits"),
        group=coerce(str | None, config["group"], "group"),
        on_leak=coerce(str, config["on_leak"], "on_leak"),
        good=_path(config, "good"),
        seed=coerce(int, config["seed"], "seed"),
        rounds=coerce(int, config["rounds"], "rounds"),
        bound=coerce(float, config["feedback_bound"], "feedback_bound"),
        keep_work=coerce(bool, config["keep_work"], "keep_work"),
        overwrite=coerce(bool, config["overwrite"], "overwrite"),
    )


class _Tally:
    """Counts the images that all runs together have made."""

    def __init__(self, show: Callable[[int], None]) -> None:
        self._show, self._made = show, 0

    def __call__(self, images: int, rejected: int) -> None:
        self._made += images
        self._show(self._made)


def _path(config: Mapping[str, Any], key: str) -> Path | None:
    value = coerce(str | None, config[key], key)
    return None if value is None else Path(value).expanduser().absolute()


def _roi(node: Mapping[str, Any]) -> Any:
    """Return the component that finds the part; None for the whole image."""
    return None if str(node[TARGET]).startswith(_WHOLE) and not node.get("forbidden") else build(node, "roi")


def _feedback(config: Mapping[str, Any], data: Path, request: AugmentRequest, store: Any) -> Feedback | None:
    path = _path(config, "feedback")
    if path is None:
        return None
    shown = _path(config, "feedback_data")
    return read_feedback(
        path,
        shown or data,
        split=coerce(str, config["feedback_split"], "feedback_split"),
        least_score=coerce(float, config["feedback_score"], "feedback_score"),
        bound=request.bound,
        real=store,
    )


def print_result(result: AugmentResult, feedback: Feedback | None) -> None:
    """Print the counts before and after, what feedback did, and what a user should know."""
    for leak in result.real.leaks[:_MOST_LISTED]:
        print(f"leak, resolved: {described(leak)}")
    if len(result.real.leaks) > _MOST_LISTED:
        print(f"leaks, resolved: {len(result.real.leaks) - _MOST_LISTED} more")
    console = Console()
    if feedback is not None:
        console.print(_feedback_table(feedback))
    console.print(_table(result))
    number, mended = result.surfaces
    if any(sum(by_class.values()) for by_class in result.made.values()):
        surfaces = "images whose own were filled in" if mended else "good images of train"
        print(f"defects were put on {number} {surfaces}")
    else:
        print("nothing was made: every class has its target")
    held_out = {split: sum(row[origin]["images"] for origin in ORIGINS) for split, row in result.mixed.after.items()}
    held_out.pop("train")
    said = ", ".join(f"{split} {count}" for split, count in held_out.items() if count)
    if said:
        print(f"carried over untouched: {said} images")
    for note in dict.fromkeys((*result.real.notes, *result.notes, *result.mixed.notes)):
        print(f"note: {note}")
    if result.missing:
        short = ", ".join(f"{name} {count}" for name, count in result.missing.items())
        print(f"defectgen: expected exact counts, but there is no {short}; see the notes above", file=sys.stderr)


def _table(result: AugmentResult) -> Table:
    before, after = result.real.after["train"], result.mixed.after["train"]
    given = "given" if before["synthetic"]["images"] else "real"
    table = Table(title=f"train, {given} -> balanced")
    table.add_column("")
    makers = [maker for maker, counts in result.made.items() if counts]
    for name in (given, *makers, "train", "target"):
        table.add_column(name, justify="right")
    for name in result.mixed.classes:
        made = [str(result.made[maker].get(name, 0)) for maker in makers]
        had, has = (sum(row[origin]["defects"][name] for origin in ORIGINS) for row in (before, after))
        table.add_row(name, str(had), *made, str(has), str(result.targets.get(name, "")))
    blank = [""] * len(makers)
    for title, key in (("good images", "good"), ("images", "images")):
        had, has = (sum(row[origin][key] for origin in ORIGINS) for row in (before, after))
        table.add_row(title, str(had), *blank, str(has), "")
    return table


def _feedback_table(feedback: Feedback) -> Table:
    table = Table(title=f"what the detector misses ({feedback.false} false predictions)")
    for name in ("", "shown", "found", "recall", "plan x"):
        table.add_column(name, justify="right" if name else "left")
    groups: tuple[tuple[str, Sequence[Row]], ...] = (
        ("class", feedback.classes),
        ("size", feedback.sizes),
        ("place", feedback.places),
    )
    for title, rows in groups:
        for row in rows:
            if row.shown:
                recall = f"{row.found / row.shown:.2f}"
                table.add_row(f"{title} {row.name}", str(row.shown), str(row.found), recall, f"{row.multiplier:.2f}")
    return table
