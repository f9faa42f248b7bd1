"""Lot codes and serial numbers by template. Source: own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from generator.core.errors import require
from generator.text.corpus.grammar.code import Code, Facts, Possible, code
from generator.text.corpus.grammar.counter import Counter, scattered
from generator.text.corpus.grammar.life import day, draw_days, life, require_days
from generator.text.corpus.grammar.moment import known_locale
from generator.text.corpus.grammar.regex import Choices
from generator.text.corpus.letters import Chance, chances, one_of
from generator.text.corpus.sound import checked, first_sound, require_weights, slot
from generator.text.port import Ask

_NEVER = date(2000, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotCode:
    """Codes made of dates, counters, drawn letters and check digits; ``grammar.code`` lists the parts.

    Attributes:
        templates: such as ``L{date:%y%j}{line:[A-D]}{counter:04d}``; a line break stands in it as it is.
        weights: relative share of each; empty: all alike.
        first, last: days of manufacture, such as 2024-01-31.
        shelf_life: spans from there to the expiry, such as ``18 months``; one is drawn.
        locale: whose names of months are written.
        start, step: the counter of text i of the set is start + step x i, or step x the place of i in a shuffled order;
            start >= 0, step >= 1.
        order: ``rising``; ``scattered``: shuffled over all numbers its digits hold, so that all digits change.
        per_image: how many texts of each image count; 1: all texts of an image carry the same number.
        boost: weight of letters that are taken for one another within a class, [0.01, 100]; 1: none.
    """

    templates: tuple[str, ...]
    weights: tuple[float, ...] = ()
    first: str = "2024-01-01"
    last: str = "2028-12-31"
    shelf_life: tuple[str, ...] = ("12 months",)
    locale: str = "en"
    start: int = 1
    step: int = 1
    order: Literal["rising", "scattered"] = "rising"
    per_image: int = 1
    boost: float = 1.0

    def __post_init__(self) -> None:
        require(len(self.templates) > 0, "templates", "at least one template", "none")
        require_weights(self.templates, self.weights, "weights")
        require(0.01 <= self.boost <= 100, "boost", "a number in [0.01, 100]", self.boost)
        require(self.start >= 0, "start", "a whole number >= 0", self.start)
        require(self.step >= 1, "step", "a whole number >= 1", self.step)
        require(self.per_image >= 1, "per_image", "a whole number >= 1", self.per_image)
        require_days(self.first, self.last, self.shelf_life)
        checked("locale", lambda: known_locale(self.locale))
        for i, template in enumerate(self.templates):
            made = checked(f"templates[{i}]", lambda template=template: code(template, Choices(boost=self.boost)))
            for one in made.counters if self.order == "scattered" else ():
                room = (one.capacity - self.start) // self.step
                wanted = "counters with a width that holds more than start, such as {counter:05d}"
                require(room > 1, f"templates[{i}]", wanted, f"'{template}'")

    def draw(self, ask: Ask, rng: np.random.Generator) -> str:
        """Return a code.

        Raises:
            ConfigError: a counter has more digits than its template has room for.
        """
        chance = chances(rng)
        template = one_of(self.templates, self.weights, chance)
        made = code(template, Choices(boost=self.boost))
        facts = self._facts(made, ask, chance)
        return first_sound(lambda: made.make(chance, facts), "templates", template)

    def matches(self, text: str) -> bool:
        """Say whether a text may be one of the codes: letters fit, dates exist and agree, check digits hold."""
        possible = Possible(
            first=day(self.first),
            last=day(self.last),
            lives=tuple(life(span) for span in self.shelf_life),
            locale=self.locale,
            form="%y%m%d",
            time_form="%H%M",
            start=self.start,
            step=self.step,
        )
        return any(code(template, Choices(boost=self.boost)).matches(text, possible) for template in self.templates)

    def digest(self) -> str:
        """Return nothing: no file is read."""
        return ""

    def _facts(self, made: Code, ask: Ask, chance: Chance) -> Facts:
        born = gone = _NEVER
        if "date" in made.tells or "expiry" in made.tells:
            wanted = "expiry" in made.tells
            born, gone = draw_days(self.first, self.last, self.shelf_life, chance, with_expiry=wanted)

        def counted(one: Counter) -> int:
            number = slot(ask, self.per_image)
            if self.order == "scattered":
                room = (one.capacity - self.start) // self.step
                number = number // room * room + scattered(room, ask.seed, f"counter {ask.part}")[number % room]
            return self.start + self.step * number

        second = int(chance() * 86400) if "time" in made.tells else 0
        return Facts(
            made=born,
            gone=gone,
            second=second,
            locale=self.locale,
            form="%y%m%d",
            time_form="%H%M",
            counted=counted,
        )
