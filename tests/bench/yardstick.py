"""Whether synthetic defects make a detector better on real ones.

Run it with ``make yardstick``; DEFECTGEN_DATA and DEFECTGEN_YARDSTICK name the real images and the evaluation script.
Only the training split's good images are used, and kinds know exactly the real defects that their arm trains on. Arms,
each on three seeds: drawn kinds alone, without any real defect; a few real defects alone, and together with kinds
fitted to them, with the same few pasted from a bank, and with bank and drawn kinds mixed; with what a GAN and a
diffusion model paint that learned from the same few, alone and mixed with the others; all real ones alone and with a
bank of them; and the share of the synthetic images in a sweep. The figures are printed as the script gives
them: mean and deviation, each seed, each class. Source: own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
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
from generator.harvest.harvest import HarvestRequest, harvest
from generator.run.generate import Job
from generator.run.plan import apportion

SYNTHETIC = 240
LEARNED = ("gan", "diffusion")
CANDIDATES = 2
"""Of each defect that a model paints, so that the making of a set takes minutes."""


@dataclass(frozen=True)
class Recipe:
    """How an arm is drawn.

    Attributes:
        most: the most defects of each class on an image, which shows one class alone.
        overrides: the rest.
        place: where kinds learned from real defects lie, as ``defectgen fit`` and ``harvest`` take it.
        masks: the flavour that is trained on: ``visible``, or ``annotator``, as people outline.
    """

    most: dict[str, int]
    overrides: tuple[str, ...]
    place: str = "anywhere"
    masks: str = "visible"


@dataclass(frozen=True)
class Trial:
    """One real data set: where it is, what is drawn for it, and how the evaluation is called.

    Attributes:
        name: shown.
        folder: below DEFECTGEN_DATA.
        defects: per class, the drawn kinds that suit it.
        recipes: per maker; a maker is ``drawn``, ``fitted``, ``bank``, ``gan``, ``diffusion``, or several joined with
            +, or ``mixture``; ``learned`` is the recipe of both models.
        mixture: per class, the makers of ``mixture``, which share its images alike.
        beside_few: makers whose images go beside a few real defects.
        few: numbers of real defects of a class.
        dropped: a class left out.
        options: of the evaluation.
    """

    name: str
    folder: str
    defects: dict[str, tuple[str, ...]]
    recipes: dict[str, Recipe]
    mixture: dict[str, str]
    beside_few: tuple[str, ...]
    few: tuple[str, ...]
    dropped: str
    options: tuple[str, ...]

    def recipe_of(self, maker: str) -> Recipe:
        """Return how a maker's images are drawn."""
        return self.recipes["learned" if maker in LEARNED else maker]


_MOST = {"blowhole": 3, "break": 3, "crack": 3, "fray": 2}
_BESIDE_FEW = (
    "fitted", "bank", "bank+drawn", "bank+fitted", *LEARNED, "bank+drawn+gan", "bank+drawn+gan+diffusion", "mixture",
)  # fmt: skip
_TILE = ("roi=trimmed", "distractor=[gap,corner]", "distractors_per_image=[0,3]")
_ALL = {"blowhole": 3, "break": 3, "crack": 3, "fray": 3}
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
        recipes={
            "drawn": Recipe(
                _MOST,
                ("roi=trimmed", "distractor=[gap,corner,smudge,streak,tide_mark]", "distractors_per_image=[6,16]"),
            ),
            "fitted": Recipe(_MOST, _TILE),
            "bank": Recipe(_ALL, _TILE),
            "learned": Recipe(_ALL, _TILE),
        },
        mixture={
            "blowhole": "bank+fitted+diffusion",
            "break": "bank",
            "crack": "bank+drawn+diffusion",
            "fray": "bank+fitted",
        },
        beside_few=_BESIDE_FEW,
        few=("3", "5"),
        dropped="uneven",
        options=("--size", "224", "--steps", "400", "--drop", "uneven", "--max-test-good", "200"),
    ),
    Trial(
        name="asphalt",
        folder="crackforest/asphalt",
        defects={"crack": ("concrete/crack",)},
        recipes={
            "drawn": Recipe({"crack": 3}, ("roi=whole",)),
            "fitted": Recipe({"crack": 3}, ("roi=whole",), place="seen"),
            "bank": Recipe(
                {"crack": 3},
                (
                    "roi=whole",
                    "defect.bank.crack.shape.scale=[0.6,1.1]",
                    "defect.bank.crack.appearance.strength=[1,1.5]",
                ),
                masks="annotator",
            ),
            "learned": Recipe({"crack": 3}, ("roi=whole", "defect.learned.crack.shape.scale=[0.6,1.1]")),
        },
        mixture={"crack": "bank+fitted+gan"},
        beside_few=("drawn+fitted", *_BESIDE_FEW),
        few=("1", "5"),
        dropped="",
        options=("--size", "160", "--steps", "300"),
    ),
)


