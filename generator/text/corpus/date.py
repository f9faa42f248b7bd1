"""Dates as goods carry them: made, good until, both in agreement, in many forms and languages. Source: own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from generator.core.errors import require
from generator.text.corpus.grammar.code import Facts, Possible, code
from generator.text.corpus.grammar.counter import Counter
from generator.text.corpus.grammar.life import day, draw_days, life, require_days
from generator.text.corpus.grammar.moment import clock, in_case, in_digits, in_latin, known_locale, writer
from generator.text.corpus.letters import chances, pick
from generator.text.corpus.sound import checked, first_sound
from generator.text.port import Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """Texts with dates.

    Attributes:
        texts: for each locale what is written, with {date} (the day of manufacture), {expiry} and {time} in it,
            alone or with a form of their own such as {date:%m.%Y}; locales and texts are drawn alike.
        formats: of dates: strftime's codes, CLDR patterns, or short, medium, long, full of the locale; one a text.
        times: of times of the day, with %H %I %M %S %p; one a text.
        first, last: days of manufacture, such as 2024-01-31.
        shelf_life: spans to the expiry, such as ``18 months`` or ``1 year - 1 day``; one a text.
        case: ``as_is``; ``upper`` and ``lower`` hold for the whole text.
        digits: ``latin``, ``arabic``, ``persian``, ``devanagari``, ``bengali`` or ``thai``.
    """

    texts: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"en": ("{expiry}",)})
    formats: tuple[str, ...] = ("%d.%m.%Y",)
    times: tuple[str, ...] = ("%H:%M",)
    first: str = "2024-01-01"
    last: str = "2028-12-31"
    shelf_life: tuple[str, ...] = ("12 months",)
    case: Literal["as_is", "upper", "lower"] = "as_is"
    digits: Literal["latin", "arabic", "persian", "devanagari", "bengali", "thai"] = "latin"

    def __post_init__(self) -> None:
        require(len(self.texts) > 0, "texts", "at least one locale with its texts", "none")
        require(len(self.formats) > 0, "formats", "at least one form, such as %d.%m.%Y", "none")
        require(len(self.times) > 0, "times", "at least one form, such as %H:%M", "none")
        require_days(self.first, self.last, self.shelf_life)
        for i, form in enumerate(self.times):
            checked(f"times[{i}]", lambda form=form: clock(form))
        for locale, texts in self.texts.items():
            checked(f"texts.{locale}", lambda locale=locale: known_locale(locale))
            require(len(texts) > 0, f"texts.{locale}", "at least one text, such as EXP {expiry}", "none")
            for i, text in enumerate(texts):
                tells = checked(f"texts.{locale}[{i}]", lambda text=text: code(text)).tells
                told = bool(tells & {"date", "expiry", "time"}) and "counter" not in tells
                require(told, f"texts.{locale}[{i}]", "a text with {date}, {expiry} or {time}, no counter", f"'{text}'")
            for i, form in enumerate(self.formats):
                checked(f"formats[{i}]", lambda form=form, locale=locale: writer(form, locale))

    def draw(self, ask: Ask, rng: np.random.Generator) -> str:
        """Return a text whose dates agree."""
        chance = chances(rng)
        locale = pick(tuple(self.texts), chance)
        text = pick(self.texts[locale], chance)
        made = code(text)
        wanted = "expiry" in made.tells
        born, gone = draw_days(self.first, self.last, self.shelf_life, chance, with_expiry=wanted)
        facts = Facts(
            made=born,
            gone=gone,
            second=int(chance() * 86400),
            locale=locale,
            form=pick(self.formats, chance),
            time_form=pick(self.times, chance),
            counted=_no_number,
        )
        return first_sound(lambda: self._set(made.make(chance, facts)), "texts", text)

    def matches(self, text: str) -> bool:
        """Say whether a text may be one of these: its dates exist, lie in the range and agree."""
        return any(self._fits(text, locale, template) for locale in self.texts for template in self.texts[locale])

    def digest(self) -> str:
        """Return nothing: no file is read."""
        return ""

    def _set(self, text: str) -> str:
        return in_digits(in_case(text, self.case), self.digits)

    def _fits(self, text: str, locale: str, template: str) -> bool:
        made = code(template)
        for form in self.formats:
            for time_form in self.times:
                possible = Possible(
                    first=day(self.first),
                    last=day(self.last),
                    lives=tuple(life(span) for span in self.shelf_life),
                    locale=locale,
                    form=form,
                    time_form=time_form,
                    start=0,
                    step=1,
                    case=self.case,
                )
                if made.matches(in_latin(text, self.digits), possible):
                    return True
        return False


def _no_number(one: Counter) -> int:
    raise AssertionError("a text with dates has no counter")
