"""GS1 element strings as they stand beside a symbol: (01)09501101530003(17)261231(10)AB12.

Dates within one string agree: what is packed, best before and expires belongs to one day of manufacture and one shelf
life.
Source: GS1 General Specifications (application identifiers); python-stdnum proves each element.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import numpy as np
from stdnum import ean, gs1_128
from stdnum.exceptions import ValidationError

from generator.core.errors import ConfigError, require
from generator.text.corpus.grammar.code import code
from generator.text.corpus.grammar.life import day, draw_days, life, require_days
from generator.text.corpus.grammar.moment import dates_of
from generator.text.corpus.grammar.regex import expression
from generator.text.corpus.letters import Chance, chances, one_of, pick
from generator.text.corpus.lot_code import LotCode
from generator.text.corpus.sound import checked, require_weights
from generator.text.port import Ask

_MADE, _GONE = ("11", "13"), ("15", "16", "17")
_KEYS = {"00": 17, "01": 13, "02": 13}
_DRAWN = {
    "20": "[0-9]{2}",
    "30": "[1-9][0-9]{0,2}",
    "37": "[1-9][0-9]{0,2}",
    "240": "[A-Z]{2}[0-9]{4,6}",
    "241": "[A-Z0-9]{6,10}",
    "310": "[0-9]{6}",
    "400": "[0-9]{6,8}",
    "710": "[0-9]{8}",
}
_OWN = ("10", "21")
_OWN_VALUE = re.compile(r"""[!"%&'*+,\-./0-9:;<=>?A-Z_a-z]{1,20}""")  # of set 82, without brackets
KNOWN = (*_KEYS, *_OWN, *_MADE, *_GONE, *_DRAWN)
_ELEMENT = re.compile(r"\((\d{2,4})\)([^()]+)")
_FORM = "%y%m%d"


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementString:
    """Application identifiers with their values.

    Attributes:
        elements: which identifiers a text has, such as ``01 17 10``; one of these is drawn.
        weights: relative share of each; empty: all alike.
        prefixes: company prefixes that trade items and shipping units begin with (after the indicator digit).
        lot: template of lots (10), as ``LotCode`` has it; at most 20 letters.
        serial: template of serial numbers (21), likewise.
        first, last: days of manufacture.
        shelf_life: spans to the expiry.
        start, step: of the counters in lot and serial.
        order: of the counters: ``rising`` or ``scattered``.
        per_image: how many texts of each image count.
        form: ``brackets``: in one row; ``spaced``: a space between elements; ``lines``: an element a line.
    """

    elements: tuple[str, ...]
    weights: tuple[float, ...] = ()
    prefixes: tuple[str, ...] = ("950110", "4012345")
    lot: str = "{lot:[A-Z]{2}[0-9]{3,5}}"
    serial: str = "{counter:08d}"
    first: str = "2024-01-01"
    last: str = "2028-12-31"
    shelf_life: tuple[str, ...] = ("24 months",)
    start: int = 1
    step: int = 1
    order: Literal["rising", "scattered"] = "rising"
    per_image: int = 1
    form: Literal["brackets", "spaced", "lines"] = "brackets"

    def __post_init__(self) -> None:
        require(len(self.elements) > 0, "elements", "at least one row of identifiers, such as 01 17 10", "none")
        require_weights(self.elements, self.weights, "weights")
        for i, row in enumerate(self.elements):
            names = row.split()
            for name in names:
                require(name in KNOWN, f"elements[{i}]", f"identifiers of {' '.join(KNOWN)}", f"'{name}' in '{row}'")
            once = len(names) > 0 and len(set(names)) == len(names)
            require(once, f"elements[{i}]", "identifiers, each once", f"'{row}'")
        require(len(self.prefixes) > 0, "prefixes", "at least one company prefix", "none")
        for i, prefix in enumerate(self.prefixes):
            fits = re.fullmatch("[0-9]{4,12}", prefix) is not None
            require(fits, f"prefixes[{i}]", "4 to 12 digits", f"'{prefix}'")
        require_days(self.first, self.last, self.shelf_life)
        for field, template in (("lot", self.lot), ("serial", self.serial)):
            checked(field, lambda template=template: code(template))
            checked("", lambda field=field, template=template: self._codes(template))

    def draw(self, ask: Ask, rng: np.random.Generator) -> str:
        """Return an element string."""
        chance = chances(rng)
        names = one_of(self.elements, self.weights, chance).split()
        made, gone = draw_days(self.first, self.last, self.shelf_life, chance, with_expiry=True)
        parts = []
        for name in names:
            if name in _KEYS:
                value = self._key(name, chance)
            elif name in _OWN:
                value = self._own(name, ask, rng)
            elif name in _DRAWN:
                value = expression(_DRAWN[name]).make(chance)
            else:
                value = (made if name in _MADE else gone).strftime(_FORM)
            identifier = name + str(int(chance() * 4)) if name == "310" else name
            parts.append(f"({identifier}){value}")
        return {"brackets": "", "spaced": " ", "lines": "\n"}[self.form].join(parts)

    def matches(self, text: str) -> bool:
        """Say whether a text is an element string whose keys, lengths and dates hold and agree."""
        joint = {"brackets": "", "spaced": " ", "lines": "\n"}[self.form]
        found = _ELEMENT.findall(text.replace("\n", "").replace(" (", "("))
        if joint.join(f"({name}){value}" for name, value in found) != text:
            return False
        names = [name[:3] if name.startswith("310") else name for name, _ in found]
        if " ".join(names) not in self.elements:
            return False
        return all(map(_is_element, found)) and self._agree(dict(found))

    def digest(self) -> str:
        """Return nothing: no file is read."""
        return ""

    def _key(self, name: str, chance: Chance) -> str:
        size = _KEYS[name]
        start = f"{int(chance() * 9)}" if name == "00" else "0"
        body = start + pick(self.prefixes, chance)
        body += expression(f"[0-9]{{{size - len(body)}}}").make(chance) if size > len(body) else ""
        return body + ean.calc_check_digit(body)

    def _own(self, name: str, ask: Ask, rng: np.random.Generator) -> str:
        """Return a lot or a serial number.

        Raises:
            ConfigError: the template makes one that GS1 does not allow.
        """
        field, template = ("lot", self.lot) if name == "10" else ("serial", self.serial)
        value = self._codes(template).draw(ask, rng)
        if not _OWN_VALUE.fullmatch(value):
            expected = "a template of 1 to 20 letters, digits or signs of GS1's set, such as {lot:[A-Z]{2}[0-9]{5}}"
            raise ConfigError(field, expected, f"'{value}' from '{template}'")
        return value

    def _codes(self, template: str) -> LotCode:
        return _codes(template, self.first, self.last, self.start, self.step, self.order, self.per_image)

    def _agree(self, values: dict[str, str]) -> bool:
        for name, template in (("10", self.lot), ("21", self.serial)):
            fits = name not in values or _OWN_VALUE.fullmatch(values[name]) is not None
            if not fits or (name in values and not self._codes(template).matches(values[name])):
                return False
        lives = tuple(life(span) for span in self.shelf_life)
        first, last = day(self.first), day(self.last)
        made = {values[name] for name in _MADE if name in values}
        gone = {values[name] for name in _GONE if name in values}
        if len(made) > 1 or len(gone) > 1:
            return False
        if not made:
            stops = dates_of(_FORM, "en", min(first + span for span in lives), max(last + span for span in lives))
            return all(stop in stops for stop in gone)
        born = dates_of(_FORM, "en", first, last).get(made.pop(), ())
        if not gone:
            return bool(born)
        return any((date.fromordinal(ordinal) + span).strftime(_FORM) in gone for ordinal in born for span in lives)


@lru_cache(maxsize=64)
def _codes(
    template: str, first: str, last: str, start: int, step: int, order: Literal["rising", "scattered"], per_image: int
) -> LotCode:
    return LotCode(
        templates=(template,),
        first=first,
        last=last,
        start=start,
        step=step,
        order=order,
        per_image=per_image,
    )


def _is_element(element: tuple[str, str]) -> bool:
    name, value = element
    try:
        gs1_128.validate(name + value)
    except ValidationError:
        return False
    return name not in _KEYS or (len(value) == _KEYS[name] + 1 and ean.calc_check_digit(value[:-1]) == value[-1])
