"""What a reader leaves out, and why: broken labels are listed with file and line, kept out, and counted.

Every ``read`` takes a list for them. Without a list the first broken thing ends the reading, which is what a data set
that this package wrote itself deserves. Source: own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from generator.core.errors import FormatError

Problems = list[FormatError]


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
