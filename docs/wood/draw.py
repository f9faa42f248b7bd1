"""A small data set with a long tail: 79 drawn boards of wood in MVTec AD's layout, 53 to train, 26 to test.

    python docs/wood/draw.py outputs/wood

Its classes and their numbers are those of the product wood of MVTec AD: color 8, combined 11, hole 10, liquid 10,
scratch 21, and 19 good ones. Unlike there, two thirds of each class stand in train/<class>/, so that there is something
to learn from; masks lie in ground_truth/<class>/ for both sides. Source: own.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from generator import Sample, samples
from generator.dataset.names import GOOD
from generator.dataset.view import write_mask
from generator.imaging.codec import encode_png
from generator.run.counts import apportion

COUNTS = {"good": 19, "color": 8, "combined": 11, "hole": 10, "liquid": 10, "scratch": 21}
TRAIN = 53
KINDS = {
    "color": ("wood/stain",),
    "combined": ("metal/scratch", "textile/hole"),
    "hole": ("textile/hole",),
    "liquid": ("coating/stain",),
    "scratch": ("metal/scratch",),
}


def draw(out: Path, size_px: int = 256) -> None:
    """Write the tree.

    Args:
        out: the folder to make.
        size_px: side of an image.
    """
    in_train = dict(zip(COUNTS, apportion(TRAIN, list(COUNTS.values())), strict=True))
    for seed, (name, count) in enumerate(COUNTS.items()):
        kinds = KINDS.get(name, ())
        boards = samples(
            "source=drawn/wood_board", f"source.size_wh=[{size_px},{size_px}]", f"seed={seed}", "splits={train: 1}",
            f"defect=[{','.join(kinds)}]", "good_share=0", "defects_per_image=[1,1]",
            *(("count=0", f"combinations={{scratch+hole: {count}}}") if len(kinds) > 1 else (f"count={count}",)),
        )  # fmt: skip
        for number, sample in enumerate(boards):
            side = "train" if number < in_train[name] else "test"
            _write(sample, out, side, name, f"{number:03d}")


def _write(sample: Sample, out: Path, side: str, name: str, stem: str) -> None:
    image = out / side / name / f"{stem}.png"
    image.parent.mkdir(parents=True, exist_ok=True)
    image.write_bytes(encode_png(sample.image))
    if name != GOOD:
        mask = np.logical_or.reduce([i.mask.full(sample.hw) for i in sample.instances if i.mask is not None])
        write_mask(out / "ground_truth" / name / f"{stem}_mask.png", mask)


if __name__ == "__main__":
    draw(Path(sys.argv[1] if len(sys.argv) > 1 else "outputs/wood"))
