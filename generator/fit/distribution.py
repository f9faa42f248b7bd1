"""Real against fitted: quantiles and the largest gap between two distributions. Source: own; Kolmogorov, Smirnov."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from generator.fit.measure import Measured

PROPERTIES = ("area_px", "length_px", "width_px", "elongation", "angle_deg", "contrast")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One property of one category, real against fitted.

    Attributes:
        category: the class.
        name: the property, a field of ``Measured``.
        real, fitted: the 10 %, 50 % and 90 % quantiles.
        distance: Kolmogorov-Smirnov distance, [0, 1].
    """

    category: str
    name: str
    real: tuple[float, float, float]
    fitted: tuple[float, float, float]
    distance: float


def ks_distance(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the largest gap between two empirical distributions, [0, 1]."""
    one, two = np.sort(np.asarray(first, float)), np.sort(np.asarray(second, float))
    at = np.concatenate([one, two])
    shares = np.searchsorted(one, at, side="right") / len(one) - np.searchsorted(two, at, side="right") / len(two)
    return float(np.abs(shares).max())


def compare(category: str, real: Sequence[Measured], fitted: Sequence[Measured]) -> list[Comparison]:
    """Return one comparison a property."""
    rows = []
    for name in PROPERTIES:
        one, two = ([getattr(item, name) for item in items] for items in (real, fitted))
        rows.append(
            Comparison(
                category=category,
                name=name,
                real=_quantiles(one),
                fitted=_quantiles(two),
                distance=ks_distance(one, two),
            )
        )
    return rows


def _quantiles(values: Sequence[float]) -> tuple[float, float, float]:
    low, middle, high = np.quantile(np.asarray(values, float), (0.1, 0.5, 0.9))
    return float(low), float(middle), float(high)
