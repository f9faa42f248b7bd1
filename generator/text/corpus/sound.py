"""What every text holds to, and checks that several corpora share. Source: own."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from generator.core.errors import ConfigError, RangeError, require
from generator.text.port import Ask

Result = TypeVar("Result")
_TRIES = 64


def is_sound(text: str) -> bool:
    """Say whether a text can be read off an image as it is.

    No line is empty, or begins or ends with a space; there is no control character but line breaks.
    """
    if text.isprintable():
        return bool(text) and not text[0].isspace() and not text[-1].isspace()
    return all(_shown(line) for line in text.split("\n"))


def _shown(line: str) -> bool:
    """Say the same of a line whose joiners Python does not count as printable."""
    return (
        bool(line)
        and line == line.strip()
        and all(letter.isprintable() or (unicodedata.category(letter) == "Cf") for letter in line)
    )


def first_sound(make: Callable[[], str], where: str, what: str) -> str:
    """Return the first sound text that ``make`` gives.

    Raises:
        ConfigError: one after another is empty or has spaces at its ends.
    """
    for _ in range(_TRIES):
        text = make()
        if is_sound(text):
            return text
    raise ConfigError(
        where,
        "texts whose lines are not empty and have no space at their ends",
        f"'{text}' and the like from '{what}'",
        "Take out what can be empty or a space there.",
    )


def slot(ask: Ask, per_image: int) -> int:
    """Return the number of a text among all texts of the set, ``per_image`` of which stand on each image."""
    return ask.index * per_image + ask.place % per_image


def require_weights(items: Sequence[object], weights: Sequence[float], field: str) -> None:
    """Raise ``RangeError`` unless there is a weight >= 0 per item, not all 0; no weights at all: all are alike."""
    if not weights:
        return
    require(len(weights) == len(items), field, f"{len(items)} weights, one each", f"{len(weights)}")
    sound = all(math.isfinite(weight) and weight >= 0 for weight in weights) and sum(weights) > 0
    require(sound, field, "weights >= 0, not all 0", str(list(weights)))


def require_shares(shares: Mapping[str, float], field: str) -> None:
    """Raise ``RangeError`` unless each split has a share >= 0, not all 0."""
    require(len(shares) > 0, field, "a share for each split, such as {train: 0.8, test: 0.2}", "none")
    require_weights(tuple(shares), tuple(shares.values()), field)


def checked(field: str, make: Callable[[], Result]) -> Result:
    """Return what ``make`` returns; its ``RangeError`` names the field."""
    try:
        return make()
    except RangeError as error:
        raise RangeError(field + error.field, error.expected, error.got) from None
