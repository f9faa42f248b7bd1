"""A GAN and a diffusion model from five real defects a class, and sheets of what they paint.

Run it with ``make train-demo``. With DEFECTGEN_DATA the classes are those of the magnetic tiles there, five images of
each from the training split; without it five of drawn parts. Both models train at the same time, one core each; then
each paints, and a sheet a model shows for every class lines of real ones, painted ones, what is labelled of these, and
the nearest real one to each.
Source: own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np

from generator.core.geometry import Rect
from generator.dataset.record import Label, Record
from generator.dataset.store import Store, link_or_copy
from generator.imaging.codec import decode_image, encode_png
from generator.model.checkpoint import load_checkpoint

MODELS = ("gan", "diffusion")
SHOWN = 8
SIDE_PX = 96
DRAWN = ("casting/blowhole", "metal/crack", "metal/scratch")


def few_real(data: Path, out: Path, count: str = "5") -> tuple[Path, Path]:
    """Lay out five real images of each class and the good ones of the training split; return both folders."""
    splits = json.loads((data / "splits.json").read_text())
    for name in splits["kshot"][count]["0"]:
        if Path(name).parent.name != "uneven":  # its border is arbitrary
            for part in (name, name.replace("defect/", "masks/")):
                _link(data / part, out / "real" / part)
    for name in splits["train"]["good"]:
        _link(data / name, out / "good" / Path(name).name)
    return out / "real", out / "good"


def few_drawn(out: Path) -> tuple[Path, Path]:
    """Draw five defects of each class on drawn parts, and good ones; return both data sets."""
    part = ("experiment=ground_metal_tile", "export=[]", "report=false", "splits={train: 1}", "executor=serial")
    targets = ", ".join(f"{name.split('/')[1]}: 5" for name in DRAWN)
    _defectgen("generate", *part, f"defect=[{','.join(DRAWN)}]", f"targets={{{targets}}}", "good_share=0",
               "defects_per_image=[1,1]", f"out={out / 'real'}")  # fmt: skip
    _defectgen("generate", *part, "good_share=1", "count=48", "seed=1", f"out={out / 'good'}")
    return out / "real", out / "good" / "images"


def paint(model: Path, good: Path, out: Path, classes: tuple[str, ...]) -> Store:
    """Let a model paint on good images; return the data set."""
    kinds = ",".join(f"learned/{name}" for name in classes)
    targets = ", ".join(f"{name}: {SHOWN}" for name in classes)
    _defectgen("generate", f"learned={model}", f"defect=[{kinds}]", "source=folder", f"source.path={good}", "roi=whole",
               "labels=all", "good_share=0", "defects_per_image=[1,1]", f"targets={{{targets}}}", "splits={train: 1}",
               "export=[]", "report=false", f"out={out}", "overwrite=true", "seed=3")  # fmt: skip
    return Store.open(out)


def sheet(kind: str, model: Path, painted: Store) -> np.ndarray:
    """Return lines of real, painted, labelled and nearest real ones for each class, (h, w, 3) uint8."""
    references = load_checkpoint(model, kind).references
    made: dict[str, list[tuple[Record, Label]]] = defaultdict(list)
    for record in painted:
        for label in record.labels:
            made[label.category].append((record, label))
    rows = []
    for category, (crops, _) in references.items():
        real = [_shown(crops[i % len(crops)]) for i in range(SHOWN)]
        lines_of = [real, [], [], []]
        for record, label in made[category][:SHOWN]:
            image, mask, nearest = _crop(painted.root, record, label)
            lines_of[1].append(_shown(image))
            lines_of[2].append(_shown(mask))
            lines_of[3].append(_shown(crops[nearest]))
        blank = np.full((SIDE_PX, SIDE_PX, 3), 40, np.uint8)
        lines = [np.hstack([*line, *[blank] * (SHOWN - len(line))]) for line in lines_of]
        rows += [*lines, np.full((8, lines[0].shape[1], 3), 255, np.uint8)]
    return np.vstack(rows)


def _crop(root: Path, record: Record, label: Label) -> tuple[np.ndarray, np.ndarray, int]:
    pixels = decode_image((root / record.image).read_bytes(), record.image).pixels
    box = label.mask.rect
    side = max(48, int(1.6 * max(box.w, box.h)))
    window = Rect(box.x + box.w // 2 - side // 2, box.y + box.h // 2 - side // 2, side, side).clipped(pixels.shape[:2])
    drawn = label.params["appearance"]
    mask = label.mask.full(record.hw)[window.slices][..., None].astype(np.float32)
    return pixels[window.slices] / np.float32(255), mask, drawn["nearest"]


def _shown(crop: np.ndarray) -> np.ndarray:
    height, width = crop.shape[:2]
    scale = SIDE_PX / max(height, width)
    to = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(crop.astype(np.float32), to, interpolation=cv2.INTER_AREA).reshape(to[1], to[0], -1)
    small = np.repeat(small, 3 // small.shape[2], axis=2)
    frame = np.full((SIDE_PX, SIDE_PX, 3), 40, np.uint8)
    frame[: to[1], : to[0]] = np.clip(np.rint(small * 255), 0, 255)
    return frame


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.is_file():
        link_or_copy(source, target)


def _defectgen(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "generator", *arguments], check=True)


def main() -> None:
    """Train, paint and write the sheets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("outputs/train_demo"))
    parser.add_argument("--minutes", type=float, default=30, help="time for both models, which train at once")
    asked = parser.parse_args()
    out = asked.out.absolute()
    data = os.environ.get("DEFECTGEN_DATA")
    real, good = few_real(Path(data) / "magnetic_tile" / "tile", out) if data else few_drawn(out)
    command = [sys.executable, "-m", "generator", "train", f"data={real}", f"good={good}", f"minutes={asked.minutes}"]
    running = [subprocess.Popen([*command, f"model={kind}", f"out={out / kind}"]) for kind in MODELS]
    if any([process.wait() for process in running]):
        raise SystemExit("a training failed")
    for kind in MODELS:
        classes = tuple(json.loads((out / kind / "model.json").read_text())["classes"])
        made = paint(out / kind, good, out / f"{kind}_painted", classes)
        path = out / f"{kind}.png"
        path.write_bytes(encode_png(sheet(kind, out / kind, made)))
        print(f"{kind}: {path}")


if __name__ == "__main__":
    main()
