"""What a line of text costs: ours plain and rich, in memory and on disk, beside TRDG and a bare Pillow floor.

One core, images 48 px high, 8 to 12 of A-Z and 0-9, three faces that all of them know. The floor takes a cached font,
opens a new grey image and draws the text, without any label. TRDG is its own package in its plainest mode (white, no
blur), mask included, no box asked for; rich it tilts, bends and blurs on noise. Ours has every label there is: quads,
boxes, baselines, words, a mask of the characters and the surface without the text. Figures are CPU seconds, rounds of
all in turn and the best of each, as a shared machine stalls.
Run with ``python tests/bench/bench_text.py [memory] [profile]``: ``memory`` adds 100,000 lines, ``profile`` says where
the time goes. Source: own.
"""

from __future__ import annotations

import cProfile
import functools
import importlib
import io
import os
import pstats
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path

import cv2
import numpy as np
import psutil
from PIL import Image, ImageDraw, ImageFont

from generator import samples
from generator.cli.compose import compose_config
from generator.run.generate import Job
from generator.run.sequence import SampleSequence
from generator.text.font.place import Package
from generator.text.raster.trdg import _patched

HEIGHT, ROUNDS, CAPITALS = 48, 5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
FACES = ("Roboto-Regular*", "Lato-Regular*", "OpenSans-Regular*")
LINES = (
    "recipe=text",
    "text/corpus=pattern",
    'text.corpus.patterns=["[A-Z0-9]{8,12}"]',
    f"text.font.include=[{','.join(FACES)}]",
    "splits={train: 1}",
)
RICH = ("source=drawn/ground_tile", "source.count=4", "roi=whole", "text/warp=perspective", "camera=mild")
"""A crop of ground metal, text in perspective, blur and noise."""
ON_DISK = 600
MEMORY_LINES, MEMORY_FIRST = 100_000, 10_000
PROFILED, ROWS = 1500, 15


def main(modes: Sequence[str]) -> None:
    """Print a line for each way to make a line of text, with its ratios to the floor and to TRDG."""
    cv2.setNumThreads(1)
    texts, paths = draw_texts(2000), font_paths()
    plain, rich = samples(*LINES, "count=1000000"), samples(*LINES, *RICH, "count=1000000")
    trdg = trdg_maker()
    tasks = {
        "floor: Pillow": (functools.partial(floor, texts, paths), 400),
        "TRDG plain": (functools.partial(trdg, texts, paths, False), 100),
        "TRDG rich": (functools.partial(trdg, texts, paths, True), 60),
        "ours plain": (functools.partial(ours, plain), 1000),
        "ours rich": (functools.partial(ours, rich), 250),
        "ours rich, on disk": (on_disk, ON_DISK),
    }
    rates = measured(tasks)
    for name, rate in rates.items():
        peer = rates["TRDG rich" if "rich" in name else "TRDG plain"]
        floors = rate / rates["floor: Pillow"]
        print(f"{name:20s} {rate:8.0f} lines/s  {floors:6.2f} x floor  {rate / peer:6.1f} x TRDG")
    for name, goal in goals(rates).items():
        print(f"{name}: {goal}")
    if "memory" in modes:
        for name, sequence in (("plain", plain), ("rich", rich)):
            print(memory(name, sequence))
    if "profile" in modes:
        for name, sequence in (("plain", plain), ("rich", rich)):
            print(f"\n{name}: where {PROFILED} lines spend their time, without what they call\n{profile(sequence)}")


def measured(tasks: dict[str, tuple[Callable[[int, int], None], int]]) -> dict[str, float]:
    """Return lines a CPU second of each task, best of ``ROUNDS``; a task gets where to start and how many to make."""
    best = dict.fromkeys(tasks, 0.0)
    for round_number in range(-1, ROUNDS):
        for name, (task, count) in tasks.items():
            started = time.process_time()
            task((round_number + 1) * count, count)
            rate = count / (time.process_time() - started)
            if round_number >= 0:  # the first round fills caches
                best[name] = max(best[name], rate)
    return best


