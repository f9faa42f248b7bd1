"""What tests share: a small configuration, and the folder of real images where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import pytest

cv2.setNumThreads(1)
ROOT = Path(__file__).resolve().parents[1]
SMALL = ("source.size_wh=[64,64]", "executor=serial", "roi=whole")


@pytest.fixture
def small_config(tmp_path):
    """Return a function: overrides -> resolved config of a small data set below tmp_path."""
    from generator.cli.compose import compose_config

    def config(*overrides: str) -> dict:
        return compose_config("generate", [*SMALL, f"out={tmp_path / 'set'}", *overrides])

    return config


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Return a function: arguments -> (exit code, stdout, stderr), run in tmp_path."""
    from generator.cli.main import main

    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        seen = capsys.readouterr()
        return code, seen.out, seen.err

    return run


@pytest.fixture
def real_data() -> Path:
    """Return the folder that DEFECTGEN_DATA names; skip where it is not set."""
    folder = os.environ.get("DEFECTGEN_DATA")
    if not folder:
        pytest.skip("DEFECTGEN_DATA is not set")
    return Path(folder)
