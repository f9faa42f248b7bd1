r"""Texts of a regular expression.

The standard library's own parser reads the expression, so a text that is made here is matched by ``re.fullmatch``. Its
tree becomes nested functions once; making a text then costs a random number per choice. What looks around (``\b``,
lookahead) says nothing about which letters to write and is refused with its position.
Source: own; the tree is that of ``re._parser``, which is private to Python: this module alone knows it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from re import _constants as tree  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from generator.core.errors import RangeError
from generator.text.corpus.letters import Chance, alphabet, boosted, pick, weight_bounds, weighted_pick

MAX_LENGTH = 500
_GROUP = re.compile(r"\(\?(?:P<|P=|:|#)")
_REFUSED = {
    "\\b": "a word boundary",
    "\\B": "a word boundary",
    "\\A": "an anchor",
    "\\Z": "an anchor",
    "++": "a possessive repeat",
    "*+": "a possessive repeat",
    "?+": "a possessive repeat",
    "}+": "a possessive repeat",
}

_LOOKS = {
    "(?=": "a lookahead",
    "(?!": "a lookahead",
    "(?<": "a lookbehind",
    "(?(": "a condition",
    "(?>": "an atomic group",
}

Emit = Callable[[Chance, list[str], dict[int, str]], None]


class Choices(NamedTuple):
    r"""What an expression leaves open.

    Attributes:
        unbounded: how often more than their least ``*``, ``+`` and ``{m,}`` repeat, at most.
        letters: alphabets, joined by +, that ``.``, ``\w``, ``\D`` and ``[^...]`` draw from.
        boost: weight of letters that are taken for one another (0 and O) within a class; 1: as others.
    """

    unbounded: int = 8
    letters: str = "ascii"
    boost: float = 1.0


class Expression:
    """An expression that texts can be made of.

    Attributes:
        source: the expression.
        most: letters of its longest text.
    """

    __slots__ = ("_emit", "most", "source")

    def __init__(self, source: str, emit: Emit, most: int) -> None:
        self.source, self._emit, self.most = source, emit, most

    def make(self, chance: Chance) -> str:
        """Return a text that the expression matches in full."""
        out: list[str] = []
        self._emit(chance, out, {})
        return "".join(out)


@lru_cache(maxsize=512)
def expression(source: str, choices: Choices = Choices()) -> Expression:  # noqa: B008 - frozen
    """Return an expression, ready to make texts.

    Raises:
        RangeError: it is no regular expression, or holds what no text can be made of.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            parsed = parser.parse(source)
    except FutureWarning:
        expected = "an expression without sets in sets such as [[:alpha:]] or [a--b] (write [A-Za-z])"
        raise RangeError("", expected, f"'{source}'") from None
    except re.error as error:
        place = "" if error.pos is None else f" ({error.msg} at position {error.pos})"
        raise RangeError("", "a regular expression", f"'{source}'{place}") from None
    for place, token in _tokens(source):
        _require_makeable(source, place, token)
    emit, most = _Compiler(source, choices).sequence(parsed)
    if most > MAX_LENGTH:
        raise RangeError("", f"a regular expression of texts of at most {MAX_LENGTH} letters", f"'{source}'")
    return Expression(source, emit, most)


def has_reference(source: str) -> bool:
    """Say whether an expression refers back to one of its groups."""
    return any(token[:4] == "(?P=" or (token[0] == "\\" and token[1:].isdigit()) for _, token in _tokens(source))


def _tokens(source: str) -> Iterator[tuple[int, str]]:
    """Yield the tokens outside classes, with their positions; a class is one token."""
    place = 0
    while place < len(source):
        stop = place + 1
        if source[place] == "\\":
            stop = place + 2
        elif source[place] == "[":
            stop += source[stop : stop + 1] == "^"
            stop += source[stop : stop + 1] == "]"
            while source[stop] != "]":
                stop += 2 if source[stop] == "\\" else 1
            stop += 1
        elif source.startswith("(?", place):
            found = _GROUP.match(source, place)
            stop = found.end() if found else place + 3
            if found and found[0] == "(?#":
                stop = source.index(")", place) + 1
        elif source[place] in "*+?}" and source[place + 1 : place + 2] == "+":
            stop = place + 2
        yield place, source[place:stop]
        place = stop


def _require_makeable(source: str, place: int, token: str) -> None:
    what = _REFUSED.get(token, "")
    if token.startswith("(?") and not _GROUP.match(token):
        what = _LOOKS.get(token, "a flag")
    elif (token == "^" and place > 0) or (token == "$" and place < len(source) - 1):  # noqa: S105 - no password
        what = "an anchor"
    if what:
        expected = "an expression of literals, classes, groups, alternatives and repeats"
        raise RangeError("", expected, f"{what}, {token} at position {place} of '{source}'")


