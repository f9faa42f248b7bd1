"""What a reader leaves out, and why: broken labels are listed with file and line, kept out, and counted.

Every ``read`` takes a list for them. Without a list the first broken thing ends the reading, which is what a data set
that this package wrote itself deserves. A broken image goes with its labels; of a broken label its image keeps a
finding, ``label_left_out``, because an image whose defect could not be read is not a good one. Source: own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from generator.core.annotation import Finding
from generator.core.errors import FormatError

Problems = list[FormatError]
LABEL_LEFT_OUT = "label_left_out"


@contextmanager
def left_out(problems: Problems | None) -> Iterator[None]:
    """Leave out what the block reads where it is broken.

    Args:
        problems: where the error is listed; None: it is raised.

    Raises:
        FormatError: the block raised it and there is no list.
    """
    try:
        yield
    except FormatError as error:
        if problems is None:
            raise
        problems.append(error)


def listed(problems: Sequence[FormatError], most: int = 5) -> list[str]:
    """Return lines that say what was left out: how many problems, and the first few of them."""
    if not problems:
        return []
    what = "1 broken image or label was" if len(problems) == 1 else f"{len(problems)} broken images or labels were"
    more = [f"  and {len(problems) - most} more"] if len(problems) > most else []
    return [f"warning: {what} left out", *(f"  {problem}" for problem in problems[:most]), *more]


def findings_of(problems: Sequence[FormatError], root: Path) -> tuple[Finding, ...]:
    """Return the finding ``label_left_out`` of each label that was left out of an image; paths are below ``root``."""
    findings = []
    for problem in problems:
        path = Path(problem.path)
        file = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
        message = str(FormatError(file, problem.where, problem.expected, problem.got)).replace(f"{root}/", "")
        findings.append(Finding(severity="warning", code=LABEL_LEFT_OUT, message=message))
    return tuple(findings)
