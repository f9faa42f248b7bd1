"""``log.csv``: a line for each step of a training, losses as columns. Source: own."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

NAME = "log.csv"
_FIRST = ("stage", "step", "seconds")


class Log:
    """The lines of a training; each is on disk as soon as it is written.

    Args:
        path: of the file.
        done: steps made of each stage; lines of an earlier run beyond them are dropped, as those steps are made again.
    """

    def __init__(self, path: Path, done: Mapping[str, int]) -> None:
        self._path = path
        self._rows = [row for row in _read(path) if _number(row.get("step")) < done.get(row.get("stage", ""), 0)]
        self._columns = list(_FIRST)
        self._widen([name for row in self._rows for name in row])

    def write(self, stage: str, step: int, seconds: float, losses: Mapping[str, float]) -> None:
        """Add the line of a step; a loss that is new adds a column."""
        row = {"stage": stage, "step": str(step), "seconds": f"{seconds:.2f}"}
        row |= {name: f"{value:.6g}" for name, value in losses.items()}
        self._rows.append(row)
        if not self._widen(list(row)):
            with self._path.open("a", encoding="utf-8", newline="") as file:
                csv.DictWriter(file, self._columns).writerow(row)

    def _widen(self, names: list[str]) -> bool:
        """Write the whole file anew if names are new, or if nothing was written yet; say whether it was."""
        new = [name for name in dict.fromkeys(names) if name not in self._columns]
        if not new and self._path.is_file():
            return False
        self._columns += new
        partial = self._path.with_name(f".{self._path.name}.partial")
        with partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self._columns)
            writer.writeheader()
            writer.writerows(self._rows)
        partial.replace(self._path)
        return True


def _read(path: Path) -> list[dict[str, str]]:
    """Return the lines of a file; of a line that was cut off nothing."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if None not in row and None not in row.values()]
    return [{name: value for name, value in row.items() if value != ""} for row in rows]


def _number(text: str | None) -> float:
    return int(text) if text is not None and text.isdigit() else float("inf")
