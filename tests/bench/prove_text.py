"""10,000 lines over all faces, each looked at; and how well a real reader reads clean and degraded ones.

No line may hold a letter that its face lacks, ink that is cut off, or a contrast outside its band; as many are made as
were asked for (tests/text/lines.py). The reader is RapidOCR's recogniser (tests/text/reader.py): 0.97 of the characters
of clean lines are asked for, and fewer with each grade of degradation.
Run with ``python -m tests.bench.prove_text [lines] [lines to be read]``. Source: own.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tests.bench.reink_text import GROUND, MARKINGS
from tests.text.lines import look_at
from tests.text.reader import CLEAN, DEGRADED, read

LINES, READ = 10_000, 1_200
_PLAIN_SHARE = 0.6  # of the lines are plain ink in all bundled faces; the others share out over the markings


def main(lines: int, to_read: int) -> None:
    """Print what was found."""
    print("lines over all faces")
    total = wrong = 0
    for name, count, overrides in parts(lines):
        found = look_at(overrides, count)
        made = sum(found.faces.values())
        total, wrong = total + made, wrong + sum(found.counts.values())
        low, high = found.contrast
        print(f"  {name:34s} {made:5d} of {count:5d}, {len(found.faces):2d} faces, contrast {low:.3f} to {high:.3f}")
        for problem, times in found.counts.items():
            print(f"    {problem}: {times} times, such as {found.wrong[problem]}")
    print(f"  {total} lines, {wrong} with something wrong\n\na real reader (accuracy: 1 - edits / characters)")
    clean = [(corpus, read([corpus], to_read // len(CLEAN))) for corpus in CLEAN]
    whole = clean[0][1]
    for _, reading in clean[1:]:
        whole = whole + reading
    for name, reading in [*clean, ("clean, all", whole)]:
        print(f"  {name:34s} {reading.lines:5d} lines {reading.accuracy:.4f}")
    for text, said, face in whole.misread[:20]:
        print(f"    '{text}' in {face} is read as '{said}'")
    for number, grade in enumerate(DEGRADED, 1):
        reading = read([CLEAN[1], *grade], to_read // len(CLEAN))
        print(f"  degraded, grade {number:<18d} {reading.lines:5d} lines {reading.accuracy:.4f}")


def parts(lines: int) -> list[tuple[str, int, Sequence[str]]]:
    """Return name, number of lines and overrides of each part; their lines add up to ``lines``."""
    pairs = [(marking, font) for marking, fonts in MARKINGS.items() for font in dict.fromkeys(fonts)]
    each = round(lines * (1 - _PLAIN_SHARE) / len(pairs))
    marked = [
        (
            f"{marking} in {font}",
            each,
            (
                "text/corpus=lot_code",
                f"text/marking={marking}",
                f"text/font={font}",
                f"seed={number}",
                *([GROUND[marking]] if marking in GROUND else []),
            ),
        )
        for number, (marking, font) in enumerate(pairs)
    ]
    rest = lines - each * len(pairs)
    corpora = ("lot_code", "words", "technical")
    counts = [rest // len(corpora)] * len(corpora)
    counts[0] += rest - sum(counts)
    plain = [
        (f"{corpus} in bundled", count, (f"text/corpus={corpus}", "seed=1"))
        for corpus, count in zip(corpora, counts, strict=True)
    ]
    return [*plain, *marked]


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    main(*(numbers + [LINES, READ][len(numbers) :]))
