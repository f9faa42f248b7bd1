"""The same bytes for any number of workers, any shard size, after any kill, and for seed 0."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
KEYS = (
    "count=96", "source.size_wh=[64,64]", "seed=0", "defects_per_image=[1,2]", "export=[coco,yolo,mvtec,mask_folder]",
    "labels=all", "name=set",
)  # fmt: skip
KILLS = 10


def start(folder: Path, *more: str) -> subprocess.Popen:
    arguments = [sys.executable, "-m", "generator", "generate", *KEYS, *more]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        arguments, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs do not hear it
    )  # fmt: skip


def finish(folder: Path, *more: str) -> str:
    process = start(folder, *more)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out


def wait_until(process: subprocess.Popen, holds: Callable[[], bool]) -> None:
    """Return when something holds, or when the process has ended."""
    while not holds():
        try:
            process.wait(timeout=0.02)
        except subprocess.TimeoutExpired:
            continue
        return


def count_images(root: Path) -> int:
    return sum(name.endswith(".png") for _, _, names in os.walk(root) for name in names)


def digest(folder: Path) -> str:
    """Return one sha256 over the whole data set, exports included, done-marks left out."""
    root, total = folder / "outputs" / "set", hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        name = path.relative_to(root)
        if name.parts[0] != "shards":
            total.update(f"{name.as_posix()}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


@pytest.fixture(scope="module")
def expected(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("expected")
    finish(folder, "executor=serial", "shard_size=64")
    return digest(folder)


@pytest.mark.xdist_group("bytes")
@pytest.mark.parametrize(
    "how",
    [
        ("executor.workers=1", "shard_size=64"),
        ("executor.workers=2", "shard_size=7"),
        ("executor=serial", "shard_size=7"),
    ],
)
def test_workers_and_shards_do_not_change_a_byte(tmp_path, expected, how):
    finish(tmp_path, *how)
    assert digest(tmp_path) == expected


@pytest.mark.xdist_group("bytes")
def test_a_run_killed_at_ten_random_moments_ends_with_the_same_bytes(tmp_path, expected):
    rng, how = np.random.default_rng(1), ("executor.workers=2", "shard_size=7")
    root = tmp_path / "outputs" / "set"
    killed = 0
    for at in sorted(int(n) for n in rng.integers(1, 500, KILLS)):
        process = start(tmp_path, *how)
        wait_until(process, lambda at=at: count_images(root) >= at)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate(timeout=60)
    assert killed >= KILLS // 2
    finish(tmp_path, *how)
    assert digest(tmp_path) == expected
    assert not list(root.rglob("*.partial"))


@pytest.mark.xdist_group("bytes")
def test_ctrl_c_leaves_a_run_that_goes_on_and_says_how(tmp_path, expected):
    root = tmp_path / "outputs" / "set"
    process = start(tmp_path, "executor.workers=2", "shard_size=2", "overwrite=true")
    wait_until(process, lambda: any(root.glob("shards/*.done")))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "repeat: defectgen generate count=96" in err and "overwrite" not in err
    assert "Traceback" not in err
    assert any(root.glob("shards/*.done"))
    finish(tmp_path, "executor=serial", "shard_size=2")
    assert digest(tmp_path) == expected


@pytest.mark.xdist_group("bytes")
def test_ctrl_c_before_anything_is_finished_binds_no_other_command(tmp_path, expected):
    root = tmp_path / "outputs" / "set"
    process = start(tmp_path, "executor.workers=2", "shard_size=96", "seed=5")
    wait_until(process, lambda: count_images(root) >= 1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130 and not root.exists()
    finish(tmp_path, "executor=serial", "shard_size=64")
    assert digest(tmp_path) == expected


@pytest.mark.xdist_group("bytes")
@pytest.mark.parametrize("left", [b"", b"{", b"[]", b'{"shard": 3}'])
def test_a_shard_whose_mark_was_cut_short_is_made_again(tmp_path, expected, left):
    finish(tmp_path, "executor=serial", "shard_size=32")
    (tmp_path / "outputs/set/shards/000001.done").write_bytes(left)
    finish(tmp_path, "executor=serial", "shard_size=32")
    assert digest(tmp_path) == expected


@pytest.mark.xdist_group("bytes")
def test_lines_that_are_gone_are_said_before_anything_is_replaced(tmp_path, expected):
    finish(tmp_path, "executor=serial", "shard_size=32")
    root = tmp_path / "outputs/set"
    lines, before = root / "shards/000001.jsonl", (root / "records.jsonl").read_bytes()
    lines.write_bytes(lines.read_bytes()[:100])
    process = start(tmp_path, "executor=serial", "shard_size=32")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2 and f" lines in {lines}, got 0. Delete " in err
    assert (root / "records.jsonl").read_bytes() == before and not (root / ".records.jsonl.partial").exists()
    (root / "shards/000001.done").unlink()
    finish(tmp_path, "executor=serial", "shard_size=32")
    assert digest(tmp_path) == expected


@pytest.mark.xdist_group("bytes")
def test_a_begin_that_cannot_be_read_is_said_and_replaced_where_asked(tmp_path, expected):
    finish(tmp_path, "executor=serial", "shard_size=64")
    (tmp_path / "outputs/set/shards/spec.json").write_bytes(b"{")
    process = start(tmp_path, "executor=serial", "shard_size=64")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2 and "a damaged " in err and "overwrite=true" in err
    finish(tmp_path, "executor=serial", "shard_size=64", "overwrite=true")
    assert digest(tmp_path) == expected


@pytest.mark.xdist_group("bytes")
def test_a_finished_run_is_not_made_again_and_another_configuration_is_refused(tmp_path, expected):
    finish(tmp_path, "executor=serial")
    assert "all there already" in finish(tmp_path, "executor=serial")
    process = start(tmp_path, "executor=serial", "seed=1", "source.mode=mono8")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "seed: 0 -> 1" in err and "source.mode: rgb8 -> mono8" in err and "overwrite=true" in err
    assert digest(tmp_path) == expected
    finish(tmp_path, "executor=serial", "seed=1", "overwrite=true")
    assert digest(tmp_path) != expected


@pytest.mark.xdist_group("bytes")
def test_one_sample_repeated_alone_has_the_same_bytes(tmp_path, expected):
    finish(tmp_path, "executor=serial", "only=5")
    finish(tmp_path, "executor=serial")
    [alone] = (tmp_path / "outputs" / "set.only").rglob("images/*/000005.png")
    [among] = (tmp_path / "outputs" / "set").glob("images/*/000005.png")
    assert alone.read_bytes() == among.read_bytes()
