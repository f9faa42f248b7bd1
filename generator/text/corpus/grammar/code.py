"""Codes by template: dates, times, counters, drawn letters and check digits.

========================  =============================================================================================
part                      what stands there
========================  =============================================================================================
``{date}``                the day it was made, in the form that the text asks for
``{date:%y%j}``           the same day in a form of its own: strftime's codes, CLDR patterns, see ``moment``
``{expiry:%m.%Y}``        that day plus a shelf life
``{time:%H%M}``           a time of the day
``{counter:05d}``         a number that counts: 05d, 04X, 4b36, 6b32 (Crockford), 3b26
``{line:[A-D]}``          any other name: a text of a regular expression, kept under that name
``{line}``                the text kept under that name again
``{check:luhn}``          check digits of all that stands before it in its line
========================  =============================================================================================

A template is taken apart once; making a code is then a few calls. Source: own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from generator.core.errors import RangeError
from generator.text.corpus.check.digits import Check, check
from generator.text.corpus.grammar.counter import Counter, counter
from generator.text.corpus.grammar.moment import clock, dates_of, shape_of, writer
from generator.text.corpus.grammar.regex import Choices, expression, has_reference
from generator.text.corpus.grammar.template import Part, parse
from generator.text.corpus.letters import Chance


@dataclass(slots=True, kw_only=True)
class Facts:
    """What the parts of one code tell.

    Attributes:
        made: when it was made.
        gone: until when it is good.
        second: of the day, 0..86399.
        locale: whose names of months it uses.
        form: of dates that have none of their own.
        time_form: of times that have none of their own.
        counted: the number of a counter.
    """

    made: date
    gone: date
    second: int
    locale: str
    form: str
    time_form: str
    counted: Callable[[Counter], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """What a code may tell: the first and last day of manufacture, the shelf lives, and as ``Facts`` has it.

    ``case``: whether all is written in ``upper`` or ``lower`` case afterwards, or ``as_is``.
    """

    first: date
    last: date
    lives: tuple[relativedelta, ...]
    locale: str
    form: str
    time_form: str
    start: int
    step: int
    case: str = "as_is"


Step = Callable[[Chance, list[str], dict[str, str], Facts], None]


class Code:
    """A template that codes can be made of.

    Attributes:
        template: as it was written.
        tells: the names of its parts that are not drawn letters: date, expiry, time, counter, check.
        counters: how its numbers are printed.
    """

    __slots__ = ("_parts", "_steps", "counters", "tells", "template")

    def __init__(self, template: str, choices: Choices) -> None:
        self.template, self._parts = template, parse(template)
        drawn: dict[str, str] = {}
        self._steps: tuple[Step, ...] = tuple(_step(part, choices, drawn) for part in self._parts)
        self.tells = frozenset(part.name for part in self._parts if part.name and part.name not in drawn)
        self.counters = tuple(counter(part.spec or "") for part in self._parts if part.name == "counter")
        if self._parts and self._parts[0].name == "check":
            raise RangeError("", "something before {check:...}, which it is the check of", f"'{template}'")

    def make(self, chance: Chance, facts: Facts) -> str:
        """Return a code."""
        out: list[str] = []
        named: dict[str, str] = {}
        for step in self._steps:
            step(chance, out, named, facts)
        return "".join(out)

    def matches(self, text: str, possible: Possible) -> bool:
        """Say whether a text may be such a code: its letters fit, its dates exist and agree, its checks hold."""
        pattern, seen = "", dict[str, bool]()
        for i, part in enumerate(self._parts):
            pattern += _pattern(part, i, possible, seen)
        found = re.fullmatch(pattern, text, 0 if possible.case == "as_is" else re.IGNORECASE)
        return (
            bool(found)
            and all(self._holds(part, f"p{i}", found, text, possible) for i, part in enumerate(self._parts))
            and self._dates_agree(found, possible)
        )

    def _holds(self, part: Part, group: str, found: re.Match[str], text: str, possible: Possible) -> bool:
        if part.name == "check":
            before = text[: found.start(group)].rsplit("\n", 1)[-1]
            return check(part.spec or "").after(before) == found[group]
        if part.name == "counter":
            past, odd = divmod(counter(part.spec or "").value(found[group]) - possible.start, possible.step)
            return past >= 0 and not odd
        return True

    def _dates_agree(self, found: re.Match[str], possible: Possible) -> bool:
        days: dict[str, set[int]] = {}
        for i, part in enumerate(self._parts):
            if part.name in ("date", "expiry"):
                stood = _days(part, possible).get(found[f"p{i}"], ())
                days[part.name] = days.get(part.name, set(stood)) & set(stood)
        if not all(days.values()) or len(days) < 2:
            return all(days.values())
        made = (date.fromordinal(ordinal) for ordinal in days["date"])
        return any((day + life).toordinal() in days["expiry"] for day in made for life in possible.lives)


@lru_cache(maxsize=512)
def code(template: str, choices: Choices = Choices()) -> Code:  # noqa: B008 - frozen
    """Return a code, ready to be made.

    Raises:
        RangeError: the template cannot be read.
    """
    return Code(template, choices)


def _step(part: Part, choices: Choices, drawn: dict[str, str]) -> Step:
    """Return what writes one part; names of drawn letters are added to ``drawn``."""
    name, spec = part.name, part.spec
    if not name:
        return lambda chance, out, named, facts: out.append(spec or "")
    if name in ("date", "expiry"):
        return _date_step(name == "date", spec)
    if name == "time":
        if spec is not None:
            clock(spec)
        return lambda chance, out, named, facts: out.append(clock(spec or facts.time_form)[0](facts.second))
    if name == "counter":
        count = counter(spec or "")
        return lambda chance, out, named, facts: out.append(count.text(facts.counted(count)))
    if name == "check":
        return _check_step(check(spec or ""))
    if spec is None:
        if name not in drawn:
            known = "date, expiry, time, counter, check or a part with a pattern before it, such as {line:[A-D]}"
            raise RangeError("", known, f"{{{name}}}")
        return lambda chance, out, named, facts: out.append(named[name])
    if has_reference(spec):
        raise RangeError("", "a pattern without references; repeat a part by its name", f"'{spec}'")
    if name in drawn:
        raise RangeError("", "a pattern for each name once; repeat a part by its name alone", f"{{{name}:...}} twice")
    made = expression(spec, choices)
    drawn[name] = spec

    def step(chance: Chance, out: list[str], named: dict[str, str], facts: Facts) -> None:
        named[name] = text = made.make(chance)
        out.append(text)

    return step


def _date_step(is_made: bool, form: str | None) -> Step:
    if form is not None:
        writer(form)

    def step(chance: Chance, out: list[str], named: dict[str, str], facts: Facts) -> None:
        write = writer(form or facts.form, facts.locale)
        out.append(write(facts.made if is_made else facts.gone))

    return step


def _check_step(scheme: Check) -> Step:
    def step(chance: Chance, out: list[str], named: dict[str, str], facts: Facts) -> None:
        out.append(scheme.after("".join(out).rsplit("\n", 1)[-1]))

    return step


def _pattern(part: Part, number: int, possible: Possible, seen: dict[str, bool]) -> str:
    name, spec = part.name, part.spec
    if not name:
        return re.escape(spec or "")
    if name in ("date", "expiry"):
        return f"(?P<p{number}>{shape_of(spec or possible.form, possible.locale, possible.case)})"
    if name == "time":
        return clock(spec or possible.time_form)[1]
    if name == "counter":
        return f"(?P<p{number}>{counter(spec or '').pattern})"
    if name == "check":
        return f"(?P<p{number}>{check(spec or '').pattern})"
    if name in seen:
        return f"(?P=n_{name})"
    seen[name] = True
    return f"(?P<n_{name}>{spec})"


def _days(part: Part, possible: Possible) -> Mapping[str, tuple[int, ...]]:
    first, last = possible.first, possible.last
    if part.name == "expiry":
        first = min(first + life for life in possible.lives)
        last = max(last + life for life in possible.lives)
    return dates_of(part.spec or possible.form, possible.locale, first, last, possible.case)
