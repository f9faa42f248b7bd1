"""What a painted defect costs: crops/s of each trained model at several batch sizes, and memory.

Every model is made at its default settings with weights of chance, which cost as much as learned ones, saved, loaded
and asked for candidates of a round defect, 24 px wide, on a surface of 128 x 128 px; each in a process of its own, one
thread. The peer, measured in the same run, is a Poisson blend of the same crop, the classical paste. A pretrained model
takes minutes a crop on a core and gigabytes, and is measured where it is asked for, which takes half an hour:
``stable-diffusion`` stands for one made here with the sizes of Stable Diffusion 1.5 inpainting and weights of chance, a
folder for one's own. Of its sampler's steps one and two are made, and what all of them take is reckoned from the two.
Run with ``python -m tests.bench.bench_model [stable-diffusion | PRETRAINED_FOLDER]``. Source: own; the sizes are those
of Rombach et al. (2022) as diffusers has them by default.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
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
from tests.model.inpaint.pipelines import save_tokenizer

PRETRAINED, STABLE, FEW_STEPS = "diffusion_inpaint", "stable-diffusion", (1, 2)
BATCHES = {"gan": (1, 4, 16), "diffusion": (1, 4, 16), PRETRAINED: (1, 2, 4)}
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
    """Return parameters, crops/s by batch size, and the most memory that was used beyond the imports, MB.

    A pretrained model is loaded before it is learned on, so its imports count, a few hundred MB.
    """
    base = [f"model.pretrained={pretrained}"] if pretrained else []
    settings = build(compose_config("train", [f"model={kind}", "data=x", "out=x", *base])["model"], "model")
    at_first = _most_mb()
    learner = settings.learner(classes=("a",), channels=1, seed=0, device="cpu")
    before = at_first if kind == PRETRAINED else _most_mb()
    with tempfile.TemporaryDirectory() as name:
        save_checkpoint(Path(name), Checkpoint(
            kind=kind, classes=("a",), channels=1, size=settings.size, thin_px=settings.thin_px,
            network=dict(learner.network), weights=dict(learner.weights()),
        ))  # fmt: skip
        painter, count = build({"_target_": PAINTERS[kind]}, "painter"), sum(map(_size, learner.weights().values()))
        del learner  # gigabytes, of a pretrained one
        brush = painter.load(Path(name))
        if kind == PRETRAINED:
            count = sum(map(_size, brush.inpainter.pipe.unet.parameters()))
            rates = {batch: reckoned(brush, batch) for batch in BATCHES[kind]}
        else:
            rates = {batch: per_second(lambda b=batch: paint(brush, b), batch) for batch in BATCHES[kind]}
    return {"parameters": count, "rates": rates, "memory_mb": _most_mb() - before}


def paint(brush: Any, count: int) -> None:
    """Paint so many candidates."""
    surface, extent = crop()
    brush.paint(surface, extent, "a", list(range(count)))


def reckoned(brush: Any, batch: int) -> float:
    """Return crops/s at all steps of a brush's sampler, from the times that a few of them take."""
    times = []
    for steps in FEW_STEPS:
        started = time.perf_counter()
        paint(replace(brush, painter=replace(brush.painter, steps=steps)), batch)
        times.append(time.perf_counter() - started)
    each = (times[1] - times[0]) / (FEW_STEPS[1] - FEW_STEPS[0])
    return batch / (times[0] + each * (brush.painter.steps - FEW_STEPS[0]))


def save_stable_diffusion(folder: Path) -> None:
    """Save an inpainting pipeline with the sizes of Stable Diffusion 1.5 and weights of chance."""
    import diffusers
    import transformers

    blocks = (128, 256, 512, 512)
    text = transformers.CLIPTextConfig(
        hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12,
        max_position_embeddings=77, bos_token_id=0, eos_token_id=2,
    )  # fmt: skip
    diffusers.StableDiffusionInpaintPipeline(
        vae=diffusers.AutoencoderKL(
            block_out_channels=blocks, down_block_types=("DownEncoderBlock2D",) * 4, layers_per_block=2,
            up_block_types=("UpDecoderBlock2D",) * 4, latent_channels=4, sample_size=512,
        ),
        unet=diffusers.UNet2DConditionModel(sample_size=64, in_channels=9, cross_attention_dim=768),
        scheduler=diffusers.DDIMScheduler(
            beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, clip_sample=False,
            set_alpha_to_one=False, steps_offset=1,
        ),
        text_encoder=transformers.CLIPTextModel(text), tokenizer=save_tokenizer(folder / "tokenizer", tokens=77),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    ).save_pretrained(folder)  # fmt: skip


def _size(tensor: Any) -> int:
    return tensor.numel()


def _most_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: list[str]) -> None:
    """Print a line for each model."""
    if arguments[:1] == ["--one"]:
        print(json.dumps(measure(*arguments[1:])))
        return
    if arguments[:1] == ["--save"]:
        save_stable_diffusion(Path(arguments[1]))
        return
    cv2.setNumThreads(1)
    surface, extent = crop()
    peer = per_second(lambda: [blend(surface, surface * 0.7, extent > 0) for _ in range(16)], 16)
    print(f"peer: Poisson blend of the same crop, {peer:.0f} crops/s; one thread\n")
    given = [name for name in arguments if name != STABLE]
    with tempfile.TemporaryDirectory() as name:
        if STABLE in arguments:
            own("--save", name)  # in a process of its own, or its gigabytes would count as memory of those below
            given.append(name)
        table(peer, given)


def own(*arguments: str) -> str:
    """Return what this script prints in a process of its own."""
    command = [sys.executable, "-m", __spec__.name, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def table(peer: float, pretrained: list[str]) -> None:
    """Print a line for each model, as shares of the peer's crops/s too."""
    models = [("gan", ""), ("diffusion", ""), *[(PRETRAINED, folder) for folder in pretrained]]
    for kind, folder in models:
        found = json.loads(own("--one", kind, *([folder] if folder else [])).splitlines()[-1])
        rates = ", ".join(
            f"batch {batch}: {rate:.3g} crops/s ({rate / peer:.2g} of the peer)"
            for batch, rate in found["rates"].items()
        )
        print(f"{kind}, {found['parameters']:,d} parameters, {found['memory_mb']:.0f} MB: {rates}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
