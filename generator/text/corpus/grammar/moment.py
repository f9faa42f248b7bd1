"""How dates and times are written, and which dates a text may stand for.

A form with ``%`` is written like strftime's: %d %m %Y %y %j (day of the year) %V %G %g (ISO week and its year) %u (day
of the week) %B %b %A %a (names in the locale) and, as codes on goods use them, %1y (last digit of the year) and %L (the
month as a letter, A is January); ``-`` leaves out leading zeros (%-d), ``^`` writes capitals (%^b). ``short``,
``medium``, ``long`` and ``full`` are the locale's own forms; anything else is a CLDR pattern such as ``dd. MMM yyyy``.
Times know %H %I %M %S %p.
Source: own; ISO 8601 weeks; names, patterns and forms are the CLDR's, through babel.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_date_format, get_day_names, get_month_names, parse_pattern

from generator.core.errors import RangeError

Writer = Callable[[date], str]
OWN_FORMS = ("short", "medium", "long", "full")
_CODE = re.compile(r"%([-^]?)(1y|.)", re.DOTALL)
_DIGIT, _NAMED = re.compile("[0-9]"), re.compile(r"%\^?[BbAa]")
_UNSEEN = {0xA0: " ", 0x202F: " ", 0x2009: " ", 0x200E: None, 0x200F: None, 0x061C: None}
_ZEROS = {"latin": "0", "arabic": "٠", "persian": "۰", "devanagari": "०", "bengali": "০", "thai": "๐"}

_NUMBERS: Mapping[str, tuple[int, Callable[[date], int]]] = {
    "d": (2, lambda day: day.day),
    "m": (2, lambda day: day.month),
    "Y": (4, lambda day: day.year),
    "y": (2, lambda day: day.year % 100),
    "1y": (1, lambda day: day.year % 10),
    "j": (3, lambda day: day.timetuple().tm_yday),
    "V": (2, lambda day: day.isocalendar()[1]),
    "G": (4, lambda day: day.isocalendar()[0]),
    "g": (2, lambda day: day.isocalendar()[0] % 100),
    "u": (1, lambda day: day.isoweekday()),
}
_TIMES: Mapping[str, tuple[str, Callable[[int], str]]] = {
    "H": ("(?:[01][0-9]|2[0-3])", lambda second: f"{second // 3600:02d}"),
    "I": ("(?:0[1-9]|1[0-2])", lambda second: f"{(second // 3600 + 11) % 12 + 1:02d}"),
    "M": ("[0-5][0-9]", lambda second: f"{second // 60 % 60:02d}"),
    "S": ("[0-5][0-9]", lambda second: f"{second % 60:02d}"),
    "p": ("[AP]M", lambda second: "AM" if second < 43200 else "PM"),
}


@lru_cache(maxsize=256)
def writer(form: str, locale: str = "en") -> Writer:
    """Return what writes dates in a form.

    Raises:
        RangeError: the locale is not known, or the form holds no date or what is none of one.
    """
    place = known_locale(locale)
    if "%" in form:
        return _joined(tuple(_coded(form, place)))
    if form in OWN_FORMS:
        pattern = get_date_format(form, place)
    else:
        pattern = parse_pattern(form)
        letters = set(re.findall(r"([A-Za-z])", re.sub(r"'[^']*'", "", form)))
        if not letters or not letters <= set("yYuMLdDEecwGQq"):
            known = "%d %m %Y %y %j %V ..., a CLDR pattern such as dd.MM.yyyy, or short, medium, long, full"
            raise RangeError("", f"a date written with {known}", f"'{form}'")
        _require_meant(form, letters)
    return lambda day: pattern.apply(day, place).translate(_UNSEEN)


def _require_meant(form: str, letters: set[str]) -> None:
    """Refuse the slip of DD.MM.YYYY: D is the day of the year, Y the year that a week belongs to."""
    meant = form
    if "D" in letters and letters & set("ML"):
        meant = meant.replace("D", "d")
    if "Y" in letters and "w" not in letters:
        meant = meant.replace("Y", "y")
    if meant != form:
        raise RangeError("", f"'{meant}' (D is the day of the year, Y the year of a week w)", f"'{form}'")


def _coded(form: str, place: Locale) -> list[Writer | str]:
    pieces: list[Writer | str] = []
    stop = 0
    for found in _CODE.finditer(form):
        if found.start() > stop:
            pieces.append(form[stop : found.start()])
        pieces.append(_one_code(found[1], found[2], place))
        stop = found.end()
    if stop < len(form):
        pieces.append(form[stop:])
    if not any(callable(piece) for piece in pieces) or "%" in _CODE.sub("", form):
        raise RangeError("", "a date written with codes such as %d.%m.%Y, and %% for a per cent sign", f"'{form}'")
    return pieces


def _one_code(flag: str, code: str, place: Locale) -> Writer | str:
    if code == "%" and not flag:
        return "%"
    if code in _NUMBERS:
        width, number = _NUMBERS[code]
        return (lambda day: str(number(day))) if flag == "-" else (lambda day: str(number(day)).rjust(width, "0"))
    if code == "L":
        return lambda day: "ABCDEFGHIJKL"[day.month - 1]
    if code not in "BbAa" or flag == "-":
        known = "%d %m %Y %y %1y %j %V %G %g %u %B %b %A %a %L %%, with - or ^ after the %"
        raise RangeError("", f"a date written with {known}", f"%{flag}{code}")
    width_name = "wide" if code in "BA" else "abbreviated"
    if code in "Bb":
        months = get_month_names(width_name, locale=place)
        names = {month: months[month].translate(_UNSEEN) for month in range(1, 13)}
    else:
        days = get_day_names(width_name, locale=place)
        names = {day + 13: days[day].translate(_UNSEEN) for day in range(7)}
    if flag == "^":
        names = {key: name.upper() for key, name in names.items()}
    if code in "Bb":
        return lambda day: names[day.month]
    return lambda day: names[day.weekday() + 13]


def _joined(pieces: tuple[Writer | str, ...]) -> Writer:
    return lambda day: "".join([piece if isinstance(piece, str) else piece(day) for piece in pieces])


@lru_cache(maxsize=64)
def known_locale(name: str) -> Locale:
    """Return a locale of the CLDR, such as de, pt_BR or fr-CA.

    Raises:
        RangeError: there is none of this name.
    """
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        raise RangeError("", "a locale such as en, de, fr_CA or pt_BR", f"'{name}'") from None


@lru_cache(maxsize=64)
def clock(form: str) -> tuple[Callable[[int], str], str]:
    """Return what writes a second of the day (0..86399) in a form, and a regular expression of what it writes.

    Raises:
        RangeError: the form holds something else than %H %I %M %S %p and plain text.
    """
    pieces: list[Callable[[int], str] | str] = []
    pattern, stop = "", 0
    for found in _CODE.finditer(form):
        if found[1] or found[2] not in _TIMES:
            raise RangeError("", "a time written with %H %I %M %S %p", f"{found[0]} in '{form}'")
        literal = form[stop : found.start()]
        shape, write = _TIMES[found[2]]
        pieces.extend((literal, write))
        pattern += re.escape(literal) + shape
        stop = found.end()
    pieces.append(form[stop:])
    if stop == 0:
        raise RangeError("", "a time written with %H %I %M %S %p", f"'{form}'")
    made = tuple(pieces)
    return (
        lambda second: "".join([piece if isinstance(piece, str) else piece(second) for piece in made]),
        pattern + re.escape(form[stop:]),
    )


@lru_cache(maxsize=512)
def shape_of(form: str, locale: str, case: str = "as_is") -> str:
    """Return a regular expression of what dates in a form look like: names as they are, digits any."""
    write = writer(form, locale)
    shapes = {
        _DIGIT.sub("0", in_case(write(date(2027, month, day)), case))
        for month in range(1, 13)
        for day in (*range(1, 8), *range(22, 29))
    }
    ordered = sorted(shapes, key=lambda shape: (-len(shape), shape))
    return "(?:" + "|".join(re.escape(shape).replace("0", "[0-9]") for shape in ordered) + ")"


def dates_of(form: str, locale: str, first: date, last: date, case: str = "as_is") -> Mapping[str, tuple[int, ...]]:
    """Return what each date from ``first`` to ``last`` is written as, with the dates (as ordinals) it may stand for."""
    has_names = "%" not in form or _NAMED.search(form)
    return _dates_of(form, locale if has_names else "en", first.toordinal(), last.toordinal(), case)


@lru_cache(maxsize=128)
def _dates_of(form: str, locale: str, first: int, last: int, case: str) -> Mapping[str, tuple[int, ...]]:
    write = writer(form, locale)
    found: dict[str, tuple[int, ...]] = {}
    for ordinal in range(first, last + 1):
        text = in_case(write(date.fromordinal(ordinal)), case)
        found[text] = (*found.get(text, ()), ordinal)
    return found


def in_case(text: str, case: str) -> str:
    """Return a text in ``upper`` or ``lower`` case, or ``as_is``."""
    return text.upper() if case == "upper" else text.lower() if case == "lower" else text


def in_digits(text: str, digits: str) -> str:
    """Return a text with its digits written in a script: latin, arabic, persian, devanagari, bengali or thai."""
    zero = ord(_ZEROS[digits])
    return text.translate({48 + value: chr(zero + value) for value in range(10)}) if zero != 48 else text


def in_latin(text: str, digits: str) -> str:
    """Return a text with the digits of a script written as 0 to 9."""
    zero = ord(_ZEROS[digits])
    return text.translate({zero + value: chr(48 + value) for value in range(10)}) if zero != 48 else text
