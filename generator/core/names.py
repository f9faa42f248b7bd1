"""Names that become paths, class names and HTML: categories and data sets.

A name that is safe here is safe on every file system, in every format and in every viewer. Source: own; the reserved
words are Windows' device names.
"""

from __future__ import annotations

import re

from generator.core.errors import require

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]*")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
_NO_TEXTS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}  # to yaml, in small letters
LONGEST = 64
MARKER = ".defectgen"
"""A file that marks a folder as this tool's output: nothing below it is a good image of a source."""
UNFINISHED = ".unfinished"
"""A file in a finished data set whose exports and report are still to come: the same command may replace it."""
OF_DATA_SET = frozenset({
    MARKER, UNFINISHED, "images", "twins", "masks", "masks_visible", "masks_annotator", "blanks", "masks_char",
    "export", "records.jsonl", "rejects.jsonl", "classes.json", "config.yaml", "run.json", "augment.json",
    "weights.csv", "left_out.csv", "problems.csv", "report.html", "report.json", "README.md",
})  # fmt: skip
"""What a data set's folder holds of this tool's own; other files there are the user's."""
RULE = (
    f"1 to {LONGEST} of A-Z a-z 0-9 space _ . -, starting with a letter or digit, no reserved name, no dot at the end"
)


def is_safe_name(name: str) -> bool:
    """Say whether a name can stand in a path, a class list and a page."""
    return (
        len(name) <= LONGEST
        and bool(_NAME.fullmatch(name))
        and name[-1] not in " ."
        and ".." not in name
        and name.split(".")[0].strip().lower() not in _RESERVED
    )


def require_safe_name(name: str, field: str) -> None:
    """Raise ``RangeError`` for ``field`` unless the name is safe."""
    require(is_safe_name(name), field, RULE, repr(name))


def option_name(category: str) -> str:
    """Return a category as the name of a yaml and of the option it becomes: lower letters, digits and _ alone."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", category).strip("_").lower() or "defect"
    return name if name[0].isalpha() and name not in _NO_TEXTS else f"c{name}"
