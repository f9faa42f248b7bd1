"""``defectgen export``: more formats from a finished data set. Source: own."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from generator.core.errors import ConfigError, GeneratorError, closest
from generator.dataset.format.table import FORMATS
from generator.dataset.record import FLAVOURS
from generator.dataset.store import Store, flavours_kept
from generator.run.build import coerce

NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


def run(config: dict[str, Any]) -> int:
    """Write the formats that a resolved configuration names; return the exit code."""
    formats, flavour = parse_export(config)
    if not formats:
        raise ConfigError("export", "one or more of " + ", ".join(FORMATS), "none")
    root = Path(coerce(str, config["path"], "path")).expanduser().absolute()
    if not root.is_dir():
        raise ConfigError("path", "the folder of a finished data set", str(root))
    export_all(root, formats, flavour, config)
    for name in formats:
        print(f"{name}: {root / 'export' / name}")
    return 0


def parse_export(config: Mapping[str, Any]) -> tuple[list[str], str]:
    """Return the formats and the mask flavour that a configuration asks for.

    Raises:
        ConfigError: one of them is unknown.
    """
    asked = config["export"] or []
    formats = coerce(list[str], [asked] if isinstance(asked, str) else asked, "export")
    for name in formats:
        if name not in FORMATS:
            raise ConfigError("export", "formats out of " + ", ".join(FORMATS), f"'{name}'", closest(name, FORMATS))
    flavour = config["export_mask"]
    if flavour not in FLAVOURS:
        raise ConfigError(
            "export_mask", "one of " + ", ".join(FLAVOURS), repr(flavour), closest(str(flavour), FLAVOURS)
        )
    if not coerce(str, config.get("caption_surface", "surface"), "caption_surface").strip():
        raise ConfigError("caption_surface", "a noun for what the photos show, such as 'ground metal tile'", "nothing")
    return list(dict.fromkeys(formats)), flavour


def export_all(root: Path, formats: list[str], flavour: str, config: Mapping[str, Any] = NO_OPTIONS) -> None:
    """Write each format below ``root/export``; an older export of the same name is replaced.

    One that cannot state what the data set holds does not keep the others from being written.

    Args:
        root: of the data set.
        formats: their names.
        flavour: of the masks.
        config: where the formats' own options stand; those it lacks are as usual.

    Raises:
        ConfigError: the masks asked for were not kept, or the folder cannot be written.
    """
    store = Store.open(root)
    if flavour != "exact":
        first = next((line for line in store.lines() if line["instances"]), None)
        if first is not None and flavour not in flavours_kept(first):
            hint = "Generate the data set with labels=all to keep all three."
            raise ConfigError("export_mask", "masks that were kept: " + ", ".join(flavours_kept(first)), flavour, hint)
    refused: GeneratorError | None = None
    for name in formats:
        target = root / "export" / name
        try:
            target.parent.mkdir(exist_ok=True)
            options = {key: config[key] for key in FORMATS[name].options if key in config}
            FORMATS[name].write(store, target, flavour=flavour, **options)
        except GeneratorError as error:
            refused = refused or error
        except OSError as error:
            shutil.rmtree(target.with_name(f"{target.name}.partial"), ignore_errors=True)
            raise ConfigError(
                "export", f"a folder that can be written at {target}", str(error.strerror or error)
            ) from None
    if refused is not None:
        raise refused
