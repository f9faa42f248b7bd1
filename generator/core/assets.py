"""Where the data files lie that come with this package: glyph tables, strokes, alphabets, word lists.

An installed wheel carries them beside its modules; a checkout has them beside the package. Source: own.
"""

from __future__ import annotations

from pathlib import Path


def assets_dir() -> Path:
    """Return the folder of the shipped assets."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "assets"
    return shipped if shipped.is_dir() else package.parent / "assets"
