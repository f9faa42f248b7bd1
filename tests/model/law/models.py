"""Tiny models of every kind, learned for a step or two from a few made defects."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from generator.core.assets import conf_dir
from generator.model.checkpoint import Checkpoint, save_checkpoint
from generator.model.patches import Example, Patches
from generator.run.build import build
from generator.train.references import references

CLASSES = ("crack", "pit", "stain")
TINY = {
    "gan": {"size": 16, "thin_px": 2.0, "batch": 4, "width": 6, "levels": 3, "judge_width": 6, "latent": 4},
    "diffusion": {"size": 16, "thin_px": 4.0, "batch": 2, "width": 8, "levels": [1, 2]},
    "diffusion_inpaint": {"size": 64, "thin_px": 4.0, "batch": 2, "rank": 2},
}
STEPS = {"good_steps": 1, "drawn_steps": 1, "real_steps": 2}
PAINTED = {
    "gan": (),
    "diffusion": ("appearance.painter.steps=2",),
    "diffusion_inpaint": ("appearance.painter.steps=2", "appearance.candidates=2"),
}
"""What makes painting as quick as it can be."""


def examples() -> list[Example]:
    """Return three real defects of each class, in colour."""
    rng, found = np.random.default_rng(0), []
    for category, change in zip(CLASSES, (-0.4, -0.3, 0.25), strict=True):
        for number in range(3):
            surface = rng.normal(0.5, 0.02, (60, 60, 3)).astype(np.float32)
            alpha = np.zeros((60, 60), np.float32)
            alpha[24 + number : 34, 12 : 40 + number] = 1
            pixels = np.clip(surface + change * alpha[..., None], 0, 1).astype(np.float32)
            found.append(Example(category=category, pixels=pixels, surface=surface, alpha=alpha))
    return found


def save_model(kind: str, folder: Path, seed: int = 0) -> Path:
    """Train a model of a kind and save it; the pretrained pipeline of an inpainting one lies beside it."""
    node = yaml.safe_load((conf_dir() / "model" / f"{kind}.yaml").read_text(encoding="utf-8")) | TINY[kind]
    if kind == "diffusion_inpaint":
        from tests.model.inpaint.pipelines import save_pipeline

        node |= {"prompt": "a {token}", "good_prompt": "good"}
        node["pretrained"] = str(save_pipeline(folder.with_name("pretrained")))
    settings = build(node | {key: steps for key, steps in STEPS.items() if key in node}, "model")
    learner = settings.learner(classes=CLASSES, channels=3, seed=seed, device="cpu")
    data = Patches(
        examples=examples(), goods=(), classes=CLASSES, size=settings.size, thin_px=settings.thin_px, seed=seed
    )  # fmt: skip
    for stage, steps in settings.stages.items():
        learner.begin(stage, steps)
        for number in range(steps):
            learner.step(data.batch(number, settings.batch, stage), number)
    save_checkpoint(
        folder,
        Checkpoint(
            kind=settings.kind, classes=CLASSES, channels=3, size=settings.size, thin_px=settings.thin_px,
            network=dict(learner.network), weights=dict(learner.weights()),
            references=references(examples(), settings.size, settings.thin_px),
        ),
    )  # fmt: skip
    return folder
