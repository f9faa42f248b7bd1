"""What was planned, what was made of it, and why the rest is missing.

Read from run.json and rejects.jsonl; a data set that has neither (an imported one) has nothing to compare with.
Source: own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import yaml

from generator.core.annotation import Finding
from generator.core.errors import FormatError
from generator.report.origin import given_rows, set_rows
from generator.report.words import portable

RUN, REJECTS, CONFIG = "run.json", "rejects.jsonl", "config.yaml"


@dataclass(slots=True, kw_only=True)
class Reason:
    """One cause of rejects.

    Attributes:
        count: rejected samples that name it.
        index: of the first of them in the plan.
        message: what was said of it.
    """

    count: int = 0
    index: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What a run said about itself.

    Attributes:
        run: run.json; empty: there is none.
        config: config.yaml; empty: there is none.
        plan: per split and category the defects planned; empty: not known.
        rejected: number of samples that were not made.
        lost: defects that rejected samples should have held, per category.
        reasons: cause of rejects per code, the most frequent first.
        reasons_of: per category, how many of the rejects that should have held it name which code.
    """

    run: Mapping[str, Any]
    config: Mapping[str, Any]
    plan: Mapping[str, Mapping[str, int]]
    rejected: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    reasons_of: Mapping[str, Counter[str]] = field(default_factory=dict)

    @property
    def planned(self) -> int:
        """The number of samples planned; 0: not known."""
        return int(self.run.get("planned", 0))

    def planned_of(self, category: str) -> int | None:
        """Return the number of defects planned of a category over all splits; None: not known."""
        return sum(row.get(category, 0) for row in self.plan.values()) if self.plan else None

    @property
    def part_classes(self) -> tuple[str, ...]:
        """The classes that no defect is ever planned of, those of whole parts; none where no plan is known."""
        planned = {name for row in self.run.get("plan", {}).values() for name in row["defects"]}
        return tuple(name for row in list(self.plan.values())[:1] for name in row if name not in planned)

    @property
    def mix(self) -> Mapping[str, Any]:
        """What was mixed; empty: it was no mix."""
        return self.run.get("mix", {})

    @property
    def source_findings(self) -> list[Finding]:
        """What was noticed about the source as a whole."""
        return [
            Finding(severity=f["severity"], code=f["code"], message=portable(f["message"]))
            for f in self.run.get("findings", [])
        ]


def read_ledger(root: Path, classes: Sequence[str]) -> Ledger:
    """Return what the run that made the data set in ``root`` wrote about itself.

    Raises:
        FormatError: one of its files is damaged.
    """
    run = _read(root / RUN, orjson.loads)
    config = _read(root / CONFIG, yaml.safe_load)
    try:
        plan = {s: {c: row["defects"].get(c, 0) for c in classes} for s, row in run.get("plan", {}).items()}
        for finding in run.get("findings", []):
            Finding(**finding)
        given_rows(run.get("mix", {}), classes)  # what the page will show of a mix
        set_rows(run.get("mix", {}))
    except (AttributeError, KeyError, TypeError) as error:
        raise FormatError(root / RUN, "", "what generate or mix writes", f"{type(error).__name__}: {error}") from None
    rejected, lost = 0, Counter()
    reasons: dict[str, Reason] = {}
    reasons_of: dict[str, Counter[str]] = {}
    for number, line in enumerate(_lines(root / REJECTS), 1):
        try:
            reject = orjson.loads(line)
            rejected += 1
            lost.update(reject["categories"])
            said = {finding["code"]: finding["message"] for finding in reject["findings"]}
            for code, message in said.items():
                first = Reason(index=int(reject["index"]), message=portable(message))
                reasons.setdefault(code, first).count += 1
            for category in set(reject["categories"]):
                reasons_of.setdefault(category, Counter()).update(said.keys())
        except (KeyError, TypeError, ValueError) as error:
            problem = f"{type(error).__name__}: {error}"
            raise FormatError(root / REJECTS, f"line {number}", "a rejected sample", problem) from None
    return Ledger(
        run=run,
        config=config,
        plan=plan,
        rejected=rejected,
        lost=lost,
        reasons=dict(sorted(reasons.items(), key=lambda item: (-item[1].count, item[0]))),
        reasons_of=reasons_of,
    )


def _read(path: Path, parse: Any) -> dict[str, Any]:
    """Return a file's mapping; empty where there is no such file."""
    if not path.is_file():
        return {}
    try:
        found = parse(path.read_bytes())
    except (ValueError, yaml.YAMLError) as error:
        raise FormatError(path, "", "a file that can be read", " ".join(str(error).split())) from None
    if not isinstance(found, dict):
        raise FormatError(path, "", "a mapping", type(found).__name__)
    return found


def _lines(path: Path) -> Any:
    if path.is_file():
        with path.open("rb") as lines:
            yield from lines
