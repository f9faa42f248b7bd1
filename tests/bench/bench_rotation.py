"""What a turned image costs end to end, as a share of two bare floors in the same run.

A floor reads a file, turns the image by OpenCV's warpAffine with the same kernel, encodes it and writes it, for every
image anew; no label, no record, and no fill but OpenCV's own mirror for ``reflect``. One floor is OpenCV alone, its
imread and imwrite as they come; the other, ``lean``, takes this project's decoder and its quicker encoder, so that
all that is left over is what labels, records and a run's own order cost. Ours is a run of recipe=rotation over a
folder, serial, its start and its end included. All take turns in rounds, and the medians of the rounds' ratios count;
shares are of CPU seconds, as a shared machine stalls. The fill ``surface`` makes what lies beyond the circle, a quarter
of the canvas, which the floors do not: it has no goal.
Run with ``python tests/bench/bench_rotation.py [profile]``: ``profile`` says where the time goes. Source: own.
"""

from __future__ import annotations

import cProfile
import math
import pstats
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from generator.cli.compose import compose_config
from generator.imaging.codec import decode_image, encode_png
from generator.run.generate import Job
from generator.source.part.source import Part

SETS = (("mono8", 1024), ("rgb8", 1024), ("mono8", 512), ("rgb8", 512))
FILLS = ("constant", "inscribed", "circle", "reflect", "surface")
MAKING = "surface"
EACH = (1, 4)
PIXELS, ROUNDS, GOAL = 96 << 20, 3, 0.85  # of all images of a round
PRODUCTS = ("ground_tile", "brushed_plate", "turned_disc", "wood_board", "leather", "circuit_board")


def write_sources(folder: Path, mode: str, side: int, count: int) -> None:
    """Write good images as PNG."""
    part = Part(products=PRODUCTS, size_wh=(side, side), mode=mode, seed=1)
    folder.mkdir(parents=True)
    for rank in range(count):
        (folder / f"{rank:04d}.png").write_bytes(encode_png(part.load(part.source_id(rank)).pixels))


def read_lean(path: Path) -> np.ndarray:
    """Return an image, decoded as a run does."""
    return decode_image(path.read_bytes(), path.name).pixels


def write_lean(path: Path, image: np.ndarray) -> None:
    """Write an image, encoded as a run does."""
    path.write_bytes(encode_png(image.reshape(*image.shape[:2], -1)))


def read_opencv(path: Path) -> np.ndarray:
    """Return an image, decoded by OpenCV."""
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def write_opencv(path: Path, image: np.ndarray) -> None:
    """Write an image, encoded by OpenCV at its defaults."""
    cv2.imwrite(str(path), image)


FLOORS = {"OpenCV": (read_opencv, write_opencv), "lean": (read_lean, write_lean)}


def floor_s(name: str, paths: list[Path], out: Path, wh: tuple[int, int], count: int, border: int) -> float:
    """Return the CPU seconds an image that reading, one turn, encoding and writing alone take."""
    out.mkdir()
    read, write = FLOORS[name]
    started = time.process_time()
    for number in range(count):
        image = read(paths[number * len(paths) // count])
        height, width = image.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2 - 0.5, height / 2 - 0.5), 7.3 * number + 1.1, 1.0)
        matrix[:, 2] += (wh[0] - width) / 2, (wh[1] - height) / 2
        turned = cv2.warpAffine(image, matrix, wh, flags=cv2.INTER_CUBIC, borderMode=border)
        write(out / f"{number:06d}.png", turned)
    seconds = time.process_time() - started
    shutil.rmtree(out)
    return seconds / count


def run_s(config: dict) -> tuple[float, float]:
    """Return the CPU seconds and the seconds on the wall an image that a run takes."""
    started, began = time.process_time(), time.perf_counter()
    result = Job(config).run(lambda images, rejected: None)
    seconds, passed = time.process_time() - started, time.perf_counter() - began
    assert result.made == result.planned == len(list((result.root / "images").rglob("*.png")))
    shutil.rmtree(result.root)
    shutil.rmtree(result.root.with_name(f"{result.root.name}.run"), ignore_errors=True)
    return seconds / result.made, passed / result.made


def config_of(good: Path, out: Path, fill: str, count: int) -> dict:
    """Return the configuration of a run over a folder."""
    keys = ["recipe=rotation", f"rotation/fill={fill}", "source=folder", f"source.path={good}", f"out={out}"]
    return compose_config("generate", [*keys, f"count={count}", "executor=serial", "report=false"])


def compared(good: Path, fill: str, side: int, count: int, rounds: int = ROUNDS) -> tuple[float, dict[str, float]]:
    """Return the medians of our images a second and of our share of each floor."""
    crop = math.floor((side / 2 - 2) * math.sqrt(2)) // 2 * 2 if fill == "inscribed" else side
    config, paths = config_of(good, good.parent / "run", fill, count), sorted(good.iterdir())
    border = cv2.BORDER_REFLECT_101 if fill == "reflect" else cv2.BORDER_CONSTANT
    shares: dict[str, list[float]] = {name: [] for name in FLOORS}
    speeds = []
    for _ in range(rounds):
        floors = {name: floor_s(name, paths, good.parent / "floor", (crop, crop), count, border) for name in FLOORS}
        ours, passed = run_s(config)
        for name, floor in floors.items():
            shares[name].append(floor / ours)
        speeds.append(1 / passed)
    return statistics.median(speeds), {name: statistics.median(found) for name, found in shares.items()}


def profile(config: dict) -> None:
    """Print where the time of a run goes."""
    seen = cProfile.Profile()
    seen.runcall(run_s, config)
    pstats.Stats(seen).sort_stats("tottime").print_stats(22)


def main() -> None:
    """Print a line for each kind of image, each fill, and how often each good image is used."""
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as name:
        for mode, side in SETS:
            count = PIXELS // side**2
            for each in EACH:
                good = Path(name) / f"{mode}_{side}_{each}" / "good"
                write_sources(good, mode, side, count // each)
                for fill in FILLS if each == 1 else FILLS[:2]:
                    speed, shares = compared(good, fill, side, count)
                    goal = f" (goal {GOAL})" if fill != MAKING else ""
                    print(
                        f"rotation, {side}x{side} {mode}, {fill}, {each} a good image: {speed:.1f} images/s, "
                        f"share {shares['OpenCV']:.2f} of OpenCV alone, {shares['lean']:.2f} of the lean floor{goal}"
                    )
                    if sys.argv[1:] == ["profile"]:
                        profile(config_of(good, good.parent / "run", fill, count))


if __name__ == "__main__":
    main()
