"""Whole numbers that sum to what was asked for: shares apportioned, defects dealt out to images.

Source: own; largest remainder is Hamilton's method.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Return whole numbers in proportion to ``weights`` that sum to ``total``, by largest remainder.

    Ties go to the earlier one.
    """
    whole = math.fsum(weights)
    if total == 0 or whole <= 0:
        return [0] * len(weights)
    quotas = [total * weight / whole for weight in weights]
    counts = [math.floor(quota + 1e-9) for quota in quotas]
    order = sorted(range(len(weights)), key=lambda i: (-(quotas[i] - counts[i]), i))
    for i in order[: total - sum(counts)]:
        counts[i] += 1
    return counts


def round_half_up(value: float) -> int:
    """Return the nearest whole number; halves go up."""
    return math.floor(value + 0.5)


def even_sizes(images: int, low: int, high: int) -> dict[int, int]:
    """Return how many images have how many defects, every number in low..high equally common."""
    return dict(zip(range(low, high + 1), apportion(images, [1.0] * (high - low + 1)), strict=True))


def images_for(defects: int, low: int, high: int) -> int:
    """Return how many images carry so many defects at the middle of low..high."""
    if defects == 0:
        return 0
    images = round_half_up(defects / ((low + high) / 2))
    return max(-(-defects // high), min(defects // low or 1, images))


def sizes_for(defects: int, images: int, low: int, high: int) -> dict[int, int]:
    """Return how many of ``images`` have how many defects, summing to exactly ``defects``.

    As even over low..high as the sum allows; where fewer than ``low`` defects are left for an image, it has fewer.
    """
    if images == 0:
        return {}
    if images * low > defects:
        low = 1
    sizes = even_sizes(images, low, high)
    excess = sum(size * n for size, n in sizes.items()) - defects
    while excess:
        step = -1 if excess > 0 else 1
        movable = [size for size, n in sizes.items() if n and low <= size + step <= high]
        size = max(movable, key=lambda s: (sizes[s], -abs(s)))
        moved = max(1, min(sizes[size], abs(excess)) // 2) if abs(excess) > 1 else 1
        sizes[size] -= moved
        sizes[size + step] = sizes.get(size + step, 0) + moved
        excess += step * moved
    return sizes


def within(total: int, capacities: Sequence[int]) -> list[int]:
    """Apportion ``total`` by capacity; nobody gets more than his capacity, because the quota never exceeds it."""
    return apportion(total, [float(capacity) for capacity in capacities])


def two_way(columns: Sequence[int], rows: Sequence[int]) -> list[list[int]]:
    """Return whole numbers per row and column with exactly these sums, each row in proportion to what is left."""
    left = list(columns)
    table = []
    for row in rows:
        shares = apportion(row, [float(n) for n in left]) if row else [0] * len(left)
        left = [n - share for n, share in zip(left, shares, strict=True)]
        table.append(shares)
    return table
