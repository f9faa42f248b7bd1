"""Whether synthetic defects make a detector better on real ones.

Run it with ``make yardstick``; DEFECTGEN_DATA and DEFECTGEN_YARDSTICK name the real images and the evaluation script.
Only the training split's good images are used. Without any real defect (k = 0), and added to a few (k = 3 or 5), each
arm is trained on three seeds; the figures are printed as the script gives them, next to training on the few real ones
alone.
Source: own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, pstdev

from generator.cli.compose import compose_config
from generator.dataset.store import Store, link_or_copy
from generator.dataset.view import write_mask
from generator.run.generate import Job

SYNTHETIC = 240


@dataclass(frozen=True)
class Trial:
    """One real data set: where it is, which kinds suit it, and how the evaluation is called."""

    name: str
    folder: str
    defects: tuple[str, ...]
    overrides: tuple[str, ...]
    few: int
    options: tuple[str, ...]


JOBS = (
    Trial(
        name="magnetic tile",
        folder="magnetic_tile/tile",
        defects=(
            "casting/blowhole",
            "metal/crack",
            "metal/edge_crack",
            "metal/chip",
            "metal/abrasion",
            "generic/uneven",
        ),
        overrides=(),
        few=3,
        options=("--size", "224", "--steps", "400", "--drop", "uneven", "--max-test-good", "200"),
    ),
    Trial(
        name="asphalt",
        folder="crackforest/asphalt",
        defects=("concrete/crack",),
        overrides=(),
        few=5,
        options=("--size", "160", "--steps", "300"),
    ),
)


def make_set(job: Trial, data: Path, folder: Path, flavour: str, seed: int) -> Path:
    """Draw defects on the training split's good images and lay them out as the evaluation reads them."""
    good = folder / "good"
    good.mkdir(parents=True)
    for name in json.loads((data / "splits.json").read_text())["train"]["good"]:
        link_or_copy(data / name, good / Path(name).name)
    keys = [
        "source=folder", f"source.path={good}", f"out={folder / 'set'}", f"count={SYNTHETIC}", "good_share=0",
        "roi=whole", "defects_per_image=[1,1]", "splits={train: 1}", f"defect=[{','.join(job.defects)}]", "labels=all",
        f"seed={seed}", *job.overrides,
    ]  # fmt: skip
    root = Job(compose_config("generate", keys)).run(lambda images, rejected: None).root
    for record in Store.open(root):
        for label in record.labels:
            flavoured = label.with_flavour(flavour)
            if flavoured is None or flavoured.mask is None:
                continue
            target = folder / "arm" / "defect" / label.category / f"{record.key}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(root / record.image, target)
            write_mask(folder / "arm" / "masks" / label.category / target.name, flavoured.mask.full(record.hw))
    return folder / "arm"


def evaluate(python: str, script: Path, data: Path, options: tuple[str, ...], out: Path) -> dict:
    """Train and test once; return the evaluation's own figures."""
    command = [python, str(script), "--data", str(data), "--out", str(out), *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return json.loads(out.read_text().splitlines()[-1])


def main() -> None:
    """Print mean and deviation over the seeds for every arm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--python", default=sys.executable, help="interpreter that has torch and the evaluation's network"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--flavours", nargs="+", default=["visible", "annotator"])
    parser.add_argument("--only", default="", help="part of a data set's name")
    parser.add_argument("--without-real", action="store_true", help="only k = 0")
    asked = parser.parse_args()
    root, script = Path(os.environ["DEFECTGEN_DATA"]), Path(os.environ["DEFECTGEN_YARDSTICK"]) / "evaluate.py"
    for job in JOBS:
        if asked.only not in job.name:
            continue
        figures: dict[str, list[dict]] = defaultdict(list)
        with tempfile.TemporaryDirectory() as name:
            folder, data = Path(name), root / job.folder
            for seed in asked.seeds:
                few = ("--k", str(job.few), "--seed", str(seed), *job.options)
                if not asked.without_real:
                    result = evaluate(asked.python, script, data, ("--arm", "real", *few), folder / "results.jsonl")
                    figures[f"{job.few} real"].append(result)
                for flavour in asked.flavours:
                    arm = make_set(job, data, folder / f"{flavour}-{seed}", flavour, seed)
                    ours = ("--arm", "ours", "--syn", str(arm))
                    none = (*ours, "--k", "0", "--seed", str(seed), *job.options)
                    figures[f"ours, {flavour} masks"].append(
                        evaluate(asked.python, script, data, none, folder / "r.jsonl")
                    )
                    if not asked.without_real:
                        result = evaluate(asked.python, script, data, (*ours, *few), folder / "r.jsonl")
                        figures[f"{job.few} real + ours, {flavour} masks"].append(result)
        for arm, results in figures.items():
            print(
                f"{job.name}, {arm}: "
                + ", ".join(_shown(key, results) for key in ("pixel_ap", "mean_class_ap", "best_f1"))
            )
            classes = results[0]["class_ap"]
            print("    " + ", ".join(f"{c} {mean(r['class_ap'][c] for r in results):.3f}" for c in classes), flush=True)


def _shown(key: str, results: list[dict]) -> str:
    values = [result[key] for result in results]
    return f"{key} {mean(values):.3f} ± {pstdev(values):.3f}"


if __name__ == "__main__":
    main()
