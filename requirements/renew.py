"""Renew the lock files from pyproject.toml: what ``make lock`` runs.

Each lock is what pip resolves for a fresh environment; torch is pinned, because its newest release brings gigabytes
that a CPU has no use for. The client lock is kept by hand: its packages must be matched with one build of torch.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TORCH = "torch==2.13.0"
LOCKS = {"light.lock": ["."], "test.lock": [".[test]"], "all.lock": [".[learn,ray,studio,cloud,test]", TORCH]}


def resolve(targets: list[str]) -> list[str]:
    """Return the pins that pip would install for ``targets`` into an empty environment."""
    asked = ["install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-", *targets]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pip", *asked], check=True, capture_output=True, text=True, cwd=HERE.parent
    )
    found = [item["metadata"] for item in json.loads(done.stdout)["install"]]
    pins = {item["name"].lower(): item["version"].partition("+")[0] for item in found if item["name"] != "defectgen"}
    return [f"{name}=={version}" for name, version in sorted(pins.items())]


def main() -> None:
    """Write every lock."""
    for name, targets in LOCKS.items():
        (HERE / name).write_text("\n".join(resolve(targets)) + "\n", encoding="utf-8")
        print(f"{name}: renewed")


if __name__ == "__main__":
    main()
