"""``defectgen synthesise``: a bank of defects that a trained model paints. Source: own."""

from __future__ import annotations

import shlex
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from generator.cli.compose import compose_config
from generator.cli.progress import RunProgress
from generator.harvest.write import FAMILY
from generator.model.device import choose
from generator.run.build import coerce
from generator.train.synthesise import SynthesiseRequest, kinds_of, synthesise

_SERIAL = {"_target_": "generator.executor.serial.Serial"}


def run(config: dict[str, Any]) -> int:
    """Paint and cut what a resolved configuration asks for and say how to paste it; return the exit code."""
    learned, good, out = (
        Path(coerce(str, config[key], key)).expanduser().absolute() for key in ("learned", "good", "out")
    )
    request = SynthesiseRequest(
        learned=learned,
        good=good,
        count=coerce(int, config["count"], "count"),
        classes=coerce(tuple[str, ...], config["classes"], "classes"),
        place=coerce(str, config["place"], "place"),
        grow_px=coerce(int, config["grow_px"], "grow_px"),
        seed=coerce(int, config["seed"], "seed"),
    )
    keep = coerce(bool, config["keep_work"], "keep_work")
    has_gpu = choose("auto") != "cpu"  # one process fills a GPU
    settings = {"roi": config["roi"], "executor": _SERIAL if has_gpu else config["executor"]}
    work = out.with_name(f"{out.name}.run") / "painted"
    with RunProgress(request.count * len(kinds_of(learned, request.classes))) as progress:
        result = synthesise(
            request, out, work, lambda overrides: compose_config("generate", overrides), settings, progress.report
        )
    if not keep:
        shutil.rmtree(work)
        with suppress(OSError):  # something else lies there too
            work.parent.rmdir()
    counts = ", ".join(f"{name} {count}" for name, count in result.counts.items())
    print(f"painted and cut: {counts}\nreview sheet: {out / 'review.png'}")
    names = ",".join(f"{FAMILY}/{path.stem}" for path in result.paths.values())
    print(
        "To paste them:\n  defectgen generate source=folder source.path=GOOD roi=whole labels=all "
        f"export_mask=annotator {shlex.quote(f'bank={out}')} 'defect=[{names}]'"
    )
    return 0
