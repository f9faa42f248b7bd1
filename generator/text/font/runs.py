"""Runs of a line that are shaped at once: one direction, one script.

Most lines are plain: letters, digits and signs that stand one after the other, so they need none of this. The others
are cut by the bidirectional algorithm and by script, and put in the order in which they stand from left to right.
Source: own; Unicode Standard Annexes 9 (rules L1 and L2, levels by python-bidi) and 24.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import uharfbuzz
from bidi import algorithm

# Latin, Greek, Cyrillic, Armenian, signs, kana, Han, Hangul syllables, wide forms: no marks, no joining, left to right.
is_plain = re.compile(
    "[\n\u0020-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u0587\u1e00-\u1fff\u2000-\u200a\u2010-\u2027\u2030-\u205e\u20a0-\u20bf"
    "\u2100-\u2bff\u3000-\u3029\u3031-\u303f\u3041-\u3096\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uffdc"
    "\uffe0-\uffee\U00020000-\U0002fa1f]*"
).fullmatch

_WEAK = ("Zyyy", "Zinh", "Zzzz")


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a line.

    Attributes:
        start, stop: ``line[start:stop]``.
        is_rtl: whether it runs from right to left.
        script: its ISO 15924 code, such as ``Arab``.
    """

    start: int
    stop: int
    is_rtl: bool
    script: str


def visual_runs(line: str) -> list[Run]:
    """Return the runs of a line from left to right."""
    levels, scripts = _levels(line), _scripts(line)
    cuts = [i for i in range(1, len(line)) if levels[i] != levels[i - 1] or scripts[i] != scripts[i - 1]]
    spans = list(zip([0, *cuts], [*cuts, len(line)], strict=True)) if line else []
    return [Run(a, b, levels[a] % 2 == 1, scripts[a]) for a, b in _reordered(spans, levels)]


def _levels(line: str) -> list[int]:
    storage = algorithm.get_empty_storage()
    base = storage["base_level"] = algorithm.get_base_level(line)
    storage["base_dir"] = "LR"[base]
    algorithm.get_embedding_levels(line, storage)
    tagged = list(storage["chars"])
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    kept = {id(char) for char in storage["chars"]}
    algorithm.reorder_resolved_levels(storage, False)
    levels, level = [], base
    for char in tagged:
        # what rule X9 takes out, such as joiners, stays with the letter before it
        level = char["level"] if id(char) in kept else level
        levels.append(level)
    return levels


def _scripts(line: str) -> list[str]:
    found = [_script(letter) for letter in line]
    strong = next((script for script in found if script not in _WEAK), "Latn")
    for i, script in enumerate(found):
        strong = strong if script in _WEAK else script
        found[i] = strong
    return found


@functools.lru_cache(maxsize=8192)
def _script(letter: str) -> str:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(letter)
    buffer.guess_segment_properties()
    return buffer.script or "Zyyy"


def _reordered(spans: list[tuple[int, int]], levels: Sequence[int]) -> list[tuple[int, int]]:
    odd = [level for level in levels if level % 2]
    if not odd:
        return spans
    for level in range(max(levels), min(odd) - 1, -1):
        i = 0
        while i < len(spans):
            j = i
            while j < len(spans) and levels[spans[j][0]] >= level:
                j += 1
            spans[i:j] = spans[i:j][::-1]
            i = max(j, i + 1)
    return spans
