"""The folders of an augmentation: its result, which replaces nothing unasked, and beside it what is made on the way.

Source: own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generator.core.errors import ConfigError
from generator.core.names import MARKER, UNFINISHED
from generator.run.manifest import mark_output

REAL, MADE, GOOD = "real", "made", "good"


def require_free(out: Path, overwrite: bool) -> None:
    """Raise ``ConfigError`` where the result would replace what it must not, before any work is done."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not (out / MARKER).is_file():
        hint = "Choose another name=... or out=...; foreign files are never replaced."
        raise ConfigError("out", "a new folder or an older result", f"{out} with other files", hint)
    if not overwrite and not (out / UNFINISHED).is_file():
        raise ConfigError("out", "a new folder", f"{out}, which holds a data set", "overwrite=true replaces it.")


@contextmanager
def work_folder(out: Path, keep: bool) -> Iterator[Path]:
    """Yield the folder for what is made on the way to a result.

    Of what an earlier run left the made sets alone are taken up. After an error they stay, so that the same command
    goes on; without any the folder goes too.

    Args:
        out: the result's folder.
        keep: whether the folder stays when all went well.
    """
    run = out.with_name(f"{out.name}.run")
    work = run / "augment"
    mark_output(run)
    for name in (REAL, GOOD, "bank", "fitted"):
        shutil.rmtree(work / name, ignore_errors=True)
    work.mkdir(exist_ok=True)
    try:
        yield work
    except BaseException:
        if not (work / MADE).is_dir():
            shutil.rmtree(work)
            if [path.name for path in run.iterdir()] == [MARKER]:
                shutil.rmtree(run)
        raise
    if not keep:
        shutil.rmtree(work)
