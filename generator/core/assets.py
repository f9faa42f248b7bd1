"""Where the data files lie that come with this package: configurations, glyph tables, strokes, alphabets, word lists.

An installed wheel carries them beside its modules; a checkout has them beside the package. Source: own.
"""

from __future__ import annotations

from pathlib import Path


def assets_dir() -> Path:
    """Return the folder of the shipped assets."""
    return _shipped("assets")


def conf_dir() -> Path:
    """Return the folder of the shipped configurations."""
    return _shipped("conf")


def _shipped(name: str) -> Path:
    package = Path(__file__).resolve().parent.parent
    within = package / name
    return within if within.is_dir() else package.parent / name
