"""What a page, a sheet and a data card say of text in words.

Source: own.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.core.text import DISTRACTOR, TextLine


def said_of(lines: Sequence[TextLine]) -> list[str]:
    """Return how the text of an image was made: face and height of a single line, else how many lines there are."""
    if not lines:
        return []
    read = [line for line in lines if line.kind != DISTRACTOR]
    said = [f"{len(read)} lines" + f", {len(lines) - len(read)} not to be read" * (len(read) < len(lines))]
    if len(lines) == 1:
        params = lines[0].params
        height = f"{params['height_px']:.0f} px" if "height_px" in params else ""
        said = [str(params.get("face", "")), height]
    unreadable = sum(not line.is_readable for line in read)
    return [*said, f"{unreadable} cannot be read" if unreadable else ""]
