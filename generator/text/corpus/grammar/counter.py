"""Numbers that count, as they are printed: with leading zeros, decimal or in another base.

Source: own; base 32 after D. Crockford.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from generator.core.errors import ConfigError, RangeError
from generator.core.seeds import Shuffle

_DIGITS = {
    "d": "0123456789",
    "x": "0123456789abcdef",
    "X": "0123456789ABCDEF",
    "b26": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "b36": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "b32": "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
}
_FORM = re.compile(r"0?(?P<width>[0-9]*)(?P<digits>d|x|X|b26|b36|b32)")


@dataclass(frozen=True, slots=True)
class Counter:
    """How a number is printed: least width, with zeros before it, and its digits."""

    width: int
    digits: str

    def text(self, value: int) -> str:
        """Return a number >= 0.

        Raises:
            ConfigError: it has more digits than there is room for.
        """
        base, out, left = len(self.digits), [], value
        while left or not out:
            left, digit = divmod(left, base)
            out.append(self.digits[digit])
        if self.width and len(out) > self.width:
            raise ConfigError("counter", f"a number of at most {self.width} digits", f"{value}", "Give it more digits.")
        return "".join(reversed(out)).rjust(self.width, self.digits[0])

    def value(self, text: str) -> int:
        """Return the number that a text stands for."""
        value = 0
        for letter in text:
            value = value * len(self.digits) + self.digits.index(letter)
        return value

    @property
    def pattern(self) -> str:
        """A regular expression of the numbers."""
        return f"[{self.digits}]" + (f"{{{self.width}}}" if self.width else "+")

    @property
    def capacity(self) -> int:
        """How many numbers there is room for; 0: any number of them."""
        return len(self.digits) ** self.width if self.width else 0


@lru_cache(maxsize=256)
def counter(form: str) -> Counter:
    """Return how a counter is printed.

    Args:
        form: ``05d`` decimal; ``04X``, ``04x`` hexadecimal; ``4b36`` digits and letters; ``6b32`` Crockford's base 32,
            which leaves out I, L, O and U; ``3b26`` letters. Without a width numbers are as long as they are.

    Raises:
        RangeError: it is none of these.
    """
    found = _FORM.fullmatch(form or "d")
    if not found:
        raise RangeError("", "a counter such as {counter:05d}, {counter:04X}, {counter:4b36} or {counter:6b32}", form)
    return Counter(int(found["width"] or 0), _DIGITS[found["digits"]])


@lru_cache(maxsize=64)
def scattered(count: int, seed: int, name: str) -> Shuffle:
    """Return a shuffled order of range(count): successive numbers then lie far apart, and all digits change."""
    return Shuffle(count, seed, name)
