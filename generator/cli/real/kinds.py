"""Kinds of the catalogue, and the user's own, for verbs that learn from real defects. Source: own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from generator.cli.compose import compose_config
from generator.core.errors import ConfigError


class ComposeKinds:
    """Resolves overrides of ``generate``, with the user's own kinds among the options.

    Args:
        kinds_dir: folder with the user's own yamls, laid out as for ``--config-dir``; None: none.

    Raises:
        ConfigError: there is no such folder.
    """

    def __init__(self, kinds_dir: Path | None) -> None:
        self._kinds_dir = kinds_dir
        if kinds_dir is not None and not kinds_dir.is_dir():
            raise ConfigError("kinds_dir", "a folder with your own yamls", f"'{kinds_dir}'")

    def __call__(self, overrides: Sequence[str]) -> dict[str, Any]:
        """Return the resolved configuration of ``generate``."""
        own = any(override.startswith("hydra.searchpath=") for override in overrides)
        if self._kinds_dir is None or own:
            return compose_config("generate", overrides)
        return compose_config("generate", [*overrides, f"hydra.searchpath=['file://{self._kinds_dir}']"])
