"""End-to-end speed as a share of the bare floor, two workers against one, flat memory, and a plan of ten million.

Run it with ``make bench``. Every figure stands against one taken in the same run on the same images with the same
codec: the floor reads the source, encodes image, twin and mask, and writes them, and does nothing else.
Source: own.
"""

from __future__ import annotations

import multiprocessing
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import psutil

from generator.cli.compose import compose_config
from generator.core.seeds import stage_rng
from generator.imaging.codec import decode_image, encode_mask_png, encode_png
from generator.run.generate import Job
from generator.run.plan import Plan, PlanRequest
from generator.source.part.source import Part

SIDE, SOURCES, COUNT = 1024, 24, 96
PHOTOS = ("ground_tile", "brushed_plate", "turned_disc", "wood_board", "leather", "circuit_board")


def write_sources(folder: Path, side: int, number: int) -> list[Path]:
    """Write good images as PNG and return their paths."""
    part = Part(products=PHOTOS, size_wh=(side, side), seed=1)
    folder.mkdir(parents=True)
    for rank in range(number):
        (folder / f"{rank:04d}.png").write_bytes(encode_png(part.load(part.source_id(rank)).pixels))
    return sorted(folder.iterdir())


def config_of(good: Path, out: Path, count: int, *more: str) -> dict:
    """Return the configuration of a run over a folder."""
    keys = ["source=folder", f"source.path={good}", f"out={out}", f"count={count}", "roi=whole", "good_share=0"]
    return compose_config("generate", [*keys, "defects_per_image=[1,1]", "defect=[metal/scratch,metal/pit]", *more])


def floor_s(paths: list[Path], out: Path, count: int) -> float:
    """Return the seconds a sample that reading, encoding and writing alone take."""
    cv2.setNumThreads(1)
    rng = stage_rng(0, 0, 0, "floor")
    started = time.perf_counter()
    for number in range(count):
        path = paths[number * len(paths) // count]
        image = decode_image(path.read_bytes(), path.name).pixels
        mask = np.zeros(image.shape[:2], np.uint8)
        x, y = rng.integers(0, image.shape[0] - 40, 2)
        mask[y : y + 40, x : x + 40] = 1
        marked = image.copy()
        marked[y : y + 40, x : x + 40] //= 2
        for name, data in (("i", encode_png(marked)), ("t", encode_png(image)), ("m", encode_mask_png(mask))):
            (out / f"{number}{name}.png").write_bytes(data)
    return (time.perf_counter() - started) / count


def run_s(config: dict) -> float:
    """Return the seconds a run takes, its workers' start included."""
    started = time.perf_counter()
    result = Job(config).run(lambda images, rejected: None)
    assert result.made + result.rejected == result.planned
    return time.perf_counter() - started


def end_to_end(folder: Path) -> None:
    """Print end-to-end samples a second against the floor, with the good images reused and each used once."""
    paths = write_sources(folder / "good", SIDE, SOURCES)
    once = write_sources(folder / "once", SIDE, COUNT)
    for name, good, used in (
        ("4 samples a good image", folder / "good", paths),
        ("1 sample a good image", folder / "once", once),
    ):
        (folder / "floor").mkdir()
        floor = floor_s(used, folder / "floor", COUNT)
        ours = run_s(config_of(good, folder / "run", COUNT, "executor=serial", "splits={train: 1}")) / COUNT
        print(
            f"end to end, {name}: {1 / ours:.1f} samples/s, floor {1 / floor:.1f}, share {floor / ours:.2f} (goal 0.85)"
        )
        shutil.rmtree(folder / "run")
        shutil.rmtree(folder / "floor")


def workers(folder: Path) -> None:
    """Print the speed of two workers against one, beside what two copies of the floor reach on this machine's cores."""
    seconds = {}
    for number in (1, 2):
        more = (f"executor.workers={number}", "shard_size=16")
        seconds[number] = run_s(config_of(folder / "once", folder / "run", 8 * COUNT, *more))
        shutil.rmtree(folder / "run")
    paths = sorted((folder / "once").iterdir())
    for name in ("one", "a", "b"):
        (folder / name).mkdir()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, context) as pool:
        list(pool.map(floor_s, [paths] * 2, [folder / "a", folder / "b"], [4] * 2))  # both are up
        alone = pool.submit(floor_s, paths, folder / "one", COUNT).result()
        together = max(pool.map(floor_s, [paths] * 2, [folder / "a", folder / "b"], [COUNT] * 2))
    print(
        f"two workers: {seconds[1] / seconds[2]:.2f} x one, their start included (goal 1.9); "
        f"two copies of the floor: {2 * alone / together:.2f} x one"
    )


def memory(folder: Path) -> None:
    """Print the largest memory of runs of 1,000 and 50,000 samples of 128 x 128, all processes together."""
    write_sources(folder / "small", 128, 48)
    peaks = {}
    for count in (1_000, 50_000):
        keys = [
            "source=folder", f"source.path={folder / 'small'}", f"out={folder / 'memory'}", f"count={count}",
            "roi=whole",            "overwrite=true", "export=[coco]",
        ]  # fmt: skip
        process = psutil.Popen(
            [sys.executable, "-m", "generator", "generate", *keys], stdout=subprocess.DEVNULL, cwd=folder
        )
        peak, started = 0, time.perf_counter()
        while process.poll() is None:
            peak = max(peak, _memory_of(process))
            time.sleep(0.1)
        assert process.returncode == 0, "the run failed"
        peaks[count] = peak
        speed = count / (time.perf_counter() - started)
        print(f"memory, {count} samples of 128 x 128: {peak / 1e6:.0f} MB at most, {speed:.0f} samples/s with exports")
        shutil.rmtree(folder / "memory")
    print(f"memory of 50,000 samples: {peaks[50_000] / peaks[1_000]:.2f} x that of 1,000")


def _memory_of(process: psutil.Process) -> int:
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            total += one.memory_full_info().uss
        except psutil.Error:
            continue
    return total


def plan() -> None:
    """Print how long a plan of ten million takes to open and read at its ends."""
    started = time.perf_counter()
    opened = Plan(PlanRequest(count=10_000_000), ("scratch", "pit"), Part(), "defect", 0)
    ends = opened[0], opened[len(opened) - 1]
    print(
        f"plan of {len(opened)} samples: {time.perf_counter() - started:.4f} s to open and read {ends[1].key} (goal 1)"
    )


def main() -> None:
    """Print every figure."""
    cv2.setNumThreads(1)
    plan()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        end_to_end(folder)
        workers(folder)
        memory(folder)


if __name__ == "__main__":
    main()
