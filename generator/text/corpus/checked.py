"""Numbers with check digits: EAN, UPC, SSCC, containers, vehicles, IBAN and others. Source: as ``check.scheme``."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from generator.core.errors import nearest, require
from generator.core.units import Range
from generator.text.corpus.check.scheme import SCHEMES, Scheme
from generator.text.corpus.grammar.regex import expression
from generator.text.corpus.letters import Chance, chances, pick
from generator.text.port import Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Numbers whose check digits hold.

    Attributes:
        schemes: which kinds: ean13, ean8, upc_a, gtin14, sscc, isbn13, iso6346, vin, imei, imo, uic_wagon, iban; of
            free length luhn, verhoeff, damm, mod97, mod37_36, mod11_2.
        prefix: what every number begins with, such as a company's or an owner's code.
        length: letters with the check digits, of schemes that leave it free, [3, 40].
        grouped: share of numbers that are printed in groups, as people read them, [0, 1].
    """

    schemes: tuple[str, ...]
    prefix: str = ""
    length: Range = Range(8, 14)
    grouped: float = 0.5

    def __post_init__(self) -> None:
        require(len(self.schemes) > 0, "schemes", f"some of {', '.join(SCHEMES)}", "none")
        for i, name in enumerate(self.schemes):
            require(name in SCHEMES, f"schemes[{i}]", f"a scheme. {nearest(name, SCHEMES)}", f"'{name}'")
        require(self.length.within(3, 40), "length", "(low, high) within [3, 40]", str(self.length))
        require(0 <= self.grouped <= 1, "grouped", "a share in [0, 1]", self.grouped)
        for name in self.schemes if self.prefix else ():
            pattern = self._pattern(SCHEMES[name], round(self.length.low))
            expected = f"a beginning of a number of {name}, {pattern}, before its check digits"
            require(bool(self._ways(SCHEMES[name], round(self.length.low))), "prefix", expected, f"'{self.prefix}'")

    def draw(self, ask: Ask, rng: np.random.Generator) -> str:
        """Return a number of one of the schemes."""
        chance = chances(rng)
        scheme = SCHEMES[pick(self.schemes, chance)]
        length = self._letters(chance) if scheme.added else 0
        pattern = pick(self._ways(scheme, length), chance) if self.prefix else self._pattern(scheme, length)
        body = expression(pattern).make(chance)
        number = scheme.complete(self.prefix + body[len(self.prefix) :])
        return scheme.in_groups(number) if chance() < self.grouped else number

    def matches(self, text: str) -> bool:
        """Say whether a text is a number of one of the schemes, in groups or not."""
        number = text.replace(" ", "")
        kinds = [SCHEMES[name] for name in self.schemes]
        return number.startswith(self.prefix) and any(
            kind.is_valid(number)
            and text in (number, kind.in_groups(number))
            and (not kind.added or self.length.low <= len(number) <= self.length.high)
            for kind in kinds
        )

    def digest(self) -> str:
        """Return nothing: no file is read."""
        return ""

    def _letters(self, chance: Chance) -> int:
        low, high = round(self.length.low), round(self.length.high)
        return low + int(chance() * (high - low + 1))

    def _ways(self, scheme: Scheme, length: int) -> tuple[str, ...]:
        """Return the alternatives of a scheme whose numbers can begin with the prefix."""
        ways = []
        for way in self._pattern(scheme, length).split("|"):
            body = expression(way).make(lambda: 0.5)
            body = self.prefix + body[len(self.prefix) :]
            if re.fullmatch(way, body) and scheme.complete(body).startswith(self.prefix):
                ways.append(way)
        return tuple(ways)

    @staticmethod
    def _pattern(scheme: Scheme, length: int) -> str:
        return scheme.body.replace("{n}", f"{{{length - scheme.added}}}")
