"""Kinds that a trained model paints, as its folder holds them, for classes that are to be made. Source: own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import yaml

from generator.core.errors import ConfigError
from generator.core.names import option_name
from generator.model.checkpoint import facts_of

_VARIABLE = "${learned}"


def from_model(
    folder: Path, maker: str, classes: Sequence[str], held_out: Collection[str]
) -> dict[str, list[dict[str, Any]]]:
    """Return by class the kinds that paint with a model; none for a class that it has not learned.

    Args:
        folder: of the model.
        maker: the kind that the model must be of.
        classes: that are asked for.
        held_out: SHA-256 of images that it must not have learned from.

    Raises:
        AssetError: there is no sound model.
        ConfigError: it is of another kind, or has learned from an image of val or test.
    """
    where = f"models.{maker}"
    facts = facts_of(folder)
    if facts["kind"] != maker:
        raise ConfigError(where, f"a model of kind {maker}", f"one of kind {facts['kind']} at '{folder}'")
    images = facts["trained"].get("images")
    if not isinstance(images, dict):
        raise ConfigError(
            where, "a model that says which images it learned from", f"'{folder}' without", "Train it anew."
        )
    seen = sorted(name for name, sha256 in images.items() if sha256 in held_out)
    if seen:
        got = f"'{seen[0]}'" + (f" and {len(seen) - 1} more" if len(seen) > 1 else "")
        raise ConfigError(where, "a model that learned from the train side alone", f"one that learned from {got}",
                          "Train it anew: a detector would be tested on what its training data show.")  # fmt: skip
    kinds = {}
    for category in classes:
        path = folder / "defect" / "learned" / f"{option_name(category)}.yaml"
        if path.is_file():
            (node,) = yaml.safe_load(path.read_text(encoding="utf-8").replace(_VARIABLE, str(folder))).values()
            kinds[category] = [node]
    return kinds
