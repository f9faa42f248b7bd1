"""A bank: a folder of cut-outs and its manifest.

    manifest.json             what was cut from where, an entry a cut-out
    cutouts/<id>/             see ``cutout``
    defect/bank/<class>.yaml  the kinds that paste from it
    review.png                what was found, to look at

Source: own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from generator.core.errors import AssetError
from generator.defect.bank.cutout import CutOut, read_cutout

MANIFEST = "manifest.json"
VERSION = 1
_KEPT = 256  # cut-outs in memory


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """The cut-outs of a folder, read when asked for.

    Attributes:
        root: the folder.
        entries: what the manifest says of each, by id.
    """

    root: Path
    entries: Mapping[str, Mapping[str, Any]]

    @classmethod
    def open(cls, root: Path) -> Bank:
        """Open a bank.

        Raises:
            AssetError: it is none.
        """
        path = root / MANIFEST
        try:
            content = orjson.loads(path.read_bytes())
            entries = {entry["id"]: entry for entry in content["cutouts"]}
            version = content["version"]
        except OSError as error:
            raise AssetError(
                path, "the manifest of a bank; make one with defectgen harvest", str(error.strerror)
            ) from None
        except (ValueError, KeyError, TypeError) as error:
            raise AssetError(path, "a bank's manifest", f"{type(error).__name__}: {error}") from None
        if version != VERSION:
            raise AssetError(path, f"a bank of version {VERSION}", f"version {version}; harvest it again")
        return cls(root, entries)

    def cutout(self, name: str) -> CutOut:
        """Return a cut-out by its id.

        Raises:
            AssetError: the bank does not hold it, or its files were changed.
        """
        if name not in self.entries:
            raise AssetError(self.root, f"a bank with the cut-out {name}", "one without it; harvest it again")
        return _cutout(self.root, name, self.entries[name]["category"])


@lru_cache(maxsize=8)
def open_bank(root: str) -> Bank:
    """Return the bank at a path; the last few stay open."""
    return Bank.open(Path(root).expanduser())


@lru_cache(maxsize=_KEPT)
def _cutout(root: Path, name: str, category: str) -> CutOut:
    return read_cutout(root, name, category, {})
