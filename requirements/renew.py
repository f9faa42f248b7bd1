"""Renew the lock files from pyproject.toml: what ``make lock`` runs.

Each lock is what a fresh environment holds after the newest versions that fit are installed; the client lock is kept by
hand, because its packages must be matched with one build of torch.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCKS = {"light.lock": ".", "test.lock": ".[test]"}


def freeze(target: str) -> list[str]:
    """Return the pins of a fresh environment with ``target`` installed."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", target], check=True, cwd=HERE.parent)
        listed = subprocess.run([python, "-m", "pip", "freeze", "--all"], check=True, capture_output=True, text=True)
    lines = [line for line in listed.stdout.splitlines() if not line.startswith(("defectgen", "pip=="))]
    return sorted(lines, key=str.lower)


def main() -> None:
    """Write every lock."""
    for name, target in LOCKS.items():
        (HERE / name).write_text("\n".join(freeze(target)) + "\n", encoding="utf-8")
        print(f"{name}: renewed")


if __name__ == "__main__":
    main()