def make_set(
    trial: Trial, data: Path, folder: Path, seed: int, makers: str, few: Sequence[str], models: Models,
    synthetic: int = SYNTHETIC,
) -> Path:  # fmt: skip
    """Put defects on the training split's good images and lay them out as the evaluation reads them.

    Args:
        trial: what is made.
        data: the real data set.
        folder: where all goes.
        seed: of the run.
        makers: ``drawn``, ``fitted``, ``bank``, or several joined with +, which share the images alike.
        few: real defective images, relative to ``data``, that all but the drawn kinds know.
        models: where trained models are kept, and how long one is trained.
        synthetic: images of all classes together.
    """
    good = _good_of(data, folder)
    counts = apportion(synthetic, [1.0] * len(trial.defects))
    own = {category: makers_of(trial, makers, category) for category in trial.defects}
    for maker in dict.fromkeys(maker for names in own.values() for maker in names):
        kinds, keys = _kinds(trial, data, folder, few, good, maker, models)
        for i, (category, count) in enumerate(zip(trial.defects, counts, strict=True)):
            if kinds.get(category) and maker in own[category]:
                out, names = folder / maker / category, own[category]
                images = apportion(count, [1.0] * len(names))[names.index(maker)]
                recipe = trial.recipe_of(maker)
                _generate(recipe, category, kinds[category], out, (
                    *keys, f"source.path={good}", f"count={images}", f"seed={seed * len(counts) + i}",
                ))  # fmt: skip
                _lay_out(out, category, f"{maker}-", folder / "arm", recipe.masks)
    return folder / "arm"


def makers_of(trial: Trial, makers: str, category: str) -> list[str]:
    """Return the makers of a class's images."""
    return (trial.mixture[category] if makers == "mixture" else makers).split("+")


def _good_of(data: Path, folder: Path) -> Path:
    """Return a folder with the training split's good images."""
    good = folder / "good"
    good.mkdir(parents=True, exist_ok=True)
    for name in json.loads((data / "splits.json").read_text())["train"]["good"]:
        if not (good / Path(name).name).is_file():
            link_or_copy(data / name, good / Path(name).name)
    return good


def _real_in(trial: Trial, data: Path, folder: Path, few: Sequence[str]) -> Path:
    """Return a folder with a few real defective images and their masks."""
    real = folder / "real"
    for name in few:
        if Path(name).parent.name != trial.dropped:
            for part in (name, name.replace("defect/", "masks/")):
                (real / part).parent.mkdir(parents=True, exist_ok=True)
                if not (real / part).is_file():
                    link_or_copy(data / part, real / part)
    return real


def _generate(recipe: Recipe, category: str, kinds: Sequence[str], out: Path, keys: Sequence[str]) -> None:
    config = compose_config("generate", [
        "source=folder", f"out={out}", "good_share=0", f"defects_per_image=[1,{recipe.most[category]}]",
        "splits={train: 1}", f"defect=[{','.join(kinds)}]", "labels=all", "labels.visible_floor=0.04", "export=[]",
        "report=false", *recipe.overrides, *keys,
    ])  # fmt: skip
    Job(config).run(lambda images, rejected: None)


def _lay_out(root: Path, category: str, prefix: str, arm: Path, flavour: str) -> None:
    """Link images and write masks of one flavour."""
    for record in Store.open(root):
        own = [label.with_flavour(flavour) for label in record.labels]
        masks = [label.mask.full(record.hw) for label in own if label is not None and label.mask is not None]
        if masks:
            target = arm / "defect" / category / f"{prefix}{record.key}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(root / record.image, target)
            write_mask(arm / "masks" / category / target.name, sum(masks) > 0)