def goals(rates: dict[str, float]) -> dict[str, str]:
    """Return, per goal, what was asked and what was reached."""
    asked = {
        "plain, all labels, in memory": (rates["ours plain"], 10_000),
        "rich, in memory": (rates["ours rich"], 2_000),
        "rich, on disk": (rates["ours rich, on disk"], 1_000),
    }
    said = {name: f"{rate:.0f} lines/s, goal {goal}" for name, (rate, goal) in asked.items()}
    said["plain against TRDG"] = f"{rates['ours plain'] / rates['TRDG plain']:.1f} x, goal 15"
    return said


def draw_texts(count: int) -> list[str]:
    """Return texts of 8 to 12 capitals and figures."""
    rng = np.random.default_rng(0)
    return ["".join(rng.choice(list(CAPITALS), rng.integers(8, 13))) for _ in range(count)]


def font_paths() -> list[str]:
    """Return the files of the faces that all makers use."""
    fonts = Package(package="trdg", folder="fonts/latin", allow=FACES)
    return [face.path for face in fonts.faces("train")]


@functools.cache
def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size)


def floor(texts: Sequence[str], paths: Sequence[str], first: int, count: int) -> None:
    """Draw lines with Pillow alone."""
    for index in range(first, first + count):
        text, font = texts[index % len(texts)], _font(paths[index % len(paths)], 36)
        image = Image.new("L", (int(font.getlength(text)) + 16, HEIGHT), 255)
        ImageDraw.Draw(image).text((8, 2), text, fill=0, font=font)


def trdg_maker() -> Callable[[Sequence[str], Sequence[str], bool, int, int], None]:
    """Return what draws lines with TRDG's own package."""
    with redirect_stdout(io.StringIO()):  # it says that handwriting is not installed
        maker = importlib.import_module("trdg.data_generator").FakeTextDataGenerator
        drawer = importlib.import_module("trdg.computer_text_generator")

    def draw(texts: Sequence[str], paths: Sequence[str], is_rich: bool, first: int, count: int) -> None:
        skew, blur, background, distorsion = (5, 2, 0, 3) if is_rich else (0, 0, 1, 0)
        with _patched(drawer):
            for index in range(first, first + count):
                maker.generate(
                    index, texts[index % len(texts)], paths[index % len(paths)], None, HEIGHT, "jpg",
                    skew, is_rich, blur, is_rich, background, distorsion, 2, False, 0, -1, 1, "#282828", 0, 1.0, 0,
                    (5, 5, 5, 5), False, False, False, None,
                )  # fmt: skip

    return draw


def ours(sequence: SampleSequence, first: int, count: int) -> None:
    """Make samples in memory, all labels included."""
    for index in range(first, first + count):
        sample = sequence[index]
        assert sample.char_mask is not None


def on_disk(first: int, count: int) -> None:
    """Make a data set of JPEGs on disk as the command does, one process, its start included."""
    folder = Path(tempfile.mkdtemp())
    try:
        keys = (
            *LINES,
            *RICH,
            f"count={count}",
            f"out={folder / 'set'}",
            "executor=serial",
            "shard_size=200",
            "jpeg_quality=95",
            "twins=false",
        )
        result = Job(compose_config("generate", [*keys, "export=[]"])).run(lambda images, rejected: None)
        assert result.images == count
    finally:
        shutil.rmtree(folder)


def memory(name: str, sequence: SampleSequence) -> str:
    """Return how the memory of this process grows over ``MEMORY_LINES`` lines."""
    process, seen = psutil.Process(os.getpid()), {}
    for index in range(MEMORY_LINES):
        sequence[index]
        if index + 1 in (MEMORY_FIRST, MEMORY_LINES):
            seen[index + 1] = process.memory_info().rss / 1e6
    first, last = seen[MEMORY_FIRST], seen[MEMORY_LINES]
    return f"memory, {name}: {first:.0f} MB after {MEMORY_FIRST} lines, {last:.0f} MB after {MEMORY_LINES}"


def profile(sequence: SampleSequence) -> str:
    """Return the rows of cProfile that take most time by themselves."""
    profiler = cProfile.Profile()
    profiler.enable()
    ours(sequence, 900_000, PROFILED)
    profiler.disable()
    text = io.StringIO()
    pstats.Stats(profiler, stream=text).strip_dirs().sort_stats("tottime").print_stats(ROWS)
    return text.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
