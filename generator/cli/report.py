"""``defectgen report``: the report of a finished data set, made again. Source: own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generator.core.errors import ConfigError
from generator.report.page import write_report
from generator.run.build import coerce


def run(config: dict[str, Any]) -> int:
    """Write the page, its numbers and the data card of the data set at ``path``; return the exit code."""
    root = Path(coerce(str, config["path"], "path")).absolute()
    if not root.is_dir():
        raise ConfigError("path", "the folder of a finished data set", str(root))
    print(f"report: {write_report(root)}")
    return 0