class _Compiler:
    """Turns a parsed expression into functions; each comes with the length of its longest text."""

    def __init__(self, source: str, choices: Choices) -> None:
        self._source, self._choices = source, choices
        self._letters = alphabet(choices.letters)
        self._lengths: dict[int, int] = {}
        self._may_be_absent: set[int] = set()

    def sequence(self, nodes: Any) -> tuple[Emit, int]:
        emits, most, literal = [], 0, ""
        for op, value in nodes:
            if op is tree.LITERAL:
                literal += self._literal(value)
                continue
            if op is tree.AT:
                continue
            if literal:
                emits.append(_literally(literal))
                most, literal = most + len(literal), ""
            emit, length = self._node(op, value)
            emits.append(emit)
            most += length
        if literal or not emits:
            emits.append(_literally(literal))
            most += len(literal)
        return (emits[0] if len(emits) == 1 else _in_turn(tuple(emits))), most

    def _node(self, op: Any, value: Any) -> tuple[Emit, int]:
        if op in (tree.IN, tree.ANY, tree.NOT_LITERAL):
            return self._one_of(self._class(op, value)), 1
        if op in (tree.MAX_REPEAT, tree.MIN_REPEAT):
            return self._repeat(*value)
        if op is tree.BRANCH:
            made = [self._optional(branch) for branch in value[1]]
            return _any_of(tuple(emit for emit, _ in made)), max(most for _, most in made)
        if op is tree.SUBPATTERN:
            emit, most = self.sequence(value[3])
            if value[0] is None:
                return emit, most
            self._lengths[value[0]] = most
            return _kept(value[0], emit), most
        if op is tree.GROUPREF:
            if value in self._may_be_absent:
                raise RangeError("", "references to groups that are always there", f"group {value} in '{self._source}'")
            return _again(value), self._lengths[value]
        raise RangeError("", "an expression that texts can be made of", f"{op} in '{self._source}'")

    def _literal(self, code: int) -> str:
        letter = chr(code)
        if not letter.isprintable() and letter != "\n":
            raise RangeError("", "letters that can be seen", f"{letter!r} in '{self._source}'")
        return letter

    def _repeat(self, low: int, high: Any, nodes: Any) -> tuple[Emit, int]:
        top = low + self._choices.unbounded if high is tree.MAXREPEAT else int(high)
        emit, most = self.sequence(nodes) if low else self._optional(nodes)
        return _repeated(emit, low, top), most * top

    def _optional(self, nodes: Any) -> tuple[Emit, int]:
        """Return what may be left out; nothing may refer to its groups."""
        before = set(self._lengths)
        made = self.sequence(nodes)
        self._may_be_absent |= set(self._lengths) - before
        return made

    def _class(self, op: Any, value: Any) -> tuple[str, ...]:
        if op is tree.ANY:
            return self._letters
        if op is tree.NOT_LITERAL:
            return self._some(tuple(letter for letter in self._letters if ord(letter[0]) != value))
        negated = value[0][0] is tree.NEGATE
        found: list[str] = []
        for kind, item in value[1:] if negated else value:
            found.extend(self._members(kind, item))
        if negated:
            return self._some(tuple(letter for letter in self._letters if letter not in set(found)))
        return self._some(tuple(dict.fromkeys(found)))

    def _some(self, letters: tuple[str, ...]) -> tuple[str, ...]:
        if not letters:
            raise RangeError("", "classes with at least one letter", f"an empty one in '{self._source}'")
        return letters

    def _members(self, kind: Any, item: Any) -> Sequence[str]:
        if kind is tree.LITERAL:
            return self._literal(item)
        if kind is tree.RANGE:
            return [letter for letter in map(chr, range(item[0], item[1] + 1)) if letter.isprintable()]
        if item is tree.CATEGORY_DIGIT:
            return "0123456789"
        if item is tree.CATEGORY_SPACE:
            return " "
        sorts: dict[Any, Callable[[str], bool]] = {
            tree.CATEGORY_WORD: lambda letter: letter.isalnum() or letter == "_",
            tree.CATEGORY_NOT_WORD: lambda letter: not (letter.isalnum() or letter == "_"),
            tree.CATEGORY_NOT_DIGIT: lambda letter: not letter.isdigit(),
            tree.CATEGORY_NOT_SPACE: lambda letter: not letter.isspace(),
        }
        return [letter for letter in self._letters if sorts[item](letter)]

    def _one_of(self, letters: tuple[str, ...]) -> Emit:
        weights = boosted(letters, self._choices.boost)
        if len(set(weights)) > 1:
            bounds = weight_bounds(weights)
            return lambda chance, out, groups: out.append(weighted_pick(letters, bounds, chance))
        count = len(letters)
        return lambda chance, out, groups: out.append(letters[int(chance() * count)])


def _literally(text: str) -> Emit:
    return lambda chance, out, groups: out.append(text)


def _in_turn(emits: tuple[Emit, ...]) -> Emit:
    def emit(chance: Chance, out: list[str], groups: dict[int, str]) -> None:
        for part in emits:
            part(chance, out, groups)

    return emit


def _any_of(emits: tuple[Emit, ...]) -> Emit:
    return lambda chance, out, groups: pick(emits, chance)(chance, out, groups)


def _repeated(part: Emit, low: int, top: int) -> Emit:
    def emit(chance: Chance, out: list[str], groups: dict[int, str]) -> None:
        for _ in range(low if low == top else low + int(chance() * (top - low + 1))):
            part(chance, out, groups)

    return emit


def _kept(number: int, part: Emit) -> Emit:
    def emit(chance: Chance, out: list[str], groups: dict[int, str]) -> None:
        start = len(out)
        part(chance, out, groups)
        groups[number] = "".join(out[start:])

    return emit


def _again(number: int) -> Emit:
    return lambda chance, out, groups: out.append(groups[number])
