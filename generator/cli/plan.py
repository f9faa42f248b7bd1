"""``defectgen plan``: what a run would make, without writing anything. Source: own."""

from __future__ import annotations

import time
from typing import Any

from rich.console import Console
from rich.table import Table

from generator.cli.generate import check_name
from generator.dataset.store import measure_bytes
from generator.executor.process import available_cores
from generator.run.generate import Job
from generator.run.pipeline import Rejected

_PROBES = 5


def run(config: dict[str, Any]) -> int:
    """Print the counts of a plan and an estimate from a few samples made in memory; return the exit code."""
    check_name(config)
    job = Job(config)
    table = Table(title=f"{config['name']}: {len(job.pipeline)} images in {job.shards} shards of {job.shard_size}")
    rows = job.pipeline.plan.table()
    table.add_column("")
    for split in (*rows, "sum"):
        table.add_column(split, justify="right")
    counts = {"images": [row["images"] for row in rows.values()], "good": [row["good"] for row in rows.values()]}
    for name in job.pipeline.categories:
        counts[f"defects: {name}"] = [row["defects"][name] for row in rows.values()]
    for name, numbers in counts.items():
        table.add_row(name, *map(str, numbers), str(sum(numbers)))
    console = Console()
    console.print(table)
    sources = job.pipeline.source.count
    console.print(f"good images: {'one drawn for each sample' if sources is None else sources}")
    for line in job.pipeline.summaries(len(job.pipeline)):
        console.print(line, markup=False, highlight=False)
    for finding in job.pipeline.findings():
        console.print(f"{finding.severity}: {finding.message}")
    _print_estimate(console, job, config)
    console.print(f"goes to: {job.root}")
    return 0


def _print_estimate(console: Console, job: Job, config: dict[str, Any]) -> None:
    """Print bytes, time and text, extrapolated from a few samples spread over the plan."""
    count = len(job.pipeline)
    if not count:
        return
    probes = min(_PROBES, count)
    job.pipeline.make(0)  # files are opened and tables are filled once
    started = time.perf_counter()
    samples = [job.pipeline.make(probe * count // probes) for probe in range(probes)]
    seconds = (time.perf_counter() - started) / probes
    made = [sample for sample in samples if not isinstance(sample, Rejected)]
    workers = config["executor"].get("workers", 1) or available_cores()
    total_s = seconds * count / workers
    shown = (
        f"{total_s / 3600:.1f} h"
        if total_s > 5400
        else f"{total_s / 60:.1f} min"
        if total_s > 90
        else f"{total_s:.0f} s"
    )
    if not made:
        return
    megabytes = sum(measure_bytes(sample, bool(config["twins"])) for sample in made) / len(made) * count / 1e6
    digits = 0 if megabytes >= 10 else 1
    console.print(f"about {megabytes:,.{digits}f} MB and {shown} with {workers} workers")
    lines = [line for sample in made for line in sample.text]
    if any(sample.blank is not None for sample in made):
        said = f"{len(lines) * count / len(made):,.0f} lines of text with"
        chars = sum(len(line.chars) for line in lines) * count / len(made)
        first = f"; the first: '{lines[0].text}'" if lines else ""
        console.print(f"about {said} {chars:,.0f} characters{first}", markup=False, highlight=False)
