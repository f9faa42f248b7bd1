"""Class names as English nouns: a scratch, two scratches, an area of rust.

A name that ends in a known noun is that noun; of any other nothing is known, and "defect" is said behind it, which is
right for adjectives and for names of matter alike: "a liquid defect". Source: own.
"""

from __future__ import annotations

import re

_NOUNS = frozenset((
    "abrasion", "bend", "blemish", "blister", "blowhole", "body", "break", "bruise", "bubble", "bulge", "bump",
    "burn", "burr", "chip", "crack", "crater", "cut", "defect", "dent", "dimple", "discoloration", "discolouration",
    "drop", "edge", "fault", "fiber", "fibre", "flake", "flaw", "fold", "fracture", "fray", "gap", "groove", "hair",
    "hole", "inclusion", "indentation", "joint", "kink", "knot", "line", "loop", "mark", "misweave", "nick", "notch",
    "overflow", "part", "particle", "patch", "peel", "piece", "pinhole", "pit", "poke", "pore", "protrusion",
    "reflection", "ridge", "run", "scar", "scrap", "scratch", "seam", "skid", "smear", "speck", "splinter", "split",
    "spot", "spur", "squeeze", "stain", "streak", "stroke", "tear", "thread", "tint", "void", "wrinkle",
))  # fmt: skip
_SAID = {
    "contamination": "contaminated area",
    "crazing": "area of crazing",
    "debris": "piece of debris",
    "doubled_print": "area of doubled print",
    "dust": "speck of dust",
    "missing_print": "area of missing print",
    "mouse_bite": "mouse bite",
    "open": "open circuit",
    "patches": "patch",
    "pitting": "area of pitting",
    "porosity": "area of porosity",
    "residue": "trace of residue",
    "rolled_in_scale": "area of rolled-in scale",
    "rust": "area of rust",
    "misplaced_texture": "area of misplaced texture",
    "shifted_print": "area of shifted print",
    "short": "short circuit",
    "smeared_print": "area of smeared print",
    "solder_ball": "solder ball",
    "solder_excess": "area of excess solder",
    "spurious_copper": "piece of spurious copper",
    "uneven": "uneven area",
    "unknown": "unknown defect",
    "weak_print": "area of weak print",
    "wear": "area of wear",
    "weld_spatter": "drop of weld spatter",
}
_CONSONANT = re.compile(r"one|eu|use|uni(?![dmn])")  # written as a vowel and not said as one: a unit
_VOWEL = re.compile(r"[aeiou]|hour|honest")
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def noun_of(category: str) -> str:
    """Return a class name as a singular noun without an article, such as ``foreign body``."""
    if category in _SAID:
        return _SAID[category]
    words = " ".join(re.sub(r"[_/-]+", " ", category).split())
    if not words:
        return "defect"
    return words if words.split()[-1].lower() in _NOUNS else f"{words} defect"


def a(phrase: str) -> str:
    """Return a singular phrase behind its article: ``an uneven area``."""
    word = phrase.lower()
    return f"an {phrase}" if _VOWEL.match(word) and not _CONSONANT.match(word) else f"a {phrase}"


def several(count: int, noun: str) -> str:
    """Return a number of things: ``a scratch``, ``two scratches``, ``13 areas of rust``."""
    if count == 1:
        return a(noun)
    number = _COUNTS[count] if count < len(_COUNTS) else str(count)
    head, of, matter = noun.partition(" of ")
    return f"{number} {_plural(head)}{of}{matter}"


def listed(phrases: list[str]) -> str:
    """Return phrases as a list in words: ``a, b and c``."""
    return phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} and {phrases[-1]}"


def _plural(noun: str) -> str:
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"
