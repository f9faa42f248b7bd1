"""What a painted defect costs: crops/s of each trained model at several batch sizes, and memory.

Every model is made at its default settings with weights of chance, which cost as much as learned ones, saved, loaded
and asked for candidates of a round defect, 24 px wide, on a surface of 128 x 128 px; each in a process of its own, one
thread. The peer, measured in the same run, is a Poisson blend of the same crop, the classical paste. A pretrained model
has no default to measure: give its folder. Run with ``python tests/bench/bench_model.py [PRETRAINED_FOLDER]``.
Source: own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from generator.cli.compose import compose_config
from generator.harvest.cut import extent_of
from generator.imaging.poisson import blend
from generator.model.checkpoint import Checkpoint, save_checkpoint
from generator.run.build import build
from generator.train.kinds import PAINTERS

BATCHES = (1, 4, 16)
SIDE, ROUNDS = 128, 3


def crop() -> tuple[np.ndarray, np.ndarray]:
    """Return a grey surface with noise, (SIDE, SIDE, 1) float32 in [0, 1], and a round extent on it."""
    surface = np.clip(np.random.default_rng(0).normal(0.5, 0.03, (SIDE, SIDE, 1)), 0, 1).astype(np.float32)
    y, x = np.indices((SIDE, SIDE)) - SIDE / 2
    return surface, extent_of(np.hypot(x, y) < 12, 2)


def per_second(work: Callable[[], Any], crops: int) -> float:
    """Return crops/s, the best of some rounds after one to warm up."""
    work()
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return crops / min(times)


def measure(kind: str, pretrained: str = "") -> dict[str, Any]:
    """Return parameters, crops/s by batch size, and the most memory that was used beyond the imports, MB."""
    surface, extent = crop()
    own = [f"model.pretrained={pretrained}"] if pretrained else []
    settings = build(compose_config("train", [f"model={kind}", "data=x", "out=x", *own])["model"], "model")
    learner = settings.learner(classes=("a",), channels=1, seed=0, device="cpu")
    before = _most_mb()
    with tempfile.TemporaryDirectory() as name:
        save_checkpoint(Path(name), Checkpoint(
            kind=kind, classes=("a",), channels=1, size=settings.size, thin_px=settings.thin_px,
            network=dict(learner.network), weights=dict(learner.weights()),
        ))  # fmt: skip
        brush = build({"_target_": PAINTERS[kind]}, "painter").load(Path(name))
        rates = {
            batch: per_second(lambda b=batch: brush.paint(surface, extent, "a", list(range(b))), batch)
            for batch in BATCHES
        }
    parameters = sum(tensor.numel() for tensor in learner.weights().values())
    return {"parameters": parameters, "rates": rates, "memory_mb": _most_mb() - before}


def _most_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: list[str]) -> None:
    """Print a line for each model."""
    if arguments[:1] == ["--one"]:
        print(json.dumps(measure(*arguments[1:])))
        return
    cv2.setNumThreads(1)
    surface, extent = crop()
    peer = per_second(lambda: [blend(surface, surface * 0.7, extent > 0) for _ in range(16)], 16)
    print(f"peer: Poisson blend of the same crop, {peer:.0f} crops/s; one thread\n")
    columns = "".join(f"{f'batch {batch}':>12s} {'peer':>8s}" for batch in BATCHES)
    print(f"{'model':18s} {'parameters':>11s}{columns} {'memory':>9s}")
    models = [("gan", ""), ("diffusion", ""), *[("diffusion_inpaint", folder) for folder in arguments]]
    for kind, folder in models:
        command = [sys.executable, __file__, "--one", kind, *([folder] if folder else [])]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
        rates = "".join(f"{rate:10.1f}/s {rate / peer:8.4f}" for rate in found["rates"].values())
        print(f"{kind:18s} {found['parameters']:11,d}{rates} {found['memory_mb']:6.0f} MB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
