"""Kinds of defects that a trained model paints: outlines of the real ones, bent and turned, with the learned look.

They lie in the model's folder, beside the bank of the real defects' outlines. Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from generator.core.names import option_name

FAMILY = "learned"
BANK = "bank"
PAINTERS = {
    "gan": "generator.model.gan.painter.GanPainter",
    "diffusion": "generator.model.diffusion.painter.DiffusionPainter",
    "diffusion_inpaint": "generator.model.inpaint.painter.InpaintPainter",
}
"""What paints with a model, by its kind; a model of outlines paints nothing."""


def write_learned(out: Path, bank_kinds: Mapping[str, Path], kind: str, candidates: int) -> list[Path]:
    """Write a kind for each class; return the yamls.

    Args:
        out: the model's folder.
        bank_kinds: by class the yaml of the bank's kind, whose outline and placement are taken.
        kind: of the model; for one that paints nothing no yaml is written.
        candidates: how many are painted of which the best is kept.
    """
    paths = []
    for category, path in bank_kinds.items() if kind in PAINTERS else ():
        name = option_name(category)
        (node,) = yaml.safe_load(path.read_text(encoding="utf-8")).values()
        node["shape"]["bank"] = f"${{learned}}/{BANK}"
        node["appearance"] = {
            "_target_": "generator.defect.appearance.learned.Learned",
            "checkpoint": "${learned}",
            "category": category,
            "candidates": candidates,
            "painter": {"_target_": PAINTERS[kind]},
        }
        target = out / "defect" / FAMILY / f"{name}.yaml"
        target.parent.mkdir(parents=True, exist_ok=True)
        head = f"# {category} as the model in this folder paints it, in outlines of the real ones: learned=FOLDER\n"
        text = yaml.safe_dump({name: node}, sort_keys=False, allow_unicode=True, width=1_000_000)
        target.write_text(head + text, encoding="utf-8")
        paths.append(target)
    return paths
