"""Templates: literal text with parts in braces, ``L{date:%y%j}-{line:[A-D]}{counter:04d}``.

A part is a name, alone or with a specification after a colon; the specification may hold braces that are balanced or
behind a backslash. ``{{`` and ``}}`` are braces of the text. Source: own; the braces are those of str.format.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from generator.core.errors import RangeError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a template: text, or a part to be filled in.

    Attributes:
        name: of the part; empty: literal text.
        spec: the literal text, or what stands after the colon; None: there is no colon.
    """

    name: str
    spec: str | None


@lru_cache(maxsize=512)
def parse(template: str) -> tuple[Part, ...]:
    """Return the pieces of a template, in order.

    Raises:
        RangeError: a brace has no partner, or a part has no name.
    """
    parts: list[Part] = []
    literal, place = "", 0
    while place < len(template):
        if template[place : place + 2] in ("{{", "}}"):
            literal, place = literal + template[place], place + 2
        elif template[place] == "}":
            raise RangeError(
                "", "braces in pairs, or }} for a brace", f"a single }} at position {place} of '{template}'"
            )
        elif template[place] != "{":
            literal, place = literal + template[place], place + 1
        else:
            if literal:
                parts.append(Part("", literal))
            stop = _closing(template, place)
            parts.append(_part(template, place, stop))
            literal, place = "", stop + 1
    if literal:
        parts.append(Part("", literal))
    return tuple(parts)


def _closing(template: str, start: int) -> int:
    depth, place = 0, start
    while place < len(template):
        letter = template[place]
        if letter == "\\":
            place += 1
        depth += (letter == "{") - (letter == "}")
        if not depth:
            return place
        place += 1
    raise RangeError("", "braces in pairs, or {{ for a brace", f"an open {{ at position {start} of '{template}'")


def _part(template: str, start: int, stop: int) -> Part:
    name, colon, spec = template[start + 1 : stop].partition(":")
    if not _NAME.fullmatch(name):
        got = f"'{name}' at position {start + 1} of '{template}'"
        raise RangeError("", "parts such as {counter:05d} or {line:[A-D]}, whose names are letters and digits", got)
    return Part(name, spec if colon else None)
