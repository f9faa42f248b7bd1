"""Law 3 for turned images, and their balance: read from the files of runs made in different ways."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import orjson
import pytest

from generator.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
SET = (
    "recipe=rotation", "rotation/fill=surface", "source.products=[cast_housing,leather]", "source.size_wh=[64,60]",
    "roi=auto", "defect=[metal/scratch,generic/hair]", "rotation.scale=[0.7,1.2]", "rotation.shift=2px",
    "rotation.max_cut=1", "rotation.resample_upright=true", "camera=mild", "count=40", "seed=0",
    "export=[angle_csv,coco]", "report=false",
)  # fmt: skip


def digest(root: Path) -> str:
    """Return the hash of all that a data set holds but how it was cut into shards."""
    total, images = hashlib.sha256(), 0
    for path in sorted(p for p in root.rglob("*") if p.is_file() and "shards" not in p.relative_to(root).parts):
        images += path.suffix == ".png"
        total.update(f"{path.relative_to(root)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    assert images > 40
    return total.hexdigest()


def make(root: Path, *more: str) -> Path:
    assert main(["generate", *SET, f"out={root}", *more]) == 0
    return root


def records(root: Path) -> list[dict]:
    return [orjson.loads(line) for line in (root / "records.jsonl").read_bytes().splitlines()]


@pytest.fixture(scope="module")
def expected(tmp_path_factory) -> Path:
    return make(tmp_path_factory.mktemp("serial") / "set", "executor=serial", "shard_size=64")


@pytest.mark.parametrize("how", [("executor.workers=2", "shard_size=4"), ("executor=serial", "shard_size=7")])
def test_workers_and_shards_do_not_change_a_byte_of_turned_images(tmp_path, expected, how):
    assert digest(make(tmp_path / "set", *how)) == digest(expected)


def test_a_killed_run_of_turned_images_goes_on_to_the_same_bytes(tmp_path, expected):
    arguments = [sys.executable, "-m", "generator", "generate", *SET, f"out={tmp_path / 'set'}", "shard_size=4"]
    env, killed = {**os.environ, "PYTHONPATH": str(ROOT)}, 0
    for done in (1, 4):
        process = subprocess.Popen(
            [*arguments, "executor.workers=2"], cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        while process.poll() is None and len(list((tmp_path / "set" / "shards").glob("*.done"))) < done:
            try:
                process.wait(timeout=0.01)
            except subprocess.TimeoutExpired:
                continue
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate(timeout=60)
    assert killed
    assert digest(make(tmp_path / "set", "executor=serial", "shard_size=4")) == digest(expected)


def test_labels_on_disk_are_stated_once_and_repeat_what_was_drawn(expected):
    lines = records(expected)
    assert len(lines) + len((expected / "rejects.jsonl").read_bytes().splitlines()) == 40
    for line in lines:
        [part] = [instance for instance in line["instances"] if "angle_deg" in instance]
        assert part["angle_deg"] == line["angle_deg"] == line["params"]["rotation"]["applied_deg"]
        assert -180 < line["angle_deg"] <= 180 and line["symmetry"] == part["symmetry"] == 1
        edge = np.subtract(part["quad_xy"][1], part["quad_xy"][0])  # along the part's own top
        assert abs(np.degrees(np.arctan2(-edge[1], edge[0])) - line["angle_deg"]) < 1e-6
    assert len({line["angle_deg"] for line in lines}) == len(lines)


def _counts(angles: list[float]) -> list[int]:
    """Return how many angles lie in each degree of the circle, from a whole one up to the next, 360 counts."""
    bins = Counter(int(np.floor(angle)) % 360 for angle in angles)
    return [bins[degree] for degree in range(360)]


@pytest.mark.parametrize("step", ["null", "1", "0.5"])
def test_every_degree_gets_equally_many_images_and_every_split_covers_the_circle(tmp_path, step):
    root = tmp_path / "set"
    arguments = [
        "recipe=rotation", "rotation/fill=constant", "source=drawn/leather", "source.size_wh=[16,16]",
        "source.count=30", f"rotation.step={step}", "count=1000", f"out={root}", "executor=serial", "report=false",
        "export=[]", "splits={train: 0.6, val: 0.25, test: 0.15}",
    ]  # fmt: skip
    assert main(["generate", *arguments]) == 0
    lines = records(root)
    assert len(lines) == 1000
    counts = _counts([line["angle_deg"] for line in lines])
    assert max(counts) - min(counts) <= 1 and sum(counts) == 1000
    splits, sources = defaultdict(list), defaultdict(list)
    for line in lines:
        splits[line["split"]].append(line["angle_deg"])
        sources[line["source"]["id"]].append(line["angle_deg"])
    assert set(splits) == {"train", "val", "test"}
    for angles in (*splits.values(), *sources.values()):
        each = _counts(angles)
        assert max(each) - min(each) <= 1
        around = np.sort(angles)
        gaps = np.diff([*around, around[0] + 360])
        assert gaps.max() <= 3.5 * 360 / len(angles) + 1, (len(angles), gaps.max())
    if step != "null":
        assert all(line["angle_deg"] % float(step) == 0 for line in lines)
