"""Where font files lie: in an installed package, in the user's folders, or where the system keeps them. Source: own."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from generator.core.errors import require
from generator.text.font.files import FontFiles
from generator.text.font.listing import EXTENSIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Package(FontFiles):
    """The font files that an installed package brings; the package is found, not imported.

    Attributes:
        package: its name.
        folder: within the package.
        allow: the files whose licence is clear, as shell patterns on their names.
    """

    package: str
    folder: str
    allow: tuple[str, ...]

    def files(self) -> Sequence[tuple[str, str]]:
        """Return the allowed files."""
        spec = importlib.util.find_spec(self.package)
        places = list(spec.submodule_search_locations or []) if spec else []
        require(len(places) > 0, "package", "an installed package", f"'{self.package}', which is not installed")
        below = Path(places[0]) / self.folder
        return [pair for pair in _below(below) if any(fnmatchcase(Path(pair[0]).name, one) for one in self.allow)]

    def place(self) -> str:
        """Return package and folder."""
        return f"{self.folder} of the package {self.package}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder(FontFiles):
    """The user's font files: .ttf, .otf, .ttc, .otc; all faces of a collection.

    Attributes:
        path: a folder, looked through to its bottom, or a file; or several of either.
    """

    path: str | tuple[str, ...]

    def files(self) -> Sequence[tuple[str, str]]:
        """Return the files, folder after folder."""
        paths = (self.path,) if isinstance(self.path, str) else self.path
        found: list[tuple[str, str]] = []
        for path in paths:
            given = Path(path).expanduser()
            require(given.exists(), "path", "a folder with .ttf, .otf or .ttc files", f"{path}, which does not exist")
            found += _below(given)
        return found

    def place(self) -> str:
        """Return the paths."""
        return self.path if isinstance(self.path, str) else ", ".join(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class System(FontFiles):
    """The fonts of this machine; another machine has others, so the data set is repeated only where these are."""

    def files(self) -> Sequence[tuple[str, str]]:
        """Return the files in the folders where the platform keeps fonts."""
        return [pair for folder in _system_folders() if folder.is_dir() for pair in _below(folder)]

    def place(self) -> str:
        """Return the folders."""
        return ", ".join(map(str, _system_folders()))


def _below(path: Path) -> list[tuple[str, str]]:
    if path.is_file():
        return [(path.name, str(path))]
    files = [file for file in path.rglob("*") if file.suffix.lower() in EXTENSIONS and file.is_file()]
    return sorted((file.relative_to(path).as_posix(), str(file)) for file in files)


def _system_folders() -> list[Path]:
    home = Path.home()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", str(home / "AppData/Local"))
        return [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts", Path(local) / "Microsoft/Windows/Fonts"]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    own = os.environ.get("XDG_DATA_HOME") or str(home / ".local/share")
    return [*(Path(folder) / "fonts" for folder in dict.fromkeys([*shared.split(":"), own])), home / ".fonts"]