def _kinds(
    trial: Trial, data: Path, folder: Path, few: Sequence[str], good: Path, maker: str, models: Models
) -> tuple[dict[str, list[str]], list[str]]:
    """Return a maker's kinds by class, and the keys that make them known."""
    if maker == "drawn":
        return {category: list(kinds) for category, kinds in trial.defects.items()}, []
    real, place = _real_in(trial, data, folder, few), trial.recipe_of(maker).place
    if maker == "fitted":
        fitted = fit(real, folder / "kinds", good=good, place=place, tries=0)
        search = f"hydra.searchpath=['file://{folder / 'kinds'}']"
        return {path.stem: [f"fitted/{path.stem}"] for path in fitted.paths}, [search]
    if maker in LEARNED:
        return {category: [f"learned/{category}"] for category in trial.defects}, [f"learned={models.folder / maker}"]
    cut = harvest(real, folder / "cut", HarvestRequest(place=place, apart=True))
    return {path.stem: [f"bank/{path.stem}"] for path in cut.paths.values()}, [f"bank={folder / 'cut'}"]


@dataclass(frozen=True)
class Models:
    """Trained models, which the arms of a seed share.

    Attributes:
        folder: where they are kept.
        minutes: time that one is trained; 0: until all its steps are done.
    """

    folder: Path
    minutes: float


def train(trial: Trial, data: Path, few: Sequence[str], maker: str, models: Models) -> None:
    """Train a model on the few real defects, unless it is there."""
    with _MAKING:  # another model of the seed wants the same folders
        real, good = _real_in(trial, data, models.folder, few), _good_of(data, models.folder)
    model, place = models.folder / maker, trial.recipe_of(maker).place
    kinds = ", ".join(f"{category}: [{', '.join(options)}]" for category, options in trial.defects.items())
    if not (model / "model.json").is_file():
        _defectgen("train", f"model={maker}", f"data={real}", f"good={good}", f"out={model}", f"kinds={{{kinds}}}",
                   f"place={place}", f"candidates={CANDIDATES}",
                   *([f"minutes={models.minutes}"] if models.minutes else []))  # fmt: skip


def _defectgen(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "generator", *arguments], check=True, stdout=subprocess.DEVNULL)


