"""What trained models painted: how good the chosen candidates are, and how many are copies of real defects.

Source: own; the scores are those of ``generator.imaging.painted``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.core.annotation import Finding
from generator.report.figure.histogram import LinearHistogram

LEARNED = "learned"
SCORES = ("total", "seen", "seamless", "real", "copy")
MAX_COPIES = 0.05
FEWEST_COPIES = 3
"""Fewer copies of a class are chance."""
_BINS = 100
_WORSE = {"copy": 0.9}  # where the worse tenth begins; of the others it is the lowest


class Painted:
    """Scores of one class.

    Attributes:
        scores: by name, over all defects that a model painted.
        copies: of them, those that are copies of a real one.
    """

    __slots__ = ("copies", "scores")

    def __init__(self) -> None:
        self.scores = {name: LinearHistogram(0.0, 1.0, _BINS) for name in SCORES}
        self.copies = 0

    @property
    def count(self) -> int:
        """The number of painted defects."""
        return self.scores[SCORES[0]].count

    def add(self, params: Mapping[str, Any]) -> None:
        """Count what stands in a record of how a defect was drawn; others than painted ones are passed over."""
        look = params.get("appearance")
        if not isinstance(look, Mapping) or look.get("kind") != LEARNED:
            return
        chosen = {**look["scores"][look["chosen"]], "copy": look["copy"]}
        for name, histogram in self.scores.items():
            histogram.add(chosen[name])
        self.copies += bool(look["copied"])

    def to_json(self) -> dict[str, Any] | None:
        """Return number, copies, and median and worse tenth of each score; None: no model painted any."""
        if not self.count:
            return None
        scores = {
            name: {"median": self._quantile(name, 0.5), _word(name): self._quantile(name, _WORSE.get(name, 0.1))}
            for name in SCORES
        }
        return {"count": self.count, "copies": self.copies, **scores}

    def cells(self) -> list[tuple[str, bool]]:
        """Return a table's cells, and whether each is off: number, copies, median and worse tenth of each score."""
        found = [(str(self.count), False), (str(self.copies), _is_over(self))]
        shares = [(name, share) for name in SCORES for share in (0.5, _WORSE.get(name, 0.1))]
        return found + [(f"{self._quantile(name, share):.2f}", False) for name, share in shares]

    def _quantile(self, name: str, share: float) -> float:
        return round(self.scores[name].quantile(share) or 0.0, 4)


def copy_concerns(classes: Mapping[str, Painted]) -> Iterator[Finding]:
    """Yield a warning where models paint what they know by heart."""
    over = [f"{name} {painted.copies} of {painted.count}" for name, painted in classes.items() if _is_over(painted)]
    if over:
        message = (
            f"Many painted defects are copies of real ones that the model learned from: {'; '.join(over)}. They add "
            "nothing that pasting the real ones would not; train on more real defects, or for fewer steps."
        )
        yield Finding(severity="warning", code="copied", message=message)


def _is_over(painted: Painted) -> bool:
    return painted.copies >= FEWEST_COPIES and painted.copies > MAX_COPIES * painted.count


def _word(name: str) -> str:
    return f"p{round(100 * _WORSE.get(name, 0.1))}"
