"""Days of manufacture and shelf lives. Source: own; months and years are added as dateutil does."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from generator.core.errors import RangeError, require
from generator.text.corpus.letters import Chance, pick
from generator.text.corpus.sound import checked

_MOST_DAYS = 36_600
_LIFE = re.compile(r"([+-]?)\s*(\d{1,4})\s*(day|week|month|year)s?\s*")


def require_days(first: str, last: str, lives: tuple[str, ...]) -> None:
    """Raise ``RangeError`` unless the fields ``first``, ``last`` and ``shelf_life`` of a corpus can be read.

    Args:
        first: such as 2024-01-31.
        last: not before it, at most 50 years later.
        lives: spans such as 18 months, at least one.
    """
    start, stop = checked("first", lambda: day(first)), checked("last", lambda: day(last))
    require(start.year >= 1950, "first", "a year from 1950 on", first)
    require(start <= stop, "last", f"a day not before {first}", last)
    require((stop - start).days <= 18300, "last", f"a day within 50 years from {first}", last)
    require(len(lives) > 0, "shelf_life", "at least one span, such as 18 months", "none")
    for i, span in enumerate(lives):
        checked(f"shelf_life[{i}]", lambda span=span: life(span))
        require(_is_within(start, life(span)), f"shelf_life[{i}]", "at most 100 years", span)


def _is_within(start: date, span: relativedelta) -> bool:
    """Say whether a span from a day ends within 100 years of it."""
    try:
        return abs((start + span - start).days) <= _MOST_DAYS
    except (OverflowError, ValueError):  # beyond the calendar
        return False


def draw_days(first: str, last: str, lives: tuple[str, ...], chance: Chance, *, with_expiry: bool) -> tuple[date, date]:
    """Return a day of manufacture, and until when it is good; the same day where no expiry is wanted."""
    start = day(first).toordinal()
    made = date.fromordinal(start + int(chance() * (day(last).toordinal() - start + 1)))
    return made, made + life(pick(lives, chance)) if with_expiry else made


def day(text: str) -> date:
    """Return the date written as 2026-03-31.

    Raises:
        RangeError: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RangeError("", "a date such as 2026-03-31", f"'{text}'") from None


@lru_cache(maxsize=64)
def life(text: str) -> relativedelta:
    """Return a span such as ``18 months``, ``90 days`` or ``1 year - 1 day``; a month after January 31 is its last day.

    Raises:
        RangeError: it is none.
    """
    span, place = relativedelta(), 0
    while found := _LIFE.match(text.strip(), place):
        if place and not found[1]:
            break
        count = int(found[2]) * (-1 if found[1] == "-" else 1)
        span += relativedelta(**{f"{found[3]}s": count})  # type: ignore[arg-type]
        place = found.end()
    if place == 0 or place < len(text.strip()):
        raise RangeError("", "a span such as 90 days, 18 months or 1 year - 1 day", f"'{text}'")
    return span
