"""``defectgen harvest``: a bank of cut-outs from real defects. Source: own."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from generator.cli.progress import counter
from generator.dataset.problem import listed
from generator.harvest.harvest import HarvestRequest, HarvestResult, harvest
from generator.harvest.write import FAMILY
from generator.run.build import coerce

_SHOWN = 5


def run(config: dict[str, Any]) -> int:
    """Cut what a resolved configuration asks for and say what was found; return the exit code."""
    data, out = (Path(coerce(str, config[key], key)).expanduser().absolute() for key in ("data", "out"))
    request = HarvestRequest(
        splits=coerce(tuple[str, ...], config["splits"], "splits"),
        classes=coerce(tuple[str, ...], config["classes"], "classes"),
        place=coerce(str, config["place"], "place"),
        grow_px=coerce(int, config["grow_px"], "grow_px"),
        apart=coerce(bool, config["apart"], "apart"),
        accept=coerce(tuple[str, ...], config["accept"], "accept"),
    )
    format_name = coerce(str, config["format"], "format")
    segmenter = _segmenter(coerce(str | None, config["segmenter"], "segmenter"))
    with counter("defects looked at") as report:
        result = harvest(data, out, request, format_name=format_name, segmenter=segmenter, report=report)
    _print(result, out)
    return 0


def _segmenter(folder: str | None) -> Any:
    if folder is None:
        return None
    from generator.model.segment import load_segmenter

    return load_segmenter(Path(folder).expanduser().absolute())


def _print(result: HarvestResult, out: Path) -> None:
    counts = ", ".join(f"{name} {count}" for name, count in result.counts.items()) or "none"
    print(f"read as {result.format}; cut-outs from {result.images} images: {counts}")
    for line in listed(result.problems):
        print(line)
    for line in result.left_out[:_SHOWN]:
        print(f"left out: {line}")
    if len(result.left_out) > _SHOWN:
        print(f"left out: {len(result.left_out) - _SHOWN} more")
    if result.review:
        waiting = ", ".join(f"{name} {count}" for name, count in result.review.items())
        print(f"to be looked at, not used until then (accept=[id,...] takes them): {waiting}")
    print(f"review sheet: {out / 'review.png'}")
    if result.paths:
        names = ",".join(f"{FAMILY}/{path.stem}" for path in result.paths.values())
        print(
            "To paste them:\n  defectgen generate source=folder source.path=GOOD roi=whole labels=all "
            f"export_mask=annotator {shlex.quote(f'bank={out}')} 'defect=[{names}]'"
        )
