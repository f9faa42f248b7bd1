"""Severities 1 to 5 of a drift: what a run looks like as the surroundings of its camera change.

Each knob of a drift lists its five values, one a severity, so that the grades can be read and set in the yaml.
Source: own; five grades as in Hendrycks and Dietterich (2019).
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.core.errors import require

Grades = tuple[float, float, float, float, float]


def require_severity(severity: int) -> None:
    """Raise ``RangeError`` unless the severity is one of 1 to 5."""
    require(1 <= severity <= 5, "severity", "a whole number in 1..5", severity)


def require_grades(grades: Sequence[float], field: str, low: float, high: float) -> None:
    """Raise ``RangeError`` unless every grade lies in [low, high]."""
    expected = f"five numbers in [{low:g}, {high:g}]"
    require(all(low <= grade <= high for grade in grades), field, expected, list(grades))
