"""The files below a folder, on this machine or wherever fsspec reaches.

A path with a scheme (``s3://``, ``memory://``) goes through fsspec, any other through the operating system. Hidden
files and folders are left out, and so is what this tool wrote; a folder reached twice through links is listed once.
Source: own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import fsspec

from generator.core.names import MARKER

_LOCAL_THREADS, _REMOTE_THREADS = 2, 16
_SAMPLE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class FileTree:
    """A folder, or a single file as a folder of one; picklable.

    Attributes:
        root: an absolute path, or one with a scheme.
        only: the name of the single file; empty: all files.
    """

    root: str
    only: str = ""

    @classmethod
    def at(cls, path: str) -> FileTree:
        """Return the tree at a path.

        Raises:
            OSError, ImportError, ValueError: there is no such path, or the package for its scheme is missing.
        """
        root = path.rstrip("/") if "://" in path else str(Path(path).expanduser().absolute())
        system, place = fsspec.core.url_to_fs(root)
        if system.isfile(place):
            folder, _, name = root.replace(os.sep, "/").rpartition("/")
            return cls(folder, name)
        if not system.isdir(place):
            raise FileNotFoundError("nothing there")
        return cls(root)

    @property
    def threads(self) -> int:
        """How many files are worth reading at once."""
        return _REMOTE_THREADS if "://" in self.root else _LOCAL_THREADS

    def names(self) -> list[str]:
        """Return the files' paths below the root, with forward slashes, sorted.

        Raises:
            OSError: a folder cannot be read.
        """
        if self.only:
            return [self.only]
        found = self._remote_names() if "://" in self.root else self._local_names()
        return sorted(name for name in found if not any(part.startswith(".") for part in name.split("/")))

    def open(self, name: str) -> BinaryIO:
        """Open a file to read its bytes."""
        if "://" in self.root:
            return fsspec.open(f"{self.root}/{name}", "rb").open()
        return open(f"{self.root}/{name}", "rb")  # noqa: PTH123 quicker than a Path a file

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        with self.open(name) as stream:
            return stream.read()

    def prints(self, names: Iterable[str]) -> list[bytes]:
        """Return a fingerprint of each file, of its size and of bytes at its start, middle and end."""
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(self._print, names))

    def _print(self, name: str) -> bytes:
        with self.open(name) as stream:
            return fingerprint(stream)

    def _remote_names(self) -> Iterator[str]:
        system, place = fsspec.core.url_to_fs(self.root)
        for full in system.find(place):
            yield full.removeprefix(place).lstrip("/")

    def _local_names(self) -> Iterator[str]:
        seen = set()
        for folder, folders, files in os.walk(self.root, followlinks=True, onerror=_raise):
            real = os.path.realpath(folder)
            if real in seen:
                folders.clear()
                continue
            seen.add(real)
            if MARKER in files:
                folders.clear()
                continue
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            below = os.path.relpath(folder, self.root).replace(os.sep, "/")
            yield from (name if below == "." else f"{below}/{name}" for name in files)


def fingerprint(stream: BinaryIO) -> bytes:
    """Return a hash of a file's size and of bytes at its start, middle and end."""
    size = stream.seek(0, 2)
    digest = hashlib.blake2b(str(size).encode(), digest_size=16)
    for place in (0, size // 2, max(0, size - _SAMPLE_BYTES)):
        stream.seek(place)
        digest.update(stream.read(_SAMPLE_BYTES))
    return digest.digest()


def _raise(error: OSError) -> None:
    raise error
