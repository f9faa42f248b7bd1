"""Numbers of public schemes: how their body is drawn, completed by check digits, proved and set in groups.

Source: python-stdnum (EAN, ISBN, IBAN, IMEI, IMO, ISO 6346, ISO 7064, Luhn, Verhoeff, Damm); the VIN's check digit
after 49 CFR 565.15; SSCC and GTIN-14 after the GS1 General Specifications; wagon numbers after UIC 438-2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stdnum import ean, iban, imei, imo, isbn, iso6346, luhn

from generator.text.corpus.check.digits import check

_VIN_VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "012345678912345678123457923456789"), strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A kind of number.

    Attributes:
        body: a regular expression of what stands beside the check digits; ``{n}`` stands for the letters still wanted.
        complete: from the body to the number.
        is_valid: whether a number without separators is one.
        groups: lengths of the groups it is printed in; the last repeats; empty: it is printed in one piece.
        added: how many check characters there are, for schemes whose length is free; 0: the length is fixed.
    """

    body: str
    complete: Callable[[str], str]
    is_valid: Callable[[str], bool]
    groups: tuple[int, ...] = ()
    added: int = 0

    def in_groups(self, number: str) -> str:
        """Return a number as people read it, in groups."""
        parts, place, widths = [], 0, list(self.groups)
        while place < len(number) and widths:
            width = widths.pop(0) if len(widths) > 1 else widths[0]
            parts.append(number[place : place + width])
            place += width
        return " ".join(parts) or number


def _ended(name: str) -> Callable[[str], str]:
    of = check(name).of
    return lambda body: body + of(body)


def _proved(name: str) -> Callable[[str], bool]:
    made, width = check(name), 2 if name == "mod97" else 1
    shape = re.compile(("[0-9A-Z]+" if made.takes_letters else "[0-9]+") + made.pattern)
    return lambda number: bool(shape.fullmatch(number)) and made.of(number[:-width]) == number[-width:]


def _is_ean(length: int) -> Callable[[str], bool]:
    """Return what proves GS1 numbers; those that stdnum does not know by length are proved by the digit alone."""
    if length in (8, 12, 13, 14):
        return lambda number: len(number) == length and ean.is_valid(number)
    proved = _proved("mod10")
    return lambda number: len(number) == length and proved(number)


def vin_check_digit(number: str) -> str:
    """Return what belongs in the ninth place of a vehicle identification number of 17 letters."""
    total = sum(_VIN_VALUES[letter] * weight for letter, weight in zip(number, _VIN_WEIGHTS, strict=True))
    return "X" if total % 11 == 10 else str(total % 11)


def _vin(body: str) -> str:
    return body[:8] + vin_check_digit(body[:8] + "0" + body[8:]) + body[8:]


def _is_vin(number: str) -> bool:
    return bool(re.fullmatch("[A-HJ-NPR-Z0-9]{17}", number)) and vin_check_digit(number) == number[8]


def _free(name: str, letters: str, groups: tuple[int, ...] = ()) -> Scheme:
    return Scheme(
        body=letters + "{n}",
        complete=_ended(name),
        is_valid=_proved(name),
        groups=groups,
        added=2 if name == "mod97" else 1,
    )


def _iban(body: str) -> str:
    return body[:2] + iban.calc_check_digits(body[:2] + "00" + body[2:]) + body[2:]


SCHEMES: Mapping[str, Scheme] = {
    "ean13": Scheme(body=r"[0-9]{12}", complete=_ended("mod10"), is_valid=_is_ean(13), groups=(1, 6, 6)),
    "ean8": Scheme(body=r"[0-9]{7}", complete=_ended("mod10"), is_valid=_is_ean(8), groups=(4, 4)),
    "upc_a": Scheme(body=r"[0-9]{11}", complete=_ended("mod10"), is_valid=_is_ean(12), groups=(1, 5, 5, 1)),
    "gtin14": Scheme(body=r"[0-9]{13}", complete=_ended("mod10"), is_valid=_is_ean(14), groups=(1, 2, 5, 5, 1)),
    "sscc": Scheme(body=r"[0-9]{17}", complete=_ended("mod10"), is_valid=_is_ean(18), groups=(1, 7, 9, 1)),
    "isbn13": Scheme(body=r"97[89][0-9]{9}", complete=_ended("mod10"), is_valid=isbn.is_valid),
    "iso6346": Scheme(
        body=r"[A-Z]{3}[UJZ][0-9]{6}",
        complete=lambda body: body + iso6346.calc_check_digit(body),
        is_valid=iso6346.is_valid,
        groups=(4, 6, 1),
    ),
    "vin": Scheme(
        body=r"[1-5JKLSVWYZ][A-HJ-NPR-Z][A-HJ-NPR-Z0-9][A-HJ-NPR-Z0-9]{5}[A-HJ-NPRSTV-Y1-9][A-HJ-NPR-Z0-9]{2}[0-9]{5}",
        complete=_vin,
        is_valid=_is_vin,
    ),
    "imei": Scheme(body=r"35[0-9]{12}", complete=_ended("luhn"), is_valid=imei.is_valid, groups=(2, 6, 6, 1)),
    "imo": Scheme(
        body=r"[1-9][0-9]{5}", complete=lambda body: body + imo.calc_check_digit(body), is_valid=imo.is_valid
    ),
    "uic_wagon": Scheme(
        body=r"[2-4][13][5-8][0-9]{8}", complete=_ended("luhn"), is_valid=luhn.is_valid, groups=(2, 2, 4, 3, 1)
    ),
    "iban": Scheme(
        body=r"DE[0-9]{18}|AT[0-9]{16}|CH[0-9]{17}|GB[A-Z]{4}[0-9]{14}|NL[A-Z]{4}[0-9]{10}|PL[0-9]{24}|SE[0-9]{20}",
        complete=_iban,
        is_valid=iban.is_valid,
        groups=(4,),
    ),
    "luhn": _free("luhn", "[0-9]", (4,)),
    "verhoeff": _free("verhoeff", "[0-9]"),
    "damm": _free("damm", "[0-9]"),
    "mod97": _free("mod97", "[0-9A-Z]", (4,)),
    "mod37_36": _free("mod37_36", "[0-9A-Z]"),
    "mod11_2": _free("mod11_2", "[0-9]", (4,)),
}
