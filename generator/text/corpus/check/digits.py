"""Check digits of what stands before them.

Each scheme takes the letters and digits before it, or the digits alone, and leaves separators out.
Source: python-stdnum (Luhn, Verhoeff, Damm, GS1 mod 10, ISO 7064); mod 43 after ISO/IEC 16388 (Code 39).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stdnum import damm, ean, luhn, verhoeff
from stdnum.iso7064 import mod_11_2, mod_11_10, mod_37_2, mod_37_36, mod_97_10

from generator.core.errors import RangeError, nearest

_NO_CODE, _NO_DIGIT = re.compile("[^0-9A-Z]+"), re.compile("[^0-9]+")
_CODE_39 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"


@dataclass(frozen=True, slots=True)
class Check:
    """A check scheme.

    Attributes:
        of: the check characters of a payload.
        takes_letters: whether letters count; else the digits alone.
        pattern: a regular expression of the check characters.
    """

    of: Callable[[str], str]
    takes_letters: bool
    pattern: str

    def after(self, text: str) -> str:
        """Return the check characters that belong after a text."""
        return self.of((_NO_CODE if self.takes_letters else _NO_DIGIT).sub("", text.upper()))


def _mod_43(payload: str) -> str:
    return _CODE_39[sum(_CODE_39.index(letter) for letter in payload) % 43]


CHECKS: Mapping[str, Check] = {
    "luhn": Check(luhn.calc_check_digit, False, "[0-9]"),
    "mod10": Check(ean.calc_check_digit, False, "[0-9]"),
    "verhoeff": Check(verhoeff.calc_check_digit, False, "[0-9]"),
    "damm": Check(damm.calc_check_digit, False, "[0-9]"),
    "mod11_2": Check(mod_11_2.calc_check_digit, False, "[0-9X]"),
    "mod11_10": Check(mod_11_10.calc_check_digit, False, "[0-9]"),
    "mod37_2": Check(mod_37_2.calc_check_digit, True, "[0-9A-Z*]"),
    "mod37_36": Check(mod_37_36.calc_check_digit, True, "[0-9A-Z]"),
    "mod97": Check(mod_97_10.calc_check_digits, True, "[0-9]{2}"),
    "mod43": Check(_mod_43, True, "[0-9A-Z. $/+%-]"),
}


def check(name: str) -> Check:
    """Return a check scheme by its name.

    Raises:
        RangeError: there is none of this name.
    """
    if name not in CHECKS:
        raise RangeError("", f"a check: {', '.join(CHECKS)}. {nearest(name, CHECKS)}", f"'{name}'")
    return CHECKS[name]
