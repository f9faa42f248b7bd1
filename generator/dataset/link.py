"""Files of one data set placed in another, and folders that appear whole or not at all.

Images are hard-linked: an export costs no space, and changing an image in place in one changes it in the other.
Source: own.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from generator.core.errors import AssetError, ConfigError
from generator.dataset.store import link_or_copy

LOST = "Put it back, or make the data set again: overwrite=true replaces one that was made here."
"""What to do where a file of a data set is gone."""


def place(source: Path, target: Path) -> None:
    """Put ``source`` at ``target``, hard-linked, or copied where links fail; what is there is replaced.

    Raises:
        AssetError: there is no such file as ``source``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        link_or_copy(source, target)
    except FileNotFoundError as error:
        raise AssetError(source, "an image of the data set", "no such file", LOST) from error


@contextmanager
def fresh_folder(path: Path, source: Path, where: str = "export", own: Collection[str] | None = None) -> Iterator[Path]:
    """Yield an empty folder that takes the place of ``path`` when the block ends well, and vanishes otherwise.

    Args:
        path: where the folder shall lie; what is there is replaced.
        source: the root of the data set that is read meanwhile; it must not lie within ``path``.
        where: the key that names ``path``, for errors.
        own: names of what is replaced; what else lies in ``path`` is the user's and stays. None: all is replaced.

    Raises:
        ConfigError: replacing ``path`` would destroy ``source`` or a file, or its parent cannot be written.
    """
    path = path.resolve()
    if source.resolve().is_relative_to(path):
        raise ConfigError(where, f"a folder other than the data set's own ({source})", str(path), "Choose another.")
    if path.exists() and not path.is_dir():
        raise ConfigError(where, "a folder or a path that is free", f"the file {path}", "Choose another.")
    partial, old = path.with_name(f".{path.name}.partial"), path.with_name(f".{path.name}.old")
    try:
        if partial.exists():
            shutil.rmtree(partial)
        if old.exists():  # a run was killed while it replaced the folder
            _drop(old, path, own) if path.exists() else old.rename(path)
        partial.mkdir(parents=True)
    except OSError as error:
        raise ConfigError(where, "a folder that can be written", f"{path.parent} ({error.strerror})") from error
    try:
        yield partial
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    if path.exists():
        path.rename(old)
    partial.rename(path)
    if old.exists():
        _drop(old, path, own)


def _drop(old: Path, new: Path, own: Collection[str] | None) -> None:
    """Remove a folder that another one replaces; what the user put there moves on."""
    for entry in [] if own is None else list(old.iterdir()):
        if entry.name not in own and not (new / entry.name).exists():
            entry.rename(new / entry.name)
    shutil.rmtree(old)
