"""What a defect costs in memory: samples/s of every kind on 1024x1024 RGB, without and with labels and twin.

One thread. The floor is one copy of the frame, which every sample needs. Kinds of parts, traces and print meet a drawn
board or label, the others a grey surface. Goals: 500 samples/s, labels included, where at most 2 % of the image change,
50 where all of it may, in the mean of the kinds; and 50 for each kind.
Run with ``python tests/bench/bench_synthesis.py [kind ...]``. Source: own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import yaml

from generator.core.sample import GoodImage, Sample, SampleSpec
from generator.core.seeds import stage_rng
from generator.defect.stage import Defect, PutDefects
from generator.run.build import build
from generator.run.label import Labelling, derive_labels
from generator.source.part.source import Part

KINDS_PATH = Path(__file__).resolve().parents[2] / "conf" / "defect"
SIDE = 1024
SAMPLES, ROUNDS = 30, 3
SURFACES = {
    "assembly": "circuit_board", "pcb": "bare_board", "print": "printed_label",
    "assembly/glue_overflow": "cast_housing", "pcb/residue": "circuit_board",
    "pcb/solder_ball": "circuit_board", "pcb/solder_excess": "circuit_board",
}  # fmt: skip
LOCAL_SHARE, LOCAL_GOAL, WHOLE_GOAL = 0.02, 500, 50


def main(chosen: Sequence[str] = ()) -> None:
    """Print a line for each kind, their mean and median, and the kinds that are slower than any may be."""
    cv2.setNumThreads(1)
    grey = make_good()
    floor_ms = mean_ms(lambda index: grey.pixels.copy())
    print(f"floor: a copy of the {SIDE}x{SIDE} RGB frame, {floor_ms:.2f} ms; {SAMPLES} samples a kind, 1 thread\n")
    print(f"{'kind':27s} {'support':>8s} {'defect':>17s} {'with labels':>17s} {'floor':>6s}  goal")
    drawn = {product: Part(products=(product,), size_wh=(SIDE, SIDE)) for product in set(SURFACES.values())}
    goods = {product: part.load(part.source_id(0)) for product, part in drawn.items()}
    rates: dict[int, dict[str, float]] = {LOCAL_GOAL: {}, WHOLE_GOAL: {}}
    found = kinds(chosen)
    if not found:
        raise SystemExit(f"expected names such as metal/scratch, got {' '.join(chosen)}")
    for name, defect in found.items():
        good = goods.get(SURFACES.get(name) or SURFACES.get(name.split("/")[0]), grey)
        stage = PutDefects(defects={name: defect})
        samples = [make_sample(good, defect.category, index) for index in range(SAMPLES)]
        share = support_share(stage, samples)
        bare_ms = mean_ms(lambda index, s=stage, given=samples: paint(s, given[index]))
        whole_ms = mean_ms(lambda index, s=stage, given=samples: derive_labels(paint(s, given[index]), Labelling()))
        goal = LOCAL_GOAL if share <= LOCAL_SHARE else WHOLE_GOAL
        rates[goal][name] = 1e3 / whole_ms
        met = "met" if 1e3 / whole_ms >= goal else "missed"
        print(
            f"{name:27s} {share:7.2%} {bare_ms:6.2f} ms {1e3 / bare_ms:5.0f}/s"
            f" {whole_ms:6.2f} ms {1e3 / whole_ms:5.0f}/s"
            f" {floor_ms / whole_ms:6.1%}  {goal}/s {met}"
        )
    print("\n" + summary(rates))


def summary(rates: Mapping[int, Mapping[str, float]]) -> str:
    """Return mean, median and slowest of the kinds of each goal, samples/s, and the kinds that miss ``WHOLE_GOAL``."""
    lines = []
    for goal, of_kind in rates.items():
        if of_kind:
            values = list(of_kind.values())
            mean, median = np.mean(values), np.median(values)
            lines.append(f"{len(values)} kinds with a goal of {goal}/s: mean {mean:.0f}/s, median {median:.0f}/s, "
                         f"slowest {min(values):.0f}/s")  # fmt: skip
    every = sorted((rate, name) for of_kind in rates.values() for name, rate in of_kind.items())
    slow = [f"{name} ({rate:.0f}/s)" for rate, name in every if rate < WHOLE_GOAL]
    return "\n".join([*lines, f"below {WHOLE_GOAL}/s: {', '.join(slow) or 'none'}"])


def kinds(chosen: Sequence[str] = ()) -> dict[str, Defect]:
    """Return the configured kinds by their names, such as metal/scratch; all of them if none is chosen."""
    found = {}
    for path in sorted(KINDS_PATH.glob("*/*.yaml")):
        name = path.relative_to(KINDS_PATH).with_suffix("").as_posix()
        if not chosen or name in chosen:
            found[name] = build(yaml.safe_load(path.read_text())[path.stem], name)
    return found


def make_good() -> GoodImage:
    """Return a grey surface with sensor noise."""
    rng = np.random.default_rng(0)
    pixels = np.clip(rng.normal(125, 6, (SIDE, SIDE, 3)), 0, 255).astype(np.uint8)
    return GoodImage(source_id="bench", pixels=pixels, white=255)


def make_sample(good: GoodImage, category: str, index: int) -> Sample:
    """Return a sample that asks for one defect."""
    spec = SampleSpec(
        index=index, key=str(index), split="train", recipe="bench", source_id="bench", seed=0, categories=(category,)
    )
    return Sample(spec=spec, source=good, image=good.pixels, good=good.pixels, roi=good.roi)


def paint(stage: PutDefects, sample: Sample) -> Sample:
    """Return the sample after the stage."""
    return stage(sample, stage_rng(0, sample.spec.index, 0, stage.name))


def support_share(stage: PutDefects, samples: Sequence[Sample]) -> float:
    """Return the mean share of the image that a defect may change."""
    painted = [paint(stage, sample) for sample in samples[:20]]
    return float(np.mean([sum(i.support.area_px for i in sample.instances) for sample in painted])) / SIDE**2


def mean_ms(task: Callable[[int], object]) -> float:
    """Return the mean time of ``task(0), task(1), ...`` in ms: the best of a few rounds, as a shared machine stalls."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for index in range(SAMPLES):
            task(index)
        rounds.append((time.perf_counter() - start) / SAMPLES * 1e3)
    return min(rounds)


if __name__ == "__main__":
    main(sys.argv[1:])
