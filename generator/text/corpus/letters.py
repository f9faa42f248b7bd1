"""Alphabets by name, letters that are taken for one another, and how one of several is drawn.

An alphabet is a row of units: mostly single letters, for scripts whose signs stand on a letter also both together. They
and the look-alikes lie as data in assets/text/alphabets.yaml. Source: own; letters after the orthographies.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, TypeVar

import numpy as np
import yaml

from generator.core.assets import assets_dir
from generator.core.errors import RangeError, nearest

Item = TypeVar("Item")
Chance = Callable[[], float]
"""The next random number in [0, 1), as ``chances`` gives them."""


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    return yaml.safe_load((assets_dir() / "text" / "alphabets.yaml").read_text(encoding="utf-8"))


def known_alphabets() -> tuple[str, ...]:
    """Return the names that ``alphabet`` understands."""
    return tuple(name for name, entry in _table()["alphabets"].items() if not entry.get("hidden"))


@lru_cache(maxsize=256)
def alphabet(names: str, more: str = "", without: str = "") -> tuple[str, ...]:
    """Return the units of alphabets, each once.

    Args:
        names: of alphabets, joined by ``+``, such as ``digits+latin_upper``; empty: none.
        more: further letters.
        without: letters that are left out, with every unit that holds one.

    Raises:
        RangeError: a name is not known, or nothing is left.
    """
    units: list[str] = []
    for name in filter(None, names.replace(" ", "").split("+")):
        if name not in known_alphabets():
            raise RangeError("", f"names of alphabets, joined by +. {nearest(name, known_alphabets())}", f"'{name}'")
        units.extend(_units(name))
    units.extend(letter for letter in more if not letter.isspace())
    left = tuple(unit for unit in dict.fromkeys(units) if not set(unit) & set(without))
    if not left:
        raise RangeError("", "at least one letter", "none")
    return left


def _units(name: str) -> list[str]:
    entry = _table()["alphabets"][name]
    units = [unit for other in entry.get("of", ()) for unit in _units(other)]
    units.extend(entry.get("letters", ""))
    if "product" in entry:
        letters, signs = (_units(other) for other in entry["product"])
        units.extend(letter + sign for letter in letters for sign in signs)
    return units


@lru_cache(maxsize=1)
def confusable() -> frozenset[str]:
    """Return the letters that are taken for others, such as 0 and O."""
    return frozenset("".join(_table()["confusable"]))


def boosted(units: Sequence[str], boost: float) -> tuple[float, ...]:
    """Return a weight per unit: ``boost`` for those that are taken for others, else 1."""
    odd = confusable()
    return tuple(boost if unit in odd else 1.0 for unit in units)


def chances(rng: np.random.Generator) -> Chance:
    """Return what gives random numbers in [0, 1), drawn many at once."""
    return _stream(rng).__next__


def _stream(rng: np.random.Generator) -> Iterator[float]:
    while True:
        yield from rng.random(24).tolist()


def pick(items: Sequence[Item], chance: Chance) -> Item:
    """Return one of the items, all equally likely."""
    return items[int(chance() * len(items))]


def weighted_pick(items: Sequence[Item], bounds: Sequence[float], chance: Chance) -> Item:
    """Return one of the items; ``bounds`` is what ``weight_bounds`` made of their weights."""
    return items[min(bisect_right(bounds, chance() * bounds[-1]), len(items) - 1)]


def one_of(items: Sequence[Item], weights: tuple[float, ...], chance: Chance) -> Item:
    """Return one of the items by their weights; no weights: all are equally likely."""
    if len(items) == 1:
        return items[0]
    return weighted_pick(items, weight_bounds(weights), chance) if weights else pick(items, chance)


@lru_cache(maxsize=256)
def weight_bounds(weights: tuple[float, ...]) -> tuple[float, ...]:
    """Return the running sums of weights."""
    return tuple(accumulate(weights))