def evaluate(python: str, script: Path, data: Path, options: Sequence[str], out: Path) -> dict:
    """Train and test once; return the evaluation's own figures."""
    command = [python, str(script), "--data", str(data), "--out", str(out), *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return json.loads(out.read_text().splitlines()[-1])


@dataclass(frozen=True)
class Arm:
    """One line of the result: what is trained on.

    Attributes:
        few: real defects of each class, or ``full``: all of the training split.
        makers: of the synthetic images; empty: none.
        share: synthetic part of the defect slots where both are there; 0: the evaluation's own.
    """

    few: str
    makers: str = ""
    share: float = 0.0

    def __str__(self) -> str:
        real = {"0": "no real", "full": "all real"}.get(self.few, f"{self.few} real")
        return real + (f" + {self.makers}" if self.makers else "") + (f", share {self.share:g}" if self.share else "")


SHARES = (0.2, 0.4, 0.6, 0.8)


def arms_of(trial: Trial, asked: Sequence[str], sweep: bool) -> list[Arm]:
    """Return the arms of a trial: those that are asked for, as few:makers, or all."""
    if asked:
        return [Arm(*(part if n < 2 else float(part) for n, part in enumerate(one.split(":")))) for one in asked]
    if sweep:
        return [Arm(trial.few[-1 if trial.name == "asphalt" else 0], "bank", share) for share in SHARES]
    arms = [Arm("0", "drawn")]
    for few in trial.few:
        can = [makers for makers in trial.beside_few if few != "1" or not {*makers.split("+")} & {*LEARNED, "mixture"}]
        arms += [Arm(few, makers) for makers in ("", *can)]  # a look is learned from two defects or more
    return [*arms, Arm("full"), Arm("full", "bank")]


def real_of(trial: Trial, data: Path, few: str, seed: int) -> list[str]:
    """Return the real defective images that an arm knows."""
    splits = json.loads((data / "splits.json").read_text())
    return [] if few == "0" else splits["train"]["defect"] if few == "full" else splits["kshot"][few][str(seed)]


def main() -> None:
    """Print mean and deviation over the seeds for every arm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--python", default=sys.executable, help="interpreter that has torch and the evaluation's network"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--arm", nargs="*", default=[], help="FEW:MAKERS[:SHARE], such as 3:bank+drawn; none: all")
    parser.add_argument("--sweep", action="store_true", help="the bank arm with several synthetic shares instead")
    parser.add_argument("--only", default="", help="part of a data set's name")
    parser.add_argument("--workers", type=int, default=2, help="trainings at a time, one core each")
    parser.add_argument("--minutes", type=float, default=0, help="time to train a model; 0: until all steps are done")
    parser.add_argument("--images", type=int, default=SYNTHETIC, help="synthetic images of an arm, of all classes")
    parser.add_argument("--keep", type=Path, help="where arms and figures stay; those there already are not made again")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(asked.workers) as pool:
        kept = (asked.keep or Path(name)).absolute()
        for trial in (trial for trial in TRIALS if asked.only in trial.name):
            arms = arms_of(trial, asked.arm, asked.sweep)
            jobs = [(arm, seed) for arm in arms for seed in asked.seeds]
            figures: dict[Arm, list[dict]] = defaultdict(list)
            more = asked.python, kept, asked.minutes, asked.images
            futures = [pool.submit(_run, trial, arm, seed, *more) for arm, seed in jobs]
            for (arm, _), future in zip(jobs, futures, strict=True):
                figures[arm].append(future.result())
                if len(figures[arm]) == len(asked.seeds):
                    _print(trial, arm, figures[arm])


def _run(trial: Trial, arm: Arm, seed: int, python: str, kept: Path, minutes: float, synthetic: int) -> dict:
    """Return the figures of an arm and a seed; made in a process of its own, as two jobs share no composed state."""
    data, script = Path(os.environ["DEFECTGEN_DATA"]) / trial.folder, Path(os.environ["DEFECTGEN_YARDSTICK"])
    stem = f"{trial.folder.replace('/', '-')}-{arm.few}-{arm.makers or 'real'}-{seed}"
    stem += f"-{synthetic}" if arm.makers and synthetic != SYNTHETIC else ""
    out = kept / f"{stem}-{arm.share:g}.jsonl"
    if out.is_file():
        return json.loads(out.read_text().splitlines()[-1])
    kept.mkdir(parents=True, exist_ok=True)
    options = ["--arm", str(arm), "--k", arm.few, "--seed", str(seed), *trial.options]
    if arm.makers:
        made = kept / stem / "arm"
        models = Models(kept / f"{trial.folder.replace('/', '-')}-{arm.few}-{seed}", minutes)
        few = real_of(trial, data, arm.few, seed)
        makers = {maker for category in trial.defects for maker in makers_of(trial, arm.makers, category)}
        for maker in sorted(makers & {*LEARNED}):
            with _TRAINING[f"{models.folder}/{maker}"]:
                train(trial, data, few, maker, models)
        with _MAKING:
            if not made.is_dir():
                make_set(trial, data, kept / stem, seed, arm.makers, few, models, synthetic)
        options += ["--syn", str(made), *(["--syn-ratio", str(arm.share)] if arm.share else [])]
    return evaluate(python, script / "evaluate.py", data, options, out)


_TRAINING: dict[str, threading.Lock] = defaultdict(threading.Lock)  # arms of a seed share a model
_MAKING = threading.Lock()  # Hydra composes one configuration at a time


def _print(trial: Trial, arm: Arm, results: list[dict]) -> None:
    shown = ", ".join(_shown(key, results) for key in ("pixel_ap", "mean_class_ap", "best_f1"))
    each = " ".join(f"{result['mean_class_ap']:.3f}" for result in results)
    classes = ", ".join(f"{c} {mean(r['class_ap'][c] for r in results):.3f}" for c in results[0]["class_ap"])
    print(f"{trial.name}, {arm}: {shown}\n    each seed {each}; {classes}", flush=True)


def _shown(key: str, results: list[dict]) -> str:
    values = [result[key] for result in results]
    return f"{key} {mean(values):.3f} ± {pstdev(values):.3f}"


if __name__ == "__main__":
    main()
