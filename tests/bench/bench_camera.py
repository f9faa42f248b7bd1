"""What camera and drift cost: image and twin of 1024x1024 RGB with one scratch, labels included, one thread.

Run with ``python -m tests.bench.bench_camera``. Source: own.
"""

from __future__ import annotations

import cv2
import yaml

from generator.cli.compose import conf_dir, group_options
from generator.core.seeds import stage_rng
from generator.defect.stage import PutDefects
from generator.run.build import build
from generator.run.label import Labelling, derive_labels
from tests.bench.bench_synthesis import SAMPLES, kinds, make_good, make_sample, mean_ms, paint


def main() -> None:
    """Print a line for each camera and drift."""
    cv2.setNumThreads(1)
    good = make_good()
    stage = PutDefects(defects=kinds(["metal/scratch"]))
    samples = [paint(stage, make_sample(good, "scratch", index)) for index in range(SAMPLES)]
    print(f"floor: two copies of the frame, {mean_ms(lambda index: (good.pixels.copy(), good.pixels.copy())):.2f} ms")
    for group in ("camera", "drift"):
        for option in group_options(group):
            if option == "none":
                continue
            node = yaml.safe_load((conf_dir() / group / f"{option}.yaml").read_text(encoding="utf-8"))
            seen = build(node, group)
            cost_ms = mean_ms(
                lambda index, seen=seen: derive_labels(
                    seen(samples[index], stage_rng(0, index, 0, seen.name)), Labelling()
                )
            )
            print(f"{group}={option:14s} {cost_ms:6.1f} ms {1e3 / cost_ms:5.0f}/s")


if __name__ == "__main__":
    main()
