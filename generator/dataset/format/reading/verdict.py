"""The words by which people say that a part is good, or that it is not.

Source: own; collected from inspection lines' tables.
"""

from __future__ import annotations

GOOD_WORDS = frozenset({"ok", "o.k.", "good", "normal", "pass", "passed", "io", "i.o.", "0"})
BAD_WORDS = frozenset({"ng", "n.g.", "nok", "not ok", "no good", "bad", "fail", "failed", "nio", "n.i.o.", "1"})
UNCLEAR_WORDS = frozenset({"true", "false", "yes", "no", "y", "n", "-1", "?", "unknown", "nan", "none", "null", "n/a"})
DEFECT = "defect"
"""The class of a part that is not good, where nobody says why."""
