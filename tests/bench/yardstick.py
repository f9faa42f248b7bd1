"""Whether synthetic defects make a detector better on real ones.

Run it with ``make yardstick``; DEFECTGEN_DATA and DEFECTGEN_YARDSTICK name the real images and the evaluation script.
Only the training split's good images are used. Three arms, each on three seeds: drawn kinds alone, without any real
defect; the few real defects alone; and these few together with kinds fitted to exactly these few, on asphalt
beside drawn ones. The figures are printed as the script gives them: mean and deviation, each seed, each class.
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
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, pstdev

from generator.cli.compose import compose_config
from generator.dataset.store import Store, link_or_copy
from generator.dataset.view import write_mask
from generator.fit.fit import fit
from generator.run.generate import Job
from generator.run.plan import apportion

SYNTHETIC = 240


@dataclass(frozen=True)
class Recipe:
    """How an arm is drawn.

    Attributes:
        most: the most defects of each class on an image, which shows one class alone.
        overrides: the rest.
    """

    most: dict[str, int]
    overrides: tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """One real data set: where it is, what is drawn for it, and how the evaluation is called.

    Attributes:
        name: shown.
        folder: below DEFECTGEN_DATA.
        defects: per class, the drawn kinds that suit it.
        alone: without any real defect.
        beside_real: together with a few real defects and kinds fitted to them.
        place: where fitted kinds lie, as ``defectgen fit`` takes it.
        drawn_too: whether drawn kinds go on beside fitted ones.
        dropped: a class left out.
        options: of the evaluation.
    """

    name: str
    folder: str
    defects: dict[str, tuple[str, ...]]
    alone: Recipe
    beside_real: Recipe
    place: str
    drawn_too: bool
    dropped: str
    options: tuple[str, ...]


_MOST = {"blowhole": 3, "break": 3, "crack": 3, "fray": 2}
TRIALS = (
    Trial(
        name="magnetic tile",
        folder="magnetic_tile/tile",
        defects={
            "blowhole": ("casting/blowhole",),
            "break": ("casting/break",),
            "crack": ("metal/crack", "metal/edge_crack"),
            "fray": ("metal/fray", "metal/edge_fray"),
        },
        alone=Recipe(
            _MOST, ("roi=trimmed", "distractor=[gap,corner,smudge,streak,tide_mark]", "distractors_per_image=[6,16]")
        ),
        beside_real=Recipe(_MOST, ("roi=trimmed", "distractor=[gap,corner]", "distractors_per_image=[0,3]")),
        place="anywhere",
        drawn_too=False,
        dropped="uneven",
        options=("--size", "224", "--steps", "400", "--drop", "uneven", "--max-test-good", "200"),
    ),
    Trial(
        name="asphalt",
        folder="crackforest/asphalt",
        defects={"crack": ("concrete/crack",)},
        alone=Recipe({"crack": 3}, ("roi=whole",)),
        beside_real=Recipe({"crack": 3}, ("roi=whole",)),
        place="seen",
        drawn_too=True,
        dropped="",
        options=("--size", "160", "--steps", "300"),
    ),
)


def make_set(trial: Trial, data: Path, folder: Path, seed: int, few: Sequence[str] = ()) -> Path:
    """Draw defects on the training split's good images and lay them out as the evaluation reads them.

    Args:
        trial: what is drawn.
        data: the real data set.
        folder: where all goes.
        seed: of the run.
        few: real defective images, relative to ``data``, from which kinds are fitted.
    """
    good = folder / "good"
    good.mkdir(parents=True)
    for name in json.loads((data / "splits.json").read_text())["train"]["good"]:
        link_or_copy(data / name, good / Path(name).name)
    fitted = fitted_kinds(trial, data, folder, few, good) if few else {}
    recipe = trial.beside_real if few else trial.alone
    counts = apportion(SYNTHETIC, [1.0] * len(trial.defects))
    for i, (category, kinds) in enumerate(trial.defects.items()):
        drawn = kinds if trial.drawn_too or category not in fitted else ()
        names = ",".join([*drawn, *fitted.get(category, ())])
        keys = [
            "source=folder", f"source.path={good}", f"out={folder / category}", f"count={counts[i]}", "good_share=0",
            f"defects_per_image=[1,{recipe.most[category]}]", "splits={train: 1}", f"defect=[{names}]", "labels=all",
            "labels.visible_floor=0.04", "export=[]", "report=false", f"seed={seed * len(counts) + i}",
            *recipe.overrides,
        ]  # fmt: skip
        if fitted:
            keys.append(f"hydra.searchpath=['file://{folder / 'fitted'}']")
        root = Job(compose_config("generate", keys)).run(lambda images, rejected: None).root
        for record in Store.open(root):
            own = [label.with_flavour("visible") for label in record.labels]
            masks = [label.mask.full(record.hw) for label in own if label is not None and label.mask is not None]
            if masks:
                target = folder / "arm" / "defect" / category / f"{record.key}.png"
                target.parent.mkdir(parents=True, exist_ok=True)
                link_or_copy(root / record.image, target)
                write_mask(folder / "arm" / "masks" / category / target.name, sum(masks) > 0)
    return folder / "arm"


def fitted_kinds(trial: Trial, data: Path, folder: Path, few: Sequence[str], good: Path) -> dict[str, list[str]]:
    """Fit a kind a class from a few real defects; return their names by class."""
    real = folder / "real"
    for name in few:
        category = Path(name).parent.name
        if category != trial.dropped:
            for part in (name, name.replace("defect/", "masks/")):
                (real / part).parent.mkdir(parents=True, exist_ok=True)
                link_or_copy(data / part, real / part)
    found = fit(real, folder / "fitted", good=good, place=trial.place, tries=0)
    return {path.stem: [f"fitted/{path.stem}"] for path in found.paths}


def evaluate(python: str, script: Path, data: Path, options: Sequence[str], out: Path) -> dict:
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
    parser.add_argument("--few", type=int, nargs="*", default=[3, 5], help="real defects of each class; none: skip")
    parser.add_argument("--only", default="", help="part of a data set's name")
    parser.add_argument("--workers", type=int, default=2, help="trainings at a time, one core each")
    asked = parser.parse_args()
    root, script = Path(os.environ["DEFECTGEN_DATA"]), Path(os.environ["DEFECTGEN_YARDSTICK"]) / "evaluate.py"
    for trial in TRIALS:
        if asked.only not in trial.name:
            continue
        data = root / trial.folder
        draws = json.loads((data / "splits.json").read_text())["kshot"]
        jobs: list[tuple[str, int, str, Path | None]] = []
        with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(asked.workers) as pool:
            for seed in asked.seeds:
                jobs.append(("drawn, no real", seed, "0", make_set(trial, data, Path(name) / f"0-{seed}", seed)))
                for few in map(str, asked.few):
                    arm = make_set(trial, data, Path(name) / f"{few}-{seed}", seed, draws[few][str(seed)])
                    jobs += [(f"{few} real", seed, few, None), (f"{few} real + fitted", seed, few, arm)]

            def run(
                job: tuple[str, int, str, Path | None], data: Path = data, trial: Trial = trial, at: str = name
            ) -> dict:
                arm, seed, few, made = job
                options = ["--arm", arm, "--k", few, "--seed", str(seed), *trial.options]
                options += [] if made is None else ["--syn", str(made)]
                return evaluate(asked.python, script, data, options, Path(at) / f"{arm}-{seed}.jsonl")

            figures: dict[str, list[dict]] = defaultdict(list)
            for job, result in zip(jobs, pool.map(run, jobs), strict=True):
                figures[job[0]].append(result)
        for arm, results in figures.items():
            shown = ", ".join(_shown(key, results) for key in ("pixel_ap", "mean_class_ap", "best_f1"))
            each = " ".join(f"{result['mean_class_ap']:.3f}" for result in results)
            classes = ", ".join(f"{c} {mean(r['class_ap'][c] for r in results):.3f}" for c in results[0]["class_ap"])
            print(f"{trial.name}, {arm}: {shown}\n    each seed {each}; {classes}", flush=True)


def _shown(key: str, results: list[dict]) -> str:
    values = [result[key] for result in results]
    return f"{key} {mean(values):.3f} ± {pstdev(values):.3f}"


if __name__ == "__main__":
    main()
